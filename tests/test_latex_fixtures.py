"""The language in which the papers of these tests are written."""

from __future__ import annotations

from fixtures_language import Range, fixture
from texscholar.source import Span

TEXT = """
    %! main.tex
    A claim.
      ^^^^^ word
    \\input{part}
    %! part.tex
    More.
    ^
        ^ stop
    """


def test_files_and_ranges_come_apart() -> None:
    """Lines of carets mark the text above them and are no part of the file."""
    assert fixture(TEXT).files == {"main.tex": "A claim.\n\\input{part}\n", "part.tex": "More.\n"}
    assert (
        Range("main.tex", Span(2, 7), "word"),
        Range("part.tex", Span(0, 1)),
        Range("part.tex", Span(4, 5), "stop"),
    ) == fixture(TEXT).ranges


def test_spans_count_the_line_ends_that_are_asked_for() -> None:
    """The same paper with CRLF has its ranges one character later a line."""
    text = fixture("a\nbc\n ^", newline="\r\n")
    assert ("a\r\nbc\r\n", [Span(4, 5)]) == (text.files["main.tex"], text.spans)
