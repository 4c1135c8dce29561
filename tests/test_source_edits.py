"""Edits and their one applier."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.source import Edit, Span, apply_edits, edits_are_disjoint, undo_edits

APPLIED = [
    ("abc", [], "abc"),
    ("abc", [Edit(Span(1, 1), "")], "abc"),
    ("", [Edit(Span(0, 0), "x")], "x"),
    ("abc", [Edit(Span(0, 0), "x")], "xabc"),
    ("abc", [Edit(Span(3, 3), "x")], "abcx"),
    ("abc", [Edit(Span(1, 2), "")], "ac"),
    ("abc", [Edit(Span(2, 3), "z"), Edit(Span(0, 1), "x")], "xbz"),
    ("abc", [Edit(Span(1, 1), "x"), Edit(Span(1, 2), "y")], "axyc"),
    ("abc", [Edit(Span(0, 1), "x"), Edit(Span(1, 1), "y")], "xybc"),
]


@pytest.mark.parametrize(("text", "edits", "result"), APPLIED)
def test_apply(text: str, edits: list[Edit], result: str) -> None:
    """Edits are made at once, in whatever order they come."""
    assert result == apply_edits(text, edits)


REFUSED = [
    [Edit(Span(0, 2), "x"), Edit(Span(1, 3), "y")],
    [Edit(Span(1, 1), "x"), Edit(Span(1, 1), "y")],
    [Edit(Span(0, 3), "x"), Edit(Span(1, 1), "y")],
    [Edit(Span(2, 4), "x")],
    [Edit(Span(-1, 0), "x")],
    [Edit(Span(2, 1), "x")],
    [Edit(Span(2, 9), "x"), Edit(Span(9, 3), "x")],
]


@pytest.mark.parametrize("edits", REFUSED)
def test_edits_that_overlap_or_lie_outside_are_refused(edits: list[Edit]) -> None:
    """No edit is dropped in silence."""
    with pytest.raises(ValueError, match="edit"):
        apply_edits("abc", edits)


@given(st.text(max_size=30), st.data())
def test_undoing_gives_the_text_again(text: str, data: st.DataObject) -> None:
    """What was inserted goes, what was replaced comes back."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    spans = {Span(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=False)}
    edits = [Edit(span, data.draw(st.text(max_size=5))) for span in sorted(spans)]
    edits = edits if edits_are_disjoint(edits) else edits[:1]
    assert text == undo_edits(apply_edits(text, edits), text, edits)


@given(st.text(max_size=20), st.text(min_size=1, max_size=5), st.data())
def test_text_outside_an_edit_stays(text: str, inserted: str, data: st.DataObject) -> None:
    """An insertion moves what follows and nothing else."""
    at = data.draw(st.integers(0, len(text)))
    assert text[:at] + inserted + text[at:] == apply_edits(text, [Edit(Span(at, at), inserted)])


def test_only_an_empty_span_inserts() -> None:
    """An edit that takes text away says so."""
    assert [Edit(Span(1, 1), "x").inserts_only, Edit(Span(1, 2), "x").inserts_only] == [True, False]
