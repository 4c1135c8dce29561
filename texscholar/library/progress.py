"""How far the making of an index is."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Progress:
    """So many of all bytes of the sources are read, or so many of all records are in the index."""

    step: str
    done: int
    total: int


READING, INDEXING = "reading", "indexing"
"""The two steps."""

_place: ContextVar[Callable[[int], None] | None] = ContextVar("place", default=None)


@contextmanager
def told_place(tell: Callable[[int], None]) -> Iterator[None]:
    """Have it told how many bytes of a file are read, whoever reads it."""
    token = _place.set(tell)
    try:
        yield
    finally:
        _place.reset(token)


def at_place(byte: int) -> None:
    """Tell how many bytes of the file that is open are read."""
    tell = _place.get()
    if tell is not None:
        tell(byte)
