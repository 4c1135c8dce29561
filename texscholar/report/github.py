"""GitHub Actions: workflow commands that become annotations, and the job summary in Markdown.

Format: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands; how values are escaped is
read in the runner (``src/Runner.Common/ActionCommand.cs``), which takes the escapes back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from texscholar.report.markdown import cell
from texscholar.report.results import printable, proposal_of, results_of, sentence_of
from texscholar.report.rules import LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from texscholar.report.results import PaperReport, Result
    from texscholar.report.rules import Level

MOST_OF_A_KIND = 10  # annotations of one kind that GitHub shows for a step; 50 for a job
LARGEST_SUMMARY = 128 * 1024  # bytes of a step's summary: GitHub takes 1 MiB now, older runners no more than this
_COMMAND: Mapping[Level, str] = {"error": "error", "warning": "warning", "note": "notice"}
_MOST_SKIPPED = 20


def render_github(papers: Sequence[PaperReport]) -> str:
    """A line for each finding that GitHub shows, in the order given, then the others as plain lines of the log.

    Of each kind the surest ten are shown. Where there are more, a last annotation says how many, and takes the place of
    a notice.
    """
    results = results_of(papers)
    shown = _shown(results, MOST_OF_A_KIND)
    if len(shown) < len(results):
        shown = _shown(results, MOST_OF_A_KIND, notices=MOST_OF_A_KIND - 1)
    lines = [_annotation(result) for number, result in enumerate(results) if number in shown]
    left = [result for number, result in enumerate(results) if number not in shown]
    if left:
        more = f"{len(left)} more finding{'s' if len(left) > 1 else ''}"
        told = f"GitHub shows only so many of a step; the log has {more}"
        lines += [_command("notice", {"title": "texscholar"}, told), _command("group", {}, more)]
        lines += [_log_line(result) for result in left]
        lines.append(_command("endgroup", {}, ""))
    return "".join(f"{line}\n" for line in lines)


def _shown(results: Sequence[Result], most: int, *, notices: int | None = None) -> frozenset[int]:
    """The numbers of the results that become annotations: of each level the surest, the first among equals."""
    shown: set[int] = set()
    for level in LEVELS:
        numbers = [number for number, result in enumerate(results) if result.rule.level == level]
        numbers.sort(key=lambda number: -_confidence(results[number]))
        shown.update(numbers[: notices if notices is not None and level == "note" else most])
    return frozenset(shown)


def _confidence(result: Result) -> float:
    return result.suggestion.confidence if result.suggestion else 0.0


def _annotation(result: Result) -> str:
    """Columns are characters from 1; GitHub takes them only where a finding begins and ends on one line."""
    start, end = result.start, result.end
    place = {"file": result.name, "line": start.line}
    place |= {"col": start.column, "endColumn": end.column} if start.line == end.line else {"endLine": end.line}
    return _command(_COMMAND[result.rule.level], {**place, "title": result.rule.id}, result.message)


def _command(name: str, properties: Mapping[str, object], text: str) -> str:
    told = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{name}{' ' if told else ''}{told}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _log_line(result: Result) -> str:
    """A line that is no command: those begin with two colons, or hold ``##[``."""
    told = f"- {printable(result.path)}:{result.start.line}:{result.start.column}: {result.rule.id}: {result.message}"
    return told.replace("##[", "# #[")


def render_summary(papers: Sequence[PaperReport], room: int = LARGEST_SUMMARY) -> str:
    """The job summary: how much of what, then a table of all findings; no longer than ``room`` bytes."""
    results = results_of(papers)
    skipped = [printable(str(each)) for paper in papers for each in paper.skipped]
    head = f"### texscholar\n\n{_counts(results)}\n"
    parts = [head, *_skipped_lines(skipped)]
    if results:
        parts.append("\n| place | rule | what | proposed |\n|---|---|---|---|\n")
    # The largest note on what is left out must fit in any case.
    left = room - len("".join(parts).encode()) - len(_left_out(len(results)).encode())
    for number, result in enumerate(results):
        row = _row(result)
        left -= len(row.encode())
        if left < 0:
            parts.append(_left_out(len(results) - number))
            break
        parts.append(row)
    told = "".join(parts)
    return told if len(told.encode()) <= room else ""


def _counts(results: Sequence[Result]) -> str:
    levels = [result.rule.level for result in results]
    told = [
        f"{levels.count(level)} {level}{'s' if levels.count(level) > 1 else ''}" for level in LEVELS if level in levels
    ]
    return f"{', '.join(told)}. `texscholar fill` makes a patch of what is ready." if told else "Nothing found."


def _skipped_lines(skipped: Sequence[str]) -> list[str]:
    lines = [f"- skipped: {cell(each)}\n" for each in skipped[:_MOST_SKIPPED]]
    if len(skipped) > _MOST_SKIPPED:
        lines.append(f"- skipped: {len(skipped) - _MOST_SKIPPED} more\n")
    return ["\n", *lines] if lines else []


def _row(result: Result) -> str:
    place = f"{printable(result.path)}:{result.start.line}:{result.start.column}"
    what = printable(result.finding.message)
    sentence = sentence_of(result.finding)
    told = f"{cell(what)}: {cell(sentence)}" if sentence else cell(what)
    proposal = proposal_of(result.suggestion)
    return f"| {cell(place)} | {result.rule.id} | {told} | {cell(proposal) if proposal else ''} |\n"


def _left_out(number: int) -> str:
    return f"\n{number} more, for which there is no room here.\n"
