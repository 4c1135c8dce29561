"""What all formats share: rules with their levels, one list of findings, words that are safe to print."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import REPOSITORY
from fixtures_reports import PAPERS, report
from texscholar.recommend import RULES
from texscholar.report.markdown import cell, code, fence, inert
from texscholar.report.results import printable, results_of
from texscholar.report.rules import LEVELS, RULE_BY_ID, Level

PAGE = (REPOSITORY / "docs" / "rules.md").read_text("utf-8")


def test_every_rule_is_described() -> None:
    """Each rule has a level, a phrase and whole sentences, in the order of the program."""
    assert [*RULE_BY_ID] == [*RULES]
    assert {*LEVELS} == {*get_args(Level)} == {rule.level for rule in RULE_BY_ID.values()}
    for rule in RULE_BY_ID.values():
        assert re.fullmatch(r"[A-Z][^.]*[^.\s]", rule.short)
        assert re.fullmatch(r"[A-Z].*\.", rule.full)


@pytest.mark.parametrize("rule", RULE_BY_ID.values(), ids=RULES)
def test_the_page_of_rules(rule: object) -> None:
    """docs/rules.md has a section for each rule, with its level and its description word by word."""
    sections = dict(re.findall(r"^## `(.*?)`\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
    assert [*sections] == [*RULES]
    body = sections[rule.id]  # type: ignore[attr-defined]
    assert body.startswith(f"\n**{rule.level}**: {rule.short}.\n{rule.full}\n")  # type: ignore[attr-defined]


def test_results_have_their_suggestions() -> None:
    """All findings of all papers, in order, each with its own suggestion and changes and a name of its own."""
    papers = [report(PAPERS["utf-8"], prefix=prefix) for prefix in ("one/", "two/")]
    results = results_of(papers)
    assert [result.finding for result in results] == [each for paper in papers for each in paper.findings]
    for result in results:
        assert result.suggestion is None or result.suggestion.finding is result.finding
        assert bool(result.changes) == (result.suggestion is not None)
    assert len({result.fingerprint for result in results}) == len(results)


def test_a_fix_stands_for_itself() -> None:
    """A fix holds the edits of its suggestion, and the entries that this one needs, no others."""
    paper = report(PAPERS["utf-8"])
    assert [fix.suggestion for fix in paper.fixes] == [*paper.suggestions]
    for fix in paper.fixes:
        edits = {change.source.path: change.edits for change in fix.changes}
        keys = re.findall(r"^@\w+\{(.*),$", "".join(edit.text for edit in edits.get("refs.bib", ())), re.MULTILINE)
        assert sorted(keys) == sorted(entry.key for entry in fix.suggestion.entries)
        assert edits.get("main.tex", ()) == tuple(sorted(fix.suggestion.edits))
    assert len({entry.key for fix in paper.fixes for entry in fix.suggestion.entries}) == 2


def test_equal_findings_are_told_apart() -> None:
    """The same sentence with the same gap twice gives two fingerprints, the same ones in every run."""
    body = PAPERS["utf-8"]["main.tex"].replace(
        b"\\bibliography", b"Words \\cite{gone2001}. Words \\cite{gone2001}.\n\\bibliography"
    )
    first, second = (
        [each.fingerprint for each in results_of([report({**PAPERS["utf-8"], "main.tex": body})])] for _ in range(2)
    )
    assert (len({*first}), first) == (len(first), second)


@given(st.text(st.characters()))
def test_printable(text: str) -> None:
    """Any text becomes one line of as many characters that UTF-8, XML and a terminal can take."""
    told = printable(text)
    assert (len(told), told.isprintable()) == (len(text), True)
    assert told.encode().decode() == told


# -- Markdown


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a", "`a`"), ("", "`  `"), ("a`b", "``a`b``"), ("`", "`` ` ``"), (" a ", "`  a  `"), ("``", "``` `` ```")],
)
def test_code(text: str, expected: str) -> None:
    """The marks are longer than any in the text, and parted from them."""
    assert code(text) == expected


@given(st.text("`a |\\", max_size=12))
def test_code_cannot_be_left(text: str) -> None:
    """No run of backticks inside is as long as the marks around."""
    told = code(text)
    marks = len(told) - len(told.lstrip("`"))
    assert max((len(run) for run in re.findall("`+", told[marks:-marks])), default=0) < marks
    assert len(fence(text)) >= 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a b-c (1), it's", "a b-c (1), it's"), ("a.b", "`a.b`"), ("@a", "`@a`"), ("#1", "`#1`"), ("<i>", "`<i>`")],
)
def test_only_plain_words_stay_as_they_are(text: str, expected: str) -> None:
    """Whatever could become a link, a mention or markup is code."""
    assert inert(text) == cell(text) == expected


def test_bars_in_cells() -> None:
    """A bar would end the cell even within code."""
    assert cell("a|b") == "`a\\|b`"
