"""``texscholar check`` and the hook for plain git, in real repositories."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ADAM, PAPER, REPOSITORY, Run, git, write_files

UNCITED = "Earlier work optimised such networks with Adam, a method for stochastic optimization.\n"
CITED = (
    "Earlier work optimised such networks with Adam, a method for stochastic optimization~\\citep{kingma2015adam}.\n"
)


def with_line(line: str) -> str:
    return PAPER.replace("\\bibliography", f"{line}\\bibliography")


def places(text: str) -> list[str]:
    """The ``path:line`` and rule of each line of a report."""
    return [":".join(line.split(":")[:2]) + line.split(":")[3] for line in text.splitlines()]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"main.tex": PAPER.replace("Some earlier networks were", "Some earlier networks\nwere")}, []),
        ({"main.tex": with_line(CITED)}, []),
        ({"main.tex": with_line(UNCITED.strip() + " % texscholar: ignore\n")}, []),
        ({"main.tex": with_line("% texscholar: ignore[missing-citation]\n" + UNCITED)}, []),
        ({"main.tex": with_line("% texscholar: off\n" + UNCITED + "% texscholar: on\n")}, []),
        ({"main.tex": with_line("% " + UNCITED)}, []),
        ({"main.tex": with_line("\\begin{verbatim}\n" + UNCITED + "\\end{verbatim}\n")}, []),
        ({"notes.tex": UNCITED}, []),
        ({"main.tex": with_line(UNCITED)}, ["main.tex:6 missing-citation"]),
        ({"main.tex": with_line("\n\n" + UNCITED)}, ["main.tex:8 missing-citation"]),
        (
            {"main.tex": with_line("% texscholar: ignore[undefined-citation]\n" + UNCITED)},
            ["main.tex:6 unused-suppression", "main.tex:7 missing-citation"],
        ),
        ({"main.tex": with_line("So they say \\citep{?}.\n")}, ["main.tex:6 placeholder-citation"]),
        ({"main.tex": with_line("So they say \\citep{gone2001}.\n")}, ["main.tex:6 undefined-citation"]),
        ({"main.tex": with_line("% TODO related-work: optimisation\n")}, ["main.tex:6 unfilled-related-work"]),
        ({"main.tex": with_line("\\input{sec}\n"), "sec.tex": "\n" + UNCITED}, ["sec.tex:2 missing-citation"]),
        ({"refs.bib": ADAM + ADAM.replace("kingma", "Kingma")}, ["refs.bib:7 duplicate-entry"]),
    ],
)
def test_what_is_staged(texscholar: Run, paper: Path, change: dict[str, str], expected: list[str]) -> None:
    """Only touched sentences are reported, with file, line and rule; suppressed, cited and dead ones are not."""
    write_files(paper, change)
    git(paper, "add", ".")
    result = texscholar("check", "--staged", cwd=paper)
    assert places(result.text) == expected, result.err
    assert result.code == (1 if expected else 0)


def test_the_whole_paper_has_more(texscholar: Run, paper: Path) -> None:
    """Without --staged the old sentence is reported too: in the default scope, by file and by folder."""
    for arguments in ((), ("main.tex",), (".",), ("refs.bib",)):
        assert places(texscholar("check", *arguments, cwd=paper).text) == ["main.tex:5 missing-citation"]


def test_no_commit_yet(texscholar: Run, tmp_path: Path) -> None:
    """In a repository without a commit everything staged is new."""
    write_files(tmp_path, {"main.tex": PAPER, "refs.bib": ADAM})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    assert places(texscholar("check", "--staged", cwd=tmp_path).text) == ["main.tex:5 missing-citation"]


def test_partial_staging(texscholar: Run, paper: Path) -> None:
    """What lies unstaged in the work tree is not reported, and it is not changed."""
    write_files(paper, {"main.tex": with_line(UNCITED)})
    git(paper, "add", ".")
    unstaged = with_line("Not staged: every system of theirs is trained with Adam.\n" + CITED)
    write_files(paper, {"main.tex": unstaged})
    assert places(texscholar("check", "--staged", cwd=paper).text) == ["main.tex:6 missing-citation"]
    assert (paper / "main.tex").read_text() == unstaged


def test_a_paper_in_a_folder(texscholar: Run, tmp_path: Path) -> None:
    """In a monorepo paths are relative to the top, from wherever the command is run."""
    write_files(tmp_path, {"papers/a b/main.tex": PAPER, "papers/a b/refs.bib": ADAM, "readme.txt": "x"})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    for directory in (tmp_path, tmp_path / "papers" / "a b"):
        assert places(texscholar("check", "--staged", cwd=directory).text) == ["papers/a b/main.tex:5 missing-citation"]


def test_between_revisions(texscholar: Run, paper: Path) -> None:
    """--from-ref and --to-ref, or pre-commit's environment, compare two commits, as CI does."""
    write_files(paper, {"main.tex": with_line(UNCITED)})
    git(paper, "commit", "-qam", "more")
    by_option = texscholar("check", "--from-ref", "HEAD~1", "--to-ref", "HEAD", cwd=paper)
    by_environment = texscholar(
        "check", "--staged", "main.tex", cwd=paper, env={"PRE_COMMIT_FROM_REF": "HEAD~1", "PRE_COMMIT_TO_REF": "HEAD"}
    )
    assert places(by_option.text) == places(by_environment.text) == ["main.tex:6 missing-citation"]
    assert texscholar("check", "--from-ref", "--output=x", "--to-ref", "HEAD", cwd=paper).code == 2


def test_with_an_empty_library_and_bibliography_nothing_is_suggested(texscholar: Run, paper: Path) -> None:
    """Nothing comes from a memory: without records there is no suggestion."""
    write_files(paper, {"refs.bib": "", "main.tex": with_line(UNCITED)})
    assert texscholar("check", "--min-confidence", "0", cwd=paper).out == b""


def test_no_paper(texscholar: Run, tmp_path: Path) -> None:
    """Where there is no root file the command says so, and finds nothing."""
    write_files(tmp_path, {"notes.tex": UNCITED})
    for arguments in ((), ("notes.tex",)):
        result = texscholar("check", *arguments, cwd=tmp_path)
        assert (result.code, result.out, "found no paper" in result.err) == (0, b"", True)


def test_json_needs_one_paper(texscholar: Run, paper: Path) -> None:
    """JSON describes one paper; with two the command asks for one."""
    write_files(paper, {"other/main.tex": PAPER, "other/refs.bib": ADAM})
    refused = texscholar("check", "--format", "json", cwd=paper)
    assert refused.code == 2
    assert "name its main .tex file" in refused.err
    one = json.loads(texscholar("check", "--format", "json", "other/main.tex", cwd=paper).out)
    assert [finding["path"] for finding in one["findings"]] == ["main.tex"]


def test_one_finding_for_a_file_that_two_papers_share(texscholar: Run, tmp_path: Path) -> None:
    """A section that a short and a long version input is reported once."""
    root = PAPER.replace("Some earlier networks were trained with Adam, a stochastic optimizer.", "\\input{shared}")
    write_files(tmp_path, {"short.tex": root, "long.tex": root, "shared.tex": UNCITED, "refs.bib": ADAM})
    assert places(texscholar("check", cwd=tmp_path).text) == ["shared.tex:1 missing-citation"]


# -- hooks


def _commit(paper: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return git(paper, "commit", "-m", "try", *arguments, check=False)


@pytest.mark.parametrize("arguments", [("main.tex",), ("-a",)])
def test_plain_hook(paper: Path, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """hooks/pre-commit works for ``git commit FILE`` and ``git commit -a``, which hand it an index of their own."""
    shutil.copy(REPOSITORY / "hooks" / "pre-commit", paper / ".git" / "hooks" / "pre-commit")
    program = paper.parent / "bin" / "texscholar"
    write_files(paper.parent, {"bin/texscholar": f'#!/bin/sh\nexec {sys.executable} -m texscholar "$@"\n'})
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    write_files(paper, {"main.tex": with_line(UNCITED)})
    stopped = _commit(paper, *arguments)
    assert (stopped.returncode, b"main.tex:6:1: missing-citation" in stopped.stdout + stopped.stderr) == (1, True)
    write_files(paper, {"main.tex": with_line(CITED)})
    assert _commit(paper, *arguments).returncode == 0


def test_plain_hook_never_holds_up_a_commit_for_trouble_of_ours(paper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken configuration is said, and the commit goes on; without texscholar in PATH too."""
    shutil.copy(REPOSITORY / "hooks" / "pre-commit", paper / ".git" / "hooks" / "pre-commit")
    write_files(paper, {"main.tex": with_line(UNCITED), ".texscholar.toml": "colour = 1\n"})
    monkeypatch.setenv("PATH", f"{Path(shutil.which('git') or '').parent}:/usr/bin:/bin")
    absent = _commit(paper, "-a")
    assert (absent.returncode, b"not in PATH" in absent.stderr) == (0, True)
    write_files(paper.parent, {"bin/texscholar": f'#!/bin/sh\nexec {sys.executable} -m texscholar "$@"\n'})
    (paper.parent / "bin" / "texscholar").chmod(0o755)
    monkeypatch.setenv("PATH", str(paper.parent / "bin"), prepend=":")
    write_files(paper, {"main.tex": with_line(UNCITED + UNCITED)})
    broken = _commit(paper, "-a")
    assert (broken.returncode, b"unknown setting" in broken.stderr) == (0, True)
