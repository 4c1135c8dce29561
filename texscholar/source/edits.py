"""Edits are data: a span and its replacement, applied by one pure function."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from texscholar.source.text import Span


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace ``span`` of a text by ``text``; an empty span inserts."""

    span: Span
    text: str

    @property
    def inserts_only(self) -> bool:
        return len(self.span) == 0


def edits_are_disjoint(edits: Iterable[Edit]) -> bool:
    """No two edits touch the same character, and no two insert at the same place."""
    spans = sorted(edit.span for edit in edits)
    return all(a.end <= b.start and a != b for a, b in pairwise(spans))


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made; the order in which they are given does not matter.

    Raises:
        ValueError: edits overlap, or one lies outside the text.
    """
    ordered = sorted(edits)
    if not edits_are_disjoint(ordered):
        raise ValueError("edits overlap")
    if ordered and (ordered[0].span.start < 0 or ordered[-1].span.end > len(text)):
        raise ValueError("an edit lies outside the text")
    pieces: list[str] = []
    done = 0
    for edit in ordered:
        pieces += (text[done : edit.span.start], edit.text)
        done = edit.span.end
    return "".join((*pieces, text[done:]))


def undo_edits(edited: str, original: str, edits: Sequence[Edit]) -> str:
    """The original again, read from the edited text: what was inserted is taken out, what was replaced is put back."""
    pieces: list[str] = []
    done = shift = 0
    for edit in sorted(edits):
        start = edit.span.start + shift
        pieces += (edited[done:start], original[edit.span.start : edit.span.end])
        done = start + len(edit.text)
        shift += len(edit.text) - len(edit.span)
    return "".join((*pieces, edited[done:]))
