"""RIS, the tagged format of reference managers (tags: Research Information Systems, "RIS Format Specifications")."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.errors import Skipped
from texscholar.library.importers.describing import Described, record, year_in
from texscholar.library.importers.json_values import page_range, people
from texscholar.library.importers.markup import without_markup
from texscholar.library.importers.opening import Damaged, lines, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from texscholar.library.records import Record

    Tags = dict[str, list[str]]

_TAG = re.compile(r"([A-Z][A-Z0-9])  ?-(?: (.*)|$)", re.DOTALL)
_LONGEST_LINE, _LARGEST = 1 << 22, 1 << 24  # bytes of a line, characters of a record
_TOO_LARGE = "is larger than 4 MB a line or 16 MB in all; it is left out"
_NO_END = "has no end (ER); the file may be cut off"
_OUTSIDE = "stands outside any record (TY … ER)"
_BOM = b"\xef\xbb\xbf"
_KINDS = MappingProxyType(
    {
        "JOUR": "article",
        "JFULL": "article",
        "EJOUR": "article",
        "MGZN": "article",
        "NEWS": "article",
        "ABST": "article",
        "INPR": "article",
        "CONF": "inproceedings",
        "CPAPER": "inproceedings",
        "CHAP": "incollection",
        "ECHAP": "incollection",
        "ENCYC": "incollection",
        "BOOK": "book",
        "EBOOK": "book",
        "EDBOOK": "book",
        "THES": "phdthesis",
        "RPRT": "techreport",
    }
)


def read_ris(path: Path) -> Iterator[Record | Skipped]:
    """The records of a RIS file, and what of it could not be read.

    Raises:
        TexscholarError: the file cannot be opened.
    """
    for place, tags in _tagged(path):
        yield Skipped(place, tags) if isinstance(tags, str) else record(_described(tags), path.name, place)


def _tagged(path: Path) -> Iterator[tuple[str, Tags | str]]:
    """The tags of each record with the line where it begins; or, as a string, what is wrong with it."""
    number, entry = 0, None
    with opened(path) as stream:
        try:
            for number, line in lines(stream, _LONGEST_LINE):
                text = None if line is None else _decoded(line.removeprefix(_BOM) if number == 1 else line)
                match = _TAG.match(text) if text is not None else None
                name = match[1] if match else ""
                if name == "TY":
                    if entry:
                        yield f"{path.name}:{entry.line}", _NO_END
                    entry = _Entry(number)
                if entry is None:
                    if text is None or text.strip():
                        yield f"{path.name}:{number}", _OUTSIDE
                elif name == "ER":
                    yield f"{path.name}:{entry.line}", _TOO_LARGE if entry.size > _LARGEST else entry.tags
                    entry = None
                else:
                    entry.add(name, match[2] or "" if match else text)
        except Damaged as error:
            yield f"{path.name}:{number + 1}", str(error)
            return
    if entry:
        yield f"{path.name}:{entry.line}", _NO_END


class _Entry:
    """The tags of a record as they come; one that grows too large is no longer kept."""

    def __init__(self, line: int) -> None:
        self.line, self.size = line, 0
        self.tags: Tags = {}
        self._last: list[str] = []

    def add(self, name: str, text: str | None) -> None:
        """Put down a tag with its value, or more of the last value; no text stands for a line that is too long."""
        self.size += _LARGEST + 1 if text is None else len(text)
        if text is None or self.size > _LARGEST:
            self.tags.clear()
        elif name:
            self._last = self.tags.setdefault(name, [])
            self._last.append(text.strip())
        elif self._last and text.strip():
            self._last[-1] += f" {text.strip()}"


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _described(tags: Tags) -> Described:
    def first(*names: str) -> str:
        return without_markup(next((value for name in names for value in tags.get(name, ()) if value), ""))

    def everybody(*names: str) -> list[str]:
        return next((tags[name] for name in names if tags.get(name)), [])

    kind = _KINDS.get(first("TY"), "misc")
    is_thesis = kind == "phdthesis"
    if is_thesis and "master" in first("M3", "U1").lower():
        kind = "mastersthesis"
    address = first("UR", "L2", "L1")
    return Described(
        key=first("ID") if " " not in first("ID") else "",
        kind=kind,
        title=first("TI", "T1", "CT") or (first("BT") if kind == "book" else ""),
        authors=people(everybody("AU", "A1")),
        editors=people(everybody("ED", "A2")),
        year=year_in(first("PY", "Y1", "DA")),
        venue=first("PB", "T2") if is_thesis else first("JO", "JF", "T2", "BT", "JA", "J2", "C3"),
        doi=first("DO", "DI") or (address if "doi.org/" in address else ""),
        arxiv=address if "arxiv.org/" in address else "",
        abstract=first("AB", "N2"),
        keywords=", ".join(tags.get("KW", ())),
        volume=first("VL"),
        number=first("IS", "M1"),
        pages=page_range(first("SP"), first("EP")),
        publisher=first("PB"),
        address=first("CY", "PP"),
        edition=first("ET"),
        series=first("T3"),
        isbn=first("SN") if kind in {"book", "incollection"} else "",
        url=address,
    )
