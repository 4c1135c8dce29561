"""What an online source may be asked: some words, or for the work of an identifier. Nothing else is ever sent."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_WORDS = 5
"""Words of a query at most."""

_WORD = re.compile(r"[^\W_]+")
_LONGEST_WORD = 40
_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/[^\s\"<>{}\\^`|%]+)", re.IGNORECASE)
_ARXIV = re.compile(
    r"(?:arxiv:\s*|https?://(?:export\.)?arxiv\.org/(?:abs|pdf)/)?"
    r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?",
    re.IGNORECASE,
)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
_DBLP_OF_ARXIV = re.compile(r"DBLP:journals/corr/abs-(\d{4})-(\d{4,5})")
_ACL = re.compile(r"(?:https?://(?:www\.)?aclanthology\.org/)?(\d{4}\.[a-z0-9_]+-[a-z0-9]+\.\d+|[A-Z]\d{2}-\d{4})/?")
_ACL_DOI = "10.18653/v1/"  # of every paper that the Anthology registered itself


@dataclass(frozen=True, slots=True)
class Search:
    """Works about these words, the most telling first; works that bear ``every`` one of them, or some.

    Raises:
        ValueError: something is no word in lower case, or there are none or too many.
    """

    words: tuple[str, ...]
    every: bool = False

    def __post_init__(self) -> None:
        if not 0 < len(self.words) <= MOST_WORDS or not all(map(_is_word, self.words)):
            raise ValueError(f"no words to search for: {self.words}")

    def __str__(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class Lookup:
    """The work of a DOI or of an arXiv id, one of which is filled.

    ``key``: the citation key that the work is wanted under, if it has to bear one. It is not sent.
    """

    doi: str = ""
    arxiv: str = ""
    key: str = ""

    def __str__(self) -> str:
        return f"doi:{self.doi}" if self.doi else f"arXiv:{self.arxiv}"


Query = Search | Lookup


def words_in(text: str) -> list[str]:
    """The runs of letters and digits of a text in lower case that may be words of a query; no query syntax is left."""
    return [word for match in _WORD.finditer(text) if _is_word(word := match[0].lower())]


def _is_word(word: str) -> bool:
    is_bare = len(word) <= _LONGEST_WORD and _WORD.fullmatch(word) is not None
    return is_bare and word == word.lower() and not word.isdecimal()


def identifier(text: str) -> Lookup | None:
    """What a text names that is nothing but an identifier (DOI, arXiv, ACL Anthology) or the address of one."""
    text = text.strip()
    if found := _DOI.fullmatch(text):
        doi = found[1].rstrip(".,;").lower()
        if arxiv := _ARXIV_DOI.fullmatch(doi):
            return identifier(arxiv[1])
        return None if "/." in doi else Lookup(doi=doi)  # a step to another folder is no DOI
    if found := _ARXIV.fullmatch(text):
        return Lookup(arxiv=found[1])
    if found := _DBLP_OF_ARXIV.fullmatch(text):
        return Lookup(arxiv=f"{found[1]}.{found[2]}")
    found = _ACL.fullmatch(text)
    return Lookup(doi=f"{_ACL_DOI}{found[1].lower()}") if found else None
