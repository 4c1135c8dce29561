"""Records read ready for an index; on a large file of JSON lines two processes share the work."""

from __future__ import annotations

import gc
import marshal
import os
import subprocess
import sys
from collections import deque
from contextlib import suppress
from itertools import islice, repeat
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Self

from texscholar.errors import Skipped
from texscholar.library.importers.kinds import kind_of, read_kind
from texscholar.library.kinds import JSONL
from texscholar.library.merging import UNCOLLECTED, Prepared, prepared
from texscholar.library.records import Batch, batch_records, batch_size, line_batches, told_if_senseless

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

    from texscholar.library.records import Record

    Rows = list[Prepared | Skipped]

PASSED = Skipped("", "is known already")
"""Stands for a row that nobody needs."""

_LARGE = 2_000_000  # bytes: a second process pays when there is more than a second of work
_PIPE = 1 << 20  # bytes that wait between the processes, where the system can be asked for that
_FRAME = b"next"  # before the length of what is sent: nothing else that starts is taken for the second process
_LENGTH = 8
# Of so many batches in turn the second process reads these: six in ten, for the first one packs and keeps all rows.
_TURN, _SECONDS = 10, frozenset((1, 2, 4, 6, 7, 9))


class SecondReader:
    """A second process that reads the batches it is sent; it starts with the first and lasts for all files."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._is_of_use = (os.cpu_count() or 1) > 1  # one for each
        # A thread writes, so that neither process waits for the other to read.
        self._frames: SimpleQueue[bytes] = SimpleQueue()
        self._writer: Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, batch: Batch, file: str) -> bool:
        """Have it read a batch of a file; whether there is anybody to."""
        if self._is_of_use and self._process is None:
            self._start()
        if self._process is not None:
            self._frames.put(_framed([file, *batch]))
        return self._process is not None

    def _start(self) -> None:
        try:
            self._process = _started()
        except OSError:
            self._is_of_use = False
            return
        self._writer = Thread(target=_write, args=(self._frames, self._process.stdin), daemon=True)
        self._writer.start()

    def rows(self) -> Rows | None:
        """What it made of the first batch whose rows were not asked for yet; None once it sends no more."""
        received = _received(_pipe(self._process.stdout)) if self._process else None
        if received is None:
            self.close()
            return None
        return [Prepared._make(row) if len(row) == len(Prepared._fields) else Skipped(*row) for row in received]

    def close(self) -> None:
        """End it; what is left of its work is somebody else's."""
        self._is_of_use = False
        if self._process and self._writer:
            self._process.kill()
            self._frames.put(b"")
            self._writer.join()
            self._process.communicate()
        self._process = None


def read_prepared(
    path: Path, second: SecondReader | None = None, kind: str = "", passed: int = 0
) -> Iterator[Prepared | Skipped]:
    """What ``read_records`` gives, ready for an index; whichever process reads a line, the result is the same.

    Args:
        path: of the file.
        second: shares the work on JSON lines.
        kind: of the file; if empty, its content tells.
        passed: of the first rows nothing is made, as far as that saves work; ``PASSED`` stands in their place.

    Raises:
        TexscholarError: the file cannot be opened, or is of another kind.
    """
    kind = kind or kind_of(path)
    if second is None or kind != JSONL or not _is_large(path):
        rows = read_kind(path, kind)
        yield from (PASSED for _ in islice(rows, passed))
        yield from (_row(row, kind) for row in rows)
        return
    yield from told_if_senseless(path, _shared(path, second, passed))


def _is_large(path: Path) -> bool:
    try:
        return path.stat().st_size > _LARGE
    except OSError:  # told by whoever reads it
        return False


def _shared(path: Path, second: SecondReader, passed: int) -> Iterator[Prepared | Skipped]:
    """The rows of a file; the second process is sent its batches early, so that it need not wait for more."""
    waiting: deque[tuple[Batch, bool]] = deque()
    for number, batch in enumerate(line_batches(path)):
        if passed and (count := batch_size(batch)) <= passed:
            yield from repeat(PASSED, count)
            passed -= count
            continue
        passed = 0
        waiting.append((batch, _is_seconds(number) and second.send(batch, path.name)))
        if len(waiting) > _TURN:
            yield from _either_rows(*waiting.popleft(), path.name, second)
    for each in waiting:
        yield from _either_rows(*each, path.name, second)


def _either_rows(batch: Batch, is_sent: bool, file: str, second: SecondReader) -> Rows:  # noqa: FBT001 - of a pair
    rows = second.rows() if is_sent else None
    return _rows(batch, file) if rows is None else rows


def _is_seconds(number: int) -> bool:
    return number % _TURN in _SECONDS


def _rows(batch: Batch, file: str) -> Rows:
    return [_row(row, JSONL) for row in batch_records(batch, file)]


def _row(row: Record | Skipped, kind: str) -> Prepared | Skipped:
    return row if isinstance(row, Skipped) else prepared(row, kind)


def _started() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        (sys.executable, "-P", "-m", __name__),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # It imports what we import and nothing from the current folder.
        env=os.environ | {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)},
        pipesize=_PIPE,
    )


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise BrokenPipeError
    return pipe


def _write(frames: SimpleQueue[bytes], pipe: IO[bytes]) -> None:
    """Write frames up to an empty one, as long as anybody reads."""
    with suppress(OSError):
        while frame := frames.get():
            pipe.write(frame)
            pipe.flush()


def _framed(value: list[Any]) -> bytes:
    packed = marshal.dumps(value)
    return b"".join((_FRAME, len(packed).to_bytes(_LENGTH, "big"), packed))


def _received(pipe: IO[bytes]) -> Any:  # noqa: ANN401 - what comes depends on who sends
    """The next value out of a pipe; None once there is none."""
    head = pipe.read(len(_FRAME) + _LENGTH)
    length = int.from_bytes(head[len(_FRAME) :], "big")
    # Read whole before it is understood: marshal asks a file for every value.
    if not head.startswith(_FRAME) or len(packed := pipe.read(length)) < length:
        return None
    return marshal.loads(packed)  # noqa: S302 - from our own process


def serve(batches: IO[bytes], pipe: IO[bytes]) -> None:
    """Write what becomes of the batches that come, one after the other."""
    while message := _received(batches):
        file, *batch = message
        pipe.write(_framed([_plain(row) for row in _rows(Batch(*batch), file)]))
        pipe.flush()


def _plain(row: Prepared | Skipped) -> tuple[object, ...]:
    return (row.what, row.reason) if isinstance(row, Skipped) else tuple(row)


if __name__ == "__main__":
    gc.set_threshold(UNCOLLECTED)
    serve(sys.stdin.buffer, sys.stdout.buffer)
