"""Named scores of a work for a place: what the sentence shares with its title, names, key and earlier citances."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from texscholar.library.terms import terms
from texscholar.recommend.background import mass, weight
from texscholar.recommend.evidence import Candidature, Evidence, Locus, content_terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_CAPITALS = re.compile(r"\b[A-Z]{3,}s?\b")
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_PROPER = re.compile(r"\b(?=[^\W\d_a-z])[\w'’-]{2,}")
_NEAR = 3  # sentences
_SHORTEST_SURNAME = 3


@dataclass(frozen=True)
class Query:
    """What a place asks for: the words of its sentence, of its neighbours and headings, and what is cited around."""

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
    def mass(self) -> float:
        return mass(self.words) or 1.0

    @cached_property
    def phrases(self) -> frozenset[tuple[str, str]]:
        return frozenset(zip(self.ordered, self.ordered[1:], strict=False))

    @cached_property
    def context(self) -> frozenset[str]:
        """Terms of the two sentences before, the one after, and the innermost heading."""
        around = [self.locus.neighbour(distance) for distance in (-2, -1, 1)]
        heading = self.locus.sentence.section[-1:]
        return frozenset(term for text in (*(s.text for s in around if s), *heading) for term in content_terms(text))

    @cached_property
    def acronyms(self) -> frozenset[str]:
        return frozenset(word.rstrip("s") for word in _CAPITALS.findall(self.text))

    @cached_property
    def proper(self) -> frozenset[str]:
        """Capitalised words as index terms: among them the surnames the sentence may name."""
        return frozenset(term for word in _PROPER.findall(self.text) if word[0].isupper() for term in terms(word))

    @cached_property
    def years(self) -> frozenset[int]:
        return frozenset(int(year) for year in _YEAR.findall(self.text))

    @cached_property
    def near(self) -> frozenset[str]:
        return self.evidence.cited_around(self.locus, _NEAR)

    @cached_property
    def near_positions(self) -> tuple[int, ...]:
        """Places in the bibliography of the works cited around: authors add entries together."""
        around = self.evidence.cited_around(self.locus, 2 * _NEAR)
        return tuple(sorted(self.evidence.by_key[key].position for key in around if key in self.evidence.by_key))

    def rarity(self, words: frozenset[str]) -> float:
        """The weight of those words that the sentence holds."""
        return sum(self.evidence.rarity(term) for term in sorted(words & self.words))


@lru_cache(maxsize=4096)
def _initials(title: str) -> str:
    return "".join(word[0] for word in re.findall(r"[^\W\d_]+", title)).upper()


@lru_cache(maxsize=65536)
def _name_pattern(name: str) -> re.Pattern[str]:
    """A name as a sentence writes it: one word in the same letters, several in any case ("Batch normalization")."""
    return re.compile(rf"(?<![\w-]){re.escape(name)}(?:s|'s)?(?!\w)", re.IGNORECASE if " " in name else 0)


def features(work: Candidature, query: Query) -> dict[str, float]:
    """The named scores of a work for a place, in a fixed order: shares of 1, flags, logarithms of masses."""
    title = work.title_words
    shared = title & query.words
    title_mass = work.title_mass
    shared_mass = mass(shared)
    phrases = [pair for pair in work.phrases if pair in query.phrases]
    described = (title | work.key_terms | work.abstract_terms) & query.words
    surname = _surname(work, query)
    best_citance, used = _citances(work, query)
    cited_with = query.evidence.citance_terms(work.key, query.locus.order) if work.is_own else frozenset[str]()
    return {
        "title covered": shared_mass / title_mass,
        "title shared": math.log1p(shared_mass),
        "sentence covered": mass(described) / query.mass,
        "rarest word shared": max((weight(term) for term in shared), default=0.0),
        "phrase": min(3.0, sum((weight(a) + weight(b)) / 2 for a, b in phrases)),
        "name": named(work.names, query.text),
        "initials": _initialism(work.work.title, query.acronyms),
        "surname": float(surname),
        "surname and year": float(surname and work.work.year in query.years),
        "key": max((weight(term) for term in work.key_terms & query.words - title), default=0.0),
        "citance": best_citance,
        "used": math.log1p(used),
        "first mention": float(not _cited_before(work, query)),
        "text": math.log1p(
            query.rarity(work.described) + query.rarity((work.abstract_terms | cited_with) - work.described) / 2
        ),
        "cited near": float(work.is_own and work.key in query.near),
        "beside cited in bibliography": _beside(work, query),
        "close in bibliography": _close(work, query),
        "context covers title": mass((title - shared) & query.context) / title_mass,
        "library": 0.0 if work.is_own else 1.0,
    }


FEATURES = (
    "title covered", "title shared", "sentence covered", "rarest word shared", "phrase", "name", "initials", "surname",
    "surname and year", "key", "citance", "used", "first mention", "text", "cited near", "beside cited in bibliography",
    "close in bibliography", "context covers title", "library", "text of best", "title of best",
)  # fmt: skip


def compared(values: Sequence[dict[str, float]]) -> list[dict[str, float]]:
    """The scores of all candidates of a place, each with its share of the best one's text and title scores."""
    text = max((value["text"] for value in values), default=0.0) or 1.0
    title = max((value["title shared"] for value in values), default=0.0) or 1.0
    return [
        {**value, "text of best": value["text"] / text, "title of best": value["title shared"] / title}
        for value in values
    ]


def named(names: Iterable[str], text: str) -> float:
    """The rarity of the rarest name of the title that the sentence writes in the same letters."""
    found = [name for name in sorted(names) if _name_pattern(name).search(text)]
    return max((max((weight(term) for term in terms(name)), default=0.5) for name in found), default=0.0)


def _initialism(title: str, acronyms: Iterable[str]) -> float:
    letters = _initials(title)
    return float(any(acronym in letters for acronym in acronyms))


def _surname(work: Candidature, query: Query) -> bool:
    family = work.first_surname
    return bool(family) and max(map(len, family)) >= _SHORTEST_SURNAME and family <= query.proper


def _citances(work: Candidature, query: Query) -> tuple[float, int]:
    """Likeness of the nearest sentence that cites the work elsewhere (cosine over term weights), and their number."""
    evidence = query.evidence
    best, used = 0.0, 0
    for order in evidence.citances.get(work.key, ()) if work.is_own else ():
        if order == query.locus.order:
            continue
        used += 1
        best = max(best, _cosine(query.words, frozenset(evidence.sentence_terms(order))))
    return best, used


def _cited_before(work: Candidature, query: Query) -> bool:
    orders = query.evidence.citances.get(work.key, ()) if work.is_own else ()
    return any(order < query.locus.order for order in orders)


def _cosine(a: frozenset[str], b: frozenset[str]) -> float:
    common = sum(weight(term) ** 2 for term in sorted(a & b))
    return common / (_norm(a) * _norm(b)) if common else 0.0


@lru_cache(maxsize=16384)
def _norm(words: frozenset[str]) -> float:
    return math.sqrt(sum(weight(term) ** 2 for term in sorted(words))) or 1.0


def _beside(work: Candidature, query: Query) -> float:
    return 1 / (1 + _distance(work, query)) if work.is_own and query.near_positions else 0.0


def _close(work: Candidature, query: Query) -> float:
    return 1 / (1 + math.log1p(_distance(work, query))) if work.is_own and query.near_positions else 0.0


def _distance(work: Candidature, query: Query) -> int:
    """How many entries lie between a work and the nearest one cited around."""
    return min(abs(work.position - position) for position in query.near_positions)
