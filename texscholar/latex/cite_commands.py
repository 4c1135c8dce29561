r"""Citation commands of LaTeX and its packages: which arguments hold keys, and how they stand in a sentence.

Nearly every command with ``cite`` in its name takes optional notes and one group of keys, and one that ends in
``cites`` repeats that; the tables name what else there is. They follow the declarations of natbib, biblatex and its
styles, apacite, amsrefs, jurabib, harvard, chicago, abntex2cite, csquotes and the classes of TeX Live 2022.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.latex.wanted_words import WANTED_COMMAND
from texscholar.source import Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from texscholar.latex.scan import Scan

PARENTHETICAL, TEXTUAL, PART, SILENT = "parenthetical", "textual", "part", "silent"
NONE, WANTED = "none", "wanted"
_NUMBER = re.compile(r"#([1-9])")


@dataclass(frozen=True)
class CiteForm:
    r"""How the call of a citation command is read.

    ``keys``: what it cites, in terms of the brace groups of the call: ``#1`` is the list in the first, ``rfc#1`` one
    key made of it, and a text without a number a key that stands in the definition of a macro.
    ``groups``: how many brace groups belong to the call. ``repeats``: more of them cite more, as in ``\cites``.
    ``kind``: ``parenthetical``, ``textual`` (part of the sentence's grammar, as ``\citet``), ``part`` (what authors
    put a citation together from, as ``\citeyear``), ``silent`` (``\nocite``), or for what is no citation ``none``, and
    ``wanted`` where it says that one is missing.
    """

    keys: tuple[str, ...] = ("#1",)
    groups: int = 1
    repeats: bool = False
    kind: str = PARENTHETICAL

    @cached_property
    def needed(self) -> int:
        """The number of the last group that holds keys."""
        return max((int(number) for key in self.keys for number in _NUMBER.findall(key)), default=0)

    @cached_property
    def is_plain(self) -> bool:
        r"""Whether ``\command{key}`` cites a key, and nothing else need be said."""
        return self.keys == ("#1",) and self.groups == 1 and not self.repeats

    def after(self, groups: int) -> CiteForm:
        """The form of a macro that takes so many groups and leaves the rest to a command of this form."""
        if groups == 0:
            return self
        keys = tuple(_NUMBER.sub(lambda number: f"#{int(number[1]) + groups}", key) for key in self.keys)
        return replace(self, keys=keys, groups=self.groups + groups, repeats=False)


def filled(key: str, texts: Sequence[str]) -> str:
    """A key of a form with the texts of the groups in place of their numbers."""
    return _NUMBER.sub(lambda number: texts[int(number[1]) - 1], key)


NO_WRAPPERS: Mapping[str, CiteForm] = MappingProxyType({})

_SECOND = CiteForm(("#2",), 2)
_MULTI = CiteForm(repeats=True)
_SILENT = CiteForm(kind=SILENT)
_NO_CITATION = CiteForm((), 0, kind=NONE)


def _each(names: str, form: CiteForm) -> dict[str, CiteForm]:
    return dict.fromkeys(names.split(), form)


_FORMS: Mapping[str, CiteForm] = {
    **_each("citename citelist citefield", CiteForm(groups=2, kind=PART)),  # {key}[format]{field}
    **_each("citeaffixed", CiteForm(groups=2)),
    **_each("defcitealias", CiteForm(groups=2, kind=SILENT)),
    **_each("citetPage", replace(_SECOND, kind=TEXTUAL)),
    **_each("citepPage citework", _SECOND),
    **_each("DTLnocite", replace(_SECOND, kind=SILENT)),
    **_each("shortcites bstctlcite citeswithoutentry citeworkwithtitle", _SILENT),
    **_each("nextcitefull nextciteshort nextcitenotitle nextcitereset", _SILENT),
    **_each("quotecite fullquotecite citecs citetitles citeincitefs footcitenodots footcitedots citeissues", _MULTI),
    **_each("pciteissues fciteissues footcitetexts Footcitetexts", _MULTI),
    **_each("citets Citets", replace(_MULTI, kind=TEXTUAL)),
    **_each("citealts Citealts", replace(_MULTI, kind=PART)),
    **_each(
        """
        citestyle setcitestyle citereset citeresetapa citesetup citetext bibcite newcites citeindextype citeindexfile
        citenote parcite sentencecite acrocite acrogroupcite externalcitedocument catcite backcite citepageref dontcite
        citeall citebrackets setcitebrackets citetitlefortype citenotitlefortype citefullfirstfortype resetcites
        undefinedcites floatcites othercites othercitelist uncitedbibs citension xtcitension definecitelabel
        showcitenames nocitenames nociteprefix nocitecount ifnocite citeoption addtociteoptionlist cited chscite
        mcitelike volcitecmd multivolcitecmd CiteMoveChars OverciteFont InnerCite OtherCite BackCite PrintCiteNames
        CiteNames CiteNamesFull ReciteFigure ReciteTable citestarts citeends citesel skbslidecite citealias
        citeindexfalse citeindextrue bibliographycite betweencites markcite citeauthory SetCiteCommand
        tocite tocitem harvardcite citeform
        recite excite incite calcite anthracite explicite implicite licite solicite
        """,
        _NO_CITATION,
    ),
}
# Names of settings and of the insides of packages
_INSIDE = re.compile(
    r"\A(?:if|the(?:multi|max)?cite|At[A-Z]|mk|Declare|Undeclare|Register|[sS]et[cC]ite|reset|AddNocite|ABCI|blx|abx"
    r"|hyperback|mcite(?:[A-Z]|the|bib|bst|default|sub|max|head|end|mid|sep|aux|org|fwd|track)|bib(?!list|entry|xref|le)"
    r"|INGUD|Cweb|bt[A-Z]|trap|cwdef|cwplease|erjpunct|markdown|realcite|strongcite)"
    r"|[cC]ite\w*(?:delim|punct|format|font|count|total|style|color|sep|separator|prefix|suffix|label|sty|names|left"
    r"|right|mid|open|close|dash|range|cmd|comma|hook|default|option|optionlist|thanks)\Z"
)
_NOTE = re.compile(r"foot|super|side|note|margin", re.IGNORECASE)
_TEXTUAL = re.compile(
    r"[tT]extcites?(?:tv)?\Z|textreviewcites?\Z|\A(?:tcites?|newcite|onlinecite|possessivecite)\Z"
    r"|(?<!paren)[cC]ite(?:t|tns|tv|tnoibidem|talias|A|B|N|asnoun|online|poss|gen|apo|\w*[aA]uthor[A-Za-z]*)\Z"
    r"|[pP]osscite(?:t|s|alias|author)?\Z"
)
_PART = re.compile(
    r"[cC]ite(?:al[tpn]|year\w*|num|n|up|title\w*|url\w*|date|journal|NP|ANP|NN|annote|item|issue)\Z|fullcite|ycites?\Z"
)


def builtin_form(command: str) -> CiteForm | None:
    """How a command of LaTeX or a package cites, None for one that does not."""
    return _builtin_form(command.rstrip("*"))


@lru_cache(maxsize=4096)
def _builtin_form(name: str) -> CiteForm | None:
    if "cite" not in name.lower() or "@" in name:
        return None
    form = _FORMS.get(name)
    if form is not None:
        return None if form.kind == NONE else form
    if _INSIDE.search(name) or WANTED_COMMAND.fullmatch(name):
        return None
    if "volcite" in name.lower():
        return CiteForm(("#2",), 2, repeats=name.endswith("s"), kind=kind_of(name))
    return CiteForm(repeats=name.endswith("cites"), kind=kind_of(name))


def kind_of(name: str) -> str:
    """How a citation command of this name stands in its sentence."""
    if "nocite" in name:
        return SILENT
    if _NOTE.search(name):
        return PARENTHETICAL
    return TEXTUAL if _TEXTUAL.search(name) else PART if _PART.search(name) else PARENTHETICAL


def cite_form(command: str, wrappers: Mapping[str, CiteForm] = NO_WRAPPERS) -> CiteForm | None:
    """How a command cites in a paper with these macros of its own, None for one that does not."""
    own = wrappers.get(command.rstrip("*")) if wrappers else None
    if own is not None:
        return None if own.kind in (NONE, WANTED) else own
    return builtin_form(command)


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of a citation command: the insides of its brace groups, and whether it has notes in brackets."""

    groups: tuple[Span, ...]
    end: int
    has_notes: bool


def read_call(scan: Scan, form: CiteForm, at: int) -> Call | None:
    """The arguments that follow a command whose name ends at ``at``; None where it lacks a group that holds keys."""
    groups: list[Span] = []
    end, pending, noted = at, False, False
    while form.repeats or len(groups) < form.groups:
        start = scan.skip_space(at)
        close = _argument_end(scan, form, start, len(groups), touches=start == at)
        if not 0 < close <= scan.body.end:
            break
        at = close
        if scan.code[start] == "{":
            groups.append(Span(start + 1, close - 1))
            end, pending, noted = close, False, noted or pending
        else:
            pending = pending or scan.code[start] != "*"
    if len(groups) < form.needed:
        return None
    if groups and scan.code.startswith("*{", end):
        end, noted = max(end, scan.group_end(end + 1)), True  # amsrefs writes \cite{key}*{p. 3}
    if groups and scan.paragraph_end(groups[0].start) < end:
        return None  # no citation goes on after a blank line
    return Call(tuple(groups), end, noted)


def _argument_end(scan: Scan, form: CiteForm, start: int, number: int, *, touches: bool) -> int:
    """The offset after the argument that opens at ``start`` behind so many groups, -1 where none of the call does."""
    opener = scan.code[start : start + 1]
    if opener == "{":
        # What is needed no more belongs to the call only where nothing parts it from the rest.
        return scan.group_end(start) if form.repeats or number < form.needed or touches else -1
    if opener == "[":
        return scan.option_end(start)
    if number > 0:
        return -1
    if opener == "*":
        return start + 1
    if opener == "(" and form.repeats:
        return scan.option_end(start, ")")
    return scan.option_end(start, ">") if opener == "<" and touches else -1  # overlays of beamer, prefixes of apacite
