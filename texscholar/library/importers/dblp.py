"""DBLP's whole in one XML file (dblp.org/xml; M. Ley, "DBLP: Some Lessons Learned", 2009, tells of its fields)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.errors import Skipped
from texscholar.library.importers.describing import Described, record, year_in
from texscholar.library.importers.elements import elements
from texscholar.library.importers.json_values import people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from texscholar.library.importers.elements import Element
    from texscholar.library.records import Record

_KINDS = MappingProxyType(
    {
        "article": "article",
        "inproceedings": "inproceedings",
        "proceedings": "proceedings",
        "book": "book",
        "incollection": "incollection",
        "phdthesis": "phdthesis",
        "mastersthesis": "mastersthesis",
        "www": "misc",
        "data": "misc",
    }
)
_PERSONS = "homepages/"  # keys of those who write, not of what is written
_PREPRINT_VOLUME = "abs/"


def read_dblp(path: Path) -> Iterator[Record | Skipped]:
    """The records of DBLP's XML; persons are passed over.

    Raises:
        TexscholarError: the file cannot be opened, or declares entities.
    """
    for place, element in elements(path, frozenset(_KINDS)):
        if isinstance(element, str):
            yield Skipped(place, element)
        elif not element.attributes.get("key", "").startswith(_PERSONS):
            yield record(_described(element), path.name, place)


def _described(element: Element) -> Described:
    kind = _KINDS[element.name]
    links = [each.text() for each in element.all("ee")]
    volume = element.text("volume")
    is_preprint = element.text("journal") == "CoRR" and volume.startswith(_PREPRINT_VOLUME)
    arxiv = volume.removeprefix(_PREPRINT_VOLUME) if is_preprint else _link(links, "arxiv.org/")
    venue = element.text("school") if kind.endswith("thesis") else element.text("journal", "booktitle")
    return Described(
        id=element.attributes.get("key", ""),
        kind=kind,
        title=_without_stop(element.text("title")),
        authors=people([each.text() for each in element.all("author")]),
        editors=people([each.text() for each in element.all("editor")]),
        year=year_in(element.text("year")),
        venue=venue,
        doi=_link(links, "doi.org/"),
        arxiv=arxiv,
        volume="" if is_preprint else volume,
        number=element.text("number"),
        pages=element.text("pages"),
        publisher=element.text("publisher"),
        series=element.text("series"),
        isbn=element.text("isbn"),
        url=next(iter(links), ""),
    )


def _link(links: list[str], host: str) -> str:
    return next((link for link in links if host in link.lower()), "")


def _without_stop(title: str) -> str:
    """DBLP ends every title with a full stop."""
    return title[:-1] if title.endswith(".") and not title.endswith("..") else title
