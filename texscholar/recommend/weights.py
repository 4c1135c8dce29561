"""The weights of ranking and confidence: readable data in ``weights.json``, with a word on where they come from."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

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
    """The three linear scores, all log-odds.

    ``rank``: of a work for a place against "none of them".
    ``match``: that the first work is right, given that a citation is wanted.
    ``need``: that a sentence of such signs cites, where as many cite as do not.
    """

    rank: Linear
    match: Linear
    need: Linear


@cache
def load_weights() -> Weights:
    """The weights that ship with the package."""
    data = json.loads(files("texscholar.recommend").joinpath("weights.json").read_text("utf-8"))
    return Weights(*(Linear(data[name]["bias"], data[name]["weights"]) for name in ("rank", "match", "need")))


def contributions(features: Iterable[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """What each named score of a candidate adds to its rank, in log-odds, the largest first; nothing for a zero."""
    weights = load_weights().rank.weights
    parts = ((name, weights[name] * value) for name, value in features if name in weights)
    return tuple(sorted((part for part in parts if part[1]), key=lambda part: (-abs(part[1]), part[0])))


def sigmoid(log_odds: float) -> float:
    """The probability of log-odds."""
    return 1 / (1 + math.exp(-log_odds)) if log_odds > -500 else 0.0  # noqa: PLR2004 - exp overflows beyond


def logit(probability: float) -> float:
    """The log-odds of a probability, kept finite."""
    p = min(max(probability, 1e-9), 1 - 1e-9)
    return math.log(p / (1 - p))
