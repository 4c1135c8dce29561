"""What a paper's own definitions change about how it is read."""

from __future__ import annotations

import pytest

from fixtures_language import fixture, main
from texscholar.latex.macros import find_math_macros, find_verbatim
from texscholar.latex.scan import Verbatim, scan
from texscholar.source import SourceText


def _scan(text: str) -> Verbatim:
    return find_verbatim(scan(SourceText("main.tex", text)))


NOTHING: frozenset[str] = frozenset()
VERBATIM = [
    ("", NOTHING, NOTHING, NOTHING),
    ("\\newenvironment{a}{\\begin{quote}}{\\end{quote}}", NOTHING, NOTHING, NOTHING),
    ("\\newcommand{\\a}{\\texttt}", NOTHING, NOTHING, NOTHING),
    ("\\newcommand{\\a}{See \\verb|b|}", NOTHING, NOTHING, NOTHING),
    ("% \\lstnewenvironment{a}{}{}", NOTHING, NOTHING, NOTHING),
    ("\\lstnewenvironment{python}[1][]{\\lstset{#1}}{}", {"python"}, NOTHING, NOTHING),
    ("\\DefineVerbatimEnvironment{code}{Verbatim}{fontsize=\\small}", {"code"}, NOTHING, NOTHING),
    ("\\newminted{cpp}{linenos}\\newminted[snip]{py}{}", {"cppcode", "snip"}, NOTHING, NOTHING),
    ("\\newtcblisting[auto]{box}{}", {"box"}, NOTHING, NOTHING),
    ("\\newenvironment{a}{\\small\\verbatim}{\\endverbatim}", {"a"}, NOTHING, NOTHING),
    ("\\excludecomment{draft}", {"draft"}, NOTHING, NOTHING),
    ("\\newcommand{\\code}{\\lstinline[language=C]}", NOTHING, {"code"}, NOTHING),
    ("\\newmintinline{rust}{}", NOTHING, {"rustinline"}, NOTHING),
    ("\\MakeShortVerb{\\|}", NOTHING, NOTHING, {"|"}),
    ("\\MakeShortVerb\\!\\lstMakeShortInline[style=x]|", NOTHING, NOTHING, {"!", "|"}),
]


@pytest.mark.parametrize(("text", "environments", "commands", "marks"), VERBATIM)
def test_own_verbatim(text: str, environments: set[str], commands: set[str], marks: set[str]) -> None:
    """Environments, commands and marks that listings, minted, fancyvrb, tcolorbox and comment let a paper define."""
    assert Verbatim(frozenset(environments), frozenset(commands), frozenset(marks)) == _scan(text)


PAPER = """
    %! main.tex
    \\documentclass{article}
    \\lstnewenvironment{python}{}{}
    \\newcommand{\\code}{\\lstinline}
    \\MakeShortVerb{\\|}
    \\newcommand{\\be}{\\begin{equation}}\\newcommand{\\ee}{\\end{equation}}
    \\newenvironment{formula}{\\begin{align*}}{\\end{align*}}
    \\newcommand{\\eq}[1]{\\begin{equation}#1\\end{equation}}
    \\begin{document}
    \\input{part}
    \\end{document}
    %! part.tex
    Words |a. B| here.
    \\begin{python}
    % no comment. \\cite{none}
    \\end{python}
    More \\code!\\cite{none}! words.
    So \\be x. Y = 1 \\ee holds, and \\eq{z. W} too, and
    \\begin{formula} z. W \\end{formula}
    after.
    """


def test_a_paper_is_read_with_its_own_definitions() -> None:
    """What one file defines holds in the others."""
    part = fixture(PAPER).project.files[1]
    assert [each.text for each in part.sentences] == ["Words here.", "More words.", "So holds, and too, and after."]
    assert (part.citations, part.scan.comments) == ((), ())


def test_without_the_definitions_it_is_read_otherwise() -> None:
    """The same text alone has a comment and a citation in it."""
    part = main(fixture(PAPER).files["part.tex"])
    assert (len(part.citations), len(part.scan.comments)) == (1, 1)


MATH = [
    ("", NOTHING, NOTHING, NOTHING, NOTHING),
    ("\\newcommand{\\be}{\\begin{quote}}\\newcommand{\\ee}{\\end{quote}}", NOTHING, NOTHING, NOTHING, NOTHING),
    ("\\newcommand{\\x}{$a$}", NOTHING, NOTHING, NOTHING, NOTHING),
    ("\\newcommand{\\be}{\\begin{equation}}", NOTHING, NOTHING, NOTHING, NOTHING),
    ("\\def\\be{\\begin{eqnarray*}}\\def\\ee{\\end{eqnarray*}}", {"be"}, {"ee"}, NOTHING, NOTHING),
    ("\\def\\[{x}\\newcommand\\bd{\\[}\\newcommand\\ed{\\]}", {"bd"}, {"ed"}, NOTHING, NOTHING),
    ("\\newcommand{\\be}{\\equation}\\newcommand{\\ee}{\\endequation}", {"be"}, {"ee"}, NOTHING, NOTHING),
    ("\\newcommand{\\eq}[1]{\\begin{align}#1\\end{align}}", NOTHING, NOTHING, {"eq"}, NOTHING),
    ("\\newenvironment{e}{\\begin{align}}{\\end{align}}", NOTHING, NOTHING, NOTHING, {"e"}),
]


@pytest.mark.parametrize(("text", "begins", "ends", "commands", "environments"), MATH)
def test_own_formulas(text: str, begins: set[str], ends: set[str], commands: set[str], environments: set[str]) -> None:
    """Short names for the edges of a formula, for a whole one, and environments around one."""
    found = find_math_macros([scan(SourceText("main.tex", text))])
    assert (begins, ends, commands, environments) == (found.begins, found.ends, found.commands, found.environments)


def test_a_formula_that_never_ends_hides_nothing() -> None:
    """Neither a missing end nor a paragraph between swallows prose."""
    defined = "\\newcommand{\\be}{\\begin{equation}}\\newcommand{\\ee}{\\end{equation}}\n"
    text = f"{defined}One \\be x\n\nTwo. \\ee Three."
    assert [each.text for each in main(text).sentences] == ["One x", "Two.", "Three."]


PACKAGES = """
    %! main.tex
    \\documentclass{own}
    \\usepackage{graphicx, macros}
    \\begin{document}
    See \\mine{key} and \\be x. Y \\ee after. \\begin{acks} Thanks. \\end{acks}
    \\end{document}
    %! own.cls
    \\newcommand{\\mine}[1]{\\cite{#1}}\\excludecomment{acks}
    Not prose. \\cite{none}
    %! macros.sty
    \\newcommand{\\be}{\\begin{equation}}\\newcommand{\\ee}{\\end{equation}}
    """


def test_what_its_own_packages_define_is_the_paper_s() -> None:
    """A class and a package beside the root are read for their macros, and are no part of its text."""
    project = fixture(PACKAGES).project
    assert [file.path for file in project.files] == ["main.tex"]
    assert [key for citation in project.files[0].citations for key in citation.cited] == ["key"]
    assert [each.text for each in project.files[0].sentences] == ["See and after.", "Thanks."]
