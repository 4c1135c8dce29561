"""Rules that meet places in a paper: cheap, no model, no library."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from texscholar.bibtex.work import twins
from texscholar.latex import Citation, Marker, Placeholder, Project, TexFile, is_placeholder_key
from texscholar.latex.prose import BREAK
from texscholar.recommend.rules import DUPLICATE, MISSING_INPUT, PLACEHOLDER, UNDEFINED, UNFILLED, UNUSED
from texscholar.source import SourceText, Span

if TYPE_CHECKING:
    from texscholar.bibtex import Bibliography
    from texscholar.recommend.evidence import Evidence, Locus

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
"""Whether a span of a file is within the scope of the run; one that holds a span in scope is in scope too."""


def find(
    evidence: Evidence, bibliographies: Sequence[Bibliography], touched: Touched, *, unused: bool = False
) -> tuple[Finding, ...]:
    """All findings in scope that stand for themselves, rule by rule; sentences come apart.

    Entries that nothing cites are among them only if ``unused``: many a bibliography is shared by several papers.
    """
    files = _in_scope(evidence, touched)
    found = [
        *_missing_inputs(evidence.project),
        *_markers(files),
        *_placeholders(files, evidence),
        *_undefined(files, evidence, bibliographies),
        *_duplicates(evidence, bibliographies, touched),
        *(_unused(evidence, bibliographies) if unused else ()),
    ]
    return tuple(finding for finding in found if touched(finding.source.path, finding.span))


def uncited(evidence: Evidence, touched: Touched) -> Iterator[Locus]:
    """Sentences in scope without a citation or a placeholder, those of our own untouched drafts left out."""
    for file in _in_scope(evidence, touched):
        waiting = {sentence_of(file, each) for each in file.placeholders}
        ours = [block.span for block in file.blocks if block.is_untouched]
        for index, sentence in enumerate(file.sentences):
            if index in waiting or not touched(file.path, sentence.span) or _is_short(sentence.text):
                continue
            if any(not citation.is_silent for citation in file.citations_in(sentence.span)):
                continue
            if not any(span.overlaps(sentence.span) for span in ours):
                yield evidence.locus(file, index)


def _in_scope(evidence: Evidence, touched: Touched) -> tuple[TexFile, ...]:
    """The files of which some part counts: in the others, nothing needs to be worked out."""
    files = evidence.project.files
    return tuple(file for file in files if touched(file.path, Span(0, len(file.source.text))))


def sentence_of(file: TexFile, placeholder: Placeholder) -> int | None:
    """The number of the sentence a placeholder belongs to: around it, else the last one before it.

    A comment that opens a paragraph belongs to the sentence that follows.
    """
    at = bisect_right(file.sentences, placeholder.span.start, key=lambda sentence: sentence.span.start) - 1
    if placeholder.form == "comment" and at + 1 < len(file.sentences):
        opens = at < 0 or _is_broken(file, file.sentences[at].span.end, placeholder.span.start)
        if opens and not _is_broken(file, placeholder.span.end, file.sentences[at + 1].span.start):
            return at + 1
    return at if at >= 0 else None


def _is_broken(file: TexFile, start: int, end: int) -> bool:
    """Whether a paragraph or a section ends between two offsets."""
    base = file.prose.base
    return BREAK in file.prose.mask[start - base : max(start, end) - base]


def _missing_inputs(project: Project) -> Iterator[Finding]:
    for missing in project.missing:
        file = project.file(missing.path)
        if file is not None:
            message = f"{missing.name} is not there; add the file or correct its name"
            yield Finding(MISSING_INPUT, file.source, missing.span, message)


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


def _is_short(text: str) -> bool:
    """Fewer words than a claim takes; scripts that put no spaces between words are measured in characters."""
    unspaced = sum(char >= "\u2e80" for char in text)
    return len(text.split()) < _FEWEST_WORDS and unspaced < 2 * _FEWEST_WORDS


def _placeholders(files: Iterable[TexFile], evidence: Evidence) -> Iterator[Finding]:
    for file in files:
        for placeholder in file.placeholders:
            index = sentence_of(file, placeholder)
            yield Finding(
                PLACEHOLDER,
                file.source,
                placeholder.span,
                "a citation is still to be filled in",
                None if index is None else evidence.locus(file, index),
                placeholder,
            )


def _undefined(
    files: Iterable[TexFile], evidence: Evidence, bibliographies: Sequence[Bibliography]
) -> Iterator[Finding]:
    """Keys that nothing defines; none where not all definitions could be read, since every key might be one.

    Where a ``.bib`` is not at hand, the ``.bbl`` that was made from it tells what it defined.
    """
    project, own = evidence.project, _own_keys(evidence, bibliographies)
    if own is None:
        return
    biblatex = project.system == "biblatex"

    def is_known(key: str) -> bool:
        beside = key in own or (not biblatex and key.casefold() in folded)
        return key == "*" or beside or any(each.defines(key, biblatex=biblatex) for each in bibliographies)

    folded = {key.casefold() for key in own}
    for file in files:
        for citation in file.citations:
            for key, span in citation.places:
                if not is_known(key) and not is_placeholder_key(key):
                    message = f"no bibliography defines {key}"
                    yield Finding(UNDEFINED, file.source, span, message, subject=citation, key=key)


def _own_keys(evidence: Evidence, bibliographies: Sequence[Bibliography]) -> frozenset[str] | None:
    """The keys that the paper defines beside its bibliographies; None where not all definitions could be read."""
    project = evidence.project
    if bibliographies and len(bibliographies) >= len(project.bibliographies):
        return project.bibitems
    if project.compiled_keys or (project.bibitems and not (project.bibliographies or project.missing)):
        return project.bibitems | project.compiled_keys
    return None


def knows_definitions(evidence: Evidence, bibliographies: Sequence[Bibliography]) -> bool:
    """Whether all definitions of keys could be read, so that undefined ones can be told."""
    return _own_keys(evidence, bibliographies) is not None


def _duplicates(evidence: Evidence, bibliographies: Sequence[Bibliography], touched: Touched) -> Iterator[Finding]:
    """Entries whose key, or whose work, an earlier entry has; only if an entry is in scope, since all are compared.

    Told at the later one, but where the earlier one alone is in scope: there the author added it above.
    """
    if not any(touched(each.source.path, entry.key_span) for each in bibliographies for entry in each.entries):
        return
    keys: dict[str, int] = {}
    entries = evidence.entries

    def is_touched(number: int) -> bool:
        bibliography, entry, _ = entries[number]
        return touched(bibliography.source.path, entry.key_span)

    for later, same in enumerate(twins([work for *_, work in entries])):
        earlier = keys.get(entries[later][1].key.lower(), same)
        if earlier is not None:
            here, other = (earlier, later) if is_touched(earlier) and not is_touched(later) else (later, earlier)
            (bibliography, entry, _), twin = entries[here], entries[other][1].key
            what = "is defined twice" if twin.lower() == entry.key.lower() else f"is the same work as {twin}"
            yield Finding(DUPLICATE, bibliography.source, entry.key_span, f"{entry.key} {what}", key=entry.key)
        keys.setdefault(entries[later][1].key.lower(), later)


def _unused(evidence: Evidence, bibliographies: Sequence[Bibliography]) -> Iterator[Finding]:
    """Entries that no citation names; none where all are cited with a star."""
    files = evidence.project.files
    cited = {key for file in files for citation in file.citations for key in citation.cited}
    if "*" in cited:
        return
    for bibliography in bibliographies:
        for entry in bibliography.entries:
            if entry.key not in cited:
                yield Finding(UNUSED, bibliography.source, entry.key_span, f"nothing cites {entry.key}", key=entry.key)
