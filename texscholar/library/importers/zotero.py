"""Zotero's own database, ``zotero.sqlite``, read from a copy since Zotero locks it while it runs.

The tables are those of Zotero 5 to 7 (zotero/zotero, ``resource/schema/userdata.sql``).
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.bibtex.work import Author
from texscholar.errors import Skipped, TexscholarError
from texscholar.library.importers.describing import Described, record, year_in
from texscholar.library.importers.markup import without_markup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from texscholar.library.records import Record

_KINDS = MappingProxyType(
    {
        "journalArticle": "article",
        "magazineArticle": "article",
        "newspaperArticle": "article",
        "conferencePaper": "inproceedings",
        "bookSection": "incollection",
        "encyclopediaArticle": "incollection",
        "dictionaryEntry": "incollection",
        "book": "book",
        "thesis": "phdthesis",
        "report": "techreport",
    }
)
_NO_WORKS = ("attachment", "note", "annotation")
_BESIDE = ("", "-wal", "-journal")  # what was written and is not in the file yet
_ITEMS = """
    SELECT items.itemID, items.key, typeName, deletedItems.itemID IS NOT NULL, fieldName, value
    FROM items
    JOIN itemTypes USING (itemTypeID)
    LEFT JOIN deletedItems ON deletedItems.itemID = items.itemID
    LEFT JOIN itemData ON itemData.itemID = items.itemID
    LEFT JOIN fields ON fields.fieldID = itemData.fieldID
    LEFT JOIN itemDataValues ON itemDataValues.valueID = itemData.valueID
    WHERE typeName NOT IN (?, ?, ?)
    ORDER BY items.itemID
"""
_CREATORS = """
    SELECT firstName, lastName, creatorType
    FROM itemCreators JOIN creators USING (creatorID) JOIN creatorTypes USING (creatorTypeID)
    WHERE itemID = ? ORDER BY orderIndex
"""
_TAGS = "SELECT name FROM itemTags JOIN tags USING (tagID) WHERE itemID = ? ORDER BY name"
_AUTHORS = frozenset({"author", "programmer", "presenter", "artist", "director", "podcaster", "interviewee"})
_CITATION_KEY = re.compile(r"^citation key:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)
_ARXIV = re.compile(r"arxiv:\s*(\S+)", re.IGNORECASE)
_IN_TRASH = "lies in Zotero's trash"


def read_zotero(path: Path) -> Iterator[Record | Skipped]:
    """The records of a Zotero database, all its libraries; attachments, notes and annotations are passed over.

    Raises:
        TexscholarError: it cannot be copied, or is no database of Zotero.
    """
    with tempfile.TemporaryDirectory(prefix="texscholar-") as folder:
        copy = Path(folder) / "zotero.sqlite"
        try:
            for ending in _BESIDE:
                beside = path.with_name(f"{path.name}{ending}")
                if not ending or beside.is_file():
                    shutil.copyfile(beside, f"{copy}{ending}")
        except OSError as error:
            message = f"cannot be copied ({error.strerror}); check the path, and the space in {folder}"
            raise TexscholarError(message, path=str(path)) from error
        try:
            with closing(sqlite3.connect(copy)) as database:
                database.text_factory = _text
                database.execute("PRAGMA trusted_schema = OFF")
                database.execute("PRAGMA query_only = ON")
                yield from _records(database, path.name)
        except sqlite3.Error as error:
            message = f"is no whole Zotero database ({error}); close Zotero and try again, or export a .bib from it"
            raise TexscholarError(message, path=str(path)) from error


def _records(database: sqlite3.Connection, file: str) -> Iterator[Record | Skipped]:
    rows = database.execute(_ITEMS, _NO_WORKS)
    for (number, key, kind, is_deleted), group in groupby(rows, key=itemgetter(0, 1, 2, 3)):
        place = f"{file}: item {key}"
        values = {str(name): str(value) for *_, name, value in group if name is not None and value is not None}
        if is_deleted:
            yield Skipped(place, _IN_TRASH)
            continue
        creators = database.execute(_CREATORS, (number,)).fetchall()
        tags = [str(name) for (name,) in database.execute(_TAGS, (number,))]
        yield record(_described(str(key), str(kind), values, creators, tags), file, place)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _described(
    key: str, item_type: str, values: Mapping[str, str], creators: list[tuple[object, ...]], tags: list[str]
) -> Described:
    def first(*names: str) -> str:
        return next((text for name in names if (text := " ".join(values.get(name, "").split()))), "")

    kind = _KINDS.get(item_type, "misc")
    if kind == "phdthesis" and "master" in first("thesisType", "type").lower():
        kind = "mastersthesis"
    extra = values.get("extra", "")
    cited_as, preprint = _CITATION_KEY.search(extra), _ARXIV.search(" ".join((first("archiveID"), extra)))
    address = first("url")
    publisher = first("publisher", "university", "institution")
    return Described(
        id=key,
        key=first("citationKey") or (cited_as[1] if cited_as else ""),
        kind=kind,
        title=without_markup(first("title", "caseName", "nameOfAct", "subject")),
        authors=_people(creators, _AUTHORS),
        editors=_people(creators, frozenset({"editor"})),
        year=year_in(first("date", "issueDate", "dateDecided", "dateEnacted")),
        venue=_venue(kind, first),
        doi=first("DOI") or (address if "doi.org/" in address else ""),
        arxiv=preprint[1] if preprint else address if "arxiv.org/" in address else "",
        abstract=without_markup(first("abstractNote")),
        keywords=", ".join(tags),
        volume=first("volume"),
        number=first("reportNumber", "issue") if kind == "techreport" else first("issue"),
        pages=first("pages"),
        publisher=publisher,
        address=first("place"),
        edition=first("edition"),
        series=first("series", "seriesTitle"),
        isbn=first("ISBN"),
        url=address,
    )


def _venue(kind: str, first: Callable[..., str]) -> str:
    if kind.endswith("thesis"):
        return first("university", "publisher")
    if kind == "techreport":
        return first("institution", "publisher")
    return without_markup(
        first(
            "publicationTitle",
            "proceedingsTitle",
            "bookTitle",
            "encyclopediaTitle",
            "dictionaryTitle",
            "conferenceName",
            "websiteTitle",
            "blogTitle",
            "repository",
        )
    )


def _people(creators: list[tuple[object, ...]], roles: frozenset[str]) -> tuple[Author, ...]:
    """The creators of these roles; an institution has but one name."""
    found = []
    for given, family, role in creators:
        if role in roles and (family or given):
            found.append(Author(str(family), str(given or "")) if family else Author(str(given)))
    return tuple(found)
