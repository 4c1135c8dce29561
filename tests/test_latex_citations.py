"""Citation commands and their keys."""

from __future__ import annotations

import pytest

from fixtures_language import fixture, main
from texscholar.latex import CiteStyle
from texscholar.latex.citations import bibliography_system

KEYS: list[tuple[str, list[str]]] = [
    ("", []),
    (r"\cite", []),
    (r"\cite a", []),
    (r"\cite{}", []),
    (r"\cite{ , }", []),
    (r"\cite{never closed", []),
    (r"\cite[never closed{a}", []),
    ("\\cite{a\n\nb}", []),
    (r"\\cite{a}", []),
    (r"% \cite{a}", []),
    (r"\verb|\cite{a}|", []),
    (r"\citestyle{a} \setcitestyle{a} \citereset \newcites{a}{b}", []),
    (r"\citetext{a} \citeleft{(} \multicitedelim{a} \ifciteseen{a}{b} \citebordercolor{a}", []),
    (r"\cref{a} \hyperlink{cite.a}{b}", []),
    (r"\newcommand{\x}[1]{\cite{#1}}", []),
    (r"\def\x{\cite{\y}}", []),
    (r"\let\x\cite {a}", []),
    (r"\pretocmd\cite{a}{}{}\begin{document}", []),
    (r"\cite{\x}", []),
    (r"\newcommandx{\x}[1]{\cite{#1}}", []),
    (r"\newcommand{\x}{\cite{a}}", []),
    (r"\cite{a}", ["a"]),
    (r"\cite{a,b}", ["a", "b"]),
    (r"\cite{ a , b }", ["a", "b"]),
    ("\\cite{a,% first\n  b}", ["a", "b"]),
    (r"\cite {a}", ["a"]),
    ("\\cite\n{a}", ["a"]),
    (r"\cite [p. 1] {a}", ["a"]),
    (r"\cite{K:55_x-y.z+a/b}", ["K:55_x-y.z+a/b"]),
    (r"\citet*{a} \Citep{b} \citeauthor*{c} \citeyearpar{d} \citealp{e}", list("abcde")),
    (r"\citep[see][p.~3]{a}", ["a"]),
    (r"\citep[e.g.,][]{a}", ["a"]),
    (r"\citep[see [sic\]][{p.~[3]}]{a}", ["a"]),
    (r"\cite[{[}1{]}]{a}", ["a"]),
    (r"\parencite*{a} \textcite{b} \footcite[1]{c} \fullcite{d} \supercite{e} \autocite{f}", list("abcdef")),
    (r"\cites(pre)(post)[12]{a}[][3]{b} c", ["a", "b"]),
    (r"\autocites{a}{b} \parencites[x][y]{c}[z]{d}", list("abcd")),
    (r"\volcite{2}[5]{a} \volcites{1}{b}{2}{c}", ["a", "b", "c"]),
    (r"\citeA{a} \citeNP<see>[p.1]{b} \shortcite{c} \cite<2->{d}", ["a", "b", "c", "d"]),
    (r"\fullcite<see>{a} \nocite{b} \nocite{*}", ["a", "b", "*"]),
    (r"\cite{a}*{p.~3}", ["a"]),
    (r"\cite{a,*b,*[{see, too}][p. 3]c} \mcite{d}", list("abcd")),
    (r"\nocite{*,a}", ["*", "a"]),
    (r"\cite{\x,a} \cite{{b}} \cite{two words}", ["a", "b", "two words"]),
    (r"\cite{ä:1,漢字,c+d/e.f}", ["ä:1", "漢字", "c+d/e.f"]),
    (r"\cite{a}*{p. 3} \cite**{b} \cite *{c} \cite<2->[p. 3]{d}", list("abcd")),
    (r"\citename{a}[x]{author} \citefield{b}{title} \citelist{c}{publisher} \citeaffixed{d}{e.g.}", list("abcd")),
    (r"\citelist{\cite{a} \cite{b}}", ["a", "b"]),
    (r"\citetext{see \citealp{a}} \citep[and \citealp{c}]{b}", ["a", "b", "c"]),
    (r"\defcitealias{a}{Paper I} \shortcites{b,c}", list("abc")),
    (r"\citepPage{12}{a} \bstctlcite{b}", ["a", "b"]),
    (r"\newacronym{x}{X}{words~\cite{a}} \nocite{b} \begin{document} \cite{c}", list("abc")),
    (r"$x\cite{a}$ \[ z \text{\citep{b}} \]", ["a", "b"]),
    (r"\csname cite\endcsname{a}", ["a"]),
    (r"\ifdraft \cite{a} \else \cite{b} \fi", ["a", "b"]),
    (r"\textbf{bold \cite{a}} \footnote{foot \cite{b}} \caption{cap \cite{c}}", list("abc")),
    (r"100\% \cite{a} % \cite{b}", ["a"]),
    (r"a \\\cite{a}", ["a"]),
    (r"\cite{a} {b} \cite{c} [d]", ["a", "c"]),
    (r"\end{document}", []),
]


@pytest.mark.parametrize(("text", "keys"), KEYS)
def test_keys(text: str, keys: list[str]) -> None:
    """Keys of the citation commands of LaTeX, natbib, biblatex, apacite, amsrefs, beamer and REVTeX."""
    assert keys == [key.key for citation in main(text).citations for key in citation.keys]


PLACES = r"""
    %! main.tex
    As \citep[see][p. 3]{one, two} and \cites{three}[4]{four} say.
       ^^^^^^^^^^^^^^^^^^^^^^^^^^^ citation
                         ^^^ key
                              ^^^ key
                                       ^^^^^^^^^^^^^^^^^^^^^^ citation
                                              ^^^^^ key
                                                        ^^^^ key
    """


def test_citations_stand_where_they_are_said_to_stand() -> None:
    """A citation spans its command and arguments, a key only itself."""
    text = fixture(PLACES)
    citations = text.main.citations
    found = sorted([each.span for each in citations] + [key.span for each in citations for key in each.keys])
    assert sorted(text.spans) == found


def test_what_belongs_to_a_call() -> None:
    """Notes and fields do, braces apart from it and brackets after it do not."""
    file = main(r"\cite [1] {a} [b], \cite{a}*{p. 1}, \citefield{a}[x]{title}, \citename{a} {b}, \cites{a}{b} [c]")
    assert [file.source.slice(each.span) for each in file.citations] == [
        r"\cite [1] {a}",
        r"\cite{a}*{p. 1}",
        r"\citefield{a}[x]{title}",
        r"\citename{a}",
        r"\cites{a}{b}",
    ]


def test_notes_are_told() -> None:
    """A key that joins a citation would share them."""
    citations = main(r"\cite{a} \cite*{a} \cite[1]{a} \cites(1){a} \cite<1>{a} \cite{a}*{1}").citations
    assert [each.has_notes for each in citations] == [False, False, True, True, True, True]


def test_a_paper_may_wrap_citations_in_another_file() -> None:
    """A wrapper's call is a citation; its other arguments are prose."""
    text = fixture(
        r"""
        %! main.tex
        \input{macros}
        \begin{document}
        We say \seen[p. 1]{some words}{key} here.
        \end{document}
        %! macros.tex
        \newcommand{\seen}[3][]{#2~\cite[#1]{#3}}
        """
    ).main
    assert [[key.key for key in each.keys] for each in text.citations] == [["key"]]


def test_keys_in_a_definition_are_cited_at_each_use() -> None:
    """They have no place of their own there."""
    text = r"\newcommand{\x}[1]{A~\cite{a,#1}} \begin{document} \x{b} \x{c}"
    citations = main(text).citations
    assert [(tuple(key.key for key in each.keys), each.implied) for each in citations] == [
        (("b",), ("a",)),
        (("c",), ("a",)),
    ]
    assert [each.cited for each in citations] == [("b", "a"), ("c", "a")]


def test_what_is_cited_has_a_place_to_be_shown_at() -> None:
    """The key, or the call that brings it along."""
    file = main(r"\newcommand{\x}[1]{A~\cite{a,#1}} \begin{document} \x{b}")
    places = [(key, file.source.slice(span)) for each in file.citations for key, span in each.places]
    assert places == [("b", "b"), ("a", r"\x{b}")]


def test_a_key_may_be_made_of_its_argument() -> None:
    r"""``\rfc{2119}`` cites the key that its definition makes of the number."""
    citations = main(r"\newcommand{\rfc}[1]{\cite{rfc#1}} \begin{document} \rfc{2119} \rfc{\x}").citations
    assert [each.cited for each in citations] == [("rfc2119",), ()]


def test_textual_and_silent_citations_are_told_apart() -> None:
    r"""``\citet`` is part of its sentence, ``\nocite`` of none."""
    citations = main(r"\citet{a} \textcite{a} \citep{a} \nocite{a} \citeauthor{a}").citations
    assert [(each.is_textual, each.is_silent) for each in citations] == [
        (True, False),
        (True, False),
        (False, False),
        (False, True),
        (True, False),
    ]


SYSTEMS = [
    ("", "cite"),
    (r"\usepackage{mynatbibstuff}", "cite"),
    (r"\usepackage{cite}", "cite"),
    (r"\usepackage[round]{natbib}", "natbib"),
    (r"\usepackage{graphicx, natbib}", "natbib"),
    (r"\RequirePackage{natbib}", "natbib"),
    (r"\documentclass[sigconf]{acmart}", "natbib"),
    (r"\usepackage{neurips_2024}", "natbib"),
    (r"\usepackage[style=apa]{biblatex}", "biblatex"),
    (r"\usepackage{apacite}", "apacite"),
    (r"\usepackage{natbib}\usepackage{biblatex}", "biblatex"),
]


@pytest.mark.parametrize(("preamble", "system"), SYSTEMS)
def test_bibliography_system(preamble: str, system: str) -> None:
    """Packages and classes tell which citation commands there are."""
    assert system == bibliography_system(preamble)


STYLES = [
    ("no citation", CiteStyle("cite", "", "~")),
    (r"\usepackage{natbib}", CiteStyle("citep", "citet", "~")),
    (r"\usepackage{biblatex}", CiteStyle("autocite", "textcite", "~")),
    (r"\usepackage{natbib}\nocite{a}\citeyear{a}\citeauthor{a}", CiteStyle("citep", "citet", "~")),
    (r"a~\cite{a} b~\cite{a} c \citep{a}", CiteStyle("cite", "", "~")),
    (r"a~\cite{a,b} b~\cite{a, b} c~\cite{a, b, c}", CiteStyle("cite", "", "~", ", ")),
    (r"a~\cite{a,b} b~\cite{a, b}", CiteStyle("cite", "", "~", ",")),
    (r"\newcommand{\x}[2]{#1~\cite{#2}}\begin{document} \x{a}{b} \x{a}{b} c \citep{a}", CiteStyle("citep", "", " ")),
    (r"\newcommand{\x}[1]{~\cite{#1}}\begin{document} a\x{b} a\x{b} c \citep{a}", CiteStyle("x", "", "")),
    (r"\newcommand{\x}{BERT~\cite{b}}\begin{document} \x, \x, \x \citep{a}", CiteStyle("citep", "", " ")),
    (r"a \cite{a} b \cite{a} c~\cite{a}", CiteStyle("cite", "", " ")),
    (r"a\cite{a} b\cite{a} c~\cite{a}", CiteStyle("cite", "", "")),
    ("a\n\\cite{a} b\n\\cite{a} c~\\cite{a}", CiteStyle("cite", "", " ")),
    (r"\usepackage{natbib} a~\cite{a} \citet{b} \citealt{c}", CiteStyle("cite", "citet", "~")),
]


@pytest.mark.parametrize(("text", "style"), STYLES)
def test_the_cite_style_is_what_the_paper_does_most(text: str, style: CiteStyle) -> None:
    """Else what its bibliography system offers."""
    project = fixture(text).project
    assert style == project.cite_style


def test_the_cite_style_does_not_depend_on_line_ends() -> None:
    """A citation at the start of a line has a space before it, also after CRLF."""
    text = "a\r\n\\cite{a} b\r\n\\cite{a}"
    assert CiteStyle("cite", "", " ") == main_style(text)


def main_style(text: str) -> CiteStyle:
    """The cite style of one file."""
    return fixture(text.replace("\r\n", "\n"), newline="\r\n").project.cite_style
