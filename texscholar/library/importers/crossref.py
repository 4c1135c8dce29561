"""Crossref's works: lists of the public data file and of the REST API, or one a line (api.crossref.org, "works")."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.library.importers.csl import csl_people, csl_year
from texscholar.library.importers.describing import Described
from texscholar.library.importers.json_values import entries, first_text, inner, texts
from texscholar.library.importers.markup import abstract_without_markup, without_markup
from texscholar.library.importers.objects import read_objects
from texscholar.library.jsonl import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from texscholar.errors import Skipped
    from texscholar.library.jsonl import Fields
    from texscholar.library.records import Record

KINDS = MappingProxyType(
    {
        "journal-article": "article",
        "proceedings-article": "inproceedings",
        "book-chapter": "incollection",
        "book-section": "incollection",
        "book-part": "incollection",
        "reference-entry": "incollection",
        "book": "book",
        "monograph": "book",
        "edited-book": "book",
        "reference-book": "book",
        "proceedings": "proceedings",
        "dissertation": "phdthesis",
        "report": "techreport",
    }
)
"""Crossref's types as BibTeX's; what is not here is miscellaneous."""

_DATES = ("published-print", "issued", "published-online", "published", "created")


def read_crossref(path: Path) -> Iterator[Record | Skipped]:
    """The records of a file of Crossref's works.

    Raises:
        TexscholarError: the file cannot be opened.
    """
    return read_objects(path, described)


def described(item: Fields) -> Described:
    """What one object of theirs says of a work."""
    kind = KINDS.get(json_text(item, "type"), "misc")
    title, subtitle = (without_markup(first_text(item, name)) for name in ("title", "subtitle"))
    publisher = json_text(item, "publisher")
    venue = without_markup(first_text(item, "container-title") or json_text(inner(item, "event"), "name"))
    if kind in {"phdthesis", "techreport"}:
        institutions = [json_text(each, "name") for each in entries(item, "institution")]
        venue = next(filter(None, institutions), publisher)
    elif kind == "misc" and not venue:
        venue = publisher
    return Described(
        kind=kind,
        title=f"{title}: {subtitle}" if subtitle and subtitle.lower() not in title.lower() else title,
        authors=csl_people(item, "author"),
        editors=csl_people(item, "editor"),
        year=csl_year(item, *_DATES),
        venue=venue,
        doi=json_text(item, "DOI"),
        abstract=abstract_without_markup(json_text(item, "abstract")),
        keywords=", ".join(texts(item, "subject")),
        volume=json_text(item, "volume"),
        number=json_text(item, "issue"),
        pages=json_text(item, "page", "article-number"),
        publisher=publisher,
        address=json_text(item, "publisher-location"),
        isbn=first_text(item, "ISBN"),
        url=json_text(item, "URL"),
    )
