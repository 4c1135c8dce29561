"""How common a term is in titles at large: the background against which a shared word counts."""

from __future__ import annotations

import json
import math
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@cache
def _counts() -> tuple[int, dict[str, int]]:
    data = json.loads(files("texscholar.recommend").joinpath("title_terms.json").read_text("utf-8"))
    return data["titles"], data["counts"]


@lru_cache(maxsize=100_000)
def weight(term: str) -> float:
    """Inverse document frequency of a term among titles, between 0 and 1; 1 for a term hardly any title has.

    Robertson and Spärck Jones' log((N + 1) / (n + 1)), divided by its value for the rarest counted term.
    """
    titles, counts = _counts()
    fewest = 15  # what a term below the cut of the table is taken to have
    return math.log((titles + 1) / (counts.get(term, fewest) + 1)) / math.log((titles + 1) / (fewest + 1))


def mass(terms: Iterable[str]) -> float:
    """The weights of distinct terms added up."""
    return sum(weight(term) for term in sorted(set(terms)))
