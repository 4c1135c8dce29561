"""Rows sorted in little memory: they wait in nameless files by their first bits, and one file is sorted at a time."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import ExitStack
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

HASH = 8
"""Bytes of the hash that a row begins with."""

_BUCKETS = 16
_SHIFT = 4  # of the first byte: its upper half
_BUFFER = 1 << 16  # bytes


class Sorter:
    """Rows of one length that begin with a hash; to be closed, as its files are."""

    def __init__(self, folder: Path, length: int) -> None:
        self._length = length
        self._files = ExitStack()
        self._buckets = [
            self._files.enter_context(tempfile.TemporaryFile(dir=folder, buffering=_BUFFER))  # noqa: SIM115 - as it is
            for _ in range(_BUCKETS)
        ]
        self._writes = [bucket.write for bucket in self._buckets]

    def close(self) -> None:
        """Let go of the files."""
        self._files.close()

    def add(self, row: bytes) -> None:
        """Put a row with the others."""
        self._writes[row[0] >> _SHIFT](row)

    def rows(self) -> Iterator[bytes]:
        """All rows in their order."""
        for data in self._read():
            yield from sorted(self._cut(data, range(len(data) // self._length)))

    def meetings(self) -> Iterator[list[bytes]]:
        """The rows of each hash with which several begin, in their order; their length is a multiple of a hash's."""
        for data in self._read():
            # Few rows meet, so that the others are only counted, as numbers, and never sorted.
            hashes = memoryview(data).cast("Q")[:: self._length // HASH].tolist()
            several = {name for name, count in Counter(hashes).items() if count > 1}
            met = self._cut(data, (number for number, name in enumerate(hashes) if name in several))
            for _, rows in groupby(sorted(met), key=itemgetter(slice(HASH))):
                yield list(rows)

    def _read(self) -> Iterator[bytes]:
        for bucket in self._buckets:
            bucket.seek(0)
            yield bucket.read()

    def _cut(self, data: bytes, numbers: Iterable[int]) -> list[bytes]:
        """The rows with these numbers."""
        length = self._length
        return [data[number * length : (number + 1) * length] for number in numbers]
