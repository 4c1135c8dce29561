"""What the tests share: papers in real git repositories, and the program called as a user would call it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

# A shared machine is slow at times, and a change must not fail for what another one broke: in CI the same examples.
settings.register_profile("texscholar", deadline=None, derandomize="CI" in os.environ, print_blob=True)
settings.load_profile("texscholar")

REPOSITORY = Path(__file__).parent.parent
EXAMPLE = REPOSITORY / "example_paper"


@dataclass(frozen=True)
class Result:
    """What a command printed and how it ended."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()


Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _isolated(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the user's libraries, models, git configuration or a running hook's environment."""
    home = tmp_path_factory.mktemp("home")
    for name in [name for name in os.environ if name.startswith(("GIT_", "PRE_COMMIT"))]:
        monkeypatch.delenv(name)
    for name, value in {
        "HOME": home,
        "XDG_CONFIG_HOME": home / "config",
        "XDG_CACHE_HOME": home / "cache",
        "TEXSCHOLAR_DATA_DIR": home / "data",
        "TEXSCHOLAR_CONFIG_DIR": home / "texscholar-config",
        "TEXSCHOLAR_CACHE_DIR": home / "texscholar-cache",
        "HF_HOME": home / "huggingface",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "somebody",
        "GIT_AUTHOR_EMAIL": "somebody@example.org",
        "GIT_COMMITTER_NAME": "somebody",
        "GIT_COMMITTER_EMAIL": "somebody@example.org",
        "NO_COLOR": "1",
    }.items():
        monkeypatch.setenv(name, str(value))


@pytest.fixture
def texscholar() -> Run:
    """The command line in a process of its own: ``texscholar("fill", "main.tex", cwd=…)``."""

    def run(*arguments: str | Path, cwd: Path, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "texscholar", *map(str, arguments)],
            cwd=cwd,
            input=stdin,
            capture_output=True,
            check=False,
            env={**os.environ, **(env or {})},
            timeout=120,
        )
        return Result(done.returncode, done.stdout, done.stderr.decode())

    return run


def git(directory: Path, *arguments: str, stdin: bytes = b"", check: bool = True) -> subprocess.CompletedProcess[bytes]:
    """Run git there."""
    return subprocess.run(["git", *arguments], cwd=directory, input=stdin, capture_output=True, check=check)


def write_files(directory: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files, byte for byte."""
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The example paper, committed in a git repository of its own; the path of its main file."""
    shutil.copytree(EXAMPLE, tmp_path / "repository" / "paper")
    top = tmp_path / "repository"
    git(top, "init", "-q")
    git(top, "add", ".")
    git(top, "commit", "-qm", "the paper")
    return top / "paper" / "main.tex"


ADAM = """\
@inproceedings{kingma2015adam,
  title = {Adam: A Method for Stochastic Optimization},
  author = {Kingma, Diederik P. and Ba, Jimmy},
  booktitle = {International Conference on Learning Representations},
  year = {2015},
}
"""

PAPER = """\
\\documentclass{article}
\\usepackage{natbib}
\\begin{document}
\\section{Training}
Some earlier networks were trained with Adam, a stochastic optimizer.
\\bibliography{refs}
\\end{document}
"""


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """A paper of one file and one entry, committed; its folder."""
    folder = tmp_path / "adam"
    write_files(folder, {"main.tex": PAPER, "refs.bib": ADAM})
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "a paper")
    return folder
