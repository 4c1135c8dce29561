"""Asking online sources: from the cache where that will do, politely and within a time where it will not.

Whatever goes wrong is a Skipped with its reason. After a failure that the next query would meet too, a source is left
alone for the rest of the run; what the cache knows is still answered.
"""

from __future__ import annotations

import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Event
from typing import TYPE_CHECKING, NoReturn

from texscholar.bibtex.work import normalise_arxiv, normalise_doi
from texscholar.errors import Skipped, TexscholarError
from texscholar.library.online.queries import Lookup
from texscholar.library.online.sources import base_of, requests_of
from texscholar.library.origins import ONLINE
from texscholar.network import AGENT, NetworkError, address, pause, request_path, wait_asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from texscholar.library.online.answers import Rows
    from texscholar.library.online.cache import AnswerShelf
    from texscholar.library.online.queries import Query
    from texscholar.library.online.sources import Source
    from texscholar.library.records import Record
    from texscholar.network import Endpoint, Network, Reply

FRESH = 30 * 86_400.0
"""Seconds for which an answer is not asked for again."""

_OK, _BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 200, 400, 401, 403, 404
_PASSING = frozenset((408, 425, 429, 500, 502, 503, 504, 529))
_TRIES = 3
_LONGEST = 20.0  # seconds for one answer
_NO_TIME = "out of time; allow more with --time-budget"
_NOT_KEPT = "not in the cache, and --offline closes the network"


@dataclass(frozen=True, slots=True)
class Manner:
    """How sources are asked.

    ``contact``: an address of electronic mail that is told to those who want one; empty for none.
    ``is_offline``: only the cache answers.
    ``end``: the moment of ``time.monotonic`` by which all must be done.
    ``most``: queries to each source; what is in the cache counts too, so that a replay is the same.
    """

    network: Network
    cache: AnswerShelf
    end: float
    most: int
    contact: str = ""
    is_offline: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a source told: records in the order of the queries, and how much of it the cache knew.

    ``oldest``: seconds since the oldest answer was given. ``sha256``: of all answers, which name the result.
    """

    source: str
    records: tuple[Record, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    answers: int = 0
    cached: int = 0
    oldest: float = 0.0
    sha256: str = ""

    def __str__(self) -> str:
        told = f"{self.source}: {self.answers} answer{'' if self.answers == 1 else 's'}"
        if not self.cached:
            return told
        return f"{told}, {self.cached} from the cache, the oldest {_age(self.oldest)}"


def ask(sources: Sequence[Source], queries: Sequence[Query], manner: Manner) -> tuple[Answered, ...]:
    """What each source answers; they are asked side by side, each one query after the other."""
    stop = Event()
    askers = [_Asker(source, manner, stop) for source in sources]
    with ThreadPoolExecutor(max(1, len(sources)), thread_name_prefix="online") as threads:
        try:
            waiting = [threads.submit(asker.answered, queries) for asker in askers]
            return tuple([each.result() for each in waiting])
        finally:  # whoever is interrupted waits for nobody
            stop.set()
            for asker in askers:
                asker.close()


class _UnansweredError(Exception):
    """This query has no answer; the next may have one."""


class _Asker:
    """One source in one run."""

    def __init__(self, source: Source, manner: Manner, stop: Event) -> None:
        self._source, self._manner, self._stop = source, manner, stop
        self._opened: Endpoint | None = None
        self._failure = _NOT_KEPT if manner.is_offline else ""
        self._ages: list[float] = []
        self._fresh = 0

    def answered(self, queries: Iterable[Query]) -> Answered:
        """What it answers to these queries, as many as may be asked."""
        records: list[Record] = []
        without: dict[str, int] = {}  # queries, by the reason why they have no answer
        left_out = others = 0
        seen = hashlib.sha256()
        wanted = requests_of(self._source, queries)
        asked = wanted[: self._manner.most]
        for path, alike in asked:
            try:
                body, rows = self._answer(path, alike[0])
            except _UnansweredError as error:
                without[str(error)] = without.get(str(error), 0) + 1
                continue
            seen.update(hashlib.sha256(body).digest())
            found = [each for each in rows if not isinstance(each, Skipped)]
            left_out += len(rows) - len(found)
            meant = [each for query in alike for each in _meant(found, query)]
            records += (replace(each, origin=f"{ONLINE}{self._source.name}") for each in meant)
            others += bool(found and not meant)
        reasons = [f"{reason}; {count} of {_counted(len(asked))} unanswered" for reason, count in without.items()]
        if left_out:
            reasons.append(f"{left_out} of its works left out: they have no title that can be used")
        if others:
            reasons.append(f"{_counted(others)} for an identifier answered with another work, which is left out")
        if over := len(wanted) - len(asked):
            reasons.append(f"{_counted(over)} more not asked; --max-queries allows more")
        what = f"online {self._source.name}"
        return Answered(
            self._source.name,
            tuple(records),
            tuple(Skipped(what, reason) for reason in reasons),
            self._fresh + len(self._ages),
            len(self._ages),
            max(self._ages, default=0.0),
            seen.hexdigest(),
        )

    def close(self) -> None:
        """Drop the connection."""
        if self._opened is not None:
            self._opened.close()

    def _answer(self, path: str, query: Query) -> tuple[bytes, Rows]:
        """The body of an answer and what it says.

        Raises:
            _UnansweredError: there is none.
        """
        kept = self._manner.cache.get(self._named, path)
        rows = self._read(kept.body, query) if kept else ""
        if kept is not None and not isinstance(rows, str) and (kept.age <= FRESH or self._failure):
            self._ages.append(kept.age)
            return kept.body, rows
        try:
            return self._new_answer(path, query)
        except _UnansweredError:
            if kept is None or isinstance(rows, str):
                raise
            self._ages.append(kept.age)  # an old answer is better than none
            return kept.body, rows

    def _new_answer(self, path: str, query: Query) -> tuple[bytes, Rows]:
        body = self._fetched(path, is_lookup=isinstance(query, Lookup))
        rows = self._read(body, query)
        if isinstance(rows, str):
            self._fail(rows)
        self._manner.cache.put(self._named, path, body)
        self._fresh += 1
        return body, rows

    @property
    def _named(self) -> str:
        """What answers are kept under: those of a mirror are not those of the source."""
        return f"{self._source.name} {self._base}"

    @property
    def _base(self) -> str:
        return base_of(self._source, self._manner.environ)

    def _read(self, body: bytes, query: Query) -> Rows | str:
        if not body:
            return ()  # there is no such work
        read = self._source.read_one if isinstance(query, Lookup) else self._source.read
        return read(body, self._source.name) if read else ()

    def _fetched(self, path: str, *, is_lookup: bool) -> bytes:
        """The body of the answer to a request; an empty one where the work of a look-up is not known.

        Raises:
            _UnansweredError: there is none.
        """
        for attempt in range(_TRIES):
            if self._failure:
                raise _UnansweredError(self._failure)
            self._wait(self._manner.cache.turn(self._source.name, self._source.interval), _NO_TIME)
            try:
                return self._checked(self._requested(path), is_lookup=is_lookup)
            except NetworkError as error:
                reason = f"{error}{'' if attempt == 0 else f' (tried {attempt + 1} times)'}"
                if not error.passing or attempt == _TRIES - 1:
                    self._fail(reason)
                self._wait(pause(attempt, error), reason)
            except TexscholarError as error:
                self._fail(str(error))
        raise AssertionError  # the last try returned or raised

    def _requested(self, path: str) -> Reply:
        """The reply to one request; the next one comes an interval after it.

        Raises:
            TexscholarError: it cannot be sent, or there is none.
        """
        endpoint, besides = self._endpoint(), self._besides(path)
        try:
            return endpoint.request("GET", f"{path}{besides}", None, min(_LONGEST, self._left()))
        finally:
            self._manner.cache.done(self._source.name, self._source.interval)

    def _wait(self, seconds: float, reason: str) -> None:
        """Wait; where that would take longer than there is time, the source is left alone."""
        if seconds >= self._left() or self._stop.wait(seconds):
            self._fail(reason)

    def _left(self) -> float:
        return max(0.001, self._manner.end - time.monotonic())

    def _fail(self, reason: str) -> NoReturn:
        self._failure = reason
        raise _UnansweredError(reason)

    def _checked(self, reply: Reply, *, is_lookup: bool) -> bytes:
        """The body of a good answer; the others are told as errors.

        Raises:
            NetworkError: asking it more is of no use, or only later.
            _UnansweredError: it does not understand this query.
        """
        if reply.status == _OK and reply.body:
            return reply.body
        if reply.status == _NOT_FOUND and is_lookup:
            return b""
        if reply.status in _PASSING:
            asked = wait_asked(reply.headers, time.time())
            until = "" if asked is None else f" and asks to wait {asked:.0f} s"
            raise NetworkError(
                f"is busy or out of order (error {reply.status}){until}; try again later", passing=True, wait=asked
            )
        if reply.status in {_UNAUTHORIZED, _FORBIDDEN}:
            variable = self._source.key_variable
            remedy = f"set {variable} to your key, or try again later" if variable else "try again later"
            raise NetworkError(f"refuses us (error {reply.status}); {remedy}")
        if reply.status < _BAD_REQUEST or reply.status == _NOT_FOUND:
            raise NetworkError(f"does not answer as documented (status {reply.status}); look for a newer texscholar")
        raise _UnansweredError(f"does not understand a query (error {reply.status}); look for a newer texscholar")

    def _endpoint(self) -> Endpoint:
        """Where requests go, opened with the first.

        Raises:
            TexscholarError: the address or the key cannot be used.
        """
        if self._opened is None:
            source, manner = self._source, self._manner
            headers = {"User-Agent": f"{AGENT} (mailto:{manner.contact})"} if manner.contact else {}
            if self._key and source.key_header:
                headers[source.key_header] = self._key
            self._opened = manner.network.endpoint(address(self._base), "", 1, headers)
        return self._opened

    @property
    def _key(self) -> str:
        """The user's key; it is never shown, and no answer is kept under it.

        Raises:
            TexscholarError: it cannot be sent.
        """
        variable = self._source.key_variable
        key = self._manner.environ.get(variable, "").strip() if variable else ""
        if not all("!" <= char <= "~" for char in key):
            raise TexscholarError(f"{variable} holds characters that no key has; set it anew")
        return key

    def _besides(self, path: str) -> str:
        """What the request says besides the query: who asks."""
        source = self._source
        told = {source.contact_field: self._manner.contact, source.key_field: self._key}
        fields = request_path("", {name: value for name, value in told.items() if name and value})
        return fields.replace("?", "&", 1) if "?" in path else fields


def _meant(found: Sequence[Record], query: Query) -> Sequence[Record]:
    """The records that answer a query: of a look-up the one that bears the identifier, under the wanted key."""
    if not isinstance(query, Lookup):
        return found
    doi, arxiv = normalise_doi(query.doi), normalise_arxiv(query.arxiv)
    same = [each for each in found if (doi and each.work.doi == doi) or (arxiv and each.work.arxiv == arxiv)]
    return [replace(each, key=query.key or each.key) for each in same[:1]]


def _counted(queries: int) -> str:
    return f"{queries} quer{'y' if queries == 1 else 'ies'}"


def _age(seconds: float) -> str:
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if count := int(seconds // length):
            return f"{count} {unit}{'' if count == 1 else 's'} old"
    return "less than a minute old"
