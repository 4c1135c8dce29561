"""``texscholar check``: findings and ready suggestions, for people, hooks and CI."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from texscholar import disk
from texscholar.cli import loading
from texscholar.cli.formats import FORMATS, WITH_FIXES, Told, patch_of, read_formats, tell, wanted, without
from texscholar.cli.looking import Asked, Result, look, looking_options
from texscholar.cli.papers import roots_and_named, start_and_top
from texscholar.disk import OWN_FOLDER
from texscholar.errors import Exit, TexscholarError
from texscholar.git import Repository
from texscholar.pipeline import Job

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from texscholar.report.baseline import Known

BASELINE, PATCH = "baseline.json", "suggestions.patch"
_MOST_NAMED = 5  # kinds of entries in one line


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
@click.option("--patch", is_flag=True, help=f"Write what is ready to {OWN_FOLDER}/{PATCH}, for `texscholar review`.")
@click.option(
    "--write-baseline",
    is_flag=True,
    help=f"Note all findings in {OWN_FOLDER}/{BASELINE}: they are known from now on, and not told.",
)
@click.option("--no-baseline", is_flag=True, help="Tell findings that are known too.")
@looking_options
def check(  # noqa: PLR0917 - one parameter an option
    paths: tuple[str, ...],
    staged: bool,  # noqa: FBT001 - a flag
    from_ref: str | None,
    to_ref: str | None,
    formats: tuple[Told, ...],
    output: Path | None,
    patch: bool,  # noqa: FBT001 - a flag
    write_baseline: bool,  # noqa: FBT001 - a flag
    no_baseline: bool,  # noqa: FBT001 - a flag
    asked: Asked,
) -> int:
    """Report findings in the papers that PATHS belong to (default: all papers below the working directory).

    Changes nothing. Exits with 1 when there are findings.
    """
    refs = _refs(from_ref, to_ref)
    if write_baseline and (paths or staged or refs or no_baseline):
        raise click.UsageError("--write-baseline is for whole papers: run it without PATHS and other options of scope")
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
    job = Job(prose=False, patch=patch, fixes=any(each.form in WITH_FIXES for each in told))
    entries = None if no_baseline or write_baseline else _baseline(top, scope)
    results = _without_repeats(
        look(place, scope, asked, _knowing(job, entries, place), default_model=False) for place in known
    )
    if write_baseline:
        return _write_baseline(results, top, start)
    whole = not paths and scope.changes is None and start == top
    if patch:
        _keep_patch(results)
    return _report(results, told, entries, whole=whole, explain=asked.explain)


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
    repeated: set[int] = set()
    kept: list[Result] = []
    for place, outcome, facts in results:
        kept.append((place, outcome, facts))
        names = {
            id(finding): (place.shown(finding.source.path), finding.span.start, finding.rule)
            for finding in outcome.findings
        }
        repeated.update(number for number, name in names.items() if name in seen)
        seen |= set(names.values())
    return without(kept, frozenset(repeated))


def _report(
    results: Sequence[Result],
    formats: Sequence[Told],
    entries: Sequence[Known] | None,
    *,
    whole: bool,
    explain: bool,
) -> int:
    for _, outcome, _ in results:
        loading.tell_skipped(outcome.skipped)
    known = None if entries is None else _known_among(results, entries, whole=whole)
    tell(results, formats, explain=explain, known=known)
    count = sum(len(outcome.findings) for _, outcome, _ in results) - len(known or ())
    if known:
        loading.note(f"{_counted(len(known))} of the baseline left out; --no-baseline tells them")
    if count and Told("text") in formats:
        loading.note(
            f"{_counted(count)}; `texscholar fill` makes a patch of what is ready, "
            "`% texscholar: ignore` silences a line"
        )
    return Exit.FINDINGS if count else Exit.NOTHING


def _counted(number: int) -> str:
    return f"{number} finding{'' if number == 1 else 's'}"


def _baseline(top: Path, scope: loading.Scope) -> tuple[Known, ...] | None:
    """What the authors know, from where the paper is read, else from the work tree; None without such a file."""
    path = f"{OWN_FOLDER}/{BASELINE}"
    data = scope.read(path) if scope.read else None
    if data is None:
        data = disk.read_bytes(disk.own_file(top, BASELINE), path)
    if data is None:
        return None
    from texscholar.report.baseline import read_baseline  # noqa: PLC0415 - for papers that have one

    return read_baseline(data, path)


def _knowing(job: Job, entries: Sequence[Known] | None, place: disk.Place) -> Job:
    """The same job, which leaves alone what a paper's baseline holds."""
    if not entries:
        return job
    from texscholar.report.baseline import compared  # noqa: PLC0415 - as in _baseline

    return replace(job, known=lambda found: compared(entries, ((each, place.shown) for each in found))[0])


def _known_among(results: Sequence[Result], entries: Sequence[Known], *, whole: bool) -> frozenset[int]:
    """The ``id`` of each known finding; of entries that are about nothing any more a line, where all was looked at."""
    from texscholar.report.baseline import compared  # noqa: PLC0415 - as in _baseline

    findings = ((finding, place.shown) for place, outcome, _ in results for finding in outcome.findings)
    known, unmet = compared(entries, findings)
    if unmet and whole:
        which = ", ".join(sorted({f"{each.rule} in {each.path}" for each in unmet})[:_MOST_NAMED])
        entries_are = "1 entry of the baseline is" if len(unmet) == 1 else f"{len(unmet)} entries of the baseline are"
        loading.note(f"{entries_are} about nothing any more ({which}); --write-baseline drops what is")
    return known


def _write_baseline(results: Sequence[Result], top: Path, start: Path) -> int:
    """All findings are known from now on; what is known of papers elsewhere in the repository stays."""
    from texscholar.report.baseline import known_of, read_baseline, render_baseline  # noqa: PLC0415 - as in _baseline

    path, file = f"{OWN_FOLDER}/{BASELINE}", disk.own_file(top, BASELINE)
    entries = [known_of(each, place.shown) for place, outcome, _ in results for each in outcome.findings]
    count = len(entries)
    if start != top and (data := disk.read_bytes(file, path)) is not None:
        below = f"{start.relative_to(top).as_posix()}/"
        entries += [each for each in read_baseline(data, path) if not each.path.startswith(below)]
    disk.write_own_file(top, BASELINE, render_baseline(entries))
    ignored = disk.work_tree_top(top) is not None and Repository.at(top).ignores(path)
    add = f"git ignores it: `git add --force {path}` shares it" if ignored else f"commit {path}"
    loading.note(f"{_counted(count)} known from now on; {add}")
    return Exit.NOTHING


def _keep_patch(results: Sequence[Result]) -> None:
    """What is ready, as a patch for one paper: the first that has any."""
    ready = [result for result in results if result[1].changes]
    if not ready:
        return
    first, *others = ready
    try:
        disk.write_own_file(first[0].boundary, PATCH, patch_of(first, with_evidence=True))
    except TexscholarError as error:  # what was found is told all the same
        loading.note(f"no patch: {error}")
        return
    loading.note(f"suggestions are in {OWN_FOLDER}/{PATCH}; `texscholar review` goes through them")
    for other, _, _ in others:
        root = other.shown(other.root.name)
        loading.note(f"there are some for {root} too; `texscholar fill {root}` makes a patch of them")
