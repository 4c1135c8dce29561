"""BM25 over the works of one bibliography, with term weights that know titles at large."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_SATURATION, _LENGTH = 0.9, 0.4  # k1 and b of Robertson and Zaragoza 2009, as Anserini sets them for short texts
_DEFAULT_LENGTH = 12.0  # terms; where there is no bibliography to take a mean of


class Relevance:
    """An inverted index over texts; ``rarity`` gives the weight of a term."""

    def __init__(self, texts: Sequence[Sequence[str]], rarity: Callable[[str], float]) -> None:
        self._rarity = rarity
        lengths = [len(text) for text in texts if text]
        self._mean = sum(lengths) / len(lengths) if lengths else _DEFAULT_LENGTH
        self._floors = [self._floor(len(text)) for text in texts]
        self._postings: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, text in enumerate(texts):
            for term, count in Counter(text).items():
                self._postings[term].append((number, count))
        self._impacts: dict[str, list[tuple[int, float]]] = {}  # of terms asked for: most never are

    def scores(self, query: Iterable[str]) -> dict[int, float]:
        """The score of every text that shares a term with a query of distinct terms."""
        totals: defaultdict[int, float] = defaultdict(float)
        for term in sorted(query):  # sums of floats depend on their order
            for number, impact in self._impacts_of(term):
                totals[number] += impact
        return totals

    def _impacts_of(self, term: str) -> list[tuple[int, float]]:
        known = self._impacts.get(term)
        if known is None:
            postings = self._postings.get(term, ())
            known = [(number, self._impact(term, count, self._floors[number])) for number, count in postings]
            self._impacts[term] = known
        return known

    def score(self, text: Mapping[str, int], query: frozenset[str]) -> float:
        """What a text that is not in the index, given as counted terms, would score."""
        floor = self._floor(sum(text.values()))
        # In the order in which scores() adds them, so that equal texts score equally to the last bit.
        return sum(self._impact(term, text[term], floor) for term in sorted(text.keys() & query))

    def impacts(self, text: Mapping[str, int]) -> list[tuple[str, float]]:
        """What each term of a text, given as counted terms, would add to its score."""
        floor = self._floor(sum(text.values()))
        return [(term, self._impact(term, count, floor)) for term, count in sorted(text.items())]

    def _floor(self, length: int) -> float:
        return _SATURATION * (1 - _LENGTH + _LENGTH * length / self._mean)

    def _impact(self, term: str, count: int, floor: float) -> float:
        return self._rarity(term) * count * (_SATURATION + 1) / (count + floor)
