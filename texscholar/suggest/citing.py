"""From a chosen work to the edit that cites it, in the paper's own way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texscholar.source import Edit, Span

if TYPE_CHECKING:
    from texscholar.latex import CiteStyle, Placeholder, Sentence, TexFile


def cite_sentence(sentence: Sentence, style: CiteStyle, key: str) -> Edit:
    """A parenthetical citation at the end of a sentence."""
    return Edit(Span(sentence.insert_at, sentence.insert_at), f"{style.tie}\\{style.parenthetical}{{{key}}}")


def fill_placeholder(
    file: TexFile, placeholder: Placeholder, sentence: Sentence | None, style: CiteStyle, key: str
) -> Edit | None:
    """The key in place of a placeholder; None for a comment that no sentence goes with."""
    text = file.source.text
    if placeholder.form == "key":
        return Edit(placeholder.span, key)
    if placeholder.form == "comment":
        return None if sentence is None else cite_sentence(sentence, style, key)
    before = text[placeholder.span.start - 1 : placeholder.span.start]
    tie = "" if not before or before.isspace() or before in "~({[" else style.tie
    return Edit(placeholder.span, f"{tie}\\{style.parenthetical}{{{key}}}")
