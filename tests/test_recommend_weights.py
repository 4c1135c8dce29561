"""The weights that ship with the package, and the scores they give; no test rests on what was fitted."""

from __future__ import annotations

import math

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


def place_names() -> tuple[str, ...]:
    """The names of what confidence looks at, as a place of a paper gives them."""
    tex = SourceText("main.tex", "\\begin{document}Graphs have kernels.\\end{document}")
    bibliography = read_bibliography(SourceText("refs.bib", "@misc{a, title={Graph kernels}}"))
    evidence = Evidence(read_project("main.tex", {"main.tex": tex}.get), (bibliography,))
    return tuple(name for name, _ in rank(evidence.loci[0], evidence, ()).signs)


def test_ranking_weighs_known_features_only() -> None:
    """Every name that ranking weighs is a feature."""
    assert set() == set(load_weights().rank.weights) - set(FEATURES)


def test_confidence_weighs_known_values_only() -> None:
    """Every name that confidence weighs is one that a place has, with and without a placeholder."""
    weights = load_weights()
    assert set() == {*weights.match.weights, *weights.need.weights} - set(place_names())


def test_place_has_all_signs() -> None:
    """What confidence looks at begins with the signs of the sentence, each name once."""
    names = place_names()
    assert names[: len(SIGNS)] == SIGNS
    assert len(set(names)) == len(names)


def test_weights_are_finite() -> None:
    """No weight and no bias is infinite or no number."""
    weights = load_weights()
    numbers = [
        number
        for linear in (weights.rank, weights.match, weights.need)
        for number in (linear.bias, *linear.weights.values())
    ]
    assert all(math.isfinite(number) for number in numbers)


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


def test_contributions_are_weight_times_value() -> None:
    """The largest first; what adds nothing, and what ranking does not know, is left out."""
    weights = load_weights().rank.weights
    parts = contributions((("surname", 1.0), ("used", 0.0), ("unheard of", 1.0), ("citance", 0.5)))
    assert parts == (("surname", weights["surname"]), ("citance", weights["citance"] / 2))
