"""Entry types and fields in the words of BibTeX or of biblatex, so that neither program warns of an entry.

What the standard styles of BibTeX ask of a type: Patashnik, "BibTeXing" (1988), section 3.1, and the styles themselves.
What biblatex knows: its manual, section 2.1 (types) and 2.2 (fields).
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.bibtex.entries import MONTHS
from texscholar.bibtex.tex import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    Fields = dict[str, str]

_VENUE_FIELDS = MappingProxyType(
    {
        "article": "journal",
        "inproceedings": "booktitle",
        "incollection": "booktitle",
        "inbook": "booktitle",
        "phdthesis": "school",
        "mastersthesis": "school",
        "techreport": "institution",
        "misc": "howpublished",
    }
)
_REQUIRED = MappingProxyType(  # beside a title; of several names parted by a bar one is enough
    {
        "article": ("author", "journal"),
        "book": ("author|editor", "publisher"),
        "inbook": ("author|editor", "publisher", "chapter|pages"),
        "incollection": ("author", "booktitle", "publisher"),
        "inproceedings": ("author", "booktitle"),
        "phdthesis": ("author", "school"),
        "mastersthesis": ("author", "school"),
        "techreport": ("author", "institution"),
        "proceedings": (),
        "unpublished": ("author", "note"),
        "manual": (),
        "booklet": (),
        "misc": (),
    }
)
_ASKS_LESS = MappingProxyType({"incollection": "inproceedings", "inbook": "book"})
_PARTS_OF_BOOKS = frozenset({"book", "inbook", "incollection", "inproceedings", "proceedings"})
_SORTED_BY = MappingProxyType(
    {
        "book": ("author", "editor"),
        "inbook": ("author", "editor"),
        "proceedings": ("editor", "organization"),
        "manual": ("author", "organization"),
    }
)
_TO_BIBTEX = MappingProxyType(
    {
        "conference": "inproceedings",
        "report": "techreport",
        "collection": "book",
        "mvbook": "book",
        "mvcollection": "book",
        "mvproceedings": "proceedings",
        "suppbook": "inbook",
        "suppcollection": "incollection",
        "reference": "book",
        "inreference": "incollection",
        "bookinbook": "incollection",
    }
)
_OF_BIBLATEX = frozenset(
    """
    article book mvbook inbook bookinbook suppbook booklet collection mvcollection incollection suppcollection dataset
    manual misc online patent periodical suppperiodical proceedings mvproceedings inproceedings reference mvreference
    inreference report set software thesis unpublished conference electronic mastersthesis phdthesis techreport www
    artwork audio image jurisdiction legislation legal letter movie music performance review standard video
    """.split()  # noqa: SIM905 # a literal of one word a line would be a page long
)
_TELLS_WHERE = frozenset(("url", "doi", "journal", "booktitle", "howpublished", "publisher", "school", "institution"))
_DEGREES = re.compile(r"mathesis|bathesis|master|bachelor|diplom|m\.?\s*sc", re.IGNORECASE)
_WORDS_OF_BIBLATEX = frozenset(("phdthesis", "mathesis", "bathesis", "candthesis", "techreport", "resreport"))
_DATE = re.compile(r"(-?\d{4})(?:-(\d\d)(?:-\d\d)?)?(?:/.*)?")
_ISO_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
_YEAR = re.compile(r"\d{4}")
_NUMBERS = MappingProxyType({name: number for number, name in enumerate(MONTHS, start=1)})
_KEY_WORDS = 4
_UNDATED = "n.d."


def known_kind(kind: str, *, biblatex: bool) -> str:
    """The entry type that a type of either dialect is in this one, or an empty string for none of both."""
    if kind not in _OF_BIBLATEX and kind not in _REQUIRED:
        return ""
    if biblatex:
        return kind
    return kind if kind in _REQUIRED else _TO_BIBTEX.get(kind, "phdthesis" if kind == "thesis" else "misc")


def venue_field(kind: str) -> str:
    """The field, in the words of BibTeX, in which a type names where a work appeared."""
    return _VENUE_FIELDS.get(kind, "publisher")


def settled(kind: str, fields: Mapping[str, str], *, biblatex: bool) -> tuple[str, Fields]:
    """The type and the fields under which the program that reads the file has nothing to say against an entry.

    Args:
        kind: a type of either dialect, in lower case, or another word.
        fields: raw TeX values by name, in the words of either dialect.
        biblatex: whether the file is one for biblatex.
    """
    return _for_biblatex(kind, dict(fields)) if biblatex else _for_bibtex(kind, dict(fields))


def _for_biblatex(kind: str, fields: Fields) -> tuple[str, Fields]:
    fields = _renamed(fields, {"journal": "journaltitle", "address": "location", "school": "institution"})
    fields = _renamed(fields, {"archiveprefix": "eprinttype", "primaryclass": "eprintclass", "annote": "annotation"})
    fields.pop("key", None)
    if "isbn" in fields:
        fields["isbn"] = next(filter(_is_isbn, re.split(r"[^\dXx-]+", fields["isbn"])), "")
    month, year = fields.pop("month", ""), fields.get("year", "")
    if "date" in fields and not _ISO_DATE.fullmatch(fields["date"].partition("/")[0]):
        del fields["date"]
    if "date" in fields:
        fields.pop("year", None)
    elif _YEAR.fullmatch(year):
        number = _NUMBERS.get(month[:3].lower(), 0)
        fields = _in_place(fields, "year", "date", f"{year}-{number:02}" if number else year)
    elif year:
        del fields["year"]
    return known_kind(kind, biblatex=True) or "misc", {name: value for name, value in fields.items() if value}


def _for_bibtex(kind: str, fields: Fields) -> tuple[str, Fields]:
    names = {"journaltitle": "journal", "location": "address", "eprinttype": "archiveprefix"}
    fields = _renamed(fields, {**names, "eprintclass": "primaryclass"})
    fields = _dated(fields)
    if kind == "thesis" and _DEGREES.search(fields.get("type", "")):
        kind = "mastersthesis"
    kind = known_kind(kind, biblatex=False) or "misc"
    if fields.get("type") in _WORDS_OF_BIBLATEX:
        del fields["type"]
    if kind == "inbook" and "booktitle" in fields:  # of biblatex: BibTeX's has only the book's title
        kind = "incollection"
    if kind in {"phdthesis", "mastersthesis"}:
        fields = _renamed(fields, {"institution": "school", "organization": "school", "publisher": "school"})
    if kind == "techreport":
        fields = _renamed(fields, {"school": "institution", "organization": "institution", "publisher": "institution"})
    kind, fields = _complete(kind, _with_year(fields))
    is_arxiv = fields.get("archiveprefix", "").lower() == "arxiv" and "eprint" in fields
    if is_arxiv and not _TELLS_WHERE.intersection(fields):  # the standard styles print no eprint
        fields["url"] = f"https://arxiv.org/abs/{fields['eprint']}"
    if kind in _PARTS_OF_BOOKS and "number" in fields and ("volume" in fields or "series" not in fields):
        del fields["number"]
    if kind in {"book", "inbook"} and "author" in fields:
        fields.pop("editor", None)
    if not any(name in fields for name in (*_SORTED_BY.get(kind, ("author",)), "key")):
        fields["key"] = _sort_key(fields)
    return kind, {name: value for name, value in fields.items() if value}


def _complete(kind: str, fields: Fields) -> tuple[str, Fields]:
    """The first type, of those that ask less and less, whose fields are there."""
    while any(not any(name in fields for name in each.split("|")) for each in _REQUIRED[kind]):
        less = _ASKS_LESS.get(kind, "misc")
        if less == "misc":
            venue = venue_field(kind)
            fields = fields if "howpublished" in fields else _renamed(fields, {venue: "howpublished"})
        kind = less
    return kind, fields


def _with_year(fields: Fields) -> Fields:
    """The fields with a year, which every style asks for, and which sorts and labels."""
    # natbib takes labels apart at brackets, and would count a year that ends in a brace.
    year = re.sub(r"[{}\[\]]", "", fields.get("year", ""))
    if not year:
        fields.pop("month", None)
    return {**fields, "year": year or _UNDATED}


def _dated(fields: Fields) -> Fields:
    """A date as year and month."""
    date = _DATE.match(fields.get("date", ""))
    if date is None:
        return {name: value for name, value in fields.items() if name != "date"}
    if "year" in fields:
        del fields["date"]
        return fields
    fields = _in_place(fields, "date", "year", date[1])
    month = int(date[2] or 0)
    if "month" not in fields and 1 <= month <= len(MONTHS):
        fields["month"] = tuple(MONTHS.values())[month - 1]
    return fields


def _renamed(fields: Fields, names: Mapping[str, str]) -> Fields:
    """The fields under other names, in their places, where those are not taken; of several the first."""
    for old, new in names.items():
        if old in fields and new not in fields:
            fields = _in_place(fields, old, new, fields[old])
    return fields


def _is_isbn(text: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO 2108): biber warns of all else."""
    digits = [10 if char in "Xx" else int(char) for char in text if char != "-"]
    if len(digits) == len("0123456789"):
        return sum(weight * digit for weight, digit in enumerate(reversed(digits), start=1)) % 11 == 0
    return len(digits) == len("9780123456789") and sum(digits[::2], 3 * sum(digits[1::2])) % 10 == 0


def _in_place(fields: Fields, old: str, new: str, value: str) -> Fields:
    return {new if name == old else name: value if name == old else text for name, text in fields.items()}


def _sort_key(fields: Mapping[str, str]) -> str:
    """What an entry without persons is sorted and labelled by: the first words of its title."""
    words = re.findall(r"[^\W_]+", plain(fields.get("title", "")))
    return " ".join(words[:_KEY_WORDS]) or "Untitled"
