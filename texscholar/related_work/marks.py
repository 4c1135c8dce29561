"""The quotation marks of a draft: those that the paper itself uses, else those of its language that its fonts hold."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Pair = tuple[str, str]
"""What opens and what closes, in TeX."""


@dataclass(frozen=True, slots=True)
class Marks:
    """How a draft marks what it quotes, in TeX.

    ``inner`` stand in a title that holds quotation marks itself; ``label`` are empty where a label needs none.
    ``latin`` is a command that sets Latin script among letters that run from right to left, if the paper has one.
    ``points`` are what the paper writes for the full stop and the comma of its language.
    """

    title: Pair
    inner: Pair
    label: Pair = ("", "")
    latin: str = ""
    points: Pair = ("", "")

    def quoted(self, text: str) -> str:
        """A title, already TeX, in its marks."""
        return _between(self.title, text)

    def named(self, text: str) -> str:
        """A label, already TeX, in its marks, if any."""
        return _between(self.label, text)


ENGLISH = Marks(("``", "''"), ("`", "'"))

_ENQUOTE = ("\\enquote{", "}")
_DOUBLE, _CURLY = ("``", "''"), ("“", "”")

# What a paper of a language may open a quotation with, and what then closes it.
_PAIRS: Mapping[str, Mapping[str, Pair]] = MappingProxyType(
    {
        "en": {"``": _DOUBLE, "“": _CURLY},
        "de": {
            "„": ("„", "“"),
            '"`': ('"`', "\"'"),
            "\\glqq": ("\\glqq{}", "\\grqq{}"),
            ",,": (",,", "``"),
            "»": ("»", "«"),
            "\\frqq": ("\\frqq{}", "\\flqq{}"),
        },
        "fr": {"\\og": ("\\og ", "\\fg{}"), "«": ("«", "»"), "``": _DOUBLE, "“": _CURLY},
        "es": {"«": ("«", "»"), '"<': ('"<', '">'), "``": _DOUBLE, "“": _CURLY},
        "ar": {"«": ("«", "»"), "``": _DOUBLE, "“": _CURLY},
        "zh": {"“": _CURLY, "``": _DOUBLE, "「": ("「", "」")},
        "zh-hant": {"「": ("「", "」"), "“": _CURLY, "``": _DOUBLE},
        "ja": {"「": ("「", "」")},
        "ko": {"‘": ("‘", "’"), "`": ("`", "'"), "“": _CURLY},
    }
)
_TITLES: Mapping[str, Pair] = MappingProxyType(
    {**dict.fromkeys(("zh", "zh-hant"), ("《", "》")), **dict.fromkeys(("ja", "ko"), ("「", "」"))}
)
_INNER: Mapping[str, Pair] = MappingProxyType({"de": ("‚", "‘"), "ko": ("‘", "’")})  # elsewhere “ ”
_INNER_ASCII: Mapping[str, Pair] = MappingProxyType({"de": (",", "`"), "fr": _DOUBLE, "es": _DOUBLE})
# Marks that stand for something else as well, and how they look where they open a quotation.
_AMBIGUOUS: Mapping[str, str] = MappingProxyType({"`": r"(?<!`)`(?!`)", ",,": r",,(?=[^\W\d_])"})
_OPENINGS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        mark: re.compile(_AMBIGUOUS.get(mark) or re.escape(mark) + r"(?![A-Za-z@])" * mark[1:].isalpha())
        for mark in {mark for pairs in _PAIRS.values() for mark in pairs} | {"\\enquote{"}
    }
)
_SPANISH = re.compile(r"([?!])(?=`)")  # which fonts join to an inverted mark
_SPACED = re.compile(r"«(\\,|[~ \u00a0\u202f])")
_WIDE_FONTS = re.compile(
    r"\\usepackage\s*(?:\[[^\]]{0,400}\])?\s*\{[^{}]{0,400}(?:fontspec|polyglossia|unicode-math|babel)"
    r"|\\usepackage\s*\[[^\]]{0,100}\bT1\b[^\]]{0,100}\]\s*\{fontenc\}"
)
_BABEL = re.compile(r"\\usepackage\s*(?:\[[^\]]{0,400}\])?\s*\{[^{}]{0,400}\bbabel\b")
_LATIN = re.compile(r"\\(?:textLR|LR|textenglish|foreignlanguage\{english\})(?=\{)")


def _between(pair: Pair, text: str) -> str:
    """A text between marks, which it must not join to others."""
    opening, closing = pair
    # Three quotation marks in a row would be read as a double one and a single one, whichever was meant.
    before = r"\," if text[:1] in "`,'" and text[:1] == opening[-1:] else ""
    after = r"\," if text[-1:] in "`'" and text[-1:] == closing[:1] else ""
    return _SPANISH.sub(r"\1{}", f"{opening}{before}{text}{after}{closing}")


def learn_marks(language: str, codes: Sequence[str], encoding: str, *, ascii_only: bool) -> Marks:
    """The marks for a draft.

    Args:
        language: of the paper.
        codes: the code of its files.
        encoding: of the file that gets the draft.
        ascii_only: whether that file holds nothing else, so that it should stay so.
    """

    def can_hold(pair: Pair) -> bool:
        return _is_encodable("".join(pair), "ascii" if ascii_only else encoding)

    text = "\n".join(codes)
    pairs = {mark: pair for mark, pair in _PAIRS.get(language, _PAIRS["en"]).items() if can_hold(pair)}
    pair = _learned(pairs, text) or _default(language, pairs, text)
    if pair[0] == "«":
        pair = _spaced(language, text, [space for space in _SPACED.findall(text) if can_hold((space, ""))])
    if language not in _PAIRS or language == "en":
        return Marks(pair, ("‘", "’") if pair == _CURLY else ENGLISH.inner)
    title = next(filter(can_hold, (_TITLES.get(language, pair), pair)), pair)
    inner = next(filter(can_hold, (_INNER.get(language, _CURLY), _INNER_ASCII.get(language, ENGLISH.inner))))
    return Marks(title, inner, pair, _latin(text) if language == "ar" else "", _points(language, text))


def _is_encodable(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _learned(pairs: Mapping[str, Pair], text: str) -> Pair | None:
    """The marks that the paper uses most, None where it uses none."""
    usable = {**pairs, "\\enquote{": _ENQUOTE}
    counts = {mark: sum(1 for _ in _OPENINGS[mark].finditer(text)) for mark in usable}
    best = max(counts, key=lambda mark: counts[mark])
    return usable[best] if counts[best] else None


def _default(language: str, pairs: Mapping[str, Pair], text: str) -> Pair:
    """The marks of a language, as far as they can be typeset with what the paper loads."""
    first = next(iter(pairs), "")
    if first == "\\og":
        return pairs["\\og"] if _BABEL.search(text) else _wide(pairs.get("«"), text) or _DOUBLE
    if language == "de":
        commands = "\\glqq" if _BABEL.search(text) else ",,"
        return _wide(pairs.get("„"), text) or pairs[commands]
    if language == "es":
        return _wide(pairs.get("«"), text) or _DOUBLE
    return pairs.get(first, _DOUBLE)


def _wide(pair: Pair | None, text: str) -> Pair | None:
    """Marks that the fonts of a Latin paper lack unless it loads others."""
    return pair if pair and _WIDE_FONTS.search(text) else None


def _spaced(language: str, text: str, spaces: Sequence[str]) -> Pair:
    """Guillemets with the space that the paper writes inside them; in French a tie where it has no guillemets."""
    if spaces:
        space = max(sorted(set(spaces)), key=spaces.count)
    else:
        # polyglossia spaces them by itself
        space = "~" if language == "fr" and "«" not in text and "polyglossia" not in text else ""
    return f"«{space}", f"{space}»"


def _latin(text: str) -> str:
    used = Counter(_LATIN.findall(text))
    return max(sorted(used), key=lambda command: used[command]) if used else ""


def _points(language: str, text: str) -> Pair:
    """The full stop and the comma of a paper in Chinese or Japanese, which may be ``．`` and ``，``."""
    if language not in ("ja", "zh", "zh-hant"):
        return ("", "")
    stop = "．" if text.count("．") > text.count("。") else "。"
    comma = "，" if language == "ja" and text.count("，") > text.count("、") else "、"
    return (stop, comma)
