"""What one source reads: the files it inputs and the bibliographies it names, as they are written there."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from texscholar.latex.scan import Definition, Scan
from texscholar.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

TEX_SUFFIXES = (".tex", ".ltx", ".latex", ".rnw", ".snw", ".rtex")
KNITTED = (".Rnw", ".rnw", ".Snw", ".snw")

_BRACED = r"\{{(?P<{}>[^{{}}]*+(?:\{{[^{{}}]*+\}}[^{{}}]*+)*+)\}}"  # one group may stand in it
_OPTION = r"(?:\[[^\]]{0,400}\]\s*+)?"
# The set that LaTeX Workshop follows, and \@input of LaTeX itself; \markdownInput reads what is no TeX.
_INPUT = re.compile(
    r"\\(?P<command>@{0,2}input|include(?:standalone)?|subfile(?:include)?|InputIfFileExists|(?:sub)?import"
    r"|(?:sub)?(?:input|include)from|SweaveInput|loadglsentries)\*?(?![A-Za-z@])\s*+"
    rf"{_OPTION}(?:{_BRACED.format('first')}(?:\s*+{_BRACED.format('second')})?"
    r"|(?P<bare>\"[^\"\r\n]*+\"|(?:[^\s{}\\%]|\\[A-Za-z@]++)++))"
)
_TWO_ARGUMENTS = frozenset(("import", "subimport", "inputfrom", "subinputfrom", "includefrom", "subincludefrom"))
_TAKES_BARE = frozenset(("input", "@input", "@@input"))
# \documentstyle is that of LaTeX 2.09.
_DOCUMENT_CLASS = re.compile(
    r"\\document(?:class|style)(?![A-Za-z@])\s*+(?:\[(?P<options>[^\]]{0,4000})\])?\s*+(?:\{(?P<name>[^{}]*)\})?"
)
# With the commands of multibib (\bibliographysec); refsections of biblatex, units of bibunits and bibtopic.
_BIBLIOGRAPHY = re.compile(
    r"\\(?:(?:bibliography(?!style|unit|name|preamble|cite|type|list|section|font)[A-Za-z@]*|addbibresource|addglobalbib"
    rf"|addsectionbib|nobibliography|defaultbibliography)\*?(?![A-Za-z@])\s*+{_OPTION}{_BRACED.format('names')}"
    r"|(?:begin\s*+\{refsection\}|newrefsection|putbib)(?![A-Za-z@])\s*+\[(?P<option>[^\]]{0,400})\]"
    rf"|begin\s*+\{{btSect\}}\s*+{_OPTION}{_BRACED.format('unit')})"
)
# What most papers never need stays text: re compiles it when it is first used, and keeps it.
_MACRO = r"\\(?P<name>[A-Za-z@]+)[ \t]*"
_HANDED_ON = r"\\(?:subfix|detokenize)\s*\{([^{}]*)\}"
_ENDS_NAME = r"(?s)\\(?:relax|unskip|ignorespaces)(?![A-Za-z@]).*"
_LET = r"\\let\s*\\[A-Za-z@]+\s*=?\s*\Z"
_PARAMETER = r"#(\d)"
_LET_WITHIN = 80  # characters
_DEEPEST = 10  # macros within macros
_LONGEST_NAME = 1000  # characters
_LONGEST_STRING = 200  # characters; the body of a macro that stands for a name or a part of one
_CHILD_CHUNK = (
    r"(?m)^<<[^\r\n]*?child\s*=\s*(?:c\(\s*)?(?P<names>[\"'][^\"'\r\n]+[\"'](?:\s*,\s*[\"'][^\"'\r\n]+[\"'])*)"
)
_QUOTED = r"[\"']([^\"'\r\n]+)[\"']"
_WRITES = r"(?s)\\begin\s*\{filecontents\*?\}\s*(?:\[[^\]]*\])?\s*\{(?P<name>[^{}]+)\}(?P<rest>.*)"
_TEST = r"\\(?:@?[iI]f|InputIf)[A-Za-z@]*"
_CONDITIONAL = (
    r"\\(?:newif\s*\\[A-Za-z@]+|let\s*\\[A-Za-z@]+\s*=?\s*\\[A-Za-z@]+|(?P<opens>if[A-Za-z@]*(?![A-Za-z@]|\s*\{))"
    r"|(?P<closes>fi(?![A-Za-z@])))"
)
_ABSTRACT = r"\\begin\s*\{abstract\}(?:[^\\]++|\\(?!(?:begin|end)\s*\{abstract\}))*+"


@dataclass(frozen=True, slots=True)
class Input:
    """A command that reads a file.

    ``name`` is what stands in its argument, at ``span``; ``directory`` is the first argument of the import family.
    """

    command: str
    at: int
    name: str
    span: Span
    directory: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """A bibliography that a source names, as it is written."""

    at: int
    name: str


Statement = Input | Named


@dataclass(frozen=True)
class Reads:
    """A scanned source with what it reads, each part worked out when it is first asked for."""

    scan: Scan

    @cached_property
    def _all(self) -> tuple[Statement, ...]:
        code, end = self.scan.code, self.scan.body.end
        named = _named(self.scan) if "bib" in code or "refsection" in code or "btSect" in code else ()
        found = (*_inputs(self.scan), *_child_chunks(self.scan), *named)
        return tuple(sorted((each for each in found if each.at < end), key=place))

    @cached_property
    def statements(self) -> tuple[Statement | Definition, ...]:
        """What is read and defined, in order; what a definition would read when it is called is left out."""
        outside = [each for each in self._all if not self.scan.is_in_definition(each.at)]
        return tuple(sorted((*outside, *self.scan.definitions), key=place))

    def within(self, definition: Definition) -> tuple[Statement, ...]:
        """What a call of a macro reads; ``#1`` stands for an argument in a name."""
        first, last = (bisect_left(self._all, at, key=place) for at in (definition.span.start, definition.span.end))
        return self._all[first:last]

    def calls(self, macros: Mapping[str, tuple[Definition, tuple[Statement, ...]]], start: int) -> Iterator[Statement]:
        """What the calls of some macros behind an offset read, in order."""
        if not macros:
            return
        names = "|".join(sorted(map(re.escape, macros), key=len, reverse=True))
        code = self.scan.code
        for match in re.compile(rf"\\(?P<name>{names})(?![A-Za-z@])").finditer(code, start, self.scan.body.end):
            if self.scan.is_escaped(match.start()) or self.scan.is_in_definition(match.start()):
                continue
            definition, statements = macros[match["name"]]
            given = self._arguments(match.end(), definition)
            yield from (_called(each, given, code, Span(*match.span())) for each in statements)

    def _arguments(self, at: int, definition: Definition) -> dict[str, Span]:
        """The mandatory arguments of a call, by the digits that stand for them."""
        numbers = (str(number) for number in range(1, 10) if number not in definition.optional)
        groups = (inner for opener, inner in self.scan.arguments(at) if opener == "{")
        return dict(zip(numbers, groups, strict=False))

    @cached_property
    def document_class(self) -> tuple[str, str] | None:
        r"""Name and options of the live ``\documentclass``, or None."""
        match = _DOCUMENT_CLASS.search(self.scan.code) if "\\document" in self.scan.code else None
        return ((match["name"] or "").strip(), (match["options"] or "").strip()) if match else None

    @property
    def is_subfile(self) -> bool:
        """Whether it can be set alone though it is part of another document, by the package subfiles."""
        return self.document_class is not None and self.document_class[0] == "subfiles"

    @cached_property
    def written(self) -> Mapping[str, str]:
        """The files that ``filecontents`` environments write, by name, with their contents."""
        source = self.scan.source
        if "{filecontents" not in source.text:
            return {}
        matches = (re.compile(_WRITES).match(source.slice(span)) for span in self.scan.verbatim)
        return {match["name"].strip(): match["rest"] for match in matches if match}

    def is_conditional(self, at: int) -> bool:
        r"""Whether what stands at an offset may never be read: in ``\if…\fi`` or in an argument of a test."""
        starts, ends = self._conditionals
        number = bisect_right(starts, at)
        return number > 0 and ends[number - 1] > at

    @cached_property
    def _conditionals(self) -> tuple[list[int], list[int]]:
        """Where conditional stretches begin, and how far those that have begun reach."""
        scan, code = self.scan, self.scan.code
        found = [
            (match.start(), max((inner.end for _, inner in scan.arguments(match.end())), default=0))
            for match in re.compile(_TEST).finditer(code)
        ]
        opened: list[int] = []
        for match in re.compile(_CONDITIONAL).finditer(code):
            if match["opens"]:
                opened.append(match.start())
            elif match["closes"] and opened:
                found.append((opened.pop(), match.end()))
        found += ((start, len(code)) for start in opened)
        found.sort()
        return [start for start, _ in found], list(accumulate((end for _, end in found), max))

    def is_abstract(self, at: int) -> bool:
        """Whether an offset lies between the begin and the end of an abstract."""
        number = bisect_right(self._abstracts, at, key=lambda span: span.start)
        return number > 0 and at < self._abstracts[number - 1].end

    @cached_property
    def _abstracts(self) -> tuple[Span, ...]:
        return tuple(Span(*match.span()) for match in re.compile(_ABSTRACT).finditer(self.scan.code))


def place(statement: Statement | Definition) -> int:
    """The offset at which something is read or defined."""
    return statement.span.start if isinstance(statement, Definition) else statement.at


def _inputs(scan: Scan) -> Iterator[Input]:
    code = scan.code
    for match in _INPUT.finditer(code, 0, scan.body.end):
        command, at = match["command"], match.start()
        group = "bare" if match["bare"] is not None else "second" if command in _TWO_ARGUMENTS else "first"
        if not (match[group] or "").strip() or (group == "bare" and command not in _TAKES_BARE):
            continue
        before = max(0, at - _LET_WITHIN)
        if scan.is_escaped(at) or ("\\let" in code[before:at] and re.compile(_LET).search(code, before, at)):
            continue
        directory = match["first"].strip() if group == "second" else ""
        yield Input(command, at, match[group].strip(), _stripped(code, *match.span(group)), directory)


def _stripped(code: str, start: int, end: int) -> Span:
    """A span without the white space at its edges."""
    piece = code[start:end]
    start += len(piece) - len(piece.lstrip())
    return Span(start, start + len(piece.strip()))


def _child_chunks(scan: Scan) -> Iterator[Input]:
    """Child documents of knitr (https://yihui.org/knitr/demo/child/), which chunk options name."""
    if not scan.source.path.lower().endswith((".rnw", ".snw", ".rtex")):
        return
    for match in re.compile(_CHILD_CHUNK).finditer(scan.source.text):
        for name in re.compile(_QUOTED).finditer(scan.source.text, *match.span("names")):
            yield Input("SweaveInput", match.start(), name[1], Span(*name.span(1)))


def _named(scan: Scan) -> Iterator[Named]:
    for match in _BIBLIOGRAPHY.finditer(scan.code, 0, scan.body.end):
        if scan.is_escaped(match.start()):
            continue
        names = next(name for name in (match["names"], match["option"], match["unit"]) if name is not None)
        yield from (Named(match.start(), name.strip()) for name in names.split(",") if name.strip())


def _called(statement: Statement, given: Mapping[str, Span], code: str, call: Span) -> Statement:
    """What a call reads: the arguments in place of their numbers; its place is that of the last of them."""

    def filled(text: str) -> str:
        return re.compile(_PARAMETER).sub(lambda number: _slice(code, given.get(number[1])) or number[0], text)

    if isinstance(statement, Named):
        return Named(call.start, filled(statement.name))
    used = [given[number] for number in re.compile(_PARAMETER).findall(statement.name) if number in given]
    span = _stripped(code, used[-1].start, used[-1].end) if used else call
    return replace(
        statement, at=call.start, name=filled(statement.name), directory=filled(statement.directory), span=span
    )


def _slice(code: str, span: Span | None) -> str:
    return "" if span is None else code[span.start : span.end].strip()


def string_of(definition: Definition, code: str) -> str | None:
    """What a macro without arguments stands for, where that may be a part of a file's name."""
    body = code[definition.body.start : definition.body.end].strip()
    plain = 0 < len(body) <= _LONGEST_STRING and not any(mark in body for mark in "#{}\r\n")
    return body if plain else None


def expanded(name: str, strings: Mapping[str, str]) -> str:
    """A file's name with the macros in it replaced; empty where something remains that only TeX can tell."""
    for _ in range(_DEEPEST):
        if "\\" not in name or len(name) > _LONGEST_NAME:
            break
        name = re.compile(_HANDED_ON).sub(r"\1", name)
        name = re.compile(_MACRO).sub(lambda macro: strings.get(macro["name"], macro[0]), name)
    name = re.compile(_ENDS_NAME).sub("", name) if "\\" in name else name
    name = " ".join(name.replace('"', "").replace("{", "").replace("}", "").split())
    unknown = any(mark in name for mark in "\\#|*") or "://" in name or len(name) > _LONGEST_NAME
    return "" if unknown else name


def directories_of(body: str) -> Iterable[str]:
    r"""The directories in the definition of ``\input@path``."""
    return (name.strip() for name in re.findall(r"\{([^{}\\#]*)\}", body))


def joined(folder: str, name: str) -> str:
    """The path of a file that is named as seen from a folder."""
    return posixpath.normpath(posixpath.join(folder, name))
