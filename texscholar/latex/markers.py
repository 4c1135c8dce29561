"""What authors write where something is missing: related-work markers, citation placeholders, suppressions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from texscholar.latex.cite_commands import NO_WRAPPERS, WANTED, CiteForm
from texscholar.latex.cite_macros import find_commands
from texscholar.latex.wanted_words import (
    TODO_WORD,
    WANTED_COMMAND,
    asks_for_citation,
    bracketed_wishes,
    is_placeholder_key,
    is_related_work,
    says_needed,
)
from texscholar.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from texscholar.latex.citations import Citation
    from texscholar.latex.prose import Prose
    from texscholar.latex.scan import Scan

_TODO_COMMENT = re.compile(
    rf"%+[ \t]*+(?P<word>{TODO_WORD}(?![A-Za-z])[ \t]*+[:：]?)?[ \t]*+(?P<note>[^\r\n]*)", re.IGNORECASE
)
_TODO_COMMAND = re.compile(
    r"\\(?P<name>(?:todo|fixme|fx(?:note|warning|error|fatal))(?:inline)?)\*?(?![A-Za-z@])", re.IGNORECASE
)
_CITE_COMMAND = re.compile(rf"\\(?P<name>(?i:{WANTED_COMMAND.pattern}))(?![A-Za-z@])")
_TOPIC = re.compile(r"[:：]")
_LONGEST_NOTE = 100  # characters of a comment that only says that a citation is missing
_WITH_ONE = CiteForm((), 1, kind=WANTED)
_OURS = re.compile(
    r"%+[ \t]*+texscholar:[ \t]*+(?P<verb>ignore|off|on)\b(?:\[(?P<rules>[\w, -]*)\])?",
    re.IGNORECASE,
)


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
        return self.reaches(span) and (not self.rules or rule in self.rules)

    def reaches(self, span: Span) -> bool:
        """Whether a span lies, wholly or partly, on the lines covered."""
        return self.covers.overlaps(span) or self.covers.start <= span.start < self.covers.end


def find_markers(scan: Scan) -> tuple[Marker, ...]:
    """Unfilled related-work markers, in order."""
    found = [marker for comment in scan.comments if (marker := _comment_marker(scan, comment))]
    for start, inner in _todo_commands(scan):
        topic = _related_work(scan.code[inner.start : inner.end])
        if topic is not None:
            found.append(Marker(Span(start, inner.end + 1), topic))
    return tuple(sorted(found, key=lambda marker: marker.span))


def _related_work(note: str) -> str | None:
    """The topic of a note that asks for related work, None for another note."""
    head, *topic = _TOPIC.split(note, maxsplit=1)
    return " ".join(" ".join(topic).split()) if is_related_work(head) else None


def _comment_marker(scan: Scan, comment: Span) -> Marker | None:
    match = _TODO_COMMENT.match(scan.source.text, comment.start, comment.end)
    if match is None or not match["word"] or not _counts(scan, comment):
        return None
    topic = _related_work(match["note"])
    return None if topic is None else Marker(comment, topic)


def _counts(scan: Scan, span: Span) -> bool:
    """Whether a span lies in the body and in no definition."""
    return scan.body.contains(span) and not scan.is_in_definition(span.start)


def _todo_commands(scan: Scan) -> Iterator[tuple[int, Span]]:
    """Where each to-do command begins, and the inside of its group."""
    for match in _commands(scan, _TODO_COMMAND):
        inner = next((inner for opener, inner in scan.arguments(match.end()) if opener == "{"), None)
        if inner is not None:
            yield match.start(), inner


def _commands(scan: Scan, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    for match in pattern.finditer(scan.code, scan.body.start, scan.body.end):
        if not scan.is_escaped(match.start()) and not scan.is_in_definition(match.start()):
            yield match


def find_placeholders(
    scan: Scan, prose: Prose, citations: Sequence[Citation], wrappers: Mapping[str, CiteForm] = NO_WRAPPERS
) -> tuple[Placeholder, ...]:
    """Places where a citation was left open, in order; ``wrappers`` as ``find_wrappers`` gives them."""
    found = [*_key_placeholders(scan, citations), *_comment_placeholders(scan), *_command_placeholders(scan, wrappers)]
    for start, inner in _todo_commands(scan):
        if asks_for_citation(scan.code[inner.start : inner.end]):
            found.append(Placeholder(Span(start, inner.end + 1), "command"))
    for base, mask in ((prose.base, prose.mask), *((note.span.start, note.mask) for note in prose.notes)):
        found += (Placeholder(Span(base + start, base + end), "text") for start, end in bracketed_wishes(mask))
    return tuple(_outermost(sorted(found, key=lambda placeholder: (placeholder.span.start, -placeholder.span.end))))


def _command_placeholders(scan: Scan, wrappers: Mapping[str, CiteForm]) -> Iterator[Placeholder]:
    """Commands that say that a citation is missing, with what is attached to them."""
    own = frozenset(name for name, form in wrappers.items() if form.kind == WANTED)
    for match in (*_commands(scan, _CITE_COMMAND), *find_commands(scan, own, scan.body)):
        form = wrappers.get(match["name"], _WITH_ONE)
        if form.kind == WANTED and _counts(scan, Span(*match.span())) and not scan.is_escaped(match.start()):
            yield Placeholder(Span(match.start(), _attached_end(scan, match.end(), form.groups)), "command")


def _attached_end(scan: Scan, at: int, groups: int) -> int:
    """The offset after brackets and at most so many groups, as long as nothing parts them."""
    for opener, inner in scan.arguments(at):
        if inner.start != at + 1 or (opener == "{" and groups == 0):
            break
        groups -= opener == "{"
        at = inner.end + 1
    return at + 2 if scan.code.startswith("{}", at) else at


def _outermost(ordered: Sequence[Placeholder]) -> Iterator[Placeholder]:
    """Placeholders that lie in no other one, so that each can be filled by itself."""
    done = 0
    for placeholder in ordered:
        if placeholder.span.start >= done:
            yield placeholder
            done = max(done, placeholder.span.end)


def _key_placeholders(scan: Scan, citations: Sequence[Citation]) -> Iterator[Placeholder]:
    for citation in citations:
        if citation.is_silent or not scan.body.contains(citation.span):
            continue
        if any(map(is_placeholder_key, citation.implied)):
            yield Placeholder(citation.span, "command")
        if citation.argument is not None and not scan.code[citation.argument.start : citation.argument.end].strip(
            " ,\t\r\n"
        ):
            yield Placeholder(citation.argument, "key")
        for key in citation.keys:
            if is_placeholder_key(key.key):
                yield Placeholder(key.span, "key")


def _comment_placeholders(scan: Scan) -> Iterator[Placeholder]:
    for comment in scan.comments:
        match = _TODO_COMMENT.match(scan.source.text, comment.start, comment.end)
        if match is None or not _counts(scan, comment):
            continue
        note = match["note"]
        if asks_for_citation(note) if match["word"] else len(note) < _LONGEST_NOTE and says_needed(note):
            yield Placeholder(comment, "comment")


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
