"""The entries of a .bib file with their places in it, read in linear time; what is broken is kept as a value.

The grammar is BibTeX's own (braces count even behind a backslash), with three leniencies that keep more
entries: a field that cannot be read costs only itself, ``%`` starts a comment between fields and between
entries as in Biber, and an entry without an end stops where the next ``@type{`` opens a line.

A sound entry is recognised whole by one expression, and its fields are read from the text only when they are asked
for; the reader that goes character by character is left to entries that the expression refuses.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property
from sys import intern
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

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

_NESTED = 5  # braces in braces that the expressions follow; deeper ones are counted one by one


def balanced_braces(levels: int) -> str:
    """An expression for a pair of braces with at most so many levels of braces, itself counted."""
    inner = rf"(?:{balanced_braces(levels - 1)}[^{{}}]*+)*+" if levels > 1 else ""
    return rf"\{{[^{{}}]*+{inner}\}}"


_KEY = r"[^\s,{}()\"=#~\\%][^\s,{}\"=#~\\]*"
_GAP = r"[\s,]*+(?:%[^\r\n]*+[\s,]*+)*+"
_NAME = r"[^\s,={}()\"#%@\\~]++"
_BARE = r"[^\s,{}()\"#=%@\\]++"
_IN_BRACES = rf"[^{{}}]*+(?:{balanced_braces(_NESTED - 1)}[^{{}}]*+)*+"
_IN_QUOTES = rf"[^{{}}\"]*+(?:{balanced_braces(_NESTED - 1)}[^{{}}\"]*+)*+"
_PIECE = rf"(?:\{{{_IN_BRACES}\}}|\"{_IN_QUOTES}\"|{_BARE})"
_PIECES = rf"\{{({_IN_BRACES})\}}|\"({_IN_QUOTES})\"|({_BARE})"

_OPENING = re.compile(r"%[^\r\n]*|@[ \t]*([A-Za-z][\w-]*)\s*([{(])?", re.ASCII)
_OPENS_LINE = re.compile(
    r"@[ \t]*"
    rf"(?:[A-Za-z][\w-]*\s*\{{|(?:string|preamble|comment)\s*\(|[A-Za-z][\w-]*\s*\(\s*{_KEY}\s*,)",
    re.ASCII | re.IGNORECASE,
)
_ENTRY_KEY = {
    "{": re.compile(rf"\s*+({_KEY})\s*+(?=[,}}])"),
    "(": re.compile(rf"\s*+((?>{_KEY}(?=\s*+,)|{_KEY}?(?=\s*+\))))\s*+"),  # only before a comma a key may hold ")"
}
_DEFINITIONS = frozenset({"string", "preamble"})
_CLOSER = {"{": "}", "(": ")"}
_SOUND_ENTRY = {
    opener: re.compile(
        rf"{key.pattern}(?:{_GAP}{_NAME}\s*+=\s*+{_PIECE}(?:\s*+#\s*+{_PIECE})*+)*+{_GAP}\{_CLOSER[opener]}"
    )
    for opener, key in _ENTRY_KEY.items()
}
_SOUND_FIELD = re.compile(rf"{_GAP}(?:({_NAME})\s*+=\s*+(?:{_PIECES})((?:\s*+#\s*+{_PIECE})++)?|\Z)")
_DELIMITED = (2, 3)  # groups of a value in braces or quotes that nothing is joined to
_JOINED = re.compile(rf"\s*+#\s*+(?:{_PIECES})")
_ANY_KEY = re.compile(r"@[ \t]*[A-Za-z][\w-]*+\s*+[{(](?=\s*+([^\s,{}()\"=#~\\%@][^\s,{}(\"=#~\\@]*+))", re.ASCII)
_LOOSE_KEY = re.compile(r"\s*([^\s,{}]+)")
_IDS = re.compile(r"[iI][dD][sS]\s*+=")
_ANY_GAP = re.compile(_GAP)
_SPACE = re.compile(r"\s*+")
_NAMED = re.compile(rf"({_NAME})\s*+=\s*+")
_SIMPLE_BRACES = re.compile(balanced_braces(_NESTED))
_SIMPLE_QUOTES = re.compile(rf"\"{_IN_QUOTES}\"")
_BRACES = re.compile(r"[{}]")
_BRACES_AND_QUOTES = re.compile(r'[{}"]')
_BRACES_AND_PARENTHESES = re.compile(r"[{}()]")
_BARE_WORD = re.compile(_BARE)
_HASH = re.compile(r"\s*+#\s*+")
_DEAD = re.compile(r"[^,{}()\"]++")
_COMMENT_HEAD = re.compile(r"\s*[{(]")


class Field(NamedTuple):
    """One ``name = value`` of an entry; ``value`` is TeX: no delimiters, joined, macros expanded.

    A tuple of offsets, since a big file has a million of them.
    """

    name: str
    value: str
    start: int
    value_start: int
    end: int

    @property
    def span(self) -> Span:
        """From the name to the end of the value."""
        return Span(self.start, self.end)

    @property
    def value_span(self) -> Span:
        """The value as it is written, with its delimiters."""
        return Span(self.value_start, self.end)


class _Macros:
    """What each ``@string`` stands for from which offset on, and the months; shared by the entries of a file."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.end = len(text) + 1  # offset from which none is expanded any more: the room for them is used up
        self._values: dict[str, list[tuple[int, str]]] = {name: [(-1, value)] for name, value in MONTHS.items()}

    def define(self, name: str, value: str, at: int) -> None:
        self._values.setdefault(name, []).append((at, value))

    def expand(self, word: str, at: int) -> str:
        """What a bare word stands for at an offset, or the word."""
        values = self._values.get(word.lower())
        if values is None or at >= self.end:
            return word
        before = len(values) if values[-1][0] < at else bisect_left(values, at, key=_offset)
        return values[before - 1][1] if before else word

    def longest(self) -> int:
        return max(len(value) for values in self._values.values() for _, value in values)


def _offset(definition: tuple[int, str]) -> int:
    return definition[0]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Entry:
    """One ``@kind{key, …}``; its fields are read from the file's text when they are asked for.

    Two entries are equal when they say the same at the same place.
    """

    kind: str
    key: str
    key_span: Span
    span: Span
    _macros: _Macros
    _kept: tuple[Field, ...] | None = None  # what is left of an entry that is not sound

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields in the order of the file, each with its place."""
        return self._kept if self._kept is not None else self._read()

    def items(self) -> tuple[tuple[str, str], ...]:
        """Name and value of each field in the order of the file."""
        if self._kept is not None:
            return tuple(each[:2] for each in self._kept)
        found = _SOUND_FIELD.findall(self._macros.text, self.key_span.end, self.span.end - 1)
        return tuple(
            (name.lower(), self._value(braced or quoted, bare, more) if bare or more else braced or quoted)
            for name, braced, quoted, bare, more in found
            if name
        )

    def get(self, name: str) -> str:
        """The raw value of the first field of this name (lower case), or an empty string."""
        if self._kept is not None:
            return next((each.value for each in self._kept if each.name == name), "")
        for match in _SOUND_FIELD.finditer(self._macros.text, self.key_span.end, self.span.end - 1):
            written, braced, quoted, bare, more = match.groups("")
            if written.lower() == name:
                return self._value(braced or quoted, bare, more)
        return ""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other keys that the entry may be cited by in biblatex: its ``ids``."""
        return tuple(alias for part in self.get("ids").split(",") if (alias := part.strip()))

    def _read(self) -> tuple[Field, ...]:
        fields: list[Field] = []
        for match in _SOUND_FIELD.finditer(self._macros.text, self.key_span.end, self.span.end - 1):
            last = match.lastindex
            if last in _DELIMITED:
                name, start, value_start = match[1].lower(), match.start(1), match.start(last) - 1
                fields.append(Field(name, match[last], start, value_start, match.end()))
            elif last:
                name, braced, quoted, bare, more = match.groups("")
                value_start = match.start(4) if bare else max(match.start(2), match.start(3)) - 1
                value = self._value(braced or quoted, bare, more)
                fields.append(Field(name.lower(), value, match.start(1), value_start, match.end()))
        return tuple(fields)

    def _value(self, written: str, bare: str, more: str) -> str:
        first = self._macros.expand(bare, self.span.start) if bare else written
        return first + "".join(self._value(a or b, c, "") for a, b, c in _JOINED.findall(more)) if more else first

    def _words(self) -> Iterator[str]:
        """The bare words among the values: numbers and macros."""
        for _, _, _, bare, more in _SOUND_FIELD.findall(self._macros.text, self.key_span.end, self.span.end - 1):
            yield bare
            if more:
                yield from (match[3] or "" for match in _JOINED.finditer(more))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Entry):
            return NotImplemented
        return (self.kind, self.key, self.key_span, self.span, self.fields) == (
            other.kind,
            other.key,
            other.key_span,
            other.span,
            other.fields,
        )

    def __hash__(self) -> int:
        return hash((self.kind, self.key, self.span))

    def __repr__(self) -> str:
        return f"Entry(kind={self.kind!r}, key={self.key!r}, span={self.span!r}, fields={self.fields!r})"


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

    @cached_property
    def aliases(self) -> Mapping[str, Entry]:
        """The entry behind each further key that biblatex knows it by (``ids``)."""
        text = self.source.text
        if not _IDS.search(text):
            return {}
        named = [entry for entry in self.entries if _IDS.search(text, entry.span.start, entry.span.end)]
        return {alias: entry for entry in reversed(named) for alias in reversed(entry.aliases)}

    @cached_property
    def defined(self) -> frozenset[str]:
        """Every key that a citation may name: those of the entries and their aliases."""
        return frozenset((*self.keys, *self.aliases))

    def defines(self, key: str, *, biblatex: bool) -> bool:
        """Whether a citation of this key is no undefined one.

        Biber minds the case and knows aliases; BibTeX does neither, but reads commented entries. A broken entry counts:
        its author has to mend it, not to add it.
        """
        return key in self._defined_for_biber if biblatex else key.casefold() in self._defined_for_bibtex

    def entry(self, key: str) -> Entry | None:
        """The first entry of this key, of this key in other case, or of this alias; or None."""
        return self._by_key.get(key) or self._by_folded_key.get(key.casefold()) or self.aliases.get(key)

    @cached_property
    def duplicates(self) -> tuple[Entry, ...]:
        """Entries whose key an earlier entry has already, whatever its case."""
        return tuple(entry for entry in self.entries if self._by_folded_key[entry.key.casefold()] is not entry)

    @cached_property
    def taken(self) -> frozenset[str]:
        """Keys that a new entry must avoid; BibTeX may see those of broken and of commented entries too."""
        return self.defined | frozenset(_ANY_KEY.findall(self.source.text))

    @cached_property
    def _defined_for_biber(self) -> frozenset[str]:
        return self.defined.union(one.key for one in self.broken if one.key)

    @cached_property
    def _defined_for_bibtex(self) -> frozenset[str]:
        return frozenset(key.casefold() for key in (*self.taken, *self._defined_for_biber))

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
        self.macros = _Macros(self.text)
        self.strings: dict[str, str] = {}
        self.room = 4 * len(self.text) + 1_000_000  # characters that macros may expand to: they can double at each step
        self.comments: list[Span] = []
        self.unclosed_comments: set[str] = set()
        self._stops = _line_openings(self.text)
        self._stop = -1
        self._line, self._counted = 1, 0

    def read(self) -> Bibliography:
        entries: list[Entry] = []
        broken: list[Broken] = []
        for block in self._blocks():
            if isinstance(block, Entry):
                entries.append(block)
            else:
                broken.append(block)
        self._bound_macros(entries)
        strings = MappingProxyType(self.strings)
        return Bibliography(self.source, tuple(entries), tuple(broken), strings, tuple(self.comments))

    def _blocks(self) -> Iterator[Entry | Broken]:
        text, at = self.text, 0
        while match := _OPENING.search(text, at):
            at = match.end()
            word, opener = match.groups()
            kind = intern(word.lower()) if word else ""
            if kind == "comment":
                at = self._after_comment(match.start(), match.end(1))
            elif opener:
                start, body = match.start(), at
                sound = None if kind in _DEFINITIONS else self._sound(body, opener)
                if sound:
                    at = sound.end()
                    yield Entry(kind, sound[1], Span(*sound.span(1)), Span(start, at), self.macros)
                else:
                    block, at = self._block(kind, start, body, opener)
                    if block is not None:
                        yield block

    def _sound(self, body: int, opener: str) -> re.Match[str] | None:
        """The rest of an entry, if it can be read whole; it ends before the next line that opens an entry."""
        near = self.text.find("@", body) if opener == "{" else body  # a key in parentheses may hold an "@"
        sound = _SOUND_ENTRY[opener].match(self.text, body, near if near >= 0 else len(self.text))
        if sound or near < 0:
            return sound
        return _SOUND_ENTRY[opener].match(self.text, body, self._limit(body))

    def _limit(self, start: int) -> int:
        """Where the first line after ``start`` opens an entry; asked for in the order of the file."""
        while self._stop <= start:
            self._stop = next(self._stops, len(self.text) + 1)
        return min(self._stop, len(self.text))

    def _line_of(self, offset: int) -> int:
        """The line of an offset; asked for in the order of the file."""
        text, start, self._counted = self.text, self._counted, offset
        ends = text.count("\n", start, offset) + text.count("\r", start, offset) - text.count("\r\n", start, offset)
        self._line += ends
        return self._line

    def _bound_macros(self, entries: list[Entry]) -> None:
        """Set the offset from which macros are no longer expanded, if they would fill the memory."""
        if not self.strings or self.macros.longest() * (self.text.count("=") + self.text.count("#")) <= self.room:
            return
        for entry in entries:
            if entry._kept is None:  # noqa: SLF001 # a class of this module
                words = entry._words()  # noqa: SLF001
                self.room -= sum(len(self.macros.expand(word, entry.span.start)) for word in words)
            if self.room <= 0:
                self.macros.end = entry.span.start
                return

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

    def _block(self, kind: str, start: int, body: int, opener: str) -> tuple[Entry | Broken | None, int]:
        """An entry or why it is none, and where to read on; definitions give nothing."""
        limit = self._limit(start)
        try:
            if kind == "preamble":
                return None, self._after_preamble(body, opener, limit)
            if kind == "string":
                return None, self._after_string(start, body, opener, limit)
            entry = self._entry(kind, start, body, opener, limit)
        except _DeadError as error:
            end = self._end(body, opener, limit)
            loose = _LOOSE_KEY.match(self.text, body, limit)
            key = loose[1] if loose and kind not in _DEFINITIONS and "=" not in loose[1] else ""
            span = Span(start, end or start + len(self.text[start:limit].rstrip()))
            return Broken(span, self._line_of(start), str(error), key, end is None), end or limit
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

    def _after_string(self, start: int, body: int, opener: str, limit: int) -> int:
        name = _NAMED.match(self.text, _space(self.text, body), limit)
        if name is None:
            raise _DeadError("a @string without a name")
        value, at = self._value(name.end(), limit, start)
        at = _gap(self.text, at, limit)
        if at >= limit or self.text[at] != _CLOSER[opener]:
            raise _DeadError("a @string without an end")
        self.strings[name[1].lower()] = value
        self.macros.define(name[1].lower(), value, start)
        return at + 1

    def _entry(self, kind: str, start: int, body: int, opener: str, limit: int) -> Entry:
        """An entry of which something is not sound, read field by field."""
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
                place, span = Span(*key.span(1)), Span(start, at + 1)
                return Entry(kind, key[1], place, span, self.macros, tuple(fields))
            read, at = self._field(at, limit, opener, start)
            if read is not None:
                fields.append(read)

    def _field(self, at: int, limit: int, opener: str, start: int) -> tuple[Field | None, int]:
        """The field at this place, or None and where to try the next."""
        name = _NAMED.match(self.text, at, limit)
        if name is not None:
            try:
                value, end = self._value(name.end(), limit, start)
            except _DeadError:
                return None, self._after_dead(name.end(), limit, opener)
            return Field(name[1].lower(), value, at, name.end(), end), end
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

    def _value(self, at: int, limit: int, start: int) -> tuple[str, int]:
        pieces: list[str] = []
        while True:
            piece, end = self._piece(at, limit, start)
            pieces.append(piece)
            hash_ = _HASH.match(self.text, end, limit)
            if hash_ is None:
                return pieces[0] if len(pieces) == 1 else "".join(pieces), end
            at = hash_.end()

    def _piece(self, at: int, limit: int, start: int) -> tuple[str, int]:
        char = self.text[at : at + 1]
        if at < limit and char in {"{", '"'}:
            end = self._closing_brace(at, limit) if char == "{" else self._closing_quote(at, limit)
            return self.text[at + 1 : end - 1], end
        bare = _BARE_WORD.match(self.text, at, limit)
        if bare is None:
            raise _DeadError("a field without a value")
        value = self.macros.expand(bare[0], start)
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


def _line_openings(text: str) -> Iterator[int]:
    """The start of every line that opens an entry, a definition or a comment."""
    at = text.find("@")
    while at >= 0:
        start = at
        while start and text[start - 1] in " \t":
            start -= 1
        opens = (start == 0 or text[start - 1] in "\r\n") and _OPENS_LINE.match(text, at)
        if opens:
            yield start
        at = text.find("@", opens.end() if opens else at + 1)


def _space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _gap(text: str, at: int, limit: int) -> int:
    match = _ANY_GAP.match(text, at, limit)
    return match.end() if match else at
