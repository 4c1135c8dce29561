"""Drafts built by latexmk: how often what runs, where it works, and that nothing depends on texscholar."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
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
        # An editable installation's texscholar, or anybody's, must not be found instead.
        path = ":".join(each for each in os.environ["PATH"].split(":") if not Path(each, "texscholar").exists())
        rc = ("-r", str(LATEXMKRC)) if ours else ()
        engine = () if any(each in ("-lualatex", "-xelatex") for each in options) else ("-pdf",)
        done = subprocess.run(
            ["latexmk", "-norc", *engine, *rc, "-interaction=nonstopmode", *options, main],
            cwd=where,
            env={
                **os.environ,
                "PATH": f"{self.tools}:{path}",
                "TEXSCHOLAR_DRAFT": draft,
                "PYTHONPATH": str(REPOSITORY),
            },
            capture_output=True,
            check=False,
            timeout=300,
        )
        output = done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")
        calls = len(self.log.read_text().splitlines()) if self.log.exists() else 0
        passes = sum(line.startswith("Run number ") and "latex'" in line for line in output.splitlines())
        return Built(done.returncode, passes, calls, where / pdf, output)

    def edit(self, name: str, old: str, new: str) -> None:
        file = self.folder / name
        data = file.read_bytes()
        assert old.encode() in data
        file.write_bytes(data.replace(old.encode(), new.encode()))

    def plain(self, *options: str, **more: str) -> Built:
        """The same paper, built in another folder without us."""
        other = self.folder.with_name("plain")
        if not other.exists():
            shutil.copytree(self.folder, other, ignore=shutil.ignore_patterns("main.*[!x]", "*.txs*"))
        return self.build(*options, cwd=other, ours=False, **more)


def make(tmp_path: Path, texscholar: Run, name: str = "paper", files: dict[str, str | bytes] | None = None) -> Paper:
    folder = tmp_path / name
    write_files(folder, {"main.tex": MAIN, "more.tex": MORE, "refs.bib": REFS, **(files or {})})
    git(folder, "init", "-q")
    done = texscholar(
        "fill", "main.tex", "--model-variant", "none", "--output", ".texscholar/suggestions.patch", cwd=folder
    )
    assert done.code == 0, done.err
    return Paper(folder, tmp_path / "tools")


@pytest.fixture
def paper(tmp_path: Path, texscholar: Run) -> Paper:
    return make(tmp_path, texscholar)


def test_runs(paper: Paper, texscholar: Run) -> None:
    """Once for a fresh build, never for nothing, once for each change; TeX as often as without us."""
    fresh, baseline = paper.build(), paper.plain()
    assert (fresh.code, fresh.calls, fresh.passes) == (0, 1, baseline.passes)
    assert NOTE in fresh.text
    assert moved(words(baseline.pdf), words(fresh.pdf)) == []
    again = paper.build()
    assert (again.code, again.calls, again.passes) == (0, 0, 0)
    paper.edit("more.tex", "Some earlier", "Many earlier")
    assert (paper.folder / "more.tex").read_text().startswith("Many")
    edited = paper.build()
    assert (edited.code, edited.calls) == (0, 1)
    paper.edit("more.tex", "Many earlier", "Some earlier")
    back = paper.build()
    assert (back.code, back.calls) == (0, 1)
    assert NOTE in back.text
    filled = texscholar(
        "fill",
        "main.tex",
        "--model-variant",
        "none",
        "--min-confidence",
        "1",
        "--output",
        ".texscholar/suggestions.patch",
        cwd=paper.folder,
    )
    assert filled.code == 0
    changed = paper.build()
    assert (changed.code, changed.calls, changed.passes) == (0, 1, 1)
    assert NOTE not in changed.text
    assert "texscholar" not in changed.text


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
    edited = paper.build()
    assert (edited.code, edited.calls) == (0, 1)
    assert NOTE in edited.text


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
    again = paper.build(*options, pdf=pdf)
    assert (again.calls, again.passes) == (0, 0)
    off = paper.build(*options, pdf=pdf, draft="0")
    assert NOTE not in off.text


def test_another_folder(tmp_path: Path, texscholar: Run) -> None:
    """With -cd from above, through a path with spaces."""
    paper = make(tmp_path, texscholar, "my last paper")
    built = paper.build("-cd", main="my last paper/main.tex", cwd=tmp_path, pdf="my last paper/main.pdf")
    assert (built.code, built.calls) == (0, 1), built.output
    assert NOTE in built.text
    off = paper.build("-cd", main="my last paper/main.tex", cwd=tmp_path, pdf="my last paper/main.pdf", draft="0")
    assert NOTE not in off.text


def test_overleaf(tmp_path: Path, texscholar: Run) -> None:
    """Its command line: absolute directories, another job name; without texscholar a committed overlay is shown."""
    paper = make(tmp_path, texscholar)
    where = str(paper.folder)
    options = (
        "-cd",
        "-jobname=output",
        f"-auxdir={where}",
        f"-outdir={where}",
        "-synctex=1",
        "-interaction=batchmode",
        "-time",
        "-f",
    )
    absent = {"main": f"{where}/main.tex", "pdf": "output.pdf"}
    (paper.tools / "texscholar").unlink()
    silent = paper.build(*options, **absent)
    assert silent.code == 0
    assert "Doe" in silent.text
    assert NOTE not in silent.text
    assert texscholar("overlay", "main.tex", cwd=paper.folder).code == 0
    shown = paper.build("-g", *options, **absent)
    assert shown.code == 0
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
    (paper.tools / "texscholar").unlink()
    built, baseline = paper.build(), paper.plain()
    assert (built.code, built.text, built.passes) == (0, baseline.text, baseline.passes)


def test_errors_name_the_author_s_lines(paper: Paper) -> None:
    """An error in a source is told with its file and line, and fails the build as it would without us."""
    paper.edit("more.tex", "Adam", "\\nosuchcommand Adam")
    built = paper.build("-file-line-error")
    baseline = paper.plain("-file-line-error")
    assert built.code == baseline.code != 0
    assert "./more.tex:1: Undefined control sequence" in built.output


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
