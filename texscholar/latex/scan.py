r"""The offset-preserving scanner: one pass that tells what of a source is live TeX and what is not.

Everything later works on ``Scan.code``, which has the length and the line ends of the source with comments, verbatim
material, dead branches and the text after ``\end{document}`` blanked: an offset in it is an offset in the file.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from texscholar.source import SourceText, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

VERBATIM_ENVIRONMENTS = (
    "verbatim", "Verbatim", "BVerbatim", "LVerbatim", "SaveVerbatim", "VerbatimOut", "lstlisting", "minted", "comment",
    "filecontents", "alltt", "luacode", "pycode", "pyblock", "pyverbatim", "sagecode", "sageblock", "sagesilent", "asy",
    "Sinput", "Soutput", "tcblisting", "spverbatim", "verbatimtab", "listing*", "pyconsole", "pylabcode", "sympycode",
)  # fmt: skip
VERBATIM_COMMANDS = ("verb", "Verb", "lstinline", "spverb")

# A percent sign, inline verbatim (only the inside of braces is dead), the start of a verbatim environment. Both
# alternatives begin with a plain character, so that the search skips to the next of them.
_DEAD = r"""
    %[^\r\n]*+
  | \\(?:
        begin[ \t]*\{(?P<environment>(?:ENVIRONMENTS)\*?)\}
      | (?: mintinline\*? (?:\[[^\]\r\n]{0,400}\])? \{[^{}\r\n]{0,40}\}
          | (?:COMMANDS|url|nolinkurl|path(?=[{|!+])|href(?=[ \t]*[\[{])|Sexpr(?=\{))\*?(?![A-Za-z])
            (?:\[[^\]\r\n]{0,400}\])? )
        (?: [ \t]*\{(?P<braced>[^{}\r\n]*+(?:\{[^{}\r\n]*+\}[^{}\r\n]*+)*+)\}
          | (?P<mark>[^\sA-Za-z*{}\\]) (?:(?!(?P=mark))[^\r\n]){0,1000} (?P=mark) ) )
    """
_SHORT = r" | (?P<short>[MARKS]) (?:(?!(?P=short))[^\r\n]){0,1000} (?P=short)"
# Tests of etoolbox and its kin take their branches as arguments and have no \fi; \newif and \let only name one.
_CONDITIONAL = re.compile(
    r"\\(?:newif\s*\\[A-Za-z@]+|let\s*\\[A-Za-z@]+\s*=?\s*\\[A-Za-z@]+"
    r"|if(?:f|thenelse|bool\w*|toggle|def|undef|csdef|csundef|defmacro|cs(?:macro|empty|void|string)|str\w*|blank|notblank"
    r"|numcomp|numequal|numgreater|numless|numodd|dimcomp|dimequal|inlist|lang\w*|entrytype|fieldundef|package\w*"
    r"|FileExists|nextchar)(?![A-Za-z@])"
    r"|(?P<dead>iffalse(?![A-Za-z@])|if[ ]?0(?=[ \t]*(?:[\r\n]|\Z)))|(?P<name>else|fi|if[A-Za-z@]*)(?![A-Za-z@]))"
)
_BEGIN_DOCUMENT = re.compile(r"\\begin\s*\{document\}")
_END_DOCUMENT = re.compile(r"\\end\s*\{document\}")
_END_INPUT = re.compile(r"(?:(?<=[\r\n])|\A)[ \t]*\\endinput[ \t]*(?=[\r\n]|\Z)")
# https://yihui.org/knitr/patterns/ (chunks of an Rnw file)
_CHUNK_EDGE = re.compile(
    r"(?:(?<=[\r\n])|\A)[ \t]*(?:(?P<begin><<[^\r\n]*>>=)[^\r\n]*|@[ \t]*(?:%[^\r\n]*)?(?=[\r\n]|\Z))"
)
_WITH_CHUNKS = (".rnw", ".snw")
_IN_LINE = re.compile(r"[^\r\n]+")
_PAIRED = re.compile(r"\\.|[{}\[\]]", re.DOTALL)
_SPACE = re.compile(r"[ \t]*(?:\r\n?|\n)?[ \t]*")
_LINE_END = re.compile(r"\r\n|\n|\r")
_BLANK_LINES = re.compile(r"(?>\r\n|\n|\r)[ \t]*(?>\r\n|\n|\r)\s*")
_BLANK_LINES_LF = re.compile(r"\n[ \t]*\n\s*")  # the same where no line ends with CR, found ten times as fast
_LONGEST_OPTION = 4000  # characters; an optional argument longer than this is a stray bracket
_LONGEST_PREFIX = 400  # characters; the same for (…) and <…>
_NEAR = 2000  # characters in which the end of a group is looked for before all of the file's are paired
# A group, three deep; an optional argument with groups in it.
_GROUP = re.compile(
    r"\{[^{}\\]*+(?:(?:\\.|\{[^{}\\]*+(?:(?:\\.|\{[^{}\\]*+(?:\\.[^{}\\]*+)*+\})[^{}\\]*+)*+\})[^{}\\]*+)*+\}",
    re.DOTALL,
)
_OPTION = re.compile(r"\[[^\[\]{}\\]*+(?:(?:\\.|\{[^{}\\]*+\})[^\[\]{}\\]*+)*+\]", re.DOTALL)

_DEFINES = re.compile(
    r"\\(?=[dDegxrnpNRP])(?:(?P<macro>(?:(?:re)?new|provide)command(?P<numbered>x)?|DeclareRobustCommand|(?:re|provide)?newrobustcmd)"
    r"|(?P<xparse>(?:New|Renew|Provide|Declare)(?:Expandable)?DocumentCommand)"
    r"|(?P<environment>(?:re)?newenvironment|(?:New|Renew|Provide|Declare)DocumentEnvironment)"
    r"|[egx]?def)\*?(?![A-Za-z@])"
)
_DEFINED_NAME = re.compile(r"\s*+(?:\{\s*+\\?(?P<braced>[A-Za-z@]+\*?)\s*\}|\\(?P<bare>[A-Za-z@]+))")
_DEFAULTS = re.compile(r"(\d)\s*=")
_PARAMETERS = re.compile(r"[^{}\\\r\n]{0,100}(?=\{)")
_ARGUMENT_TYPE = re.compile(r"[A-Za-z]")


def blank(text: str) -> str:
    """Spaces of the same length; line ends stay."""
    return _IN_LINE.sub(_spaces, text)


def _spaces(match: re.Match[str]) -> str:
    return " " * (match.end() - match.start())


@dataclass(frozen=True, slots=True)
class Definition:
    """A command or environment that the paper defines.

    ``span`` runs from the defining command to the end of the last ``body``; ``optional`` are the numbers of the
    arguments that a call gives in brackets.
    """

    name: str
    span: Span
    body: Span
    optional: frozenset[int]
    is_environment: bool = False


@dataclass(frozen=True, slots=True)
class Verbatim:
    r"""What a paper adds to the verbatim environments and commands of LaTeX.

    ``marks`` are characters that a paper makes short for ``\verb``.
    """

    environments: frozenset[str] = frozenset()
    commands: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()

    def __or__(self, other: Verbatim) -> Verbatim:
        return Verbatim(
            self.environments | other.environments, self.commands | other.commands, self.marks | other.marks
        )

    def __bool__(self) -> bool:
        return bool(self.environments or self.commands or self.marks)

    def occurs_in(self, text: str) -> bool:
        """Whether any of it may stand in a text."""
        named = any(f"{{{name}" in text for name in self.environments)
        return named or any(f"\\{name}" in text for name in self.commands) or any(mark in text for mark in self.marks)


NOTHING_MORE = Verbatim()


@dataclass(frozen=True, slots=True)
class Piece:
    r"""A stretch of a source.

    ``kind``: ``code`` for live TeX, else why it is none: ``comment``, ``verbatim``, ``chunk`` (program code of
    knitr), ``branch`` (of ``\iffalse``) or ``tail`` (behind the document).
    """

    kind: str
    span: Span


@dataclass(frozen=True)
class Scan:
    r"""What the scanner knows of one source.

    ``code``: as long as the source, with all that TeX does not typeset as code blanked.
    ``dead``: what is blanked in it, ordered and disjoint.
    ``body``: what lies between ``\begin{document}`` and ``\end{document}``; the whole text of an input file.
    """

    source: SourceText
    code: str
    dead: tuple[Piece, ...]
    body: Span
    is_root: bool

    @property
    def pieces(self) -> Iterator[Piece]:
        """The whole source in pieces, live and dead; their texts joined are the source."""
        done = 0
        for piece in self.dead:
            if done < piece.span.start:
                yield Piece("code", Span(done, piece.span.start))
            yield piece
            done = piece.span.end
        if done < len(self.code):
            yield Piece("code", Span(done, len(self.code)))

    @cached_property
    def comments(self) -> tuple[Span, ...]:
        """From the percent sign to the end of the line, in live text only."""
        return tuple(piece.span for piece in self.dead if piece.kind == "comment")

    @cached_property
    def verbatim(self) -> tuple[Span, ...]:
        """What is typeset as it stands."""
        return tuple(piece.span for piece in self.dead if piece.kind == "verbatim")

    def verbatim_in(self, span: Span) -> tuple[Span, ...]:
        """The verbatim text within a span."""
        first = bisect_left(self.verbatim, span)
        last = bisect_left(self.verbatim, Span(span.end, span.end), first)
        return self.verbatim[first:last]

    @cached_property
    def _partners(self) -> tuple[dict[int, int], dict[int, int]]:
        """Opening braces, and opening brackets, to the offset after their partners; unmatched ones are missing.

        As TeX delimits an optional argument, the first ``]`` of the same group closes every ``[`` before it.
        """
        groups: dict[int, int] = {}
        options: dict[int, int] = {}
        outer: list[tuple[int, list[int]]] = []
        brackets: list[int] = []
        for match in _PAIRED.finditer(self.code):
            if match[0] == "{":
                outer.append((match.start(), brackets))
                brackets = []
            elif match[0] == "}":
                if outer:
                    opened, brackets = outer.pop()
                    groups[opened] = match.end()
            elif match[0] == "[":
                brackets.append(match.start())
            elif match[0] == "]":
                options.update(dict.fromkeys(brackets, match.end()))
                brackets.clear()
        return groups, options

    @property
    def braces(self) -> dict[int, int]:
        """Offset of each opening brace to the offset after its partner; unmatched ones are missing."""
        return self._partners[0]

    @cached_property
    def paragraph_ends(self) -> tuple[int, ...]:
        """Offsets of the line ends before blank lines; a line that holds but a comment is none."""
        blank_lines = _BLANK_LINES if "\r" in self.code else _BLANK_LINES_LF
        return tuple(
            match.start()
            for match in blank_lines.finditer(self.code)
            if self.is_paragraph_end(match.start(), match.end())
        )

    def is_paragraph_end(self, start: int, end: int) -> bool:
        """Whether white space of the code ends a paragraph: not when each line in it is a comment."""
        space = self.source.text[start:end]
        if "%" not in space:
            return True
        lines = _LINE_END.split(space)[1:-1]
        return not lines or not all(line.lstrip().startswith("%") for line in lines)

    def paragraph_end(self, at: int) -> int:
        """The offset at which the paragraph around ``at`` ends."""
        number = bisect_left(self.paragraph_ends, at)
        return self.paragraph_ends[number] if number < len(self.paragraph_ends) else self.body.end

    def is_escaped(self, at: int) -> bool:
        r"""Whether the backslash at ``at`` is the second half of ``\\``."""
        return is_escaped(self.code, at)

    def group_end(self, at: int) -> int:
        """The offset after the group that opens at ``at`` with ``{``, or -1."""
        near = _GROUP.match(self.code, at, at + _NEAR)
        return near.end() if near else self._partners[0].get(at, -1)

    def option_end(self, at: int, close: str = "]") -> int:
        """The offset after the optional argument that opens at ``at``, braces in it respected, or -1."""
        if close != "]":
            return self._prefix_end(at, close)
        near = _OPTION.match(self.code, at, at + _NEAR)
        end = near.end() if near else self._partners[1].get(at, -1)
        if end - at > _LONGEST_OPTION or (_LINE_END.search(self.code, at, end) and self.paragraph_end(at) < end):
            return -1
        return end

    def _prefix_end(self, at: int, close: str) -> int:
        limit = self.code.find(close, at, at + _LONGEST_PREFIX) + 1
        while at < limit:
            char = self.code[at]
            if char == close:
                return at + 1
            at = self.group_end(at) if char == "{" else at + 2 if char == "\\" else at + 1
            if at < 0 or char == "}":
                return -1
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

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """What the source defines, in order; a definition inside another belongs to that one."""
        found: list[Definition] = []
        done = 0
        for match in _DEFINES.finditer(self.code, 0, self.body.end):
            if match.start() < done or self.is_escaped(match.start()):
                continue
            definition = self._definition(match)
            if definition is not None:
                found.append(definition)
                done = definition.span.end
        return tuple(found)

    def _definition(self, match: re.Match[str]) -> Definition | None:
        name = _DEFINED_NAME.match(self.code, match.end())
        if name is None:
            return None
        at, optional = name.end(), frozenset[int]()
        if match["macro"] or (match["environment"] and match["environment"].endswith("newenvironment")):
            options = []
            for opener, inner in self.arguments(at):
                if opener == "{":
                    break
                options.append(inner)
                at = inner.end + 1
            if len(options) > 1:
                # xargs numbers those that have a default: \newcommandx{\a}[2][2=b]{…}
                numbers = _DEFAULTS.findall(self.code, options[1].start, options[1].end) if match["numbered"] else "1"
                optional = frozenset(map(int, numbers))
        elif match["xparse"] or match["environment"]:
            start = self.skip_space(at)
            at = self.group_end(start)
            if at < 0:
                return None
            optional = _optional_arguments(self, Span(start + 1, at - 1))
        else:
            parameters = _PARAMETERS.match(self.code, at)
            at = parameters.end() if parameters else at
        return self._defined(match, name["braced"] or name["bare"], at, optional)

    def _defined(self, match: re.Match[str], name: str, at: int, optional: frozenset[int]) -> Definition | None:
        first = start = self.skip_space(at)
        end = self.group_end(start)
        if end > 0 and match["environment"]:
            start = self.skip_space(end)
            end = max(end, self.group_end(start))
        if end < 0:
            return None
        return Definition(
            name, Span(match.start(), end), Span(first + 1, end - 1), optional, match["environment"] is not None
        )

    @cached_property
    def _definition_starts(self) -> tuple[int, ...]:
        return tuple(definition.span.start for definition in self.definitions)

    def is_in_definition(self, offset: int) -> bool:
        """Whether an offset lies in what the source only defines."""
        number = bisect_right(self._definition_starts, offset) - 1
        return number >= 0 and offset < self.definitions[number].span.end


def _optional_arguments(scan: Scan, types: Span) -> frozenset[int]:
    """The numbers of the arguments that an argument specification of xparse makes optional.

    Source: ``usrguide`` of LaTeX, section "Document commands and environments": only m, r, R and v are mandatory.
    """
    optional: list[int] = []
    number, at = 0, types.start
    while at < types.end:
        char = scan.code[at]
        at = max(scan.group_end(at), at + 1) if char == "{" else at + 1
        if _ARGUMENT_TYPE.match(char):
            number += 1
            if char not in "mrRvb":
                optional.append(number)
    return frozenset(optional)


def is_escaped(text: str, at: int) -> bool:
    r"""Whether an odd number of backslashes stands before an offset, as in ``\%``."""
    start = at
    while start > 0 and text[start - 1] == "\\":
        start -= 1
    return (at - start) % 2 == 1


def scan(source: SourceText, verbatim: Verbatim = NOTHING_MORE) -> Scan:
    """Scan one source; never fails, whatever the text.

    Args:
        source: the text.
        verbatim: what the paper defines as verbatim beyond what LaTeX and its packages do.
    """
    text = source.text
    chunks = []
    if source.path.lower().endswith(_WITH_CHUNKS):
        chunks = [Piece("chunk", span) for span in _chunks(text)]
        text = _blanked(text, chunks)
    dead = _dead_text(text, verbatim)
    code = _blanked(text, dead)
    branches = [Piece("branch", span) for span in _dead_branches(code)]
    code = _blanked(code, branches)
    begin = _BEGIN_DOCUMENT.search(code)
    start = begin.end() if begin else 0
    end = _END_DOCUMENT.search(code, start)
    body = Span(start, end.start() if end else _input_end(code, start))
    tail = Span(end.end() if end else body.end, len(text))
    hidden = [branch for branch in branches if branch.span.end <= tail.start]
    if len(tail):
        code = code[: tail.start] + blank(code[tail.start :])
        hidden.append(Piece("tail", tail))
    return Scan(source, code, _merged(chunks, dead, hidden), body, begin is not None)


def _blanked(text: str, pieces: Iterable[Piece]) -> str:
    """The text with the given ordered, disjoint pieces blanked."""
    kept: list[str] = []
    done = 0
    for piece in pieces:
        start, end = piece.span.start, piece.span.end
        kept += (text[done:start], " " * (end - start) if piece.kind == "comment" else blank(text[start:end]))
        done = end
    return "".join((*kept, text[done:])) if kept else text


def _merged(chunks: Sequence[Piece], dead: Sequence[Piece], hidden: Sequence[Piece]) -> tuple[Piece, ...]:
    """All pieces in order; those that begin within a hidden one are part of it."""
    if not chunks and not hidden:
        return tuple(dead)
    starts = [piece.span.start for piece in hidden]
    seen = list(hidden)
    for piece in (*chunks, *dead):
        number = bisect_right(starts, piece.span.start) - 1
        if number < 0 or hidden[number].span.end <= piece.span.start:
            seen.append(piece)
    return tuple(sorted(seen, key=lambda piece: piece.span))


@lru_cache(maxsize=64)
def _dead_pattern(verbatim: Verbatim) -> re.Pattern[str]:
    environments = (*VERBATIM_ENVIRONMENTS, *sorted(verbatim.environments))
    commands = (*VERBATIM_COMMANDS, *sorted(verbatim.commands))
    short = _SHORT.replace("MARKS", re.escape("".join(sorted(verbatim.marks)))) if verbatim.marks else ""
    pattern = _DEAD.replace("ENVIRONMENTS", "|".join(map(re.escape, environments)))
    return re.compile(pattern.replace("COMMANDS", "|".join(map(re.escape, commands))) + short, re.VERBOSE | re.DOTALL)


def _dead_text(text: str, more: Verbatim) -> list[Piece]:
    """Comments and verbatim text, in order; an environment that never ends is none."""
    pattern = _dead_pattern(more)
    found: list[Piece] = []
    endless: set[str] = set()
    at = 0
    while match := pattern.search(text, at):
        start, at = match.span()
        if start and text[start - 1] == "\\" and is_escaped(text, start):
            at = start + 1
        elif text[start] == "%":
            found.append(Piece("comment", Span(start, at)))
        elif match["braced"] is not None:
            found.append(Piece("verbatim", Span(*match.span("braced"))))
        elif match["environment"] is None:
            found.append(Piece("verbatim", Span(start, at)))
        elif match["environment"] not in endless:
            closing = f"\\end{{{match['environment']}}}"
            end = text.find(closing, at)
            if end < 0:
                endless.add(match["environment"])
            else:
                at = end + len(closing)
                found.append(Piece("verbatim", Span(start, at)))
    return found


def _chunks(text: str) -> Iterator[Span]:
    """Chunks of program code; one that never ends runs to the end of the file, as knitr reads it."""
    start = -1
    for match in _CHUNK_EDGE.finditer(text):
        if start < 0 and match["begin"]:
            start = match.start()
        elif start >= 0 and not match["begin"]:
            yield Span(start, match.end())
            start = -1
    if start >= 0:
        yield Span(start, len(text))


def _input_end(code: str, start: int) -> int:
    r"""The offset after an ``\endinput`` that stands alone and in no conditional, or of the end."""
    if "\\endinput" not in code:
        return len(code)
    depth, at = 0, start
    for end in _END_INPUT.finditer(code, start):
        names = [match["name"] or match["dead"] for match in _CONDITIONAL.finditer(code, at, end.start())]
        depth += sum(-1 if name == "fi" else name not in (None, "else") for name in names)
        at = end.start()
        if depth <= 0:
            return end.end()
    return len(code)


def _dead_branches(code: str) -> Iterator[Span]:
    r"""The text between ``\iffalse`` and its ``\else`` or ``\fi``, outermost only."""
    start, depth = -1, 0
    for match in _CONDITIONAL.finditer(code):
        if start < 0:
            if match["dead"]:
                start, depth = match.end(), 1
        elif match["name"] == "fi":
            depth -= 1
            if depth == 0:
                yield Span(start, match.start())
                start = -1
        elif match["name"] == "else":
            if depth == 1:
                yield Span(start, match.start())
                start = -1
        elif match["name"] or match["dead"]:
            depth += 1
