"""Decoded text, spans and positions."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from texscholar.errors import TexscholarError
from texscholar.source import Position, SourceText, Span, decode

DECODED = [
    (b"", "utf-8", ""),
    (b"plain", "utf-8", "plain"),
    ("größe 中".encode(), "utf-8", "größe 中"),
    (codecs.BOM_UTF8 + b"a", "utf-8", "a"),
    (codecs.BOM_UTF16_LE + "ä".encode("utf-16-le"), "utf-16-le", "ä"),
    (codecs.BOM_UTF16_BE + "ä".encode("utf-16-be"), "utf-16-be", "ä"),
    (b"gr\xf6\xdfe", "latin-1", "größe"),
    (b"\\usepackage[latin1]{inputenc} \xe4", "latin-1", "\\usepackage[latin1]{inputenc} ä"),
    (b"\\usepackage[cp1252]{inputenc} \x80", "cp1252", "\\usepackage[cp1252]{inputenc} €"),
    (b"% !TEX encoding = IsoLatin9\n\xa4", "latin-1", "% !TEX encoding = IsoLatin9\n\xa4"),
    (b"% !TEX encoding = ISO8859-15\n\xa4", "iso8859-15", "% !TEX encoding = ISO8859-15\n€"),
    (b"% Encoding: Cp1252\n\x80", "cp1252", "% Encoding: Cp1252\n€"),
    (b"% Encoding: nonsense\n\x80", "latin-1", "% Encoding: nonsense\n\x80"),
    (b"% Encoding: unicode_escape\n\\d \xe4", "latin-1", "% Encoding: unicode_escape\n\\d ä"),
    (b"% Encoding: utf-7\n\xe4", "latin-1", "% Encoding: utf-7\nä"),
    (codecs.BOM_UTF8 + b"\xff", "latin-1", "ï»¿ÿ"),
]


@pytest.mark.parametrize(("data", "encoding", "text"), DECODED)
def test_a_file_is_decoded_as_utf8_else_as_it_declares_else_as_latin1(data: bytes, encoding: str, text: str) -> None:
    """UTF-8 first, then the declared encoding, then the one that never fails."""
    source = decode(data, "a.tex")
    assert (encoding, text) == (source.encoding.lower(), source.text)


def test_a_binary_file_is_refused_with_its_name() -> None:
    """NUL bytes make no text."""
    with pytest.raises(TexscholarError, match=r"^fig\.tex: is not a text file"):
        decode(b"%PDF\0", "fig.tex")


def test_a_character_that_the_encoding_lacks_is_refused_with_a_remedy() -> None:
    """What cannot be written is not replaced by a question mark."""
    source = decode(b"gr\xf6\xdfe", "a.tex")
    with pytest.raises(TexscholarError, match="'中' cannot be written in latin-1; convert the file to UTF-8"):
        source.encode("中")


@given(st.binary(max_size=60) | st.text(max_size=20).map(str.encode))
@example(b"\xef\xbb\xbf\xef\xbb\xbf")
@example(b"\xff\xfe\x00")
@example(b"\xff\xfe\x00\xd8")
@example(b"\\usepackage[cp1252]{inputenc}\x81")
@example(b"% Encoding: idna\n\xe4")
def test_decoding_and_encoding_gives_the_same_bytes(data: bytes) -> None:
    """No byte of a file is lost, whatever it holds; a file that is no text is refused."""
    try:
        source = decode(data, "a.tex")
    except TexscholarError:
        assert b"\0" in data
        return
    assert data == source.encode()


POSITIONS = [
    ("", 0, (1, 1)),
    ("ab", 2, (1, 3)),
    ("a\nb", 1, (1, 2)),
    ("a\nb", 2, (2, 1)),
    ("a\r\nb", 3, (2, 1)),
    ("a\rb", 2, (2, 1)),
    ("a\u2028b\x0cc", 4, (1, 5)),
    ("a\n", 2, (2, 1)),
]


@pytest.mark.parametrize(("text", "offset", "place"), POSITIONS)
def test_position(text: str, offset: int, place: tuple[int, int]) -> None:
    """Lines and columns count from one; only LF, CRLF and CR end a line."""
    assert Position(*place, offset) == SourceText("a.tex", text).position(offset)


@given(st.text(alphabet="ab\n\r\u2028\x0b", max_size=30), st.data())
def test_positions_agree_with_counting(text: str, data: st.DataObject) -> None:
    """A position is what splitting the text by hand gives."""
    offset = data.draw(st.integers(0, len(text)))
    if text[offset - 1 : offset + 1] == "\r\n":
        offset -= 1  # inside a line end
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    line, last = before.count("\n") + 1, before.rpartition("\n")[2]
    assert Position(line, len(last) + 1, offset) == SourceText("a.tex", text).position(offset)


@given(st.text(alphabet="ab\n\r", max_size=30))
def test_line_spans_joined_are_the_text(text: str) -> None:
    """Each character belongs to exactly one line."""
    source = SourceText("a.tex", text)
    lines = [source.slice(source.line_span(line)) for line in range(1, len(source.line_starts) + 1)]
    assert text == "".join(lines)


@pytest.mark.parametrize(
    ("text", "newline"), [("", "\n"), ("a", "\n"), ("a\nb\r\n", "\n"), ("a\r\nb\r\nc\n", "\r\n"), ("a\rb\r", "\r")]
)
def test_the_line_end_of_a_file_is_the_one_it_uses_most(text: str, newline: str) -> None:
    """A tie goes to LF."""
    assert newline == SourceText("a.tex", text).newline


SPANS = [
    (Span(0, 2), Span(2, 4), False, False),
    (Span(2, 4), Span(0, 2), False, False),
    (Span(0, 3), Span(2, 4), False, True),
    (Span(0, 4), Span(1, 2), True, True),
    (Span(1, 2), Span(1, 2), True, True),
    (Span(0, 4), Span(4, 4), True, False),
]


@pytest.mark.parametrize(("one", "other", "contains", "overlaps"), SPANS)
def test_spans(one: Span, other: Span, contains: bool, overlaps: bool) -> None:
    """Spans are half-open."""
    assert (contains, overlaps) == (one.contains(other), one.overlaps(other))
