"""What the pipeline puts together from suggestions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from texscholar.pipeline import _meets
from texscholar.source import Span

SPANS = st.builds(lambda start, size: Span(start, start + size), st.integers(0, 30), st.integers(0, 4))


@given(st.lists(SPANS, max_size=12), SPANS)
def test_edits_that_meet(given_spans: list[Span], span: Span) -> None:
    """An edit is compared with the nearest ones only, and every one that it meets is among them."""
    kept: list[Span] = []
    for each in given_spans:
        if not any(each.overlaps(other) or each == other for other in kept):
            kept.append(each)
    assert any(span.overlaps(other) or span == other for other in kept) == _meets(span, sorted(kept))
