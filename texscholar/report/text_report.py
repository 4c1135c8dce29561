"""Compiler-style lines for people and editors: ``path:line:column: rule: message``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texscholar.recommend import contributions
from texscholar.report.results import message_of, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from texscholar.recommend import Finding
    from texscholar.suggest import Suggestion

_MOST_REASONS = 6


def render_text(
    findings: Iterable[Finding],
    suggestions: Iterable[Suggestion],
    shown: Callable[[str], str],
    *,
    explain: bool = False,
) -> str:
    """One line a finding, with what is proposed for it; empty without findings.

    ``explain`` adds a line on what speaks for the first candidate, in log-odds.
    """
    proposed: Mapping[int, Suggestion] = {id(suggestion.finding): suggestion for suggestion in suggestions}
    lines = []
    for finding in findings:
        suggestion = proposed.get(id(finding))
        lines.append(_line(finding, suggestion, shown))
        if explain and suggestion is not None and suggestion.proposals:
            lines.append(_reasons(suggestion))
    return "".join(lines)


def _reasons(suggestion: Suggestion) -> str:
    parts = contributions(suggestion.proposals[0].candidate.features)[:_MOST_REASONS]
    return f"    because: {', '.join(f'{name} {part:+.2f}' for name, part in parts)}\n" if parts else ""


def _line(finding: Finding, suggestion: Suggestion | None, shown: Callable[[str], str]) -> str:
    position = finding.source.position(finding.span.start)
    where = f"{printable(shown(finding.source.path))}:{position.line}:{position.column}"
    return f"{where}: {finding.rule}: {message_of(finding, suggestion)}\n"
