"""Our own comments that silence nothing."""

from __future__ import annotations

import pytest

from fixtures_language import Fixture, fixture
from texscholar.bibtex import read_bibliography
from texscholar.pipeline import Job, Outcome, Paper, run
from texscholar.recommend import RULES, UNUSED_SUPPRESSION
from texscholar.source import SourceText, Span

BIB = "@misc{known, title = {Known}, year = {2020}}\n"
HEAD = "\\documentclass{article}\n\\begin{document}\n"
CITED = "This sentence has its citation \\cite{known}.\n"
BARE = "This sentence has words but none.\n"


def outcome(text: str, job: Job | None = None, *, with_bib: bool = True) -> Outcome:
    """What a run over one file finds."""
    paper = Fixture({"main.tex": f"{HEAD}{text}\\bibliography{{refs}}\n"}, ()).project
    bibliographies = (read_bibliography(SourceText("refs.bib", BIB)),) if with_bib else ()
    return run(Paper(paper, bibliographies), (), None, job or Job(), str)


def faults(text: str, job: Job | None = None, *, with_bib: bool = True) -> list[str]:
    """Line and first words of what is said about suppressions."""
    return [
        f"{finding.source.position(finding.span.start).line}: {finding.message.split(';')[0]}"
        for finding in outcome(text, job, with_bib=with_bib).findings
        if finding.rule == UNUSED_SUPPRESSION
    ]


USED = [
    CITED,
    f"{BARE.strip()} % texscholar: ignore\n",
    f"% texscholar: ignore\n{BARE}",
    f"% texscholar: ignore[missing-citation]\n{BARE}",
    f"% texscholar: off\n{CITED}{BARE}% texscholar: on\n",
    "So it is \\cite{unknown}. % texscholar: ignore[undefined-citation]\n",
    "So it is said \\cite{?}. % texscholar: ignore[placeholder-citation]\n",
    "So it is said \\cite{?}. % texscholar: ignore[undefined-citation, placeholder-citation]\n",
    "% texscholar: ignore[unfilled-related-work]\n% TODO related-work\n",
    "\\include{gone} % texscholar: ignore[missing-input]\n",
    f"{CITED.strip()} % texscholar: ignore[unused-suppression]\n",
    f"{CITED.strip()} % texscholar: ignore[missing-citation, unused-suppression]\n",
    f"% texscholar: off[unused-suppression]\n{CITED.strip()} % texscholar: ignore\n",
]


@pytest.mark.parametrize("text", USED)
def test_a_suppression_that_is_needed(text: str) -> None:
    """Nothing is said where there is something to silence, or where it is meant to stay."""
    assert faults(text) == []


IDLE = [
    (f"{CITED.strip()} % texscholar: ignore\n", 3),
    (f"% texscholar: ignore\n{CITED}", 3),
    (f"{CITED.strip()} % texscholar: ignore[missing-citation]\n", 3),
    (f"{BARE.strip()} % texscholar: ignore[undefined-citation]\n", 3),
    (f"{BARE.strip()} % texscholar: ignore[duplicate-entry]\n", 3),
    (f"{BARE}% texscholar: off\n{CITED}% texscholar: on\n{BARE}", 4),
    (f"% texscholar: ignore[undefined-citation]\n{CITED}So it is \\cite{{unknown}}.\n", 3),
]


@pytest.mark.parametrize(("text", "line"), IDLE)
def test_a_suppression_that_silences_nothing(text: str, line: int) -> None:
    """It is reported where it stands."""
    assert faults(text) == [f"{line}: this silences nothing"]


def test_an_unknown_rule() -> None:
    """The message has the names there are, also where the rest of the comment does silence something."""
    found = outcome(f"% texscholar: ignore[missing-citation, missing-cite]\n{BARE}").findings
    assert [f"no rule is called missing-cite; the rules are {', '.join(RULES)}"] == [each.message for each in found]


def test_the_finding_is_the_comment() -> None:
    """With its percent sign, without the line end."""
    text = fixture(
        r"""
        \begin{document}
        So it is \cite{known}. % texscholar: ignore
                               ^^^^^^^^^^^^^^^^^^^^
        """
    )
    paper = Paper(text.project, (read_bibliography(SourceText("refs.bib", BIB)),))
    assert text.spans == [finding.span for finding in run(paper, (), None, Job(), str).findings]


def test_out_of_scope_nothing_is_said() -> None:
    """A run over what was touched speaks of that."""
    assert faults(f"{CITED.strip()} % texscholar: ignore\n", Job(touched=lambda _path, _span: False)) == []


def test_what_it_silences_may_be_out_of_scope() -> None:
    """A comment that was just added above an old line."""

    def touched(_path: str, span: Span) -> bool:
        return span.start == len(HEAD)

    text = "% texscholar: ignore[undefined-citation]\nSo it is \\cite{unknown}.\n"
    assert outcome(text, Job(touched=touched)).findings == ()


def test_what_was_not_looked_for_may_be_silenced() -> None:
    """A rule that is switched off, or undefined keys where a bibliography is missing."""
    idle = f"{CITED.strip()} % texscholar: ignore\n"
    named = f"{CITED.strip()} % texscholar: ignore[undefined-citation]\n"
    off = Job(ignored_rules=frozenset(("undefined-citation",)))
    assert (faults(idle, off), faults(named, off), faults(idle, with_bib=False), faults(named, with_bib=False)) == (
        [],
        [],
        [],
        [],
    )


def test_the_rule_can_be_switched_off() -> None:
    """As any other."""
    job = Job(ignored_rules=frozenset((UNUSED_SUPPRESSION,)))
    assert faults(f"{CITED.strip()} % texscholar: ignore\n", job) == []


def test_a_rule_that_is_off_does_not_hide_what_another_one_says() -> None:
    """Only what was named must have been looked for."""
    job = Job(ignored_rules=frozenset(("missing-citation",)))
    assert faults(f"{CITED.strip()} % texscholar: ignore[undefined-citation]\n", job) == ["3: this silences nothing"]
