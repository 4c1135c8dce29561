"""arXiv's metadata, one paper a line, as the Cornell University data set on Kaggle has it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from texscholar.bibtex.tex import plain
from texscholar.bibtex.work import Author
from texscholar.library.importers.describing import Described, year_in
from texscholar.library.importers.json_values import entries
from texscholar.library.importers.objects import read_objects
from texscholar.library.jsonl import json_text, json_work

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from texscholar.errors import Skipped
    from texscholar.library.jsonl import Fields
    from texscholar.library.records import Record

_MONTH = re.compile(r"(?:^|/)(\d\d)(?:0[1-9]|1[0-2])")  # of 0704.0001 and of hep-th/9901001
_FIRST_YEAR = 91
_CLASS = re.compile(r"[a-z-]+(?:\.[A-Za-z-]+)?")


def read_arxiv(path: Path) -> Iterator[Record | Skipped]:
    """The records of a file of arXiv's metadata.

    Raises:
        TexscholarError: the file cannot be opened.
    """
    return read_objects(path, _described)


def _described(item: Fields) -> Described:
    name = json_text(item, "id")
    category = json_text(item, "categories").partition(" ")[0]
    return Described(
        id=name,
        tex_title=json_text(item, "title"),
        authors=_authors(item),
        year=_year(item, name),
        doi=json_text(item, "doi"),
        arxiv=name,
        abstract=plain(json_text(item, "abstract")),
        primaryclass=category if _CLASS.fullmatch(category) else "",
    )


def _authors(item: Fields) -> tuple[Author, ...]:
    """The people as arXiv took their names apart (family, given, suffix), else as they are written."""
    parsed = item.get("authors_parsed")
    if not isinstance(parsed, list):
        return json_work(item).authors
    found = []
    for parts in parsed:
        texts = [plain(json_text({"": part}, "")) for part in parts] if isinstance(parts, list) else []
        if texts and texts[0]:
            found.append(Author(texts[0], " ".join(filter(None, texts[1:3]))))
    return tuple(found)


def _year(item: Fields, name: str) -> int | None:
    """The year of the first version, which the identifier also tells."""
    first = next(iter(entries(item, "versions")), {})
    if year := year_in(json_text(first, "created")):
        return year
    found = _MONTH.search(name)
    if not found:
        return None
    short = int(found[1])
    return 1900 + short if short >= _FIRST_YEAR else 2000 + short
