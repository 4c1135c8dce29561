"""A library on a search service, asked like one on this machine; what fails is a skip, and the run goes on without."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Self

from texscholar.library.manifest import Manifest, Source
from texscholar.library.merging import known_as
from texscholar.library.origins import origin_of
from texscholar.library.service import wire
from texscholar.library.terms import STOP_WORDS, terms
from texscholar.network import NetworkError, pause, wait_asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from texscholar.errors import Skipped
    from texscholar.library.index import Hit
    from texscholar.library.records import Record
    from texscholar.library.service.wire import Engine, Found
    from texscholar.network import Network, Reply

    Asked = tuple[Mapping[str, float], int, Mapping[str, float] | None]

SECONDS = 10.0
"""Within which a service must answer a question."""

_OK, _REDIRECT, _BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 200, 300, 400, 401, 403, 404
_PASSING = frozenset((408, 429, 502, 503, 504))
_TRIES = 3
_AT_ONCE = 4
_TOGETHER, _LARGEST = 16, 700_000  # searches in one request, and their bytes: Quickwit takes a megabyte
_MOST_PER_KEY = 100


class Connection:
    """Requests to one service, each answered in time or not at all.

    Args:
        network: the door.
        engine: where the index lies.
        authorization: what the header of this name says; empty for none.
        seconds: for a request with its repetitions.
    """

    def __init__(self, network: Network, engine: Engine, authorization: str, seconds: float = SECONDS) -> None:
        headers = {"Authorization": authorization} if authorization else {}
        self._endpoint = network.endpoint(engine.base, "", _AT_ONCE, headers)
        self._seconds = seconds

    def ask(self, method: str, path: str, body: bytes | None = None, *, allowed: Sequence[int] = ()) -> Reply:
        """The answer to a request; one that may pass is repeated while there is time.

        Raises:
            NetworkError: there is none, or it is an error that is not among the ``allowed`` ones.
        """
        end = time.monotonic() + self._seconds
        for attempt in range(_TRIES):
            try:
                reply = self._endpoint.request(method, path, body, max(0.001, end - time.monotonic()))
                return reply if reply.status in allowed else _checked(reply)
            except NetworkError as error:
                seconds = pause(attempt, error)
                if not error.passing or attempt == _TRIES - 1 or time.monotonic() + seconds >= end:
                    raise
                time.sleep(seconds)
        raise AssertionError  # the last try returned or raised

    def close(self) -> None:
        """Drop all connections."""
        self._endpoint.close()


def _checked(reply: Reply) -> Reply:
    """Raises: NetworkError: an answer that is an error."""
    status = reply.status
    if status < _REDIRECT:
        return reply
    if status < _BAD_REQUEST:
        raise NetworkError("sends us to another address; name that one")
    if status in {_UNAUTHORIZED, _FORBIDDEN}:
        raise NetworkError("refuses us; set TEXSCHOLAR_LIBRARY_KEY to a key that may do this")
    if status == _NOT_FOUND:
        raise NetworkError("has no such index; `texscholar library push` makes it")
    said = wire.complaint(wire.read_json(reply.body))
    raise NetworkError(
        f"answers with error {status} ({said}); look at the service",
        passing=status in _PASSING,
        wait=wait_asked(reply.headers, time.time()),
    )


class ServiceLibrary:
    """An index on a search service, with the verbs of a library on this machine.

    After a failure it is asked no more and finds nothing; ``skipped`` tells why.
    """

    def __init__(self, connection: Connection, engine: Engine) -> None:
        self.name = str(engine)
        self._connection, self._engine = connection, engine
        self._origin = origin_of(self.name)
        self._faults: dict[str, None] = {}
        self._has_failed = False
        self._known: dict[bytes, tuple[Hit, ...]] = {}
        self._count = self._counted()

    @property
    def manifest(self) -> Manifest:
        """What it is known by: its address and how much it holds, for a service tells no hash of its content."""
        digest = hashlib.sha256(f"{self.name} {self._count}".encode()).hexdigest()
        return Manifest(self._count, (Source(self.name, digest, self._count, 0),))

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What went wrong, each thing once."""
        return tuple(wire.skipped(self._engine, fault) for fault in self._faults)

    def __len__(self) -> int:
        return self._count

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop all connections."""
        self._connection.close()

    def prepare(self, questions: Iterable[Asked]) -> None:
        """Ask several questions of ``search_terms`` together, so that each is answered at once when it is asked."""
        bodies = [
            wire.words_body(wanted, limit, context) for wanted, limit, context in questions if wanted and limit > 0
        ]
        batch: list[bytes] = []
        for body in dict.fromkeys(body for body in bodies if body not in self._known):
            if len(batch) == _TOGETHER or sum(map(len, batch)) + len(body) > _LARGEST:
                self._search_several(batch)
                batch = []
            batch.append(body)
        if batch:
            self._search_several(batch)

    def search(self, query: str, limit: int) -> tuple[Hit, ...]:
        """The records that share words with a text, best first, ties by id."""
        return self.search_terms({term: 1.0 for term in terms(query) if term not in STOP_WORDS}, limit)

    def search_terms(
        self, wanted: Mapping[str, float], limit: int, context: Mapping[str, float] | None = None
    ) -> tuple[Hit, ...]:
        """The records that hold any of these index terms, each counting so much; best first, ties by id."""
        if limit < 1 or not (wanted or context):
            return ()
        return self._search(wire.words_body(wanted, limit, context))

    def by_key(self, key: str) -> tuple[Record, ...]:
        """The records known under exactly this citation key."""
        return tuple(record for record in self._exact("key", [key], _MOST_PER_KEY) if record.key == key)

    def by_id(self, name: str) -> tuple[Record, ...]:
        """The records to which a source gave exactly this id."""
        return self._exact("id", [name], _MOST_PER_KEY)

    def by_identity(self, names: Iterable[str]) -> tuple[Record, ...]:
        """The records that bear one of these identities."""
        wanted = sorted(set(names))
        return self._exact("identity", wanted, len(wanted))

    def by_identities(self, groups: Sequence[frozenset[str]]) -> tuple[Record | None, ...]:
        """For each group of identities the record that bears one of them, the first by id, or None."""
        names = sorted({name for group in groups for name in group})
        found: dict[str, Record] = {}
        for record in self._exact("identity", names, len(names)):
            for name in known_as(record.work):
                found.setdefault(name, record)
        return tuple(
            min((found[name] for name in group if name in found), key=lambda record: record.id, default=None)
            for group in groups
        )

    def document_frequency(self, term: str) -> int:
        """In how many titles an index term stands."""
        return wire.read_count(self._ask("_count", wire.title_body(term))) or 0

    def _exact(self, kind: str, names: Sequence[str], limit: int) -> tuple[Record, ...]:
        """The records with one of these values, the first so many by id."""
        found: dict[str, Record] = {}
        for at in range(0, len(names), wire.MOST_EXACT):
            some = names[at : at + wire.MOST_EXACT]
            for hit in self._search(wire.exact_body(kind, some, max(len(some), _MOST_PER_KEY))):
                found.setdefault(f"{hit.record.id}\0{hit.record.work.title}", hit.record)
        return tuple(sorted(found.values(), key=lambda record: record.id)[:limit])

    def _search(self, body: bytes) -> tuple[Hit, ...]:
        if body not in self._known:
            self._note(body, wire.read_found(self._ask("_search", body), self._origin))
        return self._known[body]

    def _search_several(self, bodies: Sequence[bytes]) -> None:
        is_quickwit = self._engine.is_quickwit
        path = "/_msearch" if is_quickwit else f"/{self._engine.index}/_msearch"
        data = wire.multi_body(bodies, self._engine.index if is_quickwit else "")
        answer = self._ask_at("POST", path, data)
        for body, found in zip(bodies, wire.read_several(answer, len(bodies), self._origin), strict=True):
            self._note(body, found)

    def _note(self, body: bytes, found: Found) -> None:
        self._known[body] = found.hits
        if self._has_failed or not found.fault:
            return
        self._faults[found.fault] = None
        self._has_failed = not found.is_answered

    def _counted(self) -> int:
        count = wire.read_count(self._ask("_count", None))
        if count is None and not self._has_failed:
            self._fail("tells no number of its documents; check its address")
        return count or 0

    def _ask(self, verb: str, body: bytes | None) -> object:
        return self._ask_at("POST" if body else "GET", f"/{self._engine.index}/{verb}", body)

    def _ask_at(self, method: str, path: str, body: bytes | None) -> object:
        """The answer, None where there is none; after a failure nobody is asked any more."""
        if self._has_failed:
            return None
        try:
            return wire.read_json(self._connection.ask(method, path, body).body)
        except NetworkError as error:
            # What the door advises is for models.
            self._fail(str(error).replace("; allow more time", ""))
            return None

    def _fail(self, why: str) -> None:
        self._has_failed = True
        self._faults[why] = None
