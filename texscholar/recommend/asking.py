"""What a place asks a library for, and the order in which its hits answer."""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from texscholar.recommend.background import mass, weight
from texscholar.recommend.evidence import content_terms, names_in_title, telling
from texscholar.recommend.naming import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from texscholar.bibtex.work import Author
    from texscholar.library import Hit

MOST_HITS = 50
"""How many hits are compared: beyond them hardly a right one is won."""

FOLDS = 5
"""Into how many parts the papers were split when the weights were fitted."""

_PARAGRAPH, _TITLE, _PAPER = 0.25, 0.4, 0.15  # what a term counts beside one of the sentence: first guesses, not fitted
_MOST_CONTEXT = 50  # costs half a hundredth of ACM-CR's recall, saves a third of the search's time
_LEAST_WEIGHT = 0.3  # the weight of "use": such terms stand in too many records to be worth their time
_COMMA = re.compile(r"[,;]")


@dataclass(frozen=True)
class Request:
    """A sentence that wants a citation, with as much of its paper as is known.

    ``paper`` counts the terms of the paper's text, or the telling ones; ``paragraph`` may hold the sentence itself.
    """

    sentence: str
    paragraph: str = ""
    title: str = ""
    paper: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def ordered(self) -> tuple[str, ...]:
        return content_terms(self.sentence)

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(self.ordered)

    @cached_property
    def mass(self) -> float:
        return mass(self.words) or 1.0

    @cached_property
    def phrases(self) -> frozenset[tuple[str, str]]:
        return frozenset(pairwise(self.ordered))

    @cached_property
    def around(self) -> frozenset[str]:
        """Terms of the paragraph and of the paper's title that the sentence lacks."""
        return frozenset((*content_terms(self.paragraph), *content_terms(self.title))) - self.words

    @property
    def wanted(self) -> dict[str, float]:
        """The terms of the sentence, for one and what its surroundings add; function words and numbers left out."""
        shares = self._shares
        return {term: 1.0 + shares.get(term, 0.0) for term in dict.fromkeys(self.ordered)}

    @property
    def context(self) -> dict[str, float]:
        """The most telling terms around that the sentence lacks, and what each counts beside one of the sentence."""
        worth = {
            term: -share * weight(term)
            for term, share in self._shares.items()
            if term not in self.words and weight(term) >= _LEAST_WEIGHT
        }
        chosen = sorted(worth, key=lambda term: (worth[term], term))[:_MOST_CONTEXT]
        return {term: self._shares[term] for term in chosen}

    @cached_property
    def _shares(self) -> Mapping[str, float]:
        """Every term around with what it counts."""
        shares: defaultdict[str, float] = defaultdict(float)
        for share, text in ((_PARAGRAPH, self.paragraph), (_TITLE, self.title)):
            for term in dict.fromkeys(content_terms(text)):
                shares[term] += share
        for term, count in telling(self.paper).items():
            shares[term] += _PAPER * math.log1p(count)
        return shares


FEATURES = (
    "order", "score of best", "title covered", "sentence covered", "phrase", "keyword", "name", "title length",
    "context covers title", "paper covers title", "authors among hits",
)  # fmt: skip


def hit_features(request: Request, hits: Sequence[Hit]) -> list[dict[str, float]]:
    """The named scores of each hit, in the order of ``FEATURES``."""
    best = hits[0].score if hits else 1.0
    presence = _presence(hits)
    return [_features(request, hit, order, best, presence) for order, hit in enumerate(hits)]


def _features(
    request: Request, hit: Hit, order: int, best: float, presence: Mapping[Author, float]
) -> dict[str, float]:
    work = hit.record.work
    ordered = content_terms(work.title)
    title = frozenset(ordered)
    whole = mass(title) or 1.0
    shared = mass(title & request.words)
    phrases = set(pairwise(ordered)) & request.phrases
    values = (
        math.log1p(order),
        hit.score / best,
        shared / whole,
        shared / request.mass,
        sum((weight(a) + weight(b)) / 2 for a, b in sorted(phrases)) / whole,
        _keyword(hit.record.keywords, request),
        named(names_in_title(work.title), request.sentence),
        math.log1p(len(ordered)),
        mass(title & request.around) / whole,
        mass(term for term in title - request.words if term in request.paper) / whole,
        max((presence[author] - _share(order) for author in work.authors), default=0.0),
    )
    return dict(zip(FEATURES, values, strict=True))


def _keyword(keywords: str, request: Request) -> float:
    """The weight of the record's key words that the sentence holds as a whole."""
    phrases = {content_terms(part) for part in _COMMA.split(keywords)} if keywords else ()
    return sum(mass(phrase) for phrase in sorted(phrases) if phrase and _holds(request.ordered, phrase))


def _holds(sequence: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(sequence[at : at + len(part)] == part for at in range(len(sequence) - len(part) + 1))


def _share(order: int) -> float:
    return 1 / (1 + order / 10)


def _presence(hits: Iterable[Hit]) -> Mapping[Author, float]:
    """Author to how often and how high the author's works stand among the hits."""
    found: defaultdict[Author, float] = defaultdict(float)
    for order, hit in enumerate(hits):
        for author in dict.fromkeys(hit.record.work.authors):
            found[author] += _share(order)
    return found


@cache
def _fitted() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(files("texscholar.recommend").joinpath("hit_weights.json").read_text("utf-8"))
    return data


def hit_weights() -> Mapping[str, float]:
    """What each feature counts."""
    weights: Mapping[str, float] = _fitted()["weights"]
    return weights


def fold_weights(fold: int) -> Mapping[str, float]:
    """What each feature counts when fitted without the papers of a fold: what cross-validation ranks with."""
    weights: Mapping[str, float] = _fitted()["folds"][fold]
    return weights


def reranked(request: Request, hits: Sequence[Hit], weights: Mapping[str, float]) -> tuple[Hit, ...]:
    """Hits in the order in which they answer a request, ties in the order they came."""
    scores = [sum(weights[name] * value for name, value in values.items()) for values in hit_features(request, hits)]
    order = sorted(range(len(hits)), key=lambda number: -scores[number])
    return tuple(hits[number] for number in order)
