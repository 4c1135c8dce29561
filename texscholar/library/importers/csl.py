"""CSL-JSON, the common tongue of reference managers (schema: citation-style-language/schema, ``csl-data.json``)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.bibtex.work import Author
from texscholar.library.importers.describing import Described, is_year, year_in
from texscholar.library.importers.json_values import entries, first_text, inner
from texscholar.library.importers.markup import abstract_without_markup, without_markup
from texscholar.library.importers.objects import read_objects
from texscholar.library.jsonl import json_text
from texscholar.library.names import author

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from texscholar.errors import Skipped
    from texscholar.library.jsonl import Fields
    from texscholar.library.records import Record

KINDS = MappingProxyType(
    {
        "article-journal": "article",
        "article-magazine": "article",
        "article-newspaper": "article",
        "review": "article",
        "review-book": "article",
        "paper-conference": "inproceedings",
        "chapter": "incollection",
        "entry-dictionary": "incollection",
        "entry-encyclopedia": "incollection",
        "book": "book",
        "thesis": "phdthesis",
        "report": "techreport",
    }
)
"""CSL's types as BibTeX's; what is not here is miscellaneous."""


def read_csl(path: Path) -> Iterator[Record | Skipped]:
    """The records of a list of CSL-JSON items, or of one a line.

    Raises:
        TexscholarError: the file cannot be opened.
    """
    return read_objects(path, _described)


def _described(item: Fields) -> Described:
    kind = KINDS.get(json_text(item, "type"), "misc")
    publisher = json_text(item, "publisher")
    if kind == "phdthesis" and "master" in json_text(item, "genre").lower():
        kind = "mastersthesis"
    return Described(
        id=json_text(item, "id"),
        key=json_text(item, "citation-key"),
        kind=kind,
        title=without_markup(first_text(item, "title")),
        authors=csl_people(item, "author"),
        editors=csl_people(item, "editor"),
        year=csl_year(item, "issued"),
        venue=publisher if kind.endswith("thesis") else without_markup(first_text(item, "container-title")),
        doi=json_text(item, "DOI"),
        arxiv=_arxiv(item),
        abstract=abstract_without_markup(json_text(item, "abstract")),
        keywords=json_text(item, "keyword"),
        volume=json_text(item, "volume"),
        number=json_text(item, "number" if kind == "techreport" else "issue"),
        pages=json_text(item, "page"),
        publisher=publisher,
        address=json_text(item, "publisher-place"),
        edition=json_text(item, "edition"),
        series=json_text(item, "collection-title"),
        isbn=json_text(item, "ISBN"),
        url=json_text(item, "URL"),
    )


def csl_people(item: Fields, role: str) -> tuple[Author, ...]:
    """The persons and organisations of one role."""
    return tuple([person for name in entries(item, role) if (person := _person(name))])


def _person(name: Fields) -> Author | None:
    particles = [json_text(name, part) for part in ("dropping-particle", "non-dropping-particle")]
    family = " ".join(filter(None, (*particles, json_text(name, "family"))))
    given = " ".join(filter(None, (json_text(name, "given"), json_text(name, "suffix"))))
    if family:
        return Author(without_markup(family), without_markup(given))
    whole = without_markup(json_text(name, "literal", "name"))
    return Author(whole) if whole else author(without_markup(given))


def csl_year(item: Fields, *names: str) -> int | None:
    """The year of the first of these dates that tells one, in parts or as text."""
    for name in names:
        date = inner(item, name)
        part: object = date.get("date-parts")
        while isinstance(part, list):
            part = part[0] if part else None
        if isinstance(part, int) and is_year(part):
            return part
        text = json_text({"": part}, "") or json_text(date, "raw", "literal") or json_text(item, name)
        if year := year_in(text):
            return year
    return None


def _arxiv(item: Fields) -> str:
    if "arxiv" in json_text(item, "archive", "publisher").lower():
        return json_text(item, "archive_location", "number")
    address = json_text(item, "URL")
    if "arxiv.org/" in address.lower():
        return address
    note = json_text(item, "number", "note")
    return note if note.lower().startswith("arxiv:") else ""
