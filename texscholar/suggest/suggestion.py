"""A suggestion: a finding, the works chosen for it, and the edits that would carry it out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from texscholar.bibtex import Work
    from texscholar.recommend import Candidate, Finding
    from texscholar.related_work import Paragraph
    from texscholar.source import Edit, SourceText, Span
    from texscholar.suggest.patch import FileChange

CITATION, RELATED_WORK, ENTRY = "citation", "related-work", "entry"
KINDS = (CITATION, RELATED_WORK, ENTRY)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A work that the bibliography gets under this key."""

    key: str
    work: Work


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate as it is shown: its key in the paper once accepted, and how sure it is."""

    key: str
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What is proposed for one place.

    ``span`` is the sentence, marker or key it is about; ``edit`` changes the file it stands in, None where only the
    bibliography grows; ``also`` are further edits that go with it; ``entries`` are what it needs in the bibliography.
    ``draft`` is what the edit of a marker carries, paragraph by paragraph; ``topic`` what it is about.
    """

    kind: str
    finding: Finding
    span: Span
    edit: Edit | None
    entries: tuple[NewEntry, ...]
    proposals: tuple[Proposal, ...]
    confidence: float
    also: tuple[Edit, ...] = ()
    draft: tuple[Paragraph, ...] = ()
    topic: str = ""

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All edits to the file it stands in."""
        return self.also if self.edit is None else (self.edit, *self.also)

    @property
    def source(self) -> SourceText:
        return self.finding.source

    @property
    def id(self) -> str:
        """Twelve hex digits that stay while the place and the proposal do."""
        best = self.proposals[0].key if self.proposals else self.finding.key
        parts = (self.finding.rule, self.source.path, self.source.slice(self.span), best)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Fix:
    """All that one suggestion would change by itself, a change a file, the bibliography's among them."""

    suggestion: Suggestion
    changes: tuple[FileChange, ...]
