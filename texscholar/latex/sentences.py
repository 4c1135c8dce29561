"""Sentences with exact spans, and the place in each where a citation would go."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.latex.prose import BREAK, FILL, OPENS_SENTENCE, STOP, Prose, words_of
from texscholar.latex.spoken import SILENT, Spoken
from texscholar.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from texscholar.latex.scan import Scan

_MARKS = ".!?…؟।"
_WIDE_MARKS = "。！？．"
_CLOSING_QUOTES = "”’」』"
_QUOTES = f"'\"“‘»«)]】）〉》›‹{_CLOSING_QUOTES}"
_CLOSERS = f"[{FILL}{STOP}{re.escape(_QUOTES)}]*+"
_HERE = rf"(?=[\s{BREAK}]|\Z)"
# What may end a sentence. It begins with one class of characters, so that the search skips from one to the next.
_END = re.compile(
    rf"[{_MARKS}{_WIDE_MARKS}{STOP}{BREAK}](?:(?<={BREAK}){BREAK}*+|(?<=[{_MARKS}])[{_MARKS}]*+{_CLOSERS}{_HERE}"
    rf"|(?<=[{_WIDE_MARKS}])[{_WIDE_MARKS}]*+(?!\d){_CLOSERS}|(?<={STOP}){_HERE})"
)
_FIRST = re.compile(r"\s*(?P<first>\S)")
_WORD = re.compile(r"\s*([A-Za-z]+)")
_SPACES = frozenset(" \t\r\n\u3000")
_LETTER = re.compile(r"[^\W\d_]")
_LAST_WORD = re.compile(rf"([^\W\d_]+(?:\.[^\W\d_]+)*){FILL}?\Z")
_SPACED_LETTERS = re.compile(rf"(?<![^\W\d_])[^\W\d_]\.[\s{FILL}]+[^\W\d_]\Z")
_LAST_CHARACTERS = 60  # in which the word before a full stop is looked for

# Abbreviations by language; those of English and Latin stand in papers of any.
_COMMON = """
    adj al alg algs app approx apps art aug ca cf ch chap chaps cor corr def defn dec dept dr ed eds eq eqn eqns eqs
    esp et etc ex feb fig figs ibid incl jan jr lem ltd max min mr mrs ms no nos nov nr oct p par pp prof prop props pt
    ref refs resp sec secs sect sects seq sep sept sr st suppl tab tabs thm univ vers viz vol vols vs wrt
    """
_OF_LANGUAGE: Mapping[str, str] = MappingProxyType(
    {
        "en": "",
        "de": """
            abb abk abs abschn allg anh anm art bd bde beisp bes bspw bzgl bzw dgl dipl ebd einschl engl entspr evtl
            exkl ff gem gen ggf ggfs hrsg hg inkl insb insbes jh jhd kap lfd lit lt math mind mio mrd o od phil s sog
            std str tel u usf usw verf vgl vll zit zzgl
            """,
        "fr": """
            ann av bibl chap coll dép éd édit env éq équ exempl hab ill introd loc mlle mm mme n op réf réfs rem sect
            sq sqq ss suiv t th trad
            """,
        "es": """
            aprox av cap caps cfr cía comp coord dra ecs ec ej esq gral ibíd lám máx mín ntro núm núms pág págs párr
            pf profa sdo sig sigs srta sra ss tel tít tr trad ud uds univ
            """,
        "pt": """
            aprox av cap caps cfr cia coord dra ec fl fls ibid ltda máx mín núm obs org orgs pág págs prof profa profs
            sé séc sécs sra srta tel trad
            """,
    }
)
_WORDS_TOO = frozenset(
    """
    abs app art av bes comp corr dec gen lit math max min ms no nos p par pt ref sep seq str tab tel th u
    """.split()  # noqa: SIM905 - words read best as text
)
_NEVER_END = frozenset(
    """
    c.f d.h e.g i.a i.d.r i.e m.a.w m.e n.b o.b.d.a o.ä p.e p.ej p.ex s.o s.t s.u u.a u.u v.a v.s w.l.o.g w.r.t z.b z.t
    """.split()  # noqa: SIM905 - words read best as text
)
_MAY_END = frozenset(("al", "etc", "usf", "usw", "resp", "jr", "sr", "ltd", "ibid"))
_TAIL = f"{_MARKS}{_WIDE_MARKS},;:{FILL}{STOP}{_QUOTES}"
_PUNCTUATION = re.compile(f"[{_MARKS}{_WIDE_MARKS},;:]")
_STOPS = frozenset(f"{_MARKS}{_WIDE_MARKS},;:")
_CITES = re.compile(r"\\[A-Za-z@]*[cC]ite")
_HANGS = re.compile(r"\\(?:[A-Za-z@]*[cC]ite|(?:foot|side|end)note)")
_TIED_CITATION = re.compile(r"~(?=\\[A-Za-z@]*[cC]ite)")
_DISPLAYED = re.compile(r"(?:\\\]|\$\$|\\end\s*\{[A-Za-z]+\*?\})\Z")
_FILLER = re.compile(f"[{FILL}]*")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of prose.

    ``text`` is what it says in plain words; ``span`` is where it stands, TeX and all.
    ``insert_at`` is the offset for a citation: before the closing full stop, after a quotation.
    ``stretch`` numbers the paragraph, item, caption or footnote within the file.
    ``notes`` are the footnotes in its span, whose sentences are not part of it.
    """

    span: Span
    text: str
    kind: str
    section: tuple[str, ...]
    stretch: int
    insert_at: int
    notes: tuple[Span, ...] = ()

    @property
    def parts(self) -> Iterator[Span]:
        """The span without the notes: characters that belong to no other sentence."""
        start = self.span.start
        for note in self.notes:
            if note.start >= start:  # a note in a note is gone with it
                yield Span(start, note.start)
                start = note.end
        yield Span(start, self.span.end)


def split_sentences(
    scan: Scan,
    prose: Prose,
    section_at: Callable[[int], tuple[str, ...]],
    kind: str = "prose",
    language: str = "",
    *,
    spoken: Spoken = SILENT,
) -> tuple[Sentence, ...]:
    """The sentences of a file, in order; without its footnotes, each is disjoint from all others.

    Args:
        scan: of the file.
        prose: of the file.
        section_at: the titles of the headings that an offset stands under.
        kind: of what lies in no region of its own.
        language: an ISO 639-1 code that tells which abbreviations to expect; all that are known without one.
        spoken: what the paper's macros say.
    """
    splitter = _Splitter(scan, prose, section_at, kind, _abbreviations(language), spoken=spoken)
    splitter.split(prose.mask, prose.base)
    for note in prose.notes:
        splitter.split(note.mask, note.span.start)
    if prose.notes:
        splitter.found.sort(key=lambda sentence: sentence.span)
    return tuple(splitter.found)


@lru_cache(maxsize=16)
def _abbreviations(language: str) -> frozenset[str]:
    own = [_OF_LANGUAGE[language]] if language in _OF_LANGUAGE else _OF_LANGUAGE.values()
    return frozenset(" ".join((_COMMON, *own)).split())


class _Splitter:
    """Splits the masks of one file; numbers their stretches."""

    def __init__(
        self,
        scan: Scan,
        prose: Prose,
        section_at: Callable[[int], tuple[str, ...]],
        kind: str,
        abbreviations: frozenset[str],
        *,
        spoken: Spoken,
    ) -> None:
        self.code, self.prose, self.abbreviations, self.spoken = scan.code, prose, abbreviations, spoken
        self.section_at, self.kind = section_at, kind
        self.notes = sorted(note.span for note in prose.notes)
        self.note_starts = [note.start for note in self.notes]
        self.found: list[Sentence] = []
        self.stretch = 0

    def split(self, mask: str, base: int) -> None:
        start, first = 0, len(self.found)
        for match in _END.finditer(mask):
            at, end = match.span()
            mark = mask[at]
            if mark == BREAK:
                if at > start:
                    self._take(mask, start, at, base)
                self.stretch += len(self.found) > first
                start, first = end, len(self.found)
            elif end > start and (mark == STOP or self._ends_here(mask, start, at, end)):
                # "A fact.~\cite{a} The next": it belongs to what it is tied to
                if self.code.startswith("~", base + end) and _TIED_CITATION.match(self.code, base + end):
                    filler = _FILLER.match(mask, end + 1)
                    end = filler.end() if filler else end
                self._take(mask, start, end, base)
                start = end
        self._take(mask, start, len(mask), base)
        self.stretch += len(self.found) > first

    def _take(self, mask: str, start: int, end: int, base: int) -> None:
        """Keep the sentence in a range of the mask, white space around it left out, if it says anything."""
        wide = mask[start:end].rstrip()
        piece = wide.lstrip()
        if not piece:
            return
        text = words_of(piece)
        at = base + start + len(wide) - len(piece)
        span = Span(at, at + len(piece))
        if _LETTER.search(text) is None:
            self._hang(span)
            return
        notes = self._notes_in(span) if self.notes else ()
        kind = self.prose.kind_at(at)
        if kind == "prose":
            kind = self.kind
        place = at + _place(piece, self.code, at)
        said = self.spoken.said(piece, self.code, at)
        if said is not piece:
            text = words_of(said)
        self.found.append(Sentence(span, text, kind, self.section_at(at), self.stretch, place, notes))

    def _hang(self, span: Span) -> None:
        r"""What says nothing by itself, "A fact. \cite{a}.", is part of the sentence before it in its paragraph."""
        last = self.found[-1] if self.found else None
        if last is not None and last.stretch == self.stretch and _HANGS.search(self.code, span.start, span.end):
            whole = Span(last.span.start, span.end)
            self.found[-1] = replace(last, span=whole, notes=self._notes_in(whole))

    def _notes_in(self, span: Span) -> tuple[Span, ...]:
        """The footnotes in a sentence; a sentence of a footnote may fill that whole, and is not in it."""
        first = bisect_left(self.note_starts, span.start)
        last = bisect_left(self.note_starts, span.end, first)
        return tuple(note for note in self.notes[first:last] if span.contains(note) and note != span)

    def _ends_here(self, mask: str, start: int, at: int, end: int) -> bool:
        """Whether a mark ends the sentence: not after an abbreviation or an initial, not before a small letter."""
        following = _FIRST.match(mask, end)
        first = following["first"] if following else BREAK
        if mask[at] in _WIDE_MARKS:  # 「文。」です: what is quoted is part of the sentence
            return first in (BREAK, STOP) or mask[end] in _SPACES or mask[end - 1] not in _CLOSING_QUOTES
        if first == BREAK:
            return True
        if mask[at] != "." or first.islower():
            return not first.islower()
        before = mask[max(start, at - _LAST_CHARACTERS) : at]
        word = _LAST_WORD.search(before.rsplit(None, 1)[-1]) if before.strip() else None
        if word is None:
            return True
        # "z. B.", "J. R."
        spaced = len(word[1]) == 1 and _SPACED_LETTERS.search(before) is not None
        return not spaced and self._word_ends(word[1].lower(), first, opens=_opens(mask, end))

    def _word_ends(self, name: str, first: str, *, opens: bool) -> bool:
        """Whether a word with a full stop ends its sentence; ``first`` is what comes next."""
        if name in _NEVER_END:
            return False
        if len(name) == 1 or "." in name or name in _MAY_END:
            return opens or (name in ("etc", "usw", "usf") and first.isupper())
        if name in _WORDS_TOO:
            return not (first.isdigit() or first == FILL) or name not in self.abbreviations
        return name not in self.abbreviations


def _opens(mask: str, at: int) -> bool:
    """Whether the next word is one that opens sentences, rather than a name."""
    word = _WORD.match(mask, at)
    return word is not None and len(word[1]) > 1 and word[1][0].isupper() and word[1].lower() in OPENS_SENTENCE


def _place(mask: str, code: str, base: int) -> int:
    """Where in a sentence a citation goes: before its last punctuation, after everything else that is no space."""
    if mask[-1] in _STOPS and mask[-2:-1] not in _STOPS:
        return len(mask[:-1].rstrip()) or len(mask)
    tail = len(mask.rstrip(_TAIL))
    marks = [match.start() for match in _PUNCTUATION.finditer(mask, tail)]
    cut = len(mask)
    # Closing quotes and a citation after the full stop keep their place; behind braces and notes the full stop moves.
    if marks and not mask[marks[-1] + 1 :].strip(FILL) and not _CITES.search(code, base + marks[-1], base + len(mask)):
        cut = marks[0] if marks[-1] - marks[0] == len(marks) - 1 else marks[-1]
    elif not marks and _DISPLAYED.search(code[base + tail : base + len(mask)]):
        cut = len(mask.rstrip(FILL + STOP))  # before a displayed formula, not on the line after it
    place = len(mask[:cut].rstrip())
    return place or len(mask)
