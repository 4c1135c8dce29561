"""``texscholar cite``, what names a work, and the libraries that are used without being named."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ADAM, PAPER, Result, Run, git, write_files
from texscholar.bibtex import Author, Work
from texscholar.cli.main import main
from texscholar.config import read_user_settings
from texscholar.errors import TexscholarError
from texscholar.library import add_library
from texscholar.library.finding import Found, find
from texscholar.library.naming import Named, named

BY_HAND = {"CI": "", "PRE_COMMIT": ""}
RECORDS = [
    {"id": "P19-1001", "title": "One Time of Interaction May Not Be Enough", "authors": ["Chongyang Tao", "Wei Wu"],
     "year": 2019, "venue": "Proceedings of the 57th Annual Meeting", "doi": "10.18653/v1/P19-1001"},
    {"id": "n1", "title": "Deep learning", "authors": ["Yann LeCun"], "year": 2015, "venue": "Nature", "type": "article",
     "doi": "10.1038/nature14539"},
    {"id": "n2", "title": "Dictionary learning of deep nets by LeCun", "authors": ["Zeyu Yun"], "year": 2021},
    {"id": "o1", "title": "Old operators of strings", "authors": ["Ann Müller"], "year": 1999, "arxiv": "hep-th/9901001"},
    {"id": "a1", "title": "Attention is all you need", "authors": ["Ashish Vaswani"], "year": 2017, "arxiv": "1706.03762"},
    {"id": "s1", "title": "Adam: A Method for Stochastic Optimization", "authors": ["Diederik P. Kingma"], "year": 2015},
    {"id": "g1", "title": "Graph walks one", "authors": ["Ann Doe"], "year": 2001},
    {"id": "g2", "title": "Graph walks two", "authors": ["Ann Doe"], "year": 2002},
]  # fmt: skip

ATTENTION = Named(("arxiv:1706.03762", "doi:10.48550/arxiv.1706.03762"))
TAO = Named(("doi:10.18653/v1/p19-1001",), ("P19-1001",))
NAMES = [
    ("attention is all you need", Named(words="attention is all you need")),
    ("vaswani2017attention", Named(ids=("vaswani2017attention",), words="vaswani2017attention")),
    ("", Named()),
    ("10.1038/nature14539", Named(("doi:10.1038/nature14539",))),
    ("  10.1038/NATURE14539. ", Named(("doi:10.1038/nature14539",))),
    ("doi:10.1038/nature14539", Named(("doi:10.1038/nature14539",))),
    ("DOI: 10.1038/nature14539", Named(("doi:10.1038/nature14539",))),
    ("<https://doi.org/10.1038/nature14539>", Named(("doi:10.1038/nature14539",))),
    ("http://dx.doi.org/10.1038%2Fnature14539", Named(("doi:10.1038/nature14539",))),
    ("https://dl.acm.org/doi/abs/10.1145/3292500.3330701?x=y#z", Named(("doi:10.1145/3292500.3330701",))),
    (
        "https://link.springer.com/content/pdf/10.1007/s00453-019-00634-0/pdf",
        Named(("doi:10.1007/s00453-019-00634-0",)),
    ),
    ("10.48550/arXiv.1706.03762", Named(("doi:10.48550/arxiv.1706.03762", "arxiv:1706.03762"))),
    ("1706.03762", ATTENTION),
    ("arXiv:1706.03762v5", ATTENTION),
    ("arxiv: 1706.03762 [cs.CL]", ATTENTION),
    ("https://arxiv.org/abs/1706.03762v2", ATTENTION),
    ("https://arxiv.org/pdf/1706.03762v2.pdf", ATTENTION),
    ("http://export.arxiv.org/abs/1706.03762", ATTENTION),
    ("hep-th/9901001v2", Named(("arxiv:hep-th/9901001", "doi:10.48550/arxiv.hep-th/9901001"))),
    ("arXiv:math.gt/0309136", Named(("arxiv:math.GT/0309136", "doi:10.48550/arxiv.math.gt/0309136"))),
    ("P19-1001", TAO),
    ("p19-1001", TAO),
    ("https://aclanthology.org/P19-1001/", TAO),
    ("https://www.aclweb.org/anthology/P19-1001.pdf", TAO),
    ("https://aclanthology.org/2020.acl-main.1.bib", Named(("doi:10.18653/v1/2020.acl-main.1",), ("2020.acl-main.1",))),
    ("10.18653/v1/P19-1001", TAO),
]


@pytest.mark.parametrize(("text", "expected"), NAMES)
def test_what_a_text_names(text: str, expected: Named) -> None:
    """Identifiers are read in every form that people copy; all else is a key, or words."""
    found = named(text)
    assert (found.identities, found.words) == (expected.identities, expected.words)
    assert set(expected.ids) <= set(found.ids) <= {*expected.ids, text.strip(" <>")}


OWN = (
    Found(Work("Graph Walks", (Author("Doe", "Ann"),), 2001), "doe2001", "refs.bib", is_own=True),
    Found(Work("Of a Key that Looks Like an Id"), "1706.03762", "refs.bib", is_own=True),
    Found(Work("Graph Walks on Trees", (Author("Roe", "Bob"),), 2002, doi="10.1000/x"), "roe", "refs.bib", is_own=True),
)
OF_OWN = [
    ("zebrafish", []),
    ("10.1000/other", []),
    ("graph", ["doe2001", "roe"]),
    ("graph walks", ["doe2001"]),
    ("graph walks on", ["roe"]),
    ("walks roe", ["roe"]),
    ("ROE", ["roe"]),
    ("https://doi.org/10.1000/X", ["roe"]),
    ("the of", []),
    ("1706.03762", ["1706.03762"]),
]


@pytest.mark.parametrize(("text", "keys"), OF_OWN)
def test_what_fits(text: str, keys: list[str]) -> None:
    """A whole title fits alone; then the beginning of one; then all works that bear as many of the words."""
    assert [each.key for each in find(text, OWN, ())] == keys


@pytest.fixture
def here(paper: Path) -> Path:
    """A paper, and a library of this user."""
    write_files(paper.parent, {"shelf.jsonl": "".join(json.dumps(record) + "\n" for record in RECORDS)})
    add_library("shelf", [paper.parent / "shelf.jsonl"])
    return paper


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """``cite`` in this process, which is quicker, as if somebody typed it in a folder."""
    for name, value in BY_HAND.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str, cwd: Path) -> Result:
        monkeypatch.chdir(cwd)
        code = main(["cite", *arguments])
        said = capfd.readouterr()
        return Result(code, said.out.encode(), said.err)

    return run


def entry_of(text: str) -> str:
    found = re.search(r"@\w+\{([^,]*),", text)
    return found[1] if found else ""


ASKED = [
    ("One Time of Interaction", "tao2019one", 0),
    ("https://aclanthology.org/P19-1001", "tao2019one", 0),
    ("doi:10.1038/nature14539.", "lecun2015deep", 0),
    ("deep learning lecun", "lecun2015deep", 0),
    ("arXiv:hep-th/9901001v3", "muller1999old", 0),
    ("https://arxiv.org/pdf/1706.03762v2.pdf", "vaswani2017attention", 0),
    ("n1", "lecun2015deep", 0),
    ("kingma2015adam", "kingma2015adam", 0),
    ("adam stochastic optimization", "kingma2015adam", 0),
    ("zebrafish", "", 1),
    ("10.1000/unknown", "", 1),
    ("graph walks", "", 2),
]


@pytest.mark.parametrize(("query", "key", "code"), ASKED)
def test_cite(query: str, key: str, code: int, by_hand: Callable[..., Result], here: Path) -> None:
    """One work is printed as an entry under its key, with the paper's own command on stderr; the rest is told."""
    done = by_hand(query, cwd=here)
    assert (done.code, entry_of(done.text)) == (code, key), done.err
    assert (f"\\citep{{{key}}}" in done.err) is bool(key)
    assert "Traceback" not in done.err


def test_a_work_that_is_there_is_told_by_its_key(by_hand: Callable[..., Result], here: Path) -> None:
    """Under another name, in a library, it is the same work: nothing is added twice."""
    done = by_hand("s1", "--add", "--apply", cwd=here)
    assert (done.code, done.text) == (0, "")
    told = 'kingma2015adam is in refs.bib already: "Adam: A Method for Stochastic Optimization"; cite it with'
    assert f"{told} \\citep{{kingma2015adam}}" in done.err
    assert (here / "refs.bib").read_text() == ADAM


def test_adding_is_a_diff_first(by_hand: Callable[..., Result], here: Path) -> None:
    """--add prints what git applies; --apply writes the same; the second time the work is there."""
    diff = by_hand("10.1038/nature14539", "--add", cwd=here)
    assert (here / "refs.bib").read_text() == ADAM
    assert by_hand("10.1038/nature14539", "--format", "diff", cwd=here).out == diff.out
    assert re.search(r"^# model: none; libraries: shelf \(8 records, [0-9a-f]{64}\); seed: 0$", diff.text, re.MULTILINE)
    git(here, "apply", "-", stdin=diff.out)
    applied = (here / "refs.bib").read_bytes()
    git(here, "checkout", "refs.bib")
    written = by_hand("10.1038/nature14539", "--add", "--apply", cwd=here)
    assert (written.code, written.text, (here / "refs.bib").read_bytes()) == (0, "", applied)
    assert "lecun2015deep written to refs.bib" in written.err
    again = by_hand("Deep Learning", "--add", "--apply", cwd=here)
    assert "lecun2015deep is in refs.bib already" in again.err
    assert (here / "refs.bib").read_bytes() == applied


def test_bytes_of_the_file_stay(by_hand: Callable[..., Result], here: Path) -> None:
    """Latin-1 and CRLF, an entry that cannot be read: what is added is in the file's way, and all else is as it was."""
    whole = ADAM.replace("Ba, Jimmy", "Bär, Jimmy").replace("\n", "\r\n").encode("latin-1")
    broken = b"@misc{broken, x = {\r\n"
    (here / "refs.bib").write_bytes(whole + broken)
    assert by_hand("hep-th/9901001", "--add", "--apply", cwd=here).code == 0
    new = (here / "refs.bib").read_bytes()
    assert (new.startswith(whole), new.endswith(broken), new.count(b"\n")) == (True, True, new.count(b"\r\n"))
    assert b"@misc{muller1999old,\r\n  author = {M\xfcller, Ann}" in new[len(whole) : -len(broken)]


def test_several_works(by_hand: Callable[..., Result], here: Path) -> None:
    """They are numbered on stderr, so that a pipe gets an entry or nothing; --pick takes one, JSON has all."""
    done = by_hand("graph", "walks", cwd=here)
    assert (done.code, done.text) == (2, "")
    assert [line[:5] for line in done.err.splitlines() if "Graph walks" in line] == ["  1  ", "  2  "]
    assert "2 works fit" in done.err.splitlines()[-1]
    picked = by_hand("graph", "walks", "--pick", "2", "--format", "key", cwd=here)
    works = json.loads(by_hand("graph walks", "--format", "json", cwd=here).text)["works"]
    assert picked.text.strip() == works[1]["key"]
    assert [(work["origin"], work["in_bibliography"], entry_of(work["entry"])) for work in works] == [
        ("library:shelf", False, work["key"]) for work in works
    ]
    assert by_hand("graph walks", "--pick", "3", cwd=here).code == 2


def test_a_choice_on_a_terminal(here: Path) -> None:
    """Where somebody sits, the list is a question."""
    terminal, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "texscholar", "cite", "graph walks", "--format", "key"],
        cwd=here,
        stdin=theirs,
        stderr=theirs,
        stdout=subprocess.PIPE,
        env={**os.environ, **BY_HAND, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    os.close(theirs)
    seen, end = b"", time.monotonic() + 90
    while b"Which one" not in seen and time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            seen += os.read(terminal, 1000)
    os.write(terminal, b"2\n")
    out, _ = process.communicate(timeout=90)  # the terminal stays open as long as somebody may write to it
    os.close(terminal)
    assert (process.returncode, out.strip().startswith(b"doe200")) == (0, True)


def test_without_a_paper(by_hand: Callable[..., Result], here: Path, tmp_path: Path) -> None:
    """Elsewhere the entry has a style of ours and the plain command; nothing can be added there."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = by_hand("10.1038/nature14539", cwd=elsewhere)
    assert (done.code, entry_of(done.text), "\\cite{lecun2015deep}" in done.err) == (0, "lecun2015deep", True)
    refused = by_hand("10.1038/nature14539", "--add", cwd=elsewhere)
    assert (refused.code, len(refused.err.splitlines())) == (2, 1)
    there = by_hand("10.1038/nature14539", "--paper", str(here), cwd=elsewhere)
    assert "\\citep{lecun2015deep}" in there.err


def test_in_the_style_of_the_paper(by_hand: Callable[..., Result], here: Path) -> None:
    """An empty .bib of a biblatex paper gets biblatex's fields; a command is the paper's own."""
    paper = PAPER.replace("natbib", "biblatex").replace(
        "\\begin{document}", "\\addbibresource{refs.bib}\n\\begin{document}"
    )
    write_files(here, {"main.tex": paper.replace("\\bibliography{refs}\n", ""), "refs.bib": ""})
    done = by_hand("10.1038/nature14539", cwd=here)
    assert ("journaltitle = {Nature}" in done.text, "date = {2015}" in done.text) == (True, True)
    assert "\\autocite{lecun2015deep}" in done.err


REFUSED = [
    ("--apply", "x"),
    ("x", "--library", "gone"),
    ("x", "--paper", "gone.tex"),
    ("x", "--format", "sql"),
    (),
]


@pytest.mark.parametrize("arguments", REFUSED, ids=str)
def test_refusals(arguments: tuple[str, ...], by_hand: Callable[..., Result], here: Path) -> None:
    """What cannot be is one line."""
    done = by_hand(*arguments, cwd=here)
    assert (done.code, done.text, "Traceback" in done.err) == (2, "", False)
    assert done.err.splitlines()[-1].startswith("texscholar: error: ")


def test_a_paper_without_a_bibliography(by_hand: Callable[..., Result], here: Path) -> None:
    """There is nothing to add to, and it says so."""
    write_files(here, {"main.tex": PAPER.replace("\\bibliography{refs}\n", "")})
    done = by_hand("10.1038/nature14539", "--add", cwd=here)
    assert (done.code, "reads no .bib file" in done.err) == (2, True)


HOSTILE = "A \x1b[31m title \\input{x} \u202e % {"


def test_records_are_data(by_hand: Callable[..., Result], paper: Path) -> None:
    """What a record says neither steers a terminal nor acts in TeX."""
    lines = "".join(json.dumps({"id": name, "title": HOSTILE, "authors": [name], "year": 2001}) + "\n" for name in "ab")
    write_files(paper, {"bad.jsonl": lines})
    done = by_hand("title", "--library", "bad.jsonl", "--pick", "1", cwd=paper)
    listed = by_hand("title", "--library", "bad.jsonl", cwd=paper)
    assert (done.code, "\\input" in done.text, "\x1b" in done.text + done.err + listed.err) == (0, False, False)


USED = [
    ({}, (), "", ["shelf", "two"]),
    ({"PRE_COMMIT": "1"}, (), "", []),
    ({"CI": "true"}, (), "", []),
    ({}, ("--library", "two"), "", ["two"]),
    ({}, ("--library", "none"), "", []),
    ({}, (), 'libraries = ["shelf"]', ["shelf"]),
    ({}, (), "libraries = []", []),
    ({}, ("--library", "two"), 'libraries = ["shelf"]', ["two"]),
]


@pytest.mark.parametrize(("environment", "arguments", "configuration", "names"), USED)
def test_libraries_that_nobody_named(  # noqa: PLR0917 - a table
    environment: dict[str, str],
    arguments: tuple[str, ...],
    configuration: str,
    names: list[str],
    texscholar: Run,
    here: Path,
) -> None:
    """fill uses the user's libraries, or those that the user's settings name; hooks and CI use none."""
    write_files(here.parent, {"two.bib": ADAM})
    add_library("two", [here.parent / "two.bib"])
    write_files(Path(os.environ["TEXSCHOLAR_CONFIG_DIR"]), {"config.toml": configuration})
    done = texscholar("fill", "main.tex", *arguments, "--format", "json", cwd=here, env={**BY_HAND, **environment})
    assert [each["name"] for each in json.loads(done.text)["run"]["libraries"]] == names


def test_check_uses_none_that_nobody_named(texscholar: Run, here: Path) -> None:
    """What check reports is the same on every machine."""
    done = texscholar("check", "--format", "json", cwd=here, env=BY_HAND)
    assert '"libraries": []' in json.dumps(json.loads(done.text))


def test_a_paper_names_its_own(texscholar: Run, here: Path) -> None:
    """Where a paper's settings name libraries, those are used alone; "none" stands for none."""
    for setting, names in ((["two.bib"], ["two.bib"]), (["none"], [])):
        write_files(here, {"two.bib": ADAM, ".texscholar.toml": f"libraries = {json.dumps(setting)}\n"})
        done = texscholar("fill", "main.tex", "--format", "json", cwd=here, env=BY_HAND)
        assert [each["name"] for each in json.loads(done.text)["run"]["libraries"]] == names


def test_a_damaged_library_that_nobody_named_is_skipped(texscholar: Run, here: Path) -> None:
    """It is told, and the rest is used."""
    (pointer,) = (Path(os.environ["TEXSCHOLAR_DATA_DIR"]) / "libraries").glob("*.json")
    pointer.write_text("{}")
    done = texscholar("fill", "main.tex", cwd=here, env=BY_HAND)
    assert (done.code, "skipped: library shelf is damaged" in done.err) == (0, True)


def test_settings_of_the_user_are_checked() -> None:
    """Libraries are a list of names."""
    assert read_user_settings("", "c").libraries is None
    assert read_user_settings('libraries = ["a"]', "c").libraries == ("a",)
    with pytest.raises(TexscholarError, match="libraries must be a list of strings"):
        read_user_settings("libraries = 1", "c")
