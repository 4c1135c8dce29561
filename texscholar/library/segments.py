"""What was made of each source of a library, kept beside it: a source that did not change is not read again.

A segment is a file of compressed frames of rows and bears its name only once it is whole. What an import that was ended
half-way has left is read by the next one, which goes on with the first row that is missing.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import tempfile
from contextlib import contextmanager, nullcontext, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from texscholar import __version__
from texscholar.errors import Skipped, TexscholarError
from texscholar.library.builders import remove_unfinished, unfinished_prefix
from texscholar.library.manifest import FORMAT
from texscholar.library.merging import Prepared, prepared
from texscholar.locking import CAN_LOCK, lock

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from typing import IO

    from texscholar.library.records import Record

    Row = Prepared | Skipped

_FRAME = 500  # rows
_LENGTH = 4  # bytes
_LEVEL = 3  # a third of the size for a tenth of the reading; higher levels gain a tenth for twice that
_PART = ".part"
_LAYOUT = 2  # of these files, which versions may write in other ways


class Segments:
    """The segments in a folder, which is made with the first of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._used: set[str] = set()

    def rows(self, name: str, sha256: str, kind: str, read: Callable[[int], Iterable[Record | Row]]) -> Iterator[Row]:
        """The rows of a source: those that are kept of it, and what is read besides, which is kept.

        Args:
            name: of the source, which its records bear.
            sha256: of its contents.
            kind: what it is read as.
            read: its rows but for the first so many; asked only where not all are kept.

        Raises:
            TexscholarError: what is kept is damaged; it is thrown away.
            OSError: it cannot be written.
        """
        key = "\0".join((str(_LAYOUT), str(FORMAT), __version__, kind, sha256, name))
        path = self._folder / hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
        self._used.add(path.name)
        return self._kept(path, name) if path.is_file() else self._keeping(path, read)

    def remove_others(self) -> None:
        """Remove the segments that nobody asked for, and what others left of theirs."""
        self.remove_unfinished()
        for path in self._folder.glob("[!.]*"):
            if path.name not in self._used:
                path.unlink(missing_ok=True)

    def remove_unfinished(self) -> None:
        """Remove what is not whole and what nobody works on."""
        remove_unfinished(self._folder)
        for path in self._folder.glob(f".*{_PART}"):
            with suppress(FileNotFoundError), path.open("rb") as file:
                if lock(file):
                    path.unlink(missing_ok=True)

    def _kept(self, path: Path, source: str) -> Iterator[Row]:
        try:
            with path.open("rb") as file:
                yield from _rows(file)
                is_whole = _ends(file)
        except OSError:
            is_whole = False
        if not is_whole:
            path.unlink(missing_ok=True)
            message = f"what was read of {source} before is damaged and was thrown away; run the same command again"
            raise TexscholarError(message, path=str(path))

    def _keeping(self, path: Path, read: Callable[[int], Iterable[Record | Row]]) -> Iterator[Row]:
        """The rows that an import has left, and those that are read, which are written behind them."""
        from zstandard import ZstdCompressor  # noqa: PLC0415 - not every run reads sources

        compressed = ZstdCompressor(level=_LEVEL, write_checksum=True).compress
        self._folder.mkdir(parents=True, exist_ok=True)
        with _begun(path) as (file, unfinished):
            count = yield from _rows(file)
            file.truncate()  # a frame that was not written to its end
            rows = iter(read(count))
            while some := [_ready(each) for each in islice(rows, _FRAME)]:
                _write(file, compressed(marshal.dumps(list(map(_plain, some)))))
                yield from some
            _write(file, b"")
            file.flush()
            unfinished.replace(path)


@contextmanager
def _begun(path: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """The file that becomes a segment, at its start, and its name until then.

    It is the one that an import which was ended has left; where somebody else works on that, one of our own.
    """
    unfinished = path.with_name(f".{path.name}{_PART}")
    with unfinished.open("a+b") if CAN_LOCK else nullcontext() as file:
        if file and lock(file) and _is_at(unfinished, file):
            file.seek(0)
            try:
                yield file, unfinished
            except OSError:  # a full disk needs the room
                unfinished.unlink(missing_ok=True)
                raise
            return
    handle, name = tempfile.mkstemp(prefix=unfinished_prefix(), dir=path.parent)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file, Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _is_at(path: Path, file: IO[bytes]) -> bool:
    """Whether a file still bears a name: another process may have ended its work between opening and locking."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _ready(row: Record | Row) -> Row:
    return row if isinstance(row, Prepared | Skipped) else prepared(row)


def _write(file: IO[bytes], frame: bytes) -> None:
    file.write(len(frame).to_bytes(_LENGTH, "big"))
    file.write(frame)


def _rows(file: IO[bytes]) -> Generator[Row, None, int]:
    """The rows of the frames that are whole, and how many these are; the file is left behind the last of them."""
    from zstandard import ZstdDecompressor, ZstdError  # noqa: PLC0415 - as in _keeping

    expanded, count, end = ZstdDecompressor().decompress, 0, file.tell()
    while length := int.from_bytes(file.read(_LENGTH), "big"):
        try:
            rows = marshal.loads(expanded(file.read(length)))  # noqa: S302 - ours, and of the sum that it bears
        except (ValueError, EOFError, ZstdError, MemoryError):  # a damaged size may be any
            break
        end, count = file.tell(), count + len(rows)
        yield from map(_row, rows)
    file.seek(end)
    return count


def _ends(file: IO[bytes]) -> bool:
    """Whether what follows is the empty frame that ends a segment."""
    return file.read(_LENGTH) == bytes(_LENGTH)


def _plain(row: Row) -> tuple[object, ...]:
    return (row.what, row.reason) if isinstance(row, Skipped) else tuple(row)


def _row(values: tuple[object, ...]) -> Row:
    return Prepared._make(values) if len(values) == len(Prepared._fields) else Skipped(*values)  # type: ignore[arg-type]
