"""The title a paper gives itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from texscholar.bibtex import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from texscholar.latex import Project
    from texscholar.latex.scan import Scan

_TITLE = re.compile(r"\\(?:icml|Short)?title(?![A-Za-z@])\s*(?:\[[^\]]*\])?\s*(?=\{)")
_NOTE = re.compile(r"\\(?:thanks|footnote|footnotemark|titlenote|tnoteref|inst|label)\b")


def paper_title(project: Project) -> str:
    """The argument of the first title command as plain text, the root file first; empty without one."""
    files = sorted(project.files, key=lambda file: file.path != project.root)
    return next((title for file in files for title in _titles(file.scan) if title), "")


def _titles(scan: Scan) -> Iterator[str]:
    for match in _TITLE.finditer(scan.code):
        end = scan.group_end(match.end())
        if end > 0:
            yield plain(_without_notes(scan, match.end() + 1, end - 1))


def _without_notes(scan: Scan, start: int, end: int) -> str:
    """A stretch of code without its notes to the title."""
    pieces: list[str] = []
    for note in _NOTE.finditer(scan.code, start, end):
        if note.start() < start:
            continue
        pieces.append(scan.code[start : note.start()])
        start = next((inner.end + 1 for opener, inner in scan.arguments(note.end()) if opener == "{"), note.end())
    return "".join((*pieces, scan.code[start:end]))
