"""The weights that ship with the package, and the scores they give; no test rests on what was fitted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.bibtex import read_bibliography
from texscholar.latex import read_project
from texscholar.recommend import Evidence, logit, rank, sigmoid
from texscholar.recommend.features import FEATURES
from texscholar.recommend.need import SIGNS
from texscholar.recommend.weights import Linear, contributions, load_weights
from texscholar.source import SourceText

if TYPE_CHECKING:
    from collections.abc import Iterator


def place_names() -> tuple[str, ...]:
    """The names of what confidence looks at, as a place of a paper gives them."""
    tex = SourceText("main.tex", "\\begin{document}Graphs have kernels.\\end{document}")
    bibliography = read_bibliography(SourceText("refs.bib", "@misc{a, title={Graph kernels}}"))
    evidence = Evidence(read_project("main.tex", {"main.tex": tex}.get), (bibliography,))
    return tuple(name for name, _ in rank(evidence.loci[0], evidence, ()).signs)


def test_ranking_weighs_known_features_only() -> None:
    """Every name that ranking weighs is a feature."""
    assert set() == set(load_weights().rank.features) - set(FEATURES)


def test_confidence_weighs_known_values_only() -> None:
    """Every name that confidence weighs is one that a place has, with and without a placeholder."""
    weights = load_weights()
    assert set() == {*weights.match.weights, *weights.need.weights, *weights.missing.features} - set(place_names())


def test_place_has_all_signs() -> None:
    """What confidence looks at begins with the signs of the sentence, each name once."""
    names = place_names()
    assert names[: len(SIGNS)] == SIGNS
    assert len(set(names)) == len(names)


def numbers_in(node: object) -> Iterator[float]:
    """Every number of a tree."""
    if isinstance(node, list):
        for part in node:
            yield from numbers_in(part)
    else:
        assert isinstance(node, int | float)
        yield node


def test_weights_are_finite() -> None:
    """No weight, no bias and no number in a tree is infinite or no number."""
    weights = load_weights()
    linear = [number for each in (weights.match, weights.need) for number in (each.bias, *each.weights.values())]
    trees = [number for each in (weights.rank, weights.missing) for tree in each.trees for number in numbers_in(tree)]
    assert len(trees) > 1000
    assert all(math.isfinite(number) for number in (*linear, *trees, weights.gate))


def test_weights_are_read_once() -> None:
    """Whoever asks again gets the same object."""
    assert load_weights() is load_weights()


def test_linear_score() -> None:
    """A score is the bias and each named value times its weight; values without a weight do not count."""
    assert Linear(1.0, {"a": 2.0, "b": -1.0})({"a": 3.0, "b": 0.5, "c": 100.0}) == 6.5


def test_linear_score_lacks_no_value() -> None:
    """A value that is weighed but missing is our bug, not a nought."""
    with pytest.raises(KeyError, match="a"):
        Linear(0.0, {"a": 1.0})({})


@pytest.mark.parametrize(
    ("log_odds", "expected"),
    [(0, 0.5), (math.log(3), 0.75), (-math.log(3), 0.25), (1e9, 1.0), (-1e9, 0.0), (-math.inf, 0.0), (math.inf, 1.0)],
)
def test_sigmoid(log_odds: float, expected: float) -> None:
    """Log-odds become a probability, without overflow at either end."""
    assert pytest.approx(expected) == sigmoid(log_odds)


@pytest.mark.parametrize("probability", [0.0, 1.0, -1.0, 2.0])
def test_logit_is_finite(probability: float) -> None:
    """Certainty has finite log-odds, also where rounding went past it."""
    assert math.isfinite(logit(probability))
    assert (logit(probability) > 0) == (probability > 0.5)


@given(probability=st.floats(1e-8, 1 - 1e-8))
def test_logit_and_sigmoid_undo_each_other(probability: float) -> None:
    """A probability survives the way to log-odds and back."""
    assert pytest.approx(probability) == sigmoid(logit(probability))


@given(log_odds=st.floats(allow_nan=False))
def test_sigmoid_is_a_probability(log_odds: float) -> None:
    """Any log-odds give something between 0 and 1."""
    assert 0 <= sigmoid(log_odds) <= 1


def test_contributions_add_up() -> None:
    """What the named scores add is the difference between a candidate's score and the means at the roots."""
    ranker = load_weights().rank
    values = dict.fromkeys(FEATURES, 0.0) | {"title covered": 1.0, "text of best": 1.0, "surname": 1.0}
    roots = math.fsum(tree[2] if isinstance(tree, list) else tree for tree in ranker.trees)
    parts = contributions(tuple(values.items()))
    assert pytest.approx(ranker(ranker.row(values)) - roots) == math.fsum(value for _, value in parts)
    assert [abs(value) for _, value in parts] == sorted((abs(value) for _, value in parts), reverse=True)
    assert all(value for _, value in parts)


def test_no_contributions_of_unknown_scores() -> None:
    """A candidate that was not ranked, such as the entry of an undefined key, has no scores to explain."""
    assert contributions((("unheard of", 1.0),)) == ()
