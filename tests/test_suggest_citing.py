"""Citing edits: in the paper's own way, at the sentence or in place of what its author left open."""

from __future__ import annotations

import pytest

from texscholar.latex import CiteStyle, TexFile, scan
from texscholar.source import SourceText, apply_edits
from texscholar.suggest import cite_sentence, fill_placeholder

STYLE = CiteStyle("citep", "citet", "~")


def filled(text: str, style: CiteStyle = STYLE) -> str:
    file = TexFile(scan(SourceText("main.tex", text)), {})
    edit = fill_placeholder(file, file.placeholders[0], file.sentences[0] if file.sentences else None, style, "a")
    assert edit is not None
    return apply_edits(text, [edit])


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
        ("We use Adam here. % TODO cite\n", "We use Adam here~\\citep{a}. % TODO cite\n"),
        ("We use it [CITE].\r\nMore.\r\n", "We use it \\citep{a}.\r\nMore.\r\n"),
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
    text = "We use Adam here."
    sentence = TexFile(scan(SourceText("main.tex", text)), {}).sentences[0]
    assert apply_edits(text, [cite_sentence(sentence, style, "a")]) == after


def test_comment_without_sentence() -> None:
    """A comment that goes with no sentence is left alone."""
    file = TexFile(scan(SourceText("main.tex", "% TODO cite\n")), {})
    assert fill_placeholder(file, file.placeholders[0], None, STYLE, "a") is None
