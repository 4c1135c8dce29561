r"""A small language for papers in tests: several files in one string, carets under the text that is meant.

A line ``%! main.tex`` opens a file; a line of carets marks the text above it, and may say in a word what it is::

    %! main.tex
    A claim \cite{?}.
                  ^ placeholder
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

from texscholar.latex import Project, TexFile, read_project
from texscholar.source import SourceText, Span

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILE = re.compile(r"%! (?P<path>\S+)")
_CARETS = re.compile(r" *(?P<carets>\^+)(?: (?P<label>.*))?")


@dataclass(frozen=True, slots=True)
class Range:
    """What a line of carets marks."""

    path: str
    span: Span
    label: str = ""


@dataclass(frozen=True)
class Fixture:
    """Files by their names, and the ranges marked in them."""

    files: Mapping[str, str]
    ranges: tuple[Range, ...]

    def read(self, path: str) -> SourceText | None:
        """A file of the fixture, as a project's reader gives it."""
        return SourceText(path, self.files[path]) if path in self.files else None

    @property
    def project(self) -> Project:
        """The paper whose root is the first file."""
        return read_project(next(iter(self.files)), self.read)

    @property
    def main(self) -> TexFile:
        """The root file."""
        return self.project.files[0]

    @property
    def spans(self) -> list[Span]:
        """The marked spans, in order."""
        return [each.span for each in self.ranges]


def fixture(text: str, newline: str = "\n") -> Fixture:
    """The files and ranges of a text; files end their lines with ``newline``."""
    files: dict[str, str] = {}
    ranges: list[Range] = []
    path, line_start = "main.tex", 0
    for line in dedent(text).removeprefix("\n").splitlines():
        if opened := _FILE.fullmatch(line):
            path = opened["path"]
            files[path] = ""
        elif marked := _CARETS.fullmatch(line):
            span = Span(line_start + marked.start("carets"), line_start + marked.end("carets"))
            ranges.append(Range(path, span, marked["label"] or ""))
        else:
            line_start = len(files.setdefault(path, ""))
            files[path] += line + newline
    return Fixture(files, tuple(ranges))


def main(text: str, path: str = "main.tex") -> TexFile:
    """One file as a paper of its own."""
    return Fixture({path: text}, ()).main
