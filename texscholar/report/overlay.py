"""Suggestions as notes in a draft's PDF: TeX that is read where the document begins, and that moves no word.

A note stands at the end of the paragraph that its source line belongs to, found by the hooks of LaTeX 2021-06 and later
(``overlay.tex``, ltpara-doc and ltfilehook-doc of LaTeX); older formats show nothing. What papers and records say is
data: it is written in ASCII characters and accents that every document can set, never as a command.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.latex.accents import ACCENTS
from texscholar.recommend.rules import PLACEHOLDER, UNDEFINED
from texscholar.suggest import ENTRY, RELATED_WORK

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from texscholar.suggest import Part
    from texscholar.suggest.evidence import Evidence, Record

_CORE = Path(__file__).with_name("overlay.tex")
NOTHING = "% texscholar: nothing to show\n"
_HEAD = "% texscholar's notes for a draft: made anew in every build, safe to delete; no word of the document moves.\n"
_TITLE = "texscholar: suggestions for this draft"
_HOW = "To go through them all: texscholar review, then texscholar apply. Numbers lead to the notes and back."
# Whatever babel or the document made of these characters, the lines below read them as they are.
_OTHER = "".join(f"\\catcode{ord(char)} 12 " for char in "!\"'()*+,-./:;<=>?[]^_`|~&$")
_CATCODES = f"\\begingroup\\catcode64 11 {_OTHER}\n"

_MISSING, _HOLDER, _UNDEFINED, _DRAFT = "missing", "placeholder", "undefined", "draft"
_TOLD: Mapping[str, str] = MappingProxyType(
    {
        _MISSING: "citation missing",
        _HOLDER: "placeholder",
        _UNDEFINED: "key not defined",
        _DRAFT: "related work, outlined",
    }
)
_MOST_WORKS = 3  # that are proposed for one place; a draft cites what it cites
_FEWEST_PERCENT = 0.01  # of a work that is told behind the first
_MOST_AUTHORS = 3
_FEWEST_DIGITS = 6  # of an id
_LONGEST_SHORT = 46  # characters of a note in the margin
_LONGEST_PIECE = 10
_LONGEST_ABOUT = 160
_LONGEST_TITLE = 240
_LONGEST_VENUE = 80


@dataclass(frozen=True, slots=True)
class Note:
    """What is told about one place: ``path`` and ``line`` (from 1) as a diff names it, ``kind`` decides the colour.

    ``id``: as much of the suggestion's as names it in its patch; empty where that is not known.
    """

    kind: str
    path: str
    line: int
    short: str
    about: str
    confidence: float
    works: tuple[Record, ...]
    inserted: str
    id: str = ""


def notes_of(parts: Iterable[Part], rejected: Collection[str] = (), ids: Collection[str] = ()) -> tuple[Note, ...]:
    """The notes for parts of a patch, without those that were rejected or that no evidence came with.

    The paragraphs of a draft share a note. ``ids``: those of all suggestions in the patch, that ids are told short.
    """
    told = _short_ids(ids)
    notes: list[Note] = []
    drafts: set[str] = set()
    for part in parts:
        evidence = part.evidence
        if evidence is None or part.id in rejected or (part.kind == RELATED_WORK and evidence.id in drafts):
            continue
        if part.kind == RELATED_WORK:
            drafts.add(evidence.id)
        notes.append(_note(part, evidence, told.get(evidence.id, "")))
    return tuple(notes)


def _short_ids(ids: Collection[str]) -> dict[str, str]:
    """Each id to what ``texscholar apply --id`` needs of it; what is no id of ours would be copied into a shell."""
    known = {each for each in ids if re.fullmatch("[0-9a-f]+", each)}
    lengths = range(_FEWEST_DIGITS, max(map(len, known), default=0) + 1)
    found: dict[str, str] = {}
    for length in lengths:
        heads = Counter(each[:length] for each in known)
        found |= {each: each[:length] for each in known - found.keys() if heads[each[:length]] == 1}
    return found


def _note(part: Part, evidence: Evidence, told: str) -> Note:
    first, others = evidence.records[:1], evidence.records[1:_MOST_WORKS]
    works, inserted = (*first, *(each for each in others if each.score >= _FEWEST_PERCENT)), part.text.strip()
    kind = {PLACEHOLDER: _HOLDER, UNDEFINED: _UNDEFINED}.get(evidence.rule, _MISSING)
    short = _cited(works[0]) if works else _TOLD[kind]
    if part.kind == ENTRY:
        short, inserted = f"{evidence.about} is not defined", ""
    elif part.kind == RELATED_WORK:
        kind, works, inserted = _DRAFT, evidence.records, ""
        count = f"{len(works)} work{'s' * (len(works) != 1)}"
        short = f"outline of {count}: {', '.join(theme.label for theme in evidence.themes if theme.label)}"
    about = evidence.about if kind != _UNDEFINED else ""
    return Note(kind, part.path, part.line, short.rstrip(": "), about, evidence.confidence, works, inserted, told)


def _cited(record: Record) -> str:
    """A work as prose would name it."""
    families = [author.rsplit(maxsplit=1)[-1] for author in record.authors if author.strip()]
    if len(families) > 2:  # noqa: PLR2004 - two are named
        families = [f"{families[0]} et al."]
    return " ".join(filter(None, (" & ".join(families) or record.key, str(record.year or ""))))


def render_overlay(notes: Sequence[Note], main: str, named: Callable[[str], str]) -> str:
    """The overlay for a document.

    Args:
        notes: in the order of their numbers.
        main: its main file, as TeX is called with it.
        named: how TeX names a file that a diff names so.
    """
    kept = [(note, name) for note in notes if is_plain_name(name := named(note.path))]
    if not kept or not is_plain_name(main):
        return NOTHING
    core = _CORE.read_text("utf-8")
    lines = [f"\\txs@main{{{main}}}"]
    for number, (note, name) in sorted(enumerate(kept, 1), key=lambda each: (each[1][1], each[1][0].line)):
        lines.append(f"\\txs@add{{{name}}}{{{note.line}}}{{{number}}}{{{note.kind}}}{{{_short(note)}}}")
    lines += [f"\\gdef\\txs@title{{{set_text(_TITLE)}}}", f"\\gdef\\txs@how{{{set_text(_HOW)}}}"]
    for number, (note, name) in enumerate(kept, 1):
        lines.append(f"\\txs@entry{{{name}}}{{{number}}}{{{''.join(_entry(number, note))}}}")
    return f"{_HEAD}{_CATCODES}{core}" + "".join(f"{line}\n" for line in (*lines, "\\endgroup", "\\endinput"))


def is_plain_name(name: str) -> bool:
    """Whether TeX reads a file's name as it stands; notes in any other file are left out."""
    return name.isprintable() and not re.search(r"[\\{}%#~^$&\"]", name)


def _short(note: Note) -> str:
    """In words that a narrow margin sets in lines; keys and German words go on in a further piece."""
    return "".join(
        f"\\txs@{'j' if at else 'i'}{{{set_text(word[at : at + _LONGEST_PIECE])}}}"
        for word in _cut(note.short, _LONGEST_SHORT).split()
        for at in range(0, len(word), _LONGEST_PIECE)
    )


def _entry(number: int, note: Note) -> Iterator[str]:
    place = f"{_TOLD[note.kind]}, {note.path}, line {note.line}, confidence {note.confidence:.0%}"
    yield f"\\txs@head{{{number}}}{{{note.kind}}}{{{set_text(place)}}}"
    if note.about:
        yield f"\\txs@line{{{set_text(f'“{_cut(note.about, _LONGEST_ABOUT)}”')}}}"
    for record in note.works:
        yield f"\\txs@line{{{set_text(_described(record))}}}"
    does = f"inserts {_cut(note.inserted, _LONGEST_ABOUT)}" if note.inserted else ""
    accepts = f"texscholar apply --id {note.id}" if note.id else ""
    if does or accepts:
        yield f"\\txs@line{{{set_text(': '.join(filter(None, (accepts, does))))}}}"


def _described(record: Record) -> str:
    authors = list(record.authors[:_MOST_AUTHORS]) + ["and others"] * (len(record.authors) > _MOST_AUTHORS)
    said = (
        ", ".join(authors),
        _cut(record.title, _LONGEST_TITLE),
        _cut(record.venue, _LONGEST_VENUE),
        str(record.year or ""),
    )
    ended = (each if each.endswith((".", "?", "!", "…")) else f"{each}." for each in said if each)
    return f"{record.score:.0%}  {' '.join(ended).removesuffix('.')} [{record.key}]"


def _cut(text: str, longest: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


# -- text as TeX

_ESCAPED: Mapping[str, str] = MappingProxyType(
    {
        **{char: f"\\{char}" for char in "#$%&_"},
        "\\": "\\textbackslash{}",
        "{": "\\textbraceleft{}",
        "}": "\\textbraceright{}",
        "^": "\\textasciicircum{}",
        "~": "\\textasciitilde{}",
        "<": "\\textless{}",
        ">": "\\textgreater{}",
        "|": "\\textbar{}",
        '"': "\\textquotedblright{}",
        "'": "\\textquoteright{}",
        "`": "\\textquoteleft{}",
        "“": "\\textquotedblleft{}",
        "”": "\\textquotedblright{}",
        "„": ",,",
        "‘": "\\textquoteleft{}",
        "’": "\\textquoteright{}",
        "–": "\\textendash{}",
        "—": "\\textemdash{}",
        "‐": "-",
        "‑": "-",
        "−": "-",
        "…": "...",
        "·": "\\textperiodcentered{}",
        "ß": "\\ss{}",
        "æ": "\\ae{}",
        "Æ": "\\AE{}",
        "œ": "\\oe{}",
        "Œ": "\\OE{}",
        "ø": "\\o{}",
        "Ø": "\\O{}",
        "ł": "\\l{}",
        "Ł": "\\L{}",
        "ı": "\\i{}",
    }
)
_LIGATURE = re.compile(r"(-(?=-)|[?!](?=\\textquoteleft))")  # what fonts would make another character of
_UNSEEN = "[?]"  # for letters that an eight-bit engine has no font for


def set_text(text: str) -> str:
    """Plain text as TeX in ASCII; letters of other scripts for engines that have Unicode, else as ``[?]``."""
    pieces: list[str] = []
    strange: list[str] = []
    for char in (*unicodedata.normalize("NFC", text), ""):
        piece = _set(char)
        if piece is None:
            strange.append(f"\\txs@u{{{ord(char):X}}}")
            continue
        if strange and char.isspace():
            strange.append(" ")
            continue
        if strange:
            gap = " " if strange[-1] == " " else ""
            pieces.append(f"\\txs@w{{{''.join(strange)}}}{{{_UNSEEN}{gap}}}")
            strange = []
        pieces.append(piece)
    return _LIGATURE.sub(r"\1\\txs@h{}", "".join(pieces))


def _set(char: str) -> str | None:
    """A character as TeX, None where an eight-bit engine may lack it."""
    if char in _ESCAPED:
        return _ESCAPED[char]
    if char.isspace():
        return " "
    if char.isascii():
        return char if char.isprintable() else ""
    if unicodedata.category(char)[0] == "C":
        return ""
    base, *marks = list(unicodedata.normalize("NFD", char))
    if not base.isascii() or not base.isalpha() or not marks or any(mark not in ACCENTS for mark in marks):
        return None
    made = f"\\{base}{{}}" if base in "ij" and ACCENTS[marks[0]] not in "cdb" else base
    for mark in marks:
        made = f"\\{ACCENTS[mark]}{{{made}}}"
    return made
