"""What authors write where something is missing: related-work markers, citation placeholders, and our own comments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from texscholar.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from texscholar.latex.citations import Citation
    from texscholar.latex.prose import Prose
    from texscholar.latex.scan import Scan

_WORD = r"(?:TODO|FIXME|XXX)(?:\([^()\r\n]{0,80}\))?"
_RELATED = r"related[\s_-]{0,8}works?(?:\s+section)?\b"
_WANTED = (
    r"(?:(?:add|needs?|missing)\s+)?(?:(?:a|the)\s+)?"
    r"(?:cite|citations?|(?:refs?|references?)(?=\W*\Z|\W+(?:needed|missing|here|for)\b))\b"
)
_MARKER_COMMENT = re.compile(
    rf"%+[ \t]*+{_WORD}(?:[ \t]*+:)?[ \t]*+{_RELATED}[ \t]*+(?::(?P<topic>[^\r\n]*))?\Z", re.IGNORECASE
)
_MARKER_TODO = re.compile(rf"\s*+{_RELATED}\s*+(?::(?P<topic>.*))?\Z", re.IGNORECASE | re.DOTALL)
_TODO_COMMAND = re.compile(r"\\(?:todo|fixme|fxnote|fxwarning|fxerror)(?![A-Za-z@])", re.IGNORECASE)
_CITE_COMMENT = re.compile(rf"%+[ \t]*+{_WORD}[ \t]*+:?[ \t]*+{_WANTED}", re.IGNORECASE)
_CITE_TODO = re.compile(rf"\s*+{_WANTED}", re.IGNORECASE)
_CITE_COMMAND = re.compile(r"\\(?:citationneeded|needcite|missingcite|needscitation|citeneeded)(?![A-Za-z@])")
_CITE_TEXT = re.compile(
    r"\[(?:cite|citations?|citations?\s+needed|needs?\s+citation|todo:?\s+cite|ref|quelle|\?)\]"
    r"|\((?:ref|cite\??|citation\s+needed)\)",
    re.IGNORECASE,
)
# Two figures at most: todo2004 is a paper of someone called Todo.
_PLACEHOLDER_KEY = re.compile(
    r"\?+|todo(?:\d{0,2}|[-_:.?!\s].*)|xx+|tbd|tba|(?:needs?)?[-_ ]?citations?[-_ ]?(?:needed)?"
    r"|cite[-_ ]?(?:me|needed|here|this)?|needs?[-_ ]?cite|missing(?:[-_ ]?(?:citation|ref))?|fixme|cite\?+|ref\?*",
    re.IGNORECASE,
)
_OURS = re.compile(
    r"%+[ \t]*+texscholar:[ \t]*+(?P<verb>ignore|off|on|begin|end)\b(?:\[(?P<rules>[\w, -]*)\])?(?P<rest>[^\r\n]*)",
    re.IGNORECASE,
)
_BLOCK = re.compile(r"[ \t]*+related-work[ \t]*+(?::(?P<topic>.*))?\Z")


@dataclass(frozen=True, slots=True)
class Marker:
    """A place where the author wants related work; the span is the whole comment or command."""

    span: Span
    topic: str


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A place where the author wants a citation.

    ``span`` is what a citation replaces: a key, a command, a bracketed word, a comment.
    ``form`` is ``key``, ``command``, ``text`` or ``comment``.
    """

    span: Span
    form: str


@dataclass(frozen=True, slots=True)
class Suppression:
    """A comment that silences rules on the lines of a span; no rules mean all."""

    span: Span
    covers: Span
    rules: frozenset[str]

    def silences(self, rule: str, span: Span) -> bool:
        """Whether a rule is silenced for something that stands, wholly or partly, on the lines covered."""
        touches = self.covers.overlaps(span) or self.covers.start <= span.start < self.covers.end
        return touches and (not self.rules or rule in self.rules)


@dataclass(frozen=True, slots=True)
class Block:
    """A related-work draft of ours between its begin and end comments, both included."""

    span: Span
    topic: str


def find_markers(scan: Scan) -> tuple[Marker, ...]:
    """Unfilled related-work markers, in order."""
    found = [marker for comment in scan.comments if (marker := _comment_marker(scan, comment))]
    for start, inner in _todo_commands(scan):
        wanted = _MARKER_TODO.match(scan.code, inner.start, inner.end)
        if wanted:
            found.append(Marker(Span(start, inner.end + 1), _topic(wanted)))
    return tuple(sorted(found, key=lambda marker: marker.span))


def _topic(match: re.Match[str]) -> str:
    return " ".join((match["topic"] or "").split())


def _comment_marker(scan: Scan, comment: Span) -> Marker | None:
    match = _MARKER_COMMENT.match(scan.source.text, comment.start, comment.end)
    if match is None or not _counts(scan, comment):
        return None
    return Marker(comment, _topic(match))


def _counts(scan: Scan, span: Span) -> bool:
    """Whether a span lies in the body and in no definition."""
    return scan.body.contains(span) and not scan.is_in_definition(span.start)


def _todo_commands(scan: Scan) -> Iterator[tuple[int, Span]]:
    """Where each to-do command begins, and the inside of its group."""
    for start, end in _commands(scan, _TODO_COMMAND):
        inner = next((inner for opener, inner in scan.arguments(end) if opener == "{"), None)
        if inner is not None:
            yield start, inner


def _commands(scan: Scan, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(scan.code, scan.body.start, scan.body.end):
        if not scan.is_escaped(match.start()) and not scan.is_in_definition(match.start()):
            yield match.span()


def is_placeholder_key(key: str) -> bool:
    """Whether an author typed this key only to come back later."""
    return _PLACEHOLDER_KEY.fullmatch(key) is not None


def find_placeholders(scan: Scan, prose: Prose, citations: Sequence[Citation]) -> tuple[Placeholder, ...]:
    """Places where a citation was left open, in order."""
    found = [*_key_placeholders(scan, citations), *_comment_placeholders(scan)]
    for start, end in _commands(scan, _CITE_COMMAND):
        attached = next((inner for _, inner in scan.arguments(end) if inner.start == end + 1), None)
        found.append(Placeholder(Span(start, end if attached is None else attached.end + 1), "command"))
    for start, inner in _todo_commands(scan):
        if _CITE_TODO.match(scan.code, inner.start, inner.end):
            found.append(Placeholder(Span(start, inner.end + 1), "command"))
    found += (
        Placeholder(Span(prose.base + match.start(), prose.base + match.end()), "text")
        for match in _CITE_TEXT.finditer(prose.mask)
    )
    return tuple(_outermost(sorted(found, key=lambda placeholder: (placeholder.span.start, -placeholder.span.end))))


def _outermost(ordered: Sequence[Placeholder]) -> Iterator[Placeholder]:
    """Placeholders that lie in no other one, so that each can be filled by itself."""
    done = 0
    for placeholder in ordered:
        if placeholder.span.start >= done:
            yield placeholder
            done = max(done, placeholder.span.end)


def _key_placeholders(scan: Scan, citations: Sequence[Citation]) -> Iterator[Placeholder]:
    for citation in citations:
        if citation.is_silent or scan.is_in_definition(citation.span.start):
            continue
        if not citation.keys:
            yield Placeholder(citation.argument, "key")
        for key in citation.keys:
            if is_placeholder_key(key.key):
                yield Placeholder(key.span, "key")


def _comment_placeholders(scan: Scan) -> Iterator[Placeholder]:
    for comment in scan.comments:
        if _counts(scan, comment) and _CITE_COMMENT.match(scan.source.text, comment.start, comment.end):
            yield Placeholder(comment, "comment")


def find_blocks(scan: Scan) -> tuple[Block, ...]:
    """Related-work drafts of ours; a begin without an end covers only its own comment."""
    found: list[Block] = []
    begun: tuple[Span, str] | None = None
    for comment in scan.comments:
        ours = _OURS.match(scan.source.text, comment.start, comment.end)
        if ours is None or ours["verb"].lower() not in ("begin", "end"):
            continue
        named = _BLOCK.match(ours["rest"])
        if named is None:
            continue
        if ours["verb"].lower() == "begin":
            begun = (comment, _topic(named))
        elif begun is not None:
            found.append(Block(Span(begun[0].start, comment.end), begun[1]))
            begun = None
    if begun is not None:
        found.append(Block(*begun))
    return tuple(found)


def find_suppressions(scan: Scan) -> tuple[Suppression, ...]:
    """``ignore`` covers its line, or the next one when it stands alone; ``off`` covers the text up to ``on``."""
    found: list[Suppression] = []
    off: list[tuple[Span, frozenset[str]]] = []
    for comment in scan.comments:
        ours = _OURS.match(scan.source.text, comment.start, comment.end)
        if ours is None:
            continue
        rules = frozenset(re.split(r"[,\s]+", ours["rules"] or "")) - {""}
        verb = ours["verb"].lower()
        if verb == "ignore":
            found.append(Suppression(comment, _covered(scan, comment), rules))
        elif verb == "off":
            off.append((comment, rules))
        elif verb == "on":
            ended = [each for each in off if rules in (frozenset(), each[1])]
            found += (Suppression(begin, Span(begin.start, comment.end), named) for begin, named in ended)
            off = [each for each in off if each not in ended]
    found += (Suppression(span, Span(span.start, len(scan.source.text) + 1), rules) for span, rules in off)
    return tuple(sorted(found, key=lambda suppression: suppression.span))


def _covered(scan: Scan, comment: Span) -> Span:
    source = scan.source
    line = source.position(comment.start).line
    own = source.line_span(line)
    alone = not source.text[own.start : comment.start].strip()
    if alone and line < len(source.line_starts):
        return Span(own.start, source.line_span(line + 1).end)
    return own
