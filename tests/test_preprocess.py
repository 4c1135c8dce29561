"""Drafts without latexmk: what is written where, and what TeX, SyncTeX, BibTeX, Biber and make do with it."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import REPOSITORY, Result, Run, git, write_files
from fixtures_overlay import moved, words
from texscholar.report.draft import is_ours, render_draft

needs_tex = [
    pytest.mark.latexmk,
    pytest.mark.skipif(not (shutil.which("pdflatex") and shutil.which("pdftotext")), reason="needs TeX Live, poppler"),
]
needs_synctex = pytest.mark.skipif(not shutil.which("synctex"), reason="needs texlive-binaries")

MAIN = """\
\\documentclass{article}
\\usepackage{natbib}
\\begin{document}
\\section{Training}
We follow \\citet{doe2001} here.
\\input{more}
\\include{sections/intro}
\\bibliographystyle{plainnat}
\\bibliography{refs}
\\end{document}
"""
MORE = "Some earlier networks were trained with Adam, a stochastic optimizer.\n"
INTRO = "\\section{Tuning}\n\nOther networks were tuned with Adam, a stochastic optimizer.\n\nThat is all.\n"
REFS = """\
@inproceedings{kingma2015adam,
  title = {Adam: A Method for Stochastic Optimization},
  author = {Kingma, Diederik P. and Ba, Jimmy},
  booktitle = {International Conference on Learning Representations},
  year = {2015},
}
@article{doe2001, title = {Random Walks on Graphs}, author = {Doe, Ann}, journal = {Journal}, year = 2001}
"""
PAPER = {"main.tex": MAIN, "more.tex": MORE, "sections/intro.tex": INTRO, "refs.bib": REFS}
NOTE = "Kingma & Ba 2015"


def make(folder: Path, texscholar: Run, files: dict[str, str | bytes] | None = None) -> Path:
    write_files(folder, {**PAPER, **(files or {})})
    git(folder, "init", "-q")
    fill(folder, texscholar)
    return folder


def fill(folder: Path, texscholar: Run, *more: str) -> None:
    options = ("--model-variant", "none", "--output", ".texscholar/suggestions.patch", *more)
    done = texscholar("fill", "main.tex", *options, cwd=folder)
    assert done.code == 0, done.err


def preprocess(folder: Path, texscholar: Run, out: str = "build") -> Result:
    done = texscholar("preprocess", "main.tex", "-o", out, cwd=folder)
    assert done.code == 0, done.err
    return done


def tex(folder: Path, draft: str, *options: str, engine: str = "pdflatex") -> subprocess.CompletedProcess[str]:
    out = Path(draft).parent
    command = [engine, "-interaction=nonstopmode", f"-output-directory={out}", *options, draft]
    return subprocess.run(
        command, cwd=folder, capture_output=True, check=False, encoding="utf-8", errors="replace", timeout=300
    )


def text(pdf: Path) -> str:
    return subprocess.run(["pdftotext", pdf, "-"], capture_output=True, check=True, text=True).stdout


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file with its bytes and the moment it was written."""
    files = (each for each in folder.rglob("*") if each.is_file() and ".git" not in each.parts)
    return {str(each.relative_to(folder)): (each.read_bytes(), each.stat().st_mtime_ns) for each in files}


@pytest.fixture
def paper(tmp_path: Path, texscholar: Run) -> Path:
    return make(tmp_path / "paper", texscholar)


# -- what is written


def test_nothing_else_is_written(paper: Path, texscholar: Run) -> None:
    """Two files, and the folders that \\include writes to; all else stays as it was."""
    before = state(paper)
    done = preprocess(paper, texscholar)
    after = state(paper)
    assert after.keys() - before.keys() == {"build/main-draft.tex", "build/main-draft.txsovl"}
    assert {name: after[name] for name in before} == before
    assert (paper / "build" / "sections").is_dir()
    assert done.out == b""
    assert "pdflatex -output-directory=build build/main-draft.tex" in done.err


def test_written_only_on_change(paper: Path, texscholar: Run) -> None:
    preprocess(paper, texscholar)
    before = state(paper)
    again = preprocess(paper, texscholar)
    assert state(paper) == before
    assert "is as it should be" in again.err
    fill(paper, texscholar, "--min-confidence", "1")
    filled = state(paper)
    preprocess(paper, texscholar)
    changed = {name for name, each in state(paper).items() if filled[name] != each}
    assert changed == {"build/main-draft.txsovl"}


def test_from_elsewhere(paper: Path, tmp_path: Path, texscholar: Run) -> None:
    """Names are those of TeX, which runs beside the main file, wherever texscholar runs."""
    preprocess(paper, texscholar)
    before = state(paper)
    done = texscholar("preprocess", paper / "main.tex", "-o", "paper/build", cwd=tmp_path)
    assert done.code == 0
    assert state(paper) == before


def test_a_paper_below_the_top(example: Path, texscholar: Run) -> None:
    """Notes name files from the main file's folder, wherever in the repository that is."""
    top = example.parent.parent
    done = texscholar("fill", "paper/main.tex", "--model-variant", "none", "--output", ".texscholar/suggestions.patch", cwd=top)  # fmt: skip
    assert done.code == 0, done.err
    assert texscholar("preprocess", "paper/main.tex", "-o", "out", cwd=top).code == 0
    made = (top / "out" / "main-draft.txsovl").read_text()
    assert "\\txs@main{main.tex}" in made
    assert "\\txs@add{sections/introduction.tex}" in made
    assert "paper/" not in (top / "out" / "main-draft.tex").read_text()
    assert "{../out/main-draft.txsovl}" in (top / "out" / "main-draft.tex").read_text()


def test_a_damaged_patch(paper: Path, texscholar: Run) -> None:
    """It costs a line; nothing is written."""
    write_files(paper, {".texscholar/suggestions.patch": "no diff\n"})
    before = state(paper)
    done = texscholar("preprocess", "main.tex", "-o", "build", cwd=paper)
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert state(paper) == before


def test_without_suggestions(tmp_path: Path, texscholar: Run) -> None:
    write_files(tmp_path, PAPER)
    done = preprocess(tmp_path, texscholar)
    assert "no suggestions to show" in done.err
    assert is_ours((tmp_path / "build" / "main-draft.tex").read_bytes())


FOREIGN = {
    "a source beside the main file": (".", "main-draft.tex"),
    "a file in the other folder": ("build", "build/main-draft.tex"),
    "notes of somebody's": ("build", "build/main-draft.txsovl"),
}


@pytest.mark.parametrize(("out", "name"), FOREIGN.values(), ids=FOREIGN)
def test_files_of_others_stay(out: str, name: str, paper: Path, texscholar: Run) -> None:
    """What texscholar did not make is refused by name, in one line, and nothing is written."""
    write_files(paper, {name: "Mine.\n"})
    before = state(paper)
    done = texscholar("preprocess", "main.tex", "-o", out, cwd=paper)
    assert done.code == 2
    remedy = "move it, or name another folder with -o"
    assert done.err == f"texscholar: error: {name}: was not made by texscholar and is not overwritten; {remedy}\n"
    assert state(paper) == before


def test_links_lead_nowhere(paper: Path, tmp_path: Path, texscholar: Run) -> None:
    """Neither a file nor a folder is made where a link in the folder leads out of it."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (paper / "build").mkdir()
    (paper / "build" / "main-draft.tex").symlink_to(outside / "main-draft.tex")
    done = texscholar("preprocess", "main.tex", "-o", "build", cwd=paper)
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    (paper / "build" / "main-draft.tex").unlink()
    (paper / "build" / "sections").symlink_to(outside / "sections")
    preprocess(paper, texscholar)
    assert list(outside.iterdir()) == []


def test_includes_that_lead_out(tmp_path: Path, texscholar: Run) -> None:
    """The folder of an \\include with dots would lie outside: it is not made."""
    paper = make(tmp_path / "paper", texscholar, {"main.tex": MAIN.replace("sections/intro", "../up/intro")})
    preprocess(paper, texscholar, "build")
    assert not (paper / "up").exists()


REFUSED = {
    "a draft of ours": ("build/main-draft.tex", "build", "is itself a draft"),
    "a name that TeX cannot read": ("main.tex", "100%", "TeX reads no file of such a name"),
    "a name that would run a program": ("main.tex", "|ls", "TeX reads no file of such a name"),
    "a file for a folder": ("main.tex", "refs.bib", "is a file"),
    "no such paper": ("lost.tex", "build", "does not exist"),
}


@pytest.mark.parametrize(("main", "out", "words_of_it"), REFUSED.values(), ids=REFUSED)
def test_refusals(main: str, out: str, words_of_it: str, paper: Path, texscholar: Run) -> None:
    preprocess(paper, texscholar)
    before = state(paper)
    done = texscholar("preprocess", main, "-o", out, cwd=paper)
    assert done.code == 2
    assert words_of_it in done.err.splitlines()[-1]
    assert state(paper) == before


def test_a_draft_is_no_paper(paper: Path, texscholar: Run) -> None:
    """Beside the main file it is neither a root nor a part that texscholar looks at."""
    before = texscholar("check", cwd=paper)
    preprocess(paper, texscholar, ".")
    assert texscholar("check", cwd=paper) == before


def test_the_draft() -> None:
    """The whole file; a format named in the main file's first line is named in the first line here too."""
    lines = (
        "% texscholar's draft of main.tex: made by `texscholar preprocess`, safe to delete. TeX runs beside main.tex.\n"
        "\\AtBeginDocument{\\InputIfFileExists{\\detokenize{build/main-draft.txsovl}}{}{}}\n"
        "\\input{main.tex}\n"
    )
    assert render_draft("main.tex", "build/main-draft.txsovl", MAIN) == lines
    made = render_draft("main.tex", "build/main-draft.txsovl", f"%&mine and more\n{MAIN}")
    assert made == f"%&mine\n{lines}"
    assert is_ours(made.encode())
    assert not is_ours(f"%&mine\n{MAIN}".encode())


# -- what TeX makes of it


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex", "xelatex"])
class TestEngines:
    pytestmark = needs_tex

    def test_notes_lines_and_synctex(self, engine: str, paper: Path, texscholar: Run) -> None:
        """Notes show, an error names the author's file and line, SyncTeX knows the author's files and no copy."""
        write_files(paper, {"sections/intro.tex": INTRO.replace("\n\n", "\n\n\\nosuchcommand\n")})
        preprocess(paper, texscholar)
        done = tex(paper, "build/main-draft.tex", "-synctex=1", "-file-line-error", engine=engine)
        pdf = paper / "build" / "main-draft.pdf"
        assert NOTE in text(pdf)
        assert "./sections/intro.tex:3: Undefined control sequence" in done.stdout
        data = gzip.decompress((paper / "build" / "main-draft.synctex.gz").read_bytes()).decode()
        inputs = [os.path.realpath(name) for name in re.findall(r"^Input:\d+:(.*)$", data, re.MULTILINE)]
        sources = {str(paper / name) for name in ("main.tex", "more.tex", "sections/intro.tex")}
        assert sources <= {*inputs}
        assert [each for each in inputs if each.endswith(".tex") and str(paper) in each] == [
            each for each in inputs if each in sources or each == str(paper / "build" / "main-draft.tex")
        ]


@needs_synctex
class TestSyncTeX:
    pytestmark = needs_tex

    def test_there_and_back(self, paper: Path, texscholar: Run) -> None:
        """From a line of a source to its words on the page, and from these words to that line."""
        preprocess(paper, texscholar)
        for _ in range(2):
            tex(paper, "build/main-draft.tex", "-synctex=1")
        pdf = "build/main-draft.pdf"
        shown = words(paper / pdf)
        for name, line, word in (
            ("main.tex", 5, "follow"),
            ("more.tex", 1, "earlier"),
            ("sections/intro.tex", 5, "That"),
        ):
            page, _, x, y = next(each for each in shown if each[1] == word)
            there = synctex(paper, "view", "-i", f"{line}:0:{name}", "-o", pdf)
            assert there["Page"] == str(page)
            assert abs(float(there["y"]) - y) < 20
            back = synctex(paper, "edit", "-o", f"{page}:{x + 2}:{y + 5}:{pdf}")
            assert (os.path.realpath(back["Input"]), back["Line"]) == (str(paper / name), str(line))


def synctex(folder: Path, *arguments: str) -> dict[str, str]:
    """The first result of the synctex command."""
    done = subprocess.run(["synctex", *arguments], cwd=folder, capture_output=True, check=True, text=True)
    found: dict[str, str] = {}
    for name, value in re.findall(r"^(\w+):(.*)$", done.stdout, re.MULTILINE):
        found.setdefault(name, value)
    return found


class TestBuilds:
    pytestmark = needs_tex

    def test_by_hand(self, paper: Path, texscholar: Run) -> None:
        """With bibtex run by hand the draft's words stand where those of the document stand."""
        plain = tmp(paper, "plain")
        preprocess(paper, texscholar)
        by_hand(paper, "build/main-draft.tex")
        by_hand(plain, "main.tex")
        annotated, document = paper / "build" / "main-draft.pdf", plain / "main.pdf"
        assert NOTE in text(annotated)
        assert "Random walks on graphs" in text(annotated)
        assert moved(words(document), words(annotated)) == []

    def test_without_suggestions_it_is_the_document(self, paper: Path, texscholar: Run) -> None:
        plain = tmp(paper, "plain")
        fill(paper, texscholar, "--min-confidence", "1")
        preprocess(paper, texscholar)
        by_hand(paper, "build/main-draft.tex")
        by_hand(plain, "main.tex")
        assert words(paper / "build" / "main-draft.pdf") == words(plain / "main.pdf")

    def test_beside_the_main_file(self, paper: Path, texscholar: Run) -> None:
        """With -o . too, and the final version, built under its own name, is not touched."""
        by_hand(paper, "main.tex")
        before = state(paper)
        preprocess(paper, texscholar, ".")
        by_hand(paper, "main-draft.tex")
        assert NOTE in text(paper / "main-draft.pdf")
        after = state(paper)
        changed = {name for name in before if after[name] != before[name]}
        assert changed == {"sections/intro.aux"}

    def test_spaces(self, tmp_path: Path, texscholar: Run) -> None:
        paper = make(tmp_path / "my last paper", texscholar)
        preprocess(paper, texscholar, "my build")
        tex(paper, "my build/main-draft.tex")
        assert NOTE in text(paper / "my build" / "main-draft.pdf")

    @pytest.mark.parametrize(
        ("main", "more"),
        [
            (MAIN.replace("{natbib}", "{natbib}\\usepackage[latin1]{inputenc}").encode(), f"Sch\xf6n.\n\n{MORE}".encode("latin-1")),
            (MAIN.replace("\n", "\r\n").encode(), MORE.replace("\n", "\r\n").encode()),
        ],
        ids=["latin-1", "CRLF"],
    )  # fmt: skip
    def test_bytes(self, main: bytes, more: bytes, tmp_path: Path, texscholar: Run) -> None:
        paper = make(tmp_path / "paper", texscholar, {"main.tex": main, "more.tex": more})
        # A folder in letters that are no letters in the document's encoding.
        preprocess(paper, texscholar, "bäu")
        tex(paper, "bäu/main-draft.tex")
        assert text(paper / "bäu" / "main-draft.pdf").count("Adam: A Method for Stochastic Optimization") == 2
        assert (paper / "more.tex").read_bytes() == more

    @pytest.mark.skipif(not shutil.which("biber"), reason="needs biber")
    def test_biber(self, tmp_path: Path, texscholar: Run) -> None:
        main = MAIN.replace("\\usepackage{natbib}", "\\usepackage{biblatex}\\addbibresource{refs.bib}")
        main = main.replace("\\bibliographystyle{plainnat}\n\\bibliography{refs}", "\\printbibliography")
        main = main.replace("\\citet", "\\textcite")
        paper = make(tmp_path / "paper", texscholar, {"main.tex": main})
        preprocess(paper, texscholar)
        tex(paper, "build/main-draft.tex")
        subprocess.run(["biber", "--quiet", "--output-directory", "build", "main-draft"], cwd=paper, check=True)
        tex(paper, "build/main-draft.tex")
        shown = text(paper / "build" / "main-draft.pdf")
        assert NOTE in shown
        assert "Random Walks on Graphs" in shown


def tmp(paper: Path, name: str) -> Path:
    """A copy of the paper's sources in another folder."""
    other = paper.with_name(name)
    write_files(other, PAPER)
    return other


def by_hand(folder: Path, draft: str) -> None:
    """pdflatex, bibtex and pdflatex twice."""
    out, job = (folder / draft).parent, Path(draft).stem
    tex(folder, draft)
    environment = {**os.environ, "BIBINPUTS": f"{folder}:", "BSTINPUTS": f"{folder}:"}
    subprocess.run(["bibtex", job], cwd=out, env=environment, capture_output=True, check=True)
    tex(folder, draft)
    assert tex(folder, draft).returncode == 0


# -- the recipes of the documentation

DOCS = (REPOSITORY / "docs" / "latexmk.md").read_text("utf-8")


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
class TestMakefile:
    pytestmark = needs_tex

    def test_as_documented(self, paper: Path, texscholar: Run, tmp_path: Path) -> None:
        """The Makefile of the documentation builds a draft, nothing where nothing changed, and again where notes did."""
        recipe = re.search(r"^```make\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)
        assert recipe is not None
        write_files(paper, {"Makefile": recipe[1]})
        write_files(tmp_path / "tools", {"texscholar": '#!/bin/sh\nexec python -m texscholar "$@"\n'})
        (tmp_path / "tools" / "texscholar").chmod(0o755)
        assert make_draft(paper, tmp_path) == 4
        assert NOTE in text(paper / "build" / "main-draft.pdf")
        assert make_draft(paper, tmp_path) == 0
        fill(paper, texscholar, "--min-confidence", "1")
        assert make_draft(paper, tmp_path) > 0
        assert NOTE not in text(paper / "build" / "main-draft.pdf")


def make_draft(paper: Path, tools: Path) -> int:
    """``make draft``; how many programs of TeX ran."""
    environment = {**os.environ, "PATH": f"{tools / 'tools'}:{os.environ['PATH']}", "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        ["make", "draft"], cwd=paper, env=environment, capture_output=True, check=False, encoding="utf-8", errors="replace"
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return len(re.findall(r"^This is (?:pdf|Bib)TeX", done.stdout, re.MULTILINE))
