"""The ACL Anthology's XML, a collection a file (acl-org/acl-anthology, ``data/xml``, schema ``schema.rnc``)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from texscholar.bibtex.work import Author
from texscholar.bibtex.writer import escape
from texscholar.errors import Skipped
from texscholar.library.importers.describing import Described, record, year_in
from texscholar.library.importers.elements import Element, elements

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from texscholar.library.records import Record

_WANTED = frozenset({"meta", "frontmatter", "paper"})
_OLD_ID = re.compile(r"[A-Z](\d\d)")
_FIRST_YEAR = 52  # of the two digits of an old identifier
_WEB = "https://aclanthology.org/"


def read_acl(path: Path) -> Iterator[Record | Skipped]:
    """The records of a collection: its papers, and its volumes as wholes.

    Raises:
        TexscholarError: the file cannot be opened, or declares entities.
    """
    volume = Element("meta", {}, 0)
    for place, element in elements(path, _WANTED):
        if isinstance(element, str):
            yield Skipped(place, element)
        elif element.name != "meta":
            yield record(_described(element, volume), path.name, place)
        elif _around(element, "volume") is not None:  # an event has one too
            volume = element


def _described(element: Element, volume: Element) -> Described:
    is_whole = element.name == "frontmatter"
    name = _name(element)
    booktitle, journal = volume.text("booktitle"), volume.text("journal-title")
    editors = _people(volume, "editor")
    title = (volume.all("booktitle") if is_whole else element.all("title"))[:1]
    return Described(
        id=name,
        key=element.text("bibkey"),
        kind="proceedings" if is_whole else "article" if journal else "inproceedings",
        tex_title=_tex(title[0]) if title else "",
        authors=() if is_whole else _people(element, "author"),
        editors=editors if is_whole else (),
        year=year_in(element.text("year") or volume.text("year")) or _year_of(name),
        venue="" if is_whole else journal or booktitle,
        doi=element.text("doi"),
        abstract=element.text("abstract"),
        volume=volume.text("journal-volume"),
        number=volume.text("journal-issue"),
        pages=element.text("pages"),
        publisher=volume.text("publisher"),
        address=volume.text("address"),
        isbn=volume.text("isbn") if is_whole else "",
        url=f"{_WEB}{name}" if name else "",
    )


def _name(element: Element) -> str:
    """The Anthology's identifier: told, or made of those of collection, volume and paper."""
    address = element.text("url")
    if address:
        return address.removeprefix(_WEB).strip("/") if address.startswith(_WEB) or "/" not in address else address
    collection, volume = (_around(element, name) or {} for name in ("collection", "volume"))
    parts = (collection.get("id", ""), volume.get("id", ""), element.attributes.get("id", "0"))
    if not all(parts):
        return ""
    if not _OLD_ID.match(parts[0]):
        return f"{parts[0]}-{parts[1]}.{parts[2]}"
    # Of the four digits one or two are the volume's.
    return f"{parts[0]}-{parts[1]}{parts[2].zfill(4 - len(parts[1]))}"


def _around(element: Element, name: str) -> Mapping[str, str] | None:
    return next((parent for parent in element.parents if parent[""] == name), None)


def _people(element: Element, role: str) -> tuple[Author, ...]:
    found = []
    for each in element.all(role):
        family, given = each.text("last"), each.text("first")
        if family or given or each.text():
            found.append(Author(family, given) if family else Author(given or each.text()))
    return tuple(found)


def _year_of(name: str) -> int | None:
    found = _OLD_ID.match(name)
    if not found:
        return year_in(name.partition(".")[0])
    short = int(found[1])
    return 1900 + short if short >= _FIRST_YEAR else 2000 + short


def _tex(element: Element) -> str:
    """A title with its protected words in braces and its formulas as they are."""
    return " ".join("".join(_tex_parts(element)).split())


def _tex_parts(element: Element) -> Iterator[str]:
    for part in element.parts:
        if isinstance(part, str):
            # escape() trims the spaces that part it from its neighbours.
            yield f"{part[: 1 if part[:1].isspace() else 0]}{escape(part)}{part[-1:] if part[-1:].isspace() else ''}"
        elif part.name == "tex-math":
            yield f"${part.text()}$"
        elif part.name == "fixed-case":
            yield f"{{{''.join(_tex_parts(part))}}}"
        else:
            yield from _tex_parts(part)
