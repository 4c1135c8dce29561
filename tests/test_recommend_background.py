"""The weight of a term among titles at large."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from texscholar.recommend.background import _counts, mass, weight

if TYPE_CHECKING:
    from random import Random

UNKNOWN = "qzxwvj"


def test_unknown_term_weighs_most() -> None:
    """A term that hardly any title has weighs 1, as does the empty one."""
    assert [weight(UNKNOWN), weight("")] == [1.0, 1.0]


def test_known_terms_weigh_less_the_more_titles_hold_them() -> None:
    """Every counted term weighs between 0 and 1, and less than any rarer one."""
    _, counts = _counts()
    ordered = [weight(term) for term in sorted(counts, key=lambda term: counts[term])]
    assert ordered == sorted(ordered, reverse=True)
    assert 0 < ordered[-1] < ordered[0] < 1


def test_table_counts_no_more_than_its_titles() -> None:
    """No term stands in more titles than were counted."""
    titles, counts = _counts()
    assert 0 < min(counts.values()) <= max(counts.values()) <= titles


def test_common_word_weighs_less_than_rare_one() -> None:
    """Weights follow use: learning is in more titles than parsing."""
    assert weight("learn") < weight("pars") < weight(UNKNOWN)


def test_mass_of_nothing() -> None:
    """No terms weigh nothing."""
    assert mass(()) == 0


def test_mass_counts_each_term_once() -> None:
    """A term said twice weighs as much as said once."""
    assert weight("learn") + 1 == mass(("learn", UNKNOWN, "learn"))


@given(words=st.lists(st.sampled_from(["learn", "pars", "graph", "network", "zebra", UNKNOWN])), rng=st.randoms())
def test_mass_does_not_depend_on_order(words: list[str], rng: Random) -> None:
    """The same terms weigh the same to the last bit, in whatever order they come."""
    shuffled = list(words)
    rng.shuffle(shuffled)
    assert mass(words) == mass(shuffled)


@given(term=st.text())
def test_weight_is_bounded(term: str) -> None:
    """Whatever is asked weighs a finite amount between 0 and 1."""
    assert math.isfinite(weight(term))
    assert 0 <= weight(term) <= 1
