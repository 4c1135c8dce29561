"""``texscholar fill --watch``: what makes it look again, what it writes and says, how it ends; and latexmk -pvc beside it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from conftest import ADAM, PAPER, REPOSITORY, Run, git, write_files
from models.untrained import write_untrained
from texscholar import disk
from texscholar.cli import watching
from texscholar.cli.looking import Asked, Equipment, Result, equipped
from texscholar.errors import Skipped
from texscholar.pipeline import Job
from texscholar.setup import LATEXMKRC
from texscholar.suggest import read_preamble

PATIENCE = 90  # seconds; nothing is waited for that long but on a machine that is very busy
PATCH = ".texscholar/suggestions.patch"
DROPOUT = """\
@article{srivastava2014dropout,
  title = {Dropout: A Simple Way to Prevent Neural Networks from Overfitting},
  author = {Srivastava, Nitish and Hinton, Geoffrey},
  journal = {Journal of Machine Learning Research},
  year = {2014},
}
"""
MORE = "\nOther networks were regularised with Dropout, a simple way to prevent neural networks from overfitting.\n"
SETTINGS = "min_confidence = 0.1\n"
COMMAND = (sys.executable, "-m", "texscholar", "fill", "main.tex", "--watch", "--model-variant", "none")


def eventually(condition: Callable[[], bool], told: Callable[[], str]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, told()
        time.sleep(0.05)


def put(folder: Path, name: str, content: str) -> None:
    """A file that is never seen half-written, as most editors save it."""
    write_files(folder, {f"{name}.new": content})
    (folder / f"{name}.new").replace(folder / name)


class Process:
    """A program in the background, with the lines that it said so far."""

    def __init__(self, command: tuple[str, ...], cwd: Path, env: dict[str, str] | None = None) -> None:
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), **(env or {})}
        self.process = subprocess.Popen(
            command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
        self.lines: list[str] = []
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))

    def until(self, condition: Callable[[], bool]) -> None:
        eventually(condition, lambda: "\n".join(self.lines))

    def says(self, words: str, *, after: int = 0) -> int:
        """Wait for a line with these words; the number of lines up to it."""
        self.until(lambda: any(words in line for line in self.lines[after:]))
        return next(n for n, line in enumerate(self.lines) if n >= after and words in line) + 1

    def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    def end(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._reader.join(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def running(command: tuple[str, ...], cwd: Path, env: dict[str, str] | None = None) -> Iterator[Process]:
    process = Process(command, cwd, env)
    try:
        yield process
    finally:
        process.end()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_files(tmp_path, {"main.tex": PAPER, "refs.bib": ADAM, ".texscholar.toml": SETTINGS})
    git(tmp_path, "init", "-q")
    return tmp_path


def test_what_is_looked_at_again(folder: Path, texscholar: Run) -> None:
    """A source, one that is named before it is there, a bibliography, settings, rejections: a line and a patch each."""
    patch = folder / PATCH
    with running(COMMAND, folder) as watch:
        at = watch.says(f"1 citation for 1 file; {PATCH} is written")
        assert b"kingma2015adam" in patch.read_bytes()
        put(folder, "main.tex", PAPER.replace("\\bibliography{", "\\input{more}\n\\bibliography{"))
        at = watch.says("skipped: main.tex:6: more.tex cannot be read", after=at)
        put(folder, "more.tex", MORE)
        at = watch.says(f"; {PATCH} is written", after=at)
        put(folder, "refs.bib", ADAM + DROPOUT)
        at = watch.says(f"2 citations for 2 files; {PATCH} is written", after=at)
        assert b"srivastava2014dropout" in patch.read_bytes()
        put(folder, ".texscholar.toml", "min_confidence = 1.0\n")
        at = watch.says(f"nothing to suggest; {PATCH} is written", after=at)
        assert patch.read_bytes() == b""
        put(folder, ".texscholar.toml", SETTINGS)
        at = watch.says(f"2 citations for 2 files; {PATCH} is written", after=at)
        once = texscholar("fill", "main.tex", "--model-variant", "none", "--output", "once.patch", cwd=folder)
        assert once.code == 0
        assert (folder / "once.patch").read_bytes() == patch.read_bytes()
        assert texscholar("review", "--reject", first_id(patch), cwd=folder).code == 0
        at = watch.says(f"1 citation for 1 file; {PATCH} is written", after=at)
        assert len(watch.lines) == at
        assert watch.interrupt() == 130


def first_id(patch: Path) -> str:
    """The id of the first suggestion of a patch."""
    return read_preamble(patch.read_bytes(), PATCH).evidence[0].id


def test_nothing_new_is_not_written(folder: Path) -> None:
    with running(COMMAND, folder) as watch:
        at = watch.says("is written")
        before = (folder / PATCH).stat()
        put(folder, "main.tex", PAPER + "% a word behind the end\n")
        # The file that the patch is for has another hash.
        at = watch.says("is written", after=at)
        put(folder, "main.tex", PAPER + "% a word behind the end\n")
        watch.says("stays", after=at)
        assert (folder / PATCH).stat().st_ino != before.st_ino
        now = (folder / PATCH).stat()
        put(folder, "main.tex", PAPER + "% a word behind the end\n")
        watch.says("stays", after=at + 1)
        assert (folder / PATCH).stat() == now


TROUBLE = {
    "no main file": ("main.tex", None, "main.tex: no such file"),
    "settings": (".texscholar.toml", "min_confidence = \n", ".texscholar.toml:1"),
    "an unknown setting": (".texscholar.toml", "colour = 1\n", ".texscholar.toml"),
    "half a bibliography": ("refs.bib", ADAM[:60], "skipped: refs.bib:1"),
}


@pytest.mark.parametrize(("name", "content", "words"), TROUBLE.values(), ids=TROUBLE)
def test_trouble_is_a_line(name: str, content: str | None, words: str, folder: Path) -> None:
    """A paper that is broken for a moment costs a line, nothing that was written, and no end."""
    file = folder / name
    kept = file.read_text()
    with running(COMMAND, folder) as watch:
        at = watch.says("is written")
        patch = (folder / PATCH).read_bytes()
        if content is None:
            file.unlink()
        else:
            put(folder, name, content)
        seen = watch.says(words, after=at)
        assert seen == at + 1
        put(folder, name, kept)
        watch.says("1 citation", after=seen)
        assert (folder / PATCH).read_bytes() == patch
        assert watch.process.poll() is None


def test_trouble_at_the_start(folder: Path) -> None:
    put(folder, ".texscholar.toml", "min_confidence = \n")
    with running(COMMAND, folder) as watch:
        at = watch.says(".texscholar.toml:1")
        put(folder, ".texscholar.toml", SETTINGS)
        watch.says("is written", after=at)


def test_interrupted(folder: Path) -> None:
    """Ctrl-C ends it with 130 and a line; the patch is whole, and nothing else is left."""
    with running(COMMAND, folder) as watch:
        watch.says("is written")
        patch = (folder / PATCH).read_bytes()
        assert watch.interrupt() == 130
        assert watch.lines[-1] == "texscholar: interrupted; every file is old or new, none is half-written"
    assert (folder / PATCH).read_bytes() == patch
    assert sorted(each.name for each in (folder / ".texscholar").iterdir()) == [".gitignore", "suggestions.patch"]


def test_another_file(folder: Path) -> None:
    with running((*COMMAND, "--output", "mine.patch"), folder) as watch:
        watch.says("mine.patch is written")
    assert b"+Some earlier networks" in (folder / "mine.patch").read_bytes()
    assert not (folder / PATCH).exists()


@pytest.mark.parametrize(
    "options",
    [("--apply",), ("--staged",), ("--since", "HEAD"), ("--exit-code",), ("--format", "json"), ("--time-budget", "9")],
    ids=lambda options: options[0],
)
def test_what_it_goes_without(options: tuple[str, ...], folder: Path, texscholar: Run) -> None:
    done = texscholar("fill", "main.tex", "--watch", *options, cwd=folder)
    assert done.code == 2
    assert "--watch writes a diff, again and again" in done.err


# -- without a clock


class Script:
    """Stands in for waiting: each time something waits, the next thing happens; then comes Ctrl-C."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *steps: Callable[[], object]) -> None:
        self.steps, self.waited = list(steps), 0
        monkeypatch.setattr(watching.time, "sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        assert 0 < seconds <= 1
        self.waited += 1
        if not self.steps:
            raise KeyboardInterrupt
        self.steps.pop(0)()


def nothing() -> None:
    pass


class Watched:
    """The watch of a paper in this process: how often it opened libraries and model, and looked."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, failing: int = 0) -> None:
        self.opened = self.looks = 0
        self.failing = failing
        monkeypatch.chdir(folder)
        monkeypatch.setattr(watching, "equipped", self._equipped)
        asked = Asked((), None, "none", None, None, None)
        self.watch = watching.Watch(disk.locate(folder / "main.tex"), frozenset(), asked, Job(), self._keep)
        monkeypatch.setattr(watching, "look_with", self._look(watching.look_with))

    @contextmanager
    def _equipped(self, *arguments: object, **named: object) -> Iterator[Equipment]:
        self.opened += 1
        with equipped(*arguments, **named) as equipment:  # type: ignore[arg-type]
            yield equipment

    def _look(self, look_with: Callable[..., Result]) -> Callable[..., Result]:
        def look(*arguments: object, **named: object) -> Result:
            place, outcome, facts = look_with(*arguments, **named)
            if self.looks < self.failing:
                outcome = replace(outcome, skipped=(Skipped("model any", "crashed"),))
            return place, outcome, facts

        return look

    def _keep(self, result: Result) -> str:
        self.looks += 1
        return f"look {self.looks}, {len(result[1].suggestions)} suggestions"

    def run(self) -> None:
        with pytest.raises(KeyboardInterrupt):
            self.watch.run()


def test_a_burst_of_changes_is_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While files still change nothing is looked at."""
    watched = Watched(folder, monkeypatch)
    file = folder / "main.tex"
    Script(monkeypatch, *(lambda n=n: file.write_text(PAPER + "%" * n) for n in range(5)))
    watched.run()
    assert watched.looks == 1
    watched = Watched(folder, monkeypatch)
    Script(monkeypatch, *(lambda n=n: file.write_text(PAPER + "%" * n) for n in range(5)), nothing, nothing)
    watched.run()
    assert watched.looks == 2


def test_libraries_and_model_stay_open(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    """A change of the paper opens nothing anew, one of the settings does."""
    watched = Watched(folder, monkeypatch)
    steps = [lambda n=n: put(folder, "main.tex", PAPER + "%" * n) for n in (1, 2)]
    settings = lambda: put(folder, ".texscholar.toml", f"{SETTINGS}seed = 5\n")  # noqa: E731 - a step like the others
    Script(monkeypatch, steps[0], nothing, steps[1], nothing, settings, nothing)
    watched.run()
    assert (watched.opened, watched.looks) == (2, 4)
    said = capsys.readouterr().err.splitlines()
    assert [line.split(maxsplit=2)[2] for line in said] == [f"look {n}, 1 suggestions" for n in range(1, 5)]


def test_a_model_that_failed_is_opened_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the next change, and not before."""
    watched = Watched(folder, monkeypatch, failing=1)
    steps = [lambda n=n: put(folder, "main.tex", PAPER + "%" * n) for n in (1, 2)]
    Script(monkeypatch, nothing, nothing, steps[0], nothing, steps[1], nothing)
    watched.run()
    assert (watched.opened, watched.looks) == (2, 3)


def children(parent: int) -> list[str]:
    """The processes of a process, as Linux lists them."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if file.read_text().rpartition(")")[2].split()[1] == str(parent):
                found.append(file.parent.name)
    return found


@pytest.mark.lfm
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux")
def test_one_worker_for_all_looks(folder: Path) -> None:
    """A model is loaded once, asked in every look, and gone after Ctrl-C."""
    pytest.importorskip("llama_cpp")
    model = write_untrained(folder / "tiny.gguf")
    with running((*COMMAND[:-2], "--model", str(model)), folder) as watch:
        at = watch.says("is written")
        workers = children(watch.process.pid)
        assert len(workers) == 1
        put(folder, "main.tex", PAPER.replace("\\bibliography{", f"{MORE}\\bibliography{{"))
        watch.says("is written", after=at)
        assert children(watch.process.pid) == workers
        assert watch.interrupt() == 130
        eventually(lambda: not Path("/proc", workers[0]).exists(), lambda: workers[0])


# -- with latexmk


def pdf_text(pdf: Path) -> str:
    """The text of a PDF; none while it is being written."""
    done = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, check=False, text=True)
    return done.stdout if done.returncode == 0 else ""


@pytest.mark.latexmk
@pytest.mark.skipif(not (shutil.which("latexmk") and shutil.which("pdftotext")), reason="needs latexmk, poppler")
def test_a_preview_shows_new_suggestions(folder: Path, tmp_path: Path, texscholar: Run) -> None:
    """latexmk -pvc beside the watch: an edit brings its note, an accepted one goes, and nobody builds by hand."""
    write_files(tmp_path / "tools", {"texscholar": f'#!/bin/sh\nexec "{sys.executable}" -m texscholar "$@"\n'})
    (tmp_path / "tools" / "texscholar").chmod(0o755)
    put(folder, "refs.bib", ADAM + DROPOUT)
    env = {"TEXSCHOLAR": str(tmp_path / "tools" / "texscholar"), "TEXSCHOLAR_DRAFT": "1"}
    preview = (
        "latexmk", "-norc", "-pdf", "-pvc", "-view=none", "-interaction=nonstopmode", "-r", str(LATEXMKRC),
        "-e", "$sleep_time=0.5;", "main.tex",
    )  # fmt: skip
    pdf = folder / "main.pdf"
    with running(COMMAND, folder) as watch:
        watch.says("is written")
        with running(preview, folder, env) as latexmk:
            latexmk.until(lambda: "Kingma & Ba 2015" in pdf_text(pdf))
            assert "Srivastava & Hinton 2014" not in pdf_text(pdf)
            put(folder, "main.tex", PAPER.replace("\\bibliography{", f"{MORE}\\bibliography{{"))
            latexmk.until(lambda: "Srivastava & Hinton 2014" in pdf_text(pdf))
            assert texscholar("apply", "--id", first_id(folder / PATCH), cwd=folder).code == 0
            latexmk.until(lambda: "Kingma & Ba 2015" not in pdf_text(pdf) != "")
            latexmk.until(lambda: "Srivastava & Hinton 2014" in pdf_text(pdf))
            assert latexmk.process.poll() is None
        assert watch.process.poll() is None
