"""Files of records opened for reading, whatever they are compressed with; nothing grows beyond a bound."""

from __future__ import annotations

import gzip
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from texscholar.errors import TexscholarError
from texscholar.library.jsonl import DAMAGED
from texscholar.library.progress import at_place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from pathlib import Path

GZIP = b"\x1f\x8b"
"""How a gzip file begins (RFC 1952, section 2.3.1)."""

ZSTD = b"\x28\xb5\x2f\xfd"
"""How a Zstandard frame begins (RFC 8878, section 3.1.1)."""

CHUNK = 1 << 18
"""Bytes asked for at a time."""

_HEAD = 1 << 20  # bytes that tell what a file is: the first object of a dump may have thousands of references
# A frame may expand to 32,768 times its size: so much at a time gives at most 8 MB.
_PIECE = 1 << 8
_BUFFER = 1 << 14  # bytes of output at a time
_WINDOW = 1 << 27  # bytes a decompressor may look back: zstd's own limit without --long
_MOST_EXPANDED, _FROM = 250, 1 << 26  # real dumps expand five to twenty times; small files may repeat themselves


class Stream(Protocol):
    """What gives bytes."""

    def read1(self, size: int, /) -> bytes:
        """At most so many bytes, or so many as are at hand; none at the end."""


class Damaged(Exception):  # noqa: N818 - what a file is, not what went wrong here
    """A compressed file ends too early, or what follows is not what it says; its text tells what to do."""


@contextmanager
def opened(path: Path) -> Iterator[Stream]:
    """The bytes of a file as they were before somebody compressed it.

    What is read raises ``Damaged`` where a compressed file goes wrong.

    Raises:
        TexscholarError: it cannot be opened.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise TexscholarError(f"cannot be read ({error.strerror}); check the path", path=str(path)) from error
    with file:
        head = file.peek(4)
        if head.startswith(GZIP):
            yield _Bounded(gzip.GzipFile(fileobj=file), file)
        elif head.startswith(ZSTD):
            yield _Bounded(_Zstd(file), file)
        else:
            yield _Told(file, path)


def chunks(stream: Stream) -> Iterator[bytes]:
    """What a stream gives, a chunk at a time."""
    while chunk := stream.read1(CHUNK):
        yield chunk


def lines(stream: Stream, longest: int) -> Iterator[tuple[int, bytes | None]]:
    """The lines of a stream with their numbers, without line ends; None for one that is too long, which is not kept."""
    number, waiting, is_long = 1, bytearray(), False
    for chunk in chunks(stream):
        waiting += chunk
        start = 0
        while (end := waiting.find(b"\n", start)) >= 0:
            yield number, None if is_long or end - start > longest else bytes(waiting[start:end]).rstrip(b"\r")
            start, number, is_long = end + 1, number + 1, False
        del waiting[:start]
        if len(waiting) > longest:
            is_long = True
            waiting.clear()
    if is_long or waiting:
        yield number, None if is_long else bytes(waiting).rstrip(b"\r")


def head_of(path: Path) -> bytes:
    """The first megabyte of a file, without its compression; as much of that as can be read.

    Raises:
        TexscholarError: as ``opened``.
    """
    with opened(path) as stream:
        head = bytearray()
        try:
            while len(head) < _HEAD and (chunk := stream.read1(_HEAD)):
                head += chunk
        except Damaged:
            pass
        return bytes(head[:_HEAD])


class _Told:
    """A plain file whose errors name it."""

    def __init__(self, file: BufferedReader, path: Path) -> None:
        self._file, self._path = file, path

    def read1(self, size: int, /) -> bytes:
        try:
            chunk = self._file.read1(size)
            at_place(self._file.tell())
        except OSError as error:
            message = f"cannot be read ({error.strerror}); check the path"
            raise TexscholarError(message, path=str(self._path)) from error
        return chunk


class _Bounded:
    """A compressed stream that is refused where it expands as only a bomb does."""

    def __init__(self, stream: Stream, file: BufferedReader) -> None:
        self._stream, self._file, self._expanded = stream, file, 0

    def read1(self, size: int, /) -> bytes:
        try:
            chunk = self._stream.read1(size)
        except (EOFError, zlib.error, OSError) as error:
            raise Damaged(DAMAGED) from error
        self._expanded += len(chunk)
        place = self._file.tell()
        at_place(place)
        if self._expanded > max(_FROM, _MOST_EXPANDED * place):
            raise Damaged(f"expands more than {_MOST_EXPANDED} times, as only a compression bomb does; leave it out")
        return chunk


class _Zstd:
    """A file of Zstandard frames."""

    def __init__(self, file: BufferedReader) -> None:
        import zstandard  # noqa: PLC0415 - not everybody has such files

        self._file = file
        self._start: Any = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj
        self._errors: Any = zstandard.ZstdError
        self._frame = self._start(write_size=_BUFFER)
        self._rest = b""
        self._ready = bytearray()

    def read1(self, size: int, /) -> bytes:
        while not self._ready:
            piece = self._rest or self._file.read(_PIECE)
            self._rest = b""
            if not piece:
                if self._frame is not None and not self._frame.eof:
                    raise EOFError
                return b""
            if self._frame is None or self._frame.eof:
                self._frame = self._start(write_size=_BUFFER)
            try:
                self._ready += self._frame.decompress(piece)
            except self._errors as error:
                raise EOFError from error
            self._rest = bytes(self._frame.unused_data) if self._frame.eof else b""
        chunk = bytes(self._ready[:size])
        del self._ready[:size]
        return chunk
