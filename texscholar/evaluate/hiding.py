"""Drafts: papers from which the citations of some sentences are taken away."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from texscholar.bibtex import Work, entry_work, read_bibliography
from texscholar.evaluate.bm25 import BM25, counted
from texscholar.latex import read_project
from texscholar.library import Hit, Record
from texscholar.pipeline import Paper
from texscholar.recommend.evidence import content_terms
from texscholar.source import Edit, SourceText, Span, apply_edits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from texscholar.bibtex import Bibliography
    from texscholar.evaluate.peers import Collection
    from texscholar.latex import Citation, Project, Reader, Sentence, TexFile

_BEFORE = "~ \t"  # what goes with a citation that goes


@dataclass(frozen=True, slots=True)
class Hidden:
    """A sentence that lost its citations: an offset in it, in the draft, and the works it cited, by key."""

    path: str
    offset: int
    works: Mapping[str, Work]


@dataclass(frozen=True)
class Draft:
    """A paper with hidden citations.

    ``gone`` are the works that its bibliographies lost, by key; ``lost_lines`` tells, by path, how many line ends went
    with what was cut out, and at which offsets of the draft.
    """

    paper: Paper
    hidden: tuple[Hidden, ...]
    gone: Mapping[str, Work]
    lost_lines: Mapping[str, tuple[tuple[int, int], ...]]

    def line(self, source: SourceText, offset: int) -> int:
        """The line of the finished paper that an offset of a file of the draft stands in."""
        lost = sum(count for at, count in self.lost_lines.get(source.path, ()) if at <= offset)
        return source.position(offset).line + lost


class Waiting:
    """A library that has the works which left the bibliography among its own records."""

    def __init__(self, works: Mapping[str, Work], libraries: Sequence[Collection]) -> None:
        self.name = "open"
        self._libraries = libraries
        self._records = {key: Record(key, key, work, "library:open") for key, work in works.items()}
        self._words = {key: counted(content_terms(work.title)) for key, work in works.items()}
        lengths = [sum(words.values()) for words in self._words.values()]
        self._mean_length = sum(lengths) / len(lengths) if lengths else 1.0

    def __len__(self) -> int:
        return len(self._records) + sum(len(library) for library in self._libraries)

    def document_frequency(self, term: str) -> int:
        """In how many titles an index term stands."""
        return sum(term in words for words in self._words.values()) + sum(
            library.document_frequency(term) for library in self._libraries
        )

    def search(self, query: str, limit: int) -> tuple[Hit, ...]:
        """The hits of the libraries, and before them the waiting works whose titles could stand among them.

        A waiting work must hold its own against the libraries' hits: its title scores no less under BM25 than the
        title of the last of them.
        """
        asked = {term: float(count) for term, count in counted(content_terms(query)).items()}
        return self._among(
            tuple(hit for library in self._libraries for hit in library.search(query, limit)), asked, limit
        )

    def search_terms(
        self, wanted: Mapping[str, float], limit: int, context: Mapping[str, float] | None = None
    ) -> tuple[Hit, ...]:
        """The same for terms that each count so much."""
        found = (library.search_terms(wanted, limit, context) for library in self._libraries)
        return self._among(tuple(hit for hits in found for hit in hits), {**(context or {}), **wanted}, limit)

    def _among(self, hits: tuple[Hit, ...], asked: Mapping[str, float], limit: int) -> tuple[Hit, ...]:
        titles = [counted(content_terms(hit.record.work.title)) for hit in hits]
        collection = BM25(len(self), self._mean_length, self.document_frequency)
        scores = sorted((collection.score(asked, title) for title in titles), reverse=True)
        least = scores[limit - 1] if len(scores) >= limit else 0.0
        found = ((key, collection.score(asked, words)) for key, words in self._words.items())
        waiting = (Hit(self._records[key], 0.0) for key, score in found if score > 0 and score >= least)
        return (*waiting, *hits)

    def by_identities(self, groups: Sequence[frozenset[str]]) -> tuple[Record | None, ...]:
        """What the libraries know of each, the first of them that knows anything; no waiting work is an own one."""
        known = [library.by_identities(groups) for library in self._libraries]
        return tuple(
            next((record for records in known if (record := records[at]) is not None), None)
            for at in range(len(groups))
        )

    def by_key(self, key: str) -> tuple[Record, ...]:
        """The waiting work of this key, and what the libraries know under it."""
        own = (self._records[key],) if key in self._records else ()
        return (*own, *(record for library in self._libraries for record in library.by_key(key)))


def hide(paper: Paper, read: Reader, share: float, seed: str, *, opened: bool) -> Draft:
    """A draft of a finished paper.

    Args:
        paper: finished, its sentences cite.
        read: gives what lies beside its sources, packages of its own.
        share: of the sentences whose citations are all parenthetical: so many lose them, with the ties before them.
        seed: which ones; the same for the same seed.
        opened: whether works that are then cited nowhere leave the bibliography.
    """
    project = paper.project
    works = {e.key: entry_work(e, bib) for bib in reversed(paper.bibliographies) for e in reversed(bib.entries)}
    sources: dict[str, SourceText] = {}
    hidden: list[Hidden] = []
    lost_lines: dict[str, tuple[tuple[int, int], ...]] = {}
    for file in project.files:
        edits: list[Edit] = []
        for sentence, citations in _hideable(file, random.Random(f"{seed} {file.path}"), share):  # noqa: S311 - a draw
            removed = [with_space(file, sentence, citation) for citation in _outermost(citations)]
            shift = sum(len(edit.span) for edit in edits)
            edits += (Edit(span, "") for span in removed)
            cited = {key: works[key] for citation in citations for key in citation.cited if key in works}
            # Just before what went, there is something of the sentence left.
            hidden.append(Hidden(file.path, max(removed[0].start - 1, sentence.span.start) - shift, cited))
        sources[file.path] = edited(file.source, edits)
        lost_lines[file.path] = tuple(_lost_lines(file.source.text, edits))
    drafted = read_project(project.root, lambda path: sources.get(path) or read(path))
    bibliographies = paper.bibliographies
    gone: dict[str, Work] = {}
    if opened:
        kept = {key for file in drafted.files for citation in file.citations for key in citation.cited}
        gone = {key: work for place in hidden for key, work in place.works.items() if key not in kept}
        bibliographies = tuple(_without(bibliography, gone) for bibliography in bibliographies)
    return Draft(Paper(drafted, bibliographies), tuple(place for place in hidden if place.works), gone, lost_lines)


def edited(source: SourceText, edits: Sequence[Edit]) -> SourceText:
    """A source with edits made."""
    return SourceText(source.path, apply_edits(source.text, edits), source.encoding, source.bom)


def _lost_lines(text: str, edits: Iterable[Edit]) -> Iterator[tuple[int, int]]:
    """Where in the new text line ends are missing, and how many."""
    shift = 0
    for edit in sorted(edits):
        count = len(text[edit.span.start : edit.span.end].splitlines()) - 1
        if count > 0:
            yield edit.span.start - shift, count
        shift += len(edit.span)


def _hideable(file: TexFile, draw: random.Random, share: float) -> Iterator[tuple[Sentence, tuple[Citation, ...]]]:
    """Drawn sentences that only cite in parentheses; footnotes, and sentences that have some, keep their citations."""
    for sentence in file.sentences:
        citations = file.citations_in(sentence.span)
        if (
            sentence.notes
            or sentence.kind == "footnote"
            or any(citation.is_textual or citation.is_silent for citation in citations)
        ):
            continue
        if citations and all(citation.keys for citation in citations) and draw.random() < share:
            yield sentence, citations


def _outermost(citations: Sequence[Citation]) -> Iterator[Citation]:
    """Citations but those that stand in the note of another, which go with it."""
    end = -1
    for citation in sorted(citations, key=lambda each: (each.span.start, -each.span.end)):
        if citation.span.end > end:
            yield citation
            end = citation.span.end


def with_space(file: TexFile, sentence: Sentence, citation: Citation) -> Span:
    """A citation and what ties it to the words of its sentence."""
    start = citation.span.start
    while start > sentence.span.start and file.source.text[start - 1] in _BEFORE:
        start -= 1
    return Span(start, citation.span.end)


def _without(bibliography: Bibliography, keys: Iterable[str]) -> Bibliography:
    """A bibliography without the entries of some keys."""
    gone = frozenset(keys)
    edits = [Edit(entry.span, "") for entry in bibliography.entries if entry.key in gone]
    return read_bibliography(edited(bibliography.source, edits))


def sentence_at(project: Project, path: str, offset: int) -> Sentence | None:
    """The sentence of a file that holds an offset."""
    file = project.file(path)
    sentences = file.sentences if file else ()
    return next((each for each in sentences if each.span.start <= offset < each.span.end), None)
