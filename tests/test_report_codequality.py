"""GitLab's Code Quality report: the rules of its documentation and of the schema that GitLab itself applies.

No package carries that schema (``app/validators/json_schemas/codeclimate.json`` of GitLab), so it is written down here
again, with what the documentation asks for on top: https://docs.gitlab.com/ci/testing/code_quality/.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from fixtures_reports import BODY, FACTS, PAPERS, hostile, report
from texscholar.recommend import DUPLICATE, MISSING, MISSING_INPUT, Finding
from texscholar.report.codequality import render_codequality
from texscholar.report.results import PaperReport
from texscholar.source import SourceText, Span

STRING = {"type": "string", "minLength": 1}
LINE = {"type": "integer", "minimum": 1}
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string"},
            "check_name": STRING,
            "fingerprint": STRING,
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {**STRING, "not": {"pattern": r"^(\./|/)"}},
                    "lines": {"type": "object", "required": ["begin"], "properties": {"begin": LINE, "end": LINE}},
                },
            },
        },
        "additionalProperties": False,
    },
}


def read(*papers: PaperReport) -> list[dict[str, Any]]:
    """The issues, found valid, no two with one fingerprint."""
    issues = json.loads(render_codequality(papers).encode("utf-8"))
    Draft202012Validator(SCHEMA).validate(issues)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    return list(issues)


def paper(text: str, *spans: Span, path: str = "a.tex") -> PaperReport:
    source = SourceText(path, text)
    return PaperReport([Finding(MISSING, source, span, "m") for span in spans], (), (), FACTS, str)


def test_nothing_to_say() -> None:
    """Without findings the array is empty, so that GitLab shows old ones as resolved."""
    assert render_codequality([PaperReport((), (), (), FACTS, str)]) == "[]\n"


def test_golden() -> None:
    """One issue, as it is written."""
    assert render_codequality([paper("one\ntwo three\n", Span(4, 13), path="s/ü b.tex")]) == (
        "[\n  {\n"
        '    "description": "m",\n'
        '    "check_name": "missing-citation",\n'
        '    "fingerprint": "adf8d49b702ddd86baa03121f0e3de24",\n'
        '    "severity": "info",\n'
        '    "location": {\n'
        '      "path": "s/ü b.tex",\n'
        '      "lines": {\n'
        '        "begin": 2,\n'
        '        "end": 2\n'
        "      }\n    }\n  }\n]\n"
    )


@pytest.mark.parametrize(("rule", "severity"), [(MISSING, "info"), (DUPLICATE, "minor"), (MISSING_INPUT, "major")])
def test_severities(rule: str, severity: str) -> None:
    """An error is a major issue; critical and blocker are for harm that no paper does."""
    (issue,) = read(PaperReport((Finding(rule, SourceText("a.tex", "x"), Span(0, 1), "m"),), (), (), FACTS, str))
    assert issue["severity"] == severity


def test_fingerprints_stay_where_sentences_move() -> None:
    """Lines that come before, and a sentence that is wrapped elsewhere, leave a finding the same."""
    old = paper("Grass is green.\n", Span(0, 15))
    moved = paper("% new\n\nGrass\n  is green.\n", Span(7, 24))
    assert read(old)[0]["fingerprint"] == read(moved)[0]["fingerprint"]
    lines = [issue["location"]["lines"]["begin"] for issue in (*read(old), *read(moved))]
    assert lines == [1, 3]


@pytest.mark.parametrize(
    "other", [paper("Grass is brown.\n", Span(0, 15)), paper("Grass is green.\n", Span(0, 15), path="b.tex")]
)
def test_fingerprints_tell_findings_apart(other: PaperReport) -> None:
    """Other words, and the same words in another file, are another finding."""
    assert read(paper("Grass is green.\n", Span(0, 15)))[0]["fingerprint"] != read(other)[0]["fingerprint"]


def test_the_same_words_twice() -> None:
    """A sentence that stands twice is two issues: GitLab keeps one of each fingerprint."""
    assert len(read(paper("Yes. Yes.", Span(0, 4), Span(5, 9)))) == 2


def test_several_papers_are_one_array() -> None:
    """The findings of real papers, told together."""
    one, two = (report(PAPERS["utf-8"], prefix=prefix) for prefix in ("one/", "two/"))
    assert len(read(one, two)) == len(one.findings) + len(two.findings)
    assert BODY


@given(hostile())
def test_anything_is_valid(given_: PaperReport) -> None:
    """Whatever papers, records and file names hold, the report is valid and has all findings."""
    issues = json.loads(render_codequality([given_]).encode("utf-8"))
    assert len(issues) == len(given_.findings)
    assert all(len(issue["fingerprint"]) == 32 for issue in issues)
