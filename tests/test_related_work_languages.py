"""Outline drafts in eight languages: golden drafts, their grammar as far as rules can tell, and LaTeX that sets them.

Run as a program, this file writes the golden drafts anew; read their diff sentence by sentence.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from texscholar.bibtex import Author, Work
from texscholar.latex import CiteStyle
from texscholar.recommend import Candidature
from texscholar.related_work import Hand, Plan, Theme, draft, learn_marks, text_of
from texscholar.related_work.phrases import LANGUAGES

DRAFTS = Path(__file__).parent / "drafts"
NATBIB = CiteStyle("citep", "citet")
PLAIN = CiteStyle("cite", "")
BIBLATEX = CiteStyle("autocite", "textcite", separator=", ")


@dataclass(frozen=True)
class Native:
    """What a paper of a language has of its own: a preamble, a label and titles."""

    preamble: str
    label: str
    titles: tuple[str, str]
    engine: str = "pdflatex"


LATIN = "\\documentclass{article}\n\\usepackage[T1]{fontenc}\n\\usepackage{lmodern}\n"
# As authors of each language set up their papers; xeCJK is told fonts that come with TeX Live or Debian.
CJK = "\\documentclass{article}\n\\usepackage{xeCJK}\n\\setCJKmainfont{%s}\n"
NATIVES = {
    "ar": Native(
        "\\documentclass{article}\n\\usepackage[bidi=default]{babel}\n\\babelprovide[import,main]{arabic}\n"
        "\\babelfont{rm}{Amiri}\n",
        "الترجمة الآلية",
        ("تقويم الترجمة الآلية", "مدونة للترجمة الآلية"),
        "xelatex",
    ),
    "de": Native(
        LATIN + "\\usepackage[ngerman]{babel}\n",
        "maschinelle Übersetzung",
        ("Zur Bewertung maschineller Übersetzung", "Was leistet die maschinelle Übersetzung?"),
    ),
    "en": Native(LATIN, "machine translation", ("On Machine Translation", "What Does Machine Translation Do?")),
    "es": Native(
        LATIN + "\\usepackage[spanish]{babel}\n",
        "traducción automática",
        ("Evaluación de la traducción automática", "¿Qué hace la traducción automática?"),
    ),
    "fr": Native(
        LATIN + "\\usepackage[french]{babel}\n",
        "apprentissage automatique",
        ("Évaluer l'apprentissage automatique", "Que fait l'apprentissage automatique ?"),
    ),
    "ja": Native(CJK % "FandolSong-Regular.otf", "機械翻訳", ("機械翻訳の評価", "機械翻訳は「何」をするか"), "xelatex"),
    "ko": Native(CJK % "UnBatang", "기계 번역", ("기계 번역의 평가", "기계 번역은 무엇을 하는가?"), "xelatex"),
    "zh": Native(CJK % "FandolSong-Regular.otf", "机器翻译", ("机器翻译的评价", "机器翻译能做什么？"), "xelatex"),
}


def work(key: str, title: str, *families: str, year: int | None, **fields: str) -> Candidature:
    return Candidature(key, Work(title, tuple(map(Author, families)), year, fields=tuple(fields.items())), "shelf")


PARSING = (
    work("nivre", "An Efficient Algorithm for Projective Dependency Parsing", "Nivre", year=2003),
    work("mcdonald", "Online Large-Margin Training of Dependency Parsers", "McDonald", "Crammer", "Pereira", year=2005),
    work("trees", "Is It a “Tree” & Not a Graph?", year=2005),
    work("chen", "A Fast and Accurate Dependency Parser Using Neural Networks", "Chen", "Manning", year=2014),
    work("dozat", "Deep Biaffine Attention for Neural Dependency Parsing", "Dozat", "Manning", year=2017),
    work("li", "Seq2seq Dependency Parsing", "Li", year=2018, author="Li, Zuchao and others"),
    work("zhang", "A Survey of Syntactic-Semantic Parsing", "Zhang", "Irving", year=2020),
    work("glavas", "Is Supervised Syntactic Parsing Beneficial?", "Glavaš", "Vulić", year=2021),
)
REST = (
    work("marcus", "Building a Large Annotated Corpus of English", "Marcus", "Ibarra", year=1993),
    work("loper", "NLTK: A Toolkit for Teaching", "Loper", "Bird", year=2002),
    work("ud", "Universal Dependencies v1", "Nivre", "Ginter", "Hajič", year=2016),
)


def works_of(language: str) -> tuple[Candidature, Candidature]:
    first, second = NATIVES[language].titles
    return work("native", first, "Ames", year=2010), work("question", second, "Bly", "Cole", year=2011)


def plan_of(language: str) -> Plan:
    """A labelled theme of many works, one with a label in the language of the paper, and one without a label."""
    themes = (
        Theme("dependency parsing", PARSING),
        Theme(NATIVES[language].label, works_of(language)),
        Theme("", REST),
    )
    relevance = {id(each): 0.9 - 0.1 * number for number, each in enumerate(PARSING)}
    return Plan("parsing", themes, relevance)


def hand(
    language: str, style: CiteStyle = NATBIB, length: str = "medium", body: str = "", *, ascii_only: bool = False
) -> Hand:
    marks = learn_marks(language, [NATIVES[language].preamble + body], "utf-8", ascii_only=ascii_only)
    return Hand(style, lambda each: each.key, "utf-8", ascii_only, language, length, marks)


def golden(language: str) -> str:
    """The three drafts of a language: of medium length, a long one with plain citations, a short one."""
    hands = (hand(language), hand(language, PLAIN, "long"), hand(language, BIBLATEX, "short"))
    drafts = [text_of(draft(plan_of(language), each)) for each in hands]
    return "".join(
        f"% {each.length}, \\{each.style.parenthetical}\n{text}\n\n" for each, text in zip(hands, drafts, strict=True)
    )


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_golden_drafts(language: str) -> None:
    """Three drafts of each language, letter by letter: labels, no authors, one, two, many, plain and textual, grouped."""
    assert golden(language) == (DRAFTS / f"{language}.tex").read_text("utf-8")


# -- LaTeX sets them

POLYGLOSSIA = "\\documentclass{article}\n\\usepackage{polyglossia}\n\\setmainlanguage{%s}\n"
BARE = "\\documentclass{article}\n"


@dataclass(frozen=True)
class Setup:
    """A way in which authors of a language set up their papers."""

    language: str
    preamble: str
    engine: str = "pdflatex"
    ascii_only: bool = False
    body: str = ""


SETUPS = {
    **{language: Setup(language, each.preamble, each.engine) for language, each in NATIVES.items()},
    "German in ASCII": Setup("de", LATIN + "\\usepackage[ngerman]{babel}\n", ascii_only=True),
    "German in ASCII without packages": Setup("de", BARE, ascii_only=True),
    "German shorthands": Setup("de", BARE + "\\usepackage[ngerman]{babel}\n", body='"`Guten Tag"\' wird gesagt.\n'),
    "German with csquotes": Setup(
        "de", LATIN + "\\usepackage[ngerman]{babel}\n\\usepackage{csquotes}\n", body="\\enquote{Guten Tag}.\n"
    ),
    "German with polyglossia": Setup("de", POLYGLOSSIA % "german", "xelatex"),
    "French in ASCII": Setup("fr", LATIN + "\\usepackage[french]{babel}\n", ascii_only=True),
    "French without packages": Setup("fr", BARE),
    "French with guillemets": Setup("fr", LATIN + "\\usepackage[french]{babel}\n", body="On dit «~bonjour~».\n"),
    "French with polyglossia": Setup("fr", POLYGLOSSIA % "french", "xelatex"),
    "Spanish in ASCII": Setup("es", LATIN + "\\usepackage[spanish]{babel}\n", ascii_only=True),
    "Spanish without packages": Setup("es", BARE),
    "Chinese with ctex": Setup("zh", "\\documentclass[fontset=fandol]{ctexart}\n", "xelatex"),
}
_FLAGS = {"pdflatex": "-pdf", "xelatex": "-pdfxe", "lualatex": "-pdflua"}
_COMPLAINT = re.compile(
    r"^!.*|.*(?:Missing character|undefined|LaTeX Error|unavailable|not be found|not available in encoding).*",
    re.MULTILINE | re.IGNORECASE,
)


def drafts_for(setup: Setup) -> str:
    """The three drafts as a paper set up so would get them."""
    texts = []
    for style, length in ((NATBIB, "medium"), (PLAIN, "long"), (BIBLATEX, "short")):
        codes = [setup.preamble + setup.body]
        marks = learn_marks(setup.language, codes, "utf-8", ascii_only=setup.ascii_only)
        given = Hand(style, lambda each: each.key, "utf-8", setup.ascii_only, setup.language, length, marks)
        texts.append(text_of(draft(plan_of(setup.language), given)))
    return "\n\n".join(texts)


def document(setup: Setup) -> str:
    """A paper of nothing but the drafts, with entries of the citations in it."""
    works = (*PARSING, *REST, *works_of(setup.language))
    items = "\n".join(f"\\bibitem[A(2000)]{{{each.key}}} A." for each in works)
    return (
        f"{setup.preamble}\\usepackage{{natbib}}\n\\newcommand\\autocite{{\\citep}}\\newcommand\\textcite{{\\citet}}\n"
        f"\\begin{{document}}\n{setup.body}{drafts_for(setup)}\n"
        f"\\begin{{thebibliography}}{{9}}\n{items}\n\\end{{thebibliography}}\n\\end{{document}}\n"
    )


@pytest.mark.latexmk
@pytest.mark.skipif(shutil.which("latexmk") is None, reason="needs latexmk and TeX Live")
@pytest.mark.parametrize("name", SETUPS)
def test_latex_sets_the_drafts(name: str, tmp_path: Path) -> None:
    """No command is undefined, no character missing, no citation unknown, however the paper is set up."""
    setup = SETUPS[name]
    if shutil.which(setup.engine) is None:
        pytest.skip(f"needs {setup.engine}")
    (tmp_path / "paper.tex").write_text(document(setup), "utf-8")
    built = subprocess.run(
        ["latexmk", _FLAGS[setup.engine], "-interaction=nonstopmode", "paper.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=300,
    )
    # Warnings of the first run, before the citations are known, are gone from the log of the last.
    log = (tmp_path / "paper.log").read_text("utf-8", "replace")
    assert _COMPLAINT.findall(log) == []
    assert built.returncode == 0, built.stdout[-1000:]


if __name__ == "__main__":
    for name in LANGUAGES:
        (DRAFTS / f"{name}.tex").write_text(golden(name), "utf-8")
