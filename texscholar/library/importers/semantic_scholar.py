"""Semantic Scholar's papers, one a line: data sets of today and of the Open Research Corpus, or answers of the API."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.library.importers.describing import Described, is_year, year_in
from texscholar.library.importers.json_values import entries, inner, people, texts
from texscholar.library.importers.markup import without_markup
from texscholar.library.importers.objects import read_objects
from texscholar.library.jsonl import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from texscholar.errors import Skipped
    from texscholar.library.jsonl import Fields
    from texscholar.library.records import Record

# Of several types the first that is here counts.
_KINDS = MappingProxyType(
    {
        "JournalArticle": "article",
        "Conference": "inproceedings",
        "BookSection": "incollection",
        "Book": "book",
        "Review": "article",
    }
)


def read_semantic_scholar(path: Path) -> Iterator[Record | Skipped]:
    """The records of a file of Semantic Scholar's papers.

    Raises:
        TexscholarError: the file cannot be opened.
    """
    return read_objects(path, described)


def described(item: Fields) -> Described:
    """What one object of theirs says of a work."""
    names = inner(item, "externalids") or inner(item, "externalIds")
    journal = inner(item, "journal")
    venue = json_text(item, "venue") or json_text(journal, "name") or json_text(item, "journalName")
    year = item.get("year")
    acl = json_text(names, "ACL")
    return Described(
        id=json_text(item, "corpusid", "paperId", "id"),
        kind=_kind(item, has_journal=bool(json_text(journal, "volume"))),
        title=without_markup(json_text(item, "title")),
        authors=people([json_text(each, "name") for each in entries(item, "authors")]),
        year=year if isinstance(year, int) and is_year(year) else year_in(json_text(item, "publicationdate", "year")),
        venue=without_markup(venue),
        doi=json_text(names, "DOI") or json_text(item, "doi"),
        arxiv=json_text(names, "ArXiv"),
        abstract=without_markup(json_text(item, "abstract", "paperAbstract")),
        volume=json_text(journal, "volume") or json_text(item, "journalVolume"),
        pages=json_text(journal, "pages") or json_text(item, "journalPages"),
        url=f"https://aclanthology.org/{acl}" if acl else "",
    )


def _kind(item: Fields, *, has_journal: bool) -> str:
    """An entry type; a paper of unknown type is an article where it names a volume, else of some meeting."""
    told = texts(item, "publicationtypes") or texts(item, "publicationTypes")
    return next((_KINDS[each] for each in told if each in _KINDS), "article" if has_journal else "inproceedings")
