"""Answers that online sources gave before: asked again only when they are old, and replayed without a network.

The cache is one SQLite file, which several processes may use at once, and in which a write is whole or not there. An
answer is named by its source and path, never by a key or contact. It is never an error: where the cache cannot be read
or written, everything is asked anew. The same file keeps the turns of each source, so that two runs at once are as
polite as one.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MOST_BYTES = 64 << 20
"""Of compressed answers; those not used for longest go first."""

_FORMAT = 1
_LARGEST = 32 << 20  # bytes of one answer; more than the network lets through
_LEFT = 0.75  # share of the most bytes that is left after making room
_DAY = 86_400
_BUSY = 2.0  # seconds to wait for another process
_LONGEST_TURN = 60.0  # seconds: a turn further ahead was taken by a clock that was wrong
_TABLES = """
PRAGMA journal_mode = TRUNCATE;
CREATE TABLE IF NOT EXISTS answers
    (name BLOB PRIMARY KEY, body BLOB NOT NULL, asked REAL NOT NULL, used REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS turns (source TEXT PRIMARY KEY, next REAL NOT NULL) WITHOUT ROWID;
"""
# No write-ahead log: it fails on network drives, where many a home folder lies.


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer from the cache and its age in seconds."""

    body: bytes
    age: float


class AnswerShelf:
    """Answers by name; any thread may ask.

    Args:
        path: the file; it and its folder are made when something is put into it.
        most_bytes: of all answers.
        now: seconds since the epoch.
    """

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES, now: Callable[[], float] = time.time) -> None:
        self._path, self._most_bytes, self._now = path, most_bytes, now
        self._connection: sqlite3.Connection | None = None
        self._is_usable = True
        self._lock = Lock()
        self._turns: dict[str, float] = {}

    def get(self, source: str, path: str) -> Kept | None:
        """The answer to a request, if it is known and whole."""
        with self._lock:
            if not self._path.exists():
                return None
            name = _name(source, path)
            rows = self._run("SELECT body, asked, used FROM answers WHERE name = ?", name)
            body = _expanded(rows[0][0]) if rows else None
            if not rows or body is None:
                return None
            _, asked, used = rows[0]
            if used < self._now() - _DAY:  # to the day: most answers are read without writing
                self._run("UPDATE answers SET used = ? WHERE name = ?", self._now(), name)
            return Kept(body, max(0.0, self._now() - float(asked)))

    def put(self, source: str, path: str, body: bytes) -> None:
        """Remember an answer."""
        with self._lock:
            now = self._now()
            values = (_name(source, path), zlib.compress(body), now, now)
            self._run("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", *values)
            self._make_room()

    def turn(self, source: str, interval: float) -> float:
        """Seconds to wait before the next request to a source; the one after it comes an interval later."""
        with self._lock:
            now = self._now()
            rows = self._run("SELECT next FROM turns WHERE source = ?", source, begin=True)
            kept = float(rows[0][0]) if rows else self._turns.get(source, 0.0)
            at = max(now, kept) if kept - now < _LONGEST_TURN else now
            self._turns[source] = at + interval
            self._run("INSERT OR REPLACE INTO turns VALUES (?, ?)", source, at + interval)
            return at - now

    def done(self, source: str, interval: float) -> None:
        """A request has come to its end: the next one comes an interval later at the earliest."""
        with self._lock:
            at = self._now() + interval
            self._turns[source] = max(at, self._turns.get(source, 0.0))
            self._run("UPDATE turns SET next = max(next, ?) WHERE source = ?", at, source)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection, self._is_usable = None, False

    def _make_room(self) -> None:
        rows = self._run("SELECT coalesce(sum(length(body)), 0) FROM answers")
        total = int(rows[0][0]) if rows else 0
        if total <= self._most_bytes:
            return
        for name, size in self._run("SELECT name, length(body) FROM answers ORDER BY used, name") or ():
            if total <= self._most_bytes * _LEFT:
                break
            self._run("DELETE FROM answers WHERE name = ?", name)
            total -= size

    def _run(self, statement: str, *values: object, begin: bool = False) -> list[tuple[Any, ...]] | None:
        """What a statement gives; None from the first failure on. One that begins holds the file until the next."""
        if not self._is_usable:
            return None
        try:
            if self._connection is None:
                self._connection = _opened(self._path)
            if begin:
                self._connection.execute("BEGIN IMMEDIATE")
                return self._connection.execute(statement, values).fetchall()
            with self._connection:
                return self._connection.execute(statement, values).fetchall()
        except (sqlite3.Error, OSError) as error:
            self._close()
            if type(error) is sqlite3.DatabaseError:  # no database, or a broken one; not one that is in use
                with suppress(OSError):
                    self._path.unlink()
            return None


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=_BUSY, check_same_thread=False)
    connection.executescript(_TABLES)
    return connection


def _name(source: str, path: str) -> bytes:
    return hashlib.sha256(repr((_FORMAT, source, path)).encode("utf-8", "backslashreplace")).digest()


def _expanded(data: object) -> bytes | None:
    """A body as it came; None where it is damaged, or larger than any we put there."""
    if not isinstance(data, bytes):
        return None
    expander = zlib.decompressobj()
    try:
        body = expander.decompress(data, _LARGEST)
    except zlib.error:
        return None
    return body if expander.eof else None
