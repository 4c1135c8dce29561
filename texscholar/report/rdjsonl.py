"""The Reviewdog Diagnostic Format as JSON lines, with suggestions that a reviewer accepts with a click.

Format: https://github.com/reviewdog/reviewdog/blob/master/proto/rdf/reviewdog.proto. Where reviewdog does less than
its format says, the stricter reading holds; that was read in its source, version 0.21.
"""

from __future__ import annotations

import codecs
import json
from typing import TYPE_CHECKING, Any

from texscholar.report.markdown import code, fence, inert
from texscholar.report.results import printable, proposal_of, results_of, sentence_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from texscholar.report.results import PaperReport, Result
    from texscholar.report.rules import Level
    from texscholar.source import SourceText
    from texscholar.suggest import FileChange

_SEVERITY: dict[Level, str] = {"error": "ERROR", "warning": "WARNING", "note": "INFO"}
_LONGEST = 60_000  # bytes: at a line of 64 KiB reviewdog stops reading, without a word


def render_rdjsonl(papers: Sequence[PaperReport]) -> str:
    """One diagnostic a line; nothing without findings.

    Columns are bytes of UTF-8 from 1, ends are exclusive, lines end in a line feed as they do for git. A suggestion
    gives whole lines, since for GitLab reviewdog leaves columns out of account. It can only change the file of its
    diagnostic, so what goes into the bibliography stands in the message.
    """
    return "".join(_line(result) for result in results_of(papers))


def _line(result: Result) -> str:
    """The diagnostic with as much as a line can hold."""
    here, elsewhere = _parted(result)
    suggestions = [suggestion for change in here for suggestion in _suggestions(change)]
    message, entries = _message(result), _entries(elsewhere)
    fullest = _dumped(result, message + entries, suggestions)
    if len(fullest.encode("utf-8", "replace")) <= _LONGEST:
        return fullest
    short = _dumped(result, message, suggestions)
    return short if len(short.encode("utf-8", "replace")) <= _LONGEST else _dumped(result, message, [])


def _dumped(result: Result, message: str, suggestions: Sequence[dict[str, Any]]) -> str:
    source, span = result.finding.source, result.finding.span
    diagnostic = {
        "message": message,
        "location": {
            "path": result.name,
            "range": {"start": _position(source, span.start), "end": _position(source, span.end)},
        },
        "severity": _SEVERITY[result.rule.level],
        "source": {"name": "texscholar"},
        "code": {"value": result.rule.id},
        **({"suggestions": suggestions} if suggestions else {}),
    }
    return json.dumps(diagnostic, ensure_ascii=False) + "\n"


def _parted(result: Result) -> tuple[list[FileChange], list[FileChange]]:
    """The changes to the file of the finding, and those to others."""
    here = [change for change in result.changes if change.path == result.path]
    return here, [change for change in result.changes if change.path != result.path]


def _message(result: Result) -> str:
    """Markdown: reviewdog posts it as a comment."""
    parts = (code(each) for each in (sentence_of(result.finding), proposal_of(result.suggestion)) if each)
    return ": ".join((inert(printable(result.finding.message)), *parts))


def _entries(changes: Sequence[FileChange]) -> str:
    """What other files need, to be copied from the comment."""
    blocks = []
    for change in changes:
        for edit in sorted(change.edits):
            text = "\n".join(edit.text.strip("\r\n").splitlines())
            marks = fence(text)
            blocks.append(f"\n\nThis goes into {code(printable(change.path))}:\n\n{marks}bibtex\n{text}\n{marks}")
    return "".join(blocks)


def _suggestions(change: FileChange) -> list[dict[str, Any]]:
    """All edits to a file as one replacement of whole lines; none where the lines are not what reviewdog reads.

    It reads the bytes of the file as UTF-8, and a byte order mark as text of the first line.
    """
    source, edits = change.source, sorted(change.edits)
    text = source.text
    start = text.rfind("\n", 0, edits[0].span.start) + 1
    last = max(edit.span.end for edit in edits)
    end = text.find("\n", last)
    end = len(text) if end < 0 else end
    if last < end and text[end - 1] == "\r":
        end -= 1
    old = text[start:end]
    grown = len(change.new_text) - len(text)
    new = change.new_text[start : end + grown]
    if (source.bom and start == 0) or not _is_utf8(old, source) or not _is_utf8(new, source):
        return []
    lines = {"start": {"line": _lines_before(text, start)}, "end": {"line": _lines_before(text, last)}}
    return [{"range": lines, "text": new}]


def _is_utf8(text: str, source: SourceText) -> bool:
    """Whether the bytes of a part of a file are those that it would have in UTF-8."""
    return text.encode(source.encoding) == text.encode("utf-8", "surrogatepass")


def _position(source: SourceText, offset: int) -> dict[str, int]:
    start = source.text.rfind("\n", 0, offset) + 1
    mark = len(source.bom) if start == 0 and source.bom == codecs.BOM_UTF8 else 0
    before = source.text[start:offset].encode("utf-8", "surrogatepass")
    return {"line": _lines_before(source.text, offset), "column": 1 + mark + len(before)}


def _lines_before(text: str, offset: int) -> int:
    """The number of the line, from 1, that a place is in."""
    return 1 + text.count("\n", 0, offset)
