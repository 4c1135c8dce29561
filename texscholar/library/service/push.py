"""Fills an index of a search service: documents in bulk, in bounded batches, what was refused for now once more."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

from texscholar.errors import Skipped, TexscholarError
from texscholar.library.manifest import MOST_SKIPPED
from texscholar.library.service import wire
from texscholar.network import FIRST_PAUSE, NetworkError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from texscholar.library.records import Record
    from texscholar.library.service.client import Connection
    from texscholar.library.service.wire import Engine

    Documents = list[tuple[str, bytes]]

SECONDS = 120.0
"""Within which a service must take a batch."""

_BATCH = 4 << 20  # bytes of a request: services take 100 MB at most, and advise 5 to 15
_MOST = 1000  # documents of a request
_TRIES = 8  # of one batch: more than two minutes with their pauses
_OK, _NOT_FOUND, _BAD_REQUEST, _TOO_LARGE, _TOO_MANY, _UNAVAILABLE = 200, 404, 400, 413, 429, 503
_PASSING = frozenset((_TOO_MANY, 502, _UNAVAILABLE, 504))


@dataclass
class Pushed:
    """What came of a push: documents taken, left out, and bytes; ``skipped`` names the first left out."""

    taken: int = 0
    left_out: int = 0
    size: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def leave_out(self, what: Skipped) -> None:
        """Count one that is left out."""
        self.left_out += 1
        if len(self.skipped) < MOST_SKIPPED:
            self.skipped.append(what)


def measured(records: Iterable[Record | Skipped], tell: Callable[[int], None]) -> Pushed:
    """What a push would send; nobody is asked."""
    pushed = Pushed()
    for batch in batches(records, pushed):
        pushed.size += len(wire.bulk_body(batch, only_new=False))
        pushed.taken += len(batch)
        tell(pushed.taken)
    return pushed


def push(
    records: Iterable[Record | Skipped],
    engine: Engine,
    connection: Connection,
    tell: Callable[[int], None],
    sleep: Callable[[float], None] = time.sleep,
) -> Pushed:
    """Send records to an index, which is made where it is missing.

    A document is named by its work: what an interrupted push sent is sent again and stands there once.

    Args:
        records: what to send, and what was left out before.
        engine: where the index lies.
        connection: to its service.
        tell: told how many documents were taken.
        sleep: waits for so many seconds.

    Raises:
        TexscholarError: the service cannot be reached, is overloaded for minutes, or the index is none of ours.
    """
    try:
        if not engine.is_quickwit:
            _make_index(engine, connection)
        pushed = Pushed()
        for batch in batches(records, pushed):
            _send(batch, engine, connection, pushed, sleep)
            tell(pushed.taken)
        if not engine.is_quickwit:
            connection.ask("POST", f"/{engine.index}/_refresh")
    except NetworkError as error:
        raise _told(engine, str(error)) from error
    return pushed


def batches(records: Iterable[Record | Skipped], pushed: Pushed) -> Iterator[Documents]:
    """Documents in batches of bounded size; what was left out is counted."""
    batch: Documents = []
    size = 0
    for record in records:
        if isinstance(record, Skipped):
            pushed.leave_out(record)
            continue
        identifier, data = wire.document(record)
        if batch and (size + len(data) > _BATCH or len(batch) == _MOST):
            yield batch
            batch, size = [], 0
        batch.append((identifier, data))
        size += len(data)
    if batch:
        yield batch


def _make_index(engine: Engine, connection: Connection) -> None:
    """Make the index where it is missing, and look whether one that is there is ours."""
    path = f"/{engine.index}"
    there = connection.ask("GET", f"{path}/_mapping", allowed=(_NOT_FOUND,))
    if there.status == _NOT_FOUND:
        made = connection.ask("PUT", path, orjson.dumps(wire.MAPPING), allowed=(_BAD_REQUEST,))
        said = wire.complaint(wire.read_json(made.body))
        if made.status == _BAD_REQUEST and not said.startswith("resource_already_exists_exception"):
            raise NetworkError(f"cannot make the index ({said})")
    elif not wire.is_ours(wire.read_json(there.body)):
        raise NetworkError("has an index of this name that `library push` did not make; name another")


def _send(
    batch: Documents, engine: Engine, connection: Connection, pushed: Pushed, sleep: Callable[[float], None]
) -> None:
    """Send a batch until every document of it is taken or refused for good."""
    for attempt in range(_TRIES):
        data = wire.bulk_body(batch, only_new=engine.is_quickwit)
        reply = connection.ask("POST", f"/{engine.index}/_bulk", data, allowed=(_TOO_LARGE, _TOO_MANY, _UNAVAILABLE))
        pushed.size += len(data)
        if reply.status == _TOO_LARGE:
            _send_halves(batch, engine, connection, pushed, sleep)
            return
        if reply.status == _OK:
            batch = _left(batch, reply.body, pushed)
        if not batch:
            return
        if attempt < _TRIES - 1:
            sleep(FIRST_PAUSE * 2.0**attempt)
    raise NetworkError("is overloaded; run this again later, what was taken stays")


def _send_halves(
    batch: Documents, engine: Engine, connection: Connection, pushed: Pushed, sleep: Callable[[float], None]
) -> None:
    """What is too large for the service as a whole, in two parts; a single document that is too large is left out."""
    if len(batch) == 1:
        pushed.leave_out(Skipped(wire.title_of(batch[0][1]), "is too large for the service"))
        return
    middle = len(batch) // 2
    for part in (batch[:middle], batch[middle:]):
        _send(part, engine, connection, pushed, sleep)


def _left(batch: Documents, body: bytes, pushed: Pushed) -> Documents:
    """What of a batch is to be sent once more; what was refused for good is counted."""
    answer = wire.read_json(body)
    found = wire.read_bulk(answer, batch)
    if found is None:
        raise NetworkError(f"gives no answer of a bulk request ({wire.complaint(answer)})")
    faults = list(found)
    again = [batch[at] for at, status, _ in faults if status in _PASSING]
    for at, status, reason in faults:
        if status not in _PASSING:
            pushed.leave_out(Skipped(wire.title_of(batch[at][1]), f"was refused (error {status}, {reason})"))
    pushed.taken += len(batch) - len(faults)
    return again


def _told(engine: Engine, why: str) -> TexscholarError:
    why = why.replace("; allow more time", "")
    return TexscholarError(why if ";" in why else f"{why}; look at the service and run this again", path=str(engine))
