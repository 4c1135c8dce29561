"""A file's text as its author wrote it: bytes decoded without loss, places in it as spans and positions."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from texscholar.errors import TexscholarError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LINE_END = re.compile(r"\r\n|\n|\r")
_MARKED = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


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


def decode(data: bytes, path: str, paper_encoding: Callable[[], str | None] | None = None) -> SourceText:
    """The text of a file in the first encoding that loses no byte.

    UTF-8 (with or without mark), else what the file declares, else what its paper is written in, else what the bytes
    look like, else Latin-1, which never fails.

    Args:
        data: the whole file.
        path: how it is named.
        paper_encoding: tells the encoding of the paper it belongs to; asked only where the file tells none.

    Raises:
        TexscholarError: the file is no text (it holds NUL bytes).
    """
    for bom, name in _MARKED:
        if data.startswith(bom):
            return _decoded(data[len(bom) :], path, name, bom) or SourceText(path, data.decode("latin-1"), "latin-1")
    if b"\0" in data:
        raise TexscholarError("is not a text file (it holds NUL bytes); leave it out or convert it", path=path)
    others = (_decoded(data, path, name) for name in _encodings(data, paper_encoding))
    return _decoded(data, path, "utf-8") or next(filter(None, others))


def _decoded(data: bytes, path: str, encoding: str, bom: bytes = b"") -> SourceText | None:
    """The text in this encoding, or None where the round trip would lose a byte."""
    try:
        text = data.decode(encoding)
        return SourceText(path, text, encoding, bom) if text.encode(encoding) == data else None
    except (UnicodeError, LookupError):
        return None


def encoding_of_paper(root: SourceText) -> str | None:
    """The encoding that the root of a paper declares or plainly has, for the files that do not tell theirs.

    None where nothing tells, and for UTF-8, which needs no telling.
    """
    declared = next((name for name in _declared(root.encode()) if name != "utf-8"), None)
    return declared or (None if root.encoding.startswith("utf") or root.encoding in _LATIN else root.encoding)


# -- encodings other than UTF-8

_HEAD, _TAIL = 20_000, 3_000  # bytes at the start and the end in which a file declares its own encoding
_LATIN = ("cp1252", "latin-1")
_CONTROLS = bytes(range(0x80, 0xA0))
# What a file may really be in that is said to be in the first: those that hold more characters than their namesake.
_WIDER = {
    "gb2312": ("gb2312", "gbk", "gb18030"),
    "gbk": ("gbk", "gb18030"),
    "shift_jis": ("shift_jis", "cp932"),
    "euc_kr": ("euc_kr", "cp949"),
    "big5": ("big5", "cp950", "big5hkscs"),
}
# What inputenc, CJK, ctex, TeXShop, Emacs, BibDesk and Java (JabRef) call otherwise than Python does, without spaces,
# hyphens and the like.
_NAMES = {
    "big5": "bg5 chinesebig5 macchinesetraditional doschinesetraditional chinesetraditionalbig5",
    "cp1250": "windowscentraleuropeanroman centraleuropeanwindowslatin2",
    "cp1251": "windowscyrillic cyrillicwindows",
    "cp1252": "ansinew windowslatin windowslatin1 westernwindowslatin1",
    "cp437": "cp437de",
    "cp855": "doscyrillic",
    "cp866": "cp866av cp866mav cp866nav cp866tat dosrussian",
    "cp932": "dosjapanese windows31j",
    "euc_jp": "jis jis2 eucjapanese eucjapan japaneseiso8bit japaneseeuc",
    "euc_kr": "ks euckorea koreaniso8bit mackorean koreaneuc",
    "gb2312": "gb euccn eucchina chineseiso8bit",
    "gbk": "chinesegbk macchinesesimplified doschinesesimplified",
    "iso8859-2": "isolatin2 centraleuropeanisolatin2",
    "iso8859-5": "iso88595 cyrilliciso8bit cyrillicisolatin",
    "iso8859-7": "isolatingreek greekiso8bit greekisolatin",
    "iso8859-8": "88598",
    "iso8859-9": "isolatin5",
    "iso8859-15": "isolatin9",
    "koi8-r": "koi8 cyrillickoi8 cyrillickoi8r",
    "koi8-u": "koi8ru",
    "latin-1": "isolatin isolatin1 iso88591 decmulti westernisolatin1",
    "mac-cyrillic": "maccyr macukr",
    "mac-latin2": "macce maccentraleuropeanroman",
    "mac-roman": "applemac macosroman appleroman xmacroman westernmacosroman",
    "ptcp154": "pt154 pt254",
    "shift_jis": "sjis japaneseshiftjis macjapanese japanesemacos",
    "utf-8": "utf8x muleutf8 utf8unicode unicodeutf8",
}
# Encodings of characters; Python has others, of bytes and of escapes, that no text is written in.
_OF_TEXT = r"(?:latin-?\d|iso|cp|mac|ms|koi8|utf-?8|big5|gb|euc|shift|windows|ascii|tis|johab|ptcp|kz)[\w-]*"
# Of TeXShop and others, Emacs, WinEdt, vim, kate; then of JabRef, without a percent sign before its third version, and
# of BibDesk.
_COMMENT = (
    rb"%[ \t]*!\s*TEX\s+encoding\s*=[ \t]*([\w -]+)|(?:-\*-|!Mode::)[^\r\n]{0,200}?\b(?:coding|TeX):[ \t]*([\w-]+)"
    rb"|\bvim?:[^\r\n]{0,200}?\b(?:fileencoding|fenc)=([\w-]+)|\bkate:[^\r\n]{0,200}?\bencoding[ \t]([\w-]+)"
    rb"|^%[ \t]*Encoding:[ \t]*([\w-]+)|JabRef[^\r\n]*[\r\n]+Encoding:[ \t]*([\w-]+)"
    rb"|Saved with string encoding[ \t]([\w() -]+)"
)
_LOCAL_VARIABLE = rb"^[%\s]*coding:[ \t]*([\w-]+)"
_CODE = (
    rb"\\begin\s*\{CJK\*?\}\s*(?:\[[^\]]{0,99}\]\s*)?\{(?P<cjk>[\w-]+)\}"
    rb"|\\(?:CJKenc|inputencoding)\s*\{(?P<switch>[\w-]+)\}|\\XeTeX(?:input|default)encoding\s*\"?(?P<xetex>[\w-]+)"
    rb"|\\(?:usepackage|RequirePackage|documentclass)\s*\[(?P<options>[^\]]{0,999})\]\s*\{(?P<name>[^{}]{0,999})\}"
)
_TAKES_ENCODINGS = rb"(?:^|[,\s])(?:inputen[cx]|ctex\w*)(?:$|[,\s])"


def _encodings(data: bytes, paper_encoding: Callable[[], str | None] | None) -> Iterator[str]:
    """What a file may be written in, the likeliest first; the last one never fails."""
    for name in _declared(data):
        yield from _variants(name, data)
    yield from _variants(paper_encoding() if paper_encoding else None, data)
    yield from _variants(_detected(_sample(data)), data)
    yield from _variants("latin-1", data)


def _variants(name: str | None, data: bytes) -> tuple[str, ...]:
    """What a file may be in that is said to be in an encoding."""
    if name == "latin-1" and len(data.translate(None, _CONTROLS)) < len(data):
        return _LATIN  # quotation marks and dashes of Windows: in Latin-1 these bytes are no characters
    return _WIDER.get(name, (name,)) if name else ()


def _declared(data: bytes) -> Iterator[str]:
    """The encodings that a file declares for itself: first in comments, for editors, then in its code."""
    head, tail = data[:_HEAD], data[-_TAIL:]
    flags = re.MULTILINE | re.IGNORECASE
    found = [name for part in (head, tail) for match in re.finditer(_COMMENT, part, flags) for name in match.groups()]
    found += re.findall(_LOCAL_VARIABLE, tail.partition(b"Local Variables:")[2], flags)
    for match in re.finditer(_CODE, re.sub(rb"(?<!\\)%[^\r\n]*", b"", head)):
        found += (match["cjk"], match["switch"], match["xetex"])
        if match["options"] and (match[0].startswith(b"\\doc") or re.search(_TAKES_ENCODINGS, match["name"])):
            found += reversed(match["options"].split(b","))  # the last one holds
    names = (_codec(name.decode("latin-1")) for name in found if name)
    yield from dict.fromkeys(name for name in names if name)


def _codec(name: str) -> str | None:
    """Python's name of an encoding of text, whatever an editor or a package calls it."""
    name = re.sub(r"-(?:unix|dos|mac)$", "", name.strip().lower())
    plain = re.sub(r"[\W_]+", "", name)
    ours = (each for each, theirs in _NAMES.items() if plain in theirs.split())
    for known in (*ours, name, plain):
        if re.fullmatch(_OF_TEXT, known):
            with suppress(LookupError):
                found = codecs.lookup(known).name
                return "latin-1" if found == "iso8859-1" else found
    return None


# -- encodings that nothing declares

_SAMPLE = 16_000  # bytes that are looked at; even, since most characters have two
_FEWEST = 32  # bytes beyond ASCII below which guessing is gambling
_IN_ROWS = 0.3  # share of them that must stand in rows: in Latin script they stand alone or in pairs
_ODD = 0.1  # from which of the library's measure on a text looks too odd
_ASCII = bytes(range(128))
# Words beyond ASCII without the commands around them; the second byte of a character may be one of ASCII.
_WORDS = rb"[\x80-\xff](?:[\x40-\x7e]?[\x80-\xff]){0,16000}[\x40-\x7e]?"
# By encoding, the everyday letters of its languages, as a range in a code, and the least share of them in a text: of
# Chinese the characters that the standards sort apart for their frequency, of alphabets the small letters.
_EVERYDAY = {
    "gb18030": ("gb2312", b"\xb0\xa1", b"\xd7\xf9", 0.6),
    "big5": ("big5", b"\xa4\x40", b"\xc6\x7e", 0.6),
    "cp932": ("utf-16-be", b"\x30\x41", b"\x30\xff", 0.1),
    "euc_jp": ("utf-16-be", b"\x30\x41", b"\x30\xff", 0.1),
    "cp949": ("utf-16-be", b"\xac\x00", b"\xd7\xa3", 0.8),
    "cp1251": ("utf-16-be", b"\x04\x30", b"\x04\x5f", 0.5),
    "koi8_r": ("utf-16-be", b"\x04\x30", b"\x04\x5f", 0.5),
    "koi8_u": ("utf-16-be", b"\x04\x30", b"\x04\x5f", 0.5),
    "cp866": ("utf-16-be", b"\x04\x30", b"\x04\x5f", 0.5),
    "cp1253": ("utf-16-be", b"\x03\xac", b"\x03\xce", 0.5),
    "cp1255": ("utf-16-be", b"\x05\xd0", b"\x05\xea", 0.8),
    "cp1256": ("utf-16-be", b"\x06\x21", b"\x06\x4a", 0.8),
}
_NARROWER = {"gb18030": "gbk", "cp932": "shift_jis", "cp949": "euc_kr", "koi8_r": "koi8-r", "koi8_u": "koi8-u"}


def _sample(data: bytes) -> bytes:
    """The first words that go beyond ASCII."""
    words: list[bytes] = []
    size = 0
    for match in re.finditer(_WORDS, data):
        words.append(match[0][:_SAMPLE])
        size += len(words[-1])
        if size >= _SAMPLE:
            break
    return b" ".join(words)


@lru_cache(maxsize=64)
def _detected(sample: bytes) -> str | None:
    """The encoding of a script other than Latin, where a text is clearly written in one."""
    sample = re.sub(rb"([\x80-\xff]{1,2}?)\1{3,}", rb"\1\1", sample)  # rulers are no words
    beyond = len(sample.translate(None, _ASCII))
    in_rows = sum(map(len, re.findall(rb"[\x80-\xff]{4,}", sample)))
    utf8 = len(sample.decode("utf-8", "ignore").encode().translate(None, _ASCII))  # with a fault somewhere
    if beyond < _FEWEST or in_rows < _IN_ROWS * beyond or utf8 > beyond / 2:
        return None
    from charset_normalizer import from_bytes  # noqa: PLC0415 - few files need it

    found = from_bytes(sample, cp_isolation=list(_EVERYDAY), preemptive_behaviour=False, enable_fallback=False)
    usual = (each.encoding for each in found if each.chaos < _ODD and _is_usual(str(each), *_EVERYDAY[each.encoding]))
    name = next(usual, None)
    return _NARROWER.get(name, name) if name else None


def _is_usual(text: str, code: str, first: bytes, last: bytes, least: float) -> bool:
    """Whether enough of the letters beyond ASCII are everyday ones."""
    letters = re.findall(r"[^\W\d_\x00-\x7f]", text)
    usual = [each for each in letters if first <= each.encode(code, "ignore") <= last]
    return len(usual) >= max(1.0, least * len(letters))
