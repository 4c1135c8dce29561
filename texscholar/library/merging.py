"""Records of the same work within one library become one, known under the names of all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from texscholar.bibtex.work import Author, identities
from texscholar.library.names import last_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from texscholar.bibtex.work import Work
    from texscholar.library.records import Record


@dataclass(frozen=True, slots=True)
class Merged:
    """The record that stands for a work, with the ids, keys and identities of every record of that work."""

    record: Record
    ids: tuple[str, ...]
    keys: tuple[str, ...]
    names: tuple[str, ...]


def merge(records: Sequence[Record]) -> Iterator[Merged]:
    """One ``Merged`` a work, in the order of their ids.

    The record that says most wins, the first of equals; an abstract it lacks comes from the next that has it.
    """
    merged = [_merged([records[at] for at in group]) for group in _groups(records)]
    yield from sorted(merged, key=lambda one: (one.record.id, one.record.origin, one.record.key, one.record.work.title))


def known_as(work: Work) -> frozenset[str]:
    """The identities of a work, also under its first author's family name as BibTeX might split it off."""
    names = identities(work)
    family = last_word(work.authors[0]) if work.authors else ""
    if not family or family == work.authors[0].family:
        return names
    return names | identities(replace(work, authors=(Author(family),)))


def _groups(records: Sequence[Record]) -> Iterable[list[int]]:
    """Positions of the records of each work: those that share an identity, directly or through others."""
    parents = list(range(len(records)))
    first_with: dict[str, int] = {}
    for at, record in enumerate(records):
        for name in known_as(record.work):
            _join(parents, first_with.setdefault(name, at), at)
    groups: dict[int, list[int]] = {}
    for at in range(len(records)):
        groups.setdefault(_root(parents, at), []).append(at)
    return groups.values()


def _join(parents: list[int], one: int, other: int) -> None:
    """Put two records into one group, whose root is its earliest record."""
    first, second = sorted((_root(parents, one), _root(parents, other)))
    parents[second] = first


def _root(parents: list[int], at: int) -> int:
    while parents[at] != at:
        parents[at] = at = parents[parents[at]]  # halving the path keeps later walks short
    return at


def _merged(group: Sequence[Record]) -> Merged:
    ranked = sorted(group, key=_filled, reverse=True)
    best = ranked[0]
    abstract = next((record.work.abstract for record in ranked if record.work.abstract), "")
    if abstract != best.work.abstract:
        best = replace(best, work=replace(best.work, abstract=abstract))
    return Merged(
        record=best,
        ids=_distinct(record.id for record in group),
        keys=_distinct(record.key for record in group if record.key),
        names=_distinct(name for record in group for name in known_as(record.work)),
    )


def _filled(record: Record) -> tuple[int, int]:
    """How much a record says: filled attributes first, then fields of its entry."""
    work = record.work
    told = (
        work.authors,
        work.year,
        work.venue,
        work.doi,
        work.arxiv,
        work.abstract,
        work.kind,
        record.key,
        record.keywords,
    )
    return sum(map(bool, told)), len(work.fields)


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(texts)))
