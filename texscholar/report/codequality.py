"""The Code Quality report of GitLab.

Format: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format. GitLab drops everything behind the
first issue that it finds invalid, and of issues with one fingerprint all but the last.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from texscholar.report.results import results_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from texscholar.report.results import PaperReport, Result
    from texscholar.report.rules import Level

_SEVERITY: Mapping[Level, str] = {"error": "major", "warning": "minor", "note": "info"}


def render_codequality(papers: Sequence[PaperReport]) -> str:
    """An array of issues, empty without findings.

    A fingerprint rests on rule, file, words and how often these came before, so GitLab knows a finding again after its
    sentence has moved.
    """
    return json.dumps([_issue(result) for result in results_of(papers)], ensure_ascii=False, indent=2) + "\n"


def _issue(result: Result) -> dict[str, Any]:
    return {
        "description": result.message,
        "check_name": result.rule.id,
        "fingerprint": result.fingerprint,
        "severity": _SEVERITY[result.rule.level],
        "location": {
            "path": result.name,
            "lines": {"begin": result.start.line, "end": result.end.line},
        },
    }
