"""Records as an index keeps them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from texscholar.bibtex.work import Author, Work
from texscholar.library.records import Record
from texscholar.library.stored import from_json, to_json, with_abstract_of

WORK = Work("Bäume", (Author("Ng", "A."), Author("WHO")), 2020, "J", "10.1/x", "2001.00001", "Of trees.", "misc", (("title", "{B}"),))  # fmt: skip
RECORD = Record("id", "key", WORK, "a.bib", "trees", ("As they say.", "And again."))


@pytest.mark.parametrize("record", [RECORD, Record("id", "", Work("T"), "a.bib")])
def test_round_trip(record: Record) -> None:
    """A record comes back as it was, from where it is offered now."""
    assert replace(record, origin="library:own") == from_json(to_json(record), "library:own")


def test_unpaired_surrogate() -> None:
    """What is no character becomes a question mark."""
    assert from_json(to_json(Record("\ud800", "", Work("A\udfffb"), "")), "") == Record("?", "", Work("A?b"), "")


def test_lent_abstract() -> None:
    """With another's abstract the rest of a record stays."""
    best, lender = replace(RECORD, work=replace(WORK, abstract="")), Record("o", "o", replace(WORK, title="O"), "")
    assert from_json(with_abstract_of(to_json(best), to_json(lender)), "a.bib") == RECORD
