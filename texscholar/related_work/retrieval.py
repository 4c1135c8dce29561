"""What libraries hold for a paper that no words of a marker describe: found by what the paper itself says."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from texscholar.lfm import Query
    from texscholar.library import Hit
    from texscholar.recommend import Candidature, Searchable
    from texscholar.related_work.scope import Scope

_FOR_A_MODEL = 20  # of each query of a model's
_FRONT_TERMS, _PARAGRAPH_TERMS = 40, 20
_FROM_FRONT, _FROM_PARAGRAPH, _FROM_TITLE = 100, 25, 10  # works looked at
_MOST_PARAGRAPHS, _MOST_TITLES = 12, 30
_FRONT, _PARAGRAPH, _LIKE = "front", "paragraph", "like"


@dataclass(frozen=True)
class Found:
    """A work of a library, and how many queries of each kind found it."""

    work: Candidature
    queries: Counter[str] = field(default_factory=Counter)

    @property
    def signs(self) -> Mapping[str, float]:
        return {f"found by {kind}": math.log1p(self.queries[kind]) for kind in (_FRONT, _PARAGRAPH, _LIKE)}


def found_for(scope: Scope, libraries: Sequence[Searchable], asked: Sequence[Query] = ()) -> tuple[Found, ...]:
    """The works of libraries that are not the paper's own, each once; those that libraries share under the first."""
    evidence = scope.evidence
    found: dict[str, Found] = {}
    names: dict[str, str] = {}
    for library in libraries:
        for kind, hits in _searched(scope, library, asked):
            for hit in hits:
                known, work = evidence.foreign(library.name, hit.record)
                if known & evidence.own_identities or evidence.is_this_paper(work.work):
                    continue
                name = next((names[each] for each in sorted(known) if each in names), min(known))
                names.update(dict.fromkeys(known, name))
                found.setdefault(name, Found(work)).queries[kind] += 1
    return tuple(found[name] for name in sorted(found))


def _searched(scope: Scope, library: Searchable, asked: Sequence[Query]) -> Iterator[tuple[str, tuple[Hit, ...]]]:
    """Each query's kind with what it finds; what a model asks for counts as a paragraph does."""
    for kind, wanted, most in _queries(scope):
        if wanted:
            yield kind, library.search_terms(wanted, most)
    for query in asked:
        hits = library.search(query.text, _FOR_A_MODEL)
        yield _PARAGRAPH, tuple(hit for hit in hits if query.covers(hit.record.work.year))


def _queries(scope: Scope) -> Iterator[tuple[str, Mapping[str, float], int]]:
    """Weighted terms: of the front of the paper, of each paragraph of its introduction, of each title cited there."""
    yield _FRONT, _best(scope, scope.front, _FRONT_TERMS), _FROM_FRONT
    for orders in scope.paragraphs[:_MOST_PARAGRAPHS]:
        yield _PARAGRAPH, _best(scope, scope.counted(orders), _PARAGRAPH_TERMS), _FROM_PARAGRAPH
    for work in scope.opening_works[:_MOST_TITLES]:
        yield _LIKE, {term: scope.evidence.rarity(term) for term in sorted(work.title_words)}, _FROM_TITLE


def _best(scope: Scope, counts: Mapping[str, int], most: int) -> Mapping[str, float]:
    weights = scope.weighted(counts)
    return {term: weights[term] for term in sorted(weights, key=lambda term: (-weights[term], term))[:most]}
