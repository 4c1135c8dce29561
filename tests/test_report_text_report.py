"""Compiler-style lines: what they say, and that nothing in them steers a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.bibtex import Work
from texscholar.latex import read_project
from texscholar.recommend import (
    MISSING,
    PLACEHOLDER,
    UNDEFINED,
    UNFILLED,
    Candidate,
    Candidature,
    Evidence,
    Finding,
    Locus,
    find,
)
from texscholar.report.text_report import render_text
from texscholar.source import SourceText, Span
from texscholar.suggest import CITATION, Proposal, Suggestion

BODY = "Grass is green.\n\nCows \\cite{gone} eat \\cite{?}. % TODO related-work: cows\n"


def evidence_of(body: str, path: str = "main.tex") -> Evidence:
    source = SourceText(path, f"\\documentclass{{article}}\n\\begin{{document}}\n{body}\n\\end{{document}}\n")
    return Evidence(read_project(path, {path: source}.get), ())


def missing(locus: Locus) -> Finding:
    return Finding(MISSING, locus.file.source, locus.sentence.span, "this sentence lacks a citation", locus)


def suggestion(
    finding: Finding, title: str = "Graphs", year: int | None = 2001, key: str = "ng", score: float = 0.5
) -> Suggestion:
    candidate = Candidate(Candidature(key, Work(title, year=year), "bib", key, 0), score, ())
    return Suggestion(CITATION, finding, finding.span, None, (), (Proposal(key, candidate),), score)


def shown(path: str) -> str:
    return f"paper/{path}"


def test_nothing_to_say() -> None:
    """Without findings there is no output, not even a line end."""
    assert render_text((), (), shown) == ""


def test_suggestion_without_its_finding_is_not_told() -> None:
    """The lines are those of the findings."""
    assert render_text((), (suggestion(missing(evidence_of(BODY).loci[0])),), shown) == ""


def test_golden() -> None:
    """Each finding is a line of place, rule, message, sentence and proposal, in the order given."""
    evidence = evidence_of(BODY)
    lone = missing(evidence.loci[0])
    findings = [lone, *find(evidence, (), lambda _path, _span: True)]
    suggestions = (suggestion(lone, score=0.876), suggestion(findings[2], "Cows", None, "moo", 1.0))
    assert render_text(findings, suggestions, shown) == (
        "paper/main.tex:3:1: missing-citation: this sentence lacks a citation: "
        '"Grass is green." -> ng 0.88 Graphs (2001)\n'
        "paper/main.tex:5:32: unfilled-related-work: related work on cows is still to be written\n"
        "paper/main.tex:5:28: placeholder-citation: a citation is still to be filled in: "
        '"Cows eat." -> moo 1.00 Cows\n'
    )


def test_finding_without_sentence() -> None:
    """A finding in a bibliography has a place and a message."""
    source = SourceText("refs.bib", "@misc{a}\r\n@misc{a}\r\n")
    finding = Finding("duplicate-entry", source, Span(16, 17), "a is defined twice")
    assert render_text((finding,), (), str) == "refs.bib:2:7: duplicate-entry: a is defined twice\n"


def test_suggestion_belongs_to_its_own_finding() -> None:
    """Of two findings that are equal the one that a suggestion was made for shows it."""
    locus = evidence_of(BODY).loci[0]
    first, second = missing(locus), missing(locus)
    lines = render_text((first, second), (suggestion(second),), shown).splitlines()
    assert [" -> ng" in line for line in lines] == [False, True]


def test_suggestion_without_proposal() -> None:
    """A suggestion that proposes no work adds nothing to the line."""
    finding = missing(evidence_of(BODY).loci[0])
    empty = Suggestion(CITATION, finding, finding.span, None, (), (), 0.5)
    assert render_text((finding,), (), shown) == render_text((finding,), (empty,), shown)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x" * 72, "x" * 72),
        ("two words " + "x" * 62, "two words " + "x" * 62),
        ("two words " + "x" * 63, "two words…"),
        ("x" * 73, "x" * 71 + "…"),
        ("学" * 100, "学" * 71 + "…"),
    ],
)
def test_long_texts_are_cut(text: str, expected: str) -> None:
    """Sentences and titles are quoted up to 72 characters, cut at a word where there is one."""
    finding = missing(evidence_of(text).loci[0])
    line = render_text((finding,), (suggestion(finding, text, None),), shown)
    assert f'"{expected}" -> ng 0.50 {expected}\n' in line


@pytest.mark.parametrize("title", ["Müller’s Σ – “学習”", "plain ASCII, #3 [x]", "e\u0301 combined"])
def test_letters_of_any_script_are_shown(title: str) -> None:
    """What can be printed comes as it is."""
    finding = missing(evidence_of(BODY).loci[0])
    assert title in render_text((finding,), (suggestion(finding, title),), shown)


STEERING = [
    "\x1b[2J",
    "\x1b]0;x\x07",
    "a\nb",
    "a\rb",
    "\x9b31m",
    "\u202egnp",
    "\u2028",
    "\ud800",
    "\0",
    "\x7f",
    "\b",
    "\u200b",
]


def is_safe(text: str) -> bool:
    """Whether these are lines of characters that all can be printed."""
    return all(char.isprintable() or char == "\n" for char in text)


@pytest.mark.parametrize("what", STEERING)
def test_titles_and_keys_steer_no_terminal(what: str) -> None:
    """Whatever a record brings is one line without control characters."""
    finding = missing(evidence_of(BODY).loci[0])
    line = render_text((finding,), (suggestion(finding, f"T{what}", key=f"k{what}"),), shown)
    assert is_safe(line)
    assert line.count("\n") == 1


@pytest.mark.parametrize("what", STEERING)
def test_paper_steers_no_terminal(what: str) -> None:
    """Whatever a paper says in its sentences, topics and keys is one line without control characters."""
    evidence = evidence_of(f"Grass is{what} green. \\cite{{?}}")
    locus = evidence.loci[0]
    findings = [
        missing(locus),
        Finding(UNDEFINED, locus.file.source, Span(0, 1), f"no bibliography defines a{what}"),
        Finding(UNFILLED, locus.file.source, Span(0, 1), f"related work on {what}", locus),
        Finding(PLACEHOLDER, locus.file.source, Span(0, 1), "a citation is still to be filled in", locus),
    ]
    text = render_text(findings, (), shown)
    assert is_safe(text)
    assert text.count("\n") == len(findings)


def test_file_names_steer_no_terminal() -> None:
    """A file that somebody sent may have any name, and still is one line without control characters."""
    finding = missing(evidence_of(BODY).loci[0])
    lines = [render_text((finding,), (), lambda path, what=what: f"{what}{path}") for what in STEERING]  # type: ignore[misc]
    assert [line for line in lines if not is_safe(line) or line.count("\n") != 1] == []


@given(title=st.text(), key=st.text(), score=st.floats(0, 1), year=st.none() | st.integers())
def test_any_record_is_one_safe_line(title: str, key: str, score: float, year: int | None) -> None:
    """No record whatever breaks the line."""
    finding = missing(evidence_of(BODY).loci[0])
    line = render_text((finding,), (suggestion(finding, title, year, key, score),), shown)
    assert is_safe(line)
    assert line.count("\n") == 1
