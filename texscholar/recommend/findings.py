"""Rules that meet places in a paper: cheap, no model, no library."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from texscholar.bibtex import Bibliography, entry_work, identities
from texscholar.latex import Citation, Marker, Placeholder, TexFile, is_placeholder_key
from texscholar.source import SourceText, Span

if TYPE_CHECKING:
    from texscholar.recommend.evidence import Evidence, Locus

MISSING = "missing-citation"
PLACEHOLDER = "placeholder-citation"
UNDEFINED = "undefined-citation"
UNFILLED = "unfilled-related-work"
DUPLICATE = "duplicate-entry"
UNUSED = "unused-entry"
RULES = (MISSING, PLACEHOLDER, UNDEFINED, UNFILLED, DUPLICATE, UNUSED)

_FEWEST_WORDS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule met a place.

    ``subject`` is what stands there: a marker, a placeholder, an undefined key with its citation, or nothing more.
    ``locus`` is the sentence around it, where there is one.
    """

    rule: str
    source: SourceText
    span: Span
    message: str
    locus: Locus | None = None
    subject: Marker | Placeholder | Citation | None = None
    key: str = ""


Touched = Callable[[str, Span], bool]
"""Whether a span of a file is within the scope of the run."""


def find(
    evidence: Evidence, bibliographies: Sequence[Bibliography], touched: Touched, *, unused: bool = False
) -> tuple[Finding, ...]:
    """All findings in scope that stand for themselves, rule by rule; sentences come apart.

    Entries that nothing cites are among them only if ``unused``: many a bibliography is shared by several papers.
    """
    found = [
        *_markers(evidence.project.files),
        *_placeholders(evidence),
        *_undefined(evidence, bibliographies),
        *_duplicates(bibliographies),
        *(_unused(evidence, bibliographies) if unused else ()),
    ]
    return tuple(finding for finding in found if touched(finding.source.path, finding.span))


def uncited(evidence: Evidence, touched: Touched) -> Iterator[Locus]:
    """Sentences in scope without a citation or a placeholder, those of our own drafts left out."""
    for locus in evidence.loci:
        file, sentence = locus.file, locus.sentence
        if not touched(file.path, sentence.span) or (
            len(sentence.text.split()) < _FEWEST_WORDS and sentence.text.isascii()
        ):
            continue
        if any(not citation.is_silent for citation in file.citations_in(sentence.span)):
            continue
        if any(block.span.overlaps(sentence.span) for block in file.blocks):
            continue
        if any(sentence_of(file, placeholder) == locus.index for placeholder in file.placeholders):
            continue
        yield locus


def sentence_of(file: TexFile, placeholder: Placeholder) -> int | None:
    """The number of the sentence a placeholder belongs to: around it, else the last one before it."""
    last = None
    for number, sentence in enumerate(file.sentences):
        if sentence.span.start > placeholder.span.start:
            break
        last = number
    return last


def _locus(evidence: Evidence, file: TexFile, placeholder: Placeholder) -> Locus | None:
    number = sentence_of(file, placeholder)
    return next((locus for locus in evidence.loci if locus.file is file and locus.index == number), None)


def _markers(files: Iterable[TexFile]) -> Iterator[Finding]:
    for file in files:
        for marker in file.markers:
            about = f" on {marker.topic}" if marker.topic else ""
            yield Finding(
                UNFILLED,
                file.source,
                marker.span,
                f"related work{about} is still to be written",
                subject=marker,
            )


def _placeholders(evidence: Evidence) -> Iterator[Finding]:
    for file in evidence.project.files:
        for placeholder in file.placeholders:
            yield Finding(
                PLACEHOLDER,
                file.source,
                placeholder.span,
                "a citation is still to be filled in",
                _locus(evidence, file, placeholder),
                placeholder,
            )


def _undefined(evidence: Evidence, bibliographies: Sequence[Bibliography]) -> Iterator[Finding]:
    if not bibliographies:
        return  # without a bibliography every key would be one: the paper has none, or it could not be read
    known = {entry.key for bibliography in bibliographies for entry in bibliography.entries} | {"*"}
    for file in evidence.project.files:
        bibitems = "\\bibitem" in file.scan.code
        for citation in file.citations:
            for key in citation.keys:
                if key.key in known or is_placeholder_key(key.key) or bibitems:
                    continue
                yield Finding(
                    UNDEFINED,
                    file.source,
                    key.span,
                    f"no bibliography defines {key.key}",
                    subject=citation,
                    key=key.key,
                )


def _duplicates(bibliographies: Sequence[Bibliography]) -> Iterator[Finding]:
    """Entries whose key, or whose work, an earlier entry has."""
    keys: dict[str, str] = {}
    works: defaultdict[str, str] = defaultdict(str)
    for bibliography in bibliographies:
        for entry in bibliography.entries:
            names = identities(entry_work(entry, bibliography))
            twin = keys.get(entry.key.lower()) or next((works[name] for name in sorted(names) if works[name]), "")
            if twin:
                what = "is defined twice" if twin.lower() == entry.key.lower() else f"is the same work as {twin}"
                yield Finding(DUPLICATE, bibliography.source, entry.key_span, f"{entry.key} {what}", key=entry.key)
            keys.setdefault(entry.key.lower(), entry.key)
            for name in names:
                works[name] = works[name] or entry.key


def _unused(evidence: Evidence, bibliographies: Sequence[Bibliography]) -> Iterator[Finding]:
    """Entries that no citation names; none where all are cited with a star."""
    files = evidence.project.files
    cited = {key.key for file in files for citation in file.citations for key in citation.keys}
    if "*" in cited:
        return
    for bibliography in bibliographies:
        for entry in bibliography.entries:
            if entry.key not in cited:
                yield Finding(UNUSED, bibliography.source, entry.key_span, f"nothing cites {entry.key}", key=entry.key)
