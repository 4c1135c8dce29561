"""How a .bib file is written by its authors, learned from it: layout of entries and pattern of keys."""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeVar

from texscholar.bibtex.values import entry_heading

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from texscholar.bibtex.entries import Bibliography, Entry, Field
    from texscholar.bibtex.work import Author, Work
    from texscholar.source import SourceText

Case = Literal["lower", "title", "camel", "upper"]

_SAMPLE = 300  # entries from the end of the file that are looked at: habits change, and the newest count
_ALIGNED = 0.6  # share of fields that must end in one column to call a file aligned
_RECOGNISED = 1 / 3  # share of keys that a pattern must give to be called the file's own
_TELLING = 3  # keys that a pattern without a year must give: one word may agree by chance
_MAX_BLANK_LINES = 2
_MAX_PART = 40  # characters of a name or word in a key

DEFAULT_PATTERN = "vaswani2017attention"
KEY_PATTERNS: Mapping[str, str] = MappingProxyType(
    {  # named by the key they give to "Attention Is All You Need"; of equally frequent ones the first counts
        "vaswani2017attention": "{auth}{year}{word}",
        "vaswani2017": "{auth}{year}",
        "Vaswani2017": "{Auth}{year}",
        "Vaswani2017attention": "{Auth}{year}{word}",
        "Vaswani2017Attention": "{Auth}{year}{Word}",
        "vaswani2017Attention": "{auth}{year}{Word}",
        "vaswani:2017": "{auth}:{year}",
        "Vaswani:2017": "{Auth}:{year}",
        "vaswani_2017": "{auth}_{year}",
        "Vaswani_2017": "{Auth}_{year}",
        "vaswani-2017": "{auth}-{year}",
        "vaswani_attention_2017": "{auth}_{word}_{year}",
        "vaswani_2017_attention": "{auth}_{year}_{word}",
        "vaswani-etal-2017-attention": "{etal}-{year}-{word}",
        "vaswani-etal-2017": "{etal}-{year}",
        "vaswani_etal_2017": "{et_al}_{year}",
        "vaswanietal2017": "{joined}{year}",
        "VaswaniEtAl2017": "{Joined}{year}",
        "VaswaniEtAl:2017": "{Joined}:{year}",
        "vaswaniAttentionAllYou2017": "{auth}{Words}{year}",
        "attention2017": "{word}{year}",
        "vaswani17": "{auth}{yy}",
        "Vaswani17": "{Auth}{yy}",
        "vaswani17attention": "{auth}{yy}{word}",
        "VSP17": "{Alpha}{yy}",
        "vaswani": "{auth}",
        "attention": "{word}",
    }
)
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
_SUFFIX = re.compile(r"(?<=[\da-z])[a-z]{1,2}$")
_KEY_CHARACTERS = re.compile(r"[^A-Za-z0-9\-_:+.]+")
_EMPTY_PLACES = re.compile(r"([-_:])[-_:]+")
_KINDS_IN_CAMEL = MappingProxyType(
    {
        "inproceedings": "InProceedings",
        "incollection": "InCollection",
        "inbook": "InBook",
        "phdthesis": "PhdThesis",
        "mastersthesis": "MastersThesis",
        "techreport": "TechReport",
    }
)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class HouseStyle:
    """The habits of one .bib file; the defaults stand for a file without any.

    ``equals_column`` and ``value_column`` count characters from the start of a field's name;
    0 where nothing is aligned.
    """

    indent: str = "  "
    delimiter: Literal["{", '"'] = "{"
    before_equals: str = " "
    after_equals: str = " "
    equals_column: int = 0
    value_column: int = 0
    field_case: Case = "lower"
    kind_case: Case = "lower"
    trailing_comma: bool = True
    closing: str = "\n"
    blank_lines: int = 1
    newline: str = "\n"
    ascii_only: bool = False
    bare_numbers: bool = False
    biblatex: bool = False
    key_pattern: str = DEFAULT_PATTERN
    spelled_umlauts: bool = False

    def field_name(self, name: str) -> str:
        """The name of a field in the file's case."""
        return _in_case(name, self.field_case)

    def kind_name(self, kind: str) -> str:
        """The type of an entry in the file's case."""
        return _KINDS_IN_CAMEL.get(kind, kind.title()) if self.kind_case == "camel" else _in_case(kind, self.kind_case)


def learn_style(bibliography: Bibliography) -> HouseStyle:
    """The house style of a bibliography, by majority of its last entries."""
    entries = bibliography.entries[-_SAMPLE:]
    newline = bibliography.source.newline
    if not entries:
        return HouseStyle(newline=newline)
    text = bibliography.source.text
    fields = [_FieldLayout.of(bibliography.source, field) for entry in entries for field in entry.fields]
    equals_column, value_column = _columns(fields)
    key_pattern, spelled_umlauts = _key_pattern(bibliography, entries)
    return HouseStyle(
        indent=_most((field.indent for field in fields if field.indent is not None), "  "),
        delimiter='"' if _mostly(field.opener == '"' for field in fields if field.opener in {"{", '"'}) else "{",
        before_equals=_most((field.before for field in fields), " "),
        after_equals=_most((field.after for field in fields), " "),
        equals_column=equals_column,
        value_column=value_column,
        field_case=_most((_case(field.name) for field in fields), "lower"),
        kind_case=_kind_case([_written_kind(text, entry) for entry in entries]),
        trailing_comma=_mostly("," in tail for tail in _tails(text, entries)),
        closing=_closing(_tails(text, [entry for entry in entries if "\n" in text[entry.span.start : entry.span.end]])),
        blank_lines=_blank_lines(text, entries),
        newline=newline,
        ascii_only=text.isascii(),
        bare_numbers=_mostly(
            text[field.value_span.start].isdigit()
            for entry in entries
            for field in entry.fields
            if field.name == "year"
        ),
        biblatex=_is_biblatex(entries),
        key_pattern=key_pattern,
        spelled_umlauts=spelled_umlauts,
    )


@dataclass(frozen=True, slots=True)
class _FieldLayout:
    """How one field is written; ``indent`` is None where it does not start its line."""

    name: str
    indent: str | None
    before: str
    after: str
    opener: str

    @classmethod
    def of(cls, source: SourceText, field: Field) -> _FieldLayout:
        start, value_start = field.span.start, field.value_span.start
        indent = source.text[start - source.position(start).column + 1 : start]
        name, _, after = source.text[start:value_start].partition("=")
        bare_name = name.rstrip()
        return cls(
            bare_name,
            indent if _is_blank(indent) else None,
            name[len(bare_name) :] if _is_blank(name[len(bare_name) :]) else " ",
            after if _is_blank(after) else " ",
            source.text[value_start],
        )


def _is_blank(text: str) -> bool:
    return len(text) <= _MAX_PART and not text.strip(" \t")


def _columns(fields: Sequence[_FieldLayout]) -> tuple[int, int]:
    """The column of the equals sign, and of the value where only that one is aligned; 0 where none is."""
    if len({len(field.name) for field in fields}) < 2:  # noqa: PLR2004 # names of one length show no column
        return 0, 0
    equals = [len(field.name) + len(field.before) for field in fields]
    values = [width + 1 + len(field.after) for width, field in zip(equals, fields, strict=True)]
    if _is_aligned(equals):
        return _most(equals, 0), 0
    return 0, _most(values, 0) if _is_aligned(values) else 0


def _is_aligned(columns: Sequence[int]) -> bool:
    return columns.count(_most(columns, 0)) > _ALIGNED * len(columns)


def _tails(text: str, entries: Sequence[Entry]) -> list[str]:
    """What stands between the last value and the closing delimiter of each entry."""
    return [text[entry.fields[-1].span.end : entry.span.end - 1] for entry in entries if entry.fields]


def _closing(tails: Sequence[str]) -> str:
    """The line end and indent before the closing brace, or nothing where it follows the last value."""
    lines = (re.split(r"\r\n|\n|\r", tail) for tail in tails)
    return _most(("\n" + parts[-1] if len(parts) > 1 and _is_blank(parts[-1]) else "" for parts in lines), "\n")


def _blank_lines(text: str, entries: Sequence[Entry]) -> int:
    gaps = (text[first.span.end : second.span.start] for first, second in pairwise(entries))
    counts = (len(re.findall(r"\r\n|\n|\r", gap)) - 1 for gap in gaps if not gap.strip())
    return min(max(_most(counts, 1), 0), _MAX_BLANK_LINES)


def _is_biblatex(entries: Sequence[Entry]) -> bool:
    named = [{field.name for field in entry.fields} for entry in entries]
    modern = sum(bool(names & {"journaltitle", "date", "eprinttype"}) for names in named)
    return modern > sum(bool(names & {"journal", "year", "archiveprefix"}) for names in named)


def _written_kind(text: str, entry: Entry) -> str:
    start = text.index("@", entry.span.start) + 1
    return text[start : entry.key_span.start].lstrip()[: len(entry.kind)]


def _kind_case(kinds: Sequence[str]) -> Case:
    cases = [_case(kind) for kind in kinds]
    if "camel" in cases and _most(cases, "lower") in {"title", "camel"}:
        return "camel"
    return _most(cases, "lower")


def _case(name: str) -> Case:
    if name.islower():
        return "lower"
    if name.isupper() and len(name) > 1:
        return "upper"
    return "title" if name == name.title() else "camel"


def _in_case(name: str, case: Case) -> str:
    if case == "upper":
        return name.upper()
    return name if case == "lower" else name[:1].upper() + name[1:]


def _most(values: Iterable[_T], default: _T) -> _T:
    """The commonest value, of equally common ones the first."""
    return next((value for value, _ in Counter(values).most_common(1)), default)


def _mostly(facts: Iterable[bool]) -> bool:
    counted = Counter(facts)
    return counted[True] > counted[False]


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


def _key_pattern(bibliography: Bibliography, entries: Sequence[Entry]) -> tuple[str, bool]:
    """The pattern that gives most of the keys, and whether umlauts are spelled out in them."""
    counts: Counter[tuple[str, bool]] = Counter()
    habits = [(name, spelled) for spelled in (False, True) for name in KEY_PATTERNS]
    for entry in entries:
        work = entry_heading(entry, bibliography)
        if not work.authors or not work.year:
            continue  # without them many patterns give the same key
        parts = {spelled: _key_parts(work, spelled=spelled) for spelled in (False, True)}
        counts.update(habit for habit in habits if _is_key_of(entry.key, _filled(habit[0], parts[habit[1]])))
    best = max(habits, key=lambda habit: counts[habit])  # of equals, max gives the first
    needed = max(_RECOGNISED * len(entries), 1 if "{y" in KEY_PATTERNS[best[0]] else _TELLING)
    return best if counts[best] >= needed else (DEFAULT_PATTERN, False)


def _is_key_of(written: str, made: str) -> bool:
    return bool(made) and (written == made or _SUFFIX.sub("", written) == made)


def _filled(pattern: str, parts: Mapping[str, str]) -> str:
    filled = KEY_PATTERNS.get(pattern, KEY_PATTERNS[DEFAULT_PATTERN]).format_map(parts)
    return _EMPTY_PLACES.sub(r"\1", _KEY_CHARACTERS.sub("", filled)).strip("-_:")


def _key_parts(work: Work, *, spelled: bool) -> dict[str, str]:
    """The values that a pattern may name; without authors a word of the title stands for them."""
    families = [family for author in work.authors if (family := _family(author, spelled=spelled))]
    words = _title_words(work.title)
    if not families and words:
        families, words = [words[0].capitalize()], words[1:]
    first = families[0] if families else ""
    several = len(families) > 2  # noqa: PLR2004 # from three on they are "et al."
    hyphened = [family.lower() for family in families]
    year = str(work.year) if work.year else ""
    word = words[0] if words else ""
    named = [one.capitalize() if one.islower() else one for one in (first, *families[1:2])]
    return {
        "auth": first.lower(),
        "Auth": named[0],
        "etal": f"{hyphened[0]}-etal" if several else "-".join(hyphened),
        "et_al": f"{hyphened[0]}_etal" if several else "_".join(hyphened),
        "joined": f"{hyphened[0]}etal" if several else "".join(hyphened),
        "Joined": f"{named[0]}EtAl" if several else "".join(named) if families else "",
        "Alpha": "".join(family[0] for family in families[:3]).upper() if len(families) > 1 else named[0][:3],
        "year": year,
        "yy": year[-2:],
        "word": word.lower(),
        "Word": word.capitalize(),
        "Words": "".join(one.capitalize() for one in _title_words(work.title, stop=_STOP_WORDS - _ALL_YOU)[:3]),
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
    folded = "".join(
        char
        if char.isascii()
        else char.lower().translate(_SINGLE_LETTERS).upper()
        if char.isupper()
        else char.translate(_SINGLE_LETTERS)
        for char in text
    )
    return "".join(char for char in unicodedata.normalize("NFKD", folded) if char.isascii() and char.isalnum())
