r"""Citation commands that a paper brings along: its own macros, ``\let`` names, and those of the packages it loads."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from texscholar.latex.cite_commands import (
    NONE,
    PARENTHETICAL,
    PART,
    SILENT,
    TEXTUAL,
    WANTED,
    CiteForm,
    builtin_form,
    cite_form,
    filled,
    kind_of,
    read_call,
)
from texscholar.latex.wanted_words import WANTED_COMMAND, prints_wish

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from texscholar.latex.scan import Definition, Scan
    from texscholar.source import Span

# Names are walked through once, without stepping back: this pattern meets every command of a paper.
CITE = re.compile(
    r"\\(?:csname[ \t]+)?(?P<name>[ABD-Zabd-z@]*+(?:[cC](?!ite)[ABD-Zabd-z@]*+)*+[cC]ite[A-Za-z@]*+\*?)"
    r"(?:\\endcsname(?![A-Za-z@]))?"
)
_DEEPEST = 5  # macros that call macros
_MANY = 100  # names from which on a pattern of them all is slower than looking each command up
_NO_CITATION = CiteForm((), 0, kind=NONE)

_SECOND = CiteForm(("#2",), 2)
_BOTH = CiteForm(("#1", "#2"), 2)
# What a package calls citations without saying so in the name, or means by a name that others use differently
_PACKAGES: Mapping[str, Mapping[str, CiteForm]] = {
    "bibentry": {"bibentry": CiteForm(kind=PART)},
    "csquotes": {
        **dict.fromkeys(("textcquote", "blockcquote", r"begin{displaycquote}"), CiteForm()),
        **dict.fromkeys(
            (
                "foreigntextcquote", "hyphentextcquote", "foreignblockcquote", "hyphenblockcquote", "hybridblockcquote",
                "begin{foreigndisplaycquote}", "begin{hyphendisplaycquote}",
            ),
            _SECOND,
        ),
    },
    "abntex2cite": {
        "apud": _BOTH,
        "apudonline": replace(_BOTH, kind=TEXTUAL),
        **dict.fromkeys(("Idem", "opcit", "passim", "loccit", "etseq"), CiteForm(kind=TEXTUAL)),
        "citetext": CiteForm(kind=TEXTUAL),
    },
    "biblatex:abnt": {"apud": CiteForm(repeats=True), "textapud": CiteForm(repeats=True, kind=TEXTUAL)},
    "biblatex:mla": {"titleandsubtitle": CiteForm(kind=PART)},
    "biblatex:windycity": {"parenauth": CiteForm(), "parenauths": CiteForm(repeats=True)},
    "biblatex:oscola": {"footshort": CiteForm(), "reponly": CiteForm(kind=PART), "indexonly": CiteForm(kind=SILENT)},
    "jurabib": {"citefield": replace(_SECOND, kind=PART)},
    "harvard": {"citename": CiteForm(kind=TEXTUAL)},
    "chscite": {"citename": CiteForm(kind=TEXTUAL)},
    "har2nat": {"citename": CiteForm(kind=TEXTUAL)},
    "amsrefs": {"citelist": _NO_CITATION},  # holds \cite commands
}  # fmt: skip
_LOADS = re.compile(
    r"\\(?:usepackage|RequirePackage(?:WithOptions)?)\s*+(?:\[(?P<options>[^\]]{0,4000})\])?\s*+\{(?P<names>[^{}]{0,2000})\}"
)
_STYLE = re.compile(r"(?:\A|,)\s*(?:cite)?style\s*=\s*\{?([\w-]+?)(?:-\w+)?\}?\s*(?:,|\Z)")
_SAME = re.compile(
    r"\\(?:(?P<copies>let|LetLtxMacro|(?:New|Renew|Declare)CommandCopy)|(?:re|provide)?newcommand\*?)\s*+\{?\s*+"
    r"\\(?P<name>[A-Za-z@]+)\s*+\}?\s*+=?\s*+(?P<brace>\{)?\s*+\\(?P<of>[A-Za-z@]+\*?)"
)
_DECLARED = re.compile(
    r"\\Declare(?P<multi>Multi)?CiteCommand\*?\s*+\{\s*+\\(?P<name>[A-Za-z@]+)\s*+\}\s*+(?:\[\s*+\\(?P<wrapper>[A-Za-z@]+))?"
)
_NEW_CITES = re.compile(r"\\newcites\s*+(?:\[[^\]]{0,400}\])?\s*+\{(?P<suffixes>[^{}]*)\}")
_SUFFIXED = (
    "cite", "nocite", "citet", "citep", "Citet", "Citep", "citealt", "citealp", "Citealt", "Citealp", "citeauthor",
    "Citeauthor", "citefullauthor", "citeyear", "citeyearpar", "citenum", "fullcite", "footcite", "citetitle",
)  # fmt: skip
_TAIL = re.compile(r"\\[A-Za-z@]+\*?\s*+(?:\[[^\[\]]{0,400}\]\s*+)*+[}\s]*+\Z")
_IN_BRACKETS = re.compile(r"[\[(]\s*#(\d)\s*[\])]")
_NUMBER = re.compile(r"(?<!#)#([1-9])")
_NO_KEY = re.compile(r"[\\{}]|#(?![1-9])")
_LONGEST_KEY = 200  # characters
_LONGEST_NOTE = 200  # characters of a definition that only says that a citation is missing


def find_wrappers(*scans: Scan) -> dict[str, CiteForm]:
    """The citation commands that a paper defines or loads: their names, and how each is called.

    Macros whose names look like a citation but whose definitions hold none are among them, with the kind ``none``.
    """
    macros = tuple(_Macro(scan, definition) for scan in scans for definition in scan.definitions)
    copies = tuple(pair for scan in scans for pair in _copies(scan))
    others = tuple((macro.name, macro.other_form) for macro in macros)
    citing = {name for name, form in others if form is None}
    declared = {name: form for name, form in others if form is not None and name not in citing}
    declared |= {name: form for scan in scans for name, form in _declared(scan)}
    declared |= {name: form for scan in scans for name, form in _loaded(scan) if _occurs(name, scans)}
    known: dict[str, CiteForm] = {}
    for _ in range(_DEEPEST):
        seen = declared | known
        grown = {
            name: form for name, of in copies if (form := builtin_form(of) or seen.get(of.rstrip("*"))) is not None
        }
        hidden = hidden_names(seen)
        grown |= {macro.name: form for macro in macros if (form := macro.form(seen, hidden)) is not None}
        if grown == known:
            break
        known = grown
    return declared | {name: form for name, form in known.items() if form != builtin_form(name)}


def hidden_names(wrappers: Mapping[str, CiteForm]) -> frozenset[str]:
    """The citation commands of a paper that do not look like any."""
    cites = (name for name, form in wrappers.items() if form.kind not in (NONE, WANTED))
    return frozenset(name for name in cites if not CITE.fullmatch(f"\\{name}"))


def find_commands(scan: Scan, names: frozenset[str], within: Span) -> Iterator[re.Match[str]]:
    """The commands of these names in a part of the code, in order; ``name`` is a group of each match."""
    if names:
        for match in _pattern(names).finditer(scan.code, within.start, within.end):
            if match["name"] in names:
                yield match


@lru_cache(maxsize=64)
def _pattern(names: frozenset[str]) -> re.Pattern[str]:
    either = "|".join(map(re.escape, sorted(names))) if len(names) <= _MANY else r"begin\{[A-Za-z@]+\*?\}|[A-Za-z@]+"
    return re.compile(rf"\\(?P<name>{either})(?![A-Za-z@])")


def _occurs(name: str, scans: Sequence[Scan]) -> bool:
    return any(f"\\{name}" in scan.code for scan in scans)


@dataclass(frozen=True, slots=True)
class _Macro:
    """A command or environment that the paper defines."""

    scan: Scan
    definition: Definition

    @property
    def name(self) -> str:
        name = self.definition.name
        return f"begin{{{name}}}" if self.definition.is_environment else name

    @property
    def other_form(self) -> CiteForm | None:
        """The form of a macro that cites nothing but says that a citation is missing, or is named as if it cited."""
        body = self.scan.code[self.definition.body.start : self.definition.body.end]
        if self.definition.is_environment or CITE.search(body):
            return None
        named = WANTED_COMMAND.fullmatch(self.name) is not None and "\\ref" not in body
        if named or (len(body) < _LONGEST_NOTE and prints_wish(body)):
            return replace(_NO_CITATION, kind=WANTED, groups=self._groups)
        # A new meaning of a known citation command is one too, whatever its definition consists of.
        is_known = self.name in _SUFFIXED or self.scan.code.startswith(("\\re", "\\Re"), self.definition.span.start)
        return _NO_CITATION if "cite" in self.name.lower() and not is_known else None

    @property
    def _groups(self) -> int:
        """How many arguments a call gives in braces, as far as the definition uses them."""
        body = self.definition.body
        numbers = map(int, _NUMBER.findall(self.scan.code[body.start : body.end]))
        return max((self._group(number) for number in numbers if number not in self._optional), default=0)

    def _group(self, number: int) -> int:
        """Which brace group of a call an argument is."""
        return number - sum(each < number for each in self._optional)

    def form(self, seen: Mapping[str, CiteForm], hidden: frozenset[str]) -> CiteForm | None:
        """How a call cites, None where the definition has no citation."""
        code, body = self.scan.code, self.definition.body
        keys: list[str] = []
        kinds: list[str] = []
        for match in (*CITE.finditer(code, body.start, body.end), *find_commands(self.scan, hidden, body)):
            form = cite_form(match["name"], seen)
            if form is None or match["name"] == self.definition.name:
                continue
            call = read_call(self.scan, form, match.end())
            if call is not None and call.end <= body.end:
                keys += self._passed(form, call.groups)
                kinds.append(form.kind)
            elif _TAIL.match(code, match.start(), body.end):
                return self._with_tail(form, keys)
        if not kinds:
            return None
        kind = next((kind for kind in kinds if kind != SILENT), SILENT)
        if kind == PART and "(" in code[body.start : body.end]:
            kind = PARENTHETICAL
        form = CiteForm(tuple(dict.fromkeys(keys)), 0, kind=kind)
        return replace(form, groups=form.needed)

    def _with_tail(self, form: CiteForm, keys: Sequence[str]) -> CiteForm:
        """The form of a macro whose definition ends in a citation command that finds its arguments at the call."""
        tail = form.after(self._groups)
        return replace(tail, keys=(*keys, *tail.keys), repeats=False) if keys else tail

    @property
    def _optional(self) -> frozenset[int]:
        """Numbers of the arguments that a call gives in brackets."""
        head = self.scan.code[self.definition.span.start : self.definition.body.start]
        return self.definition.optional | {int(number) for number in _IN_BRACKETS.findall(head)}

    def _passed(self, form: CiteForm, groups: Sequence[Span]) -> Iterator[str]:
        """The keys of a call within the definition, in terms of a call of the macro."""
        texts = [self.scan.code[group.start : group.end] for group in groups]
        size = max(form.groups, 1)
        for start in range(0, max(len(texts), 1), size):
            if form.needed > len(texts) - start:
                return
            for key in form.keys:
                yield from filter(None, map(self._renumbered, filled(key, texts[start:]).split(",")))

    def _renumbered(self, key: str) -> str:
        """A key in terms of the brace groups of a call; empty where it comes from elsewhere."""
        key = key.strip()
        if len(key) > _LONGEST_KEY or _NO_KEY.search(key):
            return ""
        numbers = [int(number) for number in _NUMBER.findall(key)]
        if not self._optional.isdisjoint(numbers):
            return ""
        return _NUMBER.sub(lambda match: f"#{self._group(int(match[1]))}", key)


def _loaded(scan: Scan) -> Iterator[tuple[str, CiteForm]]:
    """What the packages mean by the names of their commands."""
    for match in _LOADS.finditer(scan.code, 0, scan.body.start):
        names = [name.strip() for name in match["names"].split(",")]
        style = _STYLE.search(match["options"] or "")
        for name in (*names, f"biblatex:{style[1]}") if style else names:
            yield from _PACKAGES.get(name, {}).items()


def _declared(scan: Scan) -> Iterator[tuple[str, CiteForm]]:
    """What a source declares with the means of biblatex and multibib."""
    code = scan.code
    if "CiteCommand" in code:
        for match in _DECLARED.finditer(code):
            kind = PARENTHETICAL if "paren" in (match["wrapper"] or "") else kind_of(match["name"])
            yield match["name"], CiteForm(repeats=match["multi"] is not None, kind=kind)
    if "\\newcites" in code:
        for match in _NEW_CITES.finditer(code):
            for suffix in match["suffixes"].split(","):
                for name in _SUFFIXED:
                    yield f"{name}{suffix.strip()}", CiteForm(kind=kind_of(name))


def _copies(scan: Scan) -> Iterator[tuple[str, str]]:
    r"""Names that ``\let`` and its kin give to other commands."""
    if not any(word in scan.code for word in ("\\let", "\\Let", "CommandCopy", "newcommand")):
        return
    for match in _SAME.finditer(scan.code, 0, scan.body.end):
        if match["copies"] or not match["brace"]:
            yield match["name"], match["of"]
