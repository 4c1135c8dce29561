"""Records as JSON, the form in which an index keeps them."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from texscholar.bibtex.work import Author, Work
from texscholar.library.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable

_TEXTS = ("venue", "doi", "arxiv", "abstract", "kind")


def to_json(record: Record) -> bytes:
    """A record as compact JSON, empty values left out."""
    work = record.work
    values: dict[str, object] = {"id": record.id, "title": work.title}
    if record.key:
        values["key"] = record.key
    if record.keywords:
        values["keywords"] = record.keywords
    if work.authors:
        values["authors"] = [(author.family, author.given) for author in work.authors]
    if work.year is not None:
        values["year"] = work.year
    for name in _TEXTS:
        if text := getattr(work, name):
            values[name] = text
    if work.fields:
        values["fields"] = work.fields
    if record.citances:
        values["citances"] = record.citances
    return _encoder()(values).encode("utf-8", "replace")


def from_json(data: bytes, origin: str) -> Record:
    """The record of ``to_json`` again, offered from ``origin``."""
    values = json.loads(data)
    get = values.get
    work = Work(
        values["title"],
        tuple([Author(family, given) for family, given in get("authors", ())]),
        get("year"),
        get("venue", ""),
        get("doi", ""),
        get("arxiv", ""),
        get("abstract", ""),
        get("kind", ""),
        tuple([(name, value) for name, value in get("fields", ())]),
    )
    return Record(values["id"], get("key", ""), work, origin, get("keywords", ""), tuple(get("citances", ())))


@cache
def _encoder() -> Callable[[object], str]:
    return json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
