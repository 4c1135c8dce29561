"""Two processes that read one file: the result is that of one."""

from __future__ import annotations

import gzip
import json
import sys
from typing import TYPE_CHECKING

import pytest

from texscholar.errors import Skipped, TexscholarError
from texscholar.library import reading
from texscholar.library.kinds import JSONL
from texscholar.library.records import line_batches, read_records

if TYPE_CHECKING:
    from pathlib import Path

    from texscholar.library.merging import Prepared


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that two processes share, with lines of all kinds."""
    monkeypatch.setattr(reading, "_LARGE", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    lines = [json.dumps({"id": f"r{n}", "title": f"Ünique title {n}", "authors": ["A. Ng"], "abstract": f"Of {n} trees."}) for n in range(9000)]  # fmt: skip
    lines[300:302] = ["{", json.dumps({"id": "untitled"})]
    path = tmp_path / "many.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


def alone(path: Path) -> list[Prepared | Skipped]:
    return [row if isinstance(row, Skipped) else reading.prepared(row, JSONL) for row in read_records(path)]


def test_same_rows(large: Path) -> None:
    """Rows and their order do not depend on who reads them."""
    with reading.SecondReader() as second:
        assert alone(large) == list(reading.read_prepared(large, second))


@pytest.mark.parametrize("passed", [1, 300, 301, 2500, 8999, 9000, 12_000])
def test_rows_passed_over(large: Path, passed: int) -> None:
    """Rows that are known already keep their places, and those behind them are the same."""
    expected = alone(large)
    with reading.SecondReader() as second:
        rows = list(reading.read_prepared(large, second, JSONL, passed))
    assert (len(rows), rows[passed:]) == (len(expected), expected[passed:])


def test_the_second_process_works(large: Path) -> None:
    """The second process does send its batches, of one file after the other."""
    batches = list(line_batches(large))
    with reading.SecondReader() as second:
        assert all(second.send(batch, large.name) for batch in batches)
        assert [reading._rows(batch, large.name) for batch in batches] == [second.rows() for _ in batches]


def test_the_second_process_ends_early(large: Path) -> None:
    """Where the second process ends half-way, the first reads what is left."""
    expected = alone(large)
    with reading.SecondReader() as second:
        rows = reading.read_prepared(large, second)
        first = next(rows)
        assert second._process
        second._process.kill()
        assert expected == [first, *rows]


@pytest.mark.parametrize("executable", ["/does/not/exist", "/bin/false", "/bin/echo"])
def test_no_second_process(large: Path, monkeypatch: pytest.MonkeyPatch, executable: str) -> None:
    """Where a second process cannot start, dies, or says something else, the first reads all."""
    expected = alone(large)
    monkeypatch.setattr(sys, "executable", executable)
    with reading.SecondReader() as second:
        assert expected * 2 == [row for _ in range(2) for row in reading.read_prepared(large, second)]


def test_senseless_file(tmp_path: Path, large: Path) -> None:
    """A large file without any JSON object is refused, as a small one is."""
    assert large.exists()
    path = tmp_path / "notes.jsonl"
    path.write_text("no json here\n" * 600)
    with reading.SecondReader() as second, pytest.raises(TexscholarError, match="holds no JSON object"):
        list(reading.read_prepared(path, second))
