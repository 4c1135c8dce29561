"""What was made of each source of a library, kept beside it: a source that did not change is not read again.

A segment is a file of compressed frames of rows and bears its name only once it is whole, so an import that was ended
half-way goes on with the first source that it had not read to its end.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import tempfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from texscholar import __version__
from texscholar.errors import Skipped, TexscholarError
from texscholar.library.builders import remove_unfinished, unfinished_prefix
from texscholar.library.manifest import FORMAT
from texscholar.library.merging import Prepared, prepared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import IO

    from texscholar.library.records import Record

    Row = Prepared | Skipped

_FRAME = 500  # rows
_LENGTH = 4  # bytes
_LEVEL = 3  # a third of the size for a tenth of the reading; higher levels gain a tenth for twice that
_LAYOUT = 2  # of these files, which versions may write in other ways


class Segments:
    """The segments in a folder, which is made with the first of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._used: set[str] = set()

    def rows(self, name: str, sha256: str, kind: str, read: Iterable[Record | Row]) -> Iterator[Row]:
        """The rows of a source: those that are kept of it, else those that are read, which are kept.

        Args:
            name: of the source, which its records bear.
            sha256: of its contents.
            kind: what it is read as.
            read: its rows; they are asked for only where none are kept.

        Raises:
            TexscholarError: what is kept is damaged; it is thrown away.
            OSError: it cannot be written.
        """
        key = "\0".join((str(_LAYOUT), str(FORMAT), __version__, kind, sha256, name))
        path = self._folder / hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
        self._used.add(path.name)
        return self._kept(path, name) if path.is_file() else self._keeping(path, read)

    def remove_others(self) -> None:
        """Remove the segments that nobody asked for, and what processes that died left of theirs."""
        remove_unfinished(self._folder)
        for path in self._folder.glob("[!.]*"):
            if path.name not in self._used:
                path.unlink(missing_ok=True)

    def _kept(self, path: Path, source: str) -> Iterator[Row]:
        from zstandard import ZstdDecompressor, ZstdError  # noqa: PLC0415 - not every run reads sources

        expanded = ZstdDecompressor().decompress
        try:
            with path.open("rb") as file:
                for frame in _frames(file):
                    yield from map(_row, marshal.loads(expanded(frame)))  # noqa: S302 - ours, and not damaged
        except (OSError, ValueError, EOFError, ZstdError, MemoryError) as error:  # a damaged size may be any
            path.unlink(missing_ok=True)
            message = f"what was read of {source} before is damaged and was thrown away; run the same command again"
            raise TexscholarError(message, path=str(path)) from error

    def _keeping(self, path: Path, read: Iterable[Record | Row]) -> Iterator[Row]:
        from zstandard import ZstdCompressor  # noqa: PLC0415 - as above

        compressed = ZstdCompressor(level=_LEVEL, write_checksum=True).compress
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(prefix=unfinished_prefix(), dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as file:
                rows = iter(read)
                while some := [_ready(each) for each in islice(rows, _FRAME)]:
                    _write(file, compressed(marshal.dumps(list(map(_plain, some)))))
                    yield from some
                _write(file, b"")
            Path(unfinished).replace(path)
        finally:
            Path(unfinished).unlink(missing_ok=True)


def _ready(row: Record | Row) -> Row:
    return row if isinstance(row, Prepared | Skipped) else prepared(row)


def _write(file: IO[bytes], frame: bytes) -> None:
    file.write(len(frame).to_bytes(_LENGTH, "big"))
    file.write(frame)


def _frames(file: IO[bytes]) -> Iterator[bytes]:
    """The frames of a segment up to the empty one that ends it.

    Raises:
        EOFError: it ends before.
    """
    while length := int.from_bytes(head := file.read(_LENGTH), "big"):
        frame = file.read(length)
        if len(frame) < length:
            raise EOFError
        yield frame
    if len(head) < _LENGTH:
        raise EOFError


def _plain(row: Row) -> tuple[object, ...]:
    return (row.what, row.reason) if isinstance(row, Skipped) else tuple(row)


def _row(values: tuple[object, ...]) -> Row:
    return Prepared._make(values) if len(values) == len(Prepared._fields) else Skipped(*values)  # type: ignore[arg-type]
