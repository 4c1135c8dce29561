"""What a run over a draft is worth: recall of hidden works, precision of what is shown, calibration."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from statistics import fmean
from typing import TYPE_CHECKING

from texscholar.bibtex import identities
from texscholar.evaluate.hiding import sentence_at
from texscholar.evaluate.peers import PEERS
from texscholar.pipeline import is_left_alone
from texscholar.recommend import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from texscholar.bibtex import Work
    from texscholar.evaluate.hiding import Draft
    from texscholar.evaluate.peers import Peers
    from texscholar.pipeline import Outcome
    from texscholar.suggest import Suggestion

OURS = "texscholar"
_AMONG = 10
_OFFERED = 3
_THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8)
_BINS = 10
_MOST_POINTS = 200


@dataclass(frozen=True, slots=True)
class Offer:
    """A candidate as a reader is shown it."""

    key: str
    title: str
    score: float
    is_right: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """A place as a reader is shown it: where it is in the finished paper, what it cited, the first candidates."""

    path: str
    line: int
    sentence: str
    cited: tuple[tuple[str, str], ...]
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """An uncited sentence of a draft: how sure the program was, which of its candidates are right.

    ``hidden`` counts the works that were cited here; none for a sentence that the author left uncited. A work counts
    as found once, however many candidates are that work. ``peers`` tell which candidates of each peer are right, at
    hidden places. ``left_alone``: a suggestion would not be shown here, however sure.
    """

    confidence: float
    right: tuple[bool, ...]
    hidden: int
    peers: tuple[tuple[bool, ...], ...] = ()
    left_alone: bool = False
    scene: Scene | None = None

    def is_shown(self, threshold: float) -> bool:
        """Whether a run with this least confidence suggests something here."""
        return bool(self.right) and not self.left_alone and self.confidence >= threshold


@dataclass(frozen=True, slots=True)
class Ranked:
    """How well hidden works are ranked, averaged over hidden places.

    Recall among k is the share of the place's works among the first k candidates, of those that k can hold; ``mrr`` is
    the mean of 1 / rank of the first right candidate, 0 where none of ten is right.
    """

    recall_at_1: float
    recall_at_5: float
    recall_at_10: float
    mrr: float


@dataclass(frozen=True, slots=True)
class Shown:
    """What a threshold shows, over all uncited sentences.

    ``per_thousand``: suggestions per 1,000 uncited sentences; ``elsewhere``: those at sentences that the author left
    uncited, per 1,000 of these. ``first_right`` and ``three_right``: shares of suggestions whose first candidate, or
    one of the first three, was cited there. ``at_hidden`` (precision), ``met`` (recall) and ``f1`` are those of
    finding the place, right candidate or not. ``met_rightly``: hidden places where the first candidate is right.
    """

    threshold: float
    shown: int
    per_thousand: float
    elsewhere: float
    first_right: float
    three_right: float
    at_hidden: float
    met: float
    met_rightly: float
    f1: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Places of like confidence: how many, how sure on average, how often the first candidate is right."""

    count: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of some places.

    ``ranked``: those of the program and of its peers by name. ``default``: at the confidence from which suggestions
    are shown; ``curve``: at others, too. ``calibration_error``: how far confidence lies from the share that is right,
    on average over ``calibration`` (Naeini et al. 2015, "expected calibration error").
    """

    hidden: int
    sentences: int
    ranked: Mapping[str, Ranked]
    default: Shown
    curve: tuple[Shown, ...]
    calibration: tuple[Bin, ...]
    calibration_error: float


@dataclass(frozen=True, slots=True)
class Average:
    """Means over papers, each of which counts once.

    Of ranking and of what is met over those with hidden places, of precision over those with suggestions.
    """

    papers: int
    ranked: Mapping[str, Ranked]
    first_right: float
    three_right: float
    at_hidden: float
    met: float
    met_rightly: float
    per_thousand: float
    elsewhere: float


# -- from a run to its places


def places_of(draft: Draft, outcome: Outcome, peers: Peers | None = None) -> tuple[Place, ...]:
    """The uncited sentences of a draft as the program saw them; hidden ones it has nothing for count too."""
    wanted: dict[tuple[str, int], dict[str, Work]] = {}
    for hidden in draft.hidden:
        sentence = sentence_at(draft.paper.project, hidden.path, hidden.offset)
        place = (hidden.path, sentence.span.start if sentence else -1 - hidden.offset)
        wanted.setdefault(place, {}).update(hidden.works)
    found = []
    for suggestion in outcome.suggestions:
        if suggestion.finding.rule == MISSING:
            works = wanted.pop((suggestion.source.path, suggestion.span.start), {})
            found.append(_place(draft, suggestion, works, peers))
    return (*found, *(_unmet(draft, *place, works, peers) for place, works in wanted.items()))


def _place(draft: Draft, suggestion: Suggestion, works: Mapping[str, Work], peers: Peers | None) -> Place:
    """A place that the program has candidates for."""
    candidates = [proposal.candidate for proposal in suggestion.proposals[:_AMONG]]
    right = rightly([(each.work.key, each.work.work) for each in candidates], works)
    locus = suggestion.finding.locus
    text = locus.sentence.text if locus else suggestion.source.slice(suggestion.span)
    offers = tuple(
        Offer(each.work.key, each.work.work.title, each.score, is_right)
        for each, is_right in zip(candidates[:_OFFERED], right, strict=False)
    )
    line = draft.line(suggestion.source, suggestion.span.start)
    return Place(
        suggestion.confidence,
        right,
        len(works),
        _peers_at(text, works, peers),
        locus is not None and is_left_alone(locus.sentence, suggestion.proposals[0].candidate),
        Scene(suggestion.source.path, line, text, _titled(works), offers),
    )


def _unmet(draft: Draft, path: str, start: int, works: Mapping[str, Work], peers: Peers | None) -> Place:
    """A hidden place that the program says nothing about; where it is no sentence any more, without its words."""
    file = draft.paper.project.file(path)
    sentence = sentence_at(draft.paper.project, path, start)
    text = sentence.text if sentence else ""
    line = draft.line(file.source, start if start >= 0 else -1 - start) if file else 0
    return Place(0.0, (), len(works), _peers_at(text, works, peers), scene=Scene(path, line, text, _titled(works), ()))


def _peers_at(text: str, works: Mapping[str, Work], peers: Peers | None) -> tuple[tuple[bool, ...], ...]:
    return tuple(rightly(ranked, works) for ranked in peers.rank(text)) if peers and works else ()


def _titled(works: Mapping[str, Work]) -> tuple[tuple[str, str], ...]:
    return tuple((key, work.title) for key, work in works.items())


def rightly(ranked: Iterable[tuple[str, Work]], works: Mapping[str, Work]) -> tuple[bool, ...]:
    """Which ranked works are among those wanted, each of which is found once: by its key, or as the same work."""
    left = dict(works)
    return tuple(_takes(key, work, left) for key, work in ranked)


def _takes(key: str, work: Work, left: dict[str, Work]) -> bool:
    """Whether a work is one of those that are left, which then is left no more."""
    found = key if key in left else _same(work, left) if left else None
    if found is not None:
        del left[found]
    return found is not None


def _same(work: Work, others: Mapping[str, Work]) -> str | None:
    names = identities(work)
    return next((key for key, other in others.items() if not names.isdisjoint(identities(other))), None)


# -- from places to figures


def figures(places: Sequence[Place], threshold: float) -> Figures:
    """The figures of all places together; ``threshold`` is the confidence from which the program shows a suggestion."""
    hidden = [place for place in places if place.hidden]
    shown = _by_threshold(places)
    bins = tuple(_bins(places))
    return Figures(
        len(hidden),
        len(places),
        _ranked(hidden),
        shown(threshold),
        tuple(shown(each) for each in sorted({*_THRESHOLDS, threshold})),
        bins,
        sum(each.count * abs(each.confidence - each.right) for each in bins) / max(sum(b.count for b in bins), 1),
    )


def _ranked(hidden: Sequence[Place]) -> dict[str, Ranked]:
    """The program's ranking, and its peers' where they were asked."""
    found = {OURS: _ranking([(place.right, place.hidden) for place in hidden])}
    if hidden and all(place.peers for place in hidden):
        for number, name in enumerate(PEERS):
            found[name] = _ranking([(place.peers[number], place.hidden) for place in hidden])
    return found


def _ranking(places: Sequence[tuple[tuple[bool, ...], int]]) -> Ranked:
    def recall(among: int) -> float:
        return _mean([sum(right[:among]) / min(among, wanted) for right, wanted in places])

    ranks = [1 / (1 + right.index(True)) if any(right) else 0.0 for right, _ in places]
    return Ranked(recall(1), recall(5), recall(10), _mean(ranks))


def _mean(values: Sequence[float]) -> float:
    return fmean(values) if values else 0.0


def _by_threshold(places: Sequence[Place]) -> Callable[[float], Shown]:
    """What each threshold shows."""
    surest = sorted((place for place in places if place.is_shown(0.0)), key=lambda place: -place.confidence)
    falling = [-place.confidence for place in surest]
    hidden = sum(place.hidden > 0 for place in places)
    bare = len(places) - hidden
    at_hidden = [0, *accumulate(place.hidden > 0 for place in surest)]
    first = [0, *accumulate(place.right[0] for place in surest)]
    three = [0, *accumulate(any(place.right[:3]) for place in surest)]

    def shown(threshold: float) -> Shown:
        count = bisect_right(falling, -threshold)
        met, right = at_hidden[count], first[count]
        return Shown(
            threshold,
            count,
            1000 * _share(count, len(places)),
            1000 * _share(count - met, bare),
            _share(right, count),
            _share(three[count], count),
            _share(met, count),
            _share(met, hidden),
            _share(right, hidden),
            _share(2 * met, count + hidden),
        )

    return shown


def _share(some: int, of: int) -> float:
    return some / of if of else 0.0


def trace(places: Sequence[Place]) -> tuple[Shown, ...]:
    """The curve in many points, from the surest suggestion to all of them: for plots."""
    confidences = sorted({place.confidence for place in places if place.is_shown(0.0)}, reverse=True)
    step = -(-len(confidences) // _MOST_POINTS) or 1
    shown = _by_threshold(places)
    return tuple(shown(each) for each in dict.fromkeys((*confidences[::step], *confidences[-1:])))


def _bins(places: Sequence[Place]) -> list[Bin]:
    """Ten bins of equal width over the places where something could be shown; empty ones are left out."""
    ranked = [place for place in places if place.is_shown(0.0)]
    groups = [[p for p in ranked if min(int(p.confidence * _BINS), _BINS - 1) == n] for n in range(_BINS)]
    return [
        Bin(len(group), _mean([p.confidence for p in group]), _mean([float(p.right[0]) for p in group]))
        for group in groups
        if group
    ]


def average(papers: Sequence[Figures]) -> Average:
    """The mean of the figures of papers."""
    measured = [each for each in papers if each.hidden]
    names = [name for name in (OURS, *PEERS) if measured and all(name in each.ranked for each in measured)]
    showing = [each.default for each in papers if each.default.shown]
    return Average(
        len(papers),
        {name: _mean_ranked([each.ranked[name] for each in measured]) for name in names},
        _mean([each.first_right for each in showing]),
        _mean([each.three_right for each in showing]),
        _mean([each.at_hidden for each in showing]),
        _mean([each.default.met for each in measured]),
        _mean([each.default.met_rightly for each in measured]),
        _mean([each.default.per_thousand for each in papers]),
        _mean([each.default.elsewhere for each in papers]),
    )


def _mean_ranked(several: Sequence[Ranked]) -> Ranked:
    return Ranked(
        _mean([each.recall_at_1 for each in several]),
        _mean([each.recall_at_5 for each in several]),
        _mean([each.recall_at_10 for each in several]),
        _mean([each.mrr for each in several]),
    )
