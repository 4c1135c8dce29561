"""Records as JSON, the form in which an index keeps them."""

from __future__ import annotations

import json
from json.encoder import encode_basestring as quoted
from typing import TYPE_CHECKING

from texscholar.bibtex.work import Author, Work
from texscholar.library.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEXTS = ("venue", "doi", "arxiv", "abstract", "kind")


def to_json(record: Record) -> bytes:
    """A record as compact JSON, empty values left out; put together by hand, which takes a third of the time."""
    work = record.work
    parts = [f'{{"id":{quoted(record.id)},"title":{quoted(work.title)}']
    if record.key:
        parts.append(f'"key":{quoted(record.key)}')
    if record.keywords:
        parts.append(f'"keywords":{quoted(record.keywords)}')
    if work.authors:
        parts.append(f'"authors":{_pairs([(author.family, author.given) for author in work.authors])}')
    if work.year is not None:
        parts.append(f'"year":{work.year}')
    parts += [f'"{name}":{quoted(text)}' for name in _TEXTS if (text := getattr(work, name))]
    if work.fields:
        parts.append(f'"fields":{_pairs(work.fields)}')
    if record.citances:
        parts.append(f'"citances":[{",".join(map(quoted, record.citances))}]')
    return f"{','.join(parts)}}}".encode("utf-8", "replace")


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return f"[{','.join([f'[{quoted(one)},{quoted(other)}]' for one, other in pairs])}]"


def from_json(data: bytes, origin: str) -> Record:
    """The record of ``to_json`` again, offered from ``origin``."""
    values = json.loads(data.decode())
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
