"""What matches as a whole, case and all: ids, keys and identities, in a sorted file beside the index.

An inverted index would do the same, but its dictionary of a million random terms takes longer to write than the rest.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from hashlib import blake2b
from mmap import ACCESS_READ, mmap
from struct import Struct
from sys import byteorder
from typing import TYPE_CHECKING, Self

from texscholar.library.sorting import HASH, Sorter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TERM = HASH
"""Bytes of an exact term."""

_NAME = "exact"
_NUMBER = 4  # bytes of the number of a work
_ROW = Struct(">QI")
_COUNT = 8  # bytes at the end: how many terms and then numbers stand before, so that a file cut short is known as one


def exact_term(kind: str, name: str) -> bytes:
    """What stands for an id, a key or an identity: two of a library share one about never."""
    return blake2b(f"{kind}:{name}".encode("utf-8", "replace"), digest_size=TERM).digest()


class ExactWriter:
    """Exact terms of works, gathered until all are known; to be closed, as they wait in files."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._sorter = Sorter(directory, TERM + _NUMBER)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sorter.close()

    def add(self, terms: bytes, number: int) -> None:
        """Some terms, one after the other, of the work of this number."""
        work, add = number.to_bytes(_NUMBER, "big"), self._sorter.add
        for at in range(0, len(terms), TERM):
            add(terms[at : at + TERM] + work)

    def write(self) -> None:
        """Put all of them into the index directory."""
        terms, numbers = array("Q"), array("I")
        for row in self._sorter.rows():
            term, number = _ROW.unpack(row)
            terms.append(term)
            numbers.append(number)
        with (self._directory / _NAME).open("wb") as file:
            file.writelines((terms, numbers, len(terms).to_bytes(_COUNT, byteorder)))


class ExactNames:
    """The exact terms of an index directory.

    Raises:
        ValueError: they are damaged.
        OSError: they cannot be read.
    """

    def __init__(self, directory: Path) -> None:
        with (directory / _NAME).open("rb") as file:
            # Empty files cannot be mapped, and are no such file either: the number at the end is missing.
            data = memoryview(mmap(file.fileno(), 0, access=ACCESS_READ))
        count = int.from_bytes(data[-_COUNT:], byteorder)
        if len(data) != count * (TERM + _NUMBER) + _COUNT:
            raise ValueError(f"{_NAME} has another length than it says")
        self._terms = data[: count * TERM].cast("Q")
        self._numbers = data[count * TERM : -_COUNT].cast("I")

    def numbers(self, term: bytes, limit: int) -> list[int]:
        """The numbers of the works under a term, lowest first, at most so many."""
        wanted = int.from_bytes(term, "big")
        first = bisect_left(self._terms, wanted)
        if first == len(self._terms) or self._terms[first] != wanted:  # the frequent case needs no second search
            return []
        return self._numbers[first : min(bisect_right(self._terms, wanted, first), first + limit)].tolist()


def parted(terms: bytes) -> Iterator[bytes]:
    """The single ones of terms that stand one after the other."""
    return (terms[at : at + TERM] for at in range(0, len(terms), TERM))
