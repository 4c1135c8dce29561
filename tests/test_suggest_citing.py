"""Citing edits: in the paper's own way, at the sentence or in place of what its author left open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.latex import CiteStyle, TexFile, find_citations, find_wrappers, scan
from texscholar.source import SourceText, apply_edits
from texscholar.suggest import FileChange, cite_sentence, fill_placeholder, prove

STYLE = CiteStyle("citep", "citet", "~")


def filled(text: str, style: CiteStyle = STYLE) -> str:
    """The text with its first placeholder filled."""
    file = TexFile(scan(SourceText("main.tex", text)), {})
    edits = fill_placeholder(file, file.placeholders[0], file.sentences[0] if file.sentences else None, style, "a")
    replaceable = {each.span for each in file.placeholders}
    prove(FileChange("main.tex", file.source, edits), replaceable, {"a", "b", "c", "d"}, ())
    return apply_edits(text, edits)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("We use it \\cite{?} here.", "We use it \\cite{a} here."),
        ("We use it \\cite{} here.", "We use it \\cite{a} here."),
        ("We use it \\citet{b, TODO, c} here.", "We use it \\citet{b, a, c} here."),
        ("We use it [CITE].", "We use it \\citep{a}."),
        ("We use it[CITE].", "We use it~\\citep{a}."),
        ("We use it~[CITE].", "We use it~\\citep{a}."),
        ("We use it\n[citation needed].", "We use it\n\\citep{a}."),
        ("We (as usual [CITE]) use it.", "We (as usual \\citep{a}) use it."),
        ("We use it \\citationneeded.", "We use it \\citep{a}."),
        ("We use it\\citationneeded{why} here.", "We use it~\\citep{a} here."),
        ("We use it\\todo{cite Adam} here.", "We use it~\\citep{a} here."),
        ("\\citationneeded{why} starts.", "\\citep{a} starts."),
        ("We use Adam here. % TODO cite\n", "We use Adam here~\\citep{a}. %\n"),
        ("We use it [CITE].\r\nMore.\r\n", "We use it \\citep{a}.\r\nMore.\r\n"),
        ("We use it \\citep{b} [CITE].", "We use it \\citep{b} \\citep{a}."),
        ("We use it \\citep{b}[CITE].", "We use it \\citep{b,a}."),
        ("We use it \\citep{b}\\citationneeded{} here.", "We use it \\citep{b,a} here."),
        ("We use it \\citet{b}[CITE].", "We use it \\citet{b}~\\citep{a}."),
        ("We use it \\citep[p. 3]{b}[CITE].", "We use it \\citep[p. 3]{b}~\\citep{a}."),
        ("We use it \\citep{b, c}. % TODO cite\n", "We use it \\citep{b, c, a}. %\n"),
    ],
)
def test_placeholder(before: str, after: str) -> None:
    """A placeholder becomes a citation; what stands around it stays."""
    assert filled(before) == after


@pytest.mark.parametrize(
    ("style", "after"),
    [
        (CiteStyle("cite", "", "~"), "We use Adam here~\\cite{a}."),
        (CiteStyle("autocite", "textcite", " "), "We use Adam here \\autocite{a}."),
        (CiteStyle("supercite", "", ""), "We use Adam here\\supercite{a}."),
    ],
)
def test_sentence(style: CiteStyle, after: str) -> None:
    """A sentence is cited before its full stop, with the command and the space the paper uses."""
    assert cited("We use Adam here.", style) == after


def cited(text: str, style: CiteStyle = STYLE) -> str:
    """The text with its first sentence cited."""
    scanned = scan(SourceText("main.tex", text))
    wrappers = find_wrappers(scanned)
    file = TexFile(scanned, wrappers)
    edit = cite_sentence(file, file.sentences[0], style, "a")
    assert edit is not None
    prove(FileChange("main.tex", file.source, (edit,)), (), {"a", "b", "c", "d"}, (), wrappers)
    return apply_edits(text, [edit])


JOINED = [
    (r"We use it, see \citet{b}.", r"We use it, see \citet{b}~\citep{a}."),
    (r"We use it \citep[p. 3]{b}.", r"We use it \citep[p. 3]{b}~\citep{a}."),
    (r"We use it \citep<2>{b}.", r"We use it \citep<2>{b}~\citep{a}."),
    (r"We use it \nocite{b}.", r"We use it \nocite{b}~\citep{a}."),
    (r"We use it \citealp{b}.", r"We use it \citealp{b}~\citep{a}."),
    (r"We use it \cite{b}.", r"We use it \cite{b}~\citep{a}."),
    (r"We use it \citep{b} here.", r"We use it \citep{b} here~\citep{a}."),
    (r"We use it \textbf{\citep{b}}.", r"We use it \textbf{\citep{b}}~\citep{a}."),
    (r"We use it \citep{{b}}.", r"We use it \citep{{b}}~\citep{a}."),
    (r"We use it \volcite{1}{b}.", r"We use it \volcite{1}{b}~\citep{a}."),
    (r"We use it \textcites{b}{c}.", r"We use it \textcites{b}{c}~\citep{a}."),
    (r"\newcommand{\x}{B~\citep{b}} We use \x.", r"\newcommand{\x}{B~\citep{b}} We use \x~\citep{a}."),
    (r"We use it \citep{b}.", r"We use it \citep{b,a}."),
    (r"We use it \citep{b,c}.", r"We use it \citep{b,c,a}."),
    (r"We use it \citep{b, c}.", r"We use it \citep{b, c, a}."),
    ("We use it \\citep{b,%\n  c%\n}.", "We use it \\citep{b,%\n  c,a%\n}."),
    (r"We use it \autocite{b}.", r"We use it \autocite{b,a}."),
    (r"We use it.\footcite{b}", r"We use it.\footcite{b,a}"),
    (r"We use it \parencites[3]{b}{c}.", r"We use it \parencites[3]{b}{c}{a}."),
    (r"We use it \parencites{b}.", r"We use it \parencites{b,a}."),
]


@pytest.mark.parametrize(("before", "after"), JOINED)
def test_a_key_joins_the_citation_that_ends_the_sentence(before: str, after: str) -> None:
    """If that is a plain parenthetical one; else it gets one of its own behind it."""
    assert cited(before) == after


STYLES = [
    (r"We use it \cite{b}.", CiteStyle("cite", "", "~", ", "), r"We use it \cite{b, a}."),
    (r"We use it \cite{b,c}.", CiteStyle("cite", "", "~", ", "), r"We use it \cite{b,c,a}."),
    (
        r"\newcommand{\x}[1]{#1 \cite{#1}} We use \x{b}.",
        CiteStyle("x"),
        r"\newcommand{\x}[1]{#1 \cite{#1}} We use \x{b}~\x{a}.",
    ),
    (
        r"\newcommand{\x}[1]{~\cite{#1}} We use it\x{b,c}.",
        CiteStyle("x", "", ""),
        r"\newcommand{\x}[1]{~\cite{#1}} We use it\x{b,c,a}.",
    ),
]


@pytest.mark.parametrize(("before", "style", "after"), STYLES)
def test_a_key_joins_as_the_paper_does_it(before: str, style: CiteStyle, after: str) -> None:
    """With its separator, and in its own macro only if that takes lists."""
    assert cited(before, style) == after


def test_comment_without_sentence() -> None:
    """A comment that goes with no sentence is left alone."""
    file = TexFile(scan(SourceText("main.tex", "% TODO cite\n")), {})
    assert fill_placeholder(file, file.placeholders[0], None, STYLE, "a") == ()


PIECES = (
    "We use it", " here", ". ", ", ", " ", "~", "\n", "\n\n", "(", ")", "$x$", "\\textbf{bold}", "\\emph{", "}", "[CITE]", "\\x",
    "\\citep{b}", "\\citep{b, c}", "\\citep{b,%\n c}", "\\citep{{b}}", "\\citep[p. 3]{b}", "\\citet{b}", "\\cite<2>{b}",
    "\\parencites{b}[3]{c}", "\\volcites{1}{b}{2}{c}", "\\nocite{b}", "\\cite{?}", "\\cite{}", "\\citationneeded", "{}",
    "\\todo{cite it}", "% TODO cite\n", "\\footnote{See it \\citep{d}.}", "\\item ", "\\[ x. \\]", "\\verb|x|",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_edits_are_harmless_and_cite(pieces: list[str]) -> None:
    """Each is proved, leaves the citations there are, and adds the one that is wanted."""
    scanned = scan(SourceText("main.tex", "\\newcommand{\\x}{B~\\citep{b}}\n" + "".join(pieces)))
    wrappers = find_wrappers(scanned)
    file = TexFile(scanned, wrappers)
    replaceable = {each.span for each in file.placeholders}
    sentence = file.sentences[0] if file.sentences else None
    proposed = [(cite_sentence(file, each, STYLE, "a"),) for each in file.sentences]
    proposed += (fill_placeholder(file, each, sentence, STYLE, "a") for each in file.placeholders)
    for edits in (edits for edits in proposed if edits and None not in edits):
        change = FileChange("main.tex", file.source, edits)
        prove(change, replaceable, {"a", "b", "c", "d"}, (), wrappers)
        after = find_citations(scan(SourceText("main.tex", change.new_text)), wrappers)
        assert "a" in {key for citation in after for key in citation.cited}
