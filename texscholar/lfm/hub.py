"""The model hub: what it knows of a file, and the file itself, resumed where a download broke off.

The format is that of Hugging Face's ``resolve`` addresses: the answer to HEAD names the file's sha256
(``X-Linked-ETag``), its size and the commit; the answer to GET leads to a storage that knows ranges.
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from texscholar.errors import TexscholarError
from texscholar.network import NetworkError, address, pause, wait_asked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import BinaryIO

    from texscholar.lfm.catalogue import Variant
    from texscholar.network import Network, Stream

    Progress = Callable[[int], None]

_MAGIC = b"GGUF"
_HUB = "https://huggingface.co"
_SHA256 = re.compile("[0-9a-f]{64}")
_COMMIT = re.compile("[0-9a-f]{40}")
_SIZE = re.compile(r"[0-9]{1,15}")
_RANGE = re.compile(r"bytes ([0-9]{1,15})-")
_OK, _PARTIAL = 200, 206
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _RANGE_REFUSED, _TOO_MANY = 401, 403, 404, 416, 429
_ERROR, _FAULT = 400, 500
_TRIES = 5  # in a row that bring nothing
_LONGEST_PAUSE = 60.0  # seconds

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Published:
    """A file as the hub offers it."""

    url: str
    size: int
    sha256: str
    revision: str


class Hub:
    """A hub behind the network's door; ``HF_ENDPOINT`` names another one, as for other tools.

    Args:
        network: the door.
        environ: the environment.
        sleep: waits for so many seconds.
    """

    def __init__(
        self, network: Network, environ: Mapping[str, str] = os.environ, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._network, self._sleep = network, sleep
        self._endpoint = address(environ.get("HF_ENDPOINT") or _HUB)

    def published(self, variant: Variant) -> Published:
        """What the hub offers as this variant; it is what the catalogue knows of it.

        Raises:
            TexscholarError: nothing, or something else.
        """
        what = f"{variant.repository}/{variant.file}"
        offered = self._offered(variant, variant.revision or "main")
        if offered is None and variant.revision and variant.sha256:
            offered = self._offered(variant, "main")  # a repository made anew: the hash decides
        if offered is None:
            raise TexscholarError(f"{what} is not on the hub; choose another variant, or name a file with --model")
        if variant.sha256 not in {None, offered.sha256} or variant.size not in {None, offered.size}:
            raise TexscholarError(
                f"{what} on the hub is not the file that texscholar knows (its sha256 begins {offered.sha256[:12]}); "
                "if you trust it, download it yourself and name it with --model"
            )
        return offered

    def _offered(self, variant: Variant, revision: str) -> Published | None:
        headers = self._patiently(lambda: self._head(self._url(variant, revision)))
        if headers is None:
            return None
        sha256 = (headers.get("x-linked-etag") or headers.get("etag") or "").removeprefix("W/").strip('"')
        size = headers.get("x-linked-size") or headers.get("content-length") or ""
        if not _SHA256.fullmatch(sha256) or not _SIZE.fullmatch(size):
            raise TexscholarError(
                f"{self._endpoint} does not answer like a model hub; check HF_ENDPOINT, "
                "and whether this network wants you to log in"
            )
        commit = headers.get("x-repo-commit", "")
        revision = commit if _COMMIT.fullmatch(commit) else revision
        return Published(self._url(variant, revision), int(size), sha256, revision)

    def _url(self, variant: Variant, revision: str) -> str:
        return f"{self._endpoint}/{variant.repository}/resolve/{revision}/{variant.file}"

    def _head(self, url: str) -> Mapping[str, str] | None:
        head = self._network.head(url)
        if head.status == _NOT_FOUND or head.headers.get("x-error-code") == "RepoNotFound":
            return None
        self._check(head.status, head.headers)
        return head.headers

    def fetch(self, published: Published, part: BinaryIO, progress: Progress) -> None:
        """Append to ``part`` what it lacks of the file.

        Args:
            published: the file.
            part: what an earlier call brought of this very file, open for reading and writing.
            progress: is told how many bytes there are.

        Raises:
            TexscholarError: it cannot be had; what came is kept.
        """
        failures = 0
        while (there := _end(part)) != published.size:
            if there > published.size:
                part.truncate(0)
            try:
                self._fetch_rest(published, part, progress)
            except NetworkError as error:
                failures = 0 if _end(part) > there else failures + 1
                self._pause_or_raise(error, failures)

    def _fetch_rest(self, published: Published, part: BinaryIO, progress: Progress) -> None:
        start = _end(part)
        with self._network.stream(published.url, {"Range": f"bytes={start}-"} if start else {}) as stream:
            if stream.status == _RANGE_REFUSED:
                part.truncate(0)
                raise NetworkError("the storage does not know this part of the file", passing=True)
            self._check(stream.status, stream.headers)
            if start and not _goes_on(stream, start):
                part.truncate(0)
            self._append(stream, published.size, part, progress)
        if _end(part) < published.size:
            raise NetworkError("the connection broke off", passing=True)

    def _append(self, stream: Stream, size: int, part: BinaryIO, progress: Progress) -> None:
        there = _end(part)
        for piece in stream.pieces:
            if "text/html" in stream.headers.get("content-type", "") or (not there and not piece.startswith(_MAGIC)):
                raise TexscholarError(
                    f"{self._endpoint} sent a page instead of the file; check whether this network wants you to log in"
                )
            there += len(piece)
            if there > size:
                part.truncate(0)
                raise TexscholarError(f"{self._endpoint} sent more than the file has; try again later")
            part.write(piece)
            progress(there)

    def _check(self, status: int, headers: Mapping[str, str]) -> None:
        """Raises: NetworkError: an answer that is an error."""
        if status < _ERROR:
            return
        if status in {_UNAUTHORIZED, _FORBIDDEN}:
            raise NetworkError(
                f"{self._endpoint} wants a log-in for this file; download it yourself and name it with --model"
            )
        passing = status == _TOO_MANY or status >= _FAULT
        raise NetworkError(
            f"{self._endpoint} answers with error {status}; try again later",
            passing=passing,
            wait=wait_asked(headers, time.time()),
        )

    def _patiently(self, ask: Callable[[], _Answer]) -> _Answer:
        failures = 0
        while True:
            try:
                return ask()
            except NetworkError as error:
                failures += 1
                self._pause_or_raise(error, failures)

    def _pause_or_raise(self, error: NetworkError, failures: int) -> None:
        seconds = pause(failures, error)
        if not error.passing or failures >= _TRIES or seconds > _LONGEST_PAUSE:
            raise error
        self._sleep(seconds)


def _goes_on(stream: Stream, start: int) -> bool:
    """Whether the body begins where our part ends; a storage that knows no ranges begins anew."""
    match = _RANGE.match(stream.headers.get("content-range", ""))
    return stream.status == _PARTIAL and match is not None and int(match[1]) == start


def _end(file: BinaryIO) -> int:
    """The number of bytes in a file; it is left at its end."""
    return file.seek(0, os.SEEK_END)
