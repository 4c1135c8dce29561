"""Which works a place may cite, in which order, and how sure: retrieval, ranking and calibrated confidence."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from texscholar.bibtex import identities
from texscholar.recommend.background import weight
from texscholar.recommend.evidence import Candidature, Evidence, Locus
from texscholar.recommend.features import Query, compared, features
from texscholar.recommend.need import signs
from texscholar.recommend.weights import load_weights, sigmoid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from texscholar.library import Hit

MOST_CANDIDATES = 10
REPEATED = 0.7
"""What is left of confidence where an earlier sentence cites the work: authors do not always cite again."""

_FROM_OWN = 50
_FROM_LIBRARY = 30
_BESIDE = 2  # entries of the bibliography on either side of one cited nearby that are looked at as well


class Searchable(Protocol):
    """What ranking needs of a library."""

    @property
    def name(self) -> str:
        """How it is called."""

    def search(self, query: str, limit: int) -> tuple[Hit, ...]:
        """Records that share words with a text, best first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A work proposed for a place.

    ``score`` is *match*, the probability that it is the right work given that a citation is wanted, times *need*, how
    much the sentence looks like one that cites; where the author said that one is wanted, match alone.
    ``features`` are the named scores behind it.
    """

    work: Candidature
    score: float
    features: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The candidates of a place, best first; none when there is nothing to cite from."""

    candidates: tuple[Candidate, ...]
    signs: tuple[tuple[str, float], ...]

    @property
    def confidence(self) -> float:
        return self.candidates[0].score if self.candidates else 0.0


def rank(
    locus: Locus,
    evidence: Evidence,
    libraries: Sequence[Searchable],
    *,
    excluded: frozenset[str] = frozenset(),
    wanted: bool = False,
) -> Ranking:
    """The works for a place.

    Args:
        locus: the sentence.
        evidence: of its paper.
        libraries: searched after the paper's own bibliography; a work in both counts as the paper's own.
        excluded: keys that stand in the citation already.
        wanted: the author said that a citation is missing here, so need is not asked.
    """
    query = Query(locus, evidence)
    weights = load_weights()
    works = candidatures(query, evidence, libraries, excluded)
    values = compared([features(work, query) for work in works])
    scores = [weights.rank(value) for value in values]
    order = sorted(
        range(len(works)),
        key=lambda number: (-scores[number], not works[number].is_own, works[number].key, works[number].record),
    )[:MOST_CANDIDATES]
    if not order:
        return Ranking((), ())
    standings = standing([scores[number] for number in order], works[order[0]])
    needs = signs(locus, evidence)
    top = sigmoid(weights.match(standings))
    if not wanted:
        top *= sigmoid(weights.need(needs)) * (1.0 if values[order[0]]["first mention"] else REPEATED)
    best = scores[order[0]]
    candidates = tuple(
        Candidate(works[number], top * math.exp(scores[number] - best), tuple(values[number].items()))
        for number in order
    )
    return Ranking(candidates, (*needs.items(), *standings.items()))


def candidatures(
    query: Query, evidence: Evidence, libraries: Sequence[Searchable], excluded: frozenset[str]
) -> list[Candidature]:
    """The works that are compared for a place: own ones first, then those of the libraries that are not own."""
    return [*_own(query, evidence, excluded), *_from_libraries(query, evidence, libraries, excluded)]


def standing(scores: Sequence[float], best: Candidature) -> dict[str, float]:
    """What match looks at: the best score, its lead, its share among the candidates, and whether it is a library's.

    Scores are log-odds against "none of them", whose own score is 0: so the share of a lone weak candidate is small.
    """
    lead = scores[0] - (scores[1] if len(scores) > 1 else 0.0)
    share = math.exp(min(scores[0], 50.0)) / (1 + sum(math.exp(min(score, 50.0)) for score in scores))
    return {
        "best score": scores[0],
        "lead": min(max(lead, -3.0), 3.0),
        "share": share,
        "best library": 0.0 if best.is_own else 1.0,
    }


def _own(query: Query, evidence: Evidence, excluded: frozenset[str]) -> Iterable[Candidature]:
    """Own works by the weight of the terms they share with the sentence, and those beside works cited nearby."""
    totals: defaultdict[int, float] = defaultdict(float)
    for term in sorted(query.words | query.proper):
        for number in evidence.postings.get(term, ()):
            totals[number] += weight(term)
    allowed = evidence.citable - _excluded_positions(evidence, excluded)
    best = sorted(totals.keys() & allowed, key=lambda number: (-totals[number], number))[:_FROM_OWN]
    beside = {
        number
        for position in query.near_positions
        for number in range(position - _BESIDE, position + _BESIDE + 1)
        if number in allowed
    }
    chosen = sorted({*best, *beside})
    if len(chosen) < MOST_CANDIDATES:
        chosen += sorted(allowed.difference(chosen))[: MOST_CANDIDATES - len(chosen)]
    return [evidence.own[number] for number in chosen]


def _excluded_positions(evidence: Evidence, excluded: frozenset[str]) -> frozenset[int]:
    """Own works that stand in the citation already, under these keys or under others."""
    if not excluded:
        return frozenset()
    cited = {name for key in excluded if key in evidence.by_key for name in identities(evidence.by_key[key].work)}
    return frozenset(
        number
        for number, work in enumerate(evidence.own)
        if work.key in excluded or not cited.isdisjoint(identities(work.work))
    )


def _from_libraries(
    query: Query, evidence: Evidence, libraries: Sequence[Searchable], excluded: frozenset[str]
) -> Iterable[Candidature]:
    known = set(evidence.own_identities)
    found: list[Candidature] = []
    for library in libraries:
        for hit in library.search(query.text, _FROM_LIBRARY):
            names = identities(hit.record.work) or {f"record:{hit.record.id}:{hit.record.key}:{hit.record.work.title}"}
            if names & known or hit.record.key in excluded or evidence.is_this_paper(hit.record.work):
                continue
            known |= names
            found.append(Candidature(hit.record.key, hit.record.work, f"library:{library.name}", hit.record.id))
    return found
