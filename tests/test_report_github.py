"""GitHub's annotations and job summary: read as the runner reads them, within its limits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures_reports import FACTS, PAPERS, hostile, report
from texscholar.bibtex import Work
from texscholar.errors import Skipped
from texscholar.recommend import DUPLICATE, MISSING, MISSING_INPUT, Candidate, Candidature, Finding
from texscholar.report.github import LARGEST_SUMMARY, MOST_OF_A_KIND, render_github, render_summary
from texscholar.report.results import PaperReport
from texscholar.source import SourceText, Span
from texscholar.suggest import CITATION, Proposal, Suggestion

KNOWN = ("error", "warning", "notice", "group", "endgroup")
Command = tuple[str, dict[str, str], str]
ONE = Span(0, 1)


def read(text: str) -> tuple[list[Command], list[str]]:
    """The commands that the runner would take from a log, and the lines that it would only print.

    A line is a command when, spaces in front left out, it begins with two colons, or when it holds ``##[`` anywhere.
    """
    commands, plain = [], []
    for line in text.split("\n")[:-1]:
        assert "\r" not in line
        told = line.lstrip()
        if not told.startswith("::"):
            assert "##[" not in line
            plain.append(line)
            continue
        head, _, data = told[2:].partition("::")
        name, _, given_ = head.partition(" ")
        assert name in KNOWN
        pairs = dict(each.split("=", 1) for each in given_.split(",") if each)
        commands.append((name, {key: back(value, ":,") for key, value in pairs.items()}, back(data, "")))
    return commands, plain


def back(text: str, also: str) -> str:
    """Escapes taken back, the percent sign last, as the runner does."""
    for char in f"\r\n{also}%":
        text = text.replace(f"%{ord(char):02X}", char)
    return text


def finding(rule: str = MISSING, text: str = "x", span: Span = ONE, message: str = "m") -> Finding:
    return Finding(rule, SourceText("a.tex", text), span, message)


def suggested(given_: Finding, confidence: float, title: str = "Graphs") -> Suggestion:
    proposal = Proposal("ng", Candidate(Candidature("ng", Work(title, year=2001), "bib", "1"), confidence, ()))
    return Suggestion(CITATION, given_, given_.span, None, (), (proposal,), confidence)


def of(*findings: Finding, suggestions: tuple[Suggestion, ...] = (), skipped: tuple[Skipped, ...] = ()) -> PaperReport:
    return PaperReport(findings, suggestions, skipped, FACTS, str)


def test_nothing_to_say() -> None:
    """Without findings the log gets no line, and the summary says so."""
    assert render_github([of()]) == ""
    assert render_summary([of()]) == "### texscholar\n\nNothing found.\n"


def test_golden() -> None:
    """A command for each finding: columns where it stands on one line, else the line it ends on."""
    one, two = finding(MISSING, "a\nüx y", Span(3, 4), "50 % of it"), finding(MISSING_INPUT, "a\nb", Span(0, 3), "gone")
    assert render_github([of(one, two, finding(DUPLICATE), suggestions=(suggested(one, 0.5),))]) == (
        "::notice file=a.tex,line=2,col=2,endColumn=3,title=missing-citation::50 %25 of it -> ng 0.50 Graphs (2001)\n"
        "::error file=a.tex,line=1,endLine=2,title=missing-input::gone\n"
        "::warning file=a.tex,line=1,col=1,endColumn=2,title=duplicate-entry::m\n"
    )


@pytest.mark.parametrize("path", ["a:b,c.tex", "100%25.tex", "a b/ü.tex", "::error::x.tex", "##[error]x.tex"])
def test_file_names(path: str) -> None:
    """Any name comes back from its property as it was."""
    paper = PaperReport((finding(),), (), (), FACTS, lambda _path: path)
    ((_, properties, _),), _ = read(render_github([paper]))
    assert properties["file"] == path


def test_at_most_ten_of_a_kind() -> None:
    """Of each kind the surest ten are annotations; a last one tells how many more there are, and the log has them."""
    notes = [finding(message=f"note {number}") for number in range(14)]
    errors = [finding(MISSING_INPUT, message=f"error {number}") for number in range(12)]
    sure = tuple(suggested(each, 0.9 if number in {3, 13} else 0.5) for number, each in enumerate(notes))
    commands, plain = read(render_github([of(*notes, *errors, suggestions=sure)]))
    kinds = [name for name, *_ in commands]
    assert (kinds.count("notice"), kinds.count("error")) == (MOST_OF_A_KIND, MOST_OF_A_KIND)
    told = [text for name, _, text in commands if name in {"notice", "error"}]
    assert [text.split(" ->")[0] for text in told] == [
        *(f"note {number}" for number in (0, 1, 2, 3, 4, 5, 6, 7, 13)),
        *(f"error {number}" for number in range(10)),
        "GitHub shows only so many of a step; the log has 7 more findings",
    ]
    assert [line.partition(": ")[2].split(" ->")[0] for line in plain] == [
        *(f"missing-citation: note {number}" for number in range(8, 13)),
        *(f"missing-input: error {number}" for number in (10, 11)),
    ]


def test_as_many_as_are_shown_need_no_word() -> None:
    """Ten of each kind are all annotations."""
    rules = (MISSING, DUPLICATE, MISSING_INPUT)
    commands, plain = read(render_github([of(*(finding(rule) for rule in rules for _ in range(10)))]))
    assert (len(commands), plain) == (30, [])


@pytest.mark.parametrize("message", ["::error::x", "a ##[error]x", "%0A::error::x", "a\n::error::x", "##[add-mask]e"])
def test_papers_give_no_commands(message: str) -> None:
    """What a paper says is no command to the runner, not in an annotation and not in the lines behind."""
    text = render_github([of(*(finding(message=message) for _ in range(12)))])
    commands, plain = read(text)
    assert [name for name, *_ in commands] == [*["notice"] * 10, "group", "endgroup"]
    assert len(plain) == 3
    assert all(line.startswith("- a.tex:1:1: missing-citation: ") for line in plain)


@given(st.lists(hostile(), max_size=4))
def test_anything_is_read_back(papers: list[PaperReport]) -> None:
    """Whatever papers, records and file names hold, every finding is told once."""
    commands, plain = read(render_github(papers))
    told = [each for each in commands if "file" in each[1]]
    assert len(told) + len(plain) == sum(len(paper.findings) for paper in papers)


# -- the job summary


def test_summary() -> None:
    """How much of what, what was skipped, and a table of all findings."""
    one = finding(message="no bibliography defines a|b", rule=MISSING_INPUT)
    two = finding()
    paper = of(
        one, two, suggestions=(suggested(two, 0.5, "A | `b` <img> @all"),), skipped=(Skipped("refs.bib:3", "x"),)
    )
    assert render_summary([paper]) == (
        "### texscholar\n\n"
        "1 error, 1 note. `texscholar fill` makes a patch of what is ready.\n\n"
        "- skipped: `refs.bib:3: x`\n\n"
        "| place | rule | what | proposed |\n|---|---|---|---|\n"
        "| `a.tex:1:1` | missing-input | `no bibliography defines a\\|b` |  |\n"
        "| `a.tex:1:1` | missing-citation | m | ``ng 0.50 A \\| `b` <img> @all (2001)`` |\n"
    )


def test_summary_of_many_is_bounded() -> None:
    """GitHub shows no summary that is too large, so what has no room is counted."""
    text = render_summary([of(*(finding(message="ü" * 100) for _ in range(2_000)))])
    size = len(text.encode())
    rows = text.count("| missing-citation |")
    assert LARGEST_SUMMARY - 1_000 < size <= LARGEST_SUMMARY
    assert text.endswith(f"\n{2_000 - rows} more, for which there is no room here.\n")


@pytest.mark.parametrize("room", [0, 10, 40, 200, 300, 1_000])
def test_summary_fits_where_others_wrote_before(room: int) -> None:
    """It is no longer than the room that is left, and where there is none it is empty."""
    assert len(render_summary([report(PAPERS["utf-8"])], room).encode()) <= room


@given(hostile(), st.integers(0, 2_000))
def test_summary_of_anything(paper: PaperReport, room: int) -> None:
    """Rows have four cells whatever stands in them, and the room is kept to."""
    text = render_summary([paper], room)
    assert len(text.encode()) <= room
    rows = [line for line in text.split("\n") if line.startswith("| ") and "---" not in line]
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)
