"""No command talks to the network unless it is told to: every one of them, under strace."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import click
import pytest

from conftest import git, write_files
from servers.sources import FakeSources, Paper
from texscholar.cli.main import texscholar as program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")

MAIN = """\
\\documentclass{article}
\\usepackage{natbib}
\\begin{document}
\\section{Related Work}
Wells are older than most of the towns that they stand in \\citep{old}.
Some are shown by others \\citep{10.1000/wells}.
% TODO related-work: maps of rivers
Earlier surveys found springs under limestone with divining rods \\citep{?}.
\\bibliography{refs}
\\end{document}
"""
REFS = "@article{old, title = {Old Wells}, author = {Gill, Gus}, journal = {Wells}, year = 1990}\n"
MAPS = '{"id": "maps", "title": "Drawing maps of rivers", "authors": ["Ann Ames"], "year": 2020, "bibkey": "maps"}\n'
CONFIGURED = 'servers = ["https://llm.example.org/v1"]\nmailto = "me@example.org"\n'

RUNS: Mapping[str, Sequence[Sequence[str]]] = {
    "fill": (
        ("main.tex", "--library", "mine", "--agent", "--show-queries"),
        ("main.tex", "--format", "html", "--output", "page.html"),
        ("main.tex", "--online", "openalex", "--online", "arxiv", "--offline"),
        ("main.tex", "--online", "acl-anthology"),
        ("main.tex", "--online", "none", "--output", ".texscholar/suggestions.patch"),
    ),
    "check": (("--explain", "--library", "mine"), ("--staged", "--online", "openalex"), ("--patch",)),
    "review": (("--rejected",),),
    "apply": (("suggestions.patch",),),
    "cite": (
        ("rivers", "--library", "mine"),
        ("10.1000/182", "--add"),
        ("10.1000/182", "--online", "crossref", "--offline"),
    ),
    "overlay": (("main.tex",),),
    "preprocess": (("main.tex", "-o", "build"),),
    "latexmkrc": ((),),
    "init": ((),),
    "eval": (("main.tex", "--draws", "1", "--share", "1"),),
    "library add": (("refs.bib", "--name", "other"), ("mine.jsonl", "--name", "more")),
    "library get": ((), ("dblp", "--yes", "--offline")),
    "library list": (("--details",),),
    "library publish": (("mine", "shared"),),
    "library push": (("mine", "http://127.0.0.1:9/works", "--dry-run"),),
    "library refresh": (("mine",),),
    "library remove": (("gone",),),
    "library search": (("rivers",),),
    "library show": (("mine", "rivers"),),
    "library stats": ((),),
    "model bench": (("lfm2.5",),),
    "model list": ((),),
    "model pull": (("lfm2.5", "--yes", "--offline"),),
    "model remove": (("lfm2.5",),),
    "model verify": ((),),
    "doctor": ((),),
}
"""Arguments for every command, such that each does what it is for as far as nothing is named that lies elsewhere."""

_NOT_HAD = {"library get", "model bench", "model pull", "model remove"}
STRACE = ("strace", "-f", "-qq", "-e", "trace=network", "-o")
_SOCKET = re.compile(r"\bsocket\((?:AF|PF)_(\w+)|\bsa_family=AF_(\w+)")
_LOCAL = frozenset({"UNIX", "LOCAL", "NETLINK", "UNSPEC"})  # within this machine: name services, pairs of a program


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    """The names of all commands that do something."""
    if not isinstance(command, click.Group):
        yield " ".join(path)
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from commands(found, (*path, name))


def traced(folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> tuple[int, str, list[str]]:
    """How a command ended, what it said on stderr, and the families of the sockets that it or a child opened."""
    trace = folder.parent / "trace"
    done = subprocess.run(
        [*STRACE, trace, sys.executable, "-m", "texscholar", *arguments],
        cwd=folder,
        input=b"",
        capture_output=True,
        check=False,
        env={**os.environ, **(env or {})},
        timeout=120,
    )
    return done.returncode, done.stderr.decode(), families_in(trace)


def families_in(trace: Path) -> list[str]:
    """The families of the sockets in a trace that reach beyond this machine."""
    found = _SOCKET.findall(trace.read_text("utf-8", "replace"))
    return [family for pair in found for family in pair if family and family not in _LOCAL]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a paper that has something for every command, a patch for it, libraries and a configuration."""
    top = tmp_path_factory.mktemp("prepared")
    folder = top / "paper"
    write_files(folder, {"main.tex": MAIN, "refs.bib": REFS, "mine.jsonl": MAPS})
    write_files(top / "configuration", {"config.toml": CONFIGURED})
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "a paper")
    write_files(folder, {"main.tex": MAIN.replace("divining rods", "hazel rods")})
    git(folder, "add", ".")
    for arguments in (
        ("library", "add", "mine.jsonl", "--name", "mine"),
        ("library", "add", "mine.jsonl", "--name", "gone"),
        ("fill", "main.tex", "--library", "mine", "--output", "suggestions.patch"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "texscholar", *arguments],
            cwd=folder,
            capture_output=True,
            check=False,
            env={**os.environ, "TEXSCHOLAR_DATA_DIR": str(top / "data"), "TEXSCHOLAR_CONFIG_DIR": str(top / "none")},
        )
        assert done.returncode == 0, done.stderr
    return top


@pytest.fixture
def paper(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it for one test; the folder of the paper."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("TEXSCHOLAR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TEXSCHOLAR_CONFIG_DIR", str(tmp_path / "configuration"))
    return tmp_path / "paper"


def test_every_command_is_here() -> None:
    """A command that is added needs a run here: with the arguments that reach furthest without naming a host."""
    assert set(RUNS) == set(commands(program))


@pytest.mark.parametrize("command", RUNS)
def test_no_socket(command: str, paper: Path) -> None:
    """Without ``--online``, a named host or a download no command opens one."""
    for arguments in RUNS[command]:
        code, told, families = traced(paper, *command.split(), *arguments)
        assert families == [], (arguments, families)
        # Of models there is none, and --offline lets none be had.
        assert code in ({2} if command in _NOT_HAD and arguments else {0, 1}), told
        assert "Usage:" not in told
        assert "Traceback" not in told


def test_the_trace_sees_sockets(paper: Path) -> None:
    """With ``--online`` the same trace shows them."""
    with FakeSources((Paper("Maps of rivers"),)).serving() as server:
        code, _, families = traced(paper, "fill", "main.tex", "--online", "openalex", env=server.environment)
    assert (code, server.asked != []) == (0, True)
    assert "INET" in families


def test_no_socket_in_a_terminal(paper: Path) -> None:
    """Nor does review when it asks its questions."""
    trace = paper.parent / "trace"
    pid, screen = pty.fork()
    if pid == 0:
        os.chdir(paper)
        os.execvp("strace", [*STRACE, str(trace), sys.executable, "-m", "texscholar", "review", "suggestions.patch"])
    shown, end = b"", time.monotonic() + 60
    while b"]?" not in shown and time.monotonic() < end:
        if select.select([screen], [], [], 0.1)[0]:
            shown += os.read(screen, 65_536)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(screen)
    assert b"related work, paragraph 1 of 1" in shown
    assert families_in(trace) == []
