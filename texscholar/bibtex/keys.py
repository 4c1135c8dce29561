"""Keys of entries: the pattern that a file makes them by, recognised, and new keys made in it.

A pattern is a format string of slots, at most one of each kind, with or without a separator between them:
``{auth}{year}{word}`` gives ``vaswani2017attention``.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.bibtex.values import entry_heading

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from texscholar.bibtex.entries import Bibliography, Entry
    from texscholar.bibtex.style import HouseStyle
    from texscholar.bibtex.work import Author, Work

_RECOGNISED = 1 / 3  # share of keys that a pattern must give to be called the file's own
_TELLING = 3  # keys that a pattern without a year must give: one word may agree by chance
_MAX_PART = 40  # characters of a name or word in a key

DEFAULT_PATTERN = "{auth}{year}{word}"
SLOTS: Mapping[str, str] = MappingProxyType(
    {  # each with its kind; of equally frequent patterns the one with the earlier slots counts
        "auth": "author",  # vaswani
        "Auth": "author",  # Vaswani
        "etal": "author",  # vaswani-etal, of two authors vaswani-shazeer
        "et_al": "author",  # vaswani_etal
        "joined": "author",  # vaswanietal
        "Joined": "author",  # VaswaniEtAl
        "Alpha": "author",  # VSP
        "Label": "author",  # VSP+, as alpha.bst labels
        "AUTH": "author",  # VASWANI
        "year": "year",  # 2017
        "yy": "year",  # 17
        "word": "word",  # attention
        "Word": "word",  # Attention
        "Words": "word",  # AttentionAllYou, as Better BibTeX counts words
    }
)
_ORDER = MappingProxyType({name: rank for rank, name in enumerate(SLOTS)})
_SEPARATORS = ("", "_", "-", ":", ".")
_STOP_WORDS = frozenset(
    """
    a about after all an and are as at be between by can do does for from have how if in into is it its
    not of on or our over should that the their this through to toward towards under upon using via we
    what when where which why with without you your der die das ein eine le la les des du un une el los
    """.split()  # noqa: SIM905 # a literal of one word a line would be a page long
)
_ALL_YOU = frozenset({"all", "you"})  # Better BibTeX counts them as words of a title
_SINGLE_LETTERS = str.maketrans(
    {
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "ħ": "h",
        "ß": "ss",
        "ŋ": "n",
    }
)
_SPELLED = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ø": "oe",
        "å": "aa",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "Ø": "Oe",
        "Å": "Aa",
    }
)
_SUFFIX = re.compile(r"[\da-z][a-z]{1,2}|.")  # the last character of what a pattern gives, and the letter behind it
_KEY_CHARACTERS = re.compile(r"[^A-Za-z0-9\-_:+.]+")
_EMPTY_PLACES = re.compile(r"([-_:.])[-_:.]+")


def make_key(work: Work, style: HouseStyle, taken: Collection[str]) -> str:
    """A key in the file's pattern, in ASCII letters, digits and ``-_:+.``, that is not taken in any case."""
    used = {key.casefold() for key in taken}
    base = _filled(style.key_pattern, _key_parts(work, spelled=style.spelled_umlauts))
    if not any(char.isalpha() for char in base):
        base = f"work{base}"
    return next(key for suffix in _suffixes() if (key := base + suffix).casefold() not in used)


def _suffixes() -> Iterable[str]:
    """Nothing, then a … z, then aa, ab …, without end."""
    length = 1
    yield ""
    while True:
        for number in range(26**length):
            yield "".join(string.ascii_lowercase[number // 26**place % 26] for place in reversed(range(length)))
        length += 1


def learn_pattern(bibliography: Bibliography, entries: Sequence[Entry]) -> tuple[str, bool]:
    """The pattern that gives most of the keys, and whether umlauts are spelled out in them."""
    counts: Counter[tuple[str, bool]] = Counter()
    for entry in entries:
        work = entry_heading(entry, bibliography)
        if not work.authors or not work.year:
            continue  # without them many patterns give the same key
        found = _patterns_of(entry.key, _key_parts(work, spelled=False))
        counts.update((pattern, False) for pattern in found)
        if any(author.family != author.family.translate(_SPELLED) for author in work.authors):
            found = _patterns_of(entry.key, _key_parts(work, spelled=True))
        counts.update((pattern, True) for pattern in found)
    best, count = min(counts.items(), key=_by_frequency, default=((DEFAULT_PATTERN, False), 0))
    needed = max(_RECOGNISED * len(entries), 1 if "{y" in best[0] else _TELLING)
    return best if count >= needed else (DEFAULT_PATTERN, False)


def _by_frequency(counted: tuple[tuple[str, bool], int]) -> tuple[int, bool, tuple[int, ...], str]:
    (pattern, spelled), count = counted
    return -count, spelled, tuple(_ORDER[slot] for slot in re.findall(r"\w+", pattern) if slot in _ORDER), pattern


def _patterns_of(key: str, parts: Mapping[str, str]) -> set[str]:
    """Every pattern that gives this key, apart from the letter of a second work of the same name."""
    found: set[str] = set()
    states = [(0, "", frozenset[str]())]
    while states:
        done, pattern, kinds = states.pop()
        for slot, kind in SLOTS.items():
            if kind in kinds or not (part := parts[slot]) or not key.startswith(part, done):
                continue
            end, longer, used = done + len(part), f"{pattern}{{{slot}}}", kinds | {kind}
            if used != {"year"} and _SUFFIX.fullmatch(key, end - 1):
                found.add(longer)
            states += [(end + len(mark), longer + mark, used) for mark in _SEPARATORS if key.startswith(mark, end)]
    return found


def _filled(pattern: str, parts: Mapping[str, str]) -> str:
    filled = pattern.format_map(parts)
    return _EMPTY_PLACES.sub(r"\1", _KEY_CHARACTERS.sub("", filled)).strip("-_:.")


def _key_parts(work: Work, *, spelled: bool) -> dict[str, str]:
    """The values of the slots; without authors a word of the title stands for them."""
    families = [family for author in work.authors if (family := _family(author, spelled=spelled))]
    words = _title_words(work.title)
    if not families and words:
        families, words = [words[0].capitalize()], words[1:]
    year = str(work.year) if work.year else ""
    word = words[0] if words else ""
    return _author_parts(families) | {
        "year": year,
        "yy": year[-2:],
        "word": word.lower(),
        "Word": word.capitalize(),
        "Words": "".join(one.capitalize() for one in _title_words(work.title, stop=_STOP_WORDS - _ALL_YOU)[:3]),
    }


def _author_parts(families: Sequence[str]) -> dict[str, str]:
    """The slots of authors; from three of them on they are "et al."."""
    first = families[0] if families else ""
    several = len(families) > 2  # noqa: PLR2004
    lower = [family.lower() for family in families]
    named = [one.capitalize() if one.islower() else one for one in (first, *families[1:2])]
    initials = "".join(family[0] for family in families).upper()
    return {
        "auth": first.lower(),
        "Auth": named[0],
        "AUTH": first.upper(),
        "etal": f"{lower[0]}-etal" if several else "-".join(lower),
        "et_al": f"{lower[0]}_etal" if several else "_".join(lower),
        "joined": f"{lower[0]}etal" if several else "".join(lower),
        "Joined": f"{named[0]}EtAl" if several else "".join(named) if families else "",
        "Alpha": initials[:3] if len(families) > 1 else named[0][:3],
        "Label": initials[:3] + "+" if len(families) > 4 else initials if len(families) > 1 else named[0][:3],  # noqa: PLR2004
    }


def _family(author: Author, *, spelled: bool) -> str:
    """A family name for a key: without leading particles; of an organisation only the first word."""
    words = (author.family.translate(_SPELLED) if spelled else author.family).split()
    kept = [word for number, word in enumerate(words) if not word[:1].islower() or number == len(words) - 1]
    if not author.given and len(kept) > 1:
        kept = [next((word for word in kept if word.lower() not in _STOP_WORDS), kept[0])]
    return _ascii("".join(kept))[:_MAX_PART]


def _title_words(title: str, stop: frozenset[str] = _STOP_WORDS) -> list[str]:
    """The words of a title that carry meaning, in ASCII; all words if none does."""
    words = [word for piece in re.split(r"[^\w'’]+", title) if (word := _ascii(piece)[:_MAX_PART])]
    return [word for word in words if word.lower() not in stop] or words


def _ascii(text: str) -> str:
    """ASCII letters and digits of a word; accents are dropped, letters without an equivalent too."""
    if text.isascii():
        return text if text.isalnum() else "".join(filter(str.isalnum, text))
    folded = "".join(
        char
        if char.isascii()
        else char.lower().translate(_SINGLE_LETTERS).upper()
        if char.isupper()
        else char.translate(_SINGLE_LETTERS)
        for char in text
    )
    return "".join(char for char in unicodedata.normalize("NFKD", folded) if char.isascii() and char.isalnum())
