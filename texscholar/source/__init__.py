"""Decoded text with a lossless round trip, spans and positions, edits and their one applier."""

from texscholar.source.edits import Edit, apply_edits, edits_are_disjoint, undo_edits
from texscholar.source.text import Position, SourceText, Span, decode

__all__ = ["Edit", "Position", "SourceText", "Span", "apply_edits", "decode", "edits_are_disjoint", "undo_edits"]
