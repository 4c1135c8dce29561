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
from texscholar.library.exact import exact_term, parted
from texscholar.library.names import last_word
from texscholar.library.records import MOST_CITANCES
from texscholar.library.schema import Content, content
from texscholar.library.stored import from_json, with_abstract_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from io import FileIO
    from pathlib import Path

    from texscholar.bibtex.work import Work
    from texscholar.library.records import Record

UNCOLLECTED = 100_000
"""Objects before cycles are looked for: hardly any arise, and every look walks over all names remembered."""

_ABSTRACT, _CITANCES = 1, 2
_LENT_BITS = 2
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
    names: tuple[bytes, ...]
    content: bytes


def prepared(record: Record) -> Prepared:
    """The record, ready for an index."""
    names = tuple(sorted([exact_term("identity", name) for name in known_as(record.work)]))
    parts = content(record)
    packed = marshal.dumps((*parts[:-1], b"".join((parts.exact, *names))))
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
        self._filled = array("Q")  # how much it says, and below that what it lends
        self._parents = array("Q")
        self._first_with: dict[bytes, int] = {}

    def put(self, one: Prepared) -> None:
        """Add a record; it joins the earlier ones that share an identity, directly or through others."""
        at = len(self._ids)
        self._starts.append(self._starts[-1] + self._writer.write(one.content))
        self._ids.append(one.id)
        self._keys.append(one.key)
        self._origins.append(one.origin)
        self._filled.append(one.filled << _LENT_BITS | one.lends)
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
            yield from sorted((first, *others), key=self._title) if others else (first,)

    def _groups(self) -> dict[int, list[int]]:
        """The positions of the records of each work that has several, by that of the one that stands for it."""
        together: dict[int, list[int]] = {}
        for at, parent in enumerate(self._parents):
            if at != parent:
                root = self._root(at)
                together.setdefault(root, [root]).append(at)
        return {self._ranked(group)[0]: group for group in together.values()}

    def _ranked(self, group: Sequence[int]) -> list[int]:
        """The records of a work, those that say most first, of equals the earlier."""
        return sorted(group, key=lambda at: self._filled[at] >> _LENT_BITS, reverse=True)

    def _place(self, at: int) -> tuple[str, str]:
        return self._origins[at], self._keys[at]

    def _merged(self, group: Sequence[int]) -> Content:
        parts = {at: self._content(at) for at in group}
        exact = b"".join(sorted({term for each in parts.values() for term in parted(each.exact)}))
        if any(self._filled[at] & _CITANCES for at in group):
            records = [from_json(each.record, self._origins[at]) for at, each in parts.items()]
            return content(_joined(records))._replace(exact=exact)
        ranked = self._ranked(group)
        lender = next((at for at in ranked if self._filled[at] & _ABSTRACT), ranked[0])
        return _with_abstract(parts[ranked[0]], parts[lender])._replace(exact=exact)

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


def _with_abstract(best: Content, lender: Content) -> Content:
    """What a record keeps, with the abstract of another if it has none."""
    if best is lender:
        return best
    return best._replace(record=with_abstract_of(best.record, lender.record), abstract=lender.abstract)


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
