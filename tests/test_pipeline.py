"""What the pipeline puts together from suggestions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures_language import fixture
from texscholar.bibtex import read_bibliography
from texscholar.pipeline import _meets, is_left_alone
from texscholar.recommend import Evidence, rank
from texscholar.source import SourceText, Span

SPANS = st.builds(lambda start, size: Span(start, start + size), st.integers(0, 30), st.integers(0, 4))


@given(st.lists(SPANS, max_size=12), SPANS)
def test_edits_that_meet(given_spans: list[Span], span: Span) -> None:
    """An edit is compared with the nearest ones only, and every one that it meets is among them."""
    kept: list[Span] = []
    for each in given_spans:
        if not any(each.overlaps(other) or each == other for other in kept):
            kept.append(each)
    assert any(span.overlaps(other) or span == other for other in kept) == _meets(span, sorted(kept))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Grass is green \\cite{a}. Rain falls. Grass is green.", False),
        ("Grass is green. Grass is green \\cite{a}.", False),
        ("Grass is green \\cite{a}. Grass is green.", True),
        ("\\begin{abstract}Grass is green.\\end{abstract}", True),
    ],
)
def test_what_is_left_alone(text: str, expected: bool) -> None:
    """A work that the sentence before cites is not suggested again; abstracts get no suggestion at all."""
    bibliography = read_bibliography(SourceText("refs.bib", "@misc{a, title={Grass}}"))
    evidence = Evidence(fixture(f"\n    %! main.tex\n    {text}\n    ").project, (bibliography,))
    bare = [locus for locus in evidence.loci if locus.order not in evidence.cited_at][-1]
    assert expected == is_left_alone(bare.sentence, rank(bare, evidence, ()).candidates[0])
