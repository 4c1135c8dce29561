"""What a language says of works: sentences with places for what a record knows."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

Form = TypeVar("Form")

MOST_YEARS = 5  # that are told in words


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence, for works with authors and without.

    Its places are ``{who}`` (the authors with their citation), ``{title}`` (in quotation marks), ``{stop}`` (a full
    stop unless the title has its own), ``{cite}`` (a citation in parentheses), ``{label}`` (of the theme) and
    ``{gap}`` (since the work before). ``several`` is said of several authors where a verb agrees with their number.
    """

    by: str
    alone: str
    several: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What is said of a work that comes after others; ``after`` where it is known how much later it came out."""

    plain: Said
    after: Said | None = None


@dataclass(frozen=True, slots=True)
class Phrases:
    """The sentences of a language.

    ``first`` opens a draft, ``on`` a theme with a label (they take turns), ``beyond`` a later theme without one.
    ``turns`` follow, in this order and over again.
    ``more`` and ``more_unnamed`` cite several works at once, for a theme with and without a label.
    ``same_year``, ``years`` (one to five) and ``later`` fill the place ``{gap}``.
    ``joint`` stands between two authors, ``before_i`` instead of it before an i; ``others`` after the first of more.
    ``spaced``: words, and sentences, are parted by spaces.
    """

    first: Said
    on: tuple[Said, ...]
    beyond: Said
    turns: tuple[Turn, ...]
    survey: Said
    resource: Said
    more: tuple[str, ...]
    more_unnamed: tuple[str, ...]
    same_year: str
    years: tuple[str, str, str, str, str]
    later: str
    joint: str
    others: str
    before_i: str = ""
    spaced: bool = True

    def gap(self, before: int | None, year: int | None) -> str:
        """How long after the work before a work came out; empty when unknown."""
        if before is None or year is None or year < before:
            return ""
        passed = year - before
        if passed == 0:
            return self.same_year
        return self.years[passed - 1] if passed <= MOST_YEARS else self.later


def respelled(form: Form, table: Mapping[int, int]) -> Form:
    """Phrases, or any part of them, with each character written as a table of ``str.maketrans`` says."""
    changed: Any = form
    if isinstance(form, str):
        changed = form.translate(table)
    elif isinstance(form, tuple):
        changed = tuple(respelled(each, table) for each in form)
    elif is_dataclass(form) and not isinstance(form, type):
        changed = type(form)(**{each.name: respelled(getattr(form, each.name), table) for each in fields(form)})
    return changed  # type: ignore[no-any-return]
