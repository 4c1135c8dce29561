"""Rows sorted in little memory: they wait in nameless files by their first bits, and one file is sorted at a time."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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

    def close(self) -> None:
        """Let go of the files."""
        self._files.close()

    def add(self, row: bytes) -> None:
        """Put a row with the others."""
        self._buckets[row[0] >> _SHIFT].write(row)

    def rows(self) -> Iterator[bytes]:
        """All rows in their order."""
        length = self._length
        for bucket in self._buckets:
            bucket.seek(0)
            data = bucket.read()
            yield from sorted([data[at : at + length] for at in range(0, len(data), length)])
