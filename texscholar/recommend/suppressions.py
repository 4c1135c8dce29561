"""Our own comments in a paper that silence nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texscholar.recommend.findings import Finding, knows_definitions, uncited
from texscholar.recommend.rules import DUPLICATE, MISSING, RULES, UNDEFINED, UNUSED, UNUSED_SUPPRESSION

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from texscholar.bibtex import Bibliography
    from texscholar.latex import Project, Suppression
    from texscholar.recommend.evidence import Evidence
    from texscholar.recommend.findings import Touched
    from texscholar.source import Span

_RULES = frozenset(RULES)
_OF_ENTRIES = frozenset((DUPLICATE, UNUSED))  # they speak of a .bib, where no comment of ours is read


def suppressions_in(project: Project, touched: Touched) -> Mapping[str, tuple[Suppression, ...]]:
    """The suppressions in scope by the paths of their files."""
    found = {
        file.path: tuple(each for each in file.suppressions if touched(file.path, each.span)) for file in project.files
    }
    return {path: suppressions for path, suppressions in found.items() if suppressions}


def with_silenced(touched: Touched, suppressions: Mapping[str, Sequence[Suppression]]) -> Touched:
    """What is in scope, and what a suppression in scope reaches besides."""

    def reached(path: str, span: Span) -> bool:
        return touched(path, span) or any(each.reaches(span) for each in suppressions.get(path, ()))

    return reached if suppressions else touched


def unused_suppressions(
    evidence: Evidence,
    bibliographies: Sequence[Bibliography],
    suppressions: Mapping[str, Sequence[Suppression]],
    found: Collection[Finding],
    ignored: Collection[str],
) -> Iterator[Finding]:
    """Suppressions that silence nothing or name no rule.

    Whether a sentence lacks a citation depends on the libraries and the model at hand, which differ from one machine
    to the next: to silence that, a sentence without a citation is reason enough.

    Args:
        evidence: the paper.
        bibliographies: those that could be read.
        suppressions: those in scope, by the paths of their files.
        found: all that stands for itself where they reach, silenced or not.
        ignored: rules that are switched off, so that nobody knows what a suppression would silence.
    """
    if not suppressions:
        return
    looked_at = _RULES - frozenset(ignored)
    if not knows_definitions(evidence, bibliographies):
        looked_at -= {UNDEFINED}
    places = [(finding.rule, finding.source.path, finding.span) for finding in found]
    bare = uncited(evidence, with_silenced(lambda _path, _span: False, suppressions))
    places += ((MISSING, locus.file.path, locus.sentence.span) for locus in bare)
    for path, each in ((path, each) for path, suppressed in suppressions.items() for each in suppressed):
        fault = _fault(each, looked_at, [(rule, span) for rule, where, span in places if where == path])
        file = evidence.project.file(path)
        if fault and file is not None and not _is_silenced(each, file.suppressions):
            yield Finding(UNUSED_SUPPRESSION, file.source, each.span, fault)


def _fault(suppression: Suppression, looked_at: frozenset[str], places: Sequence[tuple[str, Span]]) -> str:
    unknown = suppression.rules - _RULES
    if unknown:
        return f"no rule is called {' or '.join(sorted(unknown))}; the rules are {', '.join(RULES)}"
    named = suppression.rules or _RULES - _OF_ENTRIES
    if not named - _OF_ENTRIES - {UNUSED_SUPPRESSION} <= looked_at or named == {UNUSED_SUPPRESSION}:
        return ""
    used = any(suppression.silences(rule, span) for rule, span in places)
    return "" if used else "this silences nothing; remove it"


def _is_silenced(suppression: Suppression, all_of_file: Sequence[Suppression]) -> bool:
    """Whether another suppression, or this one by name, keeps it from being reported."""
    others = (each for each in all_of_file if each is not suppression)
    return UNUSED_SUPPRESSION in suppression.rules or any(
        each.silences(UNUSED_SUPPRESSION, suppression.span) for each in others
    )
