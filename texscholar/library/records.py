"""Records, the works one can cite from, and the files they are read from."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING

from texscholar.bibtex.entries import read_bibliography
from texscholar.bibtex.values import entry_work, plain
from texscholar.bibtex.work import Work, identities
from texscholar.errors import Skipped, TexscholarError
from texscholar.library.jsonl import json_lines, json_text, json_work
from texscholar.source import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from io import BufferedReader
    from pathlib import Path

    from texscholar.library.jsonl import Fields

SUFFIXES = (".bib", ".jsonl", ".jsonl.gz")
"""What the names of files end in that hold records."""

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
        yield from (_read_bib(path) if path.suffix.lower() == ".bib" else _read_jsonl(path))
    except OSError as error:
        raise TexscholarError(f"cannot be read ({error.strerror}); check the path", path=str(path)) from error


def _read_bib(path: Path) -> Iterator[Record | Skipped]:
    source = decode(path.read_bytes(), str(path))
    bibliography = read_bibliography(source)
    for entry in bibliography.entries:
        work = entry_work(entry, bibliography)
        keywords = next((plain(value) for name, value in work.fields if name.lower() == "keywords"), "")
        name = entry.key or min(identities(work), default=path.name)
        record = Record(name, entry.key, work, path.name, keywords)
        line = source.position(entry.span.start).line
        yield record if work.title else Skipped(f"{path.name}:{line}", "has no title")
    for broken in bibliography.broken:
        yield Skipped(f"{path.name}:{broken.line}", broken.reason)


def _read_jsonl(path: Path) -> Iterator[Record | Skipped]:
    understood = wrong = 0
    with path.open("rb") as file:
        for line, fields in json_lines(_decompressed(file)):
            if isinstance(fields, str):
                wrong += 1
                yield Skipped(f"{path.name}:{line}", fields)
            else:
                understood += 1
                yield _json_record(fields, path.name, line)
    if wrong and not understood:
        raise TexscholarError("holds no JSON object; give one JSON object a line, or a .bib file", path=str(path))


def _decompressed(file: BufferedReader) -> Iterable[bytes]:
    """The file's lines; what it is decides, not what it is called."""
    return gzip.GzipFile(fileobj=file) if file.peek(2).startswith(_GZIP) else file


def _json_record(fields: Fields, file: str, line: int) -> Record | Skipped:
    work = json_work(fields)
    if not work.title:
        return Skipped(f"{file}:{line}", "has no title")
    name = json_text(fields, "id") or min(identities(work), default=f"{file}:{line}")
    return Record(name, json_text(fields, "bibkey"), work, file, json_text(fields, "keywords"))
