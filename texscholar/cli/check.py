"""``texscholar check``: findings and ready suggestions, for people, hooks and CI."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from texscholar import disk
from texscholar.cli import loading
from texscholar.cli.looking import Asked, Result, look, looking_options
from texscholar.cli.papers import roots_and_named, start_and_top
from texscholar.errors import Exit, TexscholarError
from texscholar.pipeline import Job
from texscholar.report.json_report import render_json
from texscholar.report.text_report import render_text

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
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@looking_options
def check(  # noqa: PLR0917 - one parameter an option
    paths: tuple[str, ...],
    staged: bool,  # noqa: FBT001 - a flag
    from_ref: str | None,
    to_ref: str | None,
    form: str,
    asked: Asked,
) -> int:
    """Report findings in the papers that PATHS belong to (default: all papers below the working directory).

    Changes nothing. Exits with 1 when there are findings.
    """
    refs = _refs(from_ref, to_ref)
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
    job = Job(prose=False)
    results = (look(place, scope, asked, job, default_model=False) for place in known)
    return _report(_without_repeats(results), form, explain=asked.explain)


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
        kept.append((place, replace(outcome, findings=findings, suggestions=suggestions), facts))
    return kept


def _report(results: Sequence[Result], form: str, *, explain: bool) -> int:
    if form == "json" and len(results) != 1:
        raise TexscholarError(f"--format json is for one paper, and here are {len(results)}; name its main .tex file")
    for place, outcome, facts in results:
        loading.tell_skipped(outcome.skipped)
        if form == "json":
            data = render_json(outcome.findings, outcome.suggestions, outcome.skipped, facts, explain=explain)
        else:
            data = render_text(outcome.findings, outcome.suggestions, place.shown, explain=explain)
        sys.stdout.buffer.write(data.encode("utf-8", "backslashreplace"))
    sys.stdout.flush()
    count = sum(len(outcome.findings) for _, outcome, _ in results)
    if count and form == "text":
        found = f"{count} finding{'s' if count > 1 else ''}"
        loading.note(
            f"{found}; `texscholar fill` makes a patch of what is ready, `% texscholar: ignore` silences a line"
        )
    return Exit.FINDINGS if count else Exit.NOTHING
