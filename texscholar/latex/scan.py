"""The offset-preserving scanner: one pass that tells what of a source is live TeX and what is not.

Everything later works on ``Scan.code``, which has the length and the line ends of the source with comments, verbatim
material, dead branches and the text after ``\\end{document}`` blanked, so that an offset in it is an offset in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from texscholar.source import SourceText, Span

VERBATIM_ENVIRONMENTS = (
    "verbatim", "Verbatim", "BVerbatim", "LVerbatim", "SaveVerbatim", "lstlisting", "minted", "comment",
    "filecontents", "alltt", "luacode", "pycode", "sagecode", "asy", "Sinput", "Soutput",
)  # fmt: skip

# In this order: inline verbatim, verbatim environments, any other control sequence (skipped whole, so that \% is no
# comment and \\ hides nothing), comments.
_DEAD = re.compile(
    r"""
    \\(?:verb|Verb|lstinline|mintinline|url|nolinkurl|path(?=[{|!+]))\*?(?![A-Za-z])
      (?:\[[^\]\n]*\])? (?:\{[A-Za-z0-9+\-]*\}(?=[^\sA-Za-z0-9{]))?
      (?: (?P<braced>\{[^{}\n]*\}) | (?P<mark>[^\sA-Za-z*{\\]) (?:(?!(?P=mark))[^\n])* (?P=mark) )
  | \\begin\{(?P<environment>(?:%s)\*?)\} .*? \\end\{(?P=environment)\}
  | \\(?:[A-Za-z@]+|.)
  | (?P<comment>%%[^\r\n]*)
    """
    % "|".join(VERBATIM_ENVIRONMENTS),
    re.X | re.S,
)
_CONDITIONAL = re.compile(r"\\(iffalse|else|fi|if(?!f\b|thenelse|bool|toggle|defined|undef|blank|str|num|dim)[a-zA-Z@]*)(?![a-zA-Z@])")
_BEGIN_DOCUMENT = re.compile(r"\\begin\s*\{document\}")
_END_DOCUMENT = re.compile(r"\\end\s*\{document\}")
_NOT_LINE_END = re.compile(r"[^\r\n]")
_BRACE = re.compile(r"\\.|[{}]", re.S)
_IN_OPTION = re.compile(r"\\.|[\[\]{}]", re.S)
_SPACE = re.compile(r"[ \t]*(?:\r\n?|\n)?[ \t]*")
_LONGEST_OPTION = 4000  # characters; an optional argument longer than this is a stray bracket


def blank(text: str) -> str:
    """Spaces of the same length; line ends stay."""
    return _NOT_LINE_END.sub(" ", text)


def blank_spans(text: str, spans: Iterable[Span]) -> str:
    """The text with the given ordered, disjoint spans blanked."""
    pieces: list[str] = []
    done = 0
    for span in spans:
        pieces += (text[done : span.start], blank(text[span.start : span.end]))
        done = span.end
    return "".join((*pieces, text[done:]))


@dataclass(frozen=True)
class Scan:
    """What the scanner knows of one source.

    ``code``: as long as the source, with all that TeX does not typeset as code blanked.
    ``comments``: spans from the percent sign to the end of the line, in live text only.
    ``body``: what lies between ``\\begin{document}`` and ``\\end{document}``; the whole text of an input file.
    """

    source: SourceText
    code: str
    comments: tuple[Span, ...]
    body: Span
    is_root: bool

    @cached_property
    def braces(self) -> dict[int, int]:
        """Offset of each opening brace to the offset after its partner; unmatched ones are missing."""
        partners: dict[int, int] = {}
        open_at: list[int] = []
        for match in _BRACE.finditer(self.code):
            if match[0] == "{":
                open_at.append(match.start())
            elif match[0] == "}" and open_at:
                partners[open_at.pop()] = match.end()
        return partners

    def group_end(self, at: int) -> int:
        """The offset after the group that opens at ``at`` with ``{``, or -1."""
        return self.braces.get(at, -1)

    def option_end(self, at: int, close: str = "]") -> int:
        """The offset after the optional argument that opens at ``at``, braces in it respected, or -1."""
        opener = self.code[at]
        depth, position = 0, at
        pattern = _IN_OPTION if opener == "[" else re.compile(rf"\\.|[{re.escape(opener + close)}{{}}]", re.S)
        while match := pattern.search(self.code, position, at + _LONGEST_OPTION):
            position = match.end()
            if match[0] == "{":
                position = self.braces.get(match.start(), -1)
                if position < 0:
                    return -1
            elif match[0] == "}":
                return -1
            elif match[0] == opener:
                depth += 1
            elif match[0] == close:
                depth -= 1
                if depth == 0:
                    return position
        return -1

    def skip_space(self, at: int) -> int:
        """The offset after blanks and at most one line end, as TeX skips them between arguments."""
        match = _SPACE.match(self.code, at)
        return match.end() if match else at

    def arguments(self, at: int) -> Iterator[tuple[str, Span]]:
        """Brackets and groups that follow an offset: ``("[", inner span)`` or ``("{", inner span)``."""
        while True:
            start = self.skip_space(at)
            opener = self.code[start : start + 1]
            if opener == "{":
                end = self.group_end(start)
            elif opener == "[":
                end = self.option_end(start)
            else:
                return
            if end < 0:
                return
            yield opener, Span(start + 1, end - 1)
            at = end


def scan(source: SourceText) -> Scan:
    """Scan one source; never fails, whatever the text."""
    text = source.text
    comments: list[Span] = []
    dead: list[Span] = []
    for match in _DEAD.finditer(text):
        if match["comment"]:
            comments.append(Span(*match.span()))
            dead.append(comments[-1])
        elif match["environment"] or match["mark"]:
            dead.append(Span(*match.span()))
        elif match["braced"]:
            dead.append(Span(*match.span("braced")))
    code = blank_spans(text, dead)
    start = _BEGIN_DOCUMENT.search(code)
    end = _END_DOCUMENT.search(code, start.end() if start else 0)
    body = Span(start.end() if start else 0, end.start() if end else len(text))
    hidden = list(_dead_branches(code))
    if end:
        hidden = [*(span for span in hidden if span.end <= end.end()), Span(end.end(), len(text))]
    code = blank_spans(code, hidden)
    live = tuple(c for c in comments if not any(h.start <= c.start < h.end for h in hidden)) if hidden else tuple(comments)
    return Scan(source, code, live, body, start is not None)


def _dead_branches(code: str) -> Iterator[Span]:
    """The text between ``\\iffalse`` and its ``\\else`` or ``\\fi``, outermost only."""
    if "\\iffalse" not in code:
        return
    start, depth = -1, 0
    for match in _CONDITIONAL.finditer(code):
        name = match[1]
        if start < 0:
            if name == "iffalse":
                start, depth = match.end(), 1
        elif name == "fi":
            depth -= 1
            if depth == 0:
                yield Span(start, match.start())
                start = -1
        elif name == "else":
            if depth == 1:
                yield Span(start, match.start())
                start = -1
        else:
            depth += 1
