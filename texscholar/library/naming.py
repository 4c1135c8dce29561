"""What somebody types to name a work: an identifier in any of its forms, a key, or words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from texscholar.bibtex.work import normalise_arxiv, normalise_doi

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 2_000  # characters; more is no name of a work
_AROUND = " \t\r\n\"'<>“”()"
_SCHEME = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_DOI = re.compile(r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi\s*[:=]?\s*|https?://\S*?)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_AFTER_PATH = re.compile(r"[?#].*|/(?:pdf|full|abstract|epdf|html)$", re.DOTALL)
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_ARXIV = re.compile(
    r"(?:(?:https?://)?(?:[a-z]+\.)?arxiv\.org/(?:abs|pdf|html|e-print)/|arxiv\s*:?\s*)?"
    r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(v\d+)?(?:\.pdf)?/?(?:\s*\[[\w.-]+\])?",
    re.IGNORECASE,
)
_ACL = re.compile(
    r"(?:(?:https?://)?(?:www\.)?(?:aclanthology\.org|aclanthology\.info/papers|aclweb\.org/anthology)/(?:papers/)?(?:[A-Z]/[A-Z]\d\d/)?)?"
    r"([A-Z]\d\d-\d{4,5}|\d{4}\.[a-z0-9_]+-[a-z0-9_]+\.\d+)(?:v\d+)?(?:\.pdf|\.bib)?/?",
    re.IGNORECASE,
)
_ARXIV_DOI = "10.48550/arxiv."
_ACL_DOI = "10.18653/v1/"


@dataclass(frozen=True, slots=True)
class Named:
    """What a text names.

    ``identities`` are names of works as ``bibtex.identities`` has them, ``ids`` what a source or a .bib may call it; a
    text of several words names nothing for sure, and is looked for by its ``words``.
    """

    identities: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    words: str = ""

    @property
    def is_exact(self) -> bool:
        return bool(self.identities)


def named(text: str) -> Named:
    """What a text names: a DOI, an arXiv or ACL id in any form, a key or id, or words."""
    text = " ".join(text[:_LONGEST].strip(_AROUND).split())
    own = (text,) if text and " " not in text else ()  # whatever it looks like, somebody may use it as a key
    for found in (_doi(text), _arxiv(text), _acl(text)):
        if found:
            return Named(found.identities, tuple(dict.fromkeys((*found.ids, *own))))
    return Named(ids=own, words=text)


def _doi(text: str) -> Named | None:
    is_address = _SCHEME.match(text) is not None
    match = _DOI.fullmatch(_PERCENT.sub(_unquoted, text) if is_address else text)
    if match is None:
        return None
    written = _AFTER_PATH.sub("", match[1]) if is_address else match[1]
    doi = normalise_doi(written.rstrip(".,;:)]\"'/"))
    return Named(tuple(_of_doi(doi)), _acl_ids(doi.removeprefix(_ACL_DOI)) if doi.startswith(_ACL_DOI) else ())


def _unquoted(match: re.Match[str]) -> str:
    return chr(int(match[0][1:], 16)) if int(match[0][1:], 16) < 128 else match[0]  # noqa: PLR2004 - ASCII


def _of_doi(doi: str) -> Iterator[str]:
    yield f"doi:{doi}"
    if doi.startswith(_ARXIV_DOI) and (arxiv := normalise_arxiv(doi.removeprefix(_ARXIV_DOI))):
        yield f"arxiv:{arxiv}"


def _arxiv(text: str) -> Named | None:
    match = _ARXIV.fullmatch(text)
    if match is None:
        return None
    archive, slash, number = match[1].rpartition("/")
    field, dot, part = archive.partition(".")
    name = f"{field.lower()}{dot}{part.upper()}{slash}{number}" if slash else match[1]
    return Named((f"arxiv:{name}", f"doi:{_ARXIV_DOI}{name.lower()}"))


def _acl(text: str) -> Named | None:
    match = _ACL.fullmatch(text)
    if match is None:
        return None
    return Named((f"doi:{_ACL_DOI}{match[1].lower()}",), _acl_ids(match[1]))


def _acl_ids(name: str) -> tuple[str, ...]:
    """The forms of an Anthology id: old ones begin with a capital letter, new ones are in lower case."""
    return (name.upper(),) if name[:1].isalpha() else (name.lower(),)
