"""Answers that a model gave before, so that nobody waits for them twice: a hook sees the same sentence again and again.

An answer depends on the model, the adapter, the prompt, the constraint and how it was drawn, and on nothing else; their
hash is its name. The cache lies in one SQLite file, which several processes may use at once. It is never an error:
where it cannot be read or written, everything is asked anew.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import sqlite3
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from texscholar.errors import Skipped
from texscholar.lfm.backend import LFM2_SAMPLING, LFM25_SAMPLING, TIME, Adapter, Backend, Generated, Generation
from texscholar.lfm.chat import Dialect, rendered, rendered_answers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from texscholar.lfm.prompts import Prompt

Answer = TypeVar("Answer")

MOST_BYTES = 32 << 20  # of answers; with its index the file is about twice as large

_FORMAT = 1  # to be raised when the engine or its settings change, and the same question may get another answer
_OVERHEAD = 64  # bytes of an answer beside its text
_LEFT = 0.75  # share of the most bytes that is left after making room
_BUSY = 0.25  # seconds to wait for another process
_DAY = 86_400
_TABLES = """
PRAGMA journal_mode = TRUNCATE;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS answers (name BLOB PRIMARY KEY, answer TEXT NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, state TEXT NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;
"""
# No write-ahead log: it fails on network drives, where many a home folder lies. What a power cut may break is thrown
# away, so nothing waits for the disk.


class AnswerCache:
    """Answers by name, and hashes of files that have not changed.

    Args:
        path: the file; it and its folder are made when something is put into it.
        most_bytes: of all answers; those not used for longest go first.
        now: seconds since the epoch.
    """

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES, now: Callable[[], float] = time.time) -> None:
        self._path, self._most_bytes, self._now = path, most_bytes, now
        self._connection: sqlite3.Connection | None = None
        self._is_usable = True

    def get(self, name: bytes) -> str | None:
        """The answer of this name, if it is known."""
        rows = self._run("SELECT answer, used FROM answers WHERE name = ?", name)
        if not rows:
            return None
        answer, used = rows[0]
        if used < self._now() - _DAY:  # to the day: most hits write nothing
            self._run("UPDATE answers SET used = ? WHERE name = ?", int(self._now()), name)
        return str(answer)

    def put(self, name: bytes, answer: str) -> None:
        """Remember an answer."""
        self._run("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", name, answer, int(self._now()))
        if name[0] == 0:  # one name in 256: counting takes longer than putting
            self.make_room()

    def make_room(self) -> None:
        """Forget what was not used for longest, if there is too much."""
        total = self._bytes()
        if total <= self._most_bytes:
            return
        for name, size in self._run("SELECT name, length(answer) FROM answers ORDER BY used, name") or ():
            if total <= self._most_bytes * _LEFT:
                break
            self._run("DELETE FROM answers WHERE name = ?", name)
            total -= size + _OVERHEAD

    def sha256(self, path: Path) -> str | None:
        """The hash of a file, if it was put here and the file has not changed since."""
        state = state_of(path)
        rows = self._run("SELECT sha256 FROM files WHERE path = ? AND state = ?", os.fspath(path), state)
        return str(rows[0][0]) if rows and state else None

    def put_sha256(self, path: Path, state: str, sha256: str) -> None:
        """Remember the hash of a file that was in this state before it was read."""
        if state and state == state_of(path):
            self._run("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", os.fspath(path), state, sha256)

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection, self._is_usable = None, False

    def _bytes(self) -> int:
        rows = self._run("SELECT coalesce(sum(length(answer)), 0), count(*) FROM answers")
        return int(rows[0][0]) + _OVERHEAD * int(rows[0][1]) if rows else 0

    def _run(self, statement: str, *values: object) -> list[tuple[Any, ...]] | None:
        """What a statement gives; None from the first failure on."""
        if not self._is_usable:
            return None
        try:
            if self._connection is None:
                self._connection = _opened(self._path)
            with self._connection:
                return self._connection.execute(statement, values).fetchall()
        except (sqlite3.Error, OSError) as error:
            self.close()
            if type(error) is sqlite3.DatabaseError:  # no database, or a broken one; not one that is in use
                _removed(self._path)
            return None


def state_of(path: Path) -> str:
    """What changes when a file does, found without reading it; empty where there is no file."""
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_dev} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=_BUSY, check_same_thread=False)
    connection.executescript(_TABLES)
    return connection


def _removed(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


@dataclass(frozen=True, slots=True)
class Identity:
    """Which model it is, to the last bit, and what is on top of it."""

    sha256: str
    adapter: Adapter | None = None


class CachedBackend:
    """A backend that is asked, and started, only for what is not in the cache.

    Args:
        name: of the model.
        identity: of the model; None where only the started backend can tell.
        start: gives the backend within so many seconds.
        cache: of answers.
    """

    def __init__(
        self,
        name: str,
        identity: Identity | None,
        start: Callable[[float], Backend | Skipped],
        cache: AnswerCache,
    ) -> None:
        self._name, self._identity = name, identity
        self._start, self._cache = start, cache
        self._backend: Backend | Skipped | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def sha256(self) -> str:
        """Known from the first answer on, if not before."""
        return self._identity.sha256 if self._identity else ""

    @property
    def adapter(self) -> Adapter | None:
        return self._identity.adapter if self._identity else None

    @property
    def is_started(self) -> bool:
        return self._backend is not None

    def score(self, prompt: Prompt, seconds: float) -> tuple[float, ...] | Skipped:
        """The natural logarithm of the probability of each answer."""
        return self._answered(
            lambda: self._named(prompt, "score"),
            lambda answer: _scores(answer, len(prompt.answers)),
            lambda backend, left: backend.score(prompt, left),
            json.dumps,
            seconds,
        )

    def generate(self, request: Generation, seconds: float) -> Generated | Skipped:
        """A text; one that the time cut off is not remembered."""
        asked = (
            request.constraint.gbnf if request.constraint else None,
            request.most_tokens,
            request.sampling or (LFM2_SAMPLING, LFM25_SAMPLING),
            request.seed,
            request.stops,
        )
        return self._answered(
            lambda: self._named(request.prompt, asked),
            _text,
            lambda backend, left: backend.generate(request, left),
            lambda text: "" if text.ended == TIME else json.dumps([text.text, text.tokens, text.ended]),
            seconds,
        )

    def close(self) -> None:
        """End the backend, if it was started, and let go of the cache."""
        if self._backend is not None and not isinstance(self._backend, Skipped):
            self._backend.close()
        self._cache.close()

    def _answered(
        self,
        name_of: Callable[[], bytes],
        read: Callable[[str | None], Answer | None],
        ask: Callable[[Backend, float], Answer | Skipped],
        write: Callable[[Answer], str],
        seconds: float,
    ) -> Answer | Skipped:
        """The answer from the cache, or else from the backend."""
        start = time.monotonic()
        if self._identity is None and isinstance(backend := self._started(seconds), Skipped):
            return backend
        name = name_of()
        known = read(self._cache.get(name))
        if known is not None:
            return known
        backend = self._started(seconds)
        if isinstance(backend, Skipped):
            return backend
        answer = ask(backend, max(0.0, seconds - (time.monotonic() - start)))
        if not isinstance(answer, Skipped) and (text := write(answer)):
            self._cache.put(name, text)
        return answer

    def _started(self, seconds: float) -> Backend | Skipped:
        """The backend; a failure to start it is final."""
        if self._backend is None:
            self._backend = self._start(seconds)
            if not isinstance(self._backend, Skipped):
                self._identity = Identity(self._backend.sha256, self._backend.adapter)
        return self._backend

    def _named(self, prompt: Prompt, asked: object) -> bytes:
        """The name of an answer: the hash of all that it depends on."""
        written = [rendered(prompt, dialect) for dialect in Dialect]
        known = (_FORMAT, self.sha256, self.adapter and self.adapter.sha256, written, rendered_answers(prompt), asked)
        return hashlib.sha256(repr(known).encode("utf-8", "backslashreplace")).digest()


def _scores(answer: str | None, count: int) -> tuple[float, ...] | None:
    """The scores in a cached answer; None if it holds anything else."""
    values = _parsed(answer)
    if len(values) != count or not all(isinstance(value, float) and math.isfinite(value) for value in values):
        return None
    return tuple(values)


def _text(answer: str | None) -> Generated | None:
    match _parsed(answer):
        case [str(text), int(tokens), str(ended)]:
            return Generated(text, tokens, ended)
    return None


def _parsed(answer: str | None) -> Sequence[Any]:
    try:
        values = json.loads(answer or "null")
    except ValueError:
        return ()
    return values if isinstance(values, list) else ()
