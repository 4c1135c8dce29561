"""Corpora that a service gives page by page: OAI-PMH (arXiv's metadata) and the lists of OpenAlex.

Sources: openarchives.org/OAI/openarchivesprotocol.html, sections 3.5 and 3.6; developers.openalex.org, "Page through
results". Every page becomes lines of the kind that its importer reads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson

from texscholar.downloads import host
from texscholar.errors import TexscholarError
from texscholar.library.importers.elements import elements_in
from texscholar.library.importers.json_values import entries, inner
from texscholar.library.jsonl import json_object, json_text
from texscholar.network import NetworkError, request_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from texscholar.library.corpora.recipes import Recipe
    from texscholar.library.importers.elements import Element
    from texscholar.library.jsonl import Fields

PER_PAGE = 100
"""Works a page that OpenAlex gives at most."""

_WANTED = frozenset(("record", "resumptionToken", "error"))
_FIRST = "*"  # OpenAlex's first cursor
_MOST_TOKEN = 4096  # characters
_SELECTED = (
    "id,doi,title,publication_year,publication_date,type,authorships,primary_location,locations,biblio,keywords,"
    "abstract_inverted_index"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a service: a part of its corpus, works from a year on, so many at most (0: all)."""

    part: str = ""
    since: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds: lines of records, how many there were in it, how to ask for the next (empty: it is the last).

    ``total``: how many the service says there are, -1 where it says nothing.
    """

    lines: bytes
    count: int
    next: str
    total: int = -1


class PastError(TexscholarError):
    """The service does not know any more where we were."""


def oai_address(recipe: Recipe, asked: Asked, token: str) -> str:
    """Where the page behind a token lies; the first one without it."""
    fields = {"verb": "ListRecords"}
    if token:
        fields["resumptionToken"] = token
    else:
        fields |= {"metadataPrefix": recipe.prefix}
        fields |= {"set": asked.part} if asked.part else {}
        fields |= {"from": f"{asked.since}-01-01"} if asked.since else {}
    return recipe.url + request_path("", fields)


def oai_page(data: bytes, recipe: Recipe) -> Page:
    """What an answer of OAI-PMH holds of arXiv's metadata.

    Raises:
        NetworkError: it is cut off, or no such answer; asking again may help.
        TexscholarError: it declares entities, or the service complains.
    """
    if b"<OAI-PMH" not in data[:4096]:
        raise NetworkError(f"{host(recipe.url)} gives no answer of OAI-PMH; check its address", passing=True)
    lines, count, token, total = [], 0, "", -1
    for _, element in elements_in(data, host(recipe.url), _WANTED):
        if isinstance(element, str):
            raise NetworkError(f"{host(recipe.url)} sent a broken page; try again later", passing=True)
        if element.name == "error":
            return _complaint(element, recipe)
        if element.name == "resumptionToken":
            token = element.text()
            told = element.attributes.get("completeListSize", "")
            total = int(told) if told.isdecimal() and len(told) < 10 else -1  # noqa: PLR2004 - digits
            continue
        count += 1
        lines += [orjson.dumps(item) for item in _arxiv_items(element)]
    if len(token) > _MOST_TOKEN:
        raise NetworkError(f"{host(recipe.url)} sent a resumption token that is none; try again later")
    return Page(b"".join(line + b"\n" for line in lines), count, token, total)


def _complaint(element: Element, recipe: Recipe) -> Page:
    code = element.attributes.get("code", "")
    if code == "noRecordsMatch":
        return Page(b"", 0, "", 0)
    if code == "badResumptionToken":
        raise PastError(f"{host(recipe.url)} has forgotten where this was; get it again, which begins anew")
    said = "".join(char for char in f"{code}: {element.text()}" if char.isprintable())[:200]
    raise TexscholarError(f"{host(recipe.url)} complains ({said}); check the name of the set")


def _arxiv_items(record: Element) -> list[Fields]:
    """The metadata of a record as arXiv's own JSON has it; none for one that was deleted."""
    return [
        {
            "id": each.text("id"),
            "title": each.text("title"),
            "authors_parsed": [
                [person.text("keyname"), person.text("forenames"), person.text("suffix")]
                for authors in each.all("authors")
                for person in authors.all("author")
            ],
            "abstract": each.text("abstract"),
            "categories": each.text("categories"),
            "doi": each.text("doi"),
            "journal-ref": each.text("journal-ref"),
            "versions": [{"created": each.text("created")}],
        }
        for metadata in record.all("metadata")
        for each in metadata.all("arXiv")
    ]


def openalex_address(recipe: Recipe, asked: Asked, cursor: str, key: str) -> str:
    """Where the page behind a cursor lies: works of a topic, field or subfield, the most cited first."""
    fields = {
        "filter": ",".join(_filters(asked)),
        "select": _SELECTED,
        "sort": "cited_by_count:desc",
        "per_page": str(PER_PAGE),
        "cursor": cursor or _FIRST,
    }
    return recipe.url + request_path("", fields | ({"api_key": key} if key else {}))


def _filters(asked: Asked) -> list[str]:
    """A field has two digits, a subfield four, a topic a T before its number."""
    level = "" if asked.part.startswith(("T", "t")) else "field." if len(asked.part) <= 2 else "subfield."  # noqa: PLR2004 - as said
    years = [f"from_publication_date:{asked.since}-01-01"] if asked.since else []
    return [f"primary_topic.{level}id:{asked.part}", *years]


def openalex_page(data: bytes, recipe: Recipe) -> Page:
    """What an answer of OpenAlex holds.

    Raises:
        NetworkError: it is cut off, or no such answer; asking again may help.
    """
    answer = json_object(data)
    if (
        isinstance(answer, str)
        or not isinstance(answer.get("results"), list)
        or not isinstance(answer.get("meta"), dict)
    ):
        raise NetworkError(f"{host(recipe.url)} gives no list of works; check its address", passing=True)
    works, meta = entries(answer, "results"), inner(answer, "meta")
    total = meta.get("count")
    cursor = json_text(meta, "next_cursor") if works else ""
    if len(cursor) > _MOST_TOKEN:
        raise NetworkError(f"{host(recipe.url)} sent a cursor that is none; try again later")
    lines = b"".join(orjson.dumps(_slim(work)) + b"\n" for work in works)
    return Page(lines, len(works), cursor, total if type(total) is int and total >= 0 else -1)


def _slim(work: Fields) -> Fields:
    """A work without what its importer does not read: most of it are addresses of institutions."""
    names: list[dict[str, Any]] = [
        {"author": {"display_name": json_text(inner(each, "author"), "display_name")}, **_raw(each)}
        for each in entries(work, "authorships")
    ]
    places = [{"landing_page_url": json_text(each, "landing_page_url")} for each in entries(work, "locations")]
    return work | {"authorships": names, "locations": places}


def _raw(authorship: Fields) -> Mapping[str, str]:
    return {"raw_author_name": json_text(authorship, "raw_author_name")}


def cut(page: Page, most: int) -> Page:
    """A page with at most so many lines, and then the last."""
    if page.count < most:
        return page
    kept = page.lines.splitlines(keepends=True)[:most]
    return replace(page, lines=b"".join(kept), count=most, next="")
