"""``texscholar overlay``: the suggestions of the last ``fill`` as notes for a draft's PDF."""

from __future__ import annotations

import os
from pathlib import Path

import click

from texscholar import disk
from texscholar.bibtex import read_bibliography
from texscholar.errors import Exit
from texscholar.report.overlay import NOTHING, notes_of, render_overlay
from texscholar.suggest import ENTRY, cut, read_decisions, read_diff, read_preamble

_DECISIONS, _PATCH = "decisions.json", "suggestions.patch"
_COMMITTED = "texscholar-overlay.tex"


@click.command()
@click.argument("paper", type=click.Path(dir_okay=False))
@click.option("--output", type=click.Path(dir_okay=False), help=f"Where it goes.  [default: {_COMMITTED} beside PAPER]")
@click.option("--dependencies", is_flag=True, help="Print what it was made from, a line `DEP path` a file.")
def overlay(paper: str, output: str | None, *, dependencies: bool) -> int:
    """Write the suggestions for PAPER, a main .tex file, as notes that its PDF can show; latexmk calls this.

    They are those of .texscholar/suggestions.patch, which `texscholar fill --output` wrote: nothing is computed, no
    model runs. The file is written only where it changes.
    """
    place = disk.locate(Path(paper))
    reading = Reading(place)
    text = reading.overlay(Path(os.path.relpath(place.root)).as_posix())
    target = Path(output) if output else place.home / _COMMITTED
    if disk.read_bytes(target, str(target)) != text.encode():
        disk.write_output(target, text.encode())
    if dependencies:
        for path in reading.read:
            print(f"DEP {path}")
    return Exit.NOTHING


class Reading:
    """What the notes are made from; ``read`` names each file as TeX would, whether it is there or not."""

    def __init__(self, place: disk.Place) -> None:
        self._place = disk.Place(place.boundary / "-", place.boundary)
        self.read: list[str] = []

    def overlay(self, main: str) -> str:
        patch, decisions = self._own(_PATCH), self._own(_DECISIONS)
        if not patch:
            return NOTHING
        rejected = set[str]()
        if decisions:
            made = read_decisions(decisions, f"{disk.OWN_FOLDER}/{_DECISIONS}")
            rejected = {part for part, each in made.parts.items() if not each.accepted}
        name = f"{disk.OWN_FOLDER}/{_PATCH}"
        changed, preamble = read_diff(patch, name), read_preamble(patch, name)
        # A file stands in the diff, in evidence, or in both.
        paths = dict.fromkeys((*(file.path for file in changed), *(each.path for each in preamble.evidence)))
        self.read += map(self._named, paths)
        found = {path: disk.read_source(self._place, path) for path in paths}
        sources = {path: source for path, source in found.items() if source is not None}
        keys = {
            key
            for path, source in sources.items()
            if path.lower().endswith(".bib")
            for key in read_bibliography(source).keys
        }
        # A bibliography that has changed may have no place for an entry; what cites it is shown all the same.
        wanted = {key for each in preamble.evidence for key in each.entries}
        cited = cut(changed, preamble.evidence, sources, keys | wanted).parts
        asked = cut(changed, preamble.evidence, sources, keys).parts if wanted - keys else ()
        parts = (*(each for each in cited if each.kind != ENTRY), *(each for each in asked if each.kind == ENTRY))
        return render_overlay(notes_of(parts, rejected, [each.id for each in preamble.evidence]), main, self._named)

    def _own(self, name: str) -> bytes | None:
        self.read.append(self._named(f"{disk.OWN_FOLDER}/{name}"))
        return disk.read_bytes(disk.own_file(self._place.boundary, name), f"{disk.OWN_FOLDER}/{name}")

    def _named(self, path: str) -> str:
        """A path of the diff relative to where TeX runs."""
        return Path(os.path.relpath(self._place.boundary / path)).as_posix()
