"""Hooks in trouble: two at once, interrupted, a folder that cannot be written, a full disk."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from conftest import PAPER, Run, git, write_files
from texscholar.cli.main import main

NEW = "Earlier work optimised such networks with Adam, a method for stochastic optimization.\n"
PATCH, BASELINE = ".texscholar/suggestions.patch", ".texscholar/baseline.json"
HOOK = ("check", "--staged", "--patch")
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1  # of linux/prctl.h and linux/capability.h


@pytest.fixture
def staged(paper: Path) -> Path:
    """The paper with a new sentence staged and more of it unstaged."""
    write_files(paper, {"main.tex": PAPER.replace("\\bibliography", f"\n{NEW}\\bibliography")})
    write_files(paper, {".texscholar.toml": "min-confidence = 0.12\n"})
    git(paper, "add", ".")
    write_files(paper, {"main.tex": PAPER.replace("\\bibliography", f"\n{NEW}Unstaged.\n\\bibliography")})
    return paper


def state(paper: Path) -> tuple[bytes, ...]:
    """What no hook may change: the index, the last commit, and the files."""
    files = [path.read_bytes() for path in sorted(paper.glob("*.*")) if path.is_file()]
    return git(paper, "ls-files", "-s").stdout, git(paper, "rev-parse", "HEAD").stdout, *files


def ours(paper: Path) -> list[str]:
    return sorted(path.name for path in (paper / ".texscholar").glob("*"))


def test_several_at_once(texscholar: Run, staged: Path) -> None:
    """Hooks that run at the same time find the same, and the patch is that of one of them, whole."""
    before = state(staged)
    assert texscholar(*HOOK, cwd=staged).code == 1
    patch = (staged / PATCH).read_bytes()
    (staged / PATCH).unlink()
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "texscholar", *HOOK],
            cwd=staged,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for _ in range(6)
    ]
    told = [run.communicate(timeout=120)[0] for run in runs]
    assert ({run.returncode for run in runs}, len(set(told))) == ({1}, 1)
    assert ((staged / PATCH).read_bytes(), ours(staged)) == (patch, [".gitignore", "suggestions.patch"])
    assert state(staged) == before


def test_baselines_at_once(paper: Path) -> None:
    """Two that write the baseline leave one that is whole."""
    write_files(paper, {".texscholar.toml": "min-confidence = 0.12\n"})
    command = [sys.executable, "-m", "texscholar", "check", "--write-baseline"]
    runs = [subprocess.Popen(command, cwd=paper, stderr=subprocess.DEVNULL) for _ in range(4)]
    assert [run.wait(timeout=120) for run in runs] == [0] * 4
    assert (paper / BASELINE).read_bytes().count(b"fingerprint") == 1
    assert ours(paper) == [".gitignore", "baseline.json"]


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(staged: Path, monkeypatch: pytest.MonkeyPatch, kind: signal.Signals) -> None:
    """A hook that is stopped while git works says so in one line, and leaves nothing behind."""
    before, real = state(staged), git(staged, "--exec-path").stdout.decode().strip()
    flag = staged.parent / "waiting"
    write_files(staged.parent, {"bin/git": f"#!/bin/sh\n: > '{flag}'\nsleep 20 &\nwait\nexec '{real}/git' \"$@\"\n"})
    (staged.parent / "bin" / "git").chmod(0o755)
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", f"{staged.parent / 'bin'}{os.pathsep}{path}")
    with subprocess.Popen(
        [sys.executable, "-m", "texscholar", *HOOK], cwd=staged, stderr=subprocess.PIPE, start_new_session=True
    ) as run:
        until = time.monotonic() + 60
        while not flag.exists() and time.monotonic() < until:
            time.sleep(0.02)
        os.killpg(run.pid, kind)
        said = run.communicate(timeout=60)[1].decode()
    monkeypatch.setenv("PATH", path)
    if kind == signal.SIGINT:
        line = "texscholar: interrupted; every file is old or new, none is half-written\n"
        assert (run.returncode, said.lstrip()) == (130, line)
    else:
        assert (run.returncode, said) == (-signal.SIGTERM, "")
    assert (state(staged), ours(staged)) == (before, [])


REASONS = {
    errno.ENOSPC: "No space left on device",
    errno.EROFS: "Read-only file system",
    errno.EACCES: "Permission denied",
}


def refuse(monkeypatch: pytest.MonkeyPatch, code: int, *, late: bool) -> None:
    """No new file can be made, or, ``late``, none reaches the disk."""

    def fail(*_given: object, **_named: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(*((os, "fsync") if late else (tempfile, "mkstemp")), fail)


@pytest.mark.parametrize("code", REASONS)
@pytest.mark.parametrize("late", [False, True])
def test_a_folder_that_cannot_be_written(
    staged: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], code: int, late: bool
) -> None:
    """Findings are told all the same; one line says why there is no patch, and an older patch stays whole."""
    monkeypatch.chdir(staged)
    write_files(staged, {PATCH: "an older patch\n", ".texscholar/.gitignore": "*\n"})
    before = state(staged)
    with monkeypatch.context() as patched:
        refuse(patched, code, late=late)
        assert main([*HOOK]) == 1
    told = capfd.readouterr()
    assert told.out.startswith("main.tex:7:1: missing-citation")
    assert told.err.startswith("texscholar: no patch: ")
    assert f"cannot be written ({REASONS[code]})" in told.err.splitlines()[0]
    assert ((staged / PATCH).read_text(), ours(staged)) == ("an older patch\n", [".gitignore", "suggestions.patch"])
    assert state(staged) == before


@pytest.mark.parametrize("code", REASONS)
@pytest.mark.parametrize("late", [False, True])
def test_a_baseline_that_cannot_be_written(
    staged: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], code: int, late: bool
) -> None:
    """The command fails with one line, and the older baseline stays whole."""
    monkeypatch.chdir(staged)
    write_files(staged, {BASELINE: "an older one\n", ".texscholar/.gitignore": "*\n"})
    with monkeypatch.context() as patched:
        refuse(patched, code, late=late)
        assert main(["check", "--write-baseline"]) == 2
    told = capfd.readouterr().err
    assert (told.count("\n"), f"cannot be written ({REASONS[code]})" in told, BASELINE in told) == (1, True, True)
    assert ((staged / BASELINE).read_text(), ours(staged)) == ("an older one\n", [".gitignore", "baseline.json"])


def test_something_else_where_our_folder_would_be(texscholar: Run, staged: Path) -> None:
    """A file that is called like our folder stays, and the findings are told."""
    write_files(staged, {".texscholar": "mine\n"})
    result = texscholar(*HOOK, cwd=staged)
    assert (result.code, result.text.startswith("main.tex:7:1: missing-citation")) == (1, True)
    assert "no patch: .texscholar: cannot be made (File exists); check the permissions" in result.err
    assert (staged / ".texscholar").read_text() == "mine\n"


def bound_by_rights() -> None:
    """In a child: root, too, may write only what the bits of a file say; for anybody else nothing changes."""
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="prctl(2) is Linux's")
def test_a_read_only_folder(staged: Path) -> None:
    """Whoever may not write there gets the findings and a line, and the light hook needs to write nothing at all."""
    (staged / ".texscholar").mkdir()
    (staged / ".texscholar").chmod(0o555)
    refused = "no patch: .texscholar/suggestions.patch: cannot be written (Permission denied)"
    for arguments, line in ((HOOK, refused), (HOOK[:2], "1 finding; ")):
        done = subprocess.run(
            [sys.executable, "-m", "texscholar", *arguments],
            cwd=staged,
            capture_output=True,
            check=False,
            timeout=120,
            preexec_fn=bound_by_rights,
        )
        said = done.stderr.decode()
        assert (done.returncode, done.stdout.startswith(b"main.tex:7:1: missing-citation")) == (1, True), said
        assert said.startswith(f"texscholar: {line}")
    assert ours(staged) == []
