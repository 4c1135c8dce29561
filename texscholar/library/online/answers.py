"""The answers of online sources, whatever may stand in them, as records."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.bibtex.tex import plain
from texscholar.errors import Skipped, TexscholarError
from texscholar.library.importers.describing import Described, record, year_in
from texscholar.library.importers.elements import elements_in
from texscholar.library.importers.json_values import entries, inner, people
from texscholar.library.importers.markup import without_markup
from texscholar.library.jsonl import json_object, json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from texscholar.library.importers.elements import Element
    from texscholar.library.jsonl import Fields
    from texscholar.library.records import Record

    Rows = tuple[Record | Skipped, ...]
    Reader = Callable[[bytes, str], Rows | str]
    """Reads the body of an answer under a name for messages: its works, or what is wrong with it."""

MOST_WORKS = 100
"""Works of one answer that are read; many more than are asked for."""

_LOG_IN = "check whether this network wants you to log in"
_NO_JSON = f"answers with something that is no JSON; {_LOG_IN}"
_OTHER_FORM = "answers with JSON of another form than it documents; try again later"
_NO_FEED = f"answers with something that is no Atom feed; {_LOG_IN}"
_ARXIV_ERROR = "/api/errors"  # in the id of what stands for an entry then (arXiv API User's Manual, 3.4)
_ARXIV_ABSTRACT = "/abs/"
_DBLP_KINDS = MappingProxyType(
    {
        "Journal Articles": "article",
        "Conference and Workshop Papers": "inproceedings",
        "Parts in Books or Collections": "incollection",
        "Reference Works": "incollection",
        "Books and Theses": "book",
        "Editorship": "proceedings",
    }
)


def list_at(describe: Callable[[Fields], Described], *path: str) -> Reader:
    """Reads the works of a list at the end of a path of names."""

    def read(body: bytes, name: str) -> Rows | str:
        value = json_object(body)
        if isinstance(value, str):
            return _NO_JSON
        above = inner(value, *path[:-1])
        return _rows(entries(above, path[-1]), describe, name) if isinstance(above.get(path[-1]), list) else _OTHER_FORM

    return read


def one_at(describe: Callable[[Fields], Described], *path: str) -> Reader:
    """Reads the one work at the end of a path of names; without names it is the whole answer."""

    def read(body: bytes, name: str) -> Rows | str:
        value = json_object(body)
        if isinstance(value, str):
            return _NO_JSON
        item = inner(value, *path)
        return _rows([item], describe, name) if item else _OTHER_FORM

    return read


def read_dblp(body: bytes, name: str) -> Rows | str:
    """Reads the answer of DBLP's search, which has no list where nothing was found (dblp.org/faq, "search API")."""
    value = json_object(body)
    if isinstance(value, str):
        return _NO_JSON
    hits = inner(value, "result", "hits")
    found = [inner(hit, "info") for hit in entries(hits, "hit")]
    return _rows(found, _dblp_described, name) if "@total" in hits else _OTHER_FORM


def _dblp_described(info: Fields) -> Described:
    kind = _DBLP_KINDS.get(json_text(info, "type"), "misc")
    authors = inner(info, "authors")
    named = entries(authors, "author") or [inner(authors, "author")]
    volume = json_text(info, "volume")
    is_preprint = json_text(info, "venue") == "CoRR" and volume.startswith("abs/")
    link = json_text(info, "ee")
    title = without_markup(json_text(info, "title"))
    return Described(
        id=json_text(info, "key"),
        kind=kind,
        title=title[:-1] if title.endswith(".") and not title.endswith("..") else title,
        authors=people([without_markup(json_text(each, "text")) for each in named]),
        year=year_in(json_text(info, "year")),
        venue=without_markup(json_text(info, "venue")),
        doi=json_text(info, "doi") or (link if "doi.org/" in link.lower() else ""),
        arxiv=volume.removeprefix("abs/") if is_preprint else link if "arxiv.org/" in link.lower() else "",
        volume="" if is_preprint else volume,
        number=json_text(info, "number"),
        pages=json_text(info, "pages"),
        publisher=without_markup(json_text(info, "publisher")),
        url=link,
    )


def read_feed(body: bytes, name: str) -> Rows | str:
    """Reads the Atom feed of arXiv (info.arxiv.org/help/api/user-manual, 3.3); no entity of it is expanded."""
    if b"<feed" not in body[:2000]:
        return _NO_FEED
    try:
        found = list(elements_in(body, name, frozenset({"entry"})))
    except TexscholarError as error:
        return f"{error.message.partition(';')[0]}; try again later"
    if wrong := next((each for _, each in found if isinstance(each, str)), ""):
        return wrong
    works = [each for _, each in found if not isinstance(each, str) and _ARXIV_ERROR not in each.text("id")]
    return tuple([record(_feed_described(each), name, name) for each in works[:MOST_WORKS]])


def _feed_described(entry: Element) -> Described:
    identifier = entry.text("id").partition(_ARXIV_ABSTRACT)[2]
    category = next(iter(entry.all("arxiv:primary_category")), None)
    return Described(
        id=identifier,
        tex_title=entry.text("title"),
        authors=people([each.text("name") for each in entry.all("author")]),
        year=year_in(entry.text("published")),
        doi=entry.text("arxiv:doi"),
        arxiv=identifier,
        abstract=plain(entry.text("summary")),
        primaryclass=category.attributes.get("term", "") if category else "",
    )


def _rows(items: Iterable[Fields], describe: Callable[[Fields], Described], name: str) -> Rows:
    return tuple([record(describe(item), name, name) for item, _ in zip(items, range(MOST_WORKS), strict=False)])
