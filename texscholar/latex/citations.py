"""Citation commands of LaTeX, natbib, biblatex, apacite and of the paper itself, with exact places of their keys."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from texscholar.latex.cite_commands import (
    NO_WRAPPERS,
    PARENTHETICAL,
    SILENT,
    TEXTUAL,
    Call,
    CiteForm,
    cite_form,
    filled,
    read_call,
)
from texscholar.latex.cite_macros import CITE, find_commands, hidden_names
from texscholar.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from texscholar.latex.scan import Scan

# mciteplus and REVTeX join entries: \cite{a,*b,*[{see}][p. 3]c}
_MERGED_KEY = re.compile(
    r"(?P<all>\*)(?=\s*(?:,|\Z))|(?:\*\s*(?:\[(?:[^\[\]{}]|\{[^{}]*\})*+\]\s*){0,2})?(?P<key>[^,*\s][^,]*)"
)
_NO_KEY = re.compile(r"[\\{}]")  # what a macro stands for
_WHOLE_GROUP = re.compile(r"#\d")
# Before a command that is not called
_NAMING = re.compile(
    r"\\(?:let(?:\s*\\[A-Za-z@]+)?|LetLtxMacro|(?:x?preto|x?appto|patch)cmd|robustify|show|meaning|string)\s*[={]*\s*\Z"
)
_LONGEST_NAMING = 60  # characters


@dataclass(frozen=True, slots=True)
class CitedKey:
    """One key in a citation and where it stands."""

    key: str
    span: Span


@dataclass(frozen=True, slots=True)
class Citation:
    r"""A citation command with its keys.

    ``keys`` stand in the call; ``implied`` are those that the definition of a macro of the paper adds.
    ``argument`` is the inside of the last brace group that holds keys, None for a macro that takes none.
    ``has_notes``: something in brackets goes with it, as the page in ``\cite[p. 3]{key}``.
    """

    command: str
    span: Span
    keys: tuple[CitedKey, ...]
    argument: Span | None
    form: CiteForm
    implied: tuple[str, ...] = ()
    has_notes: bool = False

    @property
    def cited(self) -> tuple[str, ...]:
        """All that it cites."""
        return (*(key.key for key in self.keys), *self.implied)

    @property
    def places(self) -> Iterator[tuple[str, Span]]:
        """All that it cites, and where to show it: the key itself, or the call whose macro brings it along."""
        yield from ((key.key, key.span) for key in self.keys)
        yield from ((key, self.span) for key in self.implied)

    @property
    def is_textual(self) -> bool:
        r"""Part of the sentence's grammar, as ``\citet`` is."""
        return self.form.kind == TEXTUAL

    @property
    def is_silent(self) -> bool:
        """Whether a reader sees nothing of it."""
        return self.form.kind == SILENT


def find_citations(scan: Scan, wrappers: Mapping[str, CiteForm] = NO_WRAPPERS) -> tuple[Citation, ...]:
    """All citations outside of definitions, in order."""
    hidden = hidden_names(wrappers) if wrappers else frozenset[str]()
    matches = CITE.finditer(scan.code, 0, scan.body.end)
    if not hidden:
        return tuple(_citations(scan, matches, wrappers))
    both = (*matches, *find_commands(scan, hidden, Span(0, scan.body.end)))
    return tuple(_citations(scan, sorted(both, key=lambda match: match.start()), wrappers))


def _citations(scan: Scan, matches: Iterable[re.Match[str]], wrappers: Mapping[str, CiteForm]) -> Iterator[Citation]:
    """The citations among the commands found."""
    for match in matches:
        form = cite_form(match["name"], wrappers)
        if form is None or scan.is_escaped(match.start()) or scan.is_in_definition(match.start()):
            continue
        call = read_call(scan, form, match.end())
        if call is None or _is_named(scan, match.start()):
            continue
        citation = _citation(scan, match, form, call)
        if citation is not None:
            yield citation


def _is_named(scan: Scan, at: int) -> bool:
    r"""Whether a command stands where another one only names it, as in ``\let\old\cite``."""
    return _NAMING.search(scan.code, max(0, at - _LONGEST_NAMING), at) is not None


def _citation(scan: Scan, match: re.Match[str], form: CiteForm, call: Call) -> Citation | None:
    """The citation; None in the body of a definition that the scanner does not know as one."""
    groups, implied = (call.groups, ()) if form.is_plain else _cited_groups(scan, form, call)
    keys: list[CitedKey] = []
    for group in groups:
        text = scan.code[group.start : group.end]
        if "#" in text:
            return None
        keys += _keys(text, group.start)
    return Citation(
        command=match["name"],
        span=Span(match.start(), call.end),
        keys=tuple(keys),
        argument=groups[-1] if groups else None,
        form=form,
        implied=implied,
        has_notes=call.has_notes,
    )


def _cited_groups(scan: Scan, form: CiteForm, call: Call) -> tuple[tuple[Span, ...], tuple[str, ...]]:
    """The groups of a call that hold keys, and the keys that its macro brings along."""
    groups: list[Span] = []
    implied: list[str] = []
    for start in range(0, max(len(call.groups), 1), max(form.groups, 1)):
        for key in form.keys:
            number = int(key[1:]) if _WHOLE_GROUP.fullmatch(key) else 0
            if number and start + number <= len(call.groups):
                groups.append(call.groups[start + number - 1])
            elif not number:
                implied += _made(scan, key, call)
    return tuple(groups), tuple(implied)


def _made(scan: Scan, template: str, call: Call) -> Iterator[str]:
    """Keys that a macro makes of a part in its definition and another at the call."""
    texts = [scan.code[group.start : group.end] for group in call.groups]
    for key in filled(template, texts).split(","):
        if key.strip() and "\\" not in key and "#" not in key:
            yield key.strip()


def _keys(text: str, offset: int) -> Iterator[CitedKey]:
    """The keys in a group that begins at an offset; what a macro stands for is none."""
    for start, end in _merged(text) if "*" in text else _parts(text):
        key = text[start:end].strip()
        if key.startswith("{") and key.endswith("}"):
            key = key[1:-1].strip()
        if key and not _NO_KEY.search(key):
            at = offset + text.index(key, start)
            yield CitedKey(key, Span(at, at + len(key)))


def _parts(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for part in text.split(","):
        yield start, start + len(part)
        start += len(part) + 1


def _merged(text: str) -> Iterator[tuple[int, int]]:
    for match in _MERGED_KEY.finditer(text):
        yield match.span(match.lastgroup or 0)


def citation_end(scan: Scan, form: CiteForm, at: int) -> int:
    """The offset after the arguments of a citation command whose name ends at ``at``; ``at`` where it has none."""
    call = read_call(scan, form, at)
    return at if call is None else call.end


@dataclass(frozen=True, slots=True)
class CiteStyle:
    """How a paper cites: its parenthetical and textual commands, and what it writes before and in the first.

    ``textual`` is empty where the bibliography system has none; ``separator`` stands between keys.
    """

    parenthetical: str = "cite"
    textual: str = ""
    tie: str = "~"
    separator: str = ","


_NO_AUTHOR = re.compile(r"(?i)author|name|poss|alias")  # commands that give no more than a name
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
    separators: Counter[str] = Counter()
    for scan, citation in cited:
        if not citation.form.is_plain or citation.is_silent or citation.implied:
            continue
        separators.update(_separators(scan, citation))
        if citation.is_textual:
            textual[citation.command] += _NO_AUTHOR.search(citation.command) is None
        elif citation.form.kind == PARENTHETICAL:
            parenthetical[citation.command] += 1
            ties[scan.source.text[citation.span.start - 1 : citation.span.start]] += 1
    default = _PLAIN[system]
    tie = max(("~", " "), key=lambda mark: (ties[mark] + (ties["\n"] if mark == " " else 0), mark == "~"))
    if ties.total() and ties["~"] + ties[" "] + ties["\n"] < ties.total() / 2:
        tie = ""
    separator = ", " if separators[", "] > separators[","] else ","
    return CiteStyle(_most(parenthetical, default[0]), _most(textual, default[1]), tie, separator)


def _separators(scan: Scan, citation: Citation) -> Iterator[str]:
    """What stands between the keys of a citation."""
    for one, other in pairwise(citation.keys):
        yield scan.source.text[one.span.end : other.span.start]


def _most(counts: Counter[str], default: str) -> str:
    used = [name for name, count in counts.items() if count]
    return max(used, key=lambda name: (counts[name], name == default, name)) if used else default
