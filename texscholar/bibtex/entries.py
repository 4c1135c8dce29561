"""The entries of a .bib file with their places in it, read in linear time; what is broken is kept as a value.

The grammar is BibTeX's own (braces count even behind a backslash), with three leniencies that keep more
entries: a field that cannot be read costs only itself, ``%`` starts a comment between fields and between
entries as in Biber, and an entry without an end stops where the next ``@type{`` opens a line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.source import SourceText, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MONTHS: Mapping[str, str] = MappingProxyType(
    {
        "jan": "January",
        "feb": "February",
        "mar": "March",
        "apr": "April",
        "may": "May",
        "jun": "June",
        "jul": "July",
        "aug": "August",
        "sep": "September",
        "oct": "October",
        "nov": "November",
        "dec": "December",
    }
)

_KEY = r"[^\s,{}()\"=#~\\%][^\s,{}\"=#~\\]*"
_OPENING = re.compile(r"%[^\r\n]*|@[ \t]*([A-Za-z][\w-]*)\s*([{(])?", re.ASCII)
_LINE_OPENING = re.compile(
    r"(?:^|(?<=\r))[ \t]*@[ \t]*"
    rf"(?:[A-Za-z][\w-]*\s*\{{|(?:string|preamble|comment)\s*\(|[A-Za-z][\w-]*\s*\(\s*{_KEY}\s*,)",
    re.ASCII | re.MULTILINE | re.IGNORECASE,
)
_ENTRY_KEY = {
    "{": re.compile(rf"\s*+({_KEY})\s*+(?=[,}}])"),
    "(": re.compile(rf"\s*+({_KEY}(?=\s*+,)|{_KEY}?(?=\s*+\)))\s*+"),  # only before a comma a key may hold ")"
}
_ANY_KEY = re.compile(rf"@[ \t]*[A-Za-z][\w-]*+\s*+[{{(]\s*+({_KEY})", re.ASCII)
_LOOSE_KEY = re.compile(r"\s*([^\s,{}]+)")
_GAP = re.compile(r"(?:[\s,]|%[^\r\n]*)*+")
_SPACE = re.compile(r"\s*+")
_NAME = re.compile(r"([^\s,={}()\"#%@\\~]++)\s*+=\s*+")
_SIMPLE_BRACES = re.compile(r"\{[^{}]*+(?:\{[^{}]*+\}[^{}]*+)*+\}")
_SIMPLE_QUOTES = re.compile(r'"[^{}"]*+"')
_BRACES = re.compile(r"[{}]")
_BRACES_AND_QUOTES = re.compile(r'[{}"]')
_BRACES_AND_PARENTHESES = re.compile(r"[{}()]")
_BARE = re.compile(r"[^\s,{}()\"#=%@\\]++")
_HASH = re.compile(r"\s*+#\s*+")
_DEAD = re.compile(r"[^,{}()\"]++")
_COMMENT_HEAD = re.compile(r"\s*[{(]")


@dataclass(frozen=True, slots=True)
class Field:
    """One ``name = value`` of an entry; ``value`` is TeX: no delimiters, joined, macros expanded."""

    name: str
    span: Span
    value_span: Span
    value: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One ``@kind{key, …}`` with its fields in the order of the file."""

    kind: str
    key: str
    key_span: Span
    span: Span
    fields: tuple[Field, ...]

    def get(self, name: str) -> str:
        """The raw value of the first field of this name (lower case), or an empty string."""
        return next((one.value for one in self.fields if one.name == name), "")


@dataclass(frozen=True, slots=True)
class Broken:
    """Text that opens an entry and is none; ``key`` is what could be read of its key."""

    span: Span
    line: int
    reason: str
    key: str = ""
    unclosed: bool = False


@dataclass(frozen=True)
class Bibliography:
    """What stands in one .bib file: entries (repeated keys too), broken pieces, macros, closed comments."""

    source: SourceText
    entries: tuple[Entry, ...]
    broken: tuple[Broken, ...] = ()
    strings: Mapping[str, str] = field(default_factory=dict)
    comments: tuple[Span, ...] = ()

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The key of every entry in the order of the file."""
        return tuple(entry.key for entry in self.entries)

    def entry(self, key: str) -> Entry | None:
        """The first entry of this key, or of this key in other case, or None."""
        return self._by_key.get(key) or self._by_folded_key.get(key.casefold())

    @cached_property
    def duplicates(self) -> tuple[Entry, ...]:
        """Entries whose key an earlier entry has already, whatever its case."""
        return tuple(entry for entry in self.entries if self._by_folded_key[entry.key.casefold()] is not entry)

    @cached_property
    def taken(self) -> frozenset[str]:
        """Keys that a new entry must avoid; BibTeX may see those of broken and of commented entries too."""
        return frozenset(self.keys) | frozenset(_ANY_KEY.findall(self.source.text))

    @cached_property
    def _by_key(self) -> dict[str, Entry]:
        return {entry.key: entry for entry in reversed(self.entries)}

    @cached_property
    def _by_folded_key(self) -> dict[str, Entry]:
        return {entry.key.casefold(): entry for entry in reversed(self.entries)}


def read_bibliography(source: SourceText) -> Bibliography:
    """The bibliography of a decoded .bib file; never fails, whatever the text holds."""
    return _Reader(source).read()


class _DeadError(ValueError):
    """A field, or a whole block, cannot be read; its text is the reason."""


class _Reader:
    """One pass over one text; ``limit`` is where a line opens the next entry, and nothing reads past it."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.text = source.text
        self.stops = [match.start() for match in _LINE_OPENING.finditer(self.text)]
        self.macros: dict[str, str] = dict(MONTHS)
        self.strings: dict[str, str] = {}
        self.room = 4 * len(self.text) + 1_000_000  # characters that macros may expand to: they can double at each step
        self.comments: list[Span] = []
        self.unclosed_comments: set[str] = set()

    def read(self) -> Bibliography:
        entries: list[Entry] = []
        broken: list[Broken] = []
        for block in self._blocks():
            if isinstance(block, Entry):
                entries.append(block)
            else:
                broken.append(block)
        strings = MappingProxyType(self.strings)
        return Bibliography(self.source, tuple(entries), tuple(broken), strings, tuple(self.comments))

    def _blocks(self) -> Iterator[Entry | Broken]:
        at = 0
        while match := _OPENING.search(self.text, at):
            at = match.end()
            kind = match[1].lower() if match[1] else ""
            if kind == "comment":
                at = self._after_comment(match.start(), match.end(1))
            elif match[2]:
                block, at = self._block(kind, match)
                if block is not None:
                    yield block

    def _limit(self, start: int) -> int:
        place = bisect_right(self.stops, start)
        return self.stops[place] if place < len(self.stops) else len(self.text)

    def _after_comment(self, at: int, start: int) -> int:
        """The end of a comment block; one without an end is only a word, as for BibTeX."""
        head = _COMMENT_HEAD.match(self.text, start)
        if head is None or head[0][-1] in self.unclosed_comments:
            return start
        end = (
            self._end(head.end(), "{", len(self.text))
            if head[0][-1] == "{"
            else self._end(head.end(), "(", self._limit(start))
        )
        if end is None:  # a second search to the end would find no more than the first
            self.unclosed_comments.add(head[0][-1])
            return start
        self.comments.append(Span(at, end))
        return end

    def _block(self, kind: str, match: re.Match[str]) -> tuple[Entry | Broken | None, int]:
        """An entry or why it is none, and where to read on; definitions give nothing."""
        start, body, opener = match.start(), match.end(), match[2]
        limit = self._limit(start)
        try:
            if kind == "preamble":
                return None, self._after_preamble(body, opener, limit)
            if kind == "string":
                return None, self._after_string(body, opener, limit)
            entry = self._entry(kind, start, body, opener, limit)
        except _DeadError as error:
            end = self._end(body, opener, limit)
            loose = _LOOSE_KEY.match(self.text, body, limit)
            key = loose[1] if loose and kind not in {"string", "preamble"} and "=" not in loose[1] else ""
            span = Span(start, end or start + len(self.text[start:limit].rstrip()))
            return Broken(span, self.source.position(start).line, str(error), key, end is None), end or limit
        return entry, entry.span.end

    def _end(self, body: int, opener: str, limit: int) -> int | None:
        """The place behind the closing delimiter of a block, if it has one."""
        try:
            return self._closing_brace(body - 1, limit) if opener == "{" else self._closing_parenthesis(body, limit)
        except _DeadError:
            return None

    def _after_preamble(self, body: int, opener: str, limit: int) -> int:
        end = self._end(body, opener, limit)
        if end is None:
            raise _DeadError("a @preamble without an end")
        return end

    def _after_string(self, body: int, opener: str, limit: int) -> int:
        name = _NAME.match(self.text, _space(self.text, body), limit)
        if name is None:
            raise _DeadError("a @string without a name")
        value, at = self._value(name.end(), limit)
        at = _gap(self.text, at, limit)
        if at >= limit or self.text[at] != _CLOSER[opener]:
            raise _DeadError("a @string without an end")
        self.macros[name[1].lower()] = self.strings[name[1].lower()] = value
        return at + 1

    def _entry(self, kind: str, start: int, body: int, opener: str, limit: int) -> Entry:
        key = _ENTRY_KEY[opener].match(self.text, body, limit)
        if key is None:
            raise _DeadError(
                "has no end; close its brace"
                if self._end(body, opener, limit) is None
                else "has no key that can be read; give it one"
            )
        fields: list[Field] = []
        at = key.end()
        while True:
            at = _gap(self.text, at, limit)
            if at >= limit:
                raise _DeadError("has no end")
            if self.text[at] == _CLOSER[opener]:
                return Entry(kind, key[1], Span(*key.span(1)), Span(start, at + 1), tuple(fields))
            read, at = self._field(at, limit, opener)
            if read is not None:
                fields.append(read)

    def _field(self, at: int, limit: int, opener: str) -> tuple[Field | None, int]:
        """The field at this place, or None and where to try the next."""
        name = _NAME.match(self.text, at, limit)
        if name is not None:
            try:
                value, end = self._value(name.end(), limit)
            except _DeadError:
                return None, self._after_dead(name.end(), limit, opener)
            return Field(name[1].lower(), Span(at, end), Span(name.end(), end), value), end
        return None, self._after_dead(at, limit, opener)

    def _after_dead(self, at: int, limit: int, opener: str) -> int:
        """Behind the next comma that no brace holds, or at the entry's own closing delimiter."""
        while at < limit:
            char = self.text[at]
            if char in {",", _CLOSER[opener]}:
                return at + (char == ",")
            if char == "{":
                at = self._closing_brace(at, limit)
            elif char in '"})(':
                at += 1
            elif skipped := _DEAD.match(self.text, at, limit):
                at = skipped.end()
        return at

    def _value(self, at: int, limit: int) -> tuple[str, int]:
        pieces: list[str] = []
        while True:
            piece, end = self._piece(at, limit)
            pieces.append(piece)
            hash_ = _HASH.match(self.text, end, limit)
            if hash_ is None:
                return pieces[0] if len(pieces) == 1 else "".join(pieces), end
            at = hash_.end()

    def _piece(self, at: int, limit: int) -> tuple[str, int]:
        char = self.text[at : at + 1]
        if at < limit and char in {"{", '"'}:
            end = self._closing_brace(at, limit) if char == "{" else self._closing_quote(at, limit)
            return self.text[at + 1 : end - 1], end
        bare = _BARE.match(self.text, at, limit)
        if bare is None:
            raise _DeadError("a field without a value")
        value = self.macros.get(bare[0].lower(), bare[0])
        self.room -= len(value)
        return (value if self.room > 0 else bare[0]), bare.end()

    def _closing_brace(self, at: int, limit: int) -> int:
        """The place behind the brace that closes the one at ``at``."""
        if simple := _SIMPLE_BRACES.match(self.text, at, limit):
            return simple.end()
        depth = 0
        for brace in _BRACES.finditer(self.text, at, limit):
            depth += 1 if brace[0] == "{" else -1
            if depth == 0:
                return brace.end()
        raise _DeadError("has no end")

    def _closing_quote(self, at: int, limit: int) -> int:
        if simple := _SIMPLE_QUOTES.match(self.text, at, limit):
            return simple.end()
        depth = 0
        for mark in _BRACES_AND_QUOTES.finditer(self.text, at + 1, limit):
            if mark[0] == '"':
                if depth == 0:
                    return mark.end()
            else:
                depth += 1 if mark[0] == "{" else -1
            if depth < 0:
                break
        raise _DeadError("has no end")

    def _closing_parenthesis(self, body: int, limit: int) -> int:
        depth = 0
        for mark in _BRACES_AND_PARENTHESES.finditer(self.text, body, limit):
            if mark[0] == ")" and depth <= 0:
                return mark.end()
            depth += {"{": 1, "}": -1}.get(mark[0], 0)
        raise _DeadError("has no end")


_CLOSER = {"{": "}", "(": ")"}


def _space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _gap(text: str, at: int, limit: int) -> int:
    match = _GAP.match(text, at, limit)
    return match.end() if match else at
