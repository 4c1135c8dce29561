"""Notes in a draft move no word, whatever the class, and papers cannot make them do anything else."""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import write_files
from fixtures_overlay import SOMEBODY, Word, body, moved, note, prose, words
from texscholar.report.overlay import Note, render_overlay

pytestmark = [
    pytest.mark.latexmk,
    pytest.mark.skipif(not (shutil.which("pdflatex") and shutil.which("pdftotext")), reason="needs TeX Live, poppler"),
]

TITLE = "\\title{A Title}\n\\author{Some Body}\n"
CLASSES = {
    "article": ("\\documentclass{article}", TITLE, "\\maketitle"),
    "two columns": (
        "\\documentclass[twocolumn,a4paper]{article}\\usepackage{microtype,amsmath,hyperref}",
        TITLE,
        "\\maketitle",
    ),
    "two sides, German": (
        "\\documentclass[twoside]{article}\\usepackage[T1]{fontenc}\\usepackage[ngerman]{babel}",
        TITLE,
        "\\maketitle",
    ),
    "KOMA": ("\\documentclass[parskip=half]{scrartcl}", TITLE, "\\maketitle"),
    "KOMA, a book": ("\\documentclass{scrbook}", TITLE, "\\maketitle"),
    "numbered lines": ("\\documentclass{article}\\usepackage{lineno}\\linenumbers", TITLE, "\\maketitle"),
    "memoir": ("\\documentclass{memoir}", TITLE, "\\maketitle"),
    "IEEEtran": ("\\documentclass[conference]{IEEEtran}", TITLE, "\\maketitle"),
    "acmart": (
        "\\documentclass[sigconf,nonacm]{acmart}",
        "\\title{A Title}\\author{Some Body}\\affiliation{\\country{France}}",
        "\\maketitle",
    ),
    "llncs": ("\\documentclass{llncs}", "\\title{A Title}\\author{Some Body}\\institute{Here}", "\\maketitle"),
    "revtex": ("\\documentclass[twocolumn,aps]{revtex4-2}", "", f"{TITLE}\\maketitle"),
    "multicols": ("\\documentclass{article}\\usepackage{multicol}", TITLE, "\\maketitle\\begin{multicols}{2}"),
}


def typeset(folder: Path, name: str, before: str = "", engine: str = "pdflatex") -> Path:
    """main.tex set twice, under another name; lines of TeX may come first."""
    for _ in range(2):
        subprocess.run(
            [engine, "-interaction=nonstopmode", "-halt-on-error", f"-jobname={name}", f"{before}\\input{{main.tex}}"],
            cwd=folder,
            check=True,
            capture_output=True,
        )
    return folder / f"{name}.pdf"


def compare(folder: Path, notes: tuple[Note, ...], engine: str = "pdflatex") -> tuple[str, list[Word]]:
    """The text with notes, and the words that they moved."""
    write_files(folder, {"notes.tex": render_overlay(notes, "main.tex", str)})
    plain = words(typeset(folder, "plain", engine=engine))
    annotated = typeset(folder, "annotated", "\\AtBeginDocument{\\input{notes.tex}}", engine)
    text = subprocess.run(["pdftotext", annotated, "-"], capture_output=True, check=True, text=True).stdout
    return text, moved(plain, words(annotated))


@pytest.mark.parametrize(("head", "title", "begin"), CLASSES.values(), ids=CLASSES)
def test_no_word_moves(head: str, title: str, begin: str, tmp_path: Path) -> None:
    """In every paragraph of several pages a note: all words stay where they were."""
    end = "\\end{multicols}" if "multicols" in begin else ""
    source = f"{head}\n{title}\\begin{{document}}\n{begin}\n{body(20)}{end}\n\\end{{document}}\n"
    write_files(tmp_path, {"main.tex": source})
    lines = source.split("\n")
    noted = tuple(note(at) for at, line in enumerate(lines, 1) if line.startswith("Paragraph"))
    text, lost = compare(tmp_path, noted)
    assert lost == []
    assert len(noted) == 20
    assert text.count("citation missing, main.tex, line") == 20


def test_the_text_keeps_its_colour(tmp_path: Path) -> None:
    """The pages left of the margin with the notes, dot for dot, though notes are coloured."""
    source = f"\\documentclass[a4paper]{{article}}\n\\begin{{document}}\n{body(20)}\\end{{document}}\n"
    write_files(tmp_path, {"main.tex": source})
    noted = tuple(note(at) for at, line in enumerate(source.split("\n"), 1) if line.startswith("Paragraph"))
    compare(tmp_path, noted)
    crop = ("-r", "72", "-l", "3", "-x", "0", "-y", "0", "-W", "470", "-H", "840")
    shown = [
        subprocess.run(["pdftoppm", *crop, tmp_path / f"{name}.pdf"], check=True, capture_output=True).stdout
        for name in ("plain", "annotated")
    ]
    assert len(shown[0]) > 1_000_000
    assert shown[0] == shown[1]


def test_slides(tmp_path: Path) -> None:
    frames = "".join(
        f"\\begin{{frame}}{{Slide {at}}}\nWalks converge.\n\n\\begin{{itemize}}\n\\item One\n\\pause\n\\item Two\n\\end{{itemize}}\n"
        "\\begin{block}{A block}Boxed words.\n\\end{block}\n\\end{frame}\n"
        for at in range(3)
    )
    source = f"\\documentclass{{beamer}}\n\\begin{{document}}\n{frames}\\end{{document}}\n"
    write_files(tmp_path, {"main.tex": source})
    noted = tuple(
        note(at)
        for at, line in enumerate(source.split("\n"), 1)
        if line.startswith(("Walks", "\\item One", "\\begin{block}"))
    )
    text, lost = compare(tmp_path, noted)
    assert lost == []
    assert text.count("citation missing, main.tex, line") == 9


def test_notes_do_not_overlap(tmp_path: Path) -> None:
    """Long and short notes of neighbouring lines: none on another one, on a word or over the edge of the page."""
    lines = [f"{prose(at, 20)}\n" if at % 3 else "A line of its own, and another sentence.\n\n" for at in range(12)]
    head = "\\documentclass{article}\\pagestyle{empty}\\usepackage[paperwidth=17cm,margin=25mm,bottom=9cm]{geometry}"
    source = f"{head}\n\\begin{{document}}\n{''.join(lines)}\\end{{document}}\n"
    beside = "\\begin{minipage}{.45\\textwidth}\nA line\n\\end{minipage}\\hfill\n"
    source = source.replace("\\end{document}", f"\n\n{beside}{beside}\n\\end{{document}}")
    write_files(tmp_path, {"main.tex": source})
    starts = [at for at, line in enumerate(source.split("\n"), 1) if line.startswith(("Paragraph", "A line"))]
    long = replace(note(0), short="Papadimitropoulou-Konstantinidou et al. 2001, in a journal")
    noted = tuple(
        replace(each, line=at) for at in starts for each in (note(0), long, note(0, kind="draft"))[: 1 + at % 3]
    )
    write_files(tmp_path, {"notes.tex": render_overlay(noted, "main.tex", str)})
    plain = boxes(typeset(tmp_path, "plain"))
    shown = boxes(typeset(tmp_path, "annotated", "\\AtBeginDocument{\\input{notes.tex}}"))
    ours = [box for box in shown if box not in plain and box[0] <= plain[-1][0]]
    assert len(ours) > len(noted)
    told = {box[1] for box in ours}
    assert [at for at in range(1, len(noted) + 1) if str(at) not in told] == [26, 27, 28, 29, 30, 31]
    assert {"26+", "29+"} <= told  # for three, beside a line in a box
    body = [box for box in shown if box[0] <= plain[-1][0]]
    assert [(one, other) for one in ours for other in body if one is not other and overlap(one, other)] == []
    assert max(box[4] for box in ours) < 17 / 2.54 * 72


Box = tuple[int, str, float, float, float, float]


def boxes(pdf: Path) -> list[Box]:
    """The words of a PDF with their boxes, rounded: page, text, left, top, right, bottom."""
    told = subprocess.run(["pdftotext", "-bbox", pdf, "-"], capture_output=True, check=True, text=True).stdout
    found: list[Box] = []
    for page, part in enumerate(told.split("<page ")):
        for match in re.finditer(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>', part):
            left, top, right, bottom = (round(float(each), 1) for each in match.groups()[:4])
            found.append((page, match[5], left, top, right, bottom))
    return found


def overlap(one: Box, other: Box) -> bool:
    """By more than the boxes of fonts are higher than their letters."""
    across = min(one[4], other[4]) - max(one[2], other[2])
    down = min(one[5], other[5]) - max(one[3], other[3])
    return one[0] == other[0] and across > 0.5 and down > 0.9


def test_a_long_list(tmp_path: Path) -> None:
    """Hundreds of notes cost pages, not TeX's memory."""
    source = "\\documentclass{article}\\begin{document}\n" + "".join(prose(at, 20) + "\n" for at in range(300))
    write_files(tmp_path, {"main.tex": f"{source}\\end{{document}}\n"})
    record = replace(SOMEBODY, title="Walks " * 39)
    noted = tuple(note(at, record=record) for at in range(2, 902))
    write_files(tmp_path, {"notes.tex": render_overlay(noted, "main.tex", str)})
    shown = typeset(tmp_path, "annotated", "\\AtBeginDocument{\\input{notes.tex}}")
    text = subprocess.run(["pdftotext", shown, "-"], capture_output=True, check=True, text=True).stdout
    assert text.count("citation missing, main.tex, line") == 900


def test_files_of_the_paper(tmp_path: Path) -> None:
    """Notes stand in what is input and included; those of a file that is not read are not listed."""
    files = {
        "main.tex": "\\documentclass{article}\\pagestyle{empty}\n\\begin{document}\nThe main file.\n\\input{sections/one}\n\\input{./sections/two.tex}\n"
        "\\include{sections/three}\nThe end\n\\input{four}\n\\end{document}\n",
        "sections/one.tex": "In one.\nMore of it.\n\n% at its end\n",
        "sections/two.tex": "In two, latin.\n\n",
        "sections/three.tex": "In three.\n",
        "four.tex": "is here.\n\nReally.\n",
    }
    write_files(tmp_path, files)
    noted = tuple(
        note(at, path)
        for path, at in (
            ("main.tex", 3),
            ("sections/one.tex", 1),
            ("sections/one.tex", 4),
            ("sections/two.tex", 1),
            ("sections/three.tex", 1),
            ("main.tex", 7),
            ("four.tex", 1),
            ("other.tex", 1),
        )
    )
    text, lost = compare(tmp_path, noted)
    assert lost == []
    assert {str(number) for number in range(1, 8)} <= set(text.partition("texscholar:")[0].split())
    assert text.count("citation missing") == 7
    assert "other.tex" not in text


HOSTILE = '\\input{/etc/passwd} $x^2_3$ #1 % ~ & {\\bf } "quoted" `a\' \\write18{touch owned} \\end{document} ^^5c'
SCRIPTS = "Über Łódź, Gödel–Erdős “naïve” ångström ça Øst; Внимание, 注意力机制, الانتباه, Προσοχή"


@pytest.mark.parametrize("engine", ["pdflatex", "xelatex", "lualatex"])
def test_text_is_data(engine: str, tmp_path: Path) -> None:
    """Commands in titles are shown; letters without a font cost no error."""
    if not shutil.which(engine):
        pytest.skip(f"needs {engine}")
    write_files(tmp_path, {"main.tex": "\\documentclass{article}\n\\begin{document}\nOne line.\n\\end{document}\n"})
    record = replace(SOMEBODY, title=HOSTILE, venue=SCRIPTS)
    text, lost = compare(tmp_path, (note(3, record=record),), engine)
    assert lost == []
    shown = unicodedata.normalize("NFC", " ".join(text.split()))
    for piece in ("\\input{/etc/passwd} $x", "#1 % ", "& {\\bf }", "\\end{document}", "Gödel–Erdős"):
        assert piece in shown
    assert "[?]" in shown  # and no gap
    assert not (tmp_path / "owned").exists()


def test_other_scripts(tmp_path: Path) -> None:
    """What the document's fonts have is shown, and told apart from what they lack."""
    head = "\\documentclass{article}\\usepackage{fontspec}\\setsansfont{IPAexMincho}"
    write_files(tmp_path, {"main.tex": f"{head}\n\\begin{{document}}\nOne line.\n\\end{{document}}\n"})
    record = replace(SOMEBODY, title="注意力", authors=("Елена", "عمر"))
    text, lost = compare(tmp_path, (note(3, record=record),), "xelatex")
    assert lost == []
    assert "60% Елена, [?]. 注意力. Journal. 2001" in " ".join(text.split())


def test_shorthands_of_babel(tmp_path: Path) -> None:
    """German makes quotes active, French punctuation: the notes are read as they were written."""
    head = "\\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage[ngerman,french]{babel}"
    write_files(tmp_path, {"main.tex": f"{head}\n\\begin{{document}}\nUne ligne.\n\\end{{document}}\n"})
    text, lost = compare(tmp_path, (note(3),))
    assert lost == []
    assert "main.tex, line 3" in text


def test_old_formats_show_nothing(tmp_path: Path) -> None:
    """A format from before 2021-06 reads no further than its date."""
    write_files(tmp_path, {"main.tex": "\\documentclass{article}\n\\begin{document}\nOne line.\n\\end{document}\n"})
    write_files(tmp_path, {"notes.tex": render_overlay((note(3),), "main.tex", str)})
    plain = words(typeset(tmp_path, "plain"))
    old = "\\def\\fmtversion{2021/05/01}\\AtBeginDocument{\\input{notes.tex}}"
    assert words(typeset(tmp_path, "old", old)) == plain
    older = "\\let\\IfFormatAtLeastTF\\undefined\\AtBeginDocument{\\input{notes.tex}}"
    assert words(typeset(tmp_path, "older", older)) == plain
