"""Sentences with exact spans, and the place in each where a citation would go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from texscholar.latex.prose import FILL, Prose, stretches, words_of
from texscholar.latex.scan import Scan
from texscholar.source import Span

_FILL = re.escape(FILL)
_CLOSERS = rf"[{_FILL}'\"”’»)\]]*"
_END = re.compile(rf"(?P<mark>[.!?…]+){_CLOSERS}(?=\s|$)|[。！？．]+[{_FILL}'\"”’»)\]」』）]*")
_NEXT = re.compile(rf"\s*(?P<first>\S)")
_LAST_WORD = re.compile(r"([^\W\d_]+(?:\.[^\W\d_]+)*)$")
_ABBREVIATIONS = frozenset(
    "al approx art bzw ca cf ch chap cor def defn d.h dr e.g ed eds eq eqn eqs esp et etc ex fig figs i.e ibid lem mr "
    "mrs ms no nos nr o.ä p pp par prof prop pt ref refs resp sec sect sr st tab thm u.a usf v.s viz vol vols vs w.l.o.g "
    "w.r.t z.b zit".split()
)
_MAY_END = frozenset(("al", "etc", "usf", "resp"))  # abbreviations that also end sentences
_OPENS_SENTENCE = frozenset(
    "the a an this that these those we our in on it its they their to for however moreover here there such as while when "
    "if although since first second finally both each all some most many one two by with from after before".split()
)
_TAIL = re.compile(rf"(?:[.!?…,;:。！？．]|[{_FILL}'\"”’»)\]」』）])+$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of prose.

    ``text`` is what it says in plain words; ``span`` is where it stands, TeX and all.
    ``insert_at`` is the offset for a citation: before the closing full stop, after a quotation.
    ``stretch`` numbers the paragraph, item or caption within the file.
    """

    span: Span
    text: str
    kind: str
    section: tuple[str, ...]
    stretch: int
    insert_at: int


def split_sentences(scan: Scan, prose: Prose) -> tuple[Sentence, ...]:
    """The sentences of a file, ordered and disjoint."""
    found: list[Sentence] = []
    for number, stretch in enumerate(stretches(prose)):
        mask = prose.mask[stretch.start - prose.base : stretch.end - prose.base]
        for start, end in _split(mask):
            piece = mask[start:end]
            text = words_of(piece)
            if not any(char.isalpha() for char in text):
                continue
            span = Span(stretch.start + start, stretch.start + end)
            found.append(
                Sentence(
                    span=span,
                    text=text,
                    kind=prose.kind_at(span.start),
                    section=prose.section_path(span.start),
                    stretch=number,
                    insert_at=span.start + _place(piece, scan.source.slice(span)),
                )
            )
    return tuple(found)


def _split(mask: str) -> Iterator[tuple[int, int]]:
    """Ranges of a stretch's sentences, white space around them left out."""
    start = 0
    for match in _END.finditer(mask):
        if match["mark"] is not None and not _ends_here(mask, start, match):
            continue
        yield from _trimmed(mask, start, match.end())
        start = match.end()
    yield from _trimmed(mask, start, len(mask))


def _trimmed(mask: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = mask[start:end]
    stripped = piece.strip()
    if stripped:
        start += len(piece) - len(piece.lstrip())
        yield start, start + len(stripped)


def _ends_here(mask: str, start: int, match: re.Match[str]) -> bool:
    """Whether a full stop ends the sentence: not after an abbreviation or an initial, not before a small letter."""
    following = _NEXT.match(mask, match.end())
    if following is None:
        return True
    first = following["first"]
    if match["mark"] != ".":
        return not first.islower()
    word = _LAST_WORD.search(mask, max(start, match.start() - 30), match.start())
    if word is not None:
        name = word[1].lower()
        if len(name) == 1 and word[1].isupper():
            return False
        if name in _ABBREVIATIONS:
            if name not in _MAY_END:
                return False
            opener = re.compile(r"\s*([A-Za-z]+)").match(mask, match.end())
            return opener is not None and opener[1][0].isupper() and opener[1].lower() in _OPENS_SENTENCE
    return not first.islower()


def _place(mask: str, text: str) -> int:
    """Where in a sentence a citation goes: before its last punctuation, after everything else that is no space."""
    tail = _TAIL.search(mask)
    cut = len(mask)
    if tail is not None:
        # Closing quotes and commands keep their place; only the punctuation that ends the sentence moves behind.
        marks = [i for i in range(tail.start(), tail.end()) if mask[i] in ".!?…,;:。！？．"]
        if marks and not set(mask[marks[-1] + 1 :]) - {FILL}:
            cut = marks[0] if _contiguous(marks) else marks[-1]
            rest = text[marks[-1] + 1 :]
            if rest.strip("}"):
                cut = len(mask)  # a citation or note follows the full stop: go behind it
    while cut > 0 and text[cut - 1].isspace():
        cut -= 1
    return cut


def _contiguous(marks: list[int]) -> bool:
    return marks[-1] - marks[0] == len(marks) - 1
