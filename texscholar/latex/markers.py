"""What authors write where something is missing: related-work markers, citation placeholders, and our own comments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from texscholar.latex.citations import Citation
from texscholar.latex.prose import Prose
from texscholar.latex.scan import Scan
from texscholar.source import Span

_TODO = r"(?P<todo>(?:TODO|FIXME|XXX)(?:\([^()\r\n]*\))?)(?P<colon>\s*:)?"
_MARKER_COMMENT = re.compile(rf"%+[ \t]*{_TODO}[ \t]*(?P<name>related[\s_-]*works?)\b[ \t]*(?::[ \t]*(?P<topic>.*?))?[ \t]*$", re.I)
_MARKER_TODO = re.compile(r"\s*related[\s_-]*works?\b\s*(?::\s*(?P<topic>.*))?$", re.I | re.S)
_TODO_COMMAND = re.compile(r"\\(?:todo|TODO|fixme|fxnote|hl)(?![A-Za-z@])")
_CITE_COMMENT = re.compile(r"%+[ \t]*(?:TODO|FIXME|XXX)(?:\([^()\r\n]*\))?\s*:?\s*(?:add\s+|needs?\s+|missing\s+)?(?:cite|citations?|refs?|reference)\b.*", re.I)
_CITE_TODO = re.compile(r"\s*(?:add\s+|needs?\s+|missing\s+)?(?:cite|citations?|refs?|reference)\b", re.I)
_CITE_COMMAND = re.compile(r"\\(?:citationneeded|needcite|missingcite|needscitation|citeneeded)(?![A-Za-z@])")
_CITE_TEXT = re.compile(
    r"\[(?:cite|citation|citations?[ ~]needed|needs?[ ~]citation|ref|\?)\]|\((?:ref|cite\??|citation[ ~]needed)\)", re.I
)
_PLACEHOLDER_KEY = re.compile(r"\?+|todo(?![a-z])\S*|xx+|tbd|citation-?_?needed|cite-?_?me|missing|fixme|needcite|ref\?|cite\?*", re.I)
_OURS = re.compile(r"%+[ \t]*texscholar:[ \t]*(?P<verb>ignore|off|on|begin|end)\b(?:\[(?P<rules>[\w, -]*)\])?(?P<rest>[^\r\n]*)", re.I)
_BLOCK = re.compile(r"[ \t]*related-work(?:[ \t]*:[ \t]*(?P<topic>.*))?[ \t]*$")


@dataclass(frozen=True, slots=True)
class Marker:
    """A place where the author wants related work.

    ``span`` is the whole marker; ``todo`` is the word in it that a filled marker replaces (all of it for a command).
    """

    span: Span
    todo: Span
    topic: str
    is_comment: bool


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

    def silences(self, rule: str, offset: int) -> bool:
        return self.covers.start <= offset < self.covers.end and (not self.rules or rule in self.rules)


@dataclass(frozen=True, slots=True)
class Block:
    """A related-work draft of ours between its begin and end comments, both included."""

    span: Span
    topic: str


def find_markers(scan: Scan) -> tuple[Marker, ...]:
    """Unfilled related-work markers, in order."""
    found = [marker for comment in scan.comments if (marker := _comment_marker(scan, comment))]
    for match, inner in _todo_commands(scan):
        wanted = _MARKER_TODO.match(scan.code, inner.start, inner.end)
        if wanted:
            span = Span(match.start(), inner.end + 1)
            found.append(Marker(span, span, " ".join((wanted["topic"] or "").split()), is_comment=False))
    return tuple(sorted(found, key=lambda marker: marker.span))


def _comment_marker(scan: Scan, comment: Span) -> Marker | None:
    match = _MARKER_COMMENT.match(scan.source.text, comment.start, comment.end)
    if match is None or not scan.body.contains(comment):
        return None
    todo = Span(match.start("todo"), match.end("colon") if match["colon"] else match.end("todo"))
    return Marker(comment, todo, " ".join((match["topic"] or "").split()), is_comment=True)


def _todo_commands(scan: Scan) -> Iterator[tuple[re.Match[str], Span]]:
    for match in _TODO_COMMAND.finditer(scan.code, scan.body.start, scan.body.end):
        inner = next((inner for opener, inner in scan.arguments(match.end()) if opener == "{"), None)
        if inner is not None:
            yield match, inner


def is_placeholder_key(key: str) -> bool:
    """Whether an author typed this key only to come back later."""
    return _PLACEHOLDER_KEY.fullmatch(key) is not None


def find_placeholders(scan: Scan, prose: Prose, citations: Sequence[Citation]) -> tuple[Placeholder, ...]:
    """Places where a citation was left open, in order."""
    found = [*_key_placeholders(citations), *_comment_placeholders(scan)]
    for match in _CITE_COMMAND.finditer(scan.code, scan.body.start, scan.body.end):
        end = match.end()
        for _, inner in scan.arguments(end):
            end = inner.end + 1
            break
        found.append(Placeholder(Span(match.start(), end), "command"))
    for match, inner in _todo_commands(scan):
        if _CITE_TODO.match(scan.code, inner.start, inner.end):
            found.append(Placeholder(Span(match.start(), inner.end + 1), "command"))
    for match in _CITE_TEXT.finditer(prose.mask):
        found.append(Placeholder(Span(prose.base + match.start(), prose.base + match.end()), "text"))
    return tuple(sorted(set(found), key=lambda placeholder: placeholder.span))


def _key_placeholders(citations: Sequence[Citation]) -> Iterator[Placeholder]:
    for citation in citations:
        if citation.is_silent:
            continue
        if not citation.keys:
            yield Placeholder(citation.argument, "key")
        for key in citation.keys:
            if is_placeholder_key(key.key):
                yield Placeholder(key.span, "key")


def _comment_placeholders(scan: Scan) -> Iterator[Placeholder]:
    for comment in scan.comments:
        if scan.body.contains(comment) and _CITE_COMMENT.match(scan.source.text, comment.start, comment.end):
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
            begun = (comment, named["topic"] or "")
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
        rules = frozenset(re.split(r"[,\s]+", ours["rules"].strip())) - {""} if ours["rules"] else frozenset[str]()
        verb = ours["verb"].lower()
        if verb == "ignore":
            found.append(Suppression(comment, _covered(scan, comment), rules))
        elif verb == "off":
            off.append((comment, rules))
        elif verb == "on" and off:
            begin, begin_rules = off.pop()
            found.append(Suppression(begin, Span(begin.start, comment.end), begin_rules))
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
