"""Sentences with exact spans, and the place in each where a citation would go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from texscholar.latex.prose import FILL, OPENS_SENTENCE, STOP, Prose, stretches, words_of
from texscholar.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from texscholar.latex.scan import Scan

_MARKS = ".!?…؟।"
_WIDE_MARKS = "。！？．"
_QUOTES = "'\"”’“‘»«)]」』）】〉》›‹"
_CLOSERS = f"[{FILL}{STOP}{re.escape(_QUOTES)}]*+"
_END = re.compile(
    rf"(?<![{_MARKS}])(?P<mark>[{_MARKS}]++){_CLOSERS}(?=\s|\Z)|[{_WIDE_MARKS}]++(?!\d){_CLOSERS}|{STOP}(?=\s|\Z)"
)
_FIRST = re.compile(r"\s*(?P<first>\S)")
_WORD = re.compile(r"\s*([A-Za-z]+)")
_LAST_WORD = re.compile(rf"([^\W\d_]+(?:\.[^\W\d_]+)*){FILL}?\Z")
_SPACED_LETTERS = re.compile(rf"(?<![^\W\d_])[^\W\d_]\.[\s{FILL}]+[^\W\d_]\Z")
_LAST_CHARACTERS = 60  # in which the word before a full stop is looked for
_ABBREVIATIONS = frozenset(
    """
    abb abschn adj al alg algs app approx apps art aug bspw bzw ca cf ch chap chaps cor corr def defn dec dept dr
    ed eds eq eqn eqns eqs esp et etc evtl ex feb fig figs ggf ibid incl inkl jan jr kap lem ltd max min mr mrs ms
    no nos nov nr oct p par pp prof prop props pt ref refs resp sec secs sect sects seq sep sept sr st suppl tab
    tabs thm u univ usf vgl viz vol vols vs wrt zit
    """.split()  # noqa: SIM905 - words read best as text
)
_WORDS_TOO = frozenset(
    ("art", "corr", "dec", "ex", "max", "min", "ms", "no", "nos", "p", "par", "pt", "sep", "seq", "tab", "u")
)
_NEVER_END = frozenset(("c.f", "d.h", "e.g", "i.e", "m.a.w", "o.ä", "s.t", "u.a", "v.s", "w.l.o.g", "w.r.t", "z.b"))
_MAY_END = frozenset(("al", "etc", "usf", "resp", "jr", "sr", "ltd", "ibid"))
_TAIL = f"{_MARKS}{_WIDE_MARKS},;:{FILL}{STOP}{_QUOTES}"
_PUNCTUATION = frozenset(f"{_MARKS}{_WIDE_MARKS},;:")
_CITES = re.compile(r"\\[A-Za-z@]*[cC]ite")
_TIED_CITATION = re.compile(r"~(?=\\[A-Za-z@]*[cC]ite)")
_DISPLAYED = re.compile(r"(?:\\\]|\$\$|\\end\s*\{[A-Za-z]+\*?\})\Z")
_FILLER = re.compile(f"[{FILL}]*")


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
        code = scan.code[stretch.start : stretch.end]
        for start, end in _split(mask, code):
            text = words_of(mask[start:end])
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
                    insert_at=span.start + _place(mask[start:end], code[start:end]),
                )
            )
    return tuple(found)


def _split(mask: str, code: str) -> Iterator[tuple[int, int]]:
    """Ranges of a stretch's sentences, white space around them left out."""
    start = 0
    for match in _END.finditer(mask):
        if match.end() <= start or (match["mark"] is not None and not _ends_here(mask, start, match)):
            continue
        end = match.end()
        if _TIED_CITATION.match(code, end):  # "A fact.~\\cite{a} The next": it belongs to what it is tied to
            filler = _FILLER.match(mask, end + 1)
            end = filler.end() if filler else end
        yield from _trimmed(mask, start, end)
        start = end
    yield from _trimmed(mask, start, len(mask))


def _trimmed(mask: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = mask[start:end]
    stripped = piece.strip()
    if stripped:
        start += len(piece) - len(piece.lstrip())
        yield start, start + len(stripped)


def _ends_here(mask: str, start: int, match: re.Match[str]) -> bool:
    """Whether a full stop ends the sentence: not after an abbreviation or an initial, not before a small letter."""
    following = _FIRST.match(mask, match.end())
    if following is None:
        return True
    first = following["first"]
    if match["mark"] != "." or first.islower():
        return not first.islower()
    before = max(start, match.start() - _LAST_CHARACTERS)
    word = _LAST_WORD.search(mask, before, match.start())
    if word is None:
        return True
    if _SPACED_LETTERS.search(mask, before, match.start()):
        return False  # "z. B.", "J. R."
    return _word_ends(word[1].lower(), first, opens=_opens(mask, match.end()))


def _word_ends(name: str, first: str, *, opens: bool) -> bool:
    """Whether a word with a full stop ends its sentence; ``first`` is what comes next."""
    if name in _NEVER_END:
        return False
    if len(name) == 1 or "." in name or name in _MAY_END:
        return opens or (name == "etc" and first.isupper())
    if name in _WORDS_TOO:
        return not (first.isdigit() or first == FILL)
    return name not in _ABBREVIATIONS


def _opens(mask: str, at: int) -> bool:
    """Whether the next word is one that opens sentences, rather than a name."""
    word = _WORD.match(mask, at)
    return word is not None and len(word[1]) > 1 and word[1][0].isupper() and word[1].lower() in OPENS_SENTENCE


def _place(mask: str, code: str) -> int:
    """Where in a sentence a citation goes: before its last punctuation, after everything else that is no space."""
    tail = len(mask.rstrip(_TAIL))
    marks = [at for at in range(tail, len(mask)) if mask[at] in _PUNCTUATION]
    cut = len(mask)
    # Closing quotes and a citation after the full stop keep their place; behind braces and notes the full stop moves.
    if marks and not mask[marks[-1] + 1 :].strip(FILL) and not _CITES.search(code, marks[-1]):
        cut = marks[0] if marks[-1] - marks[0] == len(marks) - 1 else marks[-1]
    elif not marks and _DISPLAYED.search(code):
        cut = len(mask.rstrip(FILL + STOP))  # before a displayed formula, not on the line after it
    place = len(mask[:cut].rstrip())
    return place or len(mask)
