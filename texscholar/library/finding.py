"""The works that somebody may mean, out of a paper's own bibliography and of libraries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from texscholar.bibtex.work import fold, identities, twins
from texscholar.library.naming import Named, named
from texscholar.library.terms import STOP_WORDS, terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from texscholar.bibtex.work import Work
    from texscholar.library.index import Hit
    from texscholar.library.records import Record

_SEARCHED = 40  # records of a library that share words with what was typed
_FITS = 0.6  # share of the words that a work must bear


class Shelf(Protocol):
    """What is asked of a library; one that is asked online is the same."""

    name: str

    def by_id(self, name: str) -> tuple[Record, ...]:
        """The records to which a source gave exactly this id."""

    def by_key(self, key: str) -> tuple[Record, ...]:
        """The records under exactly this citation key."""

    def by_identity(self, names: Iterable[str]) -> tuple[Record, ...]:
        """The records that bear one of these identities."""

    def search(self, query: str, limit: int) -> tuple[Hit, ...]:
        """The records that share words with a text, best first."""


@dataclass(frozen=True, slots=True)
class Found:
    """A work that fits, where it comes from, and how well: 1 where all words of the query are its own.

    ``key`` is the one of the paper's bibliography (``is_own``), or the one that a library knows, perhaps none.
    """

    work: Work
    key: str
    origin: str
    record: str = ""
    is_own: bool = False
    fit: float = 1.0


def find(text: str, own: Sequence[Found], shelves: Sequence[Shelf]) -> tuple[Found, ...]:
    """The works that a text may mean, best first, each once; those of the paper's own before equals.

    Args:
        text: what was typed.
        own: the entries of the paper.
        shelves: the libraries.
    """
    query = named(text)
    exact = [*_own_named(query, own), *(found for shelf in shelves for found in _named_on(query, shelf))]
    if exact or query.is_exact:
        return _once(exact, own)
    wanted = frozenset(terms(query.words)) - STOP_WORDS or frozenset(terms(query.words))
    if not wanted:
        return ()
    hits = [_with_fit(each, wanted) for each in own]
    for shelf in shelves:
        hits += (_with_fit(of_record(hit.record), wanted) for hit in shelf.search(query.words, _SEARCHED))
    best = [each for each in hits if each.fit >= _FITS]
    closest = max((_closeness(each, query.words, wanted) for each in best), default=None)
    # Libraries give their best first, and sorting keeps that order among equals.
    close = [each for each in best if _closeness(each, query.words, wanted) == closest]
    return _once(sorted(close, key=lambda each: not each.is_own), own)


def _closeness(found: Found, words: str, wanted: frozenset[str]) -> tuple[int, float]:
    """How a query fits a work: its title, the beginning of its title, its title with more, or words of it."""
    title, typed = fold(found.work.title), fold(words)
    if title.startswith(typed):
        return (3 if title == typed else 2), 1.0
    is_title = frozenset(terms(found.work.title)) - STOP_WORDS <= wanted
    return int(is_title and found.fit == 1), found.fit


def _own_named(query: Named, own: Sequence[Found]) -> Iterator[Found]:
    names = frozenset(query.identities)
    folded = {name.casefold() for name in query.ids}
    yield from (each for each in own if each.key.casefold() in folded or names & identities(each.work))


def _named_on(query: Named, shelf: Shelf) -> Iterator[Found]:
    records = list(shelf.by_identity(query.identities)) if query.identities else []
    for name in query.ids:
        records += (*shelf.by_key(name), *shelf.by_id(name))
    return map(of_record, records)


def of_record(record: Record) -> Found:
    """A record as a work that was found."""
    return Found(record.work, record.key, record.origin, record.id)


def _with_fit(found: Found, wanted: frozenset[str]) -> Found:
    work = found.work
    people = " ".join(f"{author.family} {author.given}" for author in work.authors)
    borne = frozenset(terms(f"{work.title} {people} {work.venue} {work.year or ''}"))
    return Found(found.work, found.key, found.origin, found.record, found.is_own, len(wanted & borne) / len(wanted))


def _once(found: Sequence[Found], own: Sequence[Found]) -> tuple[Found, ...]:
    """Each work once; one that the paper has, as the paper has it."""
    everything = [*own, *found]
    firsts = twins([each.work for each in everything])
    chosen: dict[tuple[str, str, str], Found] = {}
    for at, first in enumerate(firsts[len(own) :], start=len(own)):
        best = everything[at] if first is None or everything[at].is_own else everything[first]
        chosen.setdefault((best.origin, best.key, best.record), best)
    return tuple(chosen.values())
