"""The block of a draft in the file: comment lines that tell what it is, and the draft, wrapped as the file is."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from texscholar.latex.blocks import ABOUT, ADDED, BEGIN, END, KEYS, TOPIC, digest
from texscholar.related_work.hand import cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from texscholar.latex import TexFile
    from texscholar.recommend import Candidature
    from texscholar.related_work.drafting import Paragraph
    from texscholar.related_work.planning import Plan

_MOST_TOPIC = 200  # characters
_MOST_MODEL = 120
_WRAP = 80  # columns, of a draft where the file does not tell its own, and of lists of keys
_NARROWEST, _WIDEST = 50, 120  # columns; where many lines are longer the paper keeps a paragraph on one line
_FEW_LINES = 5  # tell nothing of how a file is wrapped
_WIDE_ENDS = ("。", "．", "？", "！")  # no space follows them
_ENDS = (".", "?", "!", "}", ":", "؟", *_WIDE_ENDS)
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60]")  # of scripts without spaces; hangul has spaces
_CITED = re.compile(r"\\[A-Za-z]*[Cc]ite[A-Za-z]*\{[^{}]*\}")
_BREAK = re.compile(r" +|(?<=[，。、；：？！．])(?=[^\s，。、；：？！．」』》”])")


def block(
    plan: Plan,
    paragraphs: Sequence[Paragraph],
    file: TexFile,
    model: str,
    *,
    key: Callable[[Candidature], str] | None = None,
    added: Iterable[str] = (),
    words: str | None = None,
) -> str:
    """The draft between its comment lines, wrapped as the file is, with the file's line ends, none after the last.

    Args:
        plan: what it speaks about.
        paragraphs: the draft.
        file: which gets it.
        model: who wrote it, for the reader.
        key: under which a work is cited there; without it no keys are listed.
        added: keys of entries that this draft, or the one it replaces, brought into the bibliography.
        words: what the marker said, from which a refresh starts; the topic of the plan where they are not given.
    """
    body = "\n\n".join(_wrapped(paragraph.text, file) for paragraph in paragraphs)
    encoding = file.source.encoding
    topic = comment_text(plan.topic, encoding)
    asked = topic if words is None else comment_text(words, encoding)
    works = {id(work): work for paragraph in paragraphs for work in paragraph.works} or {
        id(work): work for work in plan.works
    }
    records = "1 record" if len(works) == 1 else f"{len(works)} records"
    kind = "draft" if any(sentence.by_model for each in paragraphs for sentence in each.sentences) else "outline"
    writer = comment_text(model, encoding, _MOST_MODEL)
    about = ", ".join(filter(None, (f"{kind} of {records}", writer, f"sha256 {digest(body)}; edit freely")))
    lines = [
        f"{BEGIN}: {asked}" if asked else BEGIN,
        *([f"{TOPIC}{topic}"] if topic != asked else []),
        f"{ABOUT}{about}",
        *_key_lines(KEYS, (comment_text(key(work), encoding) for work in works.values() if key)),
        *_key_lines(ADDED, (comment_text(each, encoding) for each in added)),
        body,
        END,
    ]
    return "\n".join(lines).replace("\n", file.source.newline)


def comment_text(text: str, encoding: str, most: int = _MOST_TOPIC) -> str:
    """Text that stays on its comment line and in the file's encoding."""
    visible = "".join(
        char for char in " ".join(text.split()) if char == " " or unicodedata.category(char)[0] not in "CZ"
    )
    return " ".join(cut(visible.encode(encoding, "ignore").decode(encoding), most).split())


def _key_lines(head: str, keys: Iterable[str]) -> Iterator[str]:
    """Comment lines that list keys, as many on a line as fit."""
    line = ""
    for key in keys:
        longer = f"{line}, {key}" if line else f"{head}{key}"
        if line and len(longer) > _WRAP:
            yield line
            longer = f"{head}{key}"
        line = longer
    if line:
        yield line


def _wrapped(paragraph: str, file: TexFile) -> str:
    """A paragraph in the manner of the file: wrapped at its column, a sentence a line, or all on one line."""
    lines = _prose_lines(file)
    ending = sum(line.endswith(_ENDS) for line in lines)
    width = _width(lines)
    if width and len(lines) > _FEW_LINES and ending > 0.8 * len(lines):
        return paragraph
    joined = re.sub(r"\n", lambda at: "" if paragraph[at.start() - 1] in _WIDE_ENDS else " ", paragraph)
    return "\n".join(_filled(joined, width)) if width else joined


def _filled(text: str, width: int) -> Iterator[str]:
    """The lines of a text, broken where TeX reads it alike: see ``_breaks``."""
    line, done = "", 0
    for start, end in (*_breaks(text), (len(text), len(text))):
        piece = text[done:start]
        if line and _columns(line + piece) > width:
            yield line.rstrip(" ")
            line = ""
        line += text[done:end]
        done = end
    if line:
        yield line


def _breaks(text: str) -> list[tuple[int, int]]:
    """Where a line may end: at spaces, between the keys of a citation, after punctuation in scripts without spaces."""
    commas = (cited.start() + at.end() for cited in _CITED.finditer(text) for at in re.finditer(r",(?! )", cited[0]))
    return sorted([*(at.span() for at in _BREAK.finditer(text)), *((at, at) for at in commas)])


def _columns(text: str) -> int:
    """How wide a text stands in an editor."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _prose_lines(file: TexFile) -> list[str]:
    """The lines of a file's body that look like running text."""
    body = file.scan.body
    lines = [line.strip() for line in file.scan.code[body.start : body.end].splitlines()]
    return [
        line
        for line in lines
        if line and line[0] not in "\\%&" and _columns(line) > _NARROWEST // 2 and (" " in line or _WIDE.search(line))
    ]


def _width(lines: list[str]) -> int:
    """The column at which lines are wrapped; 0 where a paragraph stands on one line."""
    lengths = sorted(map(_columns, lines))
    if not lengths:
        return _WRAP
    if sum(length > _WIDEST for length in lengths) > len(lengths) / 5:
        return 0
    widest = lengths[-1 - len(lengths) // 5]  # above it, lines that got a citation since they were wrapped
    return widest if widest >= _NARROWEST and len(lengths) > _FEW_LINES else _WRAP
