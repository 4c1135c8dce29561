"""The prose of a source."""

from __future__ import annotations

import pytest

from fixtures_language import main
from texscholar.latex.prose import words_of

WORDS = [
    ("", ""),
    ("Plain words.", "Plain words."),
    ("100\\% of A\\&B", "100 of AB"),
    ("one~two\\ three\\\\four", "one two three four"),
    ("\\textbf{bold} \\emph{words}", "bold words"),
    ("in $a+b$ and \\(c\\) words", "in and words"),
    ("$a$$b$ words", "words"),
    ("costs 5$ and more\n\nnext", "costs 5 and more next"),
    ("\\verb|a b| words", "words"),
    ("see \\url{http://a.b} now", "see now"),
    ("\\href{http://a%20b}{the page} now", "the page now"),
    ("\\cite {a} {\\bf words}", "words"),
    ("\\ref{a} {\\bf words} \\pageref{b} [sic]", "words [sic]"),
    ("\\cite<2->{a} words", "words"),
    ("\\cites(a)(b)[c]{d}[e]{f} words", "words"),
    ("\\LaTeX{} words\\footnote{A note.}", "words"),
    ("\\todo{later} words % comment", "words"),
    ("\\newcommand\\x[1]{y} words", "words"),
    ("\\def\\x#1{y} words", "words"),
    ("\\item[a] words \\item words [see below]", "words words [see below]"),
    ("\\textcolor{red}{words} \\multicolumn{2}{c}{more}", "words cmore"),
    ("\\begin{tabular}{ll} a & b \\end{tabular} words", "words"),
    ("\\begin{equation} a \\begin{equation} b \\end{equation} c \\end{equation} words", "words"),
    ("\\begin{equation} never ends", "never ends"),
    ("\\begin{itemize}[nosep] words \\end{itemize}", "words"),
    ("\\section{A \\emph{title}} words", "words"),
    ("\\input chapter1 words", "words"),
    ("\\input{chapter1} words", "words"),
    ("\\caption[short]{Long words.} after", "Long words. after"),
    ("\\captionof{figure}{Words.}", "Words."),
]


@pytest.mark.parametrize(("text", "words"), WORDS)
def test_words(text: str, words: str) -> None:
    """What a reader sees as words, without mathematics, commands and what is no sentence."""
    assert words == words_of(main(text).prose.mask)


HEADINGS: list[tuple[str, list[tuple[int, str]]]] = [
    ("\\sectionmark{A}", []),
    ("\\section", []),
    ("% \\section{A}", []),
    ("\\chapter{A}", [(1, "A")]),
    ("\\section*{A}\\subsection[b]{B}", [(2, "A"), (3, "B")]),
    ("\\section{A \\emph{b} $c$~d}", [(2, "A b c d")]),
    ("\\section{R\\&D\\label{sec:a} \\cite{b}}", [(2, "R&D")]),
]


@pytest.mark.parametrize(("text", "headings"), HEADINGS)
def test_headings(text: str, headings: list[tuple[int, str]]) -> None:
    """Level and words of each sectioning command."""
    assert headings == [(each.level, each.title) for each in main(text).headings]


PATHS = [
    ("X", ()),
    ("\\section{A} X", ("A",)),
    ("\\section{A}\\subsection{B} X", ("A", "B")),
    ("\\section{A}\\subsection{B}\\section{C} X", ("C",)),
    ("\\section{A}\\paragraph{B}\\subsection{C} X", ("A", "C")),
    ("\\subsection{A}\\section{B} X", ("B",)),
    ("X \\section{A}", ()),
]


@pytest.mark.parametrize(("text", "path"), PATHS)
def test_section_path(text: str, path: tuple[str, ...]) -> None:
    """The headings a place stands under, outermost first."""
    assert path == main(text).section_path(text.index("X"))


KINDS = [
    ("X", "prose"),
    ("\\begin{abstract}a\\end{abstract} X", "prose"),
    ("\\caption{a} X", "prose"),
    ("\\begin{abstract} X \\end{abstract}", "abstract"),
    ("\\begin{abstract} \\caption{a} X \\end{abstract}", "abstract"),
    ("\\begin{abstract} X", "abstract"),
    ("\\caption{a {b} X}", "caption"),
    ("\\begin{abstract} \\caption{X} \\end{abstract}", "caption"),
    ("\\begin{acks} X \\end{acks}", "acknowledgements"),
]


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_kind(text: str, kind: str) -> None:
    """The kind of the innermost region around a place."""
    assert kind == main(text).prose.kind_at(text.index("X"))
