"""Files and pages from sources that may break off, be busy or send something else: models, bulk data.

What is fetched waits under the name of what it has to become (``incoming``), so that nothing else is ever appended to
it, and gets its own name once it is that.
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from texscholar.errors import TexscholarError
from texscholar.incoming import NO_REMEDIES, Remedies, Wanted, digest_of, disk_errors, make_ours
from texscholar.network import NetworkError, pause, wait_asked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from texscholar.network import Network, Stream

    Progress = Callable[[int], None]

NOT_FOUND = 404
"""The status of an answer that there is no such thing."""

_PARTIAL, _ERROR, _RANGE_REFUSED, _TOO_MANY, _FAULT = 206, 400, 416, 429, 500
_REFUSED = frozenset((401, 403))
_TRIES = 5  # in a row that bring nothing
_LARGEST_PAGE = 64 << 20  # bytes of an answer that is read whole
_RANGE = re.compile(r"bytes ([0-9]{1,15})-")

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Source:
    """A source behind the network's door.

    ``wait`` sleeps, and tells a user why if there is a reason; where ``longest_pause``, in seconds, does not suffice,
    the user is told when to come back.
    """

    network: Network
    wait: Callable[[float, str], None] = field(default=lambda seconds, _why: time.sleep(seconds))
    remedies: Remedies = NO_REMEDIES
    longest_pause: float = 600.0  # services of bulk data ask for minutes

    def page(self, url: str, headers: Mapping[str, str] | None = None) -> bytes:
        """The whole answer from an address, asked for again where that may help.

        Raises:
            TexscholarError: there is none, or it is larger than any such answer.
        """
        return self.patiently(lambda: self._page(url, headers or {}))

    def _page(self, url: str, headers: Mapping[str, str]) -> bytes:
        with self.network.stream(url, headers) as stream:
            self.check(url, stream.status, stream.headers)
            data = bytearray()
            for piece in stream.pieces:
                data += piece
                if len(data) > _LARGEST_PAGE:
                    raise NetworkError(f"{host(url)} sent more than {_LARGEST_PAGE >> 20} MB; check its address")
            return bytes(data)

    def head(self, url: str) -> Mapping[str, str]:
        """The head of what lies there."""

        def ask() -> Mapping[str, str]:
            head = self.network.head(url)
            self.check(url, head.status, head.headers)
            return head.headers

        return self.patiently(ask)

    def patiently(self, ask: Callable[[], _Answer]) -> _Answer:
        """What comes of asking, some times more where an error may pass, with the pauses that are asked for."""
        failures = 0
        while True:
            try:
                return ask()
            except NetworkError as error:
                failures += 1
                self.pause_or_raise(error, failures)

    def pause_or_raise(self, error: NetworkError, failures: int) -> None:
        """Wait before the next try.

        Raises:
            NetworkError: another try is of no use, or too far away.
        """
        seconds = pause(failures, error)
        if not error.passing or failures >= _TRIES:
            raise error
        if seconds > self.longest_pause:
            message = f"{str(error).partition(';')[0]} and asks to wait {_told(seconds)}; run this again then to go on"
            raise NetworkError(message) from error
        self.wait(seconds, str(error).partition(";")[0])

    def check(self, url: str, status: int, headers: Mapping[str, str]) -> None:
        """Raises: NetworkError: an answer that is an error."""
        if status < _ERROR:
            return
        where = host(url)
        if status in _REFUSED:
            raise NetworkError(f"{where} refuses this (error {status}); {self.remedies.refused}")
        if status == NOT_FOUND:
            raise NetworkError(f"{where} does not have this (error {status}); {self.remedies.missing}")
        raise NetworkError(
            f"{where} answers with error {status}; try again later",
            passing=status == _TOO_MANY or status >= _FAULT,
            wait=wait_asked(headers, time.time()),
        )


def fetch(source: Source, wanted: Wanted, part: Path, progress: Progress) -> None:
    """Fetch a file into ``part``, from where an earlier call left it; then it is what was announced.

    Args:
        source: where it lies.
        wanted: the file.
        part: what an earlier call brought of this very file.
        progress: told how many bytes there are.

    Raises:
        TexscholarError: it cannot be had, is not what was announced, or the disk is full; what came is kept, unless
            it is wrong.
    """
    again = source.remedies.again
    with disk_errors(part, again):
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("a+b") as file:
            make_ours(file, part)
            _fetch_all(source, wanted, file, progress)
            file.flush()
            os.fsync(file.fileno())
        if wanted.digest and digest_of(part, wanted.algorithm) != wanted.digest:
            part.unlink()
            message = f"what came from {host(wanted.url)} has not the announced hash and was deleted; {again}"
            raise TexscholarError(message, path=wanted.name)


def _fetch_all(source: Source, wanted: Wanted, part: BinaryIO, progress: Progress) -> None:
    failures, is_done = 0, _end(part) == wanted.size
    while not is_done:
        there = _end(part)
        if there and (there > wanted.size > -1 or not (wanted.digest or wanted.tag)):
            part.truncate(0)  # nothing tells that what is there belongs to what will come
        try:
            _fetch_rest(source, wanted, part, progress)
            is_done = True
        except NetworkError as error:
            failures = 0 if _end(part) > there else failures + 1
            source.pause_or_raise(error, failures)


def _fetch_rest(source: Source, wanted: Wanted, part: BinaryIO, progress: Progress) -> None:
    start = _end(part)
    headers = {"Range": f"bytes={start}-"} if start else {}
    if start and wanted.tag:
        headers["If-Range"] = wanted.tag
    with source.network.stream(wanted.url, headers) as stream:
        if stream.status == _RANGE_REFUSED:
            part.truncate(0)
            raise NetworkError(f"{host(wanted.url)} does not know this part of the file", passing=True)
        source.check(wanted.url, stream.status, stream.headers)
        if start and not _goes_on(stream, start):
            part.truncate(0)
        _append(stream, wanted, part, progress)
    if _end(part) < wanted.size:
        raise NetworkError(f"{host(wanted.url)} broke off; check the connection", passing=True)


def _append(stream: Stream, wanted: Wanted, part: BinaryIO, progress: Progress) -> None:
    there = _end(part)
    is_page = "text/html" in stream.headers.get("content-type", "")
    for piece in stream.pieces:
        if is_page or (not there and not piece.startswith(wanted.magic)):
            message = f"{host(wanted.url)} sent a page instead of {wanted.name}"
            raise TexscholarError(f"{message}; check whether this network wants a log-in")
        there += len(piece)
        if there > wanted.size > -1:
            part.truncate(0)
            raise TexscholarError(f"{host(wanted.url)} sent more than {wanted.name} has; try again later")
        part.write(piece)
        progress(there)


def host(url: str) -> str:
    """The host of an address, which holds no key."""
    return url.partition("//")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]


def _goes_on(stream: Stream, start: int) -> bool:
    """Whether the body begins where our part ends; a source that knows no ranges begins anew."""
    match = _RANGE.match(stream.headers.get("content-range", ""))
    return stream.status == _PARTIAL and match is not None and int(match[1]) == start


def _end(file: BinaryIO) -> int:
    """The number of bytes in a file; it is left at its end."""
    return file.seek(0, os.SEEK_END)


def _told(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"  # noqa: PLR2004 - two minutes
