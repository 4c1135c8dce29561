"""JSON lines as databases export them: one publication a line."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from texscholar.bibtex.values import plain
from texscholar.bibtex.work import Author, Work, normalise_arxiv, normalise_doi
from texscholar.library.names import author

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Fields = dict[str, Any]

_YEAR = re.compile(r"(?<!\d)(?:1[4-9]|20)\d\d(?!\d)")
_TEX = re.compile(r"[\\$]")
_BETWEEN_NAMES = re.compile(r"\s+and\s+|\s*;\s*")
_ARXIV_DOI = "10.48550/arxiv."


def json_lines(lines: Iterable[bytes]) -> Iterator[tuple[int, Fields | str]]:
    """Each line's number and object, or what is wrong with it; blank lines are passed over.

    A compressed file that ends too early gives its readable lines and then says so.
    """
    number = 0
    try:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield number, _json_object(line)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        yield number + 1, "the compressed file is damaged from here on; fetch it again"


def _json_object(line: bytes) -> Fields | str:
    try:
        value = json.loads(_decoded(line))
    except (json.JSONDecodeError, RecursionError):
        return "is not JSON"
    return value if isinstance(value, dict) else "is not a JSON object"


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def json_work(fields: Fields) -> Work:
    """The work that one JSON object describes; its title may be empty."""
    doi = normalise_doi(json_text(fields, "doi")) or _doi_of_address(json_text(fields, "url"))
    return Work(
        title=_without_tex(json_text(fields, "title")),
        authors=_authors(fields.get("authors", fields.get("author"))),
        year=_year(json_text(fields, "year")),
        venue=_without_tex(json_text(fields, "venue", "journal", "booktitle")),
        doi=doi,
        arxiv=_arxiv(fields, doi),
        abstract=json_text(fields, "abstract"),
        kind=json_text(fields, "type").lower(),
    )


def json_text(fields: Fields, *names: str) -> str:
    """The first of these fields that is a filled string, number or list of such, on one line; or empty."""
    return next((text for name in names if (text := _clean(fields.get(name)))), "")


def _clean(value: object) -> str:
    """One line of valid Unicode: no line ends, no unpaired surrogates."""
    if isinstance(value, list):
        return ", ".join(text for item in value if (text := _clean(item)))
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return " ".join(str(value).encode("utf-8", "replace").decode().split())


@lru_cache(maxsize=16_384)  # names and venues recur, and one string serves all of them
def _without_tex(text: str) -> str:
    """Plain Unicode; protecting braces, the frequent case, go without a parser."""
    return plain(text) if _TEX.search(text) else text.replace("{", "").replace("}", "")


def _year(text: str) -> int | None:
    match = _YEAR.search(text)
    return int(match[0]) if match else None


def _arxiv(fields: Fields, doi: str) -> str:
    """The arXiv identifier, from whichever field tells it."""
    address = json_text(fields, "url")
    return (
        normalise_arxiv(json_text(fields, "arxiv", "eprint", "arxiv_id"))
        or normalise_arxiv(doi.removeprefix(_ARXIV_DOI) if doi.startswith(_ARXIV_DOI) else "")
        or normalise_arxiv(address if "arxiv.org" in address.lower() else "")
    )


def _doi_of_address(address: str) -> str:
    return normalise_doi(address) if "doi.org/" in address.lower() else ""


def _authors(value: object) -> tuple[Author, ...]:
    """The people of a list of names or of {family, given} objects, or of one string of names."""
    names = _BETWEEN_NAMES.split(value) if isinstance(value, str) else value
    if not isinstance(names, list):
        return ()
    return tuple(person for name in names if (person := _author(name)))


def _author(name: object) -> Author | None:
    if not isinstance(name, dict):
        return author(_without_tex(_clean(name)))
    family = _without_tex(json_text(name, "family", "last"))
    given = _without_tex(json_text(name, "given", "first"))
    return Author(family, given) if family else author(given or _without_tex(json_text(name, "name", "literal")))
