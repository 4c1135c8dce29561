"""``texscholar apply``: what was accepted, or a whole patch, goes into the files."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from texscholar import disk
from texscholar.cli import loading
from texscholar.cli.patches import (
    DECISIONS,
    Opened,
    earlier_decisions,
    find_patch,
    open_patch,
    remember,
    repository,
)
from texscholar.errors import Exit, TexscholarError
from texscholar.suggest import Decision, Decisions, parts_named, read_decisions, read_diff, render_decisions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@click.command()
@click.argument("patch", required=False, type=click.Path(dir_okay=False, allow_dash=True))
@click.option(
    "--decisions",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Apply what this file accepts, which the page of `fill --format html` exports.",
)
@click.option(
    "--id",
    "ids",
    multiple=True,
    metavar="ID",
    help="Apply this suggestion alone, named by its id or the beginning of it (repeatable).",
)
@click.option(
    "--directory",
    type=click.Path(file_okay=False, exists=True),
    help="What the patch's paths are relative to.  [default: top of the git work tree, else here]",
)
def apply(patch: str | None, decisions: str | None, ids: tuple[str, ...], directory: str | None) -> int:
    """Apply what `texscholar review` accepted; with PATCH (- for stdin) all of a diff that `texscholar fill` wrote.

    With --id, suggestions of PATCH, or of .texscholar/suggestions.patch, by their ids; the others can be applied later.

    All files change or none: what is not as it was when the patch was made is refused by name. Of a PATCH, from which
    hunks may have been removed, everything is applied, whatever a review said of it.
    """
    if patch and decisions:
        raise click.UsageError("a file of decisions holds its patch; name one of both")
    if ids and decisions:
        raise click.UsageError("a file of decisions says what is accepted; --id goes without it")
    base = repository(directory)
    if ids:
        return _apply_named(ids, patch, base)
    if patch:
        return _apply_whole(patch, base)
    name = decisions or f"{disk.OWN_FOLDER}/{DECISIONS}"
    data = _read(decisions) if decisions else disk.read_bytes(disk.own_file(base, DECISIONS), name)
    if data is None:
        raise TexscholarError("no such file; `texscholar review` writes what it holds", path=name)
    made = read_decisions(data, name)
    opened = open_patch(made.patch, name, base)
    _apply_accepted(opened, made.parts, name)
    if not decisions:
        left = {part: each for part, each in made.parts.items() if not each.accepted}
        disk.write_own_file(base, DECISIONS, render_decisions(Decisions(made.patch, left)))
    return Exit.NOTHING


def _apply_named(ids: Sequence[str], patch: str | None, base: Path) -> int:
    """Suggestions by their ids, each as it was edited in a review, if it was."""
    data, name = find_patch(patch, base)
    opened = open_patch(data, name, base)
    earlier = earlier_decisions(base)
    said = earlier.parts if earlier else {}
    named = {
        part: said[part] if part in said and said[part].accepted else Decision(accepted=True)
        for part in parts_named(opened.cut, ids, name)
    }
    _apply_accepted(opened, named, name)
    if earlier and not named.keys().isdisjoint(said):
        left = {part: each for part, each in said.items() if part not in named}
        disk.write_own_file(base, DECISIONS, render_decisions(Decisions(earlier.patch, left)))
    return Exit.NOTHING


def _read(file: str) -> bytes | None:
    return sys.stdin.buffer.read() if file == "-" else disk.read_bytes(loading.absolute(file), file)


def _apply_whole(patch: str, base: Path) -> int:
    data = _read(patch)
    if data is None:
        raise TexscholarError("no such file; `texscholar fill PAPER.tex --output FILE` writes one", path=patch)
    place = disk.Place(base / "-", base)
    changes = []
    for file in read_diff(data, patch):
        target = place.resolve(file.path)
        if target is None:
            raise TexscholarError("lies outside the repository and is never written", path=file.path)
        old = disk.read_bytes(target, file.path)
        if old is None:
            raise TexscholarError(
                "is not here; run this in the paper's repository, or give --directory", path=file.path
            )
        changes.append((file.path, old, file.apply(old)))
    disk.write_all(disk.as_writes(place, changes))
    loading.note(f"applied to {', '.join(path for path, _, _ in changes)}")
    return Exit.NOTHING


def _apply_accepted(opened: Opened, decisions: Mapping[str, Decision], name: str) -> None:
    """The accepted parts into the files, and what was rejected into the memory."""
    cut = opened.cut
    accepted = [part for part, decision in decisions.items() if decision.accepted]
    lost = [cut.lost[part] for part in accepted if part in cut.lost]
    if lost:
        more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
        raise TexscholarError(f"{lost[0].reason}{more}; nothing was written", path=lost[0].what)
    known = {*cut.made, *(part.id for part in cut.parts)}
    strange = [part for part in accepted if part not in known]
    if strange:
        raise TexscholarError(f"accepts {strange[0]}, which its patch lacks; make it again", path=name)
    changes = opened.changes(decisions)
    disk.write_all(disk.as_writes(opened.place, ((c.path, c.old_bytes, c.new_bytes) for c in changes)))
    rejected = remember(opened, decisions)
    count = sum(part not in cut.made for part in accepted)
    if changes:
        loading.note(f"applied {count} of {len(cut.parts)} suggestions to {', '.join(c.path for c in changes)}")
    else:
        loading.note("nothing to apply: no suggestion is accepted that is not in the files already")
    if rejected:
        loading.note(f"{rejected} rejected: not suggested again; `texscholar review --forget` undoes that")
