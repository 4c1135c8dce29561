"""Citations that authors added later: finding the sentence as it was, and asking the program for what they added."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from conftest import git, write_files
from fixtures_language import Fixture, fixture
from texscholar.bibtex import read_bibliography
from texscholar.cli.main import texscholar
from texscholar.errors import TexscholarError
from texscholar.evaluate.fixes import Fix, Staged, Tried, attempt, read_fixes, stage
from texscholar.evaluate.fixes_report import fix_figures
from texscholar.evaluate.hiding import sentence_at
from texscholar.pipeline import Paper
from texscholar.source import SourceText

BIB = """\
@misc{rain, title = {Rain on Grass}}
@misc{cows, title = {Cows eat Grass}}
"""
LINE = {
    "id": "1",
    "repo": "o/n",
    "commit": "c",
    "file": "main.tex",
    "kind": "no citation -> citation added",
    "similarity": 1.0,
    "before": "Rain falls on grass.",
    "after": "Rain falls~\\cite{rain} on grass.",
    "added": ["rain"],
    "flags": [],
}


def _lines(*changes: dict[str, object]) -> list[bytes]:
    return [json.dumps({**LINE, **change}).encode() for change in changes]


def _fix(before: str, after: str = "", *added: str) -> Fix:
    return Fix("1", "o/n", "c", "main.tex", before, after or before, added or ("rain",), "identical")


@pytest.mark.parametrize(
    ("change", "group"),
    [
        ({}, "identical"),
        ({"flags": ["line-fragment"]}, "identical"),
        ({"similarity": 0.97}, "near"),
        ({"flags": ["name-or-year-typed-before"]}, "others"),
        ({"flags": ["empty-cite-before"], "similarity": 0.9}, "others"),
        ({"kind": "placeholder -> citation"}, "others"),
    ],
)
def test_groups(change: dict[str, object], group: str) -> None:
    """Where nothing else changed, where words did, and where something stood for the citation already."""
    assert [group] == [fix.group for fix in read_fixes(_lines(change), "data")]


@pytest.mark.parametrize(
    ("line", "error"),
    [(b"{", "data:2: is not JSON"), (b"[]", "data:2: is not a JSON object"), (b'{"id": "1"}', "data:2: is no fix")],
)
def test_a_line_that_is_no_fix(line: bytes, error: str) -> None:
    """The error names the file and the line."""
    with pytest.raises(TexscholarError) as told:
        read_fixes([*_lines({}), line], "data")
    assert str(told.value).startswith(error)


def _staged(paper: Fixture, fix: Fix, *, before: bool) -> Staged:
    found = stage(
        fix,
        Paper(paper.project, (read_bibliography(SourceText("refs.bib", BIB)),)),
        "main.tex",
        paper.read,
        before=before,
    )
    assert found is not None
    return found


def _told(staged: Staged) -> tuple[str, str, bool]:
    sentence = sentence_at(staged.paper.project, staged.path, staged.offset)
    return (sentence.text if sentence else "", staged.how, staged.alone)


@pytest.mark.parametrize(
    ("before", "text", "fix", "expected"),
    [
        # As it was: nothing needs to go.
        (True, "It is so. Rain falls on grass. Or not.", _fix("Rain falls on grass."), ("Rain falls on grass.", "before", True)),
        # Set in other lines, with a comment between.
        (True, "It is so. Rain falls % so\non~grass. Or not.", _fix("Rain falls on grass."), ("Rain falls on grass.", "before", True)),
        # A piece of two sentences: the one that got the citation.
        (True, "Rain falls on grass. Cows eat it.", _fix("on grass. Cows", "on grass~\\cite{rain}. Cows"), ("Rain falls on grass.", "before", True)),
        (True, "Rain falls on grass. Cows eat it.", _fix("on grass. Cows", "on grass. Cows~\\cite{cows}", "cows"), ("Cows eat it.", "before", True)),
        # The sentence cited something else before: hidden, and told.
        (True, "Rain falls~\\cite{cows} on grass.", _fix("on grass."), ("Rain falls on grass.", "before", False)),
        # Of two places, the one that cites nothing.
        (True, "We say it falls~\\cite{cows} on grass. They say it falls on grass.", _fix("on grass."), ("They say it falls on grass.", "before", True)),
        # Later: the citation that was added is hidden again.
        (False, "Rain falls~\\cite{rain} on grass. Or not.", _fix("Rain falls on grass."), ("Rain falls on grass.", "found", True)),
        (False, "Rain falls~\\cite{rain,cows} on grass.", _fix("Rain falls on grass."), ("Rain falls on grass.", "found", False)),
        (False, "We see that on grass. Others too~\\cite{rain} on grass.", _fix("on grass."), ("Others too on grass.", "found", True)),
        # The words after the fix are looked for as well.
        (False, "Rain always falls~\\cite{rain} on grass.", _fix("Rain falls on grass.", "Rain always falls~\\cite{rain} on grass."), ("Rain always falls on grass.", "found", True)),
        # Rewritten since: put before what is most like it, which cites the work no more.
        (False, "Cows run. On the grass falls much rain~\\cite{rain}.", _fix("Rain falls on grass."), ("Rain falls on grass.", "inserted", True)),
        # In no sentence at all.
        (True, "\\begin{tabular}{l}Rain on grass\\end{tabular} Cows eat.", _fix("Rain on grass"), ("", "before", True)),
    ],
)  # fmt: skip
def test_the_sentence_is_found(before: bool, text: str, fix: Fix, expected: tuple[str, str, bool]) -> None:
    """However it is set, without its citation, and whether it cites nothing else."""
    assert expected == _told(_staged(fixture(f"%! main.tex\n{text}\n"), fix, before=before))


def test_what_a_rewritten_sentence_cites_goes() -> None:
    """Only the added keys, and only there."""
    text = "Cows run~\\cite{rain}. On the grass~\\cite{cows} falls much rain~\\cite{rain}."
    staged = _staged(fixture(f"%! main.tex\n{text}\n"), _fix("Rain falls on grass."), before=False)
    assert staged.paper.project.files[0].source.text == (
        "Cows run~\\cite{rain}. Rain falls on grass.\nOn the grass~\\cite{cows} falls much rain.\n"
    )


def test_a_paper_without_sentences() -> None:
    """Has no place to put one."""
    paper = fixture("%! main.tex\n\\section{x}\n")
    assert stage(_fix("Rain falls."), Paper(paper.project, ()), "main.tex", paper.read, before=False) is None


TEX = "Rain falls on grass in the evening~\\cite{rain}. Cows eat the grass of others.\n"


@pytest.mark.parametrize(
    ("added", "known", "right"), [("cows", True, True), ("sun", False, False)], ids=["in the .bib", "not in the .bib"]
)
def test_what_the_program_says(added: str, known: bool, right: bool) -> None:
    """About a sentence whose work is in the bibliography; others are counted only."""
    staged = _staged(fixture(f"%! main.tex\n{TEX}"), _fix("Cows eat the grass of others.", "", added), before=True)
    tried = attempt(_fix("Cows eat the grass of others.", "", added), staged, 0.0)
    assert (tried.known, tried.right[:1] == (True,), tried.is_shown) == (known, right, right)
    assert [each[:1] == (True,) for each in tried.peers] == ([True, True] if known else [])


def test_a_sentence_that_cited_something_is_not_shown() -> None:
    """The program leaves sentences that cite alone: that it would have known does not count as shown."""
    text = "Rain falls on grass. Cows~\\cite{rain} eat the grass of others.\n"
    fix = _fix("eat the grass of others.", "", "cows")
    tried = attempt(fix, _staged(fixture(f"%! main.tex\n{text}"), fix, before=True), 0.0)
    assert (tried.right[0], tried.is_shown) == (True, False)


def test_figures() -> None:
    """Shares are over the fixes with an added key in the bibliography."""
    found = fix_figures(
        [
            Tried("1", "identical", "before", True, (True,), ((False, True), ()), True),
            Tried("2", "identical", "before", True, (*[False] * 5, True), ((), (True,)), True),
            Tried("3", "identical", "no sentence", True),
            Tried("4", "identical", "found", True, (False, False), ((), ())),
            Tried("5", "identical", "before", False),
        ]
    )
    assert (found.pairs, found.known, found.how) == (5, 4, {"before": 2, "found": 1, "no sentence": 1})
    assert [(each.at_1, each.at_5, each.at_10, each.mrr) for each in found.ranked.values()] == [
        (1 / 4, 1 / 4, 1 / 2, (1 + 1 / 6) / 4),
        (0, 1 / 4, 1 / 4, 1 / 8),
        (1 / 4, 1 / 4, 1 / 4, 1 / 4),
    ]
    assert (found.shown, found.shown_right) == (1 / 2, 1 / 4)


HEAD = "\\documentclass{article}\n\\begin{document}\n"
END = "\\bibliography{../refs}\n\\end{document}\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder with the data and one repository, whose second commit adds a citation."""
    top = tmp_path / "repositories" / "o+n"
    text = "Rain falls on the grass of others.\nCows eat it later.\n"
    write_files(top, {"text/main.tex": f"{HEAD}\\input{{part}}\n{END}", "text/part.tex": text, "refs.bib": BIB})
    git(top, "init", "-q")
    git(top, "add", ".")
    git(top, "commit", "-qm", "first")
    write_files(top, {"text/part.tex": text.replace("others.", "others~\\cite{rain}.")})
    git(top, "commit", "-qam", "second")
    commit = git(top, "rev-parse", "HEAD").stdout.decode().strip()
    write_files(top, {"text/part.tex": "Everything was rewritten: rain~\\cite{rain} falls.\n"})
    change = {"commit": commit, "file": "text/part.tex", "before": "Rain falls on the grass of others."}
    lines = _lines({**change, "after": "Rain falls on the grass of others~\\cite{rain}."}, {"repo": "gone/away"})
    (tmp_path / "fixes.jsonl").write_bytes(b"\n".join(lines))
    return tmp_path


def _run(folder: Path, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    monkeypatch.chdir(folder)
    command = ["eval", "--benchmark", "history", "--data", "fixes.jsonl", *arguments]
    result = CliRunner().invoke(texscholar, command, standalone_mode=False, catch_exceptions=False)
    assert result.return_value == 0
    return result.stdout, result.stderr


@pytest.mark.parametrize(("history", "how"), [(True, "before"), (False, "inserted")])
def test_the_command(repository: Path, history: bool, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the history at hand the paper is as it was before the commit; else it is as it lies there."""
    if not history:
        (repository / "repositories" / "o+n" / ".git").rename(repository / "git")
    out, err = _run(repository, "--papers", "repositories", "--format", "json", monkeypatch=monkeypatch)
    data = json.loads(out)
    assert [(each["id"], each["how"], each["known"], each["right"][0]) for each in data["fixes"]] == [
        ("1", how, True, True)
    ]
    assert data["groups"]["identical"]["ranked"]["texscholar"]["at_1"] == 1.0
    assert [each["what"] for each in data["skipped"]] == ["1"]
    assert "main.tex of gone/away is in none of the folders" in err


def test_the_tables(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each group with the program beside BM25, and no text of the papers."""
    out, _ = _run(repository, "--papers", "nowhere", "--papers", "repositories", monkeypatch=monkeypatch)
    assert "1 pairs, 1 with an added key in the bibliography: 1 before" in out
    assert "BM25 with citances   1.000 1.000  1.000 1.000" in out
    assert "near: words changed as well\n  0 pairs, 0 with" in out
    assert "grass" not in out


def test_a_file_that_no_document_holds(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is left out with the reason."""
    top = repository / "repositories" / "o+n"
    (top / ".git").rename(repository / "git")
    (top / "text" / "main.tex").unlink()
    _, err = _run(repository, "--papers", "repositories", monkeypatch=monkeypatch)
    assert "no document holds text/part.tex" in err


def test_no_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is an error with its remedy."""
    with pytest.raises(TexscholarError, match="no such file; name the file of fixes with --data"):
        _run(tmp_path, "--papers", ".", monkeypatch=monkeypatch)
