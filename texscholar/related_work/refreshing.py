"""A draft of ours is written anew from the paper as it was before it: the same question has the same answer twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from texscholar.bibtex import identities
from texscholar.library import Hit, Record
from texscholar.recommend import Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from texscholar.bibtex import Bibliography
    from texscholar.latex import Project
    from texscholar.recommend import Candidature
    from texscholar.recommend.evidence import Shelf
    from texscholar.related_work.planning import Plan


@dataclass(frozen=True)
class Kept:
    """The works that earlier drafts brought, as a library: one that is no longer at hand takes none of them away."""

    works: tuple[Candidature, ...]
    name: str = "bib"

    def search(self, query: str, limit: int) -> tuple[Hit, ...]:
        """All of them, whatever is asked: they are few."""
        del query, limit
        return tuple(Hit(Record(work.key, work.key, work.work, self.name), 1.0) for work in self.works)

    def search_terms(
        self, wanted: Mapping[str, float], limit: int, context: Mapping[str, float] | None = None
    ) -> tuple[Hit, ...]:
        """As ``search``."""
        del wanted, limit, context
        return self.search("", 0)


@dataclass(frozen=True)
class Before:
    """A paper without its untouched drafts, and what they had brought into its bibliography."""

    evidence: Evidence
    kept: Kept


def before_drafts(evidence: Evidence, bibliographies: Sequence[Bibliography], shelves: Sequence[Shelf]) -> Before:
    """The paper as it was before its untouched drafts; what it cites elsewhere by now has become its own.

    Args:
        evidence: of the paper as it is.
        bibliographies: its ``.bib`` files.
        shelves: libraries.
    """
    drafts = {file.path: [block for block in file.blocks if block.is_untouched] for file in evidence.project.files}
    files = tuple(file.without([block.span for block in drafts[file.path]]) for file in evidence.project.files)
    project: Project = replace(evidence.project, files=files)
    cited = {key for file in files for citation in file.citations for key in citation.cited}
    added = frozenset(key for blocks in drafts.values() for block in blocks for key in block.added) - cited
    kept = Kept(tuple(work for work in evidence.own if work.key in added))
    return Before(Evidence(project, bibliographies, without=added, shelves=shelves), kept)


def as_own(planned: Plan, evidence: Evidence) -> Plan:
    """A plan in which works that the bibliography holds by now are those of the bibliography."""
    own = {name: work for work in reversed(evidence.own) for name in identities(work.work)}
    known = {
        id(work): next((own[name] for name in sorted(identities(work.work)) if name in own), work)
        for work in planned.works
    }
    return replace(
        planned,
        themes=tuple(replace(theme, works=tuple(known[id(w)] for w in theme.works)) for theme in planned.themes),
        relevance={id(known[work]): value for work, value in planned.relevance.items() if work in known},
    )
