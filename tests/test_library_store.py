"""Named libraries and cached indexes of files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from texscholar.config import data_directory
from texscholar.errors import TexscholarError
from texscholar.library.store import add_library, library_for, list_libraries, refresh_library, remove_library

if TYPE_CHECKING:
    from pathlib import Path

BIB = "@misc{ng, title={Graph kernels}, author={Ng, A.}}\n"
OTHER = "@misc{wu, title={Machine translation}, author={Wu, B.}}\n"


@pytest.fixture(autouse=True)
def own_directories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXSCHOLAR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TEXSCHOLAR_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def bib(tmp_path: Path) -> Path:
    path = tmp_path / "refs.bib"
    path.write_text(BIB, "utf-8")
    return path


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def cached(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache" / "indexes").iterdir())


def keys(name: str, base: Path) -> list[str]:
    with library_for(name, base) as library:
        return [hit.record.key for hit in library.search("graph machine", 5)]


def test_named_library(bib: Path, tmp_path: Path) -> None:
    """A library is found again under its name, and its records say where they are offered from."""
    add_library("own", [bib])
    with library_for("own", tmp_path) as library:
        assert [(hit.record.key, hit.record.origin) for hit in library.search("graph", 5)] == [("ng", "library:own")]


def test_manifest_names_sources(bib: Path) -> None:
    """The manifest tells each file's name, hash and numbers."""
    bib.write_text(f"{BIB}@misc{{x, year=2000}}\n", "utf-8")
    (source,) = add_library("own", [bib]).sources
    assert (source.name, len(source.sha256), source.records, source.skipped) == ("refs.bib", 64, 1, 1)


def test_add_replaces(bib: Path, tmp_path: Path) -> None:
    """Adding a name again puts the new library in the old one's place and leaves one index and what was read."""
    add_library("own", [bib])
    bib.write_text(OTHER, "utf-8")
    add_library("own", [bib])
    assert (keys("own", tmp_path), len(entries(tmp_path / "data" / "libraries"))) == (["wu"], 3)


def test_failed_add_keeps_the_old_library(bib: Path, tmp_path: Path) -> None:
    """A file that cannot be read leaves the library as it was."""
    add_library("own", [bib])
    with pytest.raises(TexscholarError):
        add_library("own", [bib, tmp_path / "none.bib"])
    assert (keys("own", tmp_path), len(entries(tmp_path / "data" / "libraries"))) == (["ng"], 3)


def test_open_library_survives_its_replacement(bib: Path, tmp_path: Path) -> None:
    """Who has a library open goes on reading it while it is replaced."""
    add_library("own", [bib])
    library = library_for("own", tmp_path)
    add_library("own", [bib])
    assert [hit.record.key for hit in library.search("graph", 5)] == ["ng"]


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "a/b", "../x", "a b", "ü", "a@b", "a\n"])
def test_bad_names(bib: Path, name: str) -> None:
    """A name that could lead out of the folder is refused."""
    with pytest.raises(TexscholarError, match="is no name for a library"):
        add_library(name, [bib])


def test_list(bib: Path, tmp_path: Path) -> None:
    """Libraries are listed by name, one that is damaged without a manifest."""
    for name in ("b", "a.json", "c"):
        add_library(name, [bib])
    (tmp_path / "data" / "libraries" / "c.json").write_text('{"directory": "../../elsewhere"}')
    assert [(info.name, info.manifest is not None) for info in list_libraries()] == [
        ("a.json", True),
        ("b", True),
        ("c", False),
    ]


def test_list_nothing() -> None:
    """Without libraries the list is empty."""
    assert list_libraries() == ()


def test_remove(bib: Path, tmp_path: Path) -> None:
    """A removed library leaves nothing behind."""
    add_library("own", [bib])
    remove_library("own")
    assert entries(tmp_path / "data" / "libraries") == []


def test_remove_nothing() -> None:
    """A library that is not there cannot be removed."""
    with pytest.raises(TexscholarError, match="texscholar library list"):
        remove_library("own")


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"directory": 3}', '{"directory": "../x"}', '{"directory": "own@00"}']
)
def test_damaged_named_library(bib: Path, tmp_path: Path, content: str) -> None:
    """A named library that cannot be read is told with its remedy, and adding it again mends it."""
    add_library("own", [bib])
    (tmp_path / "data" / "libraries" / "own.json").write_text(content)
    with pytest.raises(TexscholarError, match="texscholar library add"):
        library_for("own", tmp_path)
    add_library("own", [bib])
    assert keys("own", tmp_path) == ["ng"]


def test_unwritable_data(bib: Path, tmp_path: Path) -> None:
    """A data folder that cannot be made is told with the setting that moves it."""
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(TexscholarError, match="TEXSCHOLAR_DATA_DIR"):
        add_library("own", [bib])


def test_abandoned_builds_go(bib: Path, tmp_path: Path) -> None:
    """What a builder left that died days ago is removed; what is being built now stays."""
    folder = tmp_path / "data" / "libraries"
    for name, age in ((".own@1.x", 3), ("own@2", 3), (".own@3.y", 0)):
        (folder / name).mkdir(parents=True)
        os.utime(folder / name, (time.time() - age * 86_400,) * 2)
    add_library("own", [bib])
    assert [name for name in entries(folder) if name in {".own@1.x", "own@2", ".own@3.y"}] == [".own@3.y"]


def test_file_is_indexed_once(bib: Path, tmp_path: Path) -> None:
    """A file is indexed on first use; the same bytes under another name use the same index."""
    bib.with_name("copy.bib").write_bytes(bib.read_bytes())
    assert (
        keys("refs.bib", tmp_path),
        keys("copy.bib", tmp_path),
        len(cached(tmp_path)),
    ) == (["ng"], ["ng"], 1)


def test_changed_file_is_indexed_anew(bib: Path, tmp_path: Path) -> None:
    """A file whose bytes changed gives its new records."""
    keys("refs.bib", tmp_path)
    bib.write_text(OTHER, "utf-8")
    assert keys("refs.bib", tmp_path) == ["wu"]


@pytest.mark.usefixtures("bib")
def test_damaged_cache_mends_itself(tmp_path: Path) -> None:
    """A damaged cached index is made again unasked."""
    keys("refs.bib", tmp_path)
    (cached(tmp_path)[0] / "manifest.json").write_text("{")
    assert keys("refs.bib", tmp_path) == ["ng"]


@pytest.mark.usefixtures("bib")
def test_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no cache can be written, a temporary index serves and is gone when closed."""
    (tmp_path / "cache").write_text("in the way")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    library = library_for("refs.bib", tmp_path)
    used = entries(tmp_path / "temporary")
    assert (len(used), len(library.search("graph", 5))) == (1, 1)
    library.close()
    assert entries(tmp_path / "temporary") == []


def test_no_cache_and_a_bad_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that cannot be indexed leaves no temporary index behind."""
    (tmp_path / "cache").write_text("in the way")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "bad.jsonl").write_text("no JSON")
    with pytest.raises(TexscholarError, match="JSON"):
        library_for("bad.jsonl", tmp_path)
    assert entries(tmp_path / "temporary") == []


@pytest.mark.usefixtures("bib")
def test_eviction(tmp_path: Path) -> None:
    """Of many indexes the twenty used last stay, of old ones none, and never the one in use goes."""
    folder = tmp_path / "cache" / "indexes"
    for number in range(25):
        (folder / f"{number:02}").mkdir(parents=True)
        days = 61 if number == 0 else number
        os.utime(folder / f"{number:02}", (time.time() - days * 86_400,) * 2)
    keys("refs.bib", tmp_path)
    names = {path.name for path in cached(tmp_path)}
    assert (20, {f"{number:02}" for number in range(1, 20)}) == (
        len(names),
        {name for name in names if len(name) == 2},
    )


@pytest.mark.usefixtures("bib")
def test_use_keeps_an_index(tmp_path: Path) -> None:
    """Using an index makes it young again."""
    keys("refs.bib", tmp_path)
    (path,) = cached(tmp_path)
    os.utime(path, (0, 0))
    keys("refs.bib", tmp_path)
    assert path.stat().st_mtime > time.time() - 60


@pytest.mark.usefixtures("bib")
def test_name_or_file(tmp_path: Path) -> None:
    """A bare word is a library first, a path and a library file's name are a file first."""
    other = tmp_path / "other.bib"
    other.write_text(OTHER, "utf-8")
    for name in ("refs.bib", "word"):
        add_library(name, [other])
    (tmp_path / "word").write_text(BIB, "utf-8")
    assert (
        keys("refs.bib", tmp_path),
        keys("./refs.bib", tmp_path),
        keys("word", tmp_path),
    ) == (["ng"], ["ng"], ["wu"])


def test_name_of_a_file_that_is_gone(bib: Path, tmp_path: Path) -> None:
    """A library named like a file is found where there is no such file."""
    add_library("refs.bib", [bib])
    bib.unlink()
    assert keys("refs.bib", tmp_path) == ["ng"]


@pytest.mark.parametrize("name", ["nothing", "sub/none.bib", "../x", "a b"])
def test_neither(tmp_path: Path, name: str) -> None:
    """What is neither file nor library is told as both, with the remedy."""
    with pytest.raises(TexscholarError, match=r"no file .* no library named .*texscholar library add"):
        library_for(name, tmp_path)


def test_file_of_another_kind(tmp_path: Path) -> None:
    """A file that is there but holds no records is refused with the kinds that do."""
    (tmp_path / "notes").write_text("notes")
    with pytest.raises(TexscholarError, match="bibtex, jsonl"):
        library_for("notes", tmp_path)


def test_two_processes_at_once(bib: Path, tmp_path: Path) -> None:
    """Two processes that index the same file at once both get its records and leave one index."""
    bib.write_text("".join(f"@misc{{k{n}, title={{Graph {n}}}, author={{Ng, A.}}}}\n" for n in range(500)), "utf-8")
    code = (
        "import sys, pathlib; from texscholar.library import library_for;"
        "print(len(library_for('refs.bib', pathlib.Path(sys.argv[1]))))"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=60)[0].strip() for process in running]
    assert (said, len(cached(tmp_path))) == (["500", "500"], 1)


def paper_folder(top: Path) -> Path:
    text = "\\documentclass{article}\\begin{document}Kernels compare structured objects \\cite{ng}.\\bibliography{refs}\\end{document}"
    (top / "papers" / "one").mkdir(parents=True)
    (top / "papers" / "one" / "main.tex").write_text(text, "utf-8")
    (top / "papers" / "one" / "refs.bib").write_text(BIB, "utf-8")
    return top / "papers"


def test_folder_of_papers(bib: Path, tmp_path: Path) -> None:
    """A library is made of folders and files; its manifest says where they lie."""
    bib.write_text(OTHER, "utf-8")
    folder = paper_folder(tmp_path)
    manifest = add_library("own", [folder, bib])
    assert [(source.path, source.shown) for source in manifest.sources] == [
        (str(folder), f"{folder}/"),
        (str(bib), "refs.bib"),
    ]
    with library_for("own", tmp_path) as library:
        assert [hit.record.key for hit in library.search("objects", 5)] == ["ng"]


def test_folder_on_the_fly(tmp_path: Path) -> None:
    """A folder is indexed where it is named, once for the same content."""
    folder = paper_folder(tmp_path)
    for _ in range(2):
        assert keys("papers/", tmp_path) == ["ng"]
    assert len(cached(tmp_path)) == 1
    (folder / "one" / "refs.bib").write_text(BIB.replace("{ng,", "{ng2,"), "utf-8")
    assert (keys("papers", tmp_path), len(cached(tmp_path))) == (["ng2"], 2)


def test_refresh(bib: Path, tmp_path: Path) -> None:
    """A library is made anew from what its sources hold now, wherever one stands."""
    add_library("own", [bib, paper_folder(tmp_path)])
    bib.write_text(OTHER, "utf-8")
    refresh_library("own")
    assert keys("own", tmp_path) == ["ng", "wu"]


def test_refresh_another_version(bib: Path, tmp_path: Path) -> None:
    """A library that another version indexed cannot be searched, and is made anew from its sources."""
    add_library("own", [bib])
    (manifest,) = (data_directory() / "libraries").glob("own@*/manifest.json")
    manifest.write_text(json.dumps(json.loads(manifest.read_text("utf-8")) | {"format": 2}), "utf-8")
    with pytest.raises(TexscholarError, match="texscholar library refresh"):
        library_for("own", tmp_path)
    refresh_library("own")
    assert keys("own", tmp_path) == ["ng"]


def test_refresh_without_a_source(bib: Path, tmp_path: Path) -> None:
    """A library one of whose sources is gone is not made anew, and stays as it was."""
    add_library("own", [bib])
    bib.unlink()
    with pytest.raises(TexscholarError, match="library own was made of it, and it is gone"):
        refresh_library("own")
    assert keys("own", tmp_path) == ["ng"]


def test_refresh_nothing() -> None:
    """A library that is not there cannot be made anew."""
    with pytest.raises(TexscholarError, match="texscholar library list"):
        refresh_library("own")
