"""The persons of an author or editor field, by the rules of BibTeX and of biblatex's extended format."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from texscholar.bibtex.entries import balanced_braces
from texscholar.bibtex.tex import plain
from texscholar.bibtex.work import Author

if TYPE_CHECKING:
    from collections.abc import Sequence

_GROUP = balanced_braces(6)
_AND = re.compile(rf"{_GROUP}|(?<!\S)(and)(?!\S)", re.IGNORECASE)
_BALANCED = re.compile(rf"(?:[^{{}}]++|{_GROUP})*+")
_WORD_OR_COMMA = re.compile(rf"(?:[^\s~,{{}}]++|{_GROUP})++|,")
_BRACES = re.compile(r"[{}]")
# The letter whose case tells a particle: of a word in braces none, unless the brace opens with a command.
_CASE = re.compile(
    r"\{\s*\\(OE|AE|AA|SS|DH|DJ|TH|NG|O|L|oe|ae|aa|ss|dh|dj|th|ng|o|l|i|j)(?![A-Za-z])"
    r"|\{\s*\\(?:[A-Za-z]+|[^A-Za-z])[\s{]*([^\W\d_])"
    r"|\\(?:[uvHtcdbkr](?![A-Za-z])|[^A-Za-z])[\s{]*([^\W\d_])"
    r"|\\([A-Za-z])"
    rf"|{_GROUP}|([^\W\d_])"
)
_EXTENDED = re.compile(r"\b(family|given|prefix|suffix)\s*=\s*", re.IGNORECASE)
_OTHERS = frozenset({"others", "et al.", "et al", "and"})
_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})


def names(value: str) -> tuple[Author, ...]:
    """The persons of a raw author or editor value; ``and others`` is left out."""
    return tuple(person for name in _persons(value) if (person := _person(name)).family)


def _persons(value: str) -> list[str]:
    """The value cut at each ``and`` that no brace holds."""
    found: list[str] = []
    done = 0
    for match in _AND.finditer(value):
        if match[1]:
            found.append(value[done : match.start()].strip())
            done = match.end()
    return [name for name in (*found, value[done:].strip()) if name]


@lru_cache(maxsize=16_384)
def _person(name: str) -> Author:
    if plain(name).lower() in _OTHERS:
        return Author("")
    if _EXTENDED.search(name):
        return _extended(name)
    if "{" in name or "}" in name:
        name = name if _BALANCED.fullmatch(name) else _BRACES.sub("", name)
    given, family = _given_and_family(_sections(name))
    if len(given) > 1 and len(family) == 1 and family[0].lower() in _SUFFIXES:  # "Martin Luther King Jr."
        *given, last = given
        given, family = [*given, *family], [last]
    return _author(family, given)


def _given_and_family(sections: list[list[str]]) -> tuple[list[str], list[str]]:
    """The words of "First von Last", "von Last, First" and "von Last, Jr, First"."""
    family, *others = sections
    if not others:
        return _first_von_last(family)
    suffix = others.pop(0) if len(others) > 1 else []
    return [*(word for section in others for word in section), *suffix], family


def _sections(name: str) -> list[list[str]]:
    """The words of a name, cut at its commas; an empty section at the end is none."""
    sections: list[list[str]] = [[]]
    for word in _WORD_OR_COMMA.findall(name):
        if word == ",":
            sections.append([])
        else:
            sections[-1].append(word)
    if len(sections) > 1 and not sections[-1]:
        sections.pop()
    return sections


def _first_von_last(words: list[str]) -> tuple[list[str], list[str]]:
    """Given and family names of "First von Last": particles begin at the first word in lower case but the last."""
    start = next((at for at, word in enumerate(words[:-1]) if _is_lower(word)), len(words) - 1)
    return words[:start], words[start:]


def _is_lower(word: str) -> bool:
    """Whether the first letter of a word that counts is in lower case."""
    letters = (next(filter(None, match.groups()), "") for match in _CASE.finditer(word))
    return next(filter(None, letters), "").islower()


def _author(family: Sequence[str], given: Sequence[str]) -> Author:
    family_name, given_name = plain(" ".join(family)), plain(" ".join(given))
    return Author(family_name, given_name) if family_name else Author(given_name)


def _extended(name: str) -> Author:
    """A name given part by part: ``family=Simon, given=Jean, prefix=de``."""
    pieces = _EXTENDED.split(name)
    parts = {key.lower(): value.strip(' ,"') for key, value in zip(pieces[1::2], pieces[2::2], strict=True)}
    return _author(
        [part for key in ("prefix", "family") if (part := parts.get(key, ""))],
        [part for key in ("given", "suffix") if (part := parts.get(key, ""))],
    )
