"""What an entry says, in plain Unicode: values without TeX, names as persons, the entry as a work."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from texscholar.bibtex.names import names
from texscholar.bibtex.tex import plain, verbatim
from texscholar.bibtex.work import Work, normalise_arxiv, normalise_doi

if TYPE_CHECKING:
    from collections.abc import Mapping

    from texscholar.bibtex.entries import Bibliography, Entry

__all__ = ["entry_heading", "entry_work", "inherited_fields", "plain"]

_MAX_PARENTS = 8  # crossref of crossref of …

_BRACES = re.compile(r"[{}]")
_PROTECTION = re.compile(r"\\(?=[^A-Za-z\s])")
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20|21)\d\d(?!\d)")
_ARXIV_PLACE = re.compile(r"arxiv(?:\.org/(?:abs|pdf)/|\s*e-prints?|\s*preprint|[\s:./,]|\[[\w.-]+\])*", re.IGNORECASE)
_COMPUTING_REPOSITORY = re.compile(r"\babs/(?=\d{4}\.|[a-z-]+/\d)", re.IGNORECASE)
_DOI_PLACE = re.compile(r"doi\.org/|\bdoi\s*[:=]", re.IGNORECASE)
_VENUES = (
    "journal",
    "journaltitle",
    "booktitle",
    "maintitle",
    "howpublished",
    "publisher",
    "school",
    "institution",
    "organization",
)
_ARXIV_FIELDS = (
    "doi",
    "url",
    "journal",
    "journaltitle",
    "howpublished",
    "note",
    "volume",
    "eprint",
    "number",
)
_NOT_INHERITED = frozenset(
    {"title", "subtitle", "titleaddon", "crossref", "xdata", "ids", "key", "label", "shorttitle"}
)
_WITHOUT_PARTS = frozenset(
    {"book", "collection", "proceedings", "article", "misc", "periodical"}
)  # keep their parent's title out


def _addresses(value: str) -> str:
    """A raw value in which addresses stand apart from what surrounds them."""
    if "\\" in value or "{" in value:
        value = _PROTECTION.sub("", _BRACES.sub(" ", value))
    return value


def entry_work(entry: Entry, bibliography: Bibliography) -> Work:
    """The work that an entry describes; what it lacks comes from its ``crossref`` and ``xdata`` entries."""
    fields = inherited_fields(entry, bibliography)
    values = dict(reversed(fields))  # of a repeated field the first counts, as for BibTeX
    return replace(
        _heading(values),
        venue=next((text for name in _VENUES if (text := plain(values.get(name, "")))), ""),
        doi=_doi(values),
        arxiv=_arxiv(values),
        abstract=plain(values.get("abstract", "")),
        kind=entry.kind,
        fields=fields,
    )


def entry_heading(entry: Entry, bibliography: Bibliography) -> Work:
    """Only title, authors and year of the work that an entry describes: what a key is made of."""
    return _heading(dict(reversed(inherited_fields(entry, bibliography))))


def _heading(values: Mapping[str, str]) -> Work:
    authors = names(values.get("author") or values.get("editor", ""))
    return Work(_title(values), authors, _year(values))


def inherited_fields(entry: Entry, bibliography: Bibliography) -> tuple[tuple[str, str], ...]:
    """The raw fields of an entry in its order, then those it has from its parents."""
    own = entry.items()
    links = _links(own)
    if not links:
        return own
    fields = list(own)
    present = {name for name, value in own if value.strip()}
    for parent, is_data in _parents(entry, links, bibliography):
        for name_there, value in parent.items():
            name = name_there if is_data else _inherited_name(entry.kind, name_there)
            if name and name not in present and value.strip():
                present.add(name)
                fields.append((name, value))
    return tuple(fields)


def _inherited_name(kind: str, name: str) -> str:
    """The field of a part that a field of the whole becomes, or an empty string."""
    if name == "title" and kind not in _WITHOUT_PARTS:
        return "booktitle"
    return "" if name in _NOT_INHERITED else name


def _links(fields: tuple[tuple[str, str], ...]) -> list[tuple[str, bool]]:
    """The keys of the entries that these fields name as parents, each with whether it is a mere data container."""
    named = {name: value for name, value in reversed(fields) if name in {"xdata", "crossref"}}
    return [
        (key, name == "xdata")
        for name in ("xdata", "crossref")
        for part in named.get(name, "").split(",")
        if (key := part.strip())
    ]


def _parents(entry: Entry, links: list[tuple[str, bool]], bibliography: Bibliography) -> tuple[tuple[Entry, bool], ...]:
    """The entries that one inherits from, nearest first, each with whether it is a mere data container."""
    found: list[tuple[Entry, bool]] = []
    queue = deque(links)
    while queue and len(found) < _MAX_PARENTS:
        key, is_data = queue.popleft()
        parent = bibliography.entry(key)
        if parent is not None and parent is not entry and all(parent is not other for other, _ in found):
            found.append((parent, is_data))
            queue.extend(_links(parent.items()))
    return tuple(found)


def _title(values: Mapping[str, str]) -> str:
    title, subtitle = plain(values.get("title", "")), plain(values.get("subtitle", ""))
    return f"{title}: {subtitle}" if title and subtitle else title or subtitle


def _year(values: Mapping[str, str]) -> int | None:
    for name in ("year", "date", "eventdate"):
        if match := _YEAR.search(plain(values.get(name, ""))):
            return int(match[0])
    return None


def _doi(values: Mapping[str, str]) -> str:
    if doi := normalise_doi(verbatim(values.get("doi", ""))):
        return doi
    for name in ("url", "howpublished", "journal", "journaltitle", "ee"):  # a note may name another work
        text = _addresses(values.get(name, ""))
        if place := _DOI_PLACE.search(text):
            return normalise_doi(text[place.end() :])
    return ""


def _arxiv(values: Mapping[str, str]) -> str:
    archive = plain(values.get("archiveprefix") or values.get("eprinttype", "")).lower()
    if archive in {"", "arxiv"} and (number := normalise_arxiv(verbatim(values.get("eprint", "")))):
        return number
    for name in _ARXIV_FIELDS:
        raw = values.get(name, "")
        if "rxiv" not in raw.lower() and "abs/" not in raw.lower():
            continue
        text = _addresses(raw)
        for place in (*_ARXIV_PLACE.finditer(text), *_COMPUTING_REPOSITORY.finditer(text)):
            if number := normalise_arxiv(text[place.end() : place.end() + 40]):
                return number
    return ""
