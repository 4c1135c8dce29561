"""What a run loads and starts: a commit pays for nothing that it does not need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import git, write_files

HEAVY = (
    "numpy",
    "tantivy",
    "llama_cpp",
    "rich",
    "bibtexparser",
    "jinja2",
    "httpx",
    "socket",
    "charset_normalizer",
    "orjson",
)
OURS = ("texscholar.lfm", "texscholar.network", "texscholar.related_work", "texscholar.suggest")
PAPER = {
    "main.tex": "\\documentclass{article}\n\\begin{document}\nRandom walks converge on every graph~\\cite{a}.\n"
    "\\input{more}\n\\bibliography{refs}\n\\end{document}\n",
    "more.tex": "They converge as fast on sparse graphs~\\cite{a}.\n",
    "refs.bib": "@article{a, title = {Random Walks}, author = {Doe, Ann}, year = 2001}\n",
}


def loaded(code: str, folder: Path) -> set[str]:
    """The modules that a fresh interpreter has loaded after some code."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint('loaded', *sys.modules)"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        capture_output=True,
        check=True,
    )
    return set(done.stdout.decode().rpartition("loaded")[2].split())


def run(*arguments: str) -> str:
    return f"from texscholar.cli.main import main\nassert main({list(arguments)!r}) == 0"


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    write_files(tmp_path, PAPER)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


RUNS = {
    "the program": "import texscholar.cli.main",
    "its help": run("--help"),
    "check": run("check"),
    "check of a change": run("check", "--staged"),
}


@pytest.mark.parametrize("code", RUNS.values(), ids=RUNS)
def test_nothing_heavy_is_loaded(code: str, paper: Path) -> None:
    """Where there is nothing to say, neither search nor model nor a library for old encodings is loaded."""
    write_files(paper, {"more.tex": "They converge as fast on dense graphs~\\cite{a}.\n"})
    git(paper, "add", ".")
    modules = loaded(code, paper)
    assert [name for name in (*HEAVY, *OURS) if name in modules] == []


def test_an_overlay_loads_little(paper: Path) -> None:
    """A build of a draft waits for it: no model of papers, no ranking, whatever the patch holds."""
    write_files(
        paper, {"more.tex": "Random walks converge as fast on every dense graph, as others have shown before.\n"}
    )
    fill = run("fill", "--min-confidence", "0", "--output", ".texscholar/suggestions.patch")
    assert "texscholar.recommend.ranking" in loaded(fill, paper)
    modules = loaded(run("overlay", "main.tex"), paper)
    assert "\\txs@add{more.tex}" in (paper / "texscholar-overlay.tex").read_text()
    late = (
        "texscholar.latex.project",
        "texscholar.recommend.ranking",
        "texscholar.related_work",
        "importlib.resources",
    )
    assert [name for name in (*HEAVY, "git", "texscholar.lfm", *late) if name in modules] == []


def test_rejections_load_nothing_heavy(paper: Path) -> None:
    """Where authors rejected something, a hook reads that and pays for nothing else."""
    line = '{"version": 1, "rule": "missing-citation", "about": "They converge.", "key": "a", "title": "A", "names": ["b"]}\n'
    write_files(
        paper, {"more.tex": "They converge as fast on dense graphs~\\cite{a}.\n", ".texscholar/rejected.jsonl": line}
    )
    git(paper, "add", ".")
    modules = loaded(RUNS["check of a change"], paper)
    assert "texscholar.suggest.rejections" in modules
    assert [name for name in (*HEAVY, "texscholar.suggest.parts", "texscholar.lfm") if name in modules] == []


@pytest.mark.parametrize("options", [(), ("--offline",)])
def test_fill_opens_no_connection(options: tuple[str, ...], paper: Path) -> None:
    """Without a server nothing is loaded that could open a connection."""
    modules = loaded(run("fill", *options), paper)
    assert {"texscholar.network", "httpx", "socket", "ssl"} & modules == set()


def test_git_is_loaded_for_changes_only(paper: Path) -> None:
    """A check of the whole paper does not ask git."""
    assert ["git" in loaded(run("check", *option), paper) for option in ([], ["--staged"])] == [False, True]


def test_commands_are_loaded_one_by_one(paper: Path) -> None:
    """The module of a command is loaded when it is called."""
    assert {name for name in loaded(run("check"), paper) if name.startswith("texscholar.cli.")}.isdisjoint(
        {"texscholar.cli.apply", "texscholar.cli.doctor", "texscholar.cli.fill", "texscholar.cli.library"}
    )


READ = (
    "from pathlib import Path\nfrom texscholar import disk\nfrom texscholar.cli.loading import load_paper\n"
    "load_paper(disk.locate(Path('main.tex')))"
)


@pytest.mark.parametrize(("declaration", "guessed"), [("", True), ("\\RequirePackage[koi8-r]{inputenc}\n", False)])
def test_an_encoding_that_the_root_declares_needs_no_guess(declaration: str, guessed: bool, paper: Path) -> None:
    """The library that detects encodings is loaded only where nothing tells one."""
    text = "Случайные блуждания на графах сходятся быстро~\\cite{a}.\n"
    write_files(paper, {"main.tex": declaration + PAPER["main.tex"], "more.tex": text.encode("koi8-r")})
    assert ("charset_normalizer" in loaded(READ, paper)) is guessed


@pytest.mark.parametrize("files", [1, 9])
def test_git_is_asked_twice(files: int, paper: Path) -> None:
    """One process of git tells the change, another gives all files; GitPython asks for the version before."""
    names = [f"part{number}" for number in range(files)]
    write_files(paper, {f"{name}.tex": f"Walks converge on graphs of {name} too~\\cite{{a}}.\n" for name in names})
    write_files(paper, {"more.tex": "".join(f"\\input{{{name}}}\n" for name in names)})
    git(paper, "add", ".")
    trace = paper / ".git" / "trace"
    done = subprocess.run(
        [sys.executable, "-m", "texscholar", "check", "--staged"],
        cwd=paper,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), "GIT_TRACE": str(trace)},
        capture_output=True,
        check=False,
    )
    started = [line.split("built-in: git ")[1] for line in trace.read_text().splitlines() if "built-in: git " in line]
    asked = sorted(line.split()[0] for line in started if line != "version")
    assert (done.returncode, asked) == (0, ["cat-file", "diff"])
