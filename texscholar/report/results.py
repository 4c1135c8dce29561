"""What the formats share: the findings of several papers as one list, with their words, names and positions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from texscholar.report.rules import RULE_BY_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from texscholar.errors import Skipped
    from texscholar.recommend import Finding
    from texscholar.report.json_report import RunFacts
    from texscholar.report.rules import Rule
    from texscholar.source import Position
    from texscholar.suggest import FileChange, Fix, Suggestion

_LONGEST = 72  # characters of a sentence or a title that are quoted
_FINGERPRINT = 32  # hex digits


@dataclass(frozen=True, slots=True)
class PaperReport:
    """What there is to say of one paper; ``shown`` gives a file's name relative to the top of the repository.

    ``known`` holds the ``id`` of each finding that the baseline has; None where there is none.
    """

    findings: Sequence[Finding]
    suggestions: Sequence[Suggestion]
    skipped: Sequence[Skipped]
    facts: RunFacts
    shown: Callable[[str], str]
    fixes: Sequence[Fix] = ()
    known: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One finding as reports tell it.

    ``path`` is relative to the top of the repository; ``changes`` are what would be done about it, file by file, where
    fixes were asked for. ``fingerprint`` stays while the words around the finding do, wherever they move in the file.
    ``is_known`` tells whether the baseline has it; None where there is none.
    """

    finding: Finding
    path: str
    suggestion: Suggestion | None
    changes: tuple[FileChange, ...]
    fingerprint: str
    is_known: bool | None = None

    @property
    def rule(self) -> Rule:
        return RULE_BY_ID[self.finding.rule]

    @property
    def name(self) -> str:
        """The path as text: bytes of a file name that are no UTF-8 become question marks."""
        return self.path.encode("utf-8", "replace").decode()

    @property
    def start(self) -> Position:
        return self.finding.source.position(self.finding.span.start)

    @property
    def end(self) -> Position:
        """The place behind its last character."""
        return self.finding.source.position(self.finding.span.end)

    @property
    def message(self) -> str:
        """One printable line."""
        return message_of(self.finding, self.suggestion)


def results_of(papers: Iterable[PaperReport]) -> tuple[Result, ...]:
    """All findings, paper by paper, in the order in which each paper gives them."""
    seen: Counter[tuple[str, str, str]] = Counter()
    results = []
    for paper in papers:
        proposed = {id(suggestion.finding): suggestion for suggestion in paper.suggestions}
        changed = {id(fix.suggestion.finding): fix.changes for fix in paper.fixes}
        for finding in paper.findings:
            path = paper.shown(finding.source.path)
            words = _words(finding)
            name = finding.rule, path, words
            results.append(
                Result(
                    finding,
                    path,
                    proposed.get(id(finding)),
                    changed.get(id(finding), ()),
                    _fingerprint(*name, str(seen[name])),
                    None if paper.known is None else id(finding) in paper.known,
                )
            )
            seen[name] += 1
    return tuple(results)


def message_of(finding: Finding, suggestion: Suggestion | None) -> str:
    """What a finding says, with its sentence and the first work proposed for it: one printable line."""
    sentence, proposal = sentence_of(finding), proposal_of(suggestion)
    quoted = f': "{sentence}"' if finding.locus is not None else ""
    return f"{printable(finding.message)}{quoted}{f' -> {proposal}' if proposal else ''}"


def sentence_of(finding: Finding) -> str:
    """The beginning of the sentence a finding is about, printable; empty without one."""
    return "" if finding.locus is None else printable(_shortened(finding.locus.sentence.text))


def proposal_of(suggestion: Suggestion | None) -> str:
    """The first work proposed: its key, how sure it is, its title and its year; empty without one."""
    if suggestion is None or not suggestion.proposals:
        return ""
    best = suggestion.proposals[0]
    work = best.candidate.work.work
    year = f" ({work.year})" if work.year else ""
    return f"{printable(best.key)} {suggestion.confidence:.2f} {printable(_shortened(work.title))}{year}"


def printable(text: str) -> str:
    """The text as one line without characters that steer a terminal or that XML forbids.

    Papers, records and file names may hold any.
    """
    return "".join(char if char.isprintable() else " " if char.isspace() else "?" for char in text)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rsplit(' ', 1)[0]}…"


def _words(finding: Finding) -> str:
    """What a finding is known by: its sentence, or the text it stands at."""
    text = finding.source.slice(finding.span) if finding.locus is None else finding.locus.sentence.text
    return " ".join(text.split())


def _fingerprint(*parts: str) -> str:
    from hashlib import sha256  # noqa: PLC0415 - loads OpenSSL, and lines for people need none

    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:_FINGERPRINT]
