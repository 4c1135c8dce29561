"""What a source tells of a work, made a record whose fields fill a whole entry of a ``.bib`` file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.bibtex.tex import plain
from texscholar.bibtex.work import Work, identities, normalise_arxiv, normalise_doi
from texscholar.bibtex.writer import escape, typeset_names, typeset_title
from texscholar.errors import Skipped
from texscholar.library.records import Record

if TYPE_CHECKING:
    from texscholar.bibtex.work import Author

NO_TITLE = "has no title"

_LONGEST_TITLE, _LONGEST_TEXT = 2_000, 200_000  # characters
_ARXIV_DOI = "10.48550/arxiv."
_PREPRINTS = re.compile(r"\barxiv\b|^corr$", re.IGNORECASE)
_VENUE_FIELDS = MappingProxyType(
    {
        "article": "journal",
        "inproceedings": "booktitle",
        "incollection": "booktitle",
        "phdthesis": "school",
        "mastersthesis": "school",
        "techreport": "institution",
        "misc": "howpublished",
    }
)
_NEEDS_A_VENUE = frozenset(_VENUE_FIELDS) - {"misc"}
_IN_BOOKS = frozenset({"inproceedings", "incollection", "book", "proceedings"})
_PAGES = re.compile(r"\s*[-\u2010-\u2015]+\s*")
_FIRST_YEAR, _AFTER_LAST_YEAR = 1400, 2100
_YEAR = re.compile(r"(?<!\d)(?:1[4-9]|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A publication as plain Unicode; ``kind`` is a BibTeX entry type.

    ``tex_title`` is the title as TeX where the source has it so; then ``title`` may be empty.
    ``arxiv`` and ``doi`` may be addresses; ``pages`` is a range with whatever dash.
    """

    id: str = ""
    key: str = ""
    kind: str = "misc"
    title: str = ""
    tex_title: str = ""
    authors: tuple[Author, ...] = ()
    editors: tuple[Author, ...] = ()
    year: int | None = None
    venue: str = ""
    doi: str = ""
    arxiv: str = ""
    abstract: str = ""
    keywords: str = ""
    volume: str = ""
    number: str = ""
    pages: str = ""
    publisher: str = ""
    address: str = ""
    edition: str = ""
    series: str = ""
    isbn: str = ""
    url: str = ""
    primaryclass: str = ""


def year_in(text: str) -> int | None:
    """The first year that a text names."""
    match = _YEAR.search(text)
    return int(match[0]) if match else None


def is_year(value: object) -> bool:
    """Whether a value is a number that can be a year of publication."""
    return type(value) is int and _FIRST_YEAR <= value < _AFTER_LAST_YEAR


def record(told: Described, file: str, place: str) -> Record | Skipped:
    """The record of a described work, or why it is none.

    Args:
        told: what the source says.
        file: the name of the file it comes from.
        place: where in it, for messages.
    """
    title = told.title or plain(told.tex_title)
    if not title:
        return Skipped(place, NO_TITLE)
    if len(title) > _LONGEST_TITLE:
        return Skipped(place, f"has a title of {len(title)} characters; it is left out")
    work = described_work(told)
    name = told.id or min(identities(work), default=place)
    return Record(name, told.key, work, file, told.keywords[:_LONGEST_TEXT])


def described_work(told: Described) -> Work:
    """What a source says, as a work whose fields fill a whole entry."""
    doi = normalise_doi(told.doi) if told.doi else ""
    arxiv = normalise_arxiv(told.arxiv) if told.arxiv else ""
    if not arxiv and doi.startswith(_ARXIV_DOI):
        arxiv = normalise_arxiv(doi.removeprefix(_ARXIV_DOI))
    kind, venue = _kind_and_venue(told, is_preprint=bool(arxiv))
    people = told.authors or told.editors
    return Work(
        title=told.title or plain(told.tex_title),
        authors=people,
        year=told.year,
        venue=venue,
        doi=doi,
        arxiv=arxiv,
        abstract=told.abstract[:_LONGEST_TEXT],
        kind=kind,
        fields=_fields(told, kind, venue, doi, arxiv),
    )


def _kind_and_venue(told: Described, *, is_preprint: bool) -> tuple[str, str]:
    """The entry type whose required fields are told, and what stands for its venue.

    BibTeX warns of an article without journal, a part without whole and a chapter or book without publisher.
    """
    kind, venue = told.kind, told.venue
    if is_preprint and (not venue or _PREPRINTS.search(venue)):
        return "misc", venue
    if kind == "techreport":
        venue = venue or told.publisher
    if kind == "incollection" and not told.publisher:
        kind = "inproceedings"
    if kind in _NEEDS_A_VENUE and not venue:
        return "misc", told.publisher
    if kind in {"book", "proceedings"}:
        return (kind if told.publisher or kind == "proceedings" else "misc"), venue
    return kind, venue


def _fields(told: Described, kind: str, venue: str, doi: str, arxiv: str) -> tuple[tuple[str, str], ...]:
    """The fields of the entry, in the order in which most files have them, as TeX."""
    in_book = kind in _IN_BOOKS
    series = told.series
    # The standard styles take one of volume and number, and a number of a book only with its series.
    number = "" if in_book and (told.volume or not series) else told.number
    is_shown = bool(venue) and not (kind == "misc" and _PREPRINTS.search(venue))
    pairs = [
        ("author", typeset_names(told.authors)),
        ("editor", typeset_names(told.editors)),
        ("title", told.tex_title or typeset_title(told.title)),
        (_VENUE_FIELDS.get(kind, ""), escape(venue) if is_shown else ""),
        ("year", str(told.year) if told.year else ""),
        ("volume", escape(told.volume)),
        ("number", escape(number)),
        ("series", escape(series)),
        ("edition", escape(told.edition)),
        ("pages", escape(_PAGES.sub("--", told.pages.strip()))),
        ("publisher", escape(told.publisher) if kind != "article" and told.publisher != venue else ""),
        ("address", escape(told.address)),
        ("isbn", told.isbn),
        ("doi", doi),
        ("eprint", arxiv),
        ("archiveprefix", "arXiv" if arxiv else ""),
        ("primaryclass", told.primaryclass if arxiv else ""),
        ("url", "" if doi or arxiv else told.url),
    ]
    return tuple([(name, value) for name, value in pairs if name and value])
