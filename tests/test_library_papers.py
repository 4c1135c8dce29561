"""Folders of papers as libraries: which entries, and which sentences that cite them."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import write_files
from texscholar.errors import Skipped, TexscholarError
from texscholar.library.papers import folder_hash, read_folder
from texscholar.library.records import MOST_CITANCES, Record

BIB = "@misc{ng, title={Graph kernels for everyone}, author={Ng, A.}}\n@misc{wu, title={Machine translation}, author={Wu, B.}}\n"


def paper(body: str, bibliography: str = "refs") -> str:
    return f"\\documentclass{{article}}\n\\begin{{document}}\n{body}\n\\bibliography{{{bibliography}}}\n\\end{{document}}\n"


def read(folder: Path) -> tuple[dict[str, tuple[str, ...]], list[Skipped]]:
    """The citances of each record by origin and key, and what was left out."""
    rows = list(read_folder(folder))
    records = {f"{row.origin}:{row.key}": row.citances for row in rows if isinstance(row, Record)}
    return records, [row for row in rows if isinstance(row, Skipped)]


CASES = [
    ("nothing cited", "Nobody is cited here at all.", ()),
    ("a short sentence", "See also \\cite{ng}.", ()),
    ("a silent citation", "Nobody sees this citation here.\\nocite{ng}", ()),
    ("an unknown key", "Graph kernels compare structured objects \\cite{lee}.", ()),
    ("a sentence", "Graph kernels \\emph{compare} structured objects \\cite{ng}.", ("Graph kernels compare structured objects.",)),
    ("two works", "Graph kernels compare structured objects \\cite{wu,ng}.", ("Graph kernels compare structured objects.",)),
    ("said twice", "Graphs compare well with trees \\cite{ng}. Graphs compare well with trees \\cite{ng}.", ("Graphs compare well with trees.",)),
    ("in order", "The second is the first \\cite{ng}. And another one comes later \\cite{ng}.", ("The second is the first.", "And another one comes later.")),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_citances(tmp_path: Path, body: str, expected: tuple[str, ...]) -> None:
    """A record has the sentences that cite it, as plain text, each once, in the order of the document."""
    write_files(tmp_path, {"a/main.tex": paper(body), "a/refs.bib": BIB})
    assert expected == read(tmp_path)[0]["a/refs.bib:ng"]


def test_citances_have_bounds(tmp_path: Path) -> None:
    """A record keeps the first dozen, and of a long sentence what comes first."""
    many = [f"Number {number} {'is a very long sentence ' * 20}\\cite{{ng}}." for number in range(MOST_CITANCES + 3)]
    write_files(tmp_path, {"main.tex": paper("\n".join(many)), "refs.bib": BIB})
    citances = read(tmp_path)[0]["refs.bib:ng"]
    assert (len(citances), citances[0][:11]) == (MOST_CITANCES, "Number 0 is")
    assert all(len(citance) <= 302 and citance.endswith(" …") for citance in citances)
    assert {"is", "a", "very", "long", "sentence", "…"} == {
        word for citance in citances for word in citance.split()[2:]
    }


def test_all_papers_of_a_folder(tmp_path: Path) -> None:
    """Papers at any depth count, with the files they input; a bibliography of two papers is read once."""
    sentence = "Graph kernels compare structured objects {} \\cite{{ng}}."
    write_files(
        tmp_path,
        {
            "one/tex/main.tex": paper("\\input{body}"),
            "one/tex/body.tex": sentence.format("well"),
            "one/tex/refs.bib": BIB,
            "group/two/main.tex": paper(sentence.format("slowly"), "../shared"),
            "group/three/main.tex": paper(sentence.format("badly"), "../shared"),
            "group/shared.bib": BIB,
        },
    )
    records, skipped = read(tmp_path)
    assert list(records) == ["group/shared.bib:ng", "group/shared.bib:wu", "one/tex/refs.bib:ng", "one/tex/refs.bib:wu"]
    assert [len(records["group/shared.bib:ng"]), len(records["one/tex/refs.bib:ng"]), len(skipped)] == [2, 1, 0]


@pytest.mark.parametrize("folder", [".hidden", ".git", "node_modules", "build"])
def test_folders_left_out(tmp_path: Path, folder: str) -> None:
    """Hidden folders and build output hold no papers."""
    files = {"main.tex": paper("Graph kernels compare structured objects \\cite{ng}."), "refs.bib": BIB}
    write_files(tmp_path, files | {f"{folder}/{name}": text for name, text in files.items()})
    assert {name.rpartition(":")[0] for name in read(tmp_path)[0]} == {"refs.bib"}


def test_links_out_of_the_folder(tmp_path: Path) -> None:
    """What a link outside leads to is not read, be it a folder, a file or a path with dots."""
    write_files(tmp_path / "out", {"p/main.tex": paper("x"), "p/refs.bib": BIB, "secret.bib": BIB})
    write_files(tmp_path / "in", {"a/main.tex": paper("x", "refs,linked,../../out/secret"), "a/refs.bib": BIB})
    (tmp_path / "in" / "p").symlink_to(tmp_path / "out" / "p")
    (tmp_path / "in" / "a" / "linked.bib").symlink_to(tmp_path / "out" / "secret.bib")
    records, skipped = read(tmp_path / "in")
    assert {name.rpartition(":")[0] for name in records} == {"a/refs.bib"}
    assert {each.reason for each in skipped} == {"there is no such bibliography inside the folder"}


def test_broken_files_are_told(tmp_path: Path) -> None:
    """Half a bibliography, a missing one and a file in Latin-1 cost nothing but a line each."""
    write_files(
        tmp_path,
        {
            "a/main.tex": paper("Bäume vergleichen sich gut \\cite{ng}.", "refs,gone").encode("latin-1"),
            "a/refs.bib": f"{BIB}@misc{{broken, title={{Half",
        },
    )
    records, skipped = read(tmp_path)
    assert records["a/refs.bib:ng"] == ("Bäume vergleichen sich gut.",)
    assert sorted(each.what for each in skipped) == ["a/gone.bib", "a/refs.bib:3"]


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that may not be read is told, and the others are read."""
    write_files(tmp_path, {"a/main.tex": paper("x"), "a/refs.bib": BIB, "b/main.tex": paper("x"), "b/refs.bib": BIB})
    read_bytes = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.match("a/refs.bib"):
            raise PermissionError(13, "Permission denied")
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    records, skipped = read(tmp_path)
    assert {name.rpartition(":")[0] for name in records} == {"b/refs.bib"}
    assert [Skipped("a/refs.bib", "cannot be read (Permission denied); check its permissions")] == [
        Skipped(each.what, each.reason.removeprefix("a/refs.bib: ")) for each in skipped
    ]


def test_a_folder_without_papers(tmp_path: Path) -> None:
    """A folder in which no paper names a bibliography is refused with the remedy."""
    write_files(tmp_path, {"notes.txt": "x", "refs.bib": BIB})
    with pytest.raises(TexscholarError, match="holds no LaTeX paper that names a"):
        list(read_folder(tmp_path))


def test_told_which_paper(tmp_path: Path) -> None:
    """Whoever waits is told which paper is read."""
    write_files(tmp_path, {"b/main.tex": paper("x"), "b/refs.bib": BIB, "a/main.tex": paper("x")})
    told: list[str] = []
    list(read_folder(tmp_path, told.append))
    assert told == ["a/main.tex", "b/main.tex"]


@pytest.mark.parametrize(
    ("name", "changes"), [("notes.txt", False), (".git/x.tex", False), ("refs.bib", True), ("new.tex", True)]
)
def test_folder_hash(tmp_path: Path, name: str, changes: bool) -> None:
    """The hash of a folder changes with what a paper is made of, and with nothing else."""
    write_files(tmp_path, {"main.tex": paper("x"), "refs.bib": BIB})
    before = folder_hash(tmp_path)
    write_files(tmp_path, {name: "other"})
    assert changes == (folder_hash(tmp_path) != before)
