"""The index terms of a text, the same for records and for queries."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST = 40  # bytes; longer "words" are URLs, formulas and accidents
# Han, kana and Hangul: scripts whose words no space or no stemmer of ours tells apart.
_CJK = re.compile(
    "[\u3005\u3007\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\U00020000-\U000323af]+"
)
_MOST_WORDS = 300_000
_WORDS = bytes(code if code >= 128 or chr(code).isalnum() else ord(" ") for code in range(256))  # noqa: PLR2004 - ASCII
_LOWER_WORDS = _WORDS.lower()
STOP_WORDS: frozenset[str] = frozenset(
    """
    a about abov after again against al all also although am among an and ani are as at be becaus
    been befor below between both but by can cannot could d did do doe doesn don done down dure e
    each either et etc few for from further g had has have he henc her here him his how howev i if
    in into is isn it itself just ll may me might more most much must my neither no nor not of off
    on onc one onli onto or other our out over per re s same shall she should sinc so some such t
    than that the their them then there these they this those through thus to too toward under until
    up upon us ve veri via was we well were what when where wherea whether whi which while who whom
    whose will with within without would yet you your
    """.split()  # noqa: SIM905 - words read best as text
)
"""English function words as index terms, that is stemmed: queries leave them out."""

STOPPED = "."
"""Stands in an index for every stop word: nobody asks for one, but how long a text is counts."""


@lru_cache(maxsize=8192)
def terms(text: str) -> tuple[str, ...]:
    """The index terms of a text in order: lower case, no accents, English words stemmed, CJK as bigrams."""
    return index_terms(text)


def index_terms(text: str) -> tuple[str, ...]:
    """The same as ``terms`` without remembering it: for long texts that are read once."""
    if text.isascii():
        return tuple(_analyzer()(text))
    readable = text.encode("utf-8", "replace").decode()  # an unpaired surrogate is no character
    normal = unicodedata.normalize("NFKC", readable)
    return tuple(_analyzer()(_CJK.sub(_bigrams, normal)))


def index_text(text: str) -> str:
    """The terms of ``index_terms`` between spaces, stop words stopped, from a memory of words.

    That is many times as fast for many texts.
    """
    table = _LOWER_WORDS if text.isascii() else _WORDS  # lower case may change how other characters compose
    words = text.encode("utf-8", "replace").translate(table).split()
    return " ".join(map(_known_words().__getitem__, words))


class _KnownWords(dict[bytes, str]):
    """The index terms of words in UTF-8, stop words stopped, remembered up to a number of them.

    What stands between two ASCII characters that are neither letter nor digit is read by itself: no step of the
    analysis looks past those.
    """

    def __missing__(self, word: bytes) -> str:
        found = " ".join([STOPPED if term in STOP_WORDS else term for term in index_terms(word.decode())])
        if len(self) < _MOST_WORDS:
            self[word] = found
        return found


@cache
def _known_words() -> _KnownWords:
    return _KnownWords()


def _bigrams(run: re.Match[str]) -> str:
    """Overlapping pairs of a run of CJK characters; a lone character stands for itself."""
    text = run[0]
    pairs = [text[at : at + 2] for at in range(len(text) - 1)] or [text]
    return f" {' '.join(pairs)} "


@cache
def _analyzer() -> Callable[[str], list[str]]:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer  # noqa: PLC0415 - heavy, and not every run searches

    builder = TextAnalyzerBuilder(Tokenizer.simple())
    for step in (
        Filter.remove_long(_LONGEST),
        Filter.lowercase(),
        Filter.ascii_fold(),
        Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    analyze: Callable[[str], list[str]] = builder.build().analyze
    return analyze
