"""Which works a place may cite, in which order, and how sure: retrieval, ranking and calibrated confidence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from texscholar.bibtex import identities
from texscholar.recommend.features import Query, features, is_first_mention
from texscholar.recommend.need import signs
from texscholar.recommend.weights import Weights, load_weights, sigmoid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from texscholar.library import Hit
    from texscholar.recommend.evidence import Candidature, Evidence, Locus

MOST_CANDIDATES = 10
GATED_FROM = 0.15
"""From this confidence on sentences are ruled out by their looks alone: ``Weights.gate`` was measured at it."""

_FEW_CITING, _SOME_CITING = 10, 20  # sentences
_HARDLY_BEGUN = 0.7  # so that of what is shown from .25 on in such drafts four in ten were cited
_FIRST_TREES = 30
_FINALISTS = 16
# The works that are compared: with twice as many a hundredth more right ones are among them, and none comes first.
_ALL_OWN = 32  # a bibliography so small is compared whole
_FROM_OWN = 20
_FROM_CONTEXT = 6
_FROM_LETTERS = 5
_FROM_LIBRARY = 12
_MOST_HITS = 20  # of a library: among them are works that the paper has, or cites there
_MOST_LEAD = 3.0  # of a lone candidate
_BESIDE = 1  # entries of the bibliography on either side of one cited nearby that are looked at as well


def need_of_place(locus: Locus, evidence: Evidence) -> float:
    """The probability that a sentence cites something, by its looks and surroundings alone."""
    return sigmoid(load_weights().need(signs(locus, evidence)))


@runtime_checkable
class Distant(Protocol):
    """A library that had better be asked about many places together."""

    def prepare(self, questions: Iterable[tuple[Mapping[str, float], int, Mapping[str, float] | None]]) -> None:
        """Ask these questions of ``search_terms`` at once, so that none of them is waited for later."""


class Searchable(Protocol):
    """What ranking needs of a library."""

    @property
    def name(self) -> str:
        """How it is called."""

    def search(self, query: str, limit: int) -> tuple[Hit, ...]:
        """Records that share words with a text, best first."""

    def search_terms(
        self, wanted: Mapping[str, float], limit: int, context: Mapping[str, float] | None = None
    ) -> tuple[Hit, ...]:
        """Records that hold any of these terms, each counting so much; best first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A work proposed for a place.

    ``score`` is the probability that a citation is missing there and this is the work; where the author said that one
    is missing, that it is the work.
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
    at_least: float = 0.0,
) -> Ranking:
    """The works for a place.

    Args:
        locus: the sentence.
        evidence: of its paper.
        libraries: searched after the paper's own bibliography; a work in both counts as the paper's own.
        excluded: keys that stand in the citation already.
        wanted: the author said that a citation is missing here, so need is not asked.
        at_least: below this confidence nothing is shown, so that a sentence whose looks rule it out is not ranked.
    """
    needs = signs(locus, evidence)
    if not wanted and at_least > 0 and _is_hopeless(needs, evidence, at_least):
        return Ranking((), ())
    query = Query(locus, evidence)
    works = candidatures(query, evidence, libraries, excluded)
    if not works:
        return Ranking((), ())
    ranked = ranking_of(works, query)
    top, place, weights = ranked[0], place_of(ranked, query, needs), load_weights()
    best = sigmoid(weights.match(place)) if wanted else _confidence(place, evidence, weights)
    candidates = tuple(
        Candidate(each.work, best * math.exp(each.score - top.score), tuple(each.features.items()))
        for each in ranked[:MOST_CANDIDATES]
    )
    return Ranking(candidates, tuple(place.items()))


def prepare(
    loci: Sequence[Locus], evidence: Evidence, libraries: Sequence[Searchable], *, at_least: float = 0.0
) -> None:
    """Have libraries that lie elsewhere answer what ``rank`` will ask them for these places."""
    distant = [library for library in libraries if isinstance(library, Distant)]
    if not distant:
        return
    requests = [
        Query(locus, evidence).request
        for locus in loci
        if at_least <= 0 or not _is_hopeless(signs(locus, evidence), evidence, at_least)
    ]
    for library in distant:
        library.prepare((request.wanted, _MOST_HITS, request.context) for request in requests)


def _confidence(place: Mapping[str, float], evidence: Evidence, weights: Weights) -> float:
    """The probability that a citation is missing there and the first work is the one.

    A paper that is hardly begun tells nothing about how its authors cite: there the work and the looks of the sentence
    decide, each for itself. While it grows, whichever is surer counts.
    """
    sure = []
    if not _is_hardly_begun(evidence):
        sure.append(sigmoid(weights.missing(weights.missing.row(place))))
    if _is_young(evidence):
        sure.append(_HARDLY_BEGUN * sigmoid(weights.match(place)) * sigmoid(weights.need(place)))
    return max(sure)


def _is_hopeless(needs: Mapping[str, float], evidence: Evidence, at_least: float) -> bool:
    """Whether a sentence's looks alone rule out that anything is shown there."""
    weights = load_weights()
    need = weights.need(needs)
    if _is_young(evidence) and _HARDLY_BEGUN * sigmoid(need) >= at_least:
        return False
    return _is_hardly_begun(evidence) or (at_least >= GATED_FROM and need < weights.gate)


def _is_hardly_begun(evidence: Evidence) -> bool:
    return len(evidence.cited_at) < _FEW_CITING


def _is_young(evidence: Evidence) -> bool:
    return len(evidence.cited_at) < _SOME_CITING


@dataclass(frozen=True, slots=True)
class Ranked:
    """A work with its named scores and what ranking makes of them."""

    work: Candidature
    score: float
    features: dict[str, float]


def ranking_of(works: Sequence[Candidature], query: Query) -> list[Ranked]:
    """The best works of a place, best first; ties by origin and key. The first trees tell who comes into question."""
    columns = features(works, query)
    trees = load_weights().rank
    rows = [*zip(*(columns[name] for name in trees.features), strict=True)]
    scores = [trees(row, 0, _FIRST_TREES) for row in rows]
    last = sorted(range(len(works)), key=lambda at: -scores[at])[:_FINALISTS]
    least = min((scores[at] for at in last), default=0.0)
    ranked = [
        Ranked(
            works[at],
            scores[at] + trees(rows[at], _FIRST_TREES),
            {name: column[at] for name, column in columns.items()},
        )
        for at in range(len(works))
        if scores[at] >= least  # those that tie with the last stay, whatever their order
    ]
    return sorted(ranked, key=lambda each: (-each.score, not each.work.is_own, each.work.key, each.work.record))


def place_of(ranked: Sequence[Ranked], query: Query, needs: Mapping[str, float]) -> dict[str, float]:
    """All that confidence looks at: the signs of the sentence, how its candidates stand, and the first one's scores."""
    top = ranked[0]
    return {
        **needs,
        "need": load_weights().need(needs),
        **standing([each.score for each in ranked]),
        "first mention": float(is_first_mention(top.work, query)),
        **top.features,
    }


def candidatures(
    query: Query, evidence: Evidence, libraries: Sequence[Searchable], excluded: frozenset[str]
) -> list[Candidature]:
    """The works that are compared for a place: own ones first, then those of the libraries that are not own."""
    return [*_own(query, evidence, excluded), *_from_libraries(query, evidence, libraries, excluded)]


def standing(scores: Sequence[float]) -> dict[str, float]:
    """How far the best of descending scores stands out."""
    top = scores[:MOST_CANDIDATES]
    weights = [math.exp(score - top[0]) for score in scores]
    return {
        "best score": top[0],
        "lead": top[0] - top[1] if len(top) > 1 else _MOST_LEAD,
        "share": 1 / sum(weights),
        "spread": top[0] - top[-1],
    }


def _own(query: Query, evidence: Evidence, excluded: frozenset[str]) -> Iterable[Candidature]:
    """Own works by the words they share with the sentence and its neighbours, and those beside works cited nearby."""
    allowed = evidence.citable - _excluded_positions(evidence, excluded)
    if len(allowed) <= _ALL_OWN:
        return [evidence.own[position] for position in sorted(allowed)]
    beside = {
        position
        for near in (*query.cited_before, *query.cited_after, *query.cited_in_paragraph)
        for position in range(near - _BESIDE, near + _BESIDE + 1)
    }
    chosen = {
        *_best(query.wide_scores, allowed, _FROM_OWN),
        *_best(query.context_scores, allowed, _FROM_CONTEXT),
        *_best(query.letter_scores, allowed, _FROM_LETTERS),
        *(allowed & beside),
        *allowed.intersection(evidence.claimed.get(query.locus.order, ())),
    }
    chosen.update(sorted(allowed - chosen)[: max(0, MOST_CANDIDATES - len(chosen))])
    return [evidence.own[position] for position in sorted(chosen)]


def _best(scores: Mapping[int, float], allowed: frozenset[int], count: int) -> list[int]:
    return sorted(scores.keys() & allowed, key=lambda position: (-scores[position], position))[:count]


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
    if not libraries:
        return found
    request = query.request
    for library in libraries:
        new = 0
        for hit in library.search_terms(request.wanted, _MOST_HITS, request.context):
            names, work = evidence.foreign(library.name, hit.record)
            if names & known or work.key in excluded or evidence.is_this_paper(work.work):
                continue
            known |= names
            found.append(work)
            new += 1
            if new == _FROM_LIBRARY:
                break
    return found
