"""``texscholar apply``: a patch that was reviewed goes into the files."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from texscholar import disk
from texscholar.cli import loading
from texscholar.errors import Exit, TexscholarError
from texscholar.suggest import read_diff


@click.command()
@click.argument("patch", type=click.Path(dir_okay=False, allow_dash=True))
@click.option(
    "--directory",
    type=click.Path(file_okay=False, exists=True),
    help="What the patch's paths are relative to.  [default: top of the git work tree, else here]",
)
def apply(patch: str, directory: str | None) -> int:
    """Apply PATCH (- for stdin), a diff that `texscholar fill` wrote and from which hunks may have been removed.

    All files change or none: one that is not as it was when the patch was made is refused by name.
    """
    data = sys.stdin.buffer.read() if patch == "-" else disk.read_bytes(loading.absolute(patch), patch)
    if data is None:
        raise TexscholarError("no such file; `texscholar fill PAPER.tex --output FILE` writes one", path=patch)
    base = loading.absolute(directory) if directory else (disk.work_tree_top(Path.cwd()) or Path.cwd())
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
