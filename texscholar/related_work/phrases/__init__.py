"""The sentences of outline drafts in the eight languages of LFM2, a file each."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.related_work.phrases.arabic import ARABIC
from texscholar.related_work.phrases.chinese import CHINESE, TRADITIONAL_CHINESE, is_traditional
from texscholar.related_work.phrases.english import ENGLISH
from texscholar.related_work.phrases.form import Phrases, Said, Turn
from texscholar.related_work.phrases.french import FRENCH
from texscholar.related_work.phrases.german import GERMAN
from texscholar.related_work.phrases.japanese import JAPANESE
from texscholar.related_work.phrases.korean import KOREAN
from texscholar.related_work.phrases.spanish import SPANISH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["LANGUAGES", "Phrases", "Said", "Turn", "phrases_of", "written_in"]

LANGUAGES: Mapping[str, Phrases] = MappingProxyType(
    {
        "ar": ARABIC,
        "de": GERMAN,
        "en": ENGLISH,
        "es": SPANISH,
        "fr": FRENCH,
        "ja": JAPANESE,
        "ko": KOREAN,
        "zh": CHINESE,
        "zh-hant": TRADITIONAL_CHINESE,
    }
)
"""By code of ISO 639-1, Chinese in traditional characters apart."""


def phrases_of(language: str) -> Phrases:
    """What is said in a language, or in English where it is none of the eight."""
    return LANGUAGES.get(language, ENGLISH)


def written_in(language: str, codes: Iterable[str]) -> str:
    """The name here of a paper's language, given the code of its files."""
    return "zh-hant" if language == "zh" and is_traditional("".join(codes)) else language
