"""What an entry says, in plain Unicode: values without TeX, names as persons, the entry as a work."""

from __future__ import annotations

import logging
import re
import unicodedata
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from texscholar.bibtex.work import Author, Work, normalise_arxiv, normalise_doi

if TYPE_CHECKING:
    from collections.abc import Mapping

    from texscholar.bibtex.entries import Bibliography, Entry

_MAX_TEX = 20_000  # characters beyond which a value is stripped of TeX instead of read as TeX
_MAX_DEPTH = 40  # braces in braces beyond which the same holds
_MAX_PARENTS = 8  # crossref of crossref of …

_ACCENTS: Mapping[str, str] = MappingProxyType(
    {
        "`": "\u0300",
        "'": "\u0301",
        "^": "\u0302",
        "~": "\u0303",
        "=": "\u0304",
        "u": "\u0306",
        ".": "\u0307",
        '"': "\u0308",
        "r": "\u030a",
        "H": "\u030b",
        "v": "\u030c",
        "d": "\u0323",
        "c": "\u0327",
        "k": "\u0328",
        "b": "\u0331",
    }
)
_LETTERS: Mapping[str, str] = MappingProxyType(
    {
        "ss": "ß",
        "o": "ø",
        "O": "Ø",
        "ae": "æ",
        "AE": "Æ",
        "oe": "œ",
        "OE": "Œ",
        "aa": "å",
        "AA": "Å",
        "l": "ł",
        "L": "Ł",
        "i": "i",
        "j": "j",
        "dh": "ð",
        "DH": "Ð",
        "dj": "đ",
        "DJ": "Đ",
        "th": "þ",
        "TH": "Þ",
        "textendash": "–",
        "textemdash": "—",
        "ldots": "…",
        "dots": "…",
        "LaTeX": "LaTeX",
        "TeX": "TeX",
        "BibTeX": "BibTeX",
        "textasciitilde": "~",
        "textasciicircum": "^",
        "textquoteright": "’",
        "textquoteleft": "‘",
    }
)
_ARGUMENT = r"(?:\{\s*(?:\\([ij])|([^\W\d_]))\s*\}|\\([ij])(?![A-Za-z])|([^\W\d_]))"
_COMMON_TEX = re.compile(
    r"\\(?:"
    r"(?P<line>\\)"
    r"|(?P<hidden>(?:href|raisebox|includegraphics|textcolor)(?![A-Za-z])\s*(?:\[[^\[\]{}]*\])?\{[^{}]*\})"
    rf"|(?:(?P<mark>[`'^~=.\"])\s*|(?P<named>[uHvdcbkr])(?:\s+|(?=[{{\\]))){_ARGUMENT}"
    r"|(?P<font>emph|text(?:it|bf|sc|tt|rm|sf|sl|up|md|normal)?|mbox|em|it|bf|sc|tt|rm|sf|sl|url|path)(?![A-Za-z])\s*"
    rf"|(?P<letter>{'|'.join(sorted(_LETTERS, key=len, reverse=True))})(?:\{{\}}|(?![A-Za-z])\s*)"
    r")"
)
_BARE_SPECIAL = re.compile(r"(?<!\\)((?:\\\\)*)([%&])")
_NEEDS_TEX = re.compile(r"(?<!\\)\$|\\(?![&%_#$ ,/;:!-])")
_ESCAPED = re.compile(r"\\([&%_#$ ,/;:!-])")
_ESCAPED_SPACES: Mapping[str, str] = MappingProxyType(
    {" ": " ", ",": " ", ";": " ", ":": " ", "/": "", "!": "", "-": ""}
)
_COMMAND = re.compile(r"\\(?:[A-Za-z]+\*?\s*|.)", re.DOTALL)
_SILENT = ("today", "cite", "citep", "citet", "ref", "label", "item", "input", "include", "footnote")
_PUNCTUATION = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"))
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20|21)\d\d(?!\d)")
_ARXIV_PLACE = re.compile(r"arxiv(?:\.org/(?:abs|pdf)/|\s*e-prints?|\s*preprint|[\s:./,]|\[[\w.-]+\])*", re.IGNORECASE)
_COMPUTING_REPOSITORY = re.compile(r"\babs/(?=\d{4}\.|[a-z-]+/\d)", re.IGNORECASE)
_DOI_PLACE = re.compile(r"doi\.org/|\bdoi\s*[:=]", re.IGNORECASE)
_VENUES = (
    "journal",
    "journaltitle",
    "booktitle",
    "maintitle",
    "howpublished",
    "publisher",
    "school",
    "institution",
    "organization",
)
_ARXIV_FIELDS = (
    "doi",
    "url",
    "journal",
    "journaltitle",
    "howpublished",
    "note",
    "volume",
    "eprint",
    "number",
)
_NOT_INHERITED = frozenset(
    {"title", "subtitle", "titleaddon", "crossref", "xdata", "ids", "key", "label", "shorttitle"}
)
_WITHOUT_PARTS = frozenset(
    {"book", "collection", "proceedings", "article", "misc", "periodical"}
)  # keep their parent's title out
_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})


@lru_cache(maxsize=65_536)
def plain(value: str) -> str:
    """A raw TeX value as plain Unicode on one line: commands read or left out, braces gone."""
    if "\\" in value or "$" in value:
        value = _COMMON_TEX.sub(_common, value)
        value = _from_tex(value) if _NEEDS_TEX.search(value) else _ESCAPED.sub(_unescaped, value)
    for tex, char in _PUNCTUATION:
        value = value.replace(tex, char)
    value = value.replace("{", "").replace("}", "").replace("~", " ").replace(_TILDE, "~")
    return " ".join(unicodedata.normalize("NFC", value).translate(_INVISIBLE).split())


_TILDE = "\ue000"  # a tilde that is meant, while bare ones are still spaces; private use, so no text has it
_INVISIBLE = dict.fromkeys(
    (*range(9), *range(14, 28), 0x7F, 0xAD, 0x200B, *range(0x200E, 0x2010), *range(0x202A, 0x202F))
)


def verbatim(value: str) -> str:
    """A raw identifier or address: without braces, spaces and the backslashes that protect a character."""
    return "".join(re.sub(r"\\(?=[^A-Za-z\s])", "", value.replace("{", "").replace("}", "")).split())


def _addresses(value: str) -> str:
    """A raw value in which addresses stand apart from what surrounds them."""
    return re.sub(r"\\(?=[^A-Za-z\s])", "", re.sub(r"[{}]", " ", value))


def _common(match: re.Match[str]) -> str:
    """The Unicode of an accent, a letter or a font command: most of the TeX that a bibliography holds."""
    if match["line"]:
        return " "
    if match["font"] or match["hidden"]:
        return ""
    if match["letter"]:
        return _LETTERS[match["letter"]].replace("~", _TILDE)
    base = next(group for group in match.groups()[4:8] if group)
    return base + _ACCENTS[match["mark"] or match["named"]]


def _unescaped(match: re.Match[str]) -> str:
    return _ESCAPED_SPACES.get(match[1], match[1])


def _from_tex(value: str) -> str:
    """What pylatexenc reads, or the value with its commands left out where that cannot be read."""
    if len(value) <= _MAX_TEX and _depth(value) <= _MAX_DEPTH:
        from pylatexenc.latexwalker import LatexWalkerError  # noqa: PLC0415 # only values with TeX pay for it

        guarded = _BARE_SPECIAL.sub(r"\1\\\2", value)  # a bare % would hide the rest of its line, a bare & itself
        try:
            return str(_tex_reader().latex_to_text(guarded, tolerant_parsing=True))
        except (LatexWalkerError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
            pass  # input that its parser was not made for
    return _COMMAND.sub(" ", _ESCAPED.sub(_unescaped, value)).replace("$", "")


def _depth(value: str) -> int:
    depth = deepest = 0
    for char in re.findall(r"[{}]", value):
        depth += 1 if char == "{" else -1
        deepest = max(deepest, depth)
    return deepest


@lru_cache(maxsize=1)
def _tex_reader() -> Any:  # noqa: ANN401 # pylatexenc ships no types
    from pylatexenc.latex2text import (  # noqa: PLC0415 # only values with TeX pay for it
        LatexNodes2Text,
        MacroTextSpec,
        get_default_latex_context_db,
    )

    logging.getLogger("pylatexenc").addHandler(logging.NullHandler())  # else it warns of odd input on the terminal
    context = get_default_latex_context_db()
    silent = [MacroTextSpec(name, "") for name in _SILENT]
    context.add_context_category("bibliography", prepend=True, macros=silent)
    return LatexNodes2Text(latex_context=context, math_mode="text", keep_comments=False)


def names(value: str) -> tuple[Author, ...]:
    """The persons of a raw author or editor value, by BibTeX's rules; ``and others`` is left out."""
    from bibtexparser.middlewares.names import split_multiple_persons_names  # noqa: PLC0415 # slow to import

    people = (_person(one) for one in split_multiple_persons_names(value.strip()))
    return tuple(person for person in people if person.family)


@lru_cache(maxsize=16_384)
def _person(name: str) -> Author:
    if plain(name).lower() in {"others", "et al.", "et al", "and"}:
        return Author("")
    from bibtexparser.middlewares.names import parse_single_name_into_parts  # noqa: PLC0415 # slow to import

    parts = parse_single_name_into_parts(name, strict=False)
    first, last, suffix = list(parts.first), list(parts.last), list(parts.jr)
    if len(first) > 1 and len(last) == 1 and last[0].lower() in _SUFFIXES:  # "Martin Luther King Jr." without commas
        last, suffix = [first.pop()], last
    family, given = plain(" ".join((*parts.von, *last))), plain(" ".join((*first, *suffix)))
    return Author(family, given) if family else Author(given)


def entry_work(entry: Entry, bibliography: Bibliography) -> Work:
    """The work that an entry describes; what it lacks comes from its ``crossref`` and ``xdata`` entries."""
    fields = inherited_fields(entry, bibliography)
    values = dict(reversed(fields))  # of a repeated field the first counts, as for BibTeX
    return replace(
        _heading(values),
        venue=next((text for name in _VENUES if (text := plain(values.get(name, "")))), ""),
        doi=_doi(values),
        arxiv=_arxiv(values),
        abstract=plain(values.get("abstract", "")),
        kind=entry.kind,
        fields=fields,
    )


def entry_heading(entry: Entry, bibliography: Bibliography) -> Work:
    """Only title, authors and year of the work that an entry describes: what a key is made of."""
    return _heading(dict(reversed(inherited_fields(entry, bibliography))))


def _heading(values: Mapping[str, str]) -> Work:
    authors = names(values.get("author") or values.get("editor", ""))
    return Work(_title(values), authors, _year(values))


def inherited_fields(entry: Entry, bibliography: Bibliography) -> tuple[tuple[str, str], ...]:
    """The raw fields of an entry in its order, then those it has from its parents."""
    fields = [(field.name, field.value) for field in entry.fields]
    present = {name for name, value in fields if value.strip()}
    for parent, is_data in _parents(entry, bibliography):
        for field in parent.fields:
            name = field.name if is_data else _inherited_name(entry.kind, field.name)
            if name and name not in present and field.value.strip():
                present.add(name)
                fields.append((name, field.value))
    return tuple(fields)


def _inherited_name(kind: str, name: str) -> str:
    """The field of a part that a field of the whole becomes, or an empty string."""
    if name == "title" and kind not in _WITHOUT_PARTS:
        return "booktitle"
    return "" if name in _NOT_INHERITED else name


def _parents(entry: Entry, bibliography: Bibliography) -> tuple[tuple[Entry, bool], ...]:
    """The entries that one inherits from, nearest first, each with whether it is a mere data container."""
    found: list[tuple[Entry, bool]] = []
    queue = [entry]
    while queue and len(found) < _MAX_PARENTS:
        child = queue.pop(0)
        for name in ("xdata", "crossref"):
            for key in child.get(name).split(","):
                parent = bibliography.entry(key.strip()) if key.strip() else None
                if parent is not None and parent is not entry and all(parent is not other for other, _ in found):
                    found.append((parent, name == "xdata"))
                    queue.append(parent)
    return tuple(found[:_MAX_PARENTS])


def _title(values: Mapping[str, str]) -> str:
    title, subtitle = plain(values.get("title", "")), plain(values.get("subtitle", ""))
    return f"{title}: {subtitle}" if title and subtitle else title or subtitle


def _year(values: Mapping[str, str]) -> int | None:
    for name in ("year", "date", "eventdate"):
        if match := _YEAR.search(plain(values.get(name, ""))):
            return int(match[0])
    return None


def _doi(values: Mapping[str, str]) -> str:
    if doi := normalise_doi(verbatim(values.get("doi", ""))):
        return doi
    for name in ("url", "howpublished", "journal", "journaltitle", "ee"):  # a note may name another work
        text = _addresses(values.get(name, ""))
        if place := _DOI_PLACE.search(text):
            return normalise_doi(text[place.end() :])
    return ""


def _arxiv(values: Mapping[str, str]) -> str:
    archive = plain(values.get("archiveprefix") or values.get("eprinttype", "")).lower()
    if archive in {"", "arxiv"} and (number := normalise_arxiv(verbatim(values.get("eprint", "")))):
        return number
    for name in _ARXIV_FIELDS:
        text = _addresses(values.get(name, ""))
        for place in (*_ARXIV_PLACE.finditer(text), *_COMPUTING_REPOSITORY.finditer(text)):
            if number := normalise_arxiv(text[place.end() : place.end() + 40]):
                return number
    return ""
