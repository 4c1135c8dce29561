"""Checkstyle's XML, which many tools of CI read.

It has no published schema: element and attribute names are those that Checkstyle's own XMLLogger writes,
https://checkstyle.org/apidocs/com/puppycrawl/tools/checkstyle/XMLLogger.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from texscholar.report.results import results_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from texscholar.report.results import PaperReport, Result
    from texscholar.report.rules import Level

_SEVERITY: Mapping[Level, str] = {"error": "error", "warning": "warning", "note": "info"}
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)
_FORBIDDEN = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_checkstyle(papers: Sequence[PaperReport]) -> str:
    """One element a file, in the order of their names; columns are characters from 1."""
    by_path: dict[str, list[Result]] = {}
    for result in results_of(papers):
        by_path.setdefault(result.name, []).append(result)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<checkstyle version="8.36">']
    for path, results in sorted(by_path.items()):
        lines += [f"  <file name={_quoted(path)}>", *map(_error, results), "  </file>"]
    return "\n".join((*lines, "</checkstyle>\n"))


def _error(result: Result) -> str:
    attributes = {
        "line": str(result.start.line),
        "column": str(result.start.column),
        "severity": _SEVERITY[result.rule.level],
        "message": result.message,
        "source": f"texscholar.{result.rule.id}",
    }
    return f"    <error {' '.join(f'{name}={_quoted(value)}' for name, value in attributes.items())}/>"


def _quoted(text: str) -> str:
    """Text as the value of an attribute; what XML 1.0 has no way to write (section 2.2) becomes a question mark."""
    return f'"{_FORBIDDEN.sub("?", text).translate(_ESCAPES)}"'
