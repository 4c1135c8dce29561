"""What is written into a .bib builds without a warning: real LaTeX, BibTeX and biber, every type, awkward values."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures_building import SYSTEMS, warnings_of
from test_bibtex_writer import raw
from texscholar.bibtex import Author, HouseStyle, Work, render_entry

pytestmark = pytest.mark.latexmk

ANN = (Author("Doe", "Ann"),)
PEOPLE = (
    Author("Müller", "Jörg"),
    Author("Éluard", "Élise"),
    Author("Abélard", "Pierre"),
    Author("Wąsik", "Łukasz"),
    Author("Dvořák", "Čeněk"),
    Author("Şahin", "İpek"),
    Author("Ólafsdóttir", "Þóra"),
    Author("van der Berg", "Jan"),
    Author("de la Cruz", "María José"),
    Author("Van Gool", "Luc"),
    Author("King", "Martin Luther Jr."),
    Author("Davis", "Sammy III"),
    Author("Plato"),
    Author("OpenAI"),
    Author("World Health Organization"),
    Author("Simon and Schuster, Inc."),
    Author("Group (West) [B]"),
    Author("Guðmundsson", "Björn & Co_1 #2 100% $5 ~ ^"),
    Author('O"Neil', 'Shaun "S"'),
)
TITLES = (
    "A {brace of unbalanced} braces}}",
    "R&D at 100% of #1_x: costs $5 ~ ^ \\ | < >",
    "Tom &amp; Jerry in <i>E. coli</i>: H<sub>2</sub>O &lt; &eacute;",
    "On α-stable laws, O(n²) ≤ ∞ and ℝ → ℂ − ×",
    "“Quotes” – dashes — and ‘others’… at 20 °C ½ µm €5 §3 ™ ® †",
    "Ångström, naïve, Œuvre, Straße, smørrebrød, Łódź, şehir, ő, ǧ",
    "Über die Bestimmung von Zahlen",
    "GloVe, BERT and T5 for English: A Bayesian View",
    'A "quoted" title',
    "ﬁne ligatures and \u2011 hyphens",
)
WRITTEN = [
    *(Work(title, ANN, 2001, "Journal of Tests", kind="article") for title in TITLES),
    *(Work("A Work", (person,), 2001, "Journal of Tests", kind="article") for person in PEOPLE),
    Work("A Work of Many", PEOPLE, 2001, "Proceedings of the Meeting & Co", "10.1000/x_y<z>", kind="inproceedings"),
    Work("A Preprint", ANN, 2017, "arXiv", "10.48550/arxiv.1706.03762", "1706.03762"),
    Work("An Old Preprint", ANN, 1999, "", "", "hep-th/9901001"),
    Work("Published, with the Preprint Kept", ANN, 2001, "Nature", "10.1038/x", "2001.00001", kind="article"),
    *(
        Work(f"Of Type {kind}", ANN, 2001, "Some Venue", kind=kind)
        for kind in [
            "article",
            "book",
            "inbook",
            "incollection",
            "inproceedings",
            "phdthesis",
            "mastersthesis",
            "techreport",
            "misc",
            "online",
            "proceedings",
            "manual",
            "booklet",
            "unpublished",
            "collection",
            "report",
            "thesis",
            "software",
            "dataset",
            "patent",
            "conference",
            "www",
            "nonsense",
        ]
    ),
    *(
        Work(f"Bare of Type {kind}", kind=kind)
        for kind in [
            "article",
            "book",
            "inbook",
            "incollection",
            "inproceedings",
            "phdthesis",
            "techreport",
            "proceedings",
            "misc",
        ]
    ),
    *(Work("Undated", ANN, None, "Venue", kind=kind) for kind in ("article", "book", "inproceedings", "misc")),
]
CARRIED = [
    raw(("author", "{\\'E}lise Éluard and others"), ("title", "On $O(N)$ and $\\Gamma$"), ("pages", "1–11")),
    raw(("author", "A. B{\\'\\i}az"), ("title", "T"), ("date", "2001-05/2002-06"), ("journaltitle", "J")),
    raw(("author", "Euclid"), ("title", "Elements"), ("year", "300 {BC}")),
    raw(("title", "T"), ("year", "in press"), ("month", "may")),
    raw(("title", "T"), ("year", "[2001]"), ("month", "May 3--5"), ("volume", "3"), ("number", "4")),
    raw(("author", "A. B"), ("editor", "C. D"), ("title", "T"), ("publisher", "P"), ("year", "2001"), kind="book"),
    raw(
        ("author", "A. B"), ("title", "T"), ("booktitle", "P"), ("year", "2001"), ("volume", "1"), ("number", "2"),
        kind="inproceedings",
    ),
    raw(("author", "A. B"), ("title", "T"), ("booktitle", "P"), ("number", "2"), ("date", "2001"), kind="inproceedings"),
    raw(("editor", "C. D"), ("title", "T"), ("number", "2"), ("year", "2001"), kind="proceedings"),
    raw(("author", "A. B"), ("title", "T"), ("type", "mathesis"), ("institution", "U"), ("date", "2001-05"), kind="thesis"),
    raw(("author", "A. B"), ("title", "T"), ("school", "U"), ("year", "2001"), kind="phdthesis"),
    raw(("author", "A. B"), ("title", "T"), ("institution", "U"), ("type", "techreport"), ("date", "2001"), kind="report"),
    raw(("author", "A. B"), ("title", "T"), ("booktitle", "W"), ("date", "2001"), ("publisher", "P"), kind="inbook"),
    raw(("author", "A. B"), ("title", "T"), ("chapter", "3"), ("year", "2001"), ("publisher", "P"), kind="inbook"),
    raw(("author", "A. B"), ("title", "T"), ("howpublished", "\\url{http://example.org/a_b}"), kind="misc"),
    raw(("author", "A. B"), ("title", "T"), ("note", "See \\url{http://example.org/a_b}, 2001"), kind="misc"),
    raw(("author", "A. B"), ("title", "T"), ("isbn", "0-444-70266-0;1-2"), ("year", "2001"), ("publisher", "P"), kind="book"),
    raw(("title", "T"), ("organization", "O"), ("year", "2001"), kind="manual"),
    raw(("title", "T"), ("url", "http://example.org/~a#b&c_d?e=f"), ("urldate", "2020-01-01"), kind="online"),
    raw(("author", "M{\\\"u}ller, {\\'E}. and {The \\& Group}"), ("title", '{\\"U}ber \\emph{x} \\& y\\textsuperscript{2}')),
]  # fmt: skip
FOREIGN = [
    Work("深層学習の研究", (Author("山田", "太郎"), Author("王", "小明")), 2001, "情報処理学会", kind="article"),
    Work("Теория вероятностей", (Author("Колмогоров", "Андрей"),), 2001, "Наука и жизнь", kind="article"),
    Work("Περι φυσεως", (Author("Παπαδοπουλος", "Γιωργος"),), 2001, "Εκδοση", kind="article"),
    Work("On the word 言語 in English", ANN, 2001, "Journal of Words", kind="article"),
]
STYLES = [("plain", "plain"), ("plain", "alpha"), ("plain", "abbrv"), ("natbib", "plainnat"), ("biblatex", "")]


def written(
    works: list[Work], *, biblatex: bool, ascii_only: bool = False, encoding: str = "utf-8"
) -> tuple[str, list[str]]:
    keys = [f"key{number}" for number in range(len(works))]
    house = HouseStyle(biblatex=biblatex, ascii_only=ascii_only)
    # Styles label no more than 26 works of one person and year.
    dated = [replace(work, year=work.year and 1900 + number) for number, work in enumerate(works)]
    return "\n\n".join(render_entry(work, key, house, encoding) for work, key in zip(dated, keys, strict=True)), keys


def needs(*programs: str) -> None:
    missing = [program for program in programs if shutil.which(program) is None]
    if missing and "CI" not in os.environ:
        pytest.skip(f"needs {missing[0]}")
    assert not missing


@pytest.mark.parametrize(
    ("name", "style", "ascii_only"), [(*each, False) for each in STYLES] + [(*each, True) for each in STYLES[3:]]
)
def test_no_program_warns(name: str, style: str, ascii_only: bool, tmp_path: Path) -> None:
    """Every type with all, some and none of its fields; accents, signs, formulas, odd names, odd dates."""
    needs("pdflatex", SYSTEMS[name].program)
    entries, keys = written([*WRITTEN, *CARRIED], biblatex=name == "biblatex", ascii_only=ascii_only)
    assert warnings_of(tmp_path, entries, keys, name, style=style) == []


@pytest.mark.parametrize(("name", "style"), [STYLES[2], STYLES[3], STYLES[4]])
def test_other_scripts_build_where_the_paper_has_their_letters(name: str, style: str, tmp_path: Path) -> None:
    """CJK, Cyrillic and Greek, in an engine and a font that have them."""
    needs("xelatex", SYSTEMS[name].program)
    entries, keys = written(FOREIGN, biblatex=name == "biblatex")
    assert warnings_of(tmp_path, entries, keys, name, style=style, engine="xelatex") == []


@pytest.mark.parametrize(
    ("program", "encoding", "style"),
    [("bibtex8", "latin-1", "plain"), ("bibtex8", "latin-1", "alpha"), ("bibtexu", "utf-8", "plainnat")],
)
def test_successors_of_bibtex(program: str, encoding: str, style: str, tmp_path: Path) -> None:
    """Those that know more than ASCII have nothing to say either."""
    needs(program)
    entries, _ = written([*WRITTEN, *CARRIED], biblatex=False, encoding=encoding)
    (tmp_path / "refs.bib").write_bytes(entries.encode(encoding))
    (tmp_path / "main.aux").write_text(f"\\citation{{*}}\n\\bibstyle{{{style}}}\n\\bibdata{{refs}}\n")
    done = subprocess.run([program, "main"], cwd=tmp_path, capture_output=True, check=True)
    assert b"arning" not in done.stdout + done.stderr
