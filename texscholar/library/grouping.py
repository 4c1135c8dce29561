"""Which of many records are the same work, whatever order they come in.

Records meet where they share a clue: an identifier, or a title with an author. Whether they are joined depends on the
facts of what was joined before, so all is done in an order that follows from the records alone: identifiers before
titles, clues by their hashes, and of those that meet the published ones first, by year and content.
"""

from __future__ import annotations

from array import array
from hashlib import blake2b
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple, Self

from texscholar.bibtex.matching import (
    WORDS,
    Facts,
    facts,
    identifiers,
    joined,
    may_share_identifier,
    may_share_title,
    title_clues,
)
from texscholar.library.exact import TERM, exact_term
from texscholar.library.sorting import Sorter

if TYPE_CHECKING:
    from pathlib import Path

    from texscholar.bibtex.work import Work

_FACTS = Struct(f">HBBB{WORDS}s7I")
_CLUE = Struct(f">B{TERM}s")
_PLACE = Struct(f">{TERM}sQ")  # a clue and, below it, who has it and whether it is part of the title
_IDENTIFIER, _WHOLE, _PART = range(3)
_OF_IDENTIFIER, _OF_WHOLE, _OF_PART = (bytes((kind,)) for kind in (_IDENTIFIER, _WHOLE, _PART))
_MOST_WORKS = 32
"""Works that a record is compared with under one clue: a title that more bear names none of them."""


class Clues(NamedTuple):
    """What tells the work of a record: packed facts, packed clues, and a hash of the whole that orders equals."""

    facts: bytes
    clues: bytes
    order: bytes


def clues_of(work: Work, whole: bytes) -> Clues:
    """What tells the work of a record; ``whole`` is all that is known of the record."""
    order = blake2b(whole, digest_size=TERM).digest()
    found = [_OF_IDENTIFIER + exact_term("clue", name) for name in identifiers(work)]
    found += [(_OF_PART if is_part else _OF_WHOLE) + exact_term("clue", name) for name, is_part in title_clues(work)]
    if not found:  # two records that are equal in all are one, even where nothing names the work
        found = [_OF_WHOLE + order]
    return Clues(_FACTS.pack(*facts(work)), b"".join(found), order)


class Grouping:
    """The works of records that are added one by one, each known by its number; to be closed, as it has files."""

    def __init__(self, folder: Path) -> None:
        self._facts = bytearray()
        self._orders = bytearray()
        self._parents = array("I")
        self._identifiers, self._titles = (Sorter(folder, _PLACE.size) for _ in range(2))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._identifiers.close()
        self._titles.close()

    def add(self, record: Clues) -> None:
        """Add the next record."""
        number = len(self._parents)
        self._facts += record.facts
        self._orders += record.order
        self._parents.append(number)
        for kind, name in _CLUE.iter_unpack(record.clues):
            sorter = self._identifiers if kind == _IDENTIFIER else self._titles
            sorter.add(_PLACE.pack(name, number << 1 | (kind == _PART)))

    def works(self) -> dict[int, list[int]]:
        """The numbers of the records of each work that has several, under one of them."""
        for rows in self._identifiers.meetings():
            self._join_same({number: False for number, _ in _placed(rows)}, is_identifier=True)
        for rows in self._titles.meetings():
            found: dict[int, bool] = {}
            for number, is_part in _placed(rows):
                found[number] = is_part and found.get(number, True)
            self._join_same(found, is_identifier=False)
        groups: dict[int, list[int]] = {}
        for number, parent in enumerate(self._parents):
            if number != parent:
                root = self._root(number)
                groups.setdefault(root, [root]).append(number)
        return groups

    def _join_same(self, found: dict[int, bool], *, is_identifier: bool) -> None:
        """Join those of these records that can be one work; two that have but a part of a title in common cannot."""
        may_share = may_share_identifier if is_identifier else may_share_title
        roots: dict[int, bool] = {}
        for number, is_part in found.items():
            root = self._root(number)
            roots[root] = is_part and roots.get(root, True)
        if len(roots) == 1:  # an earlier clue brought them together
            return
        works: list[tuple[int, bool]] = []
        for root, is_part in sorted(roots.items(), key=lambda item: (self._place(item[0]), item[1])):
            mine = self._facts_of(root)
            for at, (work, is_work_part) in enumerate(works[:_MOST_WORKS]):
                if not (is_part and is_work_part) and may_share(self._facts_of(work), mine):
                    works[at] = self._join(work, root), is_part and is_work_part
                    break
            else:
                works.append((root, is_part))

    def _place(self, root: int) -> tuple[bool, int, bytes]:
        """The order in which works are looked at: publications by their year, then preprints."""
        told = self._facts_of(root)
        return told.is_preprint, told.year, self._order_of(root)

    def _facts_of(self, number: int) -> Facts:
        return Facts._make(_FACTS.unpack_from(self._facts, number * _FACTS.size))

    def _order_of(self, number: int) -> bytes:
        return bytes(self._orders[number * TERM : (number + 1) * TERM])

    def _join(self, first: int, other: int) -> int:
        """Make two works one; the number under which it is known."""
        _FACTS.pack_into(self._facts, first * _FACTS.size, *joined(self._facts_of(first), self._facts_of(other)))
        self._orders[first * TERM : (first + 1) * TERM] = min(self._order_of(first), self._order_of(other))
        self._parents[other] = first
        return first

    def _root(self, number: int) -> int:
        parents = self._parents
        while parents[number] != number:
            parents[number] = number = parents[parents[number]]  # halving the path keeps later walks short
        return number


def _placed(rows: list[bytes]) -> list[tuple[int, bool]]:
    """The number of each record that has a clue, and whether that is but a part of its title."""
    return [(place >> 1, bool(place & 1)) for _, place in map(_PLACE.unpack, rows)]
