"""The topic of a related-work marker: its words, and what of them is the subject and what only its setting."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.library import STOP_WORDS, terms

if TYPE_CHECKING:
    from texscholar.latex import Marker, TexFile
    from texscholar.recommend import Evidence

_SAYS_NOTHING = frozenset(
    """
    related previous prior earlier existing other our the a an of and in to on for this further with from general work
    works research studies approaches background literature review reviews survey surveys state art overview
    preliminaries introduction motivation method methods methodology model approach experiment experiments experimental
    set setup up result results evaluation analysis discussion limitation limitations conclusion conclusions future
    appendix appendices abstract supplementary material materials comparison contribution contributions setting main
    body i ii iii iv v vi vii viii ix x
    stand der des die technik forschung verwandte verwandter arbeiten einleitung grundlagen hintergrund forschungsstand
    état de du la le les l travaux connexes apparentés liés revue littérature
    trabajos trabajo relacionados relacionado previos estado del el arte revisión análisis introducción marco teórico
    trabalhos trabalho correlatos estado da do revisão literatura bibliográfica análise introdução teórica fundamentação
    相关工作 相關工作 研究现状 研究現狀 国内外研究现状 國內外研究現狀 相关研究 文献综述 文獻綜述
    研究背景 背景 绪论 緒論 引言
    関連研究 先行研究 はじめに 序論 관련 연구 관련연구 선행 선행연구 서론 الأعمال السابقة ذات الصلة الدراسات مقدمة
    """.split()  # noqa: SIM905 - words read best as text
)
"""Words of headings that only say where in a paper one is, in the languages of papers."""
_TOKEN = re.compile(r"(?P<word>[^\W_]+(?:['’][^\W_]+)?\+{0,2})|(?P<gap>(?:(?![^\W_]).)+)", re.DOTALL)
_ARTICLES = frozenset({"a", "an", "the"})
_SETTING = frozenset(
    """
    for in with on from to via using by under at across within through into over during towards
    """.split()  # noqa: SIM905 - words read best as text
)
_ISE = re.compile(r"([iy])([sz])(?=(?:e|ed|es|er|ers|ing|ation|ations|able)$)")
_IRREGULAR = MappingProxyType({"corpora": "corpus", "corpus": "corpora"})
_OUR = re.compile(r"(?<=[a-z]{2}[a-z])our(?=s?$|al$|ed$|ing$)")

_FILLERS = frozenset(
    """
    approach approaches strategy strategies method methods methodology methodologies technique techniques mechanism
    mechanisms study studies work works research literature paper papers survey surveys review reviews overview use
    usage role effect effects impact problem problems issue issues challenge challenges advance advances progress
    application applications new novel recent existing previous prior earlier related other further various different
    several alternative alternatives improving improved understanding towards toward
    """.split()  # noqa: SIM905 - words read best as text
)
"""Words at the edges of a topic that name no subject."""


@dataclass(frozen=True, slots=True)
class Word:
    """A content word as it is written, its index term, and what stands between it and the word before it."""

    text: str
    term: str
    gap: str = " "


@dataclass(frozen=True, slots=True)
class Segment:
    """Content words with nothing but spaces and hyphens between them.

    ``after`` and ``before`` are the function word or mark on either side, empty at the ends of the text;
    ``article`` tells that an article opens the noun phrase.
    """

    words: tuple[Word, ...]
    after: str = ""
    before: str = ""
    article: bool = False

    @property
    def text(self) -> str:
        return "".join((word.gap if at else "") + word.text for at, word in enumerate(self.words))


def segments(text: str) -> tuple[Segment, ...]:
    """The runs of content words of a text, parted by function words and punctuation."""
    found: list[Segment] = []
    words: list[Word] = []
    gap, after, article = "", "", False

    def close(before: str) -> None:
        if words:
            found.append(Segment(tuple(words), after, before, article))
            words.clear()

    for match in _TOKEN.finditer(text):
        if match["gap"]:
            gap = match["gap"]
            if gap.strip() not in ("", "-", "‐", "‑"):
                close(gap.strip())
                after, article = gap.strip(), False
            continue
        lower = match["word"].lower()
        term = next(iter(terms(match["word"])), "")
        if not term or term in STOP_WORDS or lower in _SETTING:
            close(lower)
            after, article = lower, lower in _ARTICLES or (article and lower in ("and", "or"))
        else:
            words.append(Word(match["word"], term, gap if gap.strip() else " "))
    close("")
    return tuple(found)


def spellings(word: str) -> tuple[str, ...]:
    """A word in lower case as it is written, as the other side of the Atlantic writes it, and an irregular plural."""
    lower = word.lower()
    other = _ISE.sub(lambda match: match[1] + ("z" if match[2] == "s" else "s"), lower)
    return tuple(dict.fromkeys((lower, other, _OUR.sub("or", lower), _IRREGULAR.get(lower, lower))))


@dataclass(frozen=True, slots=True)
class Part:
    """A run of topic words that belong together, such as ``transfer learning``."""

    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        return self.segments[0].text if len(self.segments) == 1 else ""

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for segment in self.segments for word in segment.words)

    @property
    def pairs(self) -> tuple[tuple[Word, Word], ...]:
        return tuple(pair for segment in self.segments for pair in pairwise(segment.words))


@dataclass(frozen=True)
class Topic:
    """A topic taken apart: in ``dropout and label smoothing for parsing`` two subjects and the setting ``parsing``."""

    text: str
    subjects: tuple[Part, ...]
    setting: tuple[Part, ...]

    @cached_property
    def terms(self) -> frozenset[str]:
        """Every index term of it, in every spelling, and written as one word or as two."""
        parts = (*self.subjects, *self.setting)
        single = {term for part in parts for word in part.words for term in variants(word)}
        return frozenset(single | {first.term + second.term for part in parts for first, second in part.pairs})

    @cached_property
    def queries(self) -> tuple[str, ...]:
        """What a library is asked: all of it, and each subject alone."""
        parts = [self.subjects + self.setting, *((subject,) for subject in self.subjects if len(self.subjects) > 1)]
        return tuple(
            " ".join(spelling for part in each for word in part.words for spelling in spellings(word.text))
            for each in parts
        )


def variants(word: Word) -> tuple[str, ...]:
    """The index terms under which a topic word may stand in a title."""
    return tuple(dict.fromkeys(term for spelling in spellings(word.text) for term in terms(spelling)))


def read_topic(text: str) -> Topic:
    """A topic taken apart at its conjunctions and prepositions; what names no subject is left out."""
    subjects: list[list[Segment]] = []
    setting: list[list[Segment]] = []
    role = subjects
    for segment in segments(text):
        if segment.after in _SETTING and subjects:
            role = setting
        elif segment.after.startswith((";", ".", ":")):
            role = subjects
        kept = _telling(segment)
        if kept is None:
            continue
        if segment.after == "of" and role:
            role[-1].append(kept)
        else:
            role.append([kept])
    return Topic(text, *(tuple(Part(tuple(part)) for part in parts) for parts in (subjects, setting)))


def _telling(segment: Segment) -> Segment | None:
    """A segment without the fillers at its edges and without bare numbers, or None when nothing is left."""
    words = [word for word in segment.words if not word.text.isdigit()]
    while words and words[0].text.lower() in _FILLERS:
        words.pop(0)
    while words and words[-1].text.lower() in _FILLERS:
        words.pop()
    return replace(segment, words=tuple(words)) if words else None


def topic_of(marker: Marker, file: TexFile, evidence: Evidence) -> str:
    """What a marker asks for: its own words, else the heading above it, else the paper's title."""
    if says_something(marker.topic):
        return marker.topic
    telling = [title for title in _headings(marker, file) if says_something(title)]
    if telling:
        return telling[-1]
    return evidence.title or marker.topic


def is_left_open(topic: str, marker: Marker, file: TexFile, evidence: Evidence) -> bool:
    """Whether a topic is no more than what the paper, or the part of it around the section, is called."""
    if topic == evidence.title or not says_something(topic):
        return True
    around = _headings(marker, file)[:-1]
    return topic != marker.topic and topic in around


def _headings(marker: Marker, file: TexFile) -> list[str]:
    return [" ".join(title.split()).rstrip(".: ") for title in file.section_path(marker.span.start)]


def says_something(words: str) -> bool:
    """Whether words name a subject, and not only a place in a paper."""
    return any(word.lower() not in _SAYS_NOTHING for word in re.findall(r"[^\W\d_]+", words))
