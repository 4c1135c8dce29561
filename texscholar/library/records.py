"""Records, the works one can cite from, and the files they are read from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from texscholar.bibtex.entries import read_bibliography
from texscholar.bibtex.values import entry_work, plain
from texscholar.bibtex.work import Work, identities
from texscholar.errors import Skipped, TexscholarError
from texscholar.library.importers.opening import Damaged, chunks, opened
from texscholar.library.jsonl import DAMAGED, NO_JSON, NO_OBJECT, json_object, json_text, json_work
from texscholar.source import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from texscholar.library.importers.opening import Stream
    from texscholar.library.jsonl import Fields
    from texscholar.source import SourceText

    Row = TypeVar("Row")

SUFFIXES = (".bib", ".jsonl", ".jsonl.gz", ".jsonl.zst")
"""What the names of files end in that hold records."""

MOST_CITANCES = 12
"""Citances that a record keeps, the first of them."""

_BATCH = 1 << 18  # bytes of lines: what is made of them fits into a pipe
_CHUNK = 1 << 18  # bytes asked for at a time
_LONGEST = 1 << 25  # bytes of a line: more is no description of a work
_TOO_LONG = f"is longer than {_LONGEST >> 20} MB; it is left out"
_BESIDES = frozenset(("volume", "number", "issue", "pages", "publisher", "address", "edition", "series", "isbn"))
"""What only an entry of its own can say: records that have none of it are read faster."""

_WRONG = frozenset((NO_JSON, NO_OBJECT, DAMAGED))
_LARGEST_BIB = 1 << 29  # bytes


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
    """The records of a file in its order, whatever kind it is of, and what of it could not be read.

    Raises:
        TexscholarError: the file cannot be opened, or is of no kind that is known.
    """
    from texscholar.library.importers.kinds import kind_of, read_kind  # noqa: PLC0415 - they make records

    yield from read_kind(path, kind_of(path))


def read_bib(path: Path) -> Iterator[Record | Skipped]:
    """The records of a BibTeX file, and what of it could not be read.

    Raises:
        TexscholarError: the file cannot be opened, or is larger than any bibliography.
    """
    data, wrong = bytearray(), ""
    with opened(path) as stream:
        try:
            for chunk in chunks(stream):
                data += chunk
                if len(data) > _LARGEST_BIB:
                    message = f"is larger than {_LARGEST_BIB >> 20} MB; split it, or give it as JSON lines"
                    raise TexscholarError(message, path=str(path))
        except Damaged as error:
            wrong = str(error)
    yield from bib_records(decode(bytes(data), str(path)), path.name)
    if wrong:
        yield Skipped(path.name, wrong)


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


def read_jsonl(path: Path) -> Iterator[Record | Skipped]:
    """The records of a file of JSON lines, and what of it could not be read.

    Raises:
        TexscholarError: the file cannot be opened, or holds no JSON object.
    """
    rows = (row for batch in line_batches(path) for row in batch_records(batch, path.name))
    return told_if_senseless(path, rows)


class Batch(NamedTuple):
    """Lines that stand together, the number of the first, and what is wrong with the line after the last, if so."""

    first: int
    text: bytes
    wrong: str = ""


def line_batches(path: Path) -> Iterator[Batch]:
    """The lines of a file, some at a time; what it is decides how it is read, not what it is called."""
    with opened(path) as stream:
        yield from _batches(stream)


def _batches(stream: Stream) -> Iterator[Batch]:
    """A batch ends with the line in which it grows large, whatever pieces the file comes in."""
    first, waiting, is_long = 1, bytearray(), False
    while (chunk := _read_some(stream)) and isinstance(chunk, bytes):
        if is_long:
            _, end_of_line, chunk = chunk.partition(b"\n")
            is_long = not end_of_line
        searched = max(len(waiting), _BATCH)
        waiting += chunk
        while end := waiting.find(b"\n", searched) + 1:
            batch = Batch(first, bytes(waiting[:end]))
            del waiting[:end]
            searched, first = _BATCH, first + batch.text.count(b"\n")
            yield batch
        if len(waiting) > _LONGEST:  # a line that is not kept
            batch = Batch(first, bytes(waiting[: waiting.rfind(b"\n") + 1]), _TOO_LONG)
            waiting.clear()
            first, is_long = first + batch.text.count(b"\n") + 1, True
            yield batch
    wrong = chunk if isinstance(chunk, str) else ""
    if wrong:
        del waiting[waiting.rfind(b"\n") + 1 :]
    if waiting or wrong:
        yield Batch(first, bytes(waiting), wrong)


def _read_some(stream: Stream) -> bytes | str:
    """What comes next in a file, nothing at its end; or what is wrong with it where it is compressed and damaged."""
    try:
        return stream.read1(_CHUNK)
    except Damaged as error:
        return str(error)


def batch_records(batch: Batch, file: str) -> Iterator[Record | Skipped]:
    """The records of some lines of a file, and what of them could not be read; blank ones are passed over."""
    for number, line in _filled(batch):
        fields = json_object(line)
        yield Skipped(f"{file}:{number}", fields) if isinstance(fields, str) else _json_record(fields, file, number)
    if batch.wrong:
        last = batch.first + batch.text.count(b"\n")
        yield Skipped(f"{file}:{last}", batch.wrong)


def batch_size(batch: Batch) -> int:
    """How many rows ``batch_records`` makes of some lines."""
    return len(_filled(batch)) + bool(batch.wrong)


def _filled(batch: Batch) -> list[tuple[int, bytes]]:
    """The lines with anything in them, each with its number."""
    lines = enumerate(batch.text.split(b"\n"), start=batch.first)
    return [(number, line) for number, line in lines if line and not line.isspace()]


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
    record = Record(name, json_text(fields, "bibkey"), work, file, json_text(fields, "keywords"))
    return record if _BESIDES.isdisjoint(fields) else _whole(record, fields)


def _whole(record: Record, fields: Fields) -> Record:
    """The record with all that an entry of a ``.bib`` file may say of its work."""
    from texscholar.bibtex.dialects import known_kind  # noqa: PLC0415 - few files tell as much
    from texscholar.bibtex.writer import written_kind  # noqa: PLC0415 - as above
    from texscholar.library.importers.describing import Described, described_work  # noqa: PLC0415 - it makes records

    work = record.work
    told = Described(
        kind=known_kind(written_kind(work), biblatex=False) or "misc",
        title=work.title,
        authors=work.authors,
        year=work.year,
        venue=work.venue,
        doi=work.doi,
        arxiv=work.arxiv,
        abstract=work.abstract,
        number=json_text(fields, "number", "issue"),
        url=json_text(fields, "url"),
        volume=json_text(fields, "volume"),
        pages=json_text(fields, "pages"),
        publisher=json_text(fields, "publisher"),
        address=json_text(fields, "address"),
        edition=json_text(fields, "edition"),
        series=json_text(fields, "series"),
        isbn=json_text(fields, "isbn"),
    )
    return replace(record, work=described_work(told))
