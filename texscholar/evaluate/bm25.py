"""Okapi BM25, the plain ranking by words that a program should beat."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

K1, B = 0.9, 0.4  # as in Trotman et al., "Improvements to BM25 and Language Models Examined" (ADCS 2014)


@dataclass(frozen=True, slots=True)
class BM25:
    """A collection as BM25 sees it: how many documents, how long on average, how many of them hold a term."""

    size: int
    mean_length: float
    frequency: Callable[[str], int]

    def score(self, query: Mapping[str, float], document: Mapping[str, int]) -> float:
        """What the terms of a document are worth for those of a query; terms that a query repeats count again.

        Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), with the inverse document frequency
        of Lucene, which is never negative.
        """
        length = sum(document.values()) / self.mean_length if self.mean_length else 0.0
        damping = K1 * (1 - B + B * length)
        return sum(
            times * self.rarity(term) * document[term] / (document[term] + damping)
            for term, times in sorted(query.items())
            if term in document
        )

    def rarity(self, term: str) -> float:
        """The inverse document frequency of a term."""
        holding = min(self.frequency(term), self.size)
        return math.log1p((self.size - holding + 0.5) / (holding + 0.5))


def counted(terms: Iterable[str]) -> Mapping[str, int]:
    """Each term with how often it stands there."""
    return Counter(terms)


def of_documents(
    documents: Sequence[Mapping[str, int]], more: int = 0, also: Callable[[str], int] = lambda _term: 0
) -> BM25:
    """BM25 over some documents and ``more`` others; ``also`` tells in how many of these a term stands."""
    holding = Counter(term for document in documents for term in document)
    lengths = [sum(document.values()) for document in documents]
    mean = sum(lengths) / len(lengths) if lengths else 0.0
    return BM25(len(documents) + more, mean, lambda term: holding[term] + also(term))
