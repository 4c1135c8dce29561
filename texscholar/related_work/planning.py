"""Which works a related-work section speaks about: retrieval for a topic, relevance, choice."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import chain, takewhile
from typing import TYPE_CHECKING

from texscholar.bibtex import identities
from texscholar.library import terms
from texscholar.library.origins import origin_of
from texscholar.recommend import Candidature, Evidence, Searchable
from texscholar.recommend.background import mass, weight
from texscholar.related_work.likelihood import Signs, most_likely
from texscholar.related_work.retrieval import found_for
from texscholar.related_work.scope import scope_of
from texscholar.related_work.themes import Theme, themes
from texscholar.related_work.topic import Part, Topic, Word, is_left_open, read_topic, spellings, variants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from texscholar.bibtex import Work
    from texscholar.latex import Marker, TexFile
    from texscholar.lfm import Query
    from texscholar.related_work.scope import Scope

MOST_WORKS = 8
MOST_FOR_PAPER = 45  # works, where the paper itself is the topic: five themes of nine
_LEAST_LIKELY = 0.1
_STRANGERS = 0.25  # of the own works, up to which those that share no word with the paper are left out
FEWEST_WORKS = 5  # below which works count that fit much less well than the best
_FROM_LIBRARY = 100
_FOR_A_MODEL = 20  # of each query of a model's
_ASKED = 0.8  # what fitting a query of a model's counts beside fitting the author's words
_LEAST = 0.3  # relevance below which a work is none
_LEAST_OF_BEST, _LEAST_OF_FEW = 0.5, 0.4  # of the best one's relevance; the second where works are few
_OWN = 0.08  # an own work may fit this much less well and still come first
_SETTING = 0.5  # what the setting of a topic weighs beside its subject
_FOCUS = 0.15  # what the share of a title that the topic covers weighs
_APART = 0.5  # what a word pair counts whose words both stand in a title, but not side by side
_TURNED = 0.25  # the same where they stand in the other order
_HYPHEN = 2.0  # what a hyphen between them makes of a pair's weight: "low-resource" says more than its halves
_TELLING = 0.6  # of the weight of a subject's rarest word: a work that bears only commoner ones does not fit
_COMMON = 0.45  # rarity below which a word is no more than company for a rarer one
_COUSIN = 0.6  # what a word counts that shares no more than the stem: "optimal" for "optimizers"
_FEW_TITLES = 10
_BY_KEY, _BY_TEXT = 0.5, 0.4  # what a topic word counts in a key, in an abstract or a sentence that cites the work
_WORD = re.compile(r"[^\W_]+")
_INFLECTIONS = frozenset({"", "s", "es", "e", "ed", "ing", "y", "ies"})
_COLLECTIONS = frozenset({"proceedings", "mvproceedings", "collection", "mvcollection", "periodical"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What a section will speak about."""

    topic: str
    themes: tuple[Theme, ...]
    relevance: Mapping[int, float]

    @property
    def works(self) -> tuple[Candidature, ...]:
        return tuple(work for theme in self.themes for work in theme.works)


def plan(
    topic: str,
    marker: Marker,
    file: TexFile,
    evidence: Evidence,
    libraries: Sequence[Searchable],
    *,
    asked: Sequence[Query] = (),
    rejected: Callable[[Work], bool] = lambda _work: False,
) -> Plan:
    """The works for a topic, own ones first where they fit about as well, and the themes they fall into.

    Args:
        topic: what the author wants.
        marker: where.
        file: the file of the marker.
        evidence: of the paper.
        libraries: searched beside its bibliographies.
        asked: what a model would search for besides; a work that fits such a query alone comes after those that fit
            the topic as well.
        rejected: whether the author turned a work down for this topic.
    """
    if is_left_open(topic, marker, file, evidence):
        return _for_paper(topic, marker, file, evidence, libraries, asked)
    wanted = read_topic(topic)
    others = [(read_topic(query.text), query) for query in asked]
    pool = _pool(wanted, marker, file, evidence, _from_libraries(wanted, evidence, libraries, asked))
    fits = [_best_fit(work, wanted, others, evidence) for work in pool if not rejected(work.work)]
    chosen = _balanced(_good(fits), len(wanted.subjects))
    found = themes([fit.work for fit in chosen], wanted, _rarity(evidence))
    return Plan(topic, found, {id(fit.work): fit.relevance for fit in chosen})


def _for_paper(  # noqa: PLR0917 - what plan is given
    topic: str,
    marker: Marker,
    file: TexFile,
    evidence: Evidence,
    libraries: Sequence[Searchable],
    asked: Sequence[Query],
) -> Plan:
    """The works that the section most likely cites, by all that the paper tells of them and of itself."""
    scope = scope_of(marker, file, evidence)
    signs = Signs(scope)
    found = {id(each.work): each for each in found_for(scope, libraries, asked)}
    own = (work for work in evidence.own if work.position in evidence.citable)
    pool = [*_each_once(chain(own, (each.work for each in found.values())), marker, file, evidence)]
    works = _no_strangers(pool, scope)
    likely = [(work, signs.likelihood(work, found[id(work)].signs if id(work) in found else None)) for work in works]
    ranked = sorted(likely, key=lambda each: (-each[1], not each[0].is_own, each[0].key, each[0].record))
    most = min(most_likely([likelihood for _, likelihood in ranked]), MOST_FOR_PAPER)
    chosen = [(work, likelihood) for work, likelihood in ranked[:most] if likelihood >= _LEAST_LIKELY]
    # Words of the paper's field and title part its works as well as others do: no topic to look beyond.
    found_themes = themes([work for work, _ in chosen], read_topic(""), weight)
    return Plan(topic, found_themes, {id(work): likelihood for work, likelihood in chosen})


def _no_strangers(works: Sequence[Candidature], scope: Scope) -> Sequence[Candidature]:
    """Without the own works whose titles share no word with the paper, where these are few.

    They stand in the bibliography that came with a template. Where they are many, the paper is written in another
    language than what it cites.
    """
    strangers = {id(work) for work in works if work.is_own and scope.said.isdisjoint(work.title_words)}
    if len(strangers) > _STRANGERS * sum(work.is_own for work in works):
        return works
    return [work for work in works if id(work) not in strangers]


@dataclass(frozen=True, slots=True)
class _Fit:
    """How relevant a work is, between 0 and 1, and the number of the subject it fits best."""

    work: Candidature
    relevance: float
    subject: int

    @property
    def rank(self) -> tuple[float, bool, str, str, str]:
        return (-self.relevance, not self.work.is_own, self.work.key, self.work.origin, self.work.record)


def _good(fits: Iterable[_Fit]) -> list[_Fit]:
    """The fits that are near enough to the best one, best first."""
    ranked = sorted((fit for fit in fits if fit.relevance >= _LEAST), key=lambda fit: fit.rank)
    return [
        fit
        for number, fit in enumerate(ranked)
        if fit.relevance >= ranked[0].relevance * (_LEAST_OF_FEW if number < FEWEST_WORKS else _LEAST_OF_BEST)
    ]


def _balanced(fits: Sequence[_Fit], subjects: int) -> list[_Fit]:
    """The best fits, at most an even share of each subject while another one has any left."""
    share = -(-MOST_WORKS // max(subjects, 1))
    taken: Counter[int] = Counter()
    first: list[_Fit] = []
    rest: list[_Fit] = []
    for fit in fits:
        taken[fit.subject] += 1
        (first if taken[fit.subject] <= share else rest).append(fit)
    return sorted([*first, *rest][:MOST_WORKS], key=lambda fit: fit.rank)


def _rarity(evidence: Evidence) -> Callable[[str], float]:
    """How rare a term is among the paper's own titles and at large; at large only where own ones are too few."""
    return evidence.rarity if len(evidence.own) >= _FEW_TITLES else weight


def _pool(
    topic: Topic, marker: Marker, file: TexFile, evidence: Evidence, found: Iterable[Candidature]
) -> Iterator[Candidature]:
    """The works that may fit a topic."""
    if topic.subjects or topic.setting:
        yield from _each_once(chain(evidence.own, found), marker, file, evidence)


def _each_once(
    works: Iterable[Candidature], marker: Marker, file: TexFile, evidence: Evidence
) -> Iterator[Candidature]:
    """Works with a title, each once, own ones first, without those that the section discusses already."""
    discussed = _discussed(marker, file, evidence)
    spelt = _spellings(evidence)
    seen = {name for work in evidence.own if work.key in discussed for name in identities(work.work)}
    for work in works:
        names = identities(work.work)
        if names & seen or not _has_title(work):
            continue
        if work.is_own and (work.key in discussed or spelt.get(work.key.lower(), work.key) != work.key):
            continue
        seen |= names
        yield work


def _spellings(evidence: Evidence) -> Mapping[str, str]:
    """Each key in small letters as the paper spells it, else the bibliography: BibTeX takes no second spelling."""
    keys = chain(evidence.citances, (work.key for work in evidence.own))
    return {key.lower(): key for key in reversed([*keys])}


def _has_title(work: Candidature) -> bool:
    return any(char.isalpha() for char in work.work.title) and work.work.kind not in _COLLECTIONS


def _discussed(marker: Marker, file: TexFile, evidence: Evidence) -> frozenset[str]:
    """Keys cited under the same heading, or under those that it stands above."""
    here = file.section_path(marker.span.start)
    return frozenset(
        key
        for other in evidence.project.files
        for citation in other.citations
        if _is_within(other.section_path(citation.span.start), here)
        for key in citation.cited
    )


def _is_within(path: Sequence[str], here: Sequence[str]) -> bool:
    return path[: len(here)] == here if here else not path


def _from_libraries(
    topic: Topic, evidence: Evidence, libraries: Sequence[Searchable], asked: Sequence[Query]
) -> Iterator[Candidature]:
    for library in libraries:
        records: dict[str, Candidature] = {}
        hits = [hit for query in topic.queries for hit in library.search(query, _FROM_LIBRARY)]
        for query in asked:
            hits += (hit for hit in library.search(query.text, _FOR_A_MODEL) if query.covers(hit.record.work.year))
        for hit in hits:
            if not identities(hit.record.work) & evidence.own_identities:
                work = Candidature(hit.record.key, hit.record.work, origin_of(library.name), hit.record.id)
                records.setdefault(hit.record.id, work)
        yield from (records[name] for name in sorted(records))


def _best_fit(work: Candidature, topic: Topic, asked: Sequence[tuple[Topic, Query]], evidence: Evidence) -> _Fit:
    """How relevant a work is for the topic, or a little less for a query of a model's that it fits better."""
    fit = _fit(work, topic, evidence)
    for other, query in asked:
        if query.covers(work.work.year):
            relevance = _ASKED * _fit(work, other, evidence).relevance
            fit = replace(fit, relevance=max(fit.relevance, relevance))
    return fit


def _fit(work: Candidature, topic: Topic, evidence: Evidence) -> _Fit:
    """How much of the topic's words and word pairs a work bears, and how much else its title says.

    One subject of several is enough; the setting alone is not.
    """
    seen = _Seen(work, evidence)
    subjects = [seen.share_of(part) for part in topic.subjects]
    best = max(subjects, default=0.0)
    if not best:
        return _Fit(work, 0.0, 0)
    main = subjects.index(best)
    missing = 1 - best
    for share in (*subjects[:main], *subjects[main + 1 :]):
        missing *= 1 - share / 3
    covered = 1 - missing
    if topic.setting:
        setting = sum(map(seen.share_of, topic.setting)) / len(topic.setting)
        covered = (covered + _SETTING * setting) / (1 + _SETTING)
    focus = mass(work.title_words & topic.terms) / work.title_mass
    return _Fit(work, min(1.0, (1 - _FOCUS) * covered + _FOCUS * focus + _OWN * work.is_own), main)


def _kinship(wanted: str, other: str) -> float:
    """How near two words of one stem are: 1 where one is an inflection of the other or they share a suffix."""
    shared = max(_shared(spelling, other.lower()) for spelling in spellings(wanted))
    rests = (wanted[shared:].lower(), other[shared:].lower())
    longer_than_stem = any(shared > len(term) for term in terms(other))
    return 1.0 if longer_than_stem or _INFLECTIONS & set(rests) else _COUSIN


def _shared(one: str, other: str) -> int:
    """How many characters two words begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


class _Seen:
    """Where the words of a topic are looked for in a work."""

    def __init__(self, work: Candidature, evidence: Evidence) -> None:
        self._work, self._rarity = work, _rarity(evidence)
        self._pairs = frozenset(work.phrases)
        self._title = work.title_words | {first + second for first, second in work.phrases}
        self._written: defaultdict[str, set[str]] = defaultdict(set)
        for other in _WORD.findall(work.work.title):
            for term in terms(other):
                self._written[term].add(other)
        citances = evidence.citances.get(work.key, ()) if work.is_own else ()
        self._text = work.abstract_terms | {term for order in citances for term in evidence.sentence_terms(order)}

    def share_of(self, part: Part) -> float:
        """How much of the weight of a part's words and word pairs is found, between 0 and 1."""
        found = total = telling = 0.0
        rarest = max((self._weight(word) for word in part.words), default=0.0)
        least = min(rarest, max(_TELLING * rarest, _COMMON))
        joined = {word for pair in part.pairs if self._is_joined(*pair) for word in pair}
        for word in part.words:
            weight = self._weight(word)
            share = 1.0 if word in joined else self._word(word)
            found += weight * share
            total += weight
            telling = max(telling, share if weight >= least else 0.0)
        for first, second in part.pairs:
            weight = (self._weight(first) + self._weight(second)) / 2 * (1.0 if second.gap == " " else _HYPHEN)
            found += weight * self._pair(first, second)
            total += weight
        return found / total if telling else 0.0

    def _weight(self, word: Word) -> float:
        return min(self._rarity(term) for term in variants(word) or (word.term,))

    def _word(self, word: Word) -> float:
        forms = frozenset(variants(word))
        if forms & self._title:
            return max((_kinship(word.text, other) for form in forms for other in self._written[form]), default=1.0)
        return max(_BY_KEY * bool(forms & self._work.key_terms), _BY_TEXT * bool(forms & self._text))

    def _pair(self, first: Word, second: Word) -> float:
        ones, others = variants(first), variants(second)
        if self._is_joined(first, second) or any((one, other) in self._pairs for one in ones for other in others):
            return 1.0
        if not (self._title & set(ones) and self._title & set(others)):
            return 0.0
        order = [term for term in self._work.title_terms if term in ones or term in others]
        return _APART if order and order[0] in ones else _TURNED

    def _is_joined(self, first: Word, second: Word) -> bool:
        """Whether the title writes as one word what the topic writes as two."""
        return first.term + second.term in self._work.title_words
