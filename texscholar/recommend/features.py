"""Named scores of works for a place: shared words, names, earlier citances, and where in the paper they are cited."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from texscholar.library.terms import terms
from texscholar.recommend.asking import Request
from texscholar.recommend.background import weight
from texscholar.recommend.evidence import NO_FIT, Candidature, Evidence, Locus, content_terms, letter_runs
from texscholar.recommend.naming import named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from texscholar.latex import Sentence
    from texscholar.recommend.evidence import Pair

TermOrPair = TypeVar("TermOrPair", str, "Pair")

_CAPITALS = re.compile(r"\b[A-Z]{3,}s?\b")
_PROPER = re.compile(r"\b(?=[^\W\d_a-z])[\w'’-]{2,}")
_AROUND = 4  # citing sentences on either side whose works say what is talked about
_SHORTEST_SURNAME = 3
_MOST_AUTHORS = 6
_MOST_CITANCES = 12  # the nearest; a work cited more often says nothing new in the others
_NO_GAP = (7.5, 7.5, 7.5, 0.0)
_FAR = 7.5  # logarithm of a distance in the bibliography or the text, where there is none
LAST_CITED = "sentences since"
"""The feature that falls with the number of sentences since a work was cited: 1 / (1 + n / 10)."""


@dataclass(frozen=True)
class Query:
    """What a place asks for: the words of its sentence, of what stands around it, and what is cited around."""

    locus: Locus
    evidence: Evidence

    @cached_property
    def text(self) -> str:
        return self.locus.sentence.text

    @cached_property
    def ordered(self) -> tuple[str, ...]:
        return content_terms(self.text)

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(self.ordered)

    @cached_property
    def request(self) -> Request:
        """What it asks of a library: the paragraph, the title and the words of the whole paper count too."""
        orders = self.evidence.stretch_of(self.locus)
        paragraph = " ".join(self.evidence.loci[order].sentence.text for order in orders)
        return Request(self.text, paragraph, self.evidence.title, self.evidence.telling)

    @cached_property
    def phrases(self) -> frozenset[tuple[str, str]]:
        return frozenset(pairwise(self.ordered))

    @cached_property
    def context(self) -> frozenset[str]:
        """Terms of the sentences before and after."""
        return _words(self.locus.neighbour(-1)) | _words(self.locus.neighbour(1))

    @cached_property
    def paragraph(self) -> frozenset[str]:
        """Terms of the other sentences of the paragraph."""
        orders = self.evidence.stretch_of(self.locus)
        return frozenset(term for order in orders for term in self.evidence.sentence_terms(order))

    @cached_property
    def headings(self) -> frozenset[str]:
        return frozenset(term for heading in self.locus.sentence.section for term in content_terms(heading))

    @cached_property
    def letters(self) -> frozenset[str]:
        return letter_runs(self.text)

    @cached_property
    def letter_scores(self) -> Mapping[int, float]:
        """Weight of the runs of letters that the sentence shares with the title of each own work."""
        return self.evidence.letter_scores(self.letters)

    @cached_property
    def acronyms(self) -> frozenset[str]:
        return frozenset(word.rstrip("s") for word in _CAPITALS.findall(self.text))

    @cached_property
    def proper(self) -> frozenset[str]:
        """Capitalised words as index terms: among them the surnames the sentence may name."""
        return frozenset(term for word in _PROPER.findall(self.text) if word[0].isupper() for term in terms(word))

    @cached_property
    def cited_beside(self) -> tuple[int, ...]:
        """Positions of the works that the two sentences next to it cite."""
        cited = self.evidence.cited_works
        return tuple(position for order in self.evidence.beside(self.locus.order) for position in cited.get(order, ()))

    @cached_property
    def cited_before(self) -> tuple[int, ...]:
        """Positions of the works that the citing sentences before it in its file cite, the nearest first."""
        orders = [order for order in self.evidence.citing_orders if order < self.locus.order]
        return self._cited_in(orders[: -_AROUND - 1 : -1], backwards=True)

    @cached_property
    def cited_after(self) -> tuple[int, ...]:
        """The same for the sentences after it."""
        return self._cited_in([order for order in self.evidence.citing_orders if order > self.locus.order][:_AROUND])

    def _cited_in(self, orders: Iterable[int], *, backwards: bool = False) -> tuple[int, ...]:
        evidence, step = self.evidence, -1 if backwards else 1
        here = (order for order in orders if evidence.loci[order].file is self.locus.file)
        return tuple(position for order in here for position in evidence.cited_works[order][::step])

    @cached_property
    def cited_in_paragraph(self) -> tuple[int, ...]:
        cited = self.evidence.cited_works
        return tuple(position for order in self.evidence.stretch_of(self.locus) for position in cited.get(order, ()))

    @cached_property
    def passage(self) -> frozenset[str]:
        return self.evidence.passage(self.locus.order)

    @cached_property
    def text_scores(self) -> dict[int, float]:
        """Score of each own work by the words of the sentence."""
        return self.evidence.by_text.scores(self.words)

    @cached_property
    def context_scores(self) -> dict[int, float]:
        return self.evidence.by_text.scores(self.context)

    @cached_property
    def wide_scores(self) -> dict[int, float]:
        """Score by the sentence, and half as much by its neighbours."""
        found = dict(self.text_scores)
        for position, score in self.context_scores.items():
            found[position] = found.get(position, 0.0) + score / 2
        return found


def _words(sentence: Sentence | None) -> frozenset[str]:
    return frozenset(content_terms(sentence.text)) if sentence else frozenset()


Columns = dict[str, list[float]]
"""Name of a feature to its value for each of the works."""


def features(works: Sequence[Candidature], query: Query) -> Columns:
    """The named scores of works for a place, in the order of ``FEATURES``."""
    return {
        **_entries(works, query),
        **_texts(works, query),
        **_passages(works, query),
        **_titles(works, query),
        **_named(works, query),
        **_citances(works, query),
        **_bibliography(works, query),
        **_uses(works, query),
        **_kinds(works, query),
        **_claims(works, query),
        **_gaps(works, query),
        **_told(works, query),
    }


# -- words


def _entries(works: Sequence[Candidature], query: Query) -> Columns:
    """BM25 of the sentence, and of what stands around it, over what the entries say."""
    index = query.evidence.by_title
    scored = _scorer(works, index.scores, lambda work, words: index.score(work.heading_counts, words))
    values, best, rising = scored(query.words)
    return {
        "entry score": _logs(values),
        "entry of best": _shares(values, best),
        "entry place": _places_among(values, rising),
        "paragraph on entry": _shares(*scored(query.paragraph)[:2]),
    }


def _texts(works: Sequence[Candidature], query: Query) -> Columns:
    """The same over all that is known of the works, abstracts and citances included."""
    index, evidence = query.evidence.by_text, query.evidence

    def scores(words: frozenset[str]) -> Mapping[int, float]:
        if words is query.words:
            return query.text_scores
        if words is query.context:
            return query.context_scores
        return evidence.heading_scores(words) if words is query.headings else index.scores(words)

    scored = _scorer(works, scores, lambda work, words: index.score(work.text_counts, words))
    values, best, rising = scored(query.words)
    context, _, _ = scored(query.context)
    wide = [value + other / 2 for value, other in zip(values, context, strict=True)]
    beside = _beside([query.text_scores.get(position, 0.0) for position in range(len(evidence.own))], works)
    return {
        "text of best": _shares(values, best),
        "text place": _places_among(values, rising),
        "text with context": _shares(wide, max(wide, default=0.0)),
        "paragraph on text": _shares(*scored(query.paragraph)[:2]),
        "headings on text": _shares(*scored(query.headings)[:2]),
        "text of entries beside": _shares(beside, best),
    }


Scored = tuple[list[float], float, list[float]]
"""The score of each work, the best score of all own works and these, and all of those scores, ascending."""


def _scorer(
    works: Sequence[Candidature],
    own: Callable[[frozenset[str]], Mapping[int, float]],
    foreign: Callable[[Candidature, frozenset[str]], float],
) -> Callable[[frozenset[str]], Scored]:
    """Scores the works for some words."""

    def scored(words: frozenset[str]) -> Scored:
        if not words:
            return [0.0] * len(works), 0.0, []
        known = own(words)
        others = [foreign(work, words) for work in works if not work.is_own]
        rest = iter(others)
        values = [known.get(work.position, 0.0) if work.is_own else next(rest) for work in works]
        rising = sorted((*known.values(), *others))
        return values, rising[-1] if rising else 0.0, rising

    return scored


def _places_among(values: Sequence[float], rising: Sequence[float]) -> list[float]:
    """1 for the best of all, 1/2 for the second and so on; 0 for nothing."""
    return [1 / (1 + len(rising) - bisect_right(rising, value)) if value else 0.0 for value in values]


def _beside(scores: Sequence[float], works: Sequence[Candidature]) -> list[float]:
    """The mean score of the three entries on either side in the bibliography, the nearer the heavier."""
    size = len(scores)

    def mean(position: int) -> float:
        near = [position + step for step in (-3, -2, -1, 1, 2, 3) if 0 <= position + step < size]
        total = sum(1 / abs(other - position) for other in near)
        return sum(scores[other] / abs(other - position) for other in near) / total if total else 0.0

    return [mean(work.position) if work.is_own else 0.0 for work in works]


def _passages(works: Sequence[Candidature], query: Query) -> Columns:
    """BM25 over the same with the sentences around every citance: what is talked about where a work is cited."""
    index, evidence = query.evidence.by_text, query.evidence
    known = [_without_here(evidence.passages_of(work), work, query) for work in works]
    values = [index.score(counts, query.words) for counts in known]
    around = [index.score(counts, query.context) for counts in known]
    return {
        "passages of best": _shares(values, max(values, default=0.0)),
        "passages place": _places_among(values, sorted(value for value in values if value)),
        "context on passages": _shares(around, max(around, default=0.0)),
    }


def _without_here(counts: Mapping[str, int], work: Candidature, query: Query) -> Mapping[str, int]:
    """Counted terms without those of the place, which stands beside a citance where a neighbour cites the work."""
    beside = query.cited_beside.count(work.position) if work.is_own else 0
    return Counter(counts) - Counter(query.ordered * beside) if beside else counts


def _titles(works: Sequence[Candidature], query: Query) -> Columns:
    evidence = query.evidence
    shared = [work.title_words & query.words for work in works]
    masses = [_mass(words, evidence) for words in shared]
    whole = [_mass(work.title_words, evidence) or 1.0 for work in works]
    letters = [
        query.letter_scores.get(work.position, 0.0)
        if work.is_own
        else evidence.letter_mass(work.letters & query.letters)
        for work in works
    ]
    runs = [evidence.letters_of(work) or 1.0 for work in works]
    return {
        "title covered": _divided(masses, whole),
        "title shared": _logs(masses),
        "rarest word shared": [max((weight(term) for term in words), default=0.0) for words in shared],
        "title length": _logs([float(len(work.title_terms)) for work in works]),
        "letters of best": _shares(letters, max(letters, default=0.0)),
        "letters covered": [min(share, 1.0) for share in _divided(letters, runs)],  # two ways of adding up
    }


# -- names


@lru_cache(maxsize=4096)
def _initials(title: str) -> str:
    return "".join(word[0] for word in re.findall(r"[^\W\d_]+", title)).upper()


def _named(works: Sequence[Candidature], query: Query) -> Columns:
    return {
        "surname": [float(_writes(work.first_surname, query)) for work in works],
        "authors named": [_authors_named(work, query) for work in works],
        "name": [named(work.names, query.text) for work in works],
        "initials": [_initialism(work.work.title, query.acronyms) for work in works],
        "key": [
            max((weight(term) for term in (work.key_terms & query.words) - work.title_words), default=0.0)
            for work in works
        ],
    }


def _initialism(title: str, acronyms: Iterable[str]) -> float:
    return float(any(acronym in _initials(title) for acronym in acronyms))


def _writes(family: frozenset[str], query: Query) -> bool:
    return bool(family) and family <= query.proper and max(map(len, family)) >= _SHORTEST_SURNAME


def _authors_named(work: Candidature, query: Query) -> float:
    """How many of the first six authors the sentence names, up to three, as a share of three."""
    if query.proper.isdisjoint(work.surname_terms):
        return 0.0
    families = (frozenset(terms(author.family)) for author in work.work.authors[:_MOST_AUTHORS])
    return min(3, sum(_writes(family, query) for family in families)) / 3


# -- earlier citances


def _uses_of(work: Candidature, query: Query) -> tuple[int, ...]:
    """Orders of the sentences elsewhere that cite a work, the nearest first."""
    if not work.is_own:
        return ()
    here = query.locus.order
    return tuple(sorted((o for o in query.evidence.uses[work.position] if o != here), key=lambda o: abs(o - here)))


def _citances(works: Sequence[Candidature], query: Query) -> Columns:
    """Likeness to the nearest sentence that cites the work elsewhere, alone and with the sentences around both."""
    evidence = query.evidence
    alone, passages, both = [], [], []
    for work in works:
        orders = _uses_of(work, query)[:_MOST_CITANCES]
        sentences = [frozenset(evidence.sentence_terms(order)) for order in orders]
        sentences += [frozenset(content_terms(citance)) for citance in work.citances]
        alone.append(_likest(query.words, sentences, evidence))
        # What is said beside this place is part of it, and so are the sentences two away.
        apart = [evidence.passage(order) for order in orders if abs(order - query.locus.order) > 2]  # noqa: PLR2004 - two neighbours of one
        passages.append(_likest(query.words, apart, evidence))
        both.append(_likest(query.passage, apart, evidence))
    return {
        "citance": alone,
        "citance of best": _shares(alone, max(alone, default=0.0)),
        "citance with its passage": passages,
        "passage and passage": both,
    }


def _likest(words: frozenset[str], others: Iterable[frozenset[str]], evidence: Evidence) -> float:
    return max((_cosine(words, other, evidence) for other in others), default=0.0)


def _cosine(one: frozenset[str], other: frozenset[str], evidence: Evidence) -> float:
    shared = one & other
    if not shared:
        return 0.0
    return math.fsum(evidence.rarity(term) ** 2 for term in shared) / (evidence.norm(one) * evidence.norm(other))


# -- where works stand in the bibliography, and where they are cited


def _bibliography(works: Sequence[Candidature], query: Query) -> Columns:
    """Logarithms of how many entries lie between a work and those cited around: authors add entries together."""
    before, after = query.cited_before, query.cited_after
    return {
        "entries to cited before": _distances(works, before[:3]),
        "entries to cited after": _distances(works, after[:3]),
        "entries to cited around": _distances(works, (*before[:6], *after[:6])),
        "entries to cited in paragraph": _distances(works, query.cited_in_paragraph),
        "next unused": [_next_unused(work, query) for work in works],
        "co-cited": _cocited(works, query),
        "orderliness": [query.evidence.orderliness] * len(works),
        "bibliography size": [math.log1p(len(query.evidence.own))] * len(works),
    }


def _distances(works: Sequence[Candidature], positions: Sequence[int]) -> list[float]:
    return [
        math.log1p(min(abs(work.position - position) for position in positions)) if positions and work.is_own else _FAR
        for work in works
    ]


def _next_unused(work: Candidature, query: Query) -> float:
    """1 for the first unused entry behind the one cited last, 1/2 for the second and so on."""
    evidence, before = query.evidence, query.cited_before
    if not before or not work.is_own or evidence.uses[work.position] or work.position < before[0]:
        return 0.0
    return 1 / max(1, evidence.unused_before[work.position + 1] - evidence.unused_before[before[0] + 1])


def _cocited(works: Sequence[Candidature], query: Query) -> list[float]:
    around = dict.fromkeys((*query.cited_before[:6], *query.cited_after[:6]))
    together = query.evidence.cocitations
    return _logs([sum(together.get((work.position, other), 0.0) for other in around) for work in works])


def _uses(works: Sequence[Candidature], query: Query) -> Columns:
    uses = [_uses_of(work, query) for work in works]
    here = query.locus.order
    return {
        "used": _logs([float(len(orders)) for orders in uses]),
        "sentences to citance": [math.log1p(abs(orders[0] - here)) if orders else _FAR + 2 for orders in uses],
        LAST_CITED: [
            1 / (1 + min((here - order for order in orders if order < here), default=10**6) / 10) for orders in uses
        ],
    }


USAGE = (
    "used", "sentences to citance", LAST_CITED, "next unused", "unused share", "unused", "uses in section",
)  # fmt: skip
"""The features that know how often a work is cited: hiding citations flatters them."""


def _kinds(works: Sequence[Candidature], query: Query) -> Columns:
    around = [query.evidence.own[position] for position in (*query.cited_before[:6], *query.cited_after[:6])]
    years = sorted(work.work.year for work in around if work.work.year)
    middle = years[len(years) // 2] if years else None
    authors = frozenset(term for work in around for term in work.surname_terms)
    return {
        "year near": [1 / (1 + abs(w.work.year - middle) / 3) if middle and w.work.year else 0.0 for w in works],
        "author near": [_share_of(work.surname_terms, authors) for work in works],
        "library": [float(not work.is_own) for work in works],
    }


def _share_of(some: Sequence[str], others: frozenset[str]) -> float:
    return sum(term in others for term in some) / len(some) if some else 0.0


# -- the other way round: which sentence a work waits for


def _claims(works: Sequence[Candidature], query: Query) -> Columns:
    """Whether this is the sentence a work waits for: how well it fits, against all others that cite nothing."""
    evidence, here = query.evidence, query.locus.order
    near = [evidence.near_fit(work.position) if work.is_own else NO_FIT for work in works]
    wide = [evidence.wide_fits[work.position] if work.is_own else NO_FIT for work in works]
    return {
        "near claim": [fits.share(here) for fits in near],
        "near claim place": [fits.place(here) for fits in near],
        "wide claim place": [fits.place(here) for fits in wide],
        "unused share": [evidence.unused_share] * len(works),
        "unused": [math.log1p(evidence.unused_share * len(evidence.own))] * len(works),
    }


def _gaps(works: Sequence[Candidature], query: Query) -> Columns:
    """Where the entries beside a work are cited: authors add entries together, or in the order of the text."""
    gaps = [_gap(work, query) if work.is_own else _NO_GAP for work in works]
    names = ("sentences to beside", "gap", "before next beside", "uses in section")
    return {name: [gap[number] for gap in gaps] for number, name in enumerate(names)}


def _gap(work: Candidature, query: Query) -> tuple[float, float, float, float]:
    """Of an own work.

    Logarithms of how many sentences away the nearest entries before and after it that are cited at all are cited, how
    many this place lies outside of their first citations, and how many it lies before that of the later one; and the
    share of the work's own citations that stand in this section.
    """
    evidence, here = query.evidence, query.locus.order
    before, after = evidence.used_beside[work.position]
    earlier = [order for order in evidence.uses[before] if order != here] if before is not None else []
    later = [order for order in evidence.uses[after] if order != here] if after is not None else []
    low = earlier[0] if earlier else -1 if before is None else None
    high = later[0] if later else len(evidence.loci) if after is None else None
    around = [*earlier, *later]
    return (
        math.log1p(min(abs(order - here) for order in around)) if around else _FAR,
        _FAR if low is None or high is None or low > high else math.log1p(max(low - here, here - high, 0)),
        math.copysign(math.log1p(abs(later[0] - here)), later[0] - here) if later else _FAR,
        evidence.share_in_section(work.position, query.locus),
    )


# -- what the paper cites where it uses the same words


def _told(works: Sequence[Candidature], query: Query) -> Columns:
    """What the paper's other sentences cite that use the words, and the pairs of words, of this one."""
    evidence = query.evidence
    best, whole = _associated(sorted(query.words), evidence.rarity, query)
    of_pairs, _ = _associated(sorted(query.phrases), evidence.pair_rarity, query)
    sums = [whole.get(work.position, 0.0) for work in works]
    pairs = [_pair_mass(query.phrases & evidence.pairs_of(work), evidence) if work.is_own else 0.0 for work in works]
    return {
        "told": [best.get(work.position, 0.0) for work in works],
        "told in all": sums,
        "told of best": _shares(sums, max(sums, default=0.0)),
        "pair told": [of_pairs.get(work.position, 0.0) for work in works],
        "pairs on text": pairs,
        "pairs of best": _shares(pairs, max(pairs, default=0.0)),
    }


def _associated(
    asked: Iterable[TermOrPair], rarity: Callable[[TermOrPair], float], query: Query
) -> tuple[Mapping[int, float], Mapping[int, float]]:
    """How often other sentences that hold a term cite each own work, by the term's rarity: the most, and the sum."""
    best: dict[int, float] = {}
    whole: defaultdict[int, float] = defaultdict(float)
    here = query.evidence.cited_works.get(query.locus.order, ())
    for term in asked:
        count, cited = query.evidence.told.get(term, (0, {}))
        if cited:
            share = rarity(term) / (count - bool(here) + 1)
            for position, times in cited.items():
                value = share * (times - (position in here))
                whole[position] += value
                if value > best.get(position, 0.0):
                    best[position] = value
    return best, whole


def _pair_mass(pairs: Iterable[Pair], evidence: Evidence) -> float:
    return math.fsum(map(evidence.pair_rarity, pairs))


def is_first_mention(work: Candidature, query: Query) -> bool:
    """Whether no earlier sentence of the paper cites a work."""
    return not work.is_own or not any(order < query.locus.order for order in query.evidence.uses[work.position])


# -- columns


def _mass(words: frozenset[str], evidence: Evidence) -> float:
    return math.fsum(map(evidence.rarity, words))


def _logs(values: Sequence[float]) -> list[float]:
    return [math.log1p(value) for value in values]


def _shares(values: Sequence[float], best: float) -> list[float]:
    return [value / best for value in values] if best else [0.0] * len(values)


def _divided(values: Sequence[float], by: Sequence[float]) -> list[float]:
    return [value / whole for value, whole in zip(values, by, strict=True)]


FEATURES = (
    "entry score", "entry of best", "entry place", "paragraph on entry",
    "text of best", "text place", "text with context", "paragraph on text", "headings on text",
    "text of entries beside",
    "passages of best", "passages place", "context on passages",
    "title covered", "title shared", "rarest word shared", "title length", "letters of best", "letters covered",
    "surname", "authors named", "name", "initials", "key",
    "citance", "citance of best", "citance with its passage", "passage and passage",
    "entries to cited before", "entries to cited after", "entries to cited around", "entries to cited in paragraph",
    "next unused", "co-cited", "orderliness", "bibliography size",
    "used", "sentences to citance", "sentences since",
    "year near", "author near", "library",
    "near claim", "near claim place", "wide claim place", "unused share", "unused",
    "sentences to beside", "gap", "before next beside", "uses in section",
    "told", "told in all", "told of best", "pair told", "pairs on text", "pairs of best",
)  # fmt: skip
