"""A model hub on this machine, with the addresses and headers of Hugging Face's, and its ways to fail."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

from servers.serving import served

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class FakeHub:
    """What the hub holds and how it behaves.

    ``heads`` and ``gets``: what the next requests get instead of the file: a status, or one with headers.
    ``cut_at``: after so many bytes of a body the connection is closed; the number is used up by one request.
    """

    content: bytes
    repository: str
    file: str
    revisions: tuple[str, ...] = ("main", COMMIT)
    announced: str = ""
    heads: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    gets: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    page: bytes = b""
    cut_at: list[int] = field(default_factory=list)
    knows_ranges: bool = True
    head_headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    url: str = ""

    @property
    def sha256(self) -> str:
        return self.announced or hashlib.sha256(self.content).hexdigest()

    @property
    def ranges(self) -> list[str]:
        """The ranges that the storage was asked for."""
        return [value for method, path, value in self.asked if method == "GET" and path.startswith("/storage/")]

    @contextmanager
    def serving(self) -> Iterator[FakeHub]:
        hub = self

        class Handler(_Handler):
            fake = hub

        with served(Handler) as url:
            self.url = url
            yield self


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: FakeHub

    def log_message(self, *_: object) -> None:
        """A test prints nothing."""

    def do_HEAD(self) -> None:
        self._note()
        if self._scripted(self.fake.heads):
            return
        if not self._known():
            self._answer(404, {"X-Error-Code": "EntryNotFound", "Content-Length": "0"})
            return
        headers = {
            "X-Repo-Commit": COMMIT,
            "X-Linked-Size": str(len(self.fake.content)),
            "X-Linked-ETag": f'"{self.fake.sha256}"',
            "Location": f"http://localhost:{self.server.server_address[1]}/storage/blob?signature=a%2Fb",
            "Content-Length": "0",
        }
        self._answer(302, headers | self.fake.head_headers)

    def do_GET(self) -> None:
        self._note()
        if not self.path.startswith("/storage/"):
            self._answer(302, {"Location": "/storage/blob?signature=a%2Fb", "Content-Length": "0"})
            return
        if self._scripted(self.fake.gets):
            return
        if self.fake.page:
            self._send(200, {"Content-Type": "text/html; charset=utf-8"}, self.fake.page)
            return
        start = self._start()
        if start is None:
            self._send(200, {"Content-Type": "binary/octet-stream"}, self.fake.content)
        elif start >= len(self.fake.content):
            self._answer(416, {"Content-Length": "0"})
        else:
            rest, size = self.fake.content[start:], len(self.fake.content)
            self._send(206, {"Content-Range": f"bytes {start}-{size - 1}/{size}"}, rest)

    def _note(self) -> None:
        self.fake.asked.append((self.command, self.path, self.headers.get("Range", "")))

    def _known(self) -> bool:
        places = (f"/{self.fake.repository}/resolve/{revision}/{self.fake.file}" for revision in self.fake.revisions)
        return self.path in places

    def _start(self) -> int | None:
        asked = self.headers.get("Range", "")
        return int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.fake.knows_ranges else None

    def _scripted(self, script: list[tuple[int, dict[str, str]]]) -> bool:
        if not script:
            return False
        status, headers = script.pop(0)
        self._answer(status, {"Content-Length": "0", **headers})
        return True

    def _answer(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self._answer(status, {"Content-Length": str(len(body)), **headers})
        if self.fake.cut_at:
            self.wfile.write(body[: self.fake.cut_at.pop(0)])
            self.wfile.flush()
            self.close_connection = True
        else:
            self.wfile.write(body)
