"""Values of JSON that may be anything, asked for as what they should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texscholar.library.jsonl import json_text
from texscholar.library.names import author

if TYPE_CHECKING:
    from texscholar.bibtex.work import Author
    from texscholar.library.jsonl import Fields


def inner(fields: Fields, *path: str) -> Fields:
    """The object at the end of a path of names; an empty one where there is none."""
    for name in path:
        value = fields.get(name)
        if not isinstance(value, dict):
            return {}
        fields = value
    return fields


def entries(fields: Fields, name: str) -> list[Fields]:
    """The objects of a list."""
    value = fields.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def texts(fields: Fields, name: str) -> list[str]:
    """The filled strings of a list, each on one line."""
    value = fields.get(name)
    found = [json_text({"": each}, "") for each in value] if isinstance(value, list) else []
    return [text for text in found if text]


def first_text(fields: Fields, *names: str) -> str:
    """The first filled string, or first string of a list, of these fields."""
    for name in names:
        value = fields.get(name)
        found = texts(fields, name)[:1] if isinstance(value, list) else [json_text(fields, name)]
        if found and found[0]:
            return found[0]
    return ""


def people(names: list[str]) -> tuple[Author, ...]:
    """The persons of names written in one piece."""
    return tuple([person for name in names if (person := author(name))])


def page_range(first: str, last: str) -> str:
    """Pages from first to last, either of which may be unknown."""
    return f"{first}-{last}" if first and last and first != last else first or last
