"""A raw TeX value as plain Unicode: accents, signs, formulas; what cannot be read is left out, never an error."""

from __future__ import annotations

import logging
import re
import sys
import unicodedata
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from texscholar.bibtex.symbols import (
    ACCENTS,
    DOUBLE_STRUCK,
    FUNCTIONS,
    JOURNALS,
    LOWERED,
    MATH_ACCENTS,
    RAISED,
    SIGNS,
    STYLES,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_TEX = 20_000  # characters beyond which a value is stripped of TeX instead of read as TeX
_MAX_DEPTH = 40  # braces in braces beyond which the same holds
_MAX_FORMULA = 400  # characters; a longer formula is no part of a title
_REMEMBERED = 400  # characters beyond which a value is not kept in memory: no title, name or venue is longer

# Characters that are meant while their bare forms still are TeX; private use, so no text has them.
_TILDE, _BACKSLASH, _DOLLAR, _CARET, _UNDERSCORE = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
_MEANT = str.maketrans({_TILDE: "~", _BACKSLASH: "\\", _DOLLAR: "$", _CARET: "^", _UNDERSCORE: "_"})
_INVISIBLE = dict.fromkeys(
    (*range(9), *range(14, 28), 0x7F, 0xAD, 0x200B, *range(0x200E, 0x2010), *range(0x202A, 0x202F))
)
_ODD = re.compile(r"[\\$~{}\x00-\x08\x0e-\x1b\x7f]|--|``|''")
_TEX = re.compile(r"[\\$]")
_PUNCTUATION = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"))
_LITERALS: Mapping[str, str] = MappingProxyType(
    {"textbackslash": _BACKSLASH, "textdollar": _DOLLAR, "textasciitilde": _TILDE}
)
_NAMED_ACCENTS = "".join(name for name in ACCENTS if name.isalpha())
_ARGUMENT = r"(?:\{\s*(?:\\([ij])|([^\W\d_]))\s*\}|\\([ij])(?![A-Za-z])|([^\W\d_]))"
_COMMON = re.compile(
    r"\\(?:"
    r"(?P<line>\\)"
    r"|(?P<hidden>(?:href|raisebox|includegraphics|textcolor|foreignlanguage|noopsort|index|label|[hv]space\*?)"
    r"(?![A-Za-z])\s*(?:\[[^\[\]{}]*\])?\{[^{}]*\})"
    rf"|(?:(?P<mark>[`'^~=.\"])\s*|(?P<named>[{_NAMED_ACCENTS}])(?:\s+|(?=[{{\\]))){_ARGUMENT}"
    r"|text(?:super|sub)script\s*\{(?P<script>[^{}\\$]*)\}"
    r"|(?:enquote|textquote)\s*\{(?P<quoted>[^{}\\$]*)\}"
    r"|unicode\s*\{(?P<number>\d{1,7})\}"
    r"|(?P<word>[A-Za-z]+)(?:\{\}|\s*)"
    r")"
)
_FORMULA = re.compile(r"(?<!\\)\$([^$]+)(?<!\\)\$|\\\(((?:[^\\]|\\[^()])+)\\\)|\\ensuremath\s*\{([^{}]+)\}")
_PROTECTION = re.compile(r"\\(?=[^A-Za-z\s])")
_MATH_COMMAND = re.compile(
    r"\\mathbb\s*(?:\{\s*([A-Z])\s*\}|([A-Z]))|\\math(?:scr|cal)\s*\{\s*(l)\s*\}"
    rf"|\\({'|'.join(MATH_ACCENTS)})(?![A-Za-z])\s*(?:\{{\s*([^\W_])\s*\}}|([^\W_]))"
    r"|\\([A-Za-z]+)(\s*)|\\([,;:!>\- ])|\\([%&#$_|{}])"
)
_GROUP = re.compile(r"(?:(√)\s*|\s*([\^_])\s*)?\{([^{}]*)\}")
_SCRIPT = re.compile(r"\s*([\^_])\s*([^\s{}])")
_RAISED_ALREADY = frozenset({"*", "∗", "⋆", "'", "′", "†", "‡", "⊤", "⊥", "°", "th", "st", "nd", "rd"})
_OPERATOR = re.compile(r"[^\w.,]")
# Databases that escape TeX as if it were text write \textdollar and \textbackslash where $ and \ were meant.
_TWICE_MATH = re.compile(
    r"\{\\textdollar\}(?=\S)((?:(?!\{\\textdollar\}).)+)(?<=\S)\{\\textdollar\}"
    r"|\\\$(?=[A-Za-z(\[]|\\_|\\textbackslash|\\textasciicircum)((?:(?!\\\$)\S)+|\\(?:(?!\\\$).)+)\\\$"
)
_TWICE = MappingProxyType(
    {
        r"{\textbackslash}": "\\",
        r"\textbackslash{}": "\\",
        r"\textasciicircum{}": "^",
        r"\{": "{",
        r"\}": "}",
        r"{\_}": "_",
        r"\_": "_",
    }
)
_BARE_SPECIAL = re.compile(r"(?<!\\)((?:\\\\)*)([%&])")
_NEEDS_TEX = re.compile(r"(?<!\\)\$|\\(?![&%_#$ ,/;:!{}-])")
_ESCAPED = re.compile(r"\\([&%_#$ ,/;:!{}-])")
_ESCAPED_SPACES: Mapping[str, str] = MappingProxyType(
    {" ": " ", ",": " ", ";": " ", ":": " ", "/": "", "!": "", "-": ""}
)
_COMMAND = re.compile(r"\\(?:[A-Za-z]+\*?\s*|.)", re.DOTALL)
_SILENT = ("today", "cite", "citep", "citet", "ref", "label", "item", "input", "include", "footnote")


def plain(value: str) -> str:
    """A raw TeX value as plain Unicode on one line: commands read or left out, braces gone."""
    if value.isascii() and not _ODD.search(value):
        return " ".join(value.split())
    return _remembered(value) if len(value) <= _REMEMBERED else _plain(value)


def verbatim(value: str) -> str:
    """A raw identifier or address: without braces, spaces and the backslashes that protect a character."""
    return "".join(_PROTECTION.sub("", value.replace("{", "").replace("}", "")).split())


def _plain(value: str) -> str:
    if _TEX.search(value):
        if r"\text" in value or r"\$" in value:
            value = _unescaped_once(value)
        value = _COMMON.sub(_common, _FORMULA.sub(_formula, value))
        value = _from_tex(value) if _NEEDS_TEX.search(value) else _ESCAPED.sub(_unescaped, value)
    for tex, char in _PUNCTUATION:
        value = value.replace(tex, char)
    value = value.replace("{", "").replace("}", "").replace("~", " ").translate(_MEANT)
    return " ".join(unicodedata.normalize("NFC", value).translate(_INVISIBLE).split())


_remembered = lru_cache(maxsize=65_536)(_plain)


def _unescaped_once(value: str) -> str:
    """A value whose TeX had been escaped as if it were text, as it was before."""
    once = _twice_command().sub(r"\\", _TWICE_MATH.sub(_math_once, value))
    return value if once == value else once.replace(r"\{", "{").replace(r"\}", "}").replace(r"{\_}", "_")


def _math_once(match: re.Match[str]) -> str:
    inner = match[1] or match[2]
    for twice, once in _TWICE.items():
        inner = inner.replace(twice, once)
    return f"${inner}$"


def _common(match: re.Match[str]) -> str:
    """The Unicode of an accent, a sign or a font command: most of the TeX that a bibliography holds."""
    if word := match["word"]:
        return _named(word, match[0])
    if match["mark"] or match["named"]:
        base = next(group for group in match.groups()[4:8] if group)
        return base + ACCENTS[match["mark"] or match["named"]]
    if match["script"] is not None:
        return "".join(RAISED.get(char, char) for char in match["script"]) if _is_number(match) else match["script"]
    if match["quoted"] is not None:
        return f"“{match['quoted']}”"
    if match["number"]:
        return _character(int(match["number"]))
    return " " if match["line"] else ""


def _named(word: str, written: str) -> str:
    """What a command without argument says; one that is not known stays as it is written."""
    if word in STYLES:
        return ""
    return _LITERALS.get(word) or SIGNS.get(word) or JOURNALS.get(word) or written


def _is_number(match: re.Match[str]) -> bool:
    return match[0].startswith(r"\textsuperscript") and match["script"].isdecimal()


def _character(number: int) -> str:
    char = chr(number) if number <= sys.maxunicode else ""
    return "" if not char or unicodedata.category(char)[0] == "C" else char


def _formula(match: re.Match[str]) -> str:
    """A short formula in signs, with raised and lowered digits; one with commands unknown here as it is written."""
    inner = match[1] or match[2] or match[3]
    if len(inner) > _MAX_FORMULA:
        return match[0]
    try:
        text = _MATH_COMMAND.sub(_math_command, inner)
    except LookupError:
        return match[0]
    while (merged := _GROUP.sub(_group, text)) != text:
        text = merged
    text = _SCRIPT.sub(lambda script: _script(script[1], script[2]), text)
    return text.replace("~", " ").replace("{", "").replace("}", "")


def _math_command(match: re.Match[str]) -> str:
    letter, bare, script_l, accent, base, single, word, space, blank, char = match.groups()
    if accent:
        return str(base or single) + MATH_ACCENTS[accent]
    if word is None:
        if double := letter or bare:
            return DOUBLE_STRUCK.get(double, double)
        return "ℓ" if script_l else _ESCAPED_SPACES.get(blank, " ") if blank else char.strip("{}")
    if word in STYLES:
        return ""
    gap = " " if space else ""
    if word in FUNCTIONS:
        return word + gap
    return "√" if word == "sqrt" else " " if word in {"quad", "qquad"} else SIGNS[word] + gap


def _group(match: re.Match[str]) -> str:
    root, sign, inner = match.groups()
    if root:
        return f"√{inner}" if inner.isalnum() else f"√({inner})"
    return _script(sign, inner) if sign else str(inner)


def _script(sign: str, inner: str) -> str:
    """A superscript or subscript in characters of its own, where there are such."""
    inner = inner.strip()
    table = RAISED if sign == "^" else LOWERED
    if all(char in table for char in inner):
        return "".join(table[char] for char in inner)
    if sign == "_":
        return _UNDERSCORE + inner.replace(" ", "")
    if inner == "∘":
        return "°"
    if inner in _RAISED_ALREADY:
        return inner
    whole = inner.startswith("(") and inner.endswith(")")
    return _CARET + (f"({inner})" if _OPERATOR.search(inner) and not whole else inner)


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


@lru_cache(maxsize=1)
def _twice_command() -> re.Pattern[str]:
    """A command of which the backslash was escaped; slow to compile, and few values need it."""
    names = "|".join(sorted((*SIGNS, *STYLES, *FUNCTIONS, "sqrt", "mathbb"), key=len, reverse=True))
    return re.compile(rf"(?:\{{\\textbackslash\}}|\\textbackslash(?:\{{\}})?)(?=[\"'`^~=.()]|(?:{names})(?![A-Za-z]))")
