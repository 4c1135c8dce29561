"""Records as JSON, the form in which an index keeps them."""

from __future__ import annotations

import json
from typing import NamedTuple

import orjson

from texscholar.bibtex.work import Author, Work, form_of
from texscholar.library.records import Record

_ABSTRACT = 10  # its place


def to_json(record: Record) -> bytes:
    """The attributes of a record in a fixed order: a list is quicker to write and to read than an object."""
    work = record.work
    values = (
        record.id,
        record.key,
        record.keywords,
        record.citances,
        work.title,
        [(author.family, author.given) for author in work.authors],
        work.year,
        work.venue,
        work.doi,
        work.arxiv,
        work.abstract,
        work.kind,
        work.fields,
    )
    try:
        return orjson.dumps(values)
    except TypeError:  # an unpaired surrogate is no character
        return json.dumps(values, ensure_ascii=False).encode("utf-8", "replace")


class Outline(NamedTuple):
    """How much a record says: its form, how many attributes are told, and how many fields its entry has."""

    form: str
    told: int
    fields: int


def outline(data: bytes) -> Outline:
    """The outline of the record of ``to_json``, at a third of the price of the record."""
    _, key, keywords, _, _, authors, year, venue, doi, arxiv, abstract, kind, fields = orjson.loads(data)
    told = sum(map(bool, (authors, year, venue, doi, arxiv, abstract, kind, key, keywords)))
    return Outline(form_of(kind, venue, is_on_arxiv=bool(arxiv)), told, len(fields))


def with_abstract_of(data: bytes, lender: bytes) -> bytes:
    """The record of ``to_json`` with the abstract of another."""
    values = orjson.loads(data)
    values[_ABSTRACT] = orjson.loads(lender)[_ABSTRACT]
    return orjson.dumps(values)


def from_json(data: bytes, origin: str) -> Record:
    """The record of ``to_json`` again, offered from ``origin``."""
    name, key, keywords, citances, title, authors, year, venue, doi, arxiv, abstract, kind, fields = orjson.loads(data)
    people = tuple([Author(family, given) for family, given in authors])
    pairs = tuple([(field, value) for field, value in fields])
    work = Work(title, people, year, venue, doi, arxiv, abstract, kind, pairs)
    return Record(name, key, work, origin, keywords, tuple(citances))
