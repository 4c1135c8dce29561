"""Exact terms of works in a sorted file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.library.exact import ExactNames, ExactWriter, exact_term, parted

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("a", "b", "c", "d")


def written(folder: Path, works: list[list[str]]) -> ExactNames:
    with ExactWriter(folder) as writer:
        for number, names in enumerate(works):
            writer.add(b"".join(exact_term("key", name) for name in names), number)
        writer.write()
    return ExactNames(folder)


@given(st.lists(st.lists(st.sampled_from(NAMES), unique=True), max_size=20), st.integers(0, 5))
def test_numbers(tmp_path_factory: pytest.TempPathFactory, works: list[list[str]], limit: int) -> None:
    """A term gives the first works that have it, lowest first, whatever else there is."""
    names = written(tmp_path_factory.mktemp("names"), works)
    for name in (*NAMES, "z"):
        expected = [number for number, own in enumerate(works) if name in own][:limit]
        assert expected == names.numbers(exact_term("key", name), limit)


def test_kinds_differ(tmp_path: Path) -> None:
    """A key is no id, and case counts."""
    names = written(tmp_path, [["a"]])
    assert [names.numbers(term, 9) for term in (exact_term("id", "a"), exact_term("key", "A"))] == [[], []]


def test_parted() -> None:
    """Terms in a row come apart again."""
    terms = [exact_term("key", name) for name in NAMES]
    assert terms == list(parted(b"".join(terms)))


@pytest.mark.parametrize("damage", [lambda data: data[:0], lambda data: data[:5], lambda data: data[:-1], lambda data: data[12:]])  # fmt: skip
def test_damage(tmp_path: Path, damage: object) -> None:
    """A file cut short is not read."""
    written(tmp_path, [["a"], ["b"]])
    path = tmp_path / "exact"
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(ValueError, match=r"length|empty"):
        ExactNames(tmp_path)
