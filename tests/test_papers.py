"""Which papers ``check`` and ``fill`` look at, from whatever the user names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import ADAM, PAPER, Run, git, write_files

UNCITED = "Earlier work optimised such networks with Adam, a method for stochastic optimization.\n"
WITH_PART = PAPER.replace("\\bibliography", "\\input{parts/one}\n\\bibliography")
SLIDES = "\\documentclass{beamer}\n\\begin{document}\n\\input{../parts/one}\n\\end{document}\n"
FILES = {
    ".texscholar.toml": "min-confidence = 0.1\n",  # which files are looked at is asked here, not how sure anything is
    "main.tex": WITH_PART,
    "refs.bib": ADAM,
    "parts/one.tex": UNCITED,
    "parts/two.tex": UNCITED,
    "talk/slides.tex": SLIDES,
    "figures/plot.tex": "\\documentclass{standalone}\n\\begin{document}\nx\n\\end{document}\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A paper of two files with slides that share one of them."""
    write_files(tmp_path, FILES)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "all")
    return tmp_path


def places(text: str) -> list[str]:
    """The ``path:line`` of each line of a report."""
    return [":".join(line.split(":")[:2]) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("folder", "arguments", "expected"),
    [
        (".", (), ["main.tex:5", "parts/one.tex:1"]),
        (".", (".",), ["main.tex:5", "parts/one.tex:1"]),
        (".", ("main.tex",), ["main.tex:5", "parts/one.tex:1"]),
        (".", ("parts/one.tex",), ["parts/one.tex:1"]),
        (".", ("parts",), ["parts/one.tex:1"]),
        ("parts", (), ["parts/one.tex:1"]),
        ("parts", ("one.tex",), ["parts/one.tex:1"]),
        (".", ("parts/two.tex",), []),
        (".", ("figures",), []),
        (".", ("main.tex", "parts/one.tex"), ["main.tex:5", "parts/one.tex:1"]),
        ("parts", ("../refs.bib",), ["main.tex:5", "parts/one.tex:1"]),
    ],
)
def test_what_is_checked(
    texscholar: Run, repository: Path, folder: str, arguments: tuple[str, ...], expected: list[str]
) -> None:
    """All papers of a folder, or the file that is named in the papers it belongs to."""
    result = texscholar("check", *arguments, cwd=repository / folder)
    assert (result.code, places(result.text)) == (1 if expected else 0, expected), result.err


def filled(result: object, code: int) -> list[tuple[str, str]]:
    """The root and the path of each suggestion of ``fill --format json``."""
    assert code == 0
    data = json.loads(str(result))
    return [(data["root"], suggestion["path"]) for suggestion in data["suggestions"]]


@pytest.mark.parametrize(
    ("folder", "arguments", "paths"),
    [
        (".", (), ["main.tex", "parts/one.tex"]),
        (".", (".",), ["main.tex", "parts/one.tex"]),
        (".", ("main.tex",), ["main.tex", "parts/one.tex"]),
        ("parts", (), ["main.tex", "parts/one.tex"]),
        ("figures", ("..",), ["main.tex", "parts/one.tex"]),
        ("talk", ("../main.tex",), ["main.tex", "parts/one.tex"]),
    ],
)
def test_the_paper_is_found(
    texscholar: Run, repository: Path, folder: str, arguments: tuple[str, ...], paths: list[str]
) -> None:
    """Without being told: the one root of its kind in the folder, or in the repository around it."""
    result = texscholar("fill", "--format", "json", *arguments, cwd=repository / folder)
    assert [("main.tex", path) for path in paths] == filled(result.text, result.code)
    assert ("the paper is main.tex (talk/slides.tex left aside)" in result.err) == (arguments in ((), (".",), ("..",)))


def test_a_part_stands_for_itself(texscholar: Run, repository: Path) -> None:
    """A file of the paper is filled as part of it, and nothing else is touched."""
    (repository / "talk" / "slides.tex").unlink()
    result = texscholar("fill", "one.tex", "--format", "json", cwd=repository / "parts")
    assert filled(result.text, result.code) == [("main.tex", "parts/one.tex")]


@pytest.mark.parametrize(
    ("files", "arguments", "line"),
    [
        (
            {},
            ("parts/one.tex",),
            "parts/one.tex belongs to several papers; name one of main.tex, talk/slides.tex",
        ),
        (
            {f"p{number}.tex": PAPER.replace("Some", "Some more " * (20 - number)) for number in range(10)},
            (),
            "here are several papers; name one of p0.tex, p1.tex, p2.tex, p3.tex, p4.tex, p5.tex, p6.tex, p7.tex and 3 more",
        ),
        ({}, ("gone",), "gone: no such file; name the paper's main .tex file"),
    ],
)
def test_refusals(
    texscholar: Run, repository: Path, files: dict[str, str], arguments: tuple[str, ...], line: str
) -> None:
    """Where several papers are as likely, they are listed in one line, and nothing is done."""
    write_files(repository, files)
    result = texscholar("fill", *arguments, cwd=repository)
    assert (2, b"", f"texscholar: error: {line}") == (result.code, result.out, result.err.splitlines()[-1])


def test_nowhere_a_paper(texscholar: Run, tmp_path: Path) -> None:
    """A folder without a document is no paper; a fragment that is named is taken as it is."""
    write_files(tmp_path, {"notes.tex": UNCITED})
    refused = texscholar("fill", cwd=tmp_path)
    assert (refused.code, "no .tex file here begins a document" in refused.err) == (2, True)
    assert texscholar("fill", "notes.tex", cwd=tmp_path).code == 0


def test_latexmk_decides(texscholar: Run, repository: Path) -> None:
    """What latexmk is told to set is the paper, whatever else there is."""
    write_files(repository, {"second.tex": PAPER * 2, ".latexmkrc": "@default_files = ('main.tex');\n"})
    result = texscholar("fill", "--format", "json", cwd=repository)
    assert json.loads(result.text)["root"] == "main.tex"


def test_a_missing_input_is_found(texscholar: Run, repository: Path) -> None:
    """With its place and the remedy; suppressions and settings silence it as they do others."""
    write_files(repository, {"main.tex": WITH_PART.replace("parts/one", "parts/gone")})
    found = [
        line for line in texscholar("check", "main.tex", cwd=repository).text.splitlines() if "missing-input" in line
    ]
    assert found == ["main.tex:6:8: missing-input: parts/gone is not there; add the file or correct its name"]
    for files in (
        {"main.tex": WITH_PART.replace("parts/one}", "parts/gone} % texscholar: ignore[missing-input]")},
        {"main.tex": WITH_PART.replace("parts/one", "parts/gone"), ".texscholar.toml": 'ignore = ["missing-input"]\n'},
    ):
        write_files(repository, files)
        assert "missing-input" not in texscholar("check", "main.tex", cwd=repository).text


def test_a_file_that_was_not_added_is_missing_in_the_commit(texscholar: Run, repository: Path) -> None:
    """What is staged is looked at as it will be committed."""
    write_files(repository, {"main.tex": WITH_PART.replace("one}", "one}\\input{parts/new}"), "parts/new.tex": "Text."})
    git(repository, "add", "main.tex")
    assert "missing-input: parts/new" in texscholar("check", "--staged", cwd=repository).text
    git(repository, "add", "parts")
    assert "missing-input" not in texscholar("check", "--staged", cwd=repository).text
