"""A work of the literature as plain data, and when two descriptions mean the same one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Author:
    """A person's name in plain Unicode; an organisation has only a family name."""

    family: str
    given: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """What is known about one publication, in plain Unicode without TeX.

    ``kind`` is a BibTeX entry type in lower case, or empty.
    ``fields`` are the raw TeX values of the entry it was read from, in its order; empty for other sources.
    """

    title: str
    authors: tuple[Author, ...] = ()
    year: int | None = None
    venue: str = ""
    doi: str = ""
    arxiv: str = ""
    abstract: str = ""
    kind: str = ""
    fields: tuple[tuple[str, str], ...] = ()


_DOI = re.compile(r"10\.\d{4,9}/\S+")
_ARXIV = re.compile(r"(?<![\d.])(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?![\d.])")
_MIN_TITLE = 12  # characters of a folded title below which it names too many works ("Introduction")


def fold(text: str) -> str:
    """Letters and digits only, lower case, without accents: the form in which titles and names are compared."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if char.isalnum())


def normalise_doi(text: str) -> str:
    """A DOI in lower case without resolver and trailing punctuation, or an empty string."""
    match = _DOI.search(text)
    return match[0].lower().rstrip(".,;}") if match else ""


def normalise_arxiv(text: str) -> str:
    """An arXiv identifier without version, or an empty string."""
    match = _ARXIV.search(text)
    return match[1] if match else ""


def identities(work: Work) -> frozenset[str]:
    """Names under which a work is known: DOI, arXiv id, folded title with the first author's folded surname.

    Two works that share one are the same work; a short title alone names none.
    """
    names = set()
    if work.doi:
        names.add(f"doi:{work.doi}")
    if work.arxiv:
        names.add(f"arxiv:{work.arxiv}")
    title = fold(work.title)
    if len(title) >= _MIN_TITLE and work.authors:
        names.add(f"title:{title}:{fold(work.authors[0].family)}")
    return frozenset(names)
