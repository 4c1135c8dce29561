"""JSON lines as databases export them: one publication a line."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from codecs import BOM_UTF8
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson

from texscholar.bibtex.values import plain
from texscholar.bibtex.work import Author, Work, is_placeholder_doi, normalise_arxiv, normalise_doi
from texscholar.library.importers.markup import without_markup
from texscholar.library.names import author

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Fields = dict[str, Any]

DAMAGED = "the compressed file is damaged from here on; fetch it again"
NO_JSON, NO_OBJECT = "is not JSON", "is not a JSON object"
_FIRST_YEAR, _AFTER_LAST_YEAR = 1400, 2100
_YEAR = re.compile(r"(?<!\d)(?:1[4-9]|20)\d\d(?!\d)")
_BETWEEN_NAMES = re.compile(r"\s+and\s+|\s*;\s*")
_OF_A_DOI = "10."
_ARXIV_DOI = "10.48550/arxiv."
_MOST_PEOPLE = 262_144
_UNREADABLE = object()
_ALL_TEXTS = frozenset((str,))


def numbered(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes | str]]:
    """Each line with its number; blank ones are passed over.

    A compressed file that ends too early gives its readable lines and then, as a string, what is wrong with it.
    """
    number = 0
    try:
        for number, line in enumerate(lines, start=1):
            if not line.isspace():
                yield number, line
    except (EOFError, zlib.error, gzip.BadGzipFile):
        yield number + 1, DAMAGED


def json_object(line: bytes) -> Fields | str:
    """The object that a line holds, or what is wrong with it."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        value = _lenient(line)
    return value if isinstance(value, dict) else NO_JSON if value is _UNREADABLE else NO_OBJECT


def _lenient(line: bytes) -> object:
    """What a line holds that is not strictly JSON in UTF-8, which Python's own reader may still understand."""
    try:
        return json.loads(_decoded(line))
    except (json.JSONDecodeError, RecursionError):
        return _UNREADABLE


def _decoded(line: bytes) -> str:
    try:
        return line.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


def json_work(fields: Fields) -> Work:
    """The work that one JSON object describes; its title may be empty."""
    address = json_text(fields, "url")
    named = json_text(fields, "doi")
    abstract = json_text(fields, "abstract")
    doi = (normalise_doi(named) if named else "") or _doi_of_address(address) or _doi_of_id(fields)
    return Work(
        title=_without_tex(json_text(fields, "title")),
        authors=_authors(fields.get("authors", fields.get("author"))),
        year=_year(fields),
        venue=_venue(json_text(fields, "venue", "journal", "booktitle")),
        doi=doi,
        arxiv=_arxiv(fields, doi, address),
        abstract=without_markup(abstract) if "&" in abstract or "<" in abstract else abstract,
        kind=json_text(fields, "type").lower(),
    )


def json_text(fields: Fields, *names: str) -> str:
    """The first of these fields that is a filled string, number or list of such, on one line; or empty."""
    for name in names:
        value = fields.get(name)
        if value is not None and (text := _clean(value)):
            return text
    return ""


def _clean(value: object) -> str:
    """One line of valid Unicode: no line ends, no unpaired surrogates."""
    # The frequent case first: what is printable holds no white space but spaces, and no surrogate.
    if type(value) is str and value.isprintable() and "  " not in value and len(value.strip(" ")) == len(value):
        return value
    if isinstance(value, list):
        return ", ".join(text for item in value if (text := _clean(item)))
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return " ".join(str(value).encode("utf-8", "replace").decode().split())


def _without_tex(text: str) -> str:
    """Plain Unicode; protecting braces, the frequent case, go without a parser."""
    if "&" in text or "<" in text:
        text = without_markup(text)
    if "\\" in text or "$" in text:
        return plain(text)
    return text.replace("{", "").replace("}", "") if "{" in text or "}" in text else text


@lru_cache(maxsize=16_384)  # venues recur, and one string serves all of them
def _venue(text: str) -> str:
    return _without_tex(text)


def _year(fields: Fields) -> int | None:
    value = fields.get("year")
    if type(value) is int and _FIRST_YEAR <= value < _AFTER_LAST_YEAR:
        return value
    match = _YEAR.search(json_text(fields, "year"))
    return int(match[0]) if match else None


def _arxiv(fields: Fields, doi: str, address: str) -> str:
    """The arXiv identifier, from whichever field tells it."""
    named = json_text(fields, "arxiv", "eprint", "arxiv_id")
    if named and (found := normalise_arxiv(named)):
        return found
    if doi.startswith(_ARXIV_DOI) and (found := normalise_arxiv(doi.removeprefix(_ARXIV_DOI))):
        return found
    return normalise_arxiv(address) if "arxiv.org" in address.lower() else ""


def _doi_of_address(address: str) -> str:
    return normalise_doi(address) if "doi.org/" in address.lower() else ""


def _doi_of_id(fields: Fields) -> str:
    """The DOI under which a source lists a work, where it lists them so and it is registered."""
    name = json_text(fields, "id")
    doi = normalise_doi(name) if name.startswith(_OF_A_DOI) and not is_placeholder_doi(name) else ""
    return doi if doi == name.lower() else ""


def _authors(value: object) -> tuple[Author, ...]:
    """The people of a list of names or of {family, given} objects, or of one string of names."""
    names = _BETWEEN_NAMES.split(value) if isinstance(value, str) else value
    if not isinstance(names, list):
        return ()
    if _ALL_TEXTS.issuperset(map(type, names)):  # the frequent case, without a step of Python for each
        return tuple(filter(None, map(_person, names)))
    people = [_person(name) if isinstance(name, str) else _author(name) for name in names]
    return tuple([person for person in people if person])


def _author(name: object) -> Author | None:
    if not isinstance(name, dict):
        return _person(_clean(name))
    family = _without_tex(json_text(name, "family", "last"))
    given = _without_tex(json_text(name, "given", "first"))
    return Author(family, given) if family else author(given or _without_tex(json_text(name, "name", "literal")))


class _KnownPeople(dict[str, Author | None]):
    """Who is meant by a name: the same people write again and again, and one object serves all of it.

    It begins anew when it grows large, which costs less than a cache that keeps an order.
    """

    def __missing__(self, name: str) -> Author | None:
        if len(self) >= _MOST_PEOPLE:
            self.clear()
        self[name] = found = author(_without_tex(_clean(name)))
        return found


_person = _KnownPeople().__getitem__
