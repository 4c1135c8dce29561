"""One part of a patch with what speaks for it, as lines of styled pieces for a terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from texscholar.recommend import MISSING, PLACEHOLDER, UNDEFINED, UNFILLED
from texscholar.suggest import CITATION, ENTRY, RELATED_WORK

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from texscholar.suggest import Part
    from texscholar.suggest.evidence import Evidence, Record, Said

Line = tuple[tuple[str, str], ...]
"""Pieces of a line: a style (head, soft, key, score, shared, add, remove, or empty) and its text."""

MOST_RECORDS = 3  # candidates beside the first that are shown
_MOST_NAMES = 3
_LONGEST = 400  # characters of what a suggestion is about
NAMES = {
    MISSING: "missing citation",
    PLACEHOLDER: "placeholder",
    UNDEFINED: "undefined key",
    UNFILLED: "related work",
}
_KINDS = {CITATION: "citation", RELATED_WORK: "related work", ENTRY: "entry"}
_WORD = re.compile(r"[^\W_]+")


def render_part(part: Part, diff: Sequence[tuple[str, str]], number: int, count: int) -> tuple[Line, ...]:
    """A part as it is put to somebody: place, words, change, works and their scores.

    Args:
        part: what is asked about.
        diff: the lines that it changes, with their marks.
        number: of the part, from 1.
        count: of all parts.
    """
    return tuple(tuple((style, _printable(text)) for style, text in line) for line in _lines(part, diff, number, count))


def _lines(part: Part, diff: Sequence[tuple[str, str]], number: int, count: int) -> Iterator[Line]:
    evidence = part.evidence
    yield (("head", f"{part.path}:{part.line}"), ("soft", f"  {title(part)}  ({number} of {count})"))
    words = shared(part)
    if evidence is not None and evidence.about:
        yield (("", "  "), *_marked(_shortened(evidence.about), words, ""))
    for mark, text in diff:
        style = {"-": "remove", "+": "add"}.get(mark, "soft")
        yield ((style, mark), *(_marked(text, words, style) if _is_prose(mark, text) else ((style, text),)))
    if evidence is None:
        return
    yield from _records(part, evidence, words)
    yield from _sentences(part, evidence)


def _is_prose(mark: str, text: str) -> bool:
    return mark == "+" and not text.lstrip().startswith("%")


def title(part: Part) -> str:
    """What a part is, in words."""
    evidence = part.evidence
    if evidence is None:
        return _KINDS[part.kind]
    name = NAMES.get(evidence.rule, evidence.rule)
    label = next((theme.label for theme in evidence.themes[part.paragraph : part.paragraph + 1]), "")
    if part.paragraph >= 0:
        return f"{name}, paragraph {part.paragraph + 1} of {len(evidence.themes)}{f': {label}' if label else ''}"
    return f"{name}, confidence {evidence.confidence:.2f}"


def shared(part: Part) -> frozenset[str]:
    """The words that the proposed works share with the place."""
    if part.evidence is None:
        return frozenset()
    records = map(part.evidence.record, part.keys)
    return frozenset(word for record in records if record is not None for word in record.shared)


def _records(part: Part, evidence: Evidence, words: Collection[str]) -> Iterator[Line]:
    proposed = [record for record in evidence.records if record.key in part.keys]
    for record in proposed:
        yield (("score", f"  {record.score:.2f} "), ("key", record.key), ("", " "), *_marked(record.title, words, ""))
        yield (("soft", f"       {described(record)}"),)
        if record.features:
            because = ", ".join(f"{name} {part:+.2f}" for name, part in record.features)
            yield (("soft", f"       because: {because}"),)
    if part.paragraph >= 0:
        return
    for record in evidence.records[1 : 1 + MOST_RECORDS]:
        year = f" ({record.year})" if record.year else ""
        yield (("soft", f"  {record.score:.2f} {record.key} {_shortened(record.title)}{year}"),)


def _sentences(part: Part, evidence: Evidence) -> Iterator[Line]:
    """Which words of a paragraph its records bear out, and which sentences a model wrote."""
    if part.paragraph < 0 or part.paragraph >= len(evidence.themes):
        return
    for said in evidence.themes[part.paragraph].sentences:
        if said.by_model:
            support = {word.lower() for text in said.support for word in _WORD.findall(text)}
            yield (("soft", f"  {written_by(said)}: "), *_marked(said.text, support, ""))


def written_by(said: Said) -> str:
    """Who wrote a sentence, and from what."""
    return f"the model, from {', '.join(said.works)}" if said.works else "the model, to connect"


def described(record: Record) -> str:
    """Authors, venue, year, DOI and origin of a work, in one line."""
    names = ", ".join(record.authors[:_MOST_NAMES]) + (" et al." if len(record.authors) > _MOST_NAMES else "")
    year = str(record.year) if record.year else ""
    return " · ".join(filter(None, (names, record.venue, year, record.doi and f"doi:{record.doi}", origin(record))))


def origin(record: Record) -> str:
    """Where a work comes from, in words."""
    return "your bibliography" if record.origin == "bib" else record.origin.replace(":", " ", 1)


def marked(text: str, words: Collection[str]) -> Iterator[tuple[bool, str]]:
    """A text in pieces, each with whether it is one of these words (in small letters)."""
    done = 0
    for match in _WORD.finditer(text):
        if match[0].lower() in words:
            if done < match.start():
                yield False, text[done : match.start()]
            yield True, match[0]
            done = match.end()
    if done < len(text):
        yield False, text[done:]


def _marked(text: str, words: Collection[str], style: str) -> Iterable[tuple[str, str]]:
    return (("shared" if is_word else style, piece) for is_word, piece in marked(text, words))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rsplit(' ', 1)[0]}…"


def _printable(text: str) -> str:
    """The text without characters that steer a terminal: it comes from papers and records."""
    return "".join(char if char.isprintable() else " " if char == "\t" else "?" for char in text)
