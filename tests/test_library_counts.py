"""What goes in comes out: as a record, or left out by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fixtures_imports import SAMPLES
from texscholar.errors import Skipped
from texscholar.library.records import read_records

BESIDE = Path(__file__).parent.parent.parent / "shared" / "data" / "papers"
"""Real papers, where they lie beside the repository."""

ENTRY = re.compile(
    rb"(?:^|})[ \t\x80-\xff]*@[ \t]*(?!comment|string|preamble)[A-Za-z]+[ \t]*[{(]", re.MULTILINE | re.IGNORECASE
)
MIXED = """\
@comment{no entry} @string{acl = "ACL"}
@article{a, title={First}, journal=acl, year=2020}  @misc{b, title={Second}}
@book{c, year=1999}
@article{d, title={Cut off
"""


def outcome(path: Path) -> tuple[int, int]:
    """How many records and left-out parts come of a file."""
    rows = list(read_records(path))
    left_out = [row for row in rows if isinstance(row, Skipped)]
    assert all(row.what.startswith(path.name) and row.reason for row in left_out)
    return len(rows) - len(left_out), len(left_out)


@pytest.mark.parametrize("kind", SAMPLES)
def test_samples(tmp_path: Path, kind: str) -> None:
    """Of each format every work that is listed is a record or named."""
    sample = SAMPLES[kind]
    path = tmp_path / sample.name
    path.write_bytes(sample.data)
    assert outcome(path) == (sample.works - sample.left_out, sample.left_out)


def test_bibliographies(tmp_path: Path) -> None:
    """Every entry of a bibliography is a record or named: of one with all that goes wrong, and of those of real papers."""
    mixed = tmp_path / "mixed.bib"
    mixed.write_text(MIXED)
    assert outcome(mixed) == (2, 2)
    for path in (mixed, *sorted(BESIDE.rglob("*.bib"))):
        assert sum(outcome(path)) == len(ENTRY.findall(path.read_bytes())), path
