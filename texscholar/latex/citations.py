"""Citation commands of LaTeX, natbib, biblatex, apacite and of the paper itself, with exact places of their keys."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from texscholar.latex.scan import Scan

_CITE = re.compile(
    r"\\(?:csname[ \t]+)?(?P<name>[A-Za-z@]*[cC]ite[A-Za-z@]*\*?)(?![A-Za-z@])(?:\\endcsname(?![A-Za-z@]))?"
)
_NOT_CITE = frozenset(
    """
    citestyle citereset citesetup setcitestyle defcitealias citetext citename bibcite DeclareCiteCommand newcites
    citerange citemid citedash citepunct citeleft citeright citealias citeindex citeindextype citeindexfalse
    citeindextrue citeauthorformat citenumfont citationneeded needcite missingcite citefield citelist
    DeclareMultiCiteCommand bibliographycite
    """.split()  # noqa: SIM905 - words read best as text
)
_ANGLE = ("cite", "shortcite", "fullcite", "nocite", "maskcite")  # apacite <prefix>, beamer <2->
_TEXTUAL = re.compile(
    r"(?i)citet\*?$|textcite|citea$|newcite|citeauthor|citeposs|citealias|onlinecite|shortciteA$|citefullauthor"
)
_KEY = re.compile(r"[^,]+")
_PASSED_ON = re.compile(r"\\[A-Za-z]*[cC]ite[A-Za-z]*\*?\s*(?:\[[^\]]{0,400}\]\s*){0,9}\{\s*#(\d)\s*\}")

NO_WRAPPERS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CitedKey:
    """One key in a citation and where it stands."""

    key: str
    span: Span


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation command with its keys.

    ``argument`` is the inside of its last brace group; an empty one has no key.
    """

    command: str
    span: Span
    keys: tuple[CitedKey, ...]
    argument: Span

    @property
    def is_textual(self) -> bool:
        r"""Part of the sentence's grammar, as ``\citet`` is."""
        return _TEXTUAL.search(self.command) is not None

    @property
    def is_silent(self) -> bool:
        return self.command.lower().startswith("nocite")


def find_wrappers(scan: Scan) -> dict[str, int]:
    """Macros of the paper that hand an argument to a citation command: name to the number of that argument.

    An optional first argument is not counted, since a reader of the call sees it in brackets.
    """
    found: dict[str, int] = {}
    for definition in scan.definitions:
        passed = _PASSED_ON.search(scan.code, definition.body.start, definition.body.end)
        if passed and int(passed[1]) not in definition.optional:
            number = int(passed[1])
            found[definition.name] = number - sum(each < number for each in definition.optional)
    return found


def find_citations(scan: Scan, wrappers: Mapping[str, int] = NO_WRAPPERS) -> tuple[Citation, ...]:
    """All citations in the body, in order."""
    found = {citation.span.start: citation for citation in _calls(scan, _CITE, wrappers)}
    if wrappers:
        own = re.compile(r"\\(?P<name>" + "|".join(map(re.escape, sorted(wrappers))) + r")(?![A-Za-z@])")
        for citation in _calls(scan, own, wrappers):
            found.setdefault(citation.span.start, citation)
    return tuple(found[start] for start in sorted(found))


def _calls(scan: Scan, pattern: re.Pattern[str], wrappers: Mapping[str, int]) -> Iterator[Citation]:
    for match in pattern.finditer(scan.code, scan.body.start, scan.body.end):
        name = match["name"].rstrip("*")
        if name in _NOT_CITE or scan.is_escaped(match.start()):
            continue
        groups = tuple(_key_groups(scan, name, match.end(), wrappers.get(name, 1)))
        if not groups or scan.paragraph_end(groups[0].start) < groups[-1].end:
            continue  # no citation goes on after a blank line
        keys = tuple(key for group in groups for key in _keys(scan, group))
        if any("#" in key.key or "\\" in key.key for key in keys):
            continue  # the body of a definition, or code of a package
        yield Citation(match["name"], Span(match.start(), groups[-1].end + 1), keys, groups[-1])


def citation_end(scan: Scan, command: str, at: int, nth: int = 1) -> int:
    """The offset after the arguments of a citation command whose name ends at ``at``; ``at`` where it has none."""
    groups = tuple(_key_groups(scan, command.rstrip("*"), at, nth))
    if not groups or scan.paragraph_end(groups[0].start) < groups[-1].end:
        return at
    return groups[-1].end + 1


def is_cite_command(command: str) -> bool:
    """Whether a command of this name cites."""
    return "cite" in command.lower() and command.rstrip("*") not in _NOT_CITE


def _key_groups(scan: Scan, name: str, at: int, nth: int) -> Iterator[Span]:
    r"""The brace groups that hold keys: one, or several for a multicite; the volume of ``\volcite`` is none."""
    multi, volume = name.endswith("cites"), "volcite" in name.lower()
    seen, first = 0, True
    while True:
        start = scan.skip_space(at)
        opener = scan.code[start : start + 1]
        if opener == "{":
            at = scan.group_end(start)
        elif opener == "[":
            at = scan.option_end(start)
        elif opener == "(" and multi and first:
            at = scan.option_end(start, ")")
        elif opener == "<" and name.lower().startswith(_ANGLE):
            at = scan.option_end(start, ">")
        else:
            return
        if at < 0 or at > scan.body.end:
            return
        if opener != "{":
            continue
        seen += 1
        if (volume and seen % 2) or seen < nth:
            continue
        yield Span(start + 1, at - 1)
        first = False
        if not multi:
            return


def _keys(scan: Scan, group: Span) -> Iterator[CitedKey]:
    for match in _KEY.finditer(scan.code, group.start, group.end):
        key = match[0].strip()
        if len(key) > 1 and key[0] == "*":
            key = key[1:].lstrip()  # REVTeX joins entries with a star
        if key:
            start = match.start() + match[0].index(key)
            yield CitedKey(key, Span(start, start + len(key)))


@dataclass(frozen=True, slots=True)
class CiteStyle:
    """How a paper cites: its parenthetical and textual commands, and what it writes before the first.

    ``textual`` is empty where the bibliography system has none.
    """

    parenthetical: str = "cite"
    textual: str = ""
    tie: str = "~"


_PLAIN = {
    "cite": ("cite", ""),
    "natbib": ("citep", "citet"),
    "biblatex": ("autocite", "textcite"),
    "apacite": ("cite", "citeA"),
}
_OPTION = r"\s*+(?:\[[^\]]{0,400}\])?\s*+"
_PACKAGES = re.compile(r"\\(?:usepackage|RequirePackage(?:WithOptions)?)" + _OPTION + r"\{([^{}]{0,2000})\}")
_NATBIB_CLASSES = re.compile(
    r"\\documentclass" + _OPTION + r"\{(?:acmart|revtex4-[12]|elsarticle|aastex\d*|jmlr2e|mnras)\}"
)
_NATBIB_STYLES = re.compile(r"acl|acl\d+|emnlp\d*|naacl\d*|icml\d+|iclr\d+\w*|neurips_\d+|nips_?\d+")


def bibliography_system(preamble: str) -> str:
    """``biblatex``, ``natbib``, ``apacite`` or ``cite``, read from the code of the preamble."""
    packages = {name.strip() for match in _PACKAGES.finditer(preamble) for name in match[1].split(",")}
    for name in ("biblatex", "natbib", "apacite"):
        if name in packages:
            return name
    natbib = any(map(_NATBIB_STYLES.fullmatch, packages)) or _NATBIB_CLASSES.search(preamble)
    return "natbib" if natbib else "cite"


def learn_cite_style(system: str, cited: Iterable[tuple[Scan, Citation]]) -> CiteStyle:
    """The commands the paper uses most, else those its bibliography system offers."""
    parenthetical: Counter[str] = Counter()
    textual: Counter[str] = Counter()
    ties: Counter[str] = Counter()
    for scan, citation in cited:
        if citation.is_silent or citation.command.endswith("cites"):
            continue
        if citation.is_textual:
            textual[citation.command] += not citation.command.lower().startswith("citeauthor")
            continue
        if not citation.command.lower().startswith(
            ("citeyear", "citealp", "citealt", "citetitle", "fullcite", "citeurl", "citenum")
        ):
            parenthetical[citation.command] += 1
            ties[scan.source.text[citation.span.start - 1 : citation.span.start]] += 1
    default = _PLAIN[system]
    tie = max(("~", " "), key=lambda mark: (ties[mark] + (ties["\n"] if mark == " " else 0), mark == "~"))
    if ties.total() and ties["~"] + ties[" "] + ties["\n"] < ties.total() / 2:
        tie = ""
    return CiteStyle(_most(parenthetical, default[0]), _most(textual, default[1]), tie)


def _most(counts: Counter[str], default: str) -> str:
    used = [name for name, count in counts.items() if count]
    return max(used, key=lambda name: (counts[name], name == default, name)) if used else default
