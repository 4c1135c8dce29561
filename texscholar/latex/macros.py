r"""What a paper's own definitions change about how it is read: formulas and verbatim text under names of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from texscholar.latex.scan import Scan, Verbatim

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MATH_ENVIRONMENTS = frozenset(
    """
    equation align gather multline eqnarray displaymath math flalign alignat split dmath empheq IEEEeqnarray
    xalignat xxalignat dgroup darray subequations mathpar alignedat aligned gathered
    """.split()  # noqa: SIM905 - words read best as text
)
_BEGINS = re.compile(
    r"\s*\\(?:begin\s*\{(?P<name>[A-Za-z@]+)\*?\}|(?P<bracket>\[)|(?P<old>[A-Za-z@]+)(?![A-Za-z@])).*", re.DOTALL
)
_ENDS = re.compile(
    r"(?:.*[^\\])?\\(?:end\s*\{(?P<name>[A-Za-z@]+)\*?\}|(?P<bracket>\])|end(?P<old>[A-Za-z@]+))\s*", re.DOTALL
)
# listings, minted, fancyvrb, tcolorbox, verbatim and comment: environments that a paper names itself
_NEW_VERBATIM = re.compile(
    r"\\(?:(?:lstnewenvironment|DefineVerbatimEnvironment|newverbatim|(?P<excludes>excludecomment))\s*\{(?P<named>[A-Za-z@]+)\}"
    r"|(?:newtcblisting|(?:New|Renew|Provide|Declare)TCBListing|renewtcblisting)\s*(?:\[[^\]]{0,400}\])?\s*\{(?P<box>[A-Za-z@]+)\}"
    r"|newminted\s*(?:\[(?P<alias>[A-Za-z@]+)\])?\s*\{(?P<language>[A-Za-z]+)\}"
    r"|newmintinline\s*(?:\[(?P<inline_alias>[A-Za-z@]+)\])?\s*\{(?P<inline_language>[A-Za-z]+)\}"
    r"|(?:MakeShortVerb|DefineShortVerb|lstMakeShortInline)\*?\s*(?:\[[^\]]{0,400}\])?\s*(?:\{\s*\\?(?P<mark>[^\sA-Za-z{}])\s*\}"
    r"|\\?(?P<bare_mark>[^\sA-Za-z{}\\\[])))"
)
_IS_VERB = re.compile(r"\s*\\(?:verb|Verb|lstinline)\*?\s*(?:\[[^\]]{0,400}\])?\s*")
_IS_VERBATIM = re.compile(r"[^{}]*\\(?:verbatim|Verbatim|lstlisting|VerbatimEnvironment)(?![A-Za-z])", re.DOTALL)
_NO_MARKS = frozenset("%$&#_^~")


@dataclass(frozen=True)
class MathMacros:
    r"""Names under which a paper writes formulas.

    ``begins`` and ``ends``: macros for the edges of one, ``\be`` and ``\ee``; ``commands``: macros whose argument is
    one; ``environments``: its own.
    """

    begins: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    commands: frozenset[str] = frozenset()
    environments: frozenset[str] = frozenset()

    @cached_property
    def end_pattern(self) -> re.Pattern[str]:
        """Finds the next macro that ends a formula."""
        names = "|".join(map(re.escape, sorted(self.ends))) or r"(?!)"
        return re.compile(rf"\\(?:{names})(?![A-Za-z@])")


NO_MATH_MACROS = MathMacros()


def find_math_macros(scans: Iterable[Scan]) -> MathMacros:
    """The formulas that a paper gives names of its own."""
    found: dict[str, set[str]] = {"begins": set(), "ends": set(), "commands": set(), "environments": set()}
    for name, kind in (each for scan in scans for each in _formulas(scan)):
        found[kind].add(name)
    if not found["ends"]:
        found["begins"].clear()
    return (
        MathMacros(**{kind: frozenset(names) for kind, names in found.items()})
        if any(found.values())
        else NO_MATH_MACROS
    )


def _formulas(scan: Scan) -> Iterator[tuple[str, str]]:
    for definition in scan.definitions:
        body = scan.code[definition.body.start : definition.body.end]
        if "\\" not in body:
            continue
        begins, ends = _is_math(_BEGINS.fullmatch(body)), _is_math(_ENDS.fullmatch(body))
        if definition.is_environment and begins and ends:
            yield definition.name, "environments"
        elif definition.is_environment:
            continue
        elif begins and ends and "#" in body:
            yield definition.name, "commands"
        elif begins and not ends:
            yield definition.name, "begins"
        elif ends and not begins:
            yield definition.name, "ends"


def _is_math(edge: re.Match[str] | None) -> bool:
    return edge is not None and (edge["bracket"] is not None or (edge["name"] or edge["old"]) in MATH_ENVIRONMENTS)


def find_verbatim(scan: Scan) -> Verbatim:
    """The verbatim environments, commands and marks that a source defines."""
    environments, commands, marks = set[str](), set[str](), set[str]()
    for match in _NEW_VERBATIM.finditer(scan.code):
        # Classes leave parts out for reviewers' copies only.
        if not (match["excludes"] and scan.source.path.endswith((".cls", ".sty"))):
            environments |= {match["named"], match["box"]} - {None}
        if match["language"]:
            environments.add(match["alias"] or f"{match['language']}code")
        if match["inline_language"]:
            commands.add(match["inline_alias"] or f"{match['inline_language']}inline")
        marks |= {match["mark"], match["bare_mark"]} - {None} - _NO_MARKS
    for definition in scan.definitions:
        body = scan.code[definition.body.start : definition.body.end]
        if definition.is_environment and _IS_VERBATIM.match(body):
            environments.add(definition.name)
        elif not definition.is_environment and _IS_VERB.fullmatch(body):
            commands.add(definition.name)
    return Verbatim(frozenset(environments), frozenset(commands), frozenset(marks))
