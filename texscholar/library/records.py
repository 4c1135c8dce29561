"""Records, the works one can cite from, and the files they are read from."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from texscholar.bibtex import Author, Work, identities, normalise_arxiv, normalise_doi, read_bibliography
from texscholar.bibtex import entry_work, plain
from texscholar.errors import Skipped, TexscholarError
from texscholar.library.names import author
from texscholar.source import decode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

SUFFIXES = (".bib", ".jsonl", ".jsonl.gz")
"""File names that a library is read from end in one of these."""

type_ = str
_YEAR = re.compile(r"(?<!\d)(?:1[4-9]|20)\d\d(?!\d)")
_HEAD = 8192  # bytes in which a file that is no text shows a NUL byte
_TEX = re.compile(r"[\\$]")
_LISTED = re.compile(r"\s+and\s+|\s*;\s*")


@dataclass(frozen=True, slots=True)
class Record:
    """One work in a library.

    ``id`` is the name its source gives it; ``key`` the citation key there, or empty.
    ``origin`` is the file it was read from, and ``library:NAME`` once it comes out of a library.
    """

    id: str
    key: str
    work: Work
    origin: str
    keywords: str = ""


def read_records(path: Path) -> Iterator[Record | Skipped]:
    """The records of a BibTeX or JSON-lines file in its order, and what of it could not be read.

    Raises:
        TexscholarError: the file cannot be opened, or is of another kind.
    """
    if not path.name.lower().endswith(SUFFIXES):
        raise TexscholarError(f"is no library file; give a file ending in {', '.join(SUFFIXES)}", path=str(path))
    try:
        yield from (_read_bib(path) if path.suffix.lower() == ".bib" else _read_jsonl(path))
    except OSError as error:
        raise TexscholarError(f"cannot be read ({error.strerror}); check the path and its permissions", path=str(path)) from error
