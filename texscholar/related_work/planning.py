"""Which works a related-work section speaks about: retrieval for a topic, relevance, choice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from texscholar.bibtex import identities
from texscholar.library.origins import origin_of
from texscholar.recommend import Candidature, Evidence, Searchable
from texscholar.recommend.background import weight
from texscholar.related_work.fitting import best_fit, rarity_in, topic_signs
from texscholar.related_work.likelihood import Signs, most_likely
from texscholar.related_work.retrieval import found_for
from texscholar.related_work.scope import scope_of
from texscholar.related_work.themes import Theme, themes
from texscholar.related_work.topic import is_left_open, read_topic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from texscholar.bibtex import Work
    from texscholar.latex import Marker, TexFile
    from texscholar.lfm import Query
    from texscholar.related_work.fitting import Fit
    from texscholar.related_work.scope import Scope
    from texscholar.related_work.topic import Topic

MOST_WORKS = 8
MOST_FOR_PAPER = 45  # works, where the paper itself is the topic: five themes of nine
_LEAST_LIKELY = 0.1
_STRANGERS = 0.25  # of the own works, up to which those that share no word with the paper are left out
FEWEST_WORKS = 5  # below which works count that fit much less well than the best
_FROM_LIBRARY = 100
_FOR_A_MODEL = 20  # of each query of a model's
LEAST_TOPICAL = 0.15  # how much a work must fit the words of a topic, however likely it is for other reasons
_LEAST = 0.3  # relevance below which a work is none
_LEAST_OF_BEST, _LEAST_OF_FEW = 0.5, 0.4  # of the best one's relevance; the second where works are few
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
    fits = [fit for fit in fits_for(wanted, marker, file, evidence, libraries, asked) if not rejected(fit.work.work)]
    signs = Signs(scope_of(marker, file, evidence))
    likely = [
        (fit.work, signs.topic_likelihood(fit.work, topical))
        for fit, topical in zip(fits, topic_signs(fits), strict=True)
        if fit.whole >= LEAST_TOPICAL
    ]
    relevance = {id(work): likelihood for work, likelihood in likely}
    chosen = _with_fitting(_likeliest(likely), fits, len(wanted.subjects))
    found = themes(chosen, wanted, rarity_in(evidence))
    return Plan(topic, found, {id(work): relevance[id(work)] for work in chosen})


def fits_for(  # noqa: PLR0917 - what plan is given
    wanted: Topic,
    marker: Marker,
    file: TexFile,
    evidence: Evidence,
    libraries: Sequence[Searchable],
    asked: Sequence[Query],
) -> Iterator[Fit]:
    """The works that a section on a topic may cite, each once, own ones first; without a subject none."""
    if not wanted.subjects and not wanted.setting:
        return
    others = [(read_topic(query.text), query) for query in asked]
    own = (work for work in evidence.own if work.position in evidence.citable)
    found = _from_libraries(wanted, evidence, libraries, asked)
    for work in _each_once(chain(own, found), marker, file, evidence):
        yield best_fit(work, wanted, others, evidence)


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
    chosen = _likeliest(likely)
    # Words of the paper's field and title part its works as well as others do: no topic to look beyond.
    found_themes = themes(chosen, read_topic(""), weight)
    relevance = {id(work): likelihood for work, likelihood in likely}
    return Plan(topic, found_themes, {id(work): relevance[id(work)] for work in chosen})


def _likeliest(likely: Iterable[tuple[Candidature, float]]) -> list[Candidature]:
    """As many works as promise the best F1, the likeliest first."""
    ranked = sorted(likely, key=lambda each: (-each[1], not each[0].is_own, each[0].key, each[0].record))
    most = min(most_likely([likelihood for _, likelihood in ranked]), MOST_FOR_PAPER)
    return [work for work, likelihood in ranked[:most] if likelihood >= _LEAST_LIKELY]


def _with_fitting(likeliest: Sequence[Candidature], fits: Iterable[Fit], subjects: int) -> list[Candidature]:
    """Where few works are likely, also those that fit the author's words best: what is asked for may be new to them."""
    taken = {id(work) for work in likeliest}
    fitting = (fit.work for fit in _balanced(_good(fits), subjects) if id(fit.work) not in taken)
    return [*likeliest, *islice(fitting, max(0, MOST_WORKS - len(likeliest)))]


def _no_strangers(works: Sequence[Candidature], scope: Scope) -> Sequence[Candidature]:
    """Without the own works whose titles share no word with the paper, where these are few.

    They stand in the bibliography that came with a template. Where they are many, the paper is written in another
    language than what it cites.
    """
    strangers = {id(work) for work in works if work.is_own and scope.said.isdisjoint(work.title_words)}
    if len(strangers) > _STRANGERS * sum(work.is_own for work in works):
        return works
    return [work for work in works if id(work) not in strangers]


def _good(fits: Iterable[Fit]) -> list[Fit]:
    """The fits that are near enough to the best one, best first."""
    ranked = sorted((fit for fit in fits if fit.relevance >= _LEAST), key=lambda fit: fit.rank)
    return [
        fit
        for number, fit in enumerate(ranked)
        if fit.relevance >= ranked[0].relevance * (_LEAST_OF_FEW if number < FEWEST_WORKS else _LEAST_OF_BEST)
    ]


def _balanced(fits: Sequence[Fit], subjects: int) -> list[Fit]:
    """The best fits, at most an even share of each subject while another one has any left."""
    share = -(-MOST_WORKS // max(subjects, 1))
    taken: Counter[int] = Counter()
    first: list[Fit] = []
    rest: list[Fit] = []
    for fit in fits:
        taken[fit.subject] += 1
        (first if taken[fit.subject] <= share else rest).append(fit)
    return sorted([*first, *rest][:MOST_WORKS], key=lambda fit: fit.rank)


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
