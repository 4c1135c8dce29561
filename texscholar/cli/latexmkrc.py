"""``texscholar latexmkrc``: the block that makes latexmk show suggestions in drafts: printed, located or installed."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from texscholar import disk
from texscholar.cli import loading
from texscholar.errors import Exit
from texscholar.setup import LATEXMKRC, block, with_drafts
from texscholar.suggest import render_diff


@click.command()
@click.option(
    "--path", is_flag=True, help='Print the path of a file for `latexmk -r "$(texscholar latexmkrc --path)"`.'
)
@click.option("--install", is_flag=True, help="Propose the block for the latexmkrc here, as a diff.")
@click.option("--apply", "apply_now", is_flag=True, help="With --install: write it.")
def latexmkrc(*, path: bool, install: bool, apply_now: bool) -> int:
    """Print the block for a .latexmkrc that shows suggestions in drafts, built with TEXSCHOLAR_DRAFT=1.

    What a .latexmkrc holds stays as it is; a block of an earlier texscholar is replaced.
    """
    if path + install > 1:
        raise click.UsageError("--path and --install are two things; choose one")
    if apply_now and not install:
        raise click.UsageError("--apply goes with --install")
    if path:
        print(LATEXMKRC)
    elif install:
        _install(apply_now=apply_now)
    else:
        sys.stdout.write(block())
    return Exit.NOTHING


def _install(*, apply_now: bool) -> None:
    here = Path.cwd()
    place = disk.Place(here / "-", disk.work_tree_top(here) or here)
    proposal = with_drafts(lambda name: disk.read_source(place, name), place.shown, begun=True)
    if apply_now:
        changes = ((each.path, each.old_bytes, each.new_bytes) for each in proposal.changes)
        disk.write_all(
            tuple(
                disk.Write(write.file, write.shown, None if change.new_mode else write.old, write.new)
                for change, write in zip(proposal.changes, disk.as_writes(place, changes), strict=True)
            )
        )
    else:
        sys.stdout.buffer.write(render_diff(proposal.changes))
        sys.stdout.flush()
    names = ", ".join(change.path for change in proposal.changes)
    if not names:
        loading.note("nothing to propose: the block stands there already")
    elif apply_now:
        loading.note(f"wrote {names}; `TEXSCHOLAR_DRAFT=1 latexmk` shows the suggestions")
    else:
        loading.note("`texscholar latexmkrc --install --apply` writes it; `git apply` at the top does too")
