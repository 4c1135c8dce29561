"""``texscholar fill``: the main job."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from texscholar import disk
from texscholar.cli import loading
from texscholar.cli.formats import WITH_FIXES, patch_of, rendered
from texscholar.cli.looking import Asked, Result, look, looking_options
from texscholar.cli.papers import one_paper
from texscholar.config import LENGTHS, MEDIUM
from texscholar.errors import Exit, TexscholarError
from texscholar.pipeline import ONLY, Job, Outcome


@click.command()
@click.argument("paper", required=False, type=click.Path())
@click.option("--apply", "apply_now", is_flag=True, help="Write the changes into the files.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the result to a file instead of stdout.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["diff", "json", "html", *sorted(WITH_FIXES)]),
    default="diff",
    show_default=True,
)
@click.option("--only", type=click.Choice(ONLY), multiple=True, help="Do only this (repeatable).")
@click.option("--since", metavar="REV", help="Only sentences touched since this revision.")
@click.option("--staged", is_flag=True, help="Only sentences touched by what is staged; reads the staged files.")
@click.option("--max-suggestions", type=click.IntRange(0), help="At most so many missing citations, the surest first.")
@click.option("--agent", is_flag=True, help="Let the model search the libraries by itself for related work.")
@click.option("--length", type=click.Choice(LENGTHS), default=MEDIUM, show_default=True, help="Of related-work drafts.")
@click.option("--refresh", is_flag=True, help="Write related-work drafts anew that nobody has edited.")
@click.option("--watch", is_flag=True, help="Keep .texscholar/suggestions.patch up to date while files change.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 when there are suggestions.")
@looking_options
def fill(  # noqa: PLR0917 - one parameter an option
    paper: str | None,
    apply_now: bool,  # noqa: FBT001 - a flag
    output: Path | None,
    form: str,
    only: tuple[str, ...],
    since: str | None,
    staged: bool,  # noqa: FBT001 - a flag
    max_suggestions: int | None,
    agent: bool,  # noqa: FBT001 - a flag
    length: str,
    refresh: bool,  # noqa: FBT001 - a flag
    watch: bool,  # noqa: FBT001 - a flag
    exit_code: bool,  # noqa: FBT001 - a flag
    asked: Asked,
) -> int:
    """Fill markers, suggest missing citations and complete undefined keys in PAPER.

    PAPER is its main .tex file, or a folder that holds it (default: the working directory). Any other file of the paper
    stands for itself: of the whole paper, only what concerns that file is done.

    Prints a unified diff against the .tex and .bib files, which `git apply` and `texscholar apply` accept.
    """
    if since and staged:
        raise click.UsageError("--since and --staged exclude each other")
    if asked.explain and form != "json":
        raise click.UsageError("--explain needs --format json here; `texscholar check --explain` tells it in lines")
    if watch and (apply_now or staged or since or exit_code or form != "diff" or asked.time_budget is not None):
        raise click.UsageError(
            "--watch writes a diff, again and again: it goes without --apply, --staged, --since, --exit-code, "
            "--format and --time-budget"
        )
    place, named = one_paper(paper)
    # Where changes decide, they do so for the whole paper.
    named = frozenset() if since or staged else named
    scope = loading.scope_of(place.home, staged=staged, since=since, named=named)
    job = Job(
        only=frozenset(only or ONLY),
        max_suggestions=max_suggestions or 0,
        agent=agent,
        length=length,
        refresh=refresh,
        fixes=form in WITH_FIXES,
    )
    if watch:
        from texscholar.cli.patches import PATCH  # noqa: PLC0415 - most runs end
        from texscholar.cli.watching import Watch  # noqa: PLC0415 - as above

        kept = output or place.boundary / disk.OWN_FOLDER / PATCH
        Watch(place, named, asked, job, lambda result: _keep(result, kept)).run()
    result = look(place, scope, asked, job, default_model=True)
    _, outcome, _ = result
    loading.tell_skipped(outcome.skipped)
    if staged and apply_now:
        _refuse_unstaged(outcome, place)
    _deliver(result, form=form, output=output, apply_now=apply_now, explain=asked.explain)
    return Exit.FINDINGS if exit_code and outcome.suggestions else Exit.NOTHING


def _refuse_unstaged(outcome: Outcome, place: disk.Place) -> None:
    """A patch made for staged files cannot go into files that look different in the work tree."""
    for change in outcome.changes:
        if disk.read_bytes(place.boundary / change.path, change.path) != change.old_bytes:
            message = "differs from what is staged; stage or stash the rest, or pipe the diff into `git apply --cached`"
            raise TexscholarError(message, path=change.path)


def _deliver(
    result: Result,
    *,
    form: str,
    output: Path | None,
    apply_now: bool,
    explain: bool,
) -> None:
    """The result where it was asked for, then a line that sums it up."""
    place, outcome, _ = result
    data = _rendered(result, form, explain=explain, kept=output is not None)
    if apply_now:
        disk.write_all(disk.as_writes(place, ((c.path, c.old_bytes, c.new_bytes) for c in outcome.changes)))
    if output is not None:
        _write(output, data, place)
    elif not apply_now or form != "diff":
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    loading.note(_summary(outcome, applied=apply_now))
    if form == "diff" and not apply_now and _leaves_here(outcome, place):
        loading.note(f"`git apply` changes only files below the folder it runs in: run it in {place.boundary}")


def _rendered(result: Result, form: str, *, explain: bool, kept: bool) -> bytes:
    """What was found in the form that was asked for."""
    if form not in ("diff", "html"):
        return rendered((result,), form, explain=explain)
    place, outcome, _ = result
    diff = patch_of(result, with_evidence=form == "html" or kept)
    return _page(diff, outcome, place) if form == "html" else diff


def _page(patch: bytes, outcome: Outcome, place: disk.Place) -> bytes:
    from texscholar.report.html_report import render_html  # noqa: PLC0415 - loads jinja2

    sources = {change.path: change.source for change in outcome.changes}
    page = render_html(patch, sources, outcome.skipped, place.shown(place.root.name))
    return page.encode("utf-8", "backslashreplace")


def _keep(result: Result, output: Path) -> str:
    """The patch in its file, which is written only where that changes it; a line that sums it up."""
    place, outcome, _ = result
    data, shown = patch_of(result, with_evidence=True), os.path.relpath(output)
    changed = disk.read_bytes(output, shown) != data
    if changed:
        _write(output, data, place)
    first, more = next(iter(outcome.skipped), None), len(outcome.skipped) - 1
    left_out = "" if first is None else f"; skipped: {first}{f' and {more} more' if more else ''}"
    return f"{_summary(outcome, applied=False)}; {shown} {'is written' if changed else 'stays'}{left_out}"


def _write(output: Path, data: bytes, place: disk.Place) -> None:
    """A result where it was asked for; our own folder beside the paper is made if need be."""
    if loading.absolute(str(output)).parent == place.boundary / disk.OWN_FOLDER:
        disk.write_own_file(place.boundary, output.name, data)
    else:
        disk.write_output(output, data)


def _leaves_here(outcome: Outcome, place: disk.Place) -> bool:
    """Whether the diff changes a file that git, run in the working directory, would silently leave out."""
    here = Path.cwd()
    inside = here != place.boundary and here.is_relative_to(place.boundary)
    return inside and not all((place.boundary / change.path).is_relative_to(here) for change in outcome.changes)


def _summary(outcome: Outcome, *, applied: bool) -> str:
    kinds = [suggestion.kind for suggestion in outcome.suggestions]
    entries = {entry.key for suggestion in outcome.suggestions for entry in suggestion.entries}
    if not kinds:
        return "nothing to suggest"
    parts = [
        _counted(kinds.count("citation"), "citation", "citations"),
        _counted(kinds.count("related-work"), "related-work draft", "related-work drafts"),
        _counted(len(entries), "new entry", "new entries"),
    ]
    where = _counted(len(outcome.changes), "file", "files")
    return f"{', '.join(part for part in parts if part)} {'written to' if applied else 'for'} {where}"


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}" if number else ""
