r"""Words that a paper writes as macros: names of its own (``\sys``) and acronyms of a glossary (``\gls{svm}``)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.latex.prose import FILL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from texscholar.latex.scan import Scan

_LONGEST = 80  # characters; a longer body is a text of its own, not a name
_STYLE = r"(?:emph|text(?:bf|it|md|normal|rm|sc|sf|sl|tt|up)?|mbox|hbox|underline|enquote|MakeUppercase)"
_STYLED = re.compile(
    rf"\\(?:{_STYLE}|xspace|em|it|bf|rm|sc|sf|sl|tt|(?:it|sc|sl|up|bf|md)(?:shape|series)|small|smaller|normalfont)"
    r"(?![A-Za-z@])[ \t]*|\\[/,;:! -]|[{}~]"
)
_OTHER = re.compile(r"[\\$^_&#=\[\]]|\d(?:pt|em|ex|cm|mm|in)\b")
_IN_STYLE = re.compile(rf"\\{_STYLE}\s*\{{\Z")
_NEARBY = 20  # characters before a macro in which a command stands that only sets its style
_WORD = re.compile(r"[^\W\d_]{2}")
# glossaries, glossaries-extra, acronym, acro and nomencl: https://ctan.org/pkg/glossaries, …/acronym, …/acro
_CALLS = (
    "gls|Gls|GLS|glspl|Glspl|glsentrylong|glsentryshort|glsentryname|glstext|acrshort|acrlong|acrfull|Acrfull|"
    "ac|Ac|acs|acl|acf|acp|acsp|aclp|acfp|Acp|Acl|Acf|Acs"
)
_NEW_ACRONYM = re.compile(r"\\(?:newacronym|newabbreviation|acro|acrodef|newacro)(?![A-Za-z@])\s*(?=[\[{])")
_DECLARED = re.compile(r"\\(?:DeclareAcronym|newglossaryentry|longnewglossaryentry)(?![A-Za-z@])\s*(?=\{)")
_VALUE = r"(?:^|,)\s*{name}\s*=\s*(?:\{{((?:[^{{}}]|\{{[^{{}}]*\}})*)\}}|([^,{{}}]*))"
_VALUES = {name: re.compile(_VALUE.format(name=name)) for name in ("short", "long", "name")}


@dataclass(frozen=True)
class Spoken:
    r"""What macros say: ``names`` those of the paper's commands without arguments, ``acronyms`` those of labels."""

    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    acronyms: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        names = "|".join(sorted(map(re.escape, self.names), key=len, reverse=True))
        ways = [
            *([rf"\\(?P<name>{names})(?![A-Za-z@])"] if names else []),
            *([rf"\\(?:{_CALLS})\*?\s*(?:\[[^\]]*\])?\{{(?P<label>[^{{}}]*)\}}"] if self.acronyms else []),
        ]
        return re.compile("|".join(ways)) if ways else None

    def said(self, piece: str, code: str, base: int) -> str:
        """A piece of a mask, which begins at an offset of the code, with what its macros say in their places."""
        pattern = self._pattern
        if pattern is None or FILL not in piece:
            return piece
        parts: list[str] = []
        done = 0
        for match in pattern.finditer(code, base, base + len(piece)):
            start, end = match.start() - base, match.end() - base
            if start < done or piece[start] != FILL or (start and not self._stands_in_text(piece, code, base, start)):
                continue
            words = self.names.get(match["name"]) if "name" in pattern.groupindex and match["name"] else None
            if words is None and "label" in pattern.groupindex and match["label"] is not None:
                words = self.acronyms.get(match["label"].strip())
            if words:
                parts += (piece[done:start], words)
                done = end
        return "".join((*parts, piece[done:])) if parts else piece

    @staticmethod
    def _stands_in_text(piece: str, code: str, base: int, start: int) -> bool:
        """Whether a macro is no part of a formula or of an argument, before which a filler stands as well."""
        at = base + start
        return piece[start - 1] != FILL or _IN_STYLE.search(code, max(base, at - _NEARBY), at) is not None


SILENT = Spoken()


def find_spoken(scans: Iterable[Scan]) -> Spoken:
    """The names and acronyms that a paper defines; of several definitions the last counts."""
    scans = tuple(scans)
    names = {name: words for scan in scans for name, words in _names(scan)}
    acronyms = {label: words for scan in scans for label, words in _acronyms(scan)}
    return Spoken(names, acronyms) if names or acronyms else SILENT


def _names(scan: Scan) -> Iterator[tuple[str, str]]:
    for definition in scan.definitions:
        if not definition.is_environment and not definition.optional and len(definition.body) <= _LONGEST:
            words = _plain(scan.code[definition.body.start : definition.body.end])
            if words:
                yield definition.name, words


def _plain(body: str) -> str:
    """The words of a short body; empty where it is a formula, a length, or anything but words."""
    if len(body) > _LONGEST:
        return ""
    words = " ".join(_STYLED.sub(lambda match: " " if match[0] in ("~", "\\ ") else "", body).split())
    return words if _WORD.search(words) and not _OTHER.search(words) else ""


def _acronyms(scan: Scan) -> Iterator[tuple[str, str]]:
    for match in _NEW_ACRONYM.finditer(scan.code):
        given = [(opener, scan.code[inner.start : inner.end]) for opener, inner in scan.arguments(match.end())]
        groups = [text for opener, text in given if opener == "{"]
        if len(groups) >= 3:  # noqa: PLR2004 - label, short, long
            yield groups[0].strip(), _both(groups[1], groups[2])
        elif len(groups) == 2:  # noqa: PLR2004 - label, long, and perhaps [short] between them
            short = next((text for opener, text in given if opener == "["), groups[0])
            yield groups[0].strip(), _both(short, groups[1])
    for match in _DECLARED.finditer(scan.code):
        groups = [scan.code[inner.start : inner.end] for opener, inner in scan.arguments(match.end()) if opener == "{"]
        if len(groups) > 1:
            value = {name: _value(pattern, groups[1]) for name, pattern in _VALUES.items()}
            yield groups[0].strip(), _both(value["short"] or value["name"], value["long"])


def _value(pattern: re.Pattern[str], options: str) -> str:
    match = pattern.search(options)
    return (match[1] or match[2] or "") if match else ""


def _both(short: str, long: str) -> str:
    """Long form (short form), as at the first use of an acronym."""
    one, other = _plain(long), _plain(short)
    return f"{one} ({other})" if one and other and one != other else one or other
