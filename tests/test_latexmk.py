"""Drafts built by latexmk: how often what runs, where it works, and that nothing depends on texscholar."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import REPOSITORY, Run, git, write_files
from fixtures_overlay import moved, words
from texscholar.setup import LATEXMKRC, block

pytestmark = [
    pytest.mark.latexmk,
    pytest.mark.skipif(not (shutil.which("latexmk") and shutil.which("pdftotext")), reason="needs latexmk, poppler"),
]

MAIN = """\
\\documentclass{article}
\\usepackage{natbib}
\\begin{document}
\\section{Training}
We follow \\citet{doe2001} here.
\\input{more}
\\bibliographystyle{plainnat}
\\bibliography{refs}
\\end{document}
"""
BIBLATEX = (
    MAIN.replace("{natbib}", "[backend=biber,natbib]{biblatex}\n\\addbibresource{refs.bib}")
    .replace("\\bibliographystyle{plainnat}\n", "")
    .replace("\\bibliography{refs}", "\\printbibliography")
)
MORE = "Some earlier networks were trained with Adam, a stochastic optimizer.\n"
REFS = """\
@inproceedings{kingma2015adam,
  title = {Adam: A Method for Stochastic Optimization},
  author = {Kingma, Diederik P. and Ba, Jimmy},
  booktitle = {International Conference on Learning Representations},
  year = {2015},
}
@article{doe2001, title = {Random Walks on Graphs}, author = {Doe, Ann}, journal = {Journal}, year = 2001}
"""
NOTE = "Kingma & Ba 2015"


@dataclass(frozen=True)
class Built:
    """What a run of latexmk did: its exit code, passes of TeX, calls of texscholar; the PDF and its text."""

    code: int
    passes: int
    calls: int
    pdf: Path
    output: str

    @property
    def text(self) -> str:
        return subprocess.run(["pdftotext", self.pdf, "-"], capture_output=True, check=True, text=True).stdout


class Paper:
    """A paper with suggestions, and a texscholar in PATH that counts its calls."""

    def __init__(self, folder: Path, tools: Path) -> None:
        self.folder, self.tools, self.log = folder, tools, tools / "calls"
        self.command(f'echo "$@" >> "{self.log}"\nexec "{sys.executable}" -m texscholar "$@"\n')

    def command(self, script: str, mode: int = 0o755) -> None:
        write_files(self.tools, {"texscholar": f"#!/bin/sh\n{script}"})
        (self.tools / "texscholar").chmod(mode)

    def build(
        self,
        *options: str,
        main: str = "main.tex",
        cwd: Path | None = None,
        ours: bool = True,
        draft: str = "1",
        pdf: str = "main.pdf",
    ) -> Built:
        self.log.unlink(missing_ok=True)
        where = cwd or self.folder
        rc = ("-norc", "-r", str(LATEXMKRC)) if ours else ("-norc",)
        engine = () if any(each in ("-lualatex", "-xelatex") for each in options) else ("-pdf",)
        done = subprocess.run(
            ["latexmk", *rc, *engine, "-interaction=nonstopmode", *options, main],
            cwd=where,
            env=self.environment(draft),
            capture_output=True,
            check=False,
            timeout=300,
        )
        output = done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")
        calls = len(self.log.read_text().splitlines()) if self.log.exists() else 0
        passes = sum(line.startswith("Run number ") and "latex'" in line for line in output.splitlines())
        return Built(done.returncode, passes, calls, where / pdf, output)

    def environment(self, draft: str = "1") -> dict[str, str]:
        """That of a build; an empty ``draft`` leaves it to the latexmkrc."""
        # An editable installation's texscholar, or anybody's, must not be found instead.
        path = ":".join(each for each in os.environ["PATH"].split(":") if not Path(each, "texscholar").exists())
        ours = {"PATH": f"{self.tools}:{path}", "PYTHONPATH": str(REPOSITORY)}
        return {**os.environ, **ours, **({"TEXSCHOLAR_DRAFT": draft} if draft else {})}

    def edit(self, name: str, old: str, new: str) -> None:
        """Here, and in the copy that is built without us."""
        for folder in (self.folder, self.folder.with_name("plain")):
            if (folder / name).exists():
                data = (folder / name).read_bytes()
                assert old.encode() in data
                (folder / name).write_bytes(data.replace(old.encode(), new.encode()))

    def plain(self, *options: str, **more: str) -> Built:
        """The same paper, built in another folder without us."""
        other = self.folder.with_name("plain")
        if not other.exists():
            other.mkdir()
            for file in self.folder.iterdir():
                if file.suffix in {".tex", ".bib"}:
                    shutil.copy(file, other)
        return self.build(*options, cwd=other, ours=False, **more)

    def fill(self, texscholar: Run, *options: str) -> None:
        output = ("--model-variant", "none", "--output", ".texscholar/suggestions.patch")
        done = texscholar("fill", "main.tex", *output, *options, cwd=self.folder)
        assert done.code == 0, done.err


def make(tmp_path: Path, texscholar: Run, name: str = "paper", files: dict[str, str | bytes] | None = None) -> Paper:
    folder = tmp_path / name
    write_files(folder, {"main.tex": MAIN, "more.tex": MORE, "refs.bib": REFS, **(files or {})})
    git(folder, "init", "-q")
    paper = Paper(folder, tmp_path / "tools")
    paper.fill(texscholar)
    return paper


@pytest.fixture
def paper(tmp_path: Path, texscholar: Run) -> Paper:
    return make(tmp_path, texscholar)


EDITS = (
    ("more.tex", "Some earlier", "Many earlier"),
    ("refs.bib", "Random Walks", "Long Random Walks"),
    ("rest.tex", "Nothing", "Something"),
    ("main.tex", "We follow", "Here we follow"),
    ("refs.bib", "@article", "\n@article"),
)
PROGRAMS = {"bibtex": (MAIN, EDITS), "biber": (BIBLATEX, EDITS[:2])}


@pytest.mark.parametrize(("main", "edits"), PROGRAMS.values(), ids=PROGRAMS)
def test_runs(main: str, edits: tuple[tuple[str, str, str], ...], tmp_path: Path, texscholar: Run) -> None:
    """Once for a fresh build, never for nothing, once for each change; TeX as often as without us."""
    files: dict[str, str | bytes] = {"main.tex": main.replace("\\input{more}", "\\input{more}\n\\input{rest}")}
    paper = make(tmp_path, texscholar, files={**files, "rest.tex": "Nothing that lacks a citation.\n"})
    fresh, baseline = paper.build(), paper.plain()
    assert (fresh.code, fresh.calls, fresh.passes) == (0, 1, baseline.passes), fresh.output
    assert NOTE in fresh.text
    assert moved(words(baseline.pdf), words(fresh.pdf)) == []
    again = paper.build()
    assert (again.code, again.calls, again.passes) == (0, 0, 0)
    for name, old, new in (*edits, ("more.tex", "Many earlier", "Some earlier")):
        paper.edit(name, old, new)
        edited, baseline = paper.build(), paper.plain()
        assert (edited.code, edited.calls, edited.passes) == (0, 1, baseline.passes), (name, new)
    assert NOTE in edited.text
    paper.fill(texscholar, "--min-confidence", "1")
    changed = paper.build()
    assert (changed.code, changed.calls, changed.passes) == (0, 1, 1)
    assert NOTE not in changed.text
    assert "texscholar" not in changed.text


def test_one_pass(paper: Paper) -> None:
    """A document that needs one pass of TeX has its notes in that pass."""
    write_files(
        paper.folder, {"main.tex": "\\documentclass{article}\n\\begin{document}\n\\input{more}\n\n\\end{document}\n"}
    )
    built = paper.build()
    assert (built.calls, built.passes, paper.plain().passes) == (1, 1, 1)
    assert NOTE in built.text


def test_a_bibliography_that_grows(tmp_path: Path, texscholar: Run) -> None:
    """A suggestion that adds an entry depends on the file that it adds it to."""
    files = {
        "refs.bib": REFS[REFS.index("@article") :],
        "library.bib": REFS,
        ".texscholar.toml": 'libraries = ["library.bib"]\n',
    }
    paper = make(tmp_path, texscholar, files=files)
    assert NOTE in paper.build().text
    paper.edit("refs.bib", "Random Walks", "Long Random Walks")
    paper.plain()
    paper.edit("refs.bib", "Random Walks", "Very Long Random Walks")
    edited = paper.build()
    assert (edited.code, edited.calls, edited.passes) == (0, 1, paper.plain().passes)
    assert NOTE in edited.text


def test_a_bibliography_that_changes_a_note(tmp_path: Path, texscholar: Run) -> None:
    """An entry that is written by hand ends the note that its key is undefined: one pass shows that."""
    files = {
        "main.tex": MAIN.replace("{doe2001}", "{doe2001,kingma2015adam}"),
        "more.tex": "We train.\n",
        "refs.bib": REFS[REFS.index("@article") :],
        "library.bib": REFS,
        ".texscholar.toml": 'libraries = ["library.bib"]\n',
    }
    paper = make(tmp_path, texscholar, files=files)
    told = "key not defined"
    assert told in paper.build().text
    write_files(paper.folder, {"refs.bib": files["refs.bib"] + "\n" + REFS[: REFS.index("@article")]})
    edited = paper.build()
    assert (edited.code, edited.calls) == (0, 1)
    assert told not in edited.text
    assert paper.build().passes == 0


def test_finals_carry_no_notes(paper: Paper) -> None:
    """Switched off, a document built as a draft is built again; switched on, its notes come back; -c removes what is ours."""
    assert NOTE in paper.build().text
    final = paper.build(draft="0")
    assert (final.code, final.calls) == (0, 0)
    assert NOTE not in final.text
    assert final.text == paper.plain().text
    assert paper.build(draft="0").passes == 0
    assert NOTE in paper.build().text
    assert paper.build().passes == 0
    paper.build("-c", draft="0")
    assert [each.name for each in paper.folder.iterdir() if "txs" in each.suffix] == []
    assert NOTE in paper.build("-outdir=out", pdf="out/main.pdf").text
    paper.build("-outdir=out", "-c")
    assert [each.name for each in paper.folder.rglob("*.txs*")] == []


PLACES = {
    "-outdir": (("-outdir=out",), "out/main.pdf"),
    "-outdir and -auxdir": (("-outdir=out", "-auxdir=aux"), "out/main.pdf"),
    "-jobname": (("-jobname=draft",), "draft.pdf"),
    "lualatex": (("-lualatex",), "main.pdf"),
    "xelatex": (("-xelatex",), "main.pdf"),
}


@pytest.mark.parametrize(("options", "pdf"), PLACES.values(), ids=PLACES)
def test_options(options: tuple[str, ...], pdf: str, paper: Paper) -> None:
    built = paper.build(*options, pdf=pdf)
    assert (built.code, built.calls) == (0, 1), built.output
    assert NOTE in built.text
    assert built.passes == paper.plain(*options, pdf=pdf).passes
    again = paper.build(*options, pdf=pdf)
    assert (again.calls, again.passes) == (0, 0)
    off = paper.build(*options, pdf=pdf, draft="0")
    assert NOTE not in off.text


LATER = {
    "-pdflatex": ("-pdflatex=pdflatex -synctex=1 %O %S",),
    "-e": ("-e", "$pdflatex = 'pdflatex -synctex=1 %O %S';"),
}


@pytest.mark.parametrize("options", LATER.values(), ids=LATER)
def test_commands_that_are_set_later(options: tuple[str, ...], paper: Paper) -> None:
    """An editor that names its own command of TeX keeps it and gets the notes."""
    built = paper.build(*options)
    assert NOTE in built.text
    assert (paper.folder / "main.synctex.gz").exists()


def test_a_name_with_spaces(tmp_path: Path, texscholar: Run) -> None:
    """Of the main file, through its absolute path and without -cd, as editors call latexmk."""
    paper = make(tmp_path, texscholar)
    (paper.folder / "main.tex").rename(paper.folder / "my paper.tex")
    paper.edit("my paper.tex", "We follow", MORE + "We follow")
    done = texscholar(
        "fill", "my paper.tex", "--model-variant", "none", "--output", ".texscholar/suggestions.patch", cwd=paper.folder
    )
    assert done.code == 0, done.err
    options = ("-synctex=1", "-file-line-error", f"-outdir={paper.folder}")
    built = paper.build(*options, main=str(paper.folder / "my paper"), pdf="my paper.pdf")
    assert (built.code, built.calls) == (0, 1), built.output
    assert built.text.count(NOTE) == 2
    again = paper.build(*options, main=str(paper.folder / "my paper"), pdf="my paper.pdf")
    assert (again.calls, again.passes) == (0, 0)


def test_another_folder(tmp_path: Path, texscholar: Run) -> None:
    """With -cd from above, through a path with spaces."""
    paper = make(tmp_path, texscholar, "my last paper")
    built = paper.build("-cd", main="my last paper/main.tex", cwd=tmp_path, pdf="my last paper/main.pdf")
    assert (built.code, built.calls) == (0, 1), built.output
    assert NOTE in built.text
    off = paper.build("-cd", main="my last paper/main.tex", cwd=tmp_path, pdf="my last paper/main.pdf", draft="0")
    assert NOTE not in off.text


def test_overleaf(tmp_path: Path, texscholar: Run) -> None:
    """Its command line and the project's own latexmkrc: without texscholar a committed overlay is shown."""
    paper = make(tmp_path, texscholar)
    where = str(paper.folder)
    options = f"-cd -jobname=output -auxdir={where} -outdir={where} -synctex=1 -interaction=batchmode -time -f -pdf"
    write_files(paper.folder, {"latexmkrc": f"$ENV{{TEXSCHOLAR_DRAFT}} = 1;\n{block()}"})
    (paper.tools / "texscholar").unlink()

    def build(*more: str) -> Built:
        done = subprocess.run(
            ["latexmk", *options.split(), *more, f"{where}/main.tex"],
            cwd=paper.folder,
            env=paper.environment(draft=""),
            capture_output=True,
            check=False,
        )
        return Built(done.returncode, 0, 0, paper.folder / "output.pdf", done.stdout.decode() + done.stderr.decode())

    silent = build()
    assert silent.code == 0
    assert silent.text == paper.plain().text
    assert texscholar("overlay", "main.tex", cwd=paper.folder).code == 0
    shown = build("-g")
    assert shown.code == 0
    assert NOTE in shown.text
    paper.edit("more.tex", "Adam", "\\nosuchcommand Adam")
    assert build().code != 0
    assert NOTE in shown.text


BYTES = {
    "latin-1": (
        MAIN.replace("{natbib}", "{natbib}\\usepackage[latin1]{inputenc}").encode("latin-1"),
        f"Dies ist sch\xf6n.\n\n{MORE}".encode("latin-1"),
    ),
    "CRLF": (MAIN.replace("\n", "\r\n").encode(), MORE.replace("\n", "\r\n").encode()),
}


@pytest.mark.parametrize(("main", "more"), BYTES.values(), ids=BYTES)
def test_bytes(main: bytes, more: bytes, tmp_path: Path, texscholar: Run) -> None:
    paper = make(tmp_path, texscholar, files={"main.tex": main, "more.tex": more})
    built = paper.build()
    assert built.code == 0
    assert NOTE in built.text
    assert (paper.folder / "more.tex").read_bytes() == more
    assert moved(words(paper.plain().pdf), words(built.pdf)) == []


BROKEN = {
    "failing": ("exit 2\n", 0o755),
    "not executable": ("exit 0\n", 0o644),
    "killed": ("kill -9 $$\n", 0o755),
    "half-written": ('printf "\\\\\\\\begin{" > "$4"\nexit 1\n', 0o755),
    "not what it seems": ("#\n", 0o755),
}


@pytest.mark.parametrize(("script", "mode"), BROKEN.values(), ids=BROKEN)
def test_broken(script: str, mode: int, paper: Paper) -> None:
    """Whatever becomes of texscholar, the document is the one without it."""
    paper.command(script, mode)
    built, baseline = paper.build(), paper.plain()
    assert (built.code, baseline.code) == (0, 0)
    assert built.text == baseline.text
    assert built.passes == baseline.passes
    assert paper.build().passes == 0


def test_absent(paper: Paper) -> None:
    """Without texscholar the document is the plain one, though it had notes when texscholar was there."""
    program = paper.tools / "texscholar"
    script = program.read_text()
    program.unlink()
    built, baseline = paper.build(), paper.plain()
    assert (built.code, built.text, built.passes) == (0, baseline.text, baseline.passes)
    paper.command(script.partition("\n")[2])
    assert NOTE in paper.build().text
    program.unlink()
    gone = paper.build()
    assert (gone.code, gone.text) == (0, baseline.text)
    assert paper.build().passes == 0


def test_watching(paper: Paper, texscholar: Run) -> None:
    """``latexmk -pvc`` runs texscholar once for each change, and shows what a fill beside it finds."""
    paper.fill(texscholar, "--min-confidence", "1")
    with watching(paper) as rounds:
        assert rounds(1) == (1, False)
        paper.fill(texscholar)
        assert rounds(2) == (2, True)
        paper.edit("more.tex", "Some earlier", "Many earlier")
        assert rounds(3) == (3, False)
        paper.edit("more.tex", "Many earlier", "Some earlier")
        assert rounds(4) == (4, True)
        time.sleep(3)
        assert rounds(4) == (4, True)


@contextmanager
def watching(paper: Paper) -> Iterator[Callable[[int], tuple[int, bool]]]:
    """latexmk, watching: told how many rounds to wait for, says how often texscholar ran and whether the note is there."""
    told = paper.tools / "told"
    command = ("latexmk", "-norc", "-pdf", "-pvc", "-view=none", "-e", "$| = $sleep_time = 1;", "-r", str(LATEXMKRC))
    with told.open("wb") as output:
        process = subprocess.Popen(
            (*command, "-interaction=nonstopmode", "main.tex"),
            cwd=paper.folder,
            env=paper.environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def rounds(number: int) -> tuple[int, bool]:
        deadline = time.monotonic() + 60
        while told.read_text(errors="replace").count("Watching for updated files") < number:
            assert time.monotonic() < deadline, told.read_text(errors="replace")
            time.sleep(0.1)
        calls = len(paper.log.read_text().splitlines())
        return calls, NOTE in Built(0, 0, 0, paper.folder / "main.pdf", "").text

    try:
        yield rounds
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


@pytest.mark.parametrize("options", [(), ("-file-line-error",)], ids=["plain", "-file-line-error"])
def test_errors_name_the_author_s_lines(options: tuple[str, ...], paper: Paper) -> None:
    """An error in a source is told with its file and line, and fails the build as it would without us."""
    paper.edit("more.tex", "Adam", "\\nosuchcommand Adam")
    paper.edit("main.tex", "here.", "\\another here.")
    built, baseline = paper.build(*options), paper.plain(*options)
    assert built.code == baseline.code != 0
    errors = r"^\./\w+\.tex:\d+: .*|^! .*|^l\.\d+ .*"
    found = re.findall(errors, built.output, re.MULTILINE)
    assert found == re.findall(errors, baseline.output, re.MULTILINE)
    assert ("./more.tex:1: Undefined control sequence." if options else "! Undefined control sequence.") in found
    assert "l.5 We follow \\citet{doe2001} \\another" in found


def test_synctex_leads_to_the_author_s_files(paper: Paper) -> None:
    """From a line to its place in the PDF and back, as without us."""
    paper.edit("main.tex", "here.\n", "here.\n\n")
    paper.edit("more.tex", "optimizer.\n", "optimizer.\n\n")
    built, baseline = paper.build("-synctex=1"), paper.plain("-synctex=1")
    for name, line in (("main.tex", 5), ("more.tex", 1)):
        places = [_place(each.pdf, name, line) for each in (built, baseline)]
        assert places[0] == places[1]
        found, wanted = (_source(each.pdf, places[0]) for each in (built, baseline))
        assert (found[0], wanted[0].name) == (paper.folder / name, name)
        # Behind a paragraph with a note TeX names the line in which it ends.
        assert wanted[1] in (line, line + 1)
        assert found[1] in (line, line + 1)


def _place(pdf: Path, name: str, line: int) -> tuple[str, ...]:
    """Page, x and y of a line, as a viewer asks for them."""
    told = _synctex("view", "-i", f"{line}:1:{pdf.parent / name}", "-o", pdf)
    return tuple(re.findall(rf"^{what}:(.*)$", told, re.MULTILINE)[0] for what in ("Page", "x", "y"))


def _source(pdf: Path, place: tuple[str, ...]) -> tuple[Path, int]:
    told = _synctex("edit", "-o", f"{':'.join(place)}:{pdf}")
    name, line = (re.findall(rf"^{what}:(.*)$", told, re.MULTILINE)[0] for what in ("Input", "Line"))
    return Path(os.path.normpath(name)), int(line)


def _synctex(*arguments: str | Path) -> str:
    return subprocess.run(["synctex", *arguments], check=True, capture_output=True, text=True).stdout


def test_own_commands_stay(paper: Paper) -> None:
    """The block behind a latexmkrc's own settings keeps their options and their code before the document."""
    own = "$pdflatex = 'pdflatex -shell-escape %O %S';\n$pre_tex_code = '\\def\\mine{1}';\n"
    write_files(paper.folder, {"own.rc": f"{own}$ENV{{TEXSCHOLAR_DRAFT}} = 1;\n{block()}"})
    built = paper.build("-r", "own.rc", ours=False)
    assert built.code == 0
    assert "-shell-escape" in built.output
    assert NOTE in built.text
    set_all = "set_tex_cmds('-synctex=1 %O %S');\n"
    write_files(paper.folder, {"own.rc": f"{set_all}{block()}"})
    built = paper.build("-g", "-r", "own.rc", ours=False)
    assert NOTE in built.text
    assert (paper.folder / "main.synctex.gz").exists()


def test_loading_runs_nothing(paper: Paper) -> None:
    """An editor that asks latexmk for the directories alone makes no file and starts no texscholar."""
    before = sorted(paper.folder.rglob("*"))
    perl = "sub add_cus_dep {} my $result = do $ARGV[0]; die $@ if $@;"
    done = subprocess.run(
        ["perl", "-we", perl, LATEXMKRC],
        cwd=paper.folder,
        env={**os.environ, "PATH": f"{paper.tools}:{os.environ['PATH']}"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert not paper.log.exists()
    assert sorted(paper.folder.rglob("*")) == before


DIRECTORIES = "Latexmk: Normalized aux dir and out dir: 'aux', 'out'"


def test_texlab_asks_for_directories(paper: Paper, tmp_path: Path) -> None:
    """texlab copies a latexmkrc into an empty folder and asks there for the directories of a file that does not exist.

    The line that it looks for is that of latexmk without us, and nothing is run or written.
    """
    own = "$ENV{TEXSCHOLAR_DRAFT} = 1;\n$aux_dir = 'aux';\n$out_dir = 'out';\n"
    codes = []
    for number, text in enumerate((own, own + block())):
        folder = tmp_path / f"copy{number}"
        write_files(folder, {".latexmkrc": text})
        done = subprocess.run(
            ["latexmk", "-dir-report", folder / "NONEXISTENT.tex"],
            cwd=folder,
            env=paper.environment(),
            capture_output=True,
            check=False,
            text=True,
        )
        codes.append(done.returncode)
        assert DIRECTORIES in done.stdout.splitlines()
        assert [each.name for each in folder.rglob("*") if each.is_file()] == [".latexmkrc"]
    assert codes[0] == codes[1]
    assert not paper.log.exists()
