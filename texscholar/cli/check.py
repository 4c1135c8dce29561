"""``texscholar check``: findings and ready suggestions, for people, hooks and CI."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from texscholar import disk
from texscholar.cli import loading
from texscholar.cli.formats import FORMATS, WITH_FIXES, Told, read_formats, tell, wanted
from texscholar.cli.looking import Asked, Result, look, looking_options
from texscholar.cli.papers import roots_and_named, start_and_top
from texscholar.errors import Exit
from texscholar.pipeline import Job

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@click.command()
@click.argument("paths", nargs=-1, type=click.Path())
@click.option(
    "--staged",
    is_flag=True,
    help="Only what is staged; a named file without staged changes is checked whole.",
)
@click.option("--from-ref", metavar="REV", help="With --to-ref: only what changed between two revisions.")
@click.option("--to-ref", metavar="REV", help="With --from-ref.")
@click.option(
    "--format",
    "formats",
    metavar="NAME[=FILE]",
    multiple=True,
    callback=read_formats,
    help=f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}, on stdout or in FILE (repeatable).  [default: text]",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the format to this file; text goes to stdout then.",
)
@looking_options
def check(  # noqa: PLR0917 - one parameter an option
    paths: tuple[str, ...],
    staged: bool,  # noqa: FBT001 - a flag
    from_ref: str | None,
    to_ref: str | None,
    formats: tuple[Told, ...],
    output: Path | None,
    asked: Asked,
) -> int:
    """Report findings in the papers that PATHS belong to (default: all papers below the working directory).

    Changes nothing. Exits with 1 when there are findings.
    """
    refs = _refs(from_ref, to_ref)
    told = wanted(formats, output)
    if staged and from_ref:
        raise click.UsageError("--staged and --from-ref exclude each other")
    start, top = start_and_top(loading.absolute(paths[0]) if paths else None)
    roots, named = roots_and_named(paths, top, start, changes_only=staged or refs is not None)
    scope = loading.scope_of(start, staged=staged and refs is None, refs=refs, named=named)
    places = [disk.Place(top / root, top) for root in roots]
    # A root that is not in the index, or not in that revision, is none of what is asked about.
    known = [place for place in places if loading.reader(place, scope.read)(place.root.name) is not None]
    if not known and scope.changes is None:
        loading.note("found no paper: no .tex file with a \\documentclass reads what is named")
    # Findings and what is ready; prose is for fill to write.
    job = Job(prose=False, fixes=any(each.form in WITH_FIXES for each in told))
    results = (look(place, scope, asked, job, default_model=False) for place in known)
    return _report(_without_repeats(results), told, explain=asked.explain)


def _refs(from_ref: str | None, to_ref: str | None) -> tuple[str, str] | None:
    """The two revisions to compare: from the options, else from pre-commit's environment."""
    old = from_ref or os.environ.get("PRE_COMMIT_FROM_REF")
    new = to_ref or os.environ.get("PRE_COMMIT_TO_REF")
    if bool(from_ref) != bool(to_ref) and not (old and new):
        raise click.UsageError("--from-ref and --to-ref belong together")
    return (old, new) if old and new else None


def _without_repeats(results: Iterable[Result]) -> list[Result]:
    """The results without findings that an earlier root of the repository already gave."""
    seen: set[tuple[str, int, str]] = set()
    kept: list[Result] = []
    for place, outcome, facts in results:
        names = {
            id(finding): (place.shown(finding.source.path), finding.span.start, finding.rule)
            for finding in outcome.findings
        }
        fresh = {number for number, name in names.items() if name not in seen}
        seen |= set(names.values())
        findings = tuple(finding for finding in outcome.findings if id(finding) in fresh)
        suggestions = tuple(each for each in outcome.suggestions if id(each.finding) in fresh)
        fixes = tuple(each for each in outcome.fixes if id(each.suggestion.finding) in fresh)
        kept.append((place, replace(outcome, findings=findings, suggestions=suggestions, fixes=fixes), facts))
    return kept


def _report(results: Sequence[Result], formats: Sequence[Told], *, explain: bool) -> int:
    for _, outcome, _ in results:
        loading.tell_skipped(outcome.skipped)
    tell(results, formats, explain=explain)
    count = sum(len(outcome.findings) for _, outcome, _ in results)
    if count and Told("text") in formats:
        found = f"{count} finding{'s' if count > 1 else ''}"
        loading.note(
            f"{found}; `texscholar fill` makes a patch of what is ready, `% texscholar: ignore` silences a line"
        )
    return Exit.FINDINGS if count else Exit.NOTHING
