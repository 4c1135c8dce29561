"""Our own related-work drafts in a file: where they stand, what they say of themselves, whether they were edited."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from texscholar.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from texscholar.latex.scan import Scan

BEGIN, END = "% texscholar: begin related-work", "% texscholar: end related-work"
ABOUT, TOPIC = "% texscholar: ", "% texscholar: topic "
KEYS, ADDED = "% texscholar: records ", "% texscholar: new entries "

_OURS = re.compile(r"%+[ \t]*+texscholar:[ \t]*+(?P<said>[^\r\n]*)", re.IGNORECASE)
_BOUND = re.compile(r"(?P<verb>begin|end)[ \t]++related-work[ \t]*+(?::(?P<topic>.*))?\Z", re.IGNORECASE | re.DOTALL)
_ABOUT = re.compile(r"(?:outline|draft) of \d+ records?, (?:(?P<model>.*), )?sha256 (?P<digest>[0-9a-f]{16});.*\Z")
_KEYS = re.compile(r"(?P<which>records|new entries)[ \t]+(?P<keys>.*)\Z")
_LINE_END = re.compile(r"\r\n|\r")


@dataclass(frozen=True, slots=True)
class Block:
    """A related-work draft of ours between its begin and end comments, both included.

    ``topic`` are the words of its marker, ``keys`` those of the works it cites; ``model`` tells who wrote it.
    ``added`` are the keys of entries that it, or a draft before it, brought into the bibliography.
    ``body`` is the draft with its line ends, None for a begin without an end, of which ``span`` is the comment alone.
    ``is_untouched``: the draft is still the one that was written, whatever its line ends became.
    """

    span: Span
    topic: str
    keys: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    model: str = ""
    body: Span | None = None
    is_untouched: bool = False


def digest(draft: str) -> str:
    """Sixteen hex digits that stay while the draft does, whatever its line ends: of its SHA-256."""
    from hashlib import sha256  # noqa: PLC0415 - loads OpenSSL, and few papers hold a draft

    return sha256(_LINE_END.sub("\n", draft).encode("utf-8", "replace")).hexdigest()[:16]


def find_blocks(scan: Scan) -> tuple[Block, ...]:
    """Related-work drafts of ours, in order; an end without a begin is none, and of two begins the second counts."""
    found: list[Block] = []
    open_at: int | None = None
    comments = [comment for comment in scan.comments if scan.body.contains(comment)]
    for number, comment in enumerate(comments):
        verb, _ = _bound(scan, comment)
        if verb and open_at is not None:
            begin = comments[open_at]
            closed = verb == "end"
            found.append(_closed(scan, comments[open_at : number + 1]) if closed else Block(begin, _topic(scan, begin)))
            open_at = None
        if verb == "begin":
            open_at = number
    if open_at is not None:
        found.append(Block(comments[open_at], _topic(scan, comments[open_at])))
    return tuple(found)


def _said(scan: Scan, comment: Span) -> str:
    ours = _OURS.match(scan.source.text, comment.start, comment.end)
    return ours["said"].strip() if ours else ""


def _bound(scan: Scan, comment: Span) -> tuple[str, str]:
    """``begin`` or ``end`` and the topic of a comment that bounds a draft."""
    bound = _BOUND.match(_said(scan, comment))
    return (bound["verb"].lower(), " ".join((bound["topic"] or "").split())) if bound else ("", "")


def _topic(scan: Scan, begin: Span) -> str:
    return _bound(scan, begin)[1]


def _closed(scan: Scan, comments: Sequence[Span]) -> Block:
    """The block whose begin and end are the first and the last of these comments."""
    begin, end = comments[0], comments[-1]
    text = scan.source.text
    listed: dict[str, list[str]] = {"records": [], "new entries": []}
    model = written = ""
    head = begin
    for comment in _below(scan, comments[:-1]):
        said = _said(scan, comment)
        if about := _ABOUT.match(said):
            model, written = about["model"] or "", about["digest"]
        elif named := _KEYS.match(said):
            listed[named["which"]] += (key for each in named["keys"].split(",") if (key := each.strip()))
        elif not said.startswith("topic "):
            break
        head = comment
    draft = _LINE_END.sub("\n", text[head.end : end.start])
    is_untouched = len(draft) > 1 and draft[0] == draft[-1] == "\n" and digest(draft[1:-1]) == written
    keys, added = (tuple(each) for each in listed.values())
    span, body = Span(begin.start, end.end), Span(head.end, end.start)
    return Block(span, _topic(scan, begin), keys, added, model, body, is_untouched)


def _below(scan: Scan, comments: Sequence[Span]) -> Iterator[Span]:
    """The comments that follow the first one, each on the next line."""
    for above, comment in pairwise(comments):
        between = scan.source.text[above.end : comment.start]
        if between.strip() or len(_LINE_END.sub("\n", between).split("\n")) != 2:  # noqa: PLR2004 - one line end
            return
        yield comment
