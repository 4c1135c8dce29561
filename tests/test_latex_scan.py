"""What of a source is live TeX."""

from __future__ import annotations

import pytest

from fixtures_language import fixture
from texscholar.latex import scan
from texscholar.source import SourceText, Span

# A tilde stands for a blank that the scanner wrote.
CODE = [
    ("", ""),
    ("Plain words.", "Plain words."),
    (r"100\% sure", r"100\% sure"),
    (r"a \\ b", r"a \\ b"),
    (r"\verbose|a%b|", r"\verbose|a~~~"),
    (r"\path (0,0) -- (1,1);", r"\path (0,0) -- (1,1);"),
    (r"\begin{verbatim} never ends", r"\begin{verbatim} never ends"),
    (r"\iffalse never ends", r"\iffalse never ends"),
    (r"\iff a \fi b", r"\iff a \fi b"),
    (r"\let\ifdraft\iffalse a \fi", r"\let\ifdraft\iffalse a \fi"),
    ("a % b", "a ~~~"),
    (r"a \\% b", r"a \\~~~"),
    ("a % b\r\nc", "a ~~~\r\nc"),
    (r"\verb|a%b| c", "~~~~~~~~~~ c"),
    (r"\verb*+a+ c", "~~~~~~~~~ c"),
    (r"\lstinline[language=C]!a! c", "~~~~~~~~~~~~~~~~~~~~~~~~~ c"),
    (r"\lstinline{a%b} c", r"\lstinline{~~~} c"),
    (r"\mintinline{tex}|a| c", "~~~~~~~~~~~~~~~~~~~ c"),
    (r"\mintinline{tex}{\b} c", r"\mintinline{tex}{~~} c"),
    (r"\url{a%b{c}} d", r"\url{~~~~~~} d"),
    (r"\href{a%20b}{c}", r"\href{~~~~~}{c}"),
    ("\\begin{verbatim}\n%a\n\\end{verbatim} b", "~~~~~~~~~~~~~~~~\n~~\n~~~~~~~~~~~~~~ b"),
    (r"\begin{comment} a \end{comment} % \end{comment}", "~" * 31 + " ~~~~~~~~~~~~~~~"),
    (r"\begin{lstlisting}[a=b] $ { \end{lstlisting}x", "~" * 44 + "x"),
    (r"\begin{filecontents*}{a.bib} @ \end{filecontents*}x", "~" * 50 + "x"),
    (r"\iffalse a \fi b", r"\iffalse~~~\fi b"),
    (r"\iffalse a \else b \fi", r"\iffalse~~~\else b \fi"),
    (r"\iffalse a \iftrue b \else c \fi d \fi e", r"\iffalse" + "~" * 27 + r"\fi e"),
    (r"\iffalse \ifnum 1<2 a \fi \ifdefined\x \fi b \fi c", r"\iffalse" + "~" * 37 + r"\fi c"),
    (r"\iffalse \ifthenelse{a}{b}{c} \fi d", r"\iffalse" + "~" * 22 + r"\fi d"),
    (r"\iffalse \newif\ifdraft a \fi b", r"\iffalse" + "~" * 18 + r"\fi b"),
    ("\\if0\na\n\\fi b", "\\if0\n~\n\\fi b"),
    ("\\if0\\blind a \\fi b", "\\if0\\blind a \\fi b"),
    (r"\ifdraft a \else b \fi", r"\ifdraft a \else b \fi"),
    ("a\n\\endinput\nb", "a\n\\endinput\n~"),
    ("\\ifx\\a\\b\n\\endinput\n\\fi\nb", "\\ifx\\a\\b\n\\endinput\n\\fi\nb"),
    (r"\begin{document}a\end{document}b", r"\begin{document}a\end{document}~"),
    (r"\begin {document}a\end {document}b", r"\begin {document}a\end {document}~"),
]


@pytest.mark.parametrize(("text", "code"), CODE)
def test_code(text: str, code: str) -> None:
    """Comments, verbatim text, dead branches and what follows the document are blank, at the same length."""
    assert code.replace("~", " ") == scan(SourceText("main.tex", text)).code


BODIES = [
    ("a", "a", False),
    ("% \\begin{document}\na", "% \\begin{document}\na", False),
    (r"\verb|\begin{document}| a", r"\verb|\begin{document}| a", False),
    (r"\documentclass{a}\begin{document}b", "b", True),
    (r"\begin{document}b\end{document}c", "b", True),
    ("\\begin{document}b % \\end{document}\nc\\end{document}", "b % \\end{document}\nc", True),
    (r"\iffalse\begin{document}a\fi\begin{document}b", "b", True),
    ("a\n\\endinput\nb", "a\n\\endinput", False),
]


@pytest.mark.parametrize(("text", "body", "is_root"), BODIES)
def test_body(text: str, body: str, is_root: bool) -> None:
    """The body is what lies in the document; all of a file that is input."""
    scanned = scan(SourceText("main.tex", text))
    assert (body, is_root) == (scanned.source.slice(scanned.body), scanned.is_root)


COMMENTS = """
    Text % one
         ^^^^^
    \\begin{verbatim}
    % not this
    \\end{verbatim} % two
                   ^^^^^
    \\iffalse
    % nor this
    \\fi
    100\\% \\verb|%| \\url{a%b} %% three
                             ^^^^^^^^
    """


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_comments_are_those_of_live_text(newline: str) -> None:
    """Nothing in verbatim text or a dead branch is a comment."""
    text = fixture(COMMENTS, newline)
    assert text.spans == list(text.main.scan.comments)


CHUNKS = """
    %! main.Rnw
    Before [CITE].
    <<plot, fig.cap="A [CITE].">>=
    x <- "[CITE] {" # 5 %in% y
    @ % end
    After \\Sexpr{paste("[CITE] %")} it.
    <<last>>=
    [CITE]
    """


def test_chunks_of_programs_are_no_prose() -> None:
    """Knitr's chunks are blank in an Rnw file, the last one to the end of the file."""
    assert _placeholders(CHUNKS) == ["[CITE]"]


def test_chunks_are_text_in_a_plain_file() -> None:
    """What looks like a chunk elsewhere is none."""
    assert len(_placeholders(CHUNKS.replace("main.Rnw", "main.tex"))) == 4


def _placeholders(text: str) -> list[str]:
    file = fixture(text).main
    return [file.source.slice(each.span) for each in file.placeholders]


def _scan(text: str) -> list[tuple[str, str, set[int]]]:
    scanned = scan(SourceText("main.tex", text))
    return [(each.name, text[each.body.start : each.body.end], set(each.optional)) for each in scanned.definitions]


DEFINITIONS: list[tuple[str, list[tuple[str, str, set[int]]]]] = [
    (r"\newcommandx{a}", []),
    (r"\newcommand{\a}", []),
    (r"\newcommand{\a}{never closed", []),
    (r"\\newcommand{\a}{b}", []),
    (r"\newcommand{\a}{b}", [("a", "b", set())]),
    (r"\newcommand\a{b}", [("a", "b", set())]),
    (r"\renewcommand*{\a}[2]{b{c}}", [("a", "b{c}", set())]),
    (r"\providecommand{\a}[2][x]{b}", [("a", "b", {1})]),
    (r"\newcommandx{\a}[3][1=x, 3={y}]{b}", [("a", "b", {1, 3})]),
    (r"\renewcommandx*{\a}[1]{b}", [("a", "b", set())]),
    (r"\def\a#1#2{b}", [("a", "b", set())]),
    (r"\NewDocumentCommand{\a}{s O{x{y}} m o}{b}", [("a", "b", {1, 2, 4})]),
    (r"\newenvironment{a}[1]{b}{c}", [("a", "b}{c", set())]),
    (r"\newcommand{\a}{\newcommand{\b}{c}}", [("a", r"\newcommand{\b}{c}", set())]),
]


@pytest.mark.parametrize(("text", "expected"), DEFINITIONS)
def test_definitions(text: str, expected: list[tuple[str, str, set[int]]]) -> None:
    """Name, body and optional arguments of what a paper defines."""
    assert expected == _scan(text)


OPTIONS = [
    ("[a", -1),
    ("[a}]", 3 + 1),
    ("{[a}]", -1),
    ("[a\n\nb]", -1),
    ("[" + "a" * 5000 + "]", -1),
    ("[a]", 3),
    ("[{]}]", 5),
    (r"[\]]", 4),
    ("[[a]]", 4),
]


@pytest.mark.parametrize(("text", "end"), OPTIONS)
def test_optional_arguments_end_as_in_tex(text: str, end: int) -> None:
    """The first bracket of the same group closes; a blank line or 4000 characters make it a stray one."""
    assert end == scan(SourceText("main.tex", text)).option_end(text.index("["))


def test_a_line_with_only_a_comment_ends_no_paragraph() -> None:
    """A blank line does."""
    scanned = scan(SourceText("main.tex", "a\n% b\nc\n\nd\n%\n\ne"))
    assert scanned.paragraph_ends == (7, 10)


def test_braces_are_matched_as_tex_matches_them() -> None:
    """Escaped braces are none; a brace without a partner is missing."""
    scanned = scan(SourceText("main.tex", r"{a\{{b}} } {"))
    assert scanned.braces == {0: 8, 4: 7}


def test_verbatim_text_is_remembered() -> None:
    """Readers of the code can tell verbatim text from blanks."""
    scanned = scan(SourceText("main.tex", r"a \verb|b| \url{c}"))
    assert (Span(2, 10), Span(16, 17)) == scanned.verbatim


PIECES = """
    One % two
        ^^^^^ comment
    \\verb|x| \\iffalse no \\fi
    ^^^^^^^^ verbatim
                     ^^^^ branch
    \\end{document}
                  ^ tail
    """


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_pieces_of_a_source_are_the_whole_of_it(newline: str) -> None:
    """Live and dead ones joined are the text; the live ones are the code."""
    text = fixture(PIECES, newline)
    scanned = text.main.scan
    assert "".join(text.main.source.slice(piece.span) for piece in scanned.pieces) == text.main.source.text
    dead = [(piece.kind, piece.span.start) for piece in scanned.pieces if piece.kind != "code"]
    assert dead == [(each.label, each.span.start) for each in text.ranges]
    assert all(
        text.main.source.slice(piece.span) == scanned.code[piece.span.start : piece.span.end]
        for piece in scanned.pieces
        if piece.kind == "code"
    )
