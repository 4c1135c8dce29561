"""What a marker asks about where its words name nothing: the paper, or the chapter of a thesis, that it stands in."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from texscholar.recommend.evidence import content_terms
from texscholar.related_work.topic import says_something

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from texscholar.latex import Marker, TexFile
    from texscholar.recommend import Candidature, Evidence

_FRONT = 0.12  # of the sentences, where no heading says where the introduction is
_FEWEST = 20  # sentences of a part of the paper below which it tells too little about itself
_TITLE, _ABSTRACT = 4, 2  # how often words of the title and of the abstract count
_INTRODUCTION = re.compile(
    r"introduc|motivation|einleitung|einführung|introdu[cç]|绪论|緒論|引言|导论|背景|はじめに|序論|緒言|서론|머리말|مقدمة",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Scope:
    """The place of a marker in its paper.

    ``order`` is that of the first sentence after it; ``orders`` are those of the sentences that tell what the section
    is for; ``is_chapter``: they are those of a chapter or another part, not of the whole paper.
    """

    evidence: Evidence
    order: int
    orders: Sequence[int]
    headings: tuple[str, ...]
    is_chapter: bool

    @cached_property
    def members(self) -> frozenset[int]:
        return frozenset(self.orders)

    @cached_property
    def abstract(self) -> tuple[int, ...]:
        """The sentences of the paper's abstract."""
        loci = self.evidence.loci
        return tuple(locus.order for locus in loci if locus.sentence.kind == "abstract")

    @cached_property
    def introduction(self) -> frozenset[int]:
        """The sentences under a heading that says so, else the first ones."""
        loci = self.evidence.loci
        named = [order for order in self.orders if any(map(_INTRODUCTION.search, loci[order].sentence.section))]
        return frozenset(named or self.orders[: round(_FRONT * len(self.orders))])

    @cached_property
    def text(self) -> Mapping[str, int]:
        """The terms of all of it, counted."""
        return self.counted(self.orders)

    @cached_property
    def said(self) -> frozenset[str]:
        """Every term of the paper, whatever part of it."""
        return frozenset((*self.text, *self.rest, *self.front))

    @cached_property
    def opening(self) -> Mapping[str, int]:
        """The terms of the introduction, counted."""
        return self.counted(sorted(self.introduction))

    @cached_property
    def front(self) -> Mapping[str, int]:
        """The terms of title, abstract and headings, counted."""
        counts = Counter(dict.fromkeys(content_terms(self.evidence.title), _TITLE))
        abstract = () if self.is_chapter else self.abstract
        counts.update({term: _ABSTRACT * count for term, count in self.counted(abstract).items()})
        counts.update(term for heading in self.headings for term in content_terms(heading))
        return counts

    @cached_property
    def rest(self) -> Mapping[str, int]:
        """The terms of the paper outside, counted."""
        return self.counted([locus.order for locus in self.evidence.loci if locus.order not in self.members])

    @cached_property
    def opening_works(self) -> tuple[Candidature, ...]:
        """The own works that the introduction cites."""
        uses = self.evidence.uses
        return tuple(
            work for work in self.evidence.own if any(order in self.introduction for order in uses[work.position])
        )

    def weighted(self, counts: Mapping[str, int]) -> Mapping[str, float]:
        """Counted terms, each weighing more the oftener it stands there and the rarer it is."""
        return {term: math.log1p(count) * self.evidence.rarity(term) for term, count in sorted(counts.items())}

    @cached_property
    def paragraphs(self) -> tuple[tuple[int, ...], ...]:
        """The sentences of each paragraph of the introduction."""
        found: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
        for order in sorted(self.introduction):
            locus = self.evidence.loci[order]
            found[locus.file.path, locus.sentence.stretch].append(order)
        return tuple(map(tuple, found.values()))

    def counted(self, orders: Sequence[int]) -> Counter[str]:
        """The terms of some sentences."""
        return Counter(term for order in orders for term in self.evidence.sentence_terms(order))


def scope_of(marker: Marker, file: TexFile, evidence: Evidence) -> Scope:
    """Where a marker stands: the innermost part around its section that names a subject and is long, else all."""
    order = _order_of(marker, file, evidence)
    path = file.headings_at(marker.span.start)
    whole = range(len(evidence.loci))
    around = (heading.title for heading in reversed(path[:-1]) if says_something(heading.title))
    parts = ([at for at in whole if title in evidence.loci[at].sentence.section] for title in around)
    orders = next((part for part in parts if _FEWEST <= len(part) < len(whole)), whole)
    is_chapter = orders is not whole
    sections = dict.fromkeys(title for at in orders for title in evidence.loci[at].sentence.section)
    return Scope(evidence, order, orders, tuple(sections), is_chapter)


def _order_of(marker: Marker, file: TexFile, evidence: Evidence) -> int:
    """The order of the first sentence after a marker."""
    order = 0
    for other in evidence.project.files:
        if other is file:
            return order + sum(sentence.span.start < marker.span.start for sentence in file.sentences)
        order += len(other.sentences)
    return order
