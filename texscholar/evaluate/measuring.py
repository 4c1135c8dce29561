"""What a run over a draft is worth: recall of hidden works, precision of what is shown, calibration."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from texscholar.bibtex import identities
from texscholar.evaluate.hiding import sentence_at
from texscholar.recommend import MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from texscholar.bibtex import Work
    from texscholar.evaluate.hiding import Draft
    from texscholar.pipeline import Outcome

_AMONG = 10
_THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8)
_BINS = 10


@dataclass(frozen=True, slots=True)
class Place:
    """An uncited sentence of a draft: how sure the program was, which of its candidates are right.

    ``hidden`` counts the works that were cited here; none for a sentence that the author left uncited.
    """

    confidence: float
    right: tuple[bool, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What a threshold shows: how much of it is right, and how much of what was hidden it meets."""

    threshold: float
    shown: int
    per_thousand: float
    first_right: float
    three_right: float
    at_hidden: float
    met: float
    f1: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Places of like confidence: how many, how sure on average, how often the first candidate is right."""

    count: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of some places; recall and mean reciprocal rank are over the hidden ones."""

    hidden: int
    sentences: int
    recall_at_1: float
    recall_at_5: float
    recall_at_10: float
    mrr: float
    default: Shown
    curve: tuple[Shown, ...]
    calibration: tuple[Bin, ...]


def places_of(draft: Draft, outcome: Outcome) -> tuple[Place, ...]:
    """The uncited sentences of a draft as the program saw them; hidden ones it has nothing for count too."""
    wanted: dict[tuple[str, int], dict[str, Work]] = {}
    for hidden in draft.hidden:
        sentence = sentence_at(draft.paper.project, hidden.path, hidden.offset)
        place = (hidden.path, sentence.span.start if sentence else -1 - hidden.offset)
        wanted.setdefault(place, {}).update(hidden.works)
    found = []
    for suggestion in outcome.suggestions:
        if suggestion.finding.rule != MISSING:
            continue
        works = wanted.pop((suggestion.source.path, suggestion.span.start), {})
        right = tuple(
            _is_one_of(proposal.candidate.work.key, proposal.candidate.work.work, works)
            for proposal in suggestion.proposals[:_AMONG]
        )
        found.append(Place(suggestion.confidence, right, len(works)))
    return (*found, *(Place(0.0, (), len(works)) for works in wanted.values()))


def _is_one_of(key: str, work: Work, works: dict[str, Work]) -> bool:
    if key in works:
        return True
    names = identities(work)
    return any(not names.isdisjoint(identities(other)) for other in works.values())


def figures(places: Sequence[Place], threshold: float) -> Figures:
    """The figures of all places together; ``threshold`` is the confidence from which the program shows a suggestion."""
    hidden = [place for place in places if place.hidden]
    return Figures(
        len(hidden),
        len(places),
        _recall(hidden, 1),
        _recall(hidden, 5),
        _recall(hidden, 10),
        _mean([1 / (1 + place.right.index(True)) if any(place.right) else 0.0 for place in hidden]),
        _shown(places, threshold),
        tuple(_shown(places, each) for each in _THRESHOLDS),
        tuple(_bins(places)),
    )


def _recall(hidden: Sequence[Place], among: int) -> float:
    """Mean share of what can be found among so many candidates; two records of one work count once."""
    return _mean([min(sum(place.right[:among]) / min(among, place.hidden), 1.0) for place in hidden])


def _mean(values: Sequence[float]) -> float:
    return fmean(values) if values else 0.0


def _shown(places: Sequence[Place], threshold: float) -> Shown:
    shown = [place for place in places if place.right and place.confidence >= threshold]
    count, hidden = len(shown), sum(place.hidden > 0 for place in places)
    at_hidden = sum(place.hidden > 0 for place in shown)
    precision, recall = at_hidden / count if count else 0.0, at_hidden / hidden if hidden else 0.0
    return Shown(
        threshold,
        count,
        1000 * count / len(places) if places else 0.0,
        _mean([float(place.right[0]) for place in shown]),
        _mean([float(any(place.right[:3])) for place in shown]),
        precision,
        recall,
        2 * precision * recall / (precision + recall) if precision + recall else 0.0,
    )


def _bins(places: Sequence[Place]) -> list[Bin]:
    """Ten bins of equal width; empty ones are left out."""
    ranked = [place for place in places if place.right]
    groups = [[p for p in ranked if min(int(p.confidence * _BINS), _BINS - 1) == n] for n in range(_BINS)]
    return [
        Bin(len(group), _mean([p.confidence for p in group]), _mean([float(p.right[0]) for p in group]))
        for group in groups
        if group
    ]
