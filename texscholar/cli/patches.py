"""What review and apply share: a patch beside its paper, its parts, and the changes that decisions make."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from texscholar import disk
from texscholar.bibtex import read_bibliography
from texscholar.cli import loading
from texscholar.cli.papers import roots_and_named
from texscholar.errors import TexscholarError
from texscholar.source import SourceText
from texscholar.suggest import (
    Cut,
    FileChange,
    FilePatch,
    acting_command,
    changes_of,
    cut,
    flaw,
    read_decisions,
    read_diff,
    read_preamble,
    rejections_in,
    updated_rejections,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from texscholar.pipeline import Paper
    from texscholar.suggest import Decision, Decisions
    from texscholar.suggest.evidence import Preamble

DECISIONS, PATCH = "decisions.json", "suggestions.patch"


@dataclass(frozen=True)
class Opened:
    """A patch and the paper it is for, as that lies there now."""

    data: bytes
    preamble: Preamble
    place: disk.Place
    paper: Paper
    files: tuple[FilePatch, ...]

    @cached_property
    def sources(self) -> Mapping[str, SourceText]:
        """The files of the paper by the names that the diff uses."""
        return {self.place.shown(path): source for path, source in loading.sources_of(self.paper).items()}

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys that the paper's bibliographies define."""
        return frozenset(key for bibliography in self.paper.bibliographies for key in bibliography.keys)

    @cached_property
    def cut(self) -> Cut:
        return cut(self.files, self.preamble.evidence, self.sources, self.keys)

    def changes(self, decisions: Mapping[str, Decision]) -> tuple[FileChange, ...]:
        """What the accepted parts change.

        Raises:
            TexscholarError: it would do more than a suggestion may; nothing may be written.
        """
        edits = changes_of(self.cut, decisions)
        changes = tuple(FileChange(path, self.sources[path], each) for path, each in edits.items())
        added = {change.path: _added(change) for change in changes}
        keys = self.keys.union(*added.values())
        files = {self.place.shown(file.path): file for file in self.paper.project.files}
        for change in changes:
            file = files.get(change.path)
            if file is None:
                broken = flaw(change, (), keys, added[change.path]) or _acting(change)
            else:
                replaceable = {
                    *(marker.span for marker in file.markers),
                    *(each.span for each in file.placeholders),
                    *(block.span for block in file.blocks if block.is_untouched),
                }
                broken = flaw(change, replaceable, keys, (), file.wrappers)
            if broken:
                raise TexscholarError(f"would be harmed: {broken}; nothing was written", path=change.path)
        return changes


def _acting(change: FileChange) -> str:
    """What entries would do beyond being typeset: ours never do, but a patch may come from anywhere."""
    command = next(filter(None, (acting_command(edit.text) for edit in change.edits)), "")
    return f"an entry holds {command}" if command else ""


def _added(change: FileChange) -> frozenset[str]:
    """The keys of the entries that a bibliography gets."""
    if not change.path.lower().endswith(".bib"):
        return frozenset()
    texts = (SourceText(change.path, edit.text) for edit in change.edits)
    return frozenset(entry.key for text in texts for entry in read_bibliography(text).entries)


def repository(directory: str | None = None) -> Path:
    """What the paths of a patch are relative to: a named folder, the top of the work tree, else where we are."""
    return loading.absolute(directory) if directory else (disk.work_tree_top(Path.cwd()) or Path.cwd())


def open_patch(data: bytes, name: str, base: Path) -> Opened:
    """A patch with its paper.

    Raises:
        TexscholarError: it is no patch, it leads out of the repository, or its paper is not here.
    """
    files, preamble = read_diff(data, name), read_preamble(data, name)
    loading.tell_skipped(preamble.skipped)
    inside = disk.Place(base / "-", base)
    for path in (*(file.path for file in files), *((preamble.root,) if preamble.root else ())):
        target = inside.resolve(path)
        if target is None:
            raise TexscholarError("lies outside the repository and is never written", path=path)
        if not target.is_file():
            raise TexscholarError("is not here; run this in the paper's repository", path=path)
    place = disk.Place(base / (preamble.root or _root(files, base)), base)
    return Opened(data, preamble, place, loading.load_paper(place), files)


def find_patch(patch: str | None, base: Path) -> tuple[bytes, str]:
    """The patch that a command is given (- for stdin), else the one beside the paper, and how errors call it.

    Raises:
        TexscholarError: there is none.
    """
    if patch == "-":
        return sys.stdin.buffer.read(), patch
    name = patch or os.path.relpath(base / disk.OWN_FOLDER / PATCH)
    data = disk.read_bytes(loading.absolute(patch) if patch else disk.own_file(base, PATCH), name)
    if data is None:
        raise TexscholarError(f"no such file; `texscholar fill PAPER.tex --output {name}` writes it", path=name)
    return data, name


def earlier_decisions(base: Path) -> Decisions | None:
    """What was said before, about this patch or another one that holds the same parts; None where nothing was."""
    name = f"{disk.OWN_FOLDER}/{DECISIONS}"
    data = disk.read_bytes(disk.own_file(base, DECISIONS), name)
    return None if data is None else read_decisions(data, name)


def _root(files: Sequence[FilePatch], base: Path) -> str:
    """The paper that the first file belongs to, where the patch does not say."""
    roots, _ = roots_and_named([str(base / files[0].path)], base, base, changes_only=False)
    if not roots:
        raise TexscholarError("belongs to no paper here; run this in the paper's repository", path=files[0].path)
    return roots[0]


def remember(opened: Opened, decisions: Mapping[str, Decision]) -> int:
    """Keep what was rejected for all runs to come, and drop what is accepted now; how many were rejected."""
    refused, taken = rejections_in(opened.cut, decisions)
    boundary = opened.place.boundary
    file = disk.own_file(boundary, loading.REJECTED)
    before = disk.read_bytes(file, str(file)) or b""
    after = updated_rejections(before, refused, taken)
    if after != before:
        disk.write_own_file(boundary, loading.REJECTED, after)
    return len(refused)
