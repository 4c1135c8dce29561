"""Edits are data: a span and its replacement, applied by one pure function."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from texscholar.source.text import Span


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace ``span`` of a text by ``text``; an empty span inserts."""

    span: Span
    text: str

    @property
    def inserts_only(self) -> bool:
        """Whether nothing of the text goes."""
        return len(self.span) == 0


def edits_are_disjoint(edits: Iterable[Edit]) -> bool:
    """No two edits touch the same character, and no two insert at the same place."""
    spans = sorted(edit.span for edit in edits)
    return all(first.end <= second.start and first != second for first, second in pairwise(spans))


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made; the order in which they are given does not matter.

    Raises:
        ValueError: edits overlap, or one lies outside the text or ends before it begins.
    """
    ordered = sorted(edits)
    if any(not 0 <= edit.span.start <= edit.span.end <= len(text) for edit in ordered):
        raise ValueError("an edit lies outside the text")
    if not edits_are_disjoint(ordered):
        raise ValueError("edits overlap")
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
