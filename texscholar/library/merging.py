"""Records of the same work within one library become one, known under the names of all."""

from __future__ import annotations

import marshal
import tempfile
from array import array
from dataclasses import replace
from io import BufferedWriter
from itertools import groupby, islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from texscholar.bibtex.work import Author, Work, form, identities, is_placeholder_doi, is_preprint_doi
from texscholar.library.exact import exact_term, parted
from texscholar.library.grouping import Clues, Grouping, clues_of
from texscholar.library.names import last_word
from texscholar.library.records import MOST_CITANCES
from texscholar.library.schema import Content, content, content_again
from texscholar.library.stored import from_json, outline
from texscholar.library.trust import ABSTRACT_PLACES, ENTRY_PLACES, KEY_PLACES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from io import FileIO
    from pathlib import Path

    from texscholar.library.records import Record

T = TypeVar("T")

UNCOLLECTED = 100_000
"""Objects before cycles are looked for: hardly any arise, and every look walks over all that is remembered."""

_BUFFER = 1 << 20
_LENT_FIELDS = frozenset(
    "volume number pages publisher address series edition isbn issn eprint archiveprefix primaryclass".split()  # noqa: SIM905 - words read best as text
)
"""Fields of an entry that another record of the same publication may fill."""


class Prepared(NamedTuple):
    """A record as an index takes it: the kind of its source, what tells its work, and its content, packed."""

    id: str
    key: str
    origin: str
    kind: str
    facts: bytes
    clues: bytes
    order: bytes
    content: bytes


def prepared(record: Record, kind: str = "") -> Prepared:
    """The record, ready for an index; ``kind`` is that of its source."""
    parts = content(record)
    names = [exact_term("identity", name) for name in known_as(record.work)]
    packed = marshal.dumps((*parts[:-1], b"".join(sorted({*parted(parts.exact), *names}))))
    clues = clues_of(record.work, packed + record.origin.encode("utf-8", "replace") + kind.encode())
    return Prepared(record.id, record.key, record.origin, kind, *clues, packed)


def merge(
    records: Iterable[Record | Prepared], folder: Path, begin: Callable[[int], None] | None = None
) -> Iterator[Content]:
    """One document a work, in the order of their ids; which records come first makes no difference.

    Of a work the entry is taken from the record that is believed most, and what it lacks from the next that has it;
    citances come from all. A work is known under the ids, keys and identities of all its records, which wait in
    nameless files in ``folder``: memory holds some hundred bytes of each.

    Args:
        records: those to merge.
        folder: where there is room for them.
        begin: told how many records there are, once all have come.
    """
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file, Grouping(folder) as grouping:
        shelf = _Shelf(file, grouping)
        for record in records:
            shelf.put(record if isinstance(record, Prepared) else prepared(record))
        if begin:
            begin(len(shelf))
        yield from shelf.works()


def known_as(work: Work) -> frozenset[str]:
    """The identities of a work, also under its first author's family name as BibTeX might split it off."""
    names = identities(work)
    family = last_word(work.authors[0]) if work.authors else ""
    if not family or family == work.authors[0].family:
        return names
    return names | identities(replace(work, authors=(Author(family),)))


class _Shelf:
    """The records of one build in the order they came, and which of them are the same work."""

    def __init__(self, file: FileIO, grouping: Grouping) -> None:
        self._file, self._writer = file, BufferedWriter(file, _BUFFER)
        self._grouping = grouping
        self._starts = array("Q", [0])
        self._ids: list[str] = []
        self._keys: list[str] = []
        self._sources: list[tuple[str, str]] = []
        self._known_sources: dict[tuple[str, str], tuple[str, str]] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def put(self, one: Prepared) -> None:
        """Add a record."""
        self._starts.append(self._starts[-1] + self._writer.write(one.content))
        self._ids.append(one.id)
        self._keys.append(one.key)
        source = one.origin, one.kind
        self._sources.append(self._known_sources.setdefault(source, source))
        self._grouping.add(Clues(one.facts, one.clues, one.order))

    def works(self) -> Iterator[Content]:
        """The works in the order of the ids, origins, keys and titles of the records that stand for them."""
        self._writer.flush()
        groups = {ranked[0]: ranked for ranked in map(self._ranked, self._grouping.works().values())}
        joined = {at for group in groups.values() for at in group}
        alone = [at for at in range(len(self._ids)) if at not in joined]
        for at in self._in_order([*groups, *alone]):
            yield self._merged(groups[at]) if at in groups else self._content(at)

    def _in_order(self, best: Iterable[int]) -> Iterator[int]:
        """These positions by id, then origin, key and title, each of which is asked for only where it decides."""
        for _, alike in groupby(sorted(best, key=self._ids.__getitem__), key=self._ids.__getitem__):
            first, *others = alike
            yield from self._by_place([first, *others]) if others else (first,)

    def _by_place(self, best: Sequence[int]) -> Iterator[int]:
        for _, alike in groupby(sorted(best, key=self._place), key=self._place):
            first, *others = alike
            yield from sorted((first, *others), key=self._whole) if others else (first,)

    def _place(self, at: int) -> tuple[str, str]:
        return self._sources[at][0], self._keys[at]

    def _ranked(self, group: Sequence[int]) -> list[int]:
        """The records of a work, those that are believed most first."""
        return sorted(group, key=self._rank)

    def _rank(self, at: int) -> tuple[object, ...]:
        """What orders the records of a work: publications first, then what is believed most, then what says most.

        Whatever is left equal is ordered by its words.
        """
        (origin, kind), data = self._sources[at], self._content(at).record
        form, told, fields = outline(data)
        return form == "preprint", ENTRY_PLACES[kind], -told, -fields, self._ids[at], origin, self._keys[at], data

    def _merged(self, ranked: Sequence[int]) -> Content:
        contents = [self._content(at) for at in ranked]
        sources = [self._sources[at] for at in ranked]
        told = [
            _Told(from_json(parts.record, origin), kind)
            for parts, (origin, kind) in zip(contents, sources, strict=True)
        ]
        known = [(each.record, parts) for each, parts in zip(told, contents, strict=True)]
        return content_again(merged(told), known)

    def _record(self, at: int) -> Record:
        return from_json(self._content(at).record, self._sources[at][0])

    def _whole(self, at: int) -> tuple[str, bytes, str]:
        return self._record(at).work.title, self._content(at).record, self._sources[at][1]

    def _content(self, at: int) -> Content:
        self._file.seek(self._starts[at])
        packed = self._file.read(self._starts[at + 1] - self._starts[at])
        return Content._make(marshal.loads(packed))  # noqa: S302 - written by ourselves, a moment ago


class _Told(NamedTuple):
    """A record and the kind of its source."""

    record: Record
    kind: str


def merged(ranked: Sequence[_Told]) -> Record:
    """One record of those of a work, of which the first is believed most.

    The published version comes first, and the preprint's identifier stays beside it.
    """
    best = ranked[0].record
    entries = [told.record.work for told in ranked]
    publications = [work for work in entries if form(work) == form(best.work)]
    work = replace(
        best.work,
        authors=_first(work.authors for work in entries) or (),
        year=_first(work.year for work in entries),
        venue=_first(work.venue for work in publications) or "",
        doi=_doi(entries),
        arxiv=_first(work.arxiv for work in entries) or "",
        abstract=_first(told.record.work.abstract for told in _by(ranked, ABSTRACT_PLACES)) or "",
        kind=_first(work.kind for work in publications) or "",
        fields=_fields(publications),
    )
    citances = dict.fromkeys(citance for told in _by(ranked, KEY_PLACES) for citance in told.record.citances)
    return replace(
        best,
        key=_first(told.record.key for told in _by(ranked, KEY_PLACES)) or "",
        work=work,
        keywords=_first(told.record.keywords for told in ranked) or "",
        citances=tuple(islice(citances, MOST_CITANCES)),
    )


def _first(values: Iterable[T]) -> T | None:
    return next(filter(None, values), None)


def _by(ranked: Sequence[_Told], places: Mapping[str, int]) -> list[_Told]:
    return sorted(ranked, key=lambda told: places[told.kind])


def _doi(works: Sequence[Work]) -> str:
    """That of the publication, if any has one that is registered."""
    dois = [work.doi for work in works if work.doi]
    return min(dois, key=lambda doi: (is_preprint_doi(doi), is_placeholder_doi(doi)), default="")


def _fields(publications: Sequence[Work]) -> tuple[tuple[str, str], ...]:
    """The fields of the first record that has any, and those that others know besides."""
    first = next((work for work in publications if work.fields), publications[0])
    fields = dict(first.fields)
    known = {name.lower() for name in fields}
    for work in publications:
        for name, value in work.fields if work.year == first.year else ():
            if name.lower() in _LENT_FIELDS - known:
                fields[name] = value
                known.add(name.lower())
    return tuple(fields.items())
