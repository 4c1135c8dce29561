"""A work of the literature as plain data, and when two descriptions mean the same one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


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
# Bytes, whose translation takes a third of the time that one of text does.
_LOWER_ASCII = bytes(ord(chr(code).lower()) for code in range(128)) + bytes(range(128, 256))
_NO_ALNUM = bytes(code for code in range(128) if not chr(code).isalnum())
_MIN_TITLE = 12  # characters of a folded title below which it names too many works
GENERIC_TITLES = frozenset(
    """
    introduction acknowledgments acknowledgements bookreview bookreviews conclusions editorial editorsnote
    editorsintroduction generalintroduction guesteditorial guesteditors guesteditorsintroduction
    introductiontothespecialissue lettertotheeditor letterstotheeditor bibliography authorsreply authorsresponse
    corrigendum corrections fromtheeditor fromtheeditors inthisissue tableofcontents privatecommunication
    personalcommunication unpublishedmanuscript workinprogress inpreparation
    """.split()  # noqa: SIM905 # a literal of one word a line would be a page long
)
"""Folded titles that name a kind of text, not a text."""

_FORMS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("phdthesis", "mastersthesis", "thesis"), "thesis"),
        **dict.fromkeys(("techreport", "report"), "report"),
        **dict.fromkeys(("book", "mvbook", "collection", "mvcollection", "proceedings", "mvproceedings"), "book"),
        **dict.fromkeys(("inproceedings", "conference", "incollection", "inbook"), "part"),
        "article": "article",
    }
)
_PREPRINT = re.compile(
    r"arxiv|^corr$|[a-z]rxiv\b|preprint|\bssrn\b|e-?print|^hal\b|^osf\b|submitted|under review", re.IGNORECASE
)
_REPORT = re.compile(r"\b(?:technical|tech\.?|research) rep(?:ort|\.)", re.IGNORECASE)
_PROCEEDINGS = re.compile(r"\b(?:proceedings|proc\.|conference|symposium|workshop)(?!\w)", re.IGNORECASE)
_PREPRINT_DOI = re.compile(r"10\.(?:(?:48550|2139|31234|31219|20944|21203|36227|26434)/|1101/[\d.]+(?:v\d+)?$)")
_PLACEHOLDER_DOI = "10.5555/"  # Crossref's prefix for tests, under which the ACM lists what has no DOI of its own
_ACL_DOI = re.compile(r"10\.(?:18653/v1|3115/v1)/([a-z]\d\d-\d{4,}|\d{4}\.[\w-]+\.\d+)$")
_ACL_PAGE = re.compile(
    r"acl(?:anthology\.org|web\.org/anthology(?:-new)?)/(?:[A-Z]/[A-Z]\d\d/|papers/[A-Z]/[A-Z]\d\d/)?"
    r"([A-Z]\d\d-\d{4,}|\d{4}\.[\w-]+\.\d+)", re.IGNORECASE
)  # fmt: skip
_SLIPPED = 2  # years that the dates of one and the same publication may lie apart


def fold(text: str) -> str:
    """Letters and digits only, lower case, without accents: the form in which titles and names are compared."""
    if text.isascii():
        return text.encode("ascii").translate(_LOWER_ASCII, _NO_ALNUM).decode("ascii")
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text.casefold())))


def normalise_doi(text: str) -> str:
    """A DOI in lower case without resolver and trailing punctuation, or an empty string."""
    match = _DOI.search(text)
    return match[0].lower().rstrip(".,;}") if match else ""


def normalise_arxiv(text: str) -> str:
    """An arXiv identifier without version, or an empty string."""
    match = _ARXIV.search(text)
    return match[1] if match else ""


def is_preprint_doi(doi: str) -> bool:
    """Whether a DOI is that of a preprint: another one may be that of the same work's publication."""
    return _PREPRINT_DOI.match(doi) is not None


def is_placeholder_doi(doi: str) -> bool:
    """Whether a DOI is none that was registered: it tells nothing against another one."""
    return doi.startswith(_PLACEHOLDER_DOI)


def acl_id(work: Work) -> str:
    """The id of the ACL Anthology in lower case, from the DOI or the address that hold it; or an empty string."""
    if work.doi and (found := _ACL_DOI.match(work.doi)):
        return found[1].lower()
    for name, value in work.fields:
        if name.lower() == "url" and (page := _ACL_PAGE.search(value)):
            return page[1].removesuffix(".pdf").lower()
    return ""


def identities(work: Work) -> frozenset[str]:
    """Names under which a work is known: DOI, arXiv id, folded title with the first author's folded surname.

    Two works that share one are the same work; a short title alone names none.
    """
    names = set()
    if work.doi:
        names.add(f"doi:{work.doi}")
    if work.arxiv:
        names.add(f"arxiv:{work.arxiv}")
    title = _folded_title(work)
    if len(title) >= _MIN_TITLE and title not in GENERIC_TITLES and work.authors:
        names.add(f"title:{title}:{fold(work.authors[0].family)}")
    return frozenset(names)


def _folded_title(work: Work) -> str:
    return fold(work.title.replace("&", " and "))


def twins(works: Sequence[Work]) -> tuple[int | None, ...]:
    """For each work the position of the first earlier one that is the same, or None."""
    known: dict[str, list[int]] = {}
    found: list[int | None] = []
    for at, work in enumerate(works):
        names = identities(work)
        earlier = sorted({other for name in names for other in known.get(name, ())})
        found.append(next((other for other in earlier if is_same_work(works[other], work)), None))
        if found[-1] is None:  # a twin is known by its first: none is compared with every copy
            for name in names:
                known.setdefault(name, []).append(at)
    return tuple(found)


def is_same_work(first: Work, other: Work) -> bool:
    """Whether two descriptions share an identity and nothing in them says that they are different publications.

    A preprint is the same work as what was published; a thesis, a report, an edition and the journal version of a
    conference paper are works of their own.
    """
    shared = identities(first) & identities(other)
    if not shared:
        return False
    if any(not name.startswith("title:") for name in shared):
        return _may_share_an_id(first, other) and not _are_other_versions(first, other)
    return not (_have_other_dois(first, other) or _are_other_forms(first, other) or _are_other_issues(first, other))


def _may_share_an_id(first: Work, other: Work) -> bool:
    """Whether title or first author agree: identifiers are pasted into wrong entries, or name a whole volume."""
    if not (first.title and other.title and first.authors and other.authors):
        return True
    if fold(first.authors[0].family) == fold(other.authors[0].family):
        return True
    titles = _folded_title(first), _folded_title(other)
    return titles[0] in titles[1] or titles[1] in titles[0]


def _are_other_versions(first: Work, other: Work) -> bool:
    """Whether both name a version of the preprint, and not the same one."""
    versions = [
        {match[1] for _, value in work.fields for match in re.finditer(rf"{re.escape(work.arxiv)}v(\d+)", value)}
        for work in (first, other)
        if work.arxiv
    ]
    return len(versions) == len((first, other)) and all(versions) and versions[0].isdisjoint(versions[1])


def _have_other_dois(first: Work, other: Work) -> bool:
    dois = {work.doi for work in (first, other) if work.doi and not is_preprint_doi(work.doi)}
    return len(dois) > 1 and len(set(map(is_placeholder_doi, dois))) == 1


def _are_other_forms(first: Work, other: Work) -> bool:
    """Whether one is a thesis, a report or a book and the other is not, or both lie too far apart in time."""
    forms = {form(first), form(other)}
    years = (first.year or other.year or 0) - (other.year or first.year or 0)
    if "preprint" in forms:
        return False
    if forms in ({""}, {"book"}):
        return years != 0  # versions of a page or of a program, editions of a book
    if forms <= {"part", "article"}:
        return abs(years) > (_SLIPPED if len(forms) == 1 else 0)
    return len(forms - {""}) > 1


def form(work: Work) -> str:
    """What kind of publication a work is: thesis, report, book, part, article, preprint.

    It is empty for a page, a program or anything unnamed.
    """
    return form_of(work.kind, work.venue, is_on_arxiv=bool(work.arxiv))


@lru_cache(maxsize=16_384)  # venues recur
def form_of(kind: str, venue: str, *, is_on_arxiv: bool) -> str:
    """The ``form`` of a work of this kind and venue."""
    named = _FORMS.get(kind, "")
    if not kind and _PROCEEDINGS.search(venue):
        return "part"
    if not named and _REPORT.search(venue):
        return "report"
    if (is_on_arxiv and named not in {"part", "book", "thesis"}) or _PREPRINT.search(venue):
        return "preprint"
    return named if venue or named != "article" else "preprint"


def _are_other_issues(first: Work, other: Work) -> bool:
    """Whether both name an edition or a volume, and not the same one; in one year they may be written differently."""
    names = {"volume", "edition"} if first.year != other.year else {"volume"} if form(first) == "book" else set()
    here, there = ({name: fold(value) for name, value in work.fields if name in names} for work in (first, other))
    return any(here[name] != there[name] for name in here.keys() & there.keys() if here[name] and there[name])
