"""What of a sentence the records bear out: its content words, its numbers and its names, looked up one by one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from texscholar.bibtex import fold
from texscholar.library import terms
from texscholar.related_work.stock import HAN_NUMBER, NUMBER_WORDS, claimless

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from texscholar.bibtex import Author, Work

LEAST_SUPPORT = 0.75
"""Share of a sentence's content words that the records it cites must bear out.

Of sentences about another work near in topic one in fifty reaches it (``benchmarks/support.py``). Where records have
titles alone .45 would keep out as many; but what a title does not say nobody told the model, so it gets no discount.
"""

MOST_ABSTRACT = 3000  # characters of an abstract that count; what follows is the paper's text
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_CJK = re.compile("[\u3005\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff]{2,}")
_BOUND = re.compile(
    "[\u3041-\u3096的了在是和与與及于於等之为為一种種个個]"
)  # kana and particles, which tie words together
_PARTICLE = re.compile("(?<=[가-힣]{2})(?:에서|으로|[은는이가을를의에와과로도])$")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Source:
    """Texts that may bear out a sentence.

    ``text`` is what they say; ``aside`` holds names and numbers that stand around it, which are no claims: authors,
    year and venue.
    """

    text: str
    aside: str = ""

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(terms(self.text))

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the text without accents, case and hyphens, each also joined with the next one."""
        found = [fold(word) for word in _WORD.findall(self.text)]
        return frozenset(found) | {one + other for one, other in pairwise(found)}

    @cached_property
    def names(self) -> frozenset[str]:
        """The same of what stands around it."""
        return Source(self.aside).words

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(numbers_in(f"{self.text}\n{self.aside}"))


def source_of(works: Sequence[Work]) -> Source:
    """What records say, joined: titles, key words and abstracts, and who wrote them, when and where."""
    said = (line for work in works for line in (work.title, *_keywords(work), work.abstract[:MOST_ABSTRACT]))
    around = (line for work in works for line in (work.venue, str(work.year or ""), *map(_name, work.authors)))
    return Source("\n".join(said), "\n".join(around))


def _keywords(work: Work) -> Iterable[str]:
    return (value for name, value in work.fields if name.lower() == "keywords")


def _name(author: Author) -> str:
    return f"{author.given} {author.family}"


@dataclass(frozen=True, slots=True)
class Support:
    """How much of a text is borne out: the share of its content words, and which, as written."""

    share: float
    words: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def is_enough(self) -> bool:
        """Whether a sentence may say so; a single word that is missing beside two is no reason against a short one."""
        return bool(self.words) and (self.share >= LEAST_SUPPORT or len(self.missing) == 1 < len(self.words))


def support(text: str, source: Source, language: str) -> Support:
    """Look up each content word of a text in a source.

    A text without a content word claims nothing and is borne out.
    """
    known: list[str] = []
    missing: list[str] = []
    for piece in content_words(text, language):
        (known if _bears_out(source, piece, claimless(language)) else missing).append(piece)
    total = len(known) + len(missing)
    return Support(len(known) / total if total else 1.0, tuple(dict.fromkeys(known)), tuple(dict.fromkeys(missing)))


def content_words(text: str, language: str) -> list[str]:
    """The words that claim something, as written; of scripts without spaces pairs of characters, but for particles."""
    idle = claimless(language)
    pieces = []
    for word in _WORD.findall(text):
        for piece in _pieces(word):
            found = terms(piece)
            if any(term not in idle and not term.isdigit() for term in found):
                pieces.append(piece)
    return pieces


def _pieces(word: str) -> Iterable[str]:
    if not _CJK.search(word):
        return (_PARTICLE.sub("", word),)
    pairs = [run[at : at + 2] for run in _CJK.findall(word) for at in range(len(run) - 1)]
    return [pair for pair in pairs if not _BOUND.search(pair)] + re.findall(r"[A-Za-z\d]{2,}", word)


def _bears_out(source: Source, piece: str, idle: frozenset[str]) -> bool:
    """Whether a source has a word: all its terms but an article that is elided before it, or the word as it stands."""
    return all(term in source.terms or term in idle for term in terms(piece)) or fold(piece) in source.words


def numbers_in(text: str) -> list[str]:
    """Every number of a text in digits, those written out too."""
    found = _DIGITS.findall(text)
    found += (NUMBER_WORDS[word] for word in map(str.lower, _WORD.findall(text)) if word in NUMBER_WORDS)
    return found + HAN_NUMBER.findall(text)
