"""Records read ready for an index; on a large file of JSON lines two processes share the work."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from texscholar.errors import Skipped, TexscholarError
from texscholar.library.merging import Prepared, prepared
from texscholar.library.records import batch_records, is_bib, line_batches, read_records, told_if_senseless

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from texscholar.library.records import Batch, Record

    Rows = list[Prepared | Skipped]

_LARGE = 2_000_000  # bytes: a second process pays when there is more than a second of work
_PIPE = 1 << 20  # bytes that wait between the processes, where the system can be asked for that
# Of so many batches in turn the second process reads these: more than half, for it does nothing else.
_TURN, _SECONDS = 2, frozenset((1,))


def read_prepared(path: Path) -> Iterator[Prepared | Skipped]:
    """What ``read_records`` gives, ready for an index; whichever process reads a line, the result is the same.

    Raises:
        TexscholarError: the file cannot be opened, or is of another kind.
    """
    if not _is_large(path):
        yield from map(_row, read_records(path))
        return
    try:
        with _second_reader(path) as pipe:
            yield from told_if_senseless(path, _shared(path, pipe))
    except OSError as error:
        raise TexscholarError(f"cannot be read ({error.strerror}); check the path", path=str(path)) from error


def _is_large(path: Path) -> bool:
    if is_bib(path) or (os.cpu_count() or 1) < 2:  # noqa: PLR2004 - one for each
        return False
    try:
        return path.stat().st_size > _LARGE
    except OSError:  # told by whoever reads it
        return False


def _shared(path: Path, pipe: IO[bytes] | None) -> Iterator[Prepared | Skipped]:
    """The rows of a file; those of the second process come out of the pipe, as long as it gives any."""
    for number, batch in enumerate(line_batches(path)):
        rows = None
        if pipe is not None and _is_seconds(number):
            rows = _received(pipe)
            pipe = None if rows is None else pipe
        yield from _rows(batch, path.name) if rows is None else rows


def _is_seconds(number: int) -> bool:
    return number % _TURN in _SECONDS


def _rows(batch: Batch, file: str) -> Rows:
    return [_row(row) for row in batch_records(batch, file)]


def _row(row: Record | Skipped) -> Prepared | Skipped:
    return row if isinstance(row, Skipped) else prepared(row)


@contextmanager
def _second_reader(path: Path) -> Iterator[IO[bytes] | None]:
    """What a second process makes of its batches; None where there can be none."""
    try:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            (sys.executable, "-P", "-m", __name__, str(path)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # It imports what we import and nothing from the current folder.
            env=os.environ | {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)},
            pipesize=_PIPE,
        )
    except OSError:
        yield None
        return
    try:
        yield process.stdout
    finally:
        process.kill()
        process.communicate()


def _received(pipe: IO[bytes]) -> Rows | None:
    """The next batch that the second process sends; None once it sends no more."""
    try:
        rows = marshal.load(pipe)  # noqa: S302 - from our own process
    except (EOFError, ValueError, TypeError):
        return None
    return [Prepared._make(row) if len(row) == len(Prepared._fields) else Skipped(*row) for row in rows]


def send_batches(path: Path, pipe: IO[bytes]) -> None:
    """Write the second process's batches of a file for ``read_prepared``."""
    for number, batch in enumerate(line_batches(path)):
        if _is_seconds(number):
            marshal.dump([_plain(row) for row in _rows(batch, path.name)], pipe)
            pipe.flush()


def _plain(row: Prepared | Skipped) -> tuple[object, ...]:
    return (row.what, row.reason) if isinstance(row, Skipped) else tuple(row)


if __name__ == "__main__":
    send_batches(Path(sys.argv[1]), sys.stdout.buffer)
