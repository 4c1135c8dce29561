"""rdjsonl: the rules of its definition, positions in bytes, and suggestions applied by a reader of its own.

reviewdog publishes its format as Protocol Buffers and ships no package that a test could install, so the rules are
written down here again, from https://github.com/reviewdog/reviewdog/blob/master/proto/rdf/reviewdog.proto.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from fixtures_reports import BODY, FACTS, PAPERS, hostile, report
from texscholar.bibtex import Work
from texscholar.recommend import DUPLICATE, MISSING, MISSING_INPUT, RULES, Candidate, Candidature, Finding
from texscholar.report.rdjsonl import render_rdjsonl
from texscholar.report.results import PaperReport
from texscholar.source import Edit, SourceText, Span, decode
from texscholar.suggest import CITATION, FileChange, Fix, Proposal, Suggestion

FIELDS = {"message": str, "location": dict, "severity": str, "source": dict, "code": dict, "suggestions": list}
SCANNED = 64 * 1024  # bytes: where Go's bufio.Scanner, with which reviewdog reads, gives up


def read(*papers: PaperReport) -> list[dict[str, Any]]:
    """The diagnostics, each found to keep the rules of the format."""
    data = render_rdjsonl(papers).encode("utf-8")
    lines = data.split(b"\n")
    assert lines.pop() == b""
    assert all(len(line) < SCANNED for line in lines)
    diagnostics = [dict(json.loads(line)) for line in lines]
    for each in diagnostics:
        assert each.keys() <= FIELDS.keys()
        assert {"message", "location", "severity"} <= each.keys()
        assert all(isinstance(value, FIELDS[name]) for name, value in each.items())
        assert each["severity"] in ("ERROR", "WARNING", "INFO")
        assert each["code"].keys() == {"value"}
        assert each["location"].keys() == {"path", "range"}
        keep_order(each["location"]["range"])
        for suggestion in each.get("suggestions", []):
            assert suggestion.keys() == {"range", "text"}
            assert isinstance(suggestion["text"], str)
            keep_order(suggestion["range"])
    return diagnostics


def keep_order(range_: dict[str, dict[str, int]]) -> None:
    """A range has a start and an end that counts from 1 and does not come before it."""
    start, end = range_["start"], range_["end"]
    assert all(type(number) is int and number >= 1 for place in (start, end) for number in place.values())
    assert start.keys() == end.keys()
    assert start.keys() <= {"line", "column"}
    assert (start["line"], start.get("column", 0)) <= (end["line"], end.get("column", 0))


def test_nothing_to_say() -> None:
    """Without findings there is no line."""
    assert render_rdjsonl(()) == render_rdjsonl([PaperReport((), (), (), FACTS, str)]) == ""


def test_golden() -> None:
    """One finding with its suggestion and what goes into the bibliography, as it is written."""
    source = SourceText("a.tex", "First.\nGrüße 🎉 `grass`.\n")
    finding = Finding(MISSING, source, Span(13, 23), "this sentence lacks a citation")
    work = Work("Grass | @all #1", year=2001)
    edit = Edit(Span(22, 22), "~\\cite{ng}")
    proposal = Proposal("ng", Candidate(Candidature("ng", work, "library:x", "1"), 0.5, ()))
    suggestion = Suggestion(CITATION, finding, finding.span, edit, (), (proposal,), 0.5)
    bib = SourceText("refs.bib", "")
    changes = (
        FileChange("p/a.tex", source, (edit,)),
        FileChange("p/refs.bib", bib, (Edit(Span(0, 0), "@misc{ng,\r\n  title = {```},\r\n}\r\n"),)),
    )
    paper = PaperReport((finding,), (suggestion,), (), FACTS, lambda path: f"p/{path}", (Fix(suggestion, changes),))
    assert render_rdjsonl([paper]) == (
        '{"message": "this sentence lacks a citation: `ng 0.50 Grass | @all #1 (2001)`\\n\\n'
        'This goes into `p/refs.bib`:\\n\\n````bibtex\\n@misc{ng,\\n  title = {```},\\n}\\n````", '
        '"location": {"path": "p/a.tex", "range": {"start": {"line": 2, "column": 9}, "end": {"line": 2, "column": 22}}}, '
        '"severity": "INFO", "source": {"name": "texscholar"}, "code": {"value": "missing-citation"}, '
        '"suggestions": [{"range": {"start": {"line": 2}, "end": {"line": 2}}, '
        '"text": "Grüße 🎉 `grass`~\\\\cite{ng}."}]}\n'
    )


@pytest.mark.parametrize(("rule", "severity"), [(MISSING, "INFO"), (DUPLICATE, "WARNING"), (MISSING_INPUT, "ERROR")])
def test_severities(rule: str, severity: str) -> None:
    """A note is an INFO."""
    finding = Finding(rule, SourceText("a.tex", "x"), Span(0, 1), "m")
    assert read(PaperReport((finding,), (), (), FACTS, str))[0]["severity"] == severity


@pytest.mark.parametrize(
    ("text", "column"),
    [("aXb", 2), ("üXb", 3), ("学X", 4), ("a𐐀X", 6), ("🎉🎉X", 9), ("e\u0301X", 4), ("one\r\nüX", 3), ("one\rX", 5)],
)
def test_columns_are_bytes(text: str, column: int) -> None:
    """Columns count bytes of UTF-8 from 1; the end is the place behind; only a line feed ends a line."""
    at = text.index("X")
    finding = Finding(MISSING, SourceText("a.tex", text), Span(at, at + 1), "m")
    (diagnostic,) = read(PaperReport((finding,), (), (), FACTS, str))
    line = 1 + text.count("\n")
    assert diagnostic["location"]["range"] == {
        "start": {"line": line, "column": column},
        "end": {"line": line, "column": column + 1},
    }


@pytest.mark.parametrize("name", [name for name in PAPERS if name.startswith(("utf-8", "one"))])
def test_ranges_hold_the_text_of_the_findings(name: str) -> None:
    """The bytes of the file in a range are those of the finding."""
    paper = report(PAPERS[name])
    for finding, diagnostic in zip(paper.findings, read(paper), strict=True):
        data = PAPERS[name][finding.source.path]
        starts = [0, *(number + 1 for number, byte in enumerate(data) if byte == 0x0A)]
        start, end = (
            starts[place["line"] - 1] + place["column"] - 1 for place in diagnostic["location"]["range"].values()
        )
        assert data[start:end] == finding.source.slice(finding.span).encode()


# -- suggestions


def applied(data: bytes, suggestion: dict[str, Any]) -> bytes:
    """The file after whole lines were replaced: their last line end stays."""
    lines = data.split(b"\n")
    first, last = suggestion["range"]["start"]["line"], suggestion["range"]["end"]["line"]
    tail = b"\r" if lines[last - 1].endswith(b"\r") else b""
    lines[first - 1 : last] = [suggestion["text"].encode() + tail]
    return b"\n".join(lines)


@pytest.mark.parametrize("name", PAPERS)
def test_suggestions_give_our_bytes(name: str) -> None:
    """A suggestion makes of the file the bytes that we would write; what UTF-8 cannot carry has none."""
    paper = report(PAPERS[name])
    proposed = {id(fix.suggestion.finding): fix for fix in paper.fixes}
    count = 0
    for finding, diagnostic in zip(paper.findings, read(paper), strict=True):
        for suggestion in diagnostic.get("suggestions", []):
            change = next(each for each in proposed[id(finding)].changes if each.path == "paper/main.tex")
            assert "column" not in suggestion["range"]["start"]
            assert applied(PAPERS[name]["main.tex"], suggestion) == change.new_bytes
            count += 1
    assert count == {"latin-1": 1, "utf-16": 0, "one line": 1}.get(name, 2)


def test_entries_stand_in_the_message() -> None:
    """A suggestion changes the file of its diagnostic alone; an entry is there to be copied."""
    messages = [each["message"] for each in read(report(PAPERS["utf-8"]))]
    entries = [message for message in messages if "This goes into `paper/refs.bib`:\n\n```bibtex\n@" in message]
    assert len(entries) == 3
    assert all(message.endswith("\n```") for message in entries)


def test_several_edits_are_one_suggestion() -> None:
    """reviewdog offers each suggestion by itself, so all edits of one stand in one."""
    source = SourceText("a.tex", "one\ntwo\nthree\nfour\n")
    finding = Finding(MISSING, source, Span(0, 3), "m")
    edits = (Edit(Span(4, 4), "A"), Edit(Span(8, 13), "B\nC"))
    suggestion = Suggestion(CITATION, finding, finding.span, edits[0], (), (), 0.5, also=edits[1:])
    fix = Fix(suggestion, (FileChange("a.tex", source, edits),))
    (diagnostic,) = read(PaperReport((finding,), (suggestion,), (), FACTS, str, (fix,)))
    assert diagnostic["suggestions"] == [{"range": {"start": {"line": 2}, "end": {"line": 3}}, "text": "Atwo\nB\nC"}]


@pytest.mark.parametrize(
    ("data", "offered"),
    [
        (b"% \xe9\nplain", True),
        (b"% \xe9\nplain \xe9", False),
        (b"\xef\xbb\xbf% first\nplain", True),
        (b"\xef\xbb\xbfplain", False),
        ("plain é".encode(), True),
        ("\ufeffplain".encode("utf-16-le"), False),
    ],
)
def test_lines_that_reviewdog_would_misread(data: bytes, offered: bool) -> None:
    """It reads lines as UTF-8 and posts them: where they are something else, accepting them would break the file."""
    source = decode(data, "a.tex")
    at = source.text.index("plain")
    finding = Finding(MISSING, source, Span(at, at + 5), "m")
    suggestion = Suggestion(CITATION, finding, finding.span, Edit(Span(at, at), "x"), (), (), 0.5)
    fix = Fix(suggestion, (FileChange("a.tex", source, suggestion.edits),))
    (diagnostic,) = read(PaperReport((finding,), (suggestion,), (), FACTS, str, (fix,)))
    assert ("suggestions" in diagnostic) is offered


@pytest.mark.parametrize("place", ["entry", "text"])
def test_long_lines_are_cut_by_parts(place: str) -> None:
    """reviewdog ends at a line of 64 KiB without a word, so first entries and then suggestions are left out."""
    source = SourceText("a.tex", "a\n")
    finding = Finding(MISSING, source, Span(0, 1), "m")
    long = "ü" * 40_000
    edit = Edit(Span(0, 0), long if place == "text" else "x")
    suggestion = Suggestion(CITATION, finding, finding.span, edit, (), (), 0.5)
    changes = (
        FileChange("a.tex", source, (edit,)),
        FileChange("b.bib", SourceText("b.bib", ""), (Edit(Span(0, 0), long),)),
    )
    (diagnostic,) = read(PaperReport((finding,), (suggestion,), (), FACTS, str, (Fix(suggestion, changes),)))
    assert ("suggestions" in diagnostic, diagnostic["message"]) == (place == "entry", "m")


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("this is plain", "this is plain"),
        ("no bibliography defines a:b", "`no bibliography defines a:b`"),
        ("see [x](http://y) @all", "`see [x](http://y) @all`"),
        ("<b>`x`</b>", "``<b>`x`</b>``"),
        ("`x", "`` `x ``"),
    ],
)
def test_text_of_papers_is_inert_in_comments(message: str, shown: str) -> None:
    """What could be a link, a mention or markup stands as code."""
    finding = Finding(MISSING, SourceText("a.tex", "x"), Span(0, 1), message)
    assert read(PaperReport((finding,), (), (), FACTS, str))[0]["message"] == shown


def test_all_papers_in_one() -> None:
    """The lines of several papers follow each other."""
    one, two = (report(PAPERS["utf-8"], prefix=prefix) for prefix in ("one/", "two/"))
    assert render_rdjsonl((one, two)) == render_rdjsonl((one,)) + render_rdjsonl((two,))
    assert "one/main.tex" in render_rdjsonl((one,))
    assert {each["code"]["value"] for each in read(one)} <= {*RULES}
    assert "学習" in BODY


@given(hostile())
def test_anything_is_valid(paper: PaperReport) -> None:
    """Whatever papers, records and file names hold, every finding is one valid line."""
    assert len(read(paper)) == len(paper.findings)


@given(hostile())
def test_suggestions_of_anything(paper: PaperReport) -> None:
    """Every suggestion, wherever it falls and whatever it holds, gives the bytes that we would write."""
    proposed = {id(fix.suggestion.finding): fix.changes[0] for fix in paper.fixes}
    for finding, diagnostic in zip(paper.findings, read(paper), strict=True):
        for suggestion in diagnostic.get("suggestions", []):
            assert applied(finding.source.encode(), suggestion) == proposed[id(finding)].new_bytes
