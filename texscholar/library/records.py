"""Records, the works one can cite from, and the files they are read from."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from texscholar.bibtex.entries import read_bibliography
from texscholar.bibtex.values import entry_work, plain
from texscholar.bibtex.work import Work, identities
from texscholar.errors import Skipped, TexscholarError
from texscholar.library.jsonl import DAMAGED, NO_JSON, NO_OBJECT, json_object, json_text, json_work
from texscholar.source import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from io import BufferedReader
    from pathlib import Path

    from texscholar.library.jsonl import Fields
    from texscholar.source import SourceText

    Row = TypeVar("Row")

SUFFIXES = (".bib", ".jsonl", ".jsonl.gz")
"""What the names of files end in that hold records."""

MOST_CITANCES = 12
"""Citances that a record keeps, the first of them."""

_BATCH = 1 << 18  # bytes of lines: what is made of them fits into a pipe
_CHUNK = 1 << 18  # bytes asked for at a time
_WRONG = frozenset((NO_JSON, NO_OBJECT, DAMAGED))
_GZIP = b"\x1f\x8b"  # RFC 1952, section 2.3.1


@dataclass(frozen=True, slots=True)
class Record:
    """One work in a library.

    ``id`` is the name its source gives it; ``key`` the citation key there, or empty.
    ``origin`` is the file it was read from, and ``library:NAME`` once it comes out of a library.
    ``citances`` are sentences that cite it, as plain text.
    """

    id: str
    key: str
    work: Work
    origin: str
    keywords: str = ""
    citances: tuple[str, ...] = ()


def read_records(path: Path) -> Iterator[Record | Skipped]:
    """The records of a BibTeX or JSON-lines file in its order, and what of it could not be read.

    Raises:
        TexscholarError: the file cannot be opened, or is of another kind.
    """
    if not path.name.lower().endswith(SUFFIXES):
        raise TexscholarError(f"is no library; give a file ending in {', '.join(SUFFIXES)}", path=str(path))
    try:
        yield from _read_bib(path) if is_bib(path) else told_if_senseless(path, _read_jsonl(path))
    except OSError as error:
        raise TexscholarError(f"cannot be read ({error.strerror}); check the path", path=str(path)) from error


def is_bib(path: Path) -> bool:
    """Whether a file of records is one of BibTeX."""
    return path.suffix.lower() == ".bib"


def _read_bib(path: Path) -> Iterator[Record | Skipped]:
    return bib_records(decode(path.read_bytes(), str(path)), path.name)


def bib_records(source: SourceText, file: str) -> Iterator[Record | Skipped]:
    """The records of a BibTeX file, and what of it could not be read."""
    bibliography = read_bibliography(source)
    for entry in bibliography.entries:
        work = entry_work(entry, bibliography)
        keywords = next((plain(value) for name, value in work.fields if name.lower() == "keywords"), "")
        name = entry.key or min(identities(work), default=file)
        record = Record(name, entry.key, work, file, keywords)
        line = source.position(entry.span.start).line
        yield record if work.title else Skipped(f"{file}:{line}", "has no title")
    for broken in bibliography.broken:
        yield Skipped(f"{file}:{broken.line}", broken.reason)


def _read_jsonl(path: Path) -> Iterator[Record | Skipped]:
    for batch in line_batches(path):
        yield from batch_records(batch, path.name)


class Batch(NamedTuple):
    """Lines that stand together, the number of the first, and whether the file is damaged after the last."""

    first: int
    text: bytes
    is_damaged: bool = False


def line_batches(path: Path) -> Iterator[Batch]:
    """The lines of a file, some at a time; what it is decides how it is read, not what it is called."""
    with path.open("rb") as file:
        is_compressed = file.peek(2).startswith(_GZIP)
        yield from _batches(gzip.GzipFile(fileobj=file) if is_compressed else file)


def _batches(file: BufferedReader | gzip.GzipFile) -> Iterator[Batch]:
    """A batch ends with the line in which it grows large, whatever pieces the file comes in."""
    first, waiting = 1, bytearray()
    while chunk := _read_some(file):
        searched = max(len(waiting), _BATCH)
        waiting += chunk
        while end := waiting.find(b"\n", searched) + 1:
            batch = Batch(first, bytes(waiting[:end]))
            del waiting[:end]
            searched, first = _BATCH, first + batch.text.count(b"\n")
            yield batch
    if is_damaged := chunk is None:
        del waiting[waiting.rfind(b"\n") + 1 :]
    if waiting or is_damaged:
        yield Batch(first, bytes(waiting), is_damaged)


def _read_some(file: BufferedReader | gzip.GzipFile) -> bytes | None:
    """What comes next in a file, nothing at its end; None where it is compressed and damaged."""
    try:
        return file.read1(_CHUNK)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return None


def batch_records(batch: Batch, file: str) -> Iterator[Record | Skipped]:
    """The records of some lines of a file, and what of them could not be read; blank ones are passed over."""
    lines = batch.text.split(b"\n")
    for number, line in enumerate(lines, start=batch.first):
        if not line or line.isspace():
            continue
        fields = json_object(line)
        yield Skipped(f"{file}:{number}", fields) if isinstance(fields, str) else _json_record(fields, file, number)
    if batch.is_damaged:
        yield Skipped(f"{file}:{batch.first + len(lines) - 1}", DAMAGED)


def told_if_senseless(path: Path, rows: Iterable[Row | Skipped]) -> Iterator[Row | Skipped]:
    """The same rows of a file of JSON lines.

    Raises:
        TexscholarError: they came to an end, and no line held a JSON object.
    """
    understood = wrong = False
    for row in rows:
        wrong_line = isinstance(row, Skipped) and row.reason in _WRONG
        wrong, understood = wrong or wrong_line, understood or not wrong_line
        yield row
    if wrong and not understood:
        raise TexscholarError("holds no JSON object; give one JSON object a line, or a .bib file", path=str(path))


def _json_record(fields: Fields, file: str, line: int) -> Record | Skipped:
    work = json_work(fields)
    if not work.title:
        return Skipped(f"{file}:{line}", "has no title")
    name = json_text(fields, "id") or min(identities(work), default=f"{file}:{line}")
    return Record(name, json_text(fields, "bibkey"), work, file, json_text(fields, "keywords"))
