"""The weights of ranking and confidence: readable data, each file with a word on where it comes from."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from texscholar.recommend.trees import Trees

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear score: a bias and one weight for each named value."""

    bias: float
    weights: Mapping[str, float]

    def __call__(self, values: Mapping[str, float]) -> float:
        return self.bias + sum(weight * values[name] for name, weight in self.weights.items())


@dataclass(frozen=True, slots=True)
class Weights:
    """What was fitted; all scores are log-odds, but for those of ``rank``, which only order.

    ``rank``: of a work for a place.
    ``match``: that the first work is right, given that a citation is wanted.
    ``need``: that a sentence of such signs cites, from its own looks.
    ``gate``: a need below which hardly any sentence is ever suggested to lack a citation.
    ``missing``: that a sentence lacks a citation and the first work is the one, of all that is known.
    """

    rank: Trees
    match: Linear
    need: Linear
    gate: float
    missing: Trees


@cache
def load_weights() -> Weights:
    """The weights that ship with the package."""
    linear = _read("weights.json")
    return Weights(
        Trees.read(_read("ranking_trees.json")),
        Linear(linear["match"]["bias"], linear["match"]["weights"]),
        Linear(linear["need"]["bias"], linear["need"]["weights"]),
        linear["gate"],
        Trees.read(_read("missing_trees.json")),
    )


def _read(name: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads(files("texscholar.recommend").joinpath(name).read_text("utf-8"))


def contributions(features: Iterable[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """What each named score of a candidate adds to its rank, the largest first; nothing for a zero."""
    ranker = load_weights().rank
    values = dict(features)
    if not values.keys() >= {*ranker.features}:
        return ()
    parts = ranker.contributions(ranker.row(values)).items()
    return tuple(sorted((part for part in parts if part[1]), key=lambda part: (-abs(part[1]), part[0])))


def sigmoid(log_odds: float) -> float:
    """The probability of log-odds."""
    return 1 / (1 + math.exp(-log_odds)) if log_odds > -500 else 0.0  # noqa: PLR2004 - exp overflows beyond


def logit(probability: float) -> float:
    """The log-odds of a probability, kept finite."""
    p = min(max(probability, 1e-9), 1 - 1e-9)
    return math.log(p / (1 - p))
