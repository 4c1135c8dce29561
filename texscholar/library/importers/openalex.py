"""OpenAlex's works, one a line of a snapshot part or a list of the API (docs.openalex.org, "Work object")."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.library.importers.describing import Described, is_year, year_in
from texscholar.library.importers.json_values import entries, inner, page_range, people
from texscholar.library.importers.markup import without_markup
from texscholar.library.importers.objects import read_objects
from texscholar.library.jsonl import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from texscholar.errors import Skipped
    from texscholar.library.jsonl import Fields
    from texscholar.library.records import Record

_ADDRESS = "https://openalex.org/"
_MOST_WORDS = 20_000  # of an abstract
_KINDS = MappingProxyType(
    {
        "article": "article",
        "journal-article": "article",
        "review": "article",
        "letter": "article",
        "editorial": "article",
        "proceedings-article": "inproceedings",
        "book-chapter": "incollection",
        "reference-entry": "incollection",
        "book": "book",
        "monograph": "book",
        "dissertation": "phdthesis",
        "report": "techreport",
    }
)


def read_openalex(path: Path) -> Iterator[Record | Skipped]:
    """The records of a file of OpenAlex's works.

    Raises:
        TexscholarError: the file cannot be opened.
    """
    return read_objects(path, described)


def described(item: Fields) -> Described:
    """What one object of theirs says of a work."""
    source = inner(item, "primary_location", "source") or inner(item, "host_venue")
    biblio = inner(item, "biblio")
    venue = without_markup(json_text(source, "display_name"))
    year = item.get("publication_year")
    kind = _kind(item, source)
    return Described(
        id=json_text(item, "id").removeprefix(_ADDRESS),
        kind=kind,
        title=without_markup(json_text(item, "title", "display_name")),
        authors=people([_name(each) for each in entries(item, "authorships")]),
        year=year if isinstance(year, int) and is_year(year) else year_in(json_text(item, "publication_date")),
        venue=venue,
        doi=json_text(item, "doi"),
        arxiv=_arxiv(item),
        abstract=_abstract(item.get("abstract_inverted_index")),
        keywords=", ".join(
            filter(None, (json_text(each, "display_name", "keyword") for each in entries(item, "keywords")))
        ),
        volume=json_text(biblio, "volume"),
        number=json_text(biblio, "issue"),
        pages=page_range(json_text(biblio, "first_page"), json_text(biblio, "last_page")),
        publisher=json_text(source, "host_organization_name", "publisher"),
        url=json_text(inner(item, "primary_location"), "landing_page_url"),
    )


def _kind(item: Fields, source: Fields) -> str:
    """An entry type; OpenAlex calls papers of conferences articles, and tells what kind of source they stand in."""
    kind = _KINDS.get(json_text(item, "type_crossref"), "") or _KINDS.get(json_text(item, "type"), "misc")
    return "inproceedings" if kind == "article" and json_text(source, "type") == "conference" else kind


def _name(authorship: Fields) -> str:
    return json_text(inner(authorship, "author"), "display_name") or json_text(authorship, "raw_author_name")


def _arxiv(item: Fields) -> str:
    """The address of the preprint, wherever the work may be found there."""
    places = (inner(item, "primary_location"), *entries(item, "locations"))
    addresses = (json_text(place, "landing_page_url") for place in places)
    return next((address for address in addresses if "arxiv.org/abs/" in address.lower()), "")


def _abstract(index: object) -> str:
    """The text of an inverted index: a word, and where it stands."""
    if not isinstance(index, dict):
        return ""
    placed = [
        (at, word) for word, places in index.items() if isinstance(places, list) for at in places if type(at) is int
    ]
    placed.sort()
    return without_markup(json_text({"": " ".join(word for _, word in placed[:_MOST_WORDS])}, ""))
