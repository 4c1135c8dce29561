"""Records of the same work within one library become one, known under the names of all."""

from __future__ import annotations

import marshal
import tempfile
from array import array
from dataclasses import replace
from io import BufferedWriter
from itertools import groupby, islice
from typing import TYPE_CHECKING, NamedTuple

from texscholar.bibtex.work import Author, identities
from texscholar.library.names import last_word
from texscholar.library.records import MOST_CITANCES
from texscholar.library.schema import Content, content, exact_term
from texscholar.library.stored import from_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from io import FileIO
    from pathlib import Path

    from texscholar.bibtex.work import Work
    from texscholar.library.records import Record

_ABSTRACT, _CITANCES = 1, 2
_BUFFER = 1 << 20
_MOST_FIELDS = 1 << 20  # more than an entry has


class Prepared(NamedTuple):
    """A record as an index takes it: what it is known by, how much it says, and its content, packed.

    ``names`` are the exact terms of its identities; ``lends`` tells what another record of the work may lack.
    """

    id: str
    key: str
    origin: str
    filled: int
    lends: int
    names: tuple[int, ...]
    content: bytes


def prepared(record: Record) -> Prepared:
    """The record, ready for an index."""
    names = tuple(sorted(exact_term("identity", name) for name in known_as(record.work)))
    parts = content(record)
    packed = marshal.dumps((parts.record, parts.texts, (*parts.exact, *names)))
    lends = (_ABSTRACT if record.work.abstract else 0) | (_CITANCES if record.citances else 0)
    return Prepared(record.id, record.key, record.origin, _filled(record), lends, names, packed)


def merge(records: Iterable[Record | Prepared], folder: Path) -> Iterator[Content]:
    """One document a work, in the order of their ids.

    The record that says most wins, the first of equals; an abstract it lacks comes from the next that has it, and
    citances come from all. A work is known under the ids, keys and identities of all its records, which wait in a
    nameless file in ``folder``: memory holds only what they are known by.
    """
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        shelf = _Shelf(file)
        for record in records:
            shelf.put(record if isinstance(record, Prepared) else prepared(record))
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

    def __init__(self, file: FileIO) -> None:
        self._file, self._writer = file, BufferedWriter(file, _BUFFER)
        self._starts = array("Q", [0])
        self._ids: list[str] = []
        self._keys: list[str] = []
        self._origins: list[str] = []
        self._filled = array("Q")
        self._lends = array("B")
        self._parents = array("Q")
        self._first_with: dict[int, int] = {}

    def put(self, one: Prepared) -> None:
        """Add a record; it joins the earlier ones that share an identity, directly or through others."""
        at = len(self._ids)
        self._starts.append(self._starts[-1] + self._writer.write(one.content))
        self._ids.append(one.id)
        self._keys.append(one.key)
        self._origins.append(one.origin)
        self._filled.append(one.filled)
        self._lends.append(one.lends)
        self._parents.append(at)
        for name in one.names:
            first = self._first_with.setdefault(name, at)
            if first != at:
                self._join(first, at)

    def works(self) -> Iterator[Content]:
        """The works in the order of the ids, origins, keys and titles of those that stand for them."""
        self._first_with.clear()
        self._writer.flush()
        groups = self._groups()
        best = sorted(groups, key=self._place)
        for _, alike in groupby(best, key=self._place):
            first, *others = alike
            if others:
                for at in sorted((first, *others), key=self._title):
                    yield self._merged(groups[at])
            else:
                yield self._merged(groups[first])

    def _groups(self) -> dict[int, list[int]]:
        """The positions of the records of each work, by that of the one that stands for it."""
        together: dict[int, list[int]] = {}
        for at in range(len(self._ids)):
            together.setdefault(self._root(at), []).append(at)
        return {self._best(group): group for group in together.values()}

    def _best(self, group: Sequence[int]) -> int:
        """The record that says most, the first of equals."""
        return group[0] if len(group) == 1 else max(group, key=lambda at: (self._filled[at], -at))

    def _place(self, at: int) -> tuple[str, str, str]:
        return self._ids[at], self._origins[at], self._keys[at]

    def _merged(self, group: Sequence[int]) -> Content:
        parts = [self._content(at) for at in group]
        if len(parts) == 1:
            return parts[0]
        exact = tuple(sorted({term for each in parts for term in each.exact}))
        if self._stands_alone(group):
            return parts[group.index(self._best(group))]._replace(exact=exact)
        records = [from_json(each.record, self._origins[at]) for at, each in zip(group, parts, strict=True)]
        return content(_joined(records))._replace(exact=exact)

    def _stands_alone(self, group: Sequence[int]) -> bool:
        """Whether the best record takes nothing from the others."""
        lent = 0
        for at in group:
            lent |= self._lends[at]
        return not lent & _CITANCES and lent == self._lends[self._best(group)]

    def _title(self, at: int) -> str:
        return from_json(self._content(at).record, "").work.title

    def _content(self, at: int) -> Content:
        self._file.seek(self._starts[at])
        packed = self._file.read(self._starts[at + 1] - self._starts[at])
        return Content._make(marshal.loads(packed))  # noqa: S302 - written by ourselves, a moment ago

    def _join(self, one: int, other: int) -> None:
        """Put two records into one group, whose root is its earliest record."""
        first, second = sorted((self._root(one), self._root(other)))
        self._parents[second] = first

    def _root(self, at: int) -> int:
        parents = self._parents
        while parents[at] != at:
            parents[at] = at = parents[parents[at]]  # halving the path keeps later walks short
        return at


def _joined(group: Sequence[Record]) -> Record:
    """The record that says most, with the first abstract and the citances of all."""
    ranked = sorted(group, key=_filled, reverse=True)
    best = ranked[0]
    abstract = next((record.work.abstract for record in ranked if record.work.abstract), "")
    citances = dict.fromkeys(citance for record in group for citance in record.citances)
    return replace(best, work=replace(best.work, abstract=abstract), citances=tuple(islice(citances, MOST_CITANCES)))


def _filled(record: Record) -> int:
    """How much a record says: filled attributes first, then fields of its entry."""
    work = record.work
    told = (
        work.authors,
        work.year,
        work.venue,
        work.doi,
        work.arxiv,
        work.abstract,
        work.kind,
        record.key,
        record.keywords,
    )
    return sum(map(bool, told)) * _MOST_FIELDS + min(len(work.fields), _MOST_FIELDS - 1)
