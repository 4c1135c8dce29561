"""A person's name as databases write it, split into family and given name."""

from __future__ import annotations

import re

from texscholar.bibtex.work import Author

_SUFFIX = re.compile(r"(?:jr|sr)\.?|i{2,3}|iv|2nd|3rd|4th", re.IGNORECASE)
_SUFFIX_STARTS = "jJsSiI234"
_DBLP_DIGITS = 4  # "Wei Wang 0001" is the first of several
_ET_AL = frozenset({"others", "et al", "et al.", "and others"})
_ET_AL_ENDS = frozenset(name.split()[-1] for name in _ET_AL)
# Particles that begin a family name; the second list also where they are capitalised, as in "Luc Van Gool".
_PARTICLES = frozenset(
    "'t abu al bin da dal das de degli dei del della den der des di do dos du e el ibn la las le los".split()  # noqa: SIM905 - words read best as text
    + "st. te ten ter van vom von zu zum zur".split()  # noqa: SIM905 - as above
)
_CAPITAL_PARTICLES = frozenset(
    "Al Da Dal De Degli Dei Del Della Den Der Des Di Dos El La Le St. Ten Ter Van Von".split()  # noqa: SIM905 - as above
)
_ANY_PARTICLE = _PARTICLES | _CAPITAL_PARTICLES
# Scripts that put the family name first: "山田 太郎".
_FAMILY_FIRST = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3々\\s・]+")


def author(name: str) -> Author | None:
    """The person of "Given Family" or "Family, Given"; None for an empty name and for "et al."."""
    words = name.split()
    if len(words) > 1 and len(words[-1]) == _DBLP_DIGITS and words[-1].isdecimal():
        del words[-1]
    if not words or (words[-1].lower() in _ET_AL_ENDS and " ".join(words).lower() in _ET_AL):
        return None
    if "," not in name:
        return _without_comma(words)
    parts = [part.strip() for part in " ".join(words).split(",") if part.strip()]
    if len(parts) > 1 and _SUFFIX.fullmatch(parts[1]):
        return _with_comma_suffix(parts)
    if len(parts) > 1:
        return Author(parts[0], " ".join(parts[1:]))
    return _without_comma(parts[0].split()) if parts else None


def _with_comma_suffix(parts: list[str]) -> Author:
    """Of "King, Jr., Martin Luther", as BibTeX has it, or of "Martin Luther King, Jr."."""
    if len(parts) > 2:  # noqa: PLR2004 - family, suffix, given
        return Author(parts[0], " ".join((*parts[2:], parts[1])))
    return _without_comma([*parts[0].split(), parts[1]])


def _without_comma(words: list[str]) -> Author:
    if not words[0].isascii() and _FAMILY_FIRST.fullmatch(" ".join(words)):
        return Author(words[0], " ".join(words[1:]))
    has_suffix = len(words) > 2 and words[-1][0] in _SUFFIX_STARTS and _SUFFIX.fullmatch(words[-1])  # noqa: PLR2004 - someone besides it
    suffix = [words.pop()] if has_suffix else []
    start = _family_start(words)
    return Author(" ".join(words[start:]), " ".join((*words[:start], *suffix)))


def _family_start(words: list[str]) -> int:
    """Where the family name begins: at its first particle, else at the last word.

    A particle needs a name after it; a capitalised one also a name before it ("Di Wang" is a given name).
    """
    if _ANY_PARTICLE.isdisjoint(words):
        return len(words) - 1
    for at, word in enumerate(words[:-1]):
        if word in _PARTICLES or (at > 0 and word in _CAPITAL_PARTICLES):
            return at
    return len(words) - 1


def last_word(person: Author) -> str:
    """What BibTeX takes for the family name of a name without comma: "Gool" of "Luc Van Gool"."""
    family = person.family
    if not family.isascii() and _FAMILY_FIRST.fullmatch(family):
        family = f"{family} {person.given}"
    return family.split()[-1] if family.split() else ""
