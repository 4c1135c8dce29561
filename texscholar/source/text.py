"""A file's text as its author wrote it: bytes decoded without loss, places in it as spans and positions."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from texscholar.errors import TexscholarError

_LINE_END = re.compile(r"\r\n|\n|\r")
# inputenc, the magic comment of TeXShop and LaTeX Workshop, the comment of JabRef
_DECLARED = re.compile(
    rb"\\usepackage\s*\[([A-Za-z0-9-]+)\]\s*\{inputenc\}|%\s*!\s*TEX\s+encoding\s*=\s*([\w -]+)"
    rb"|^%\s*Encoding:\s*([\w-]+)",
    re.MULTILINE | re.IGNORECASE,
)
_MARKED = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HEAD = 20_000  # bytes in which a file declares its own encoding
_CODECS = {
    "latin1": "latin-1",
    "ansinew": "cp1252",
    "applemac": "mac-roman",
    "latin9": "iso8859-15",
    "utf8x": "utf-8",
    "macosroman": "mac-roman",
    "isolatin": "latin-1",
    "windowslatin": "cp1252",
    "utf-8 unicode": "utf-8",
}
# Encodings of characters; Python has others, of bytes and of escapes, that no text is written in.
_OF_TEXT = re.compile(
    r"(?:latin|iso|cp|mac|koi8|utf-?8|big5|gb|euc|shift|sjis|windows|ascii|tis|hz|johab|ptcp|viscii|kz)[\w-]*"
)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters of a decoded text."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def contains(self, other: Span) -> bool:
        """Whether the other lies within this one."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the two have a character in common."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Position:
    """A place as editors count it: line and column from 1, offset from 0, all in characters."""

    line: int
    column: int
    offset: int


@dataclass(frozen=True)
class SourceText:
    """One file, decoded; ``encode(text)`` gives its bytes back exactly.

    ``path`` is relative to the directory of the root file, with forward slashes.
    """

    path: str
    text: str
    encoding: str = "utf-8"
    bom: bytes = b""

    def encode(self, text: str | None = None) -> bytes:
        """The bytes of ``text`` (default: of this file) in this file's encoding.

        Raises:
            TexscholarError: the text holds a character that the encoding lacks.
        """
        try:
            return self.bom + (self.text if text is None else text).encode(self.encoding)
        except UnicodeEncodeError as error:
            raise TexscholarError(
                f"{error.object[error.start]!r} cannot be written in {self.encoding}; convert the file to UTF-8",
                path=self.path,
            ) from None

    def slice(self, span: Span) -> str:
        """The text of a span."""
        return self.text[span.start : span.end]

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """Offset of the first character of each line; LF, CRLF and a lone CR end a line."""
        return (0, *(match.end() for match in _LINE_END.finditer(self.text)))

    def position(self, offset: int) -> Position:
        """An offset as editors count it."""
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1, offset)

    def line_span(self, line: int) -> Span:
        """The span of a line (from 1) with its line end."""
        starts = self.line_starts
        return Span(starts[line - 1], starts[line] if line < len(starts) else len(self.text))

    @cached_property
    def newline(self) -> str:
        """The line end that most lines use; LF for a file of one line."""
        ends = _LINE_END.findall(self.text)
        return max(("\n", "\r\n", "\r"), key=ends.count)


def decode(data: bytes, path: str) -> SourceText:
    """The text of a file: UTF-8 (with or without mark), else as it declares, else Latin-1, which never fails.

    Raises:
        TexscholarError: the file is no text (it holds NUL bytes).
    """
    for bom, name in _MARKED:
        if data.startswith(bom):
            return _decoded(data[len(bom) :], path, name, bom) or SourceText(path, data.decode("latin-1"), "latin-1")
    if b"\0" in data:
        raise TexscholarError("is not a text file (it holds NUL bytes); leave it out or convert it", path=path)
    return (
        _decoded(data, path, "utf-8")
        or _decoded(data, path, _declared_encoding(data))
        or SourceText(path, data.decode("latin-1"), "latin-1")
    )


def _decoded(data: bytes, path: str, encoding: str | None, bom: bytes = b"") -> SourceText | None:
    """The text in this encoding, or None where the round trip would lose a byte."""
    if encoding is None:
        return None
    try:
        text = data.decode(encoding)
        return SourceText(path, text, encoding, bom) if text.encode(encoding) == data else None
    except (UnicodeError, LookupError):
        return None


def _declared_encoding(data: bytes) -> str | None:
    match = _DECLARED.search(data[:_HEAD])
    if match is None:
        return None
    name = next(group for group in match.groups() if group).decode("ascii", "replace").strip().lower()
    name = _CODECS.get(name, name)
    return name if _OF_TEXT.fullmatch(name) else None
