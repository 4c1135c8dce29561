"""Papers as they were before their authors added a citation, from git histories or from what lies there now."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from texscholar import disk
from texscholar.cli import loading
from texscholar.errors import Skipped, TexscholarError
from texscholar.evaluate.fixes import Fix, Tried, attempt, read_fixes, stage
from texscholar.git import Repository
from texscholar.latex import TEX_SUFFIXES, Documents
from texscholar.source import SourceText, decode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from texscholar.cli.loading import Bytes


@dataclass(frozen=True)
class State:
    """The files of a repository at one moment: ``read`` gives their bytes, None those of the work tree.

    ``before`` a commit, or now.
    """

    top: Path
    documents: Documents
    read: Bytes | None
    before: bool


def try_fixes(data: Path, folders: Sequence[str], threshold: float) -> tuple[tuple[Tried, ...], tuple[Skipped, ...]]:
    """What the program says about each fix of a file, and which could not be read.

    Args:
        data: the file.
        folders: they hold repositories as OWNER+NAME; one with its history gives the paper before the commit.
        threshold: from which confidence on a suggestion is shown.

    Raises:
        TexscholarError: the file is no file of fixes.
    """
    content = disk.read_bytes(data, str(data))
    if content is None:
        raise TexscholarError("no such file; name the file of fixes with --data", path=str(data))
    results = [_try(fix, folders, threshold) for fix in read_fixes(content.splitlines(), str(data))]
    tried = tuple(each for each in results if isinstance(each, Tried))
    return tried, tuple(each for each in results if isinstance(each, Skipped))


def _try(fix: Fix, folders: Sequence[str], threshold: float) -> Tried | Skipped:
    name = fix.repo.replace("/", "+")
    tops = [top for folder in folders if (top := loading.absolute(folder) / name).is_dir()]
    state = next((state for top in tops if (state := _state(top, fix.commit, fix.file))), None)
    if state is None:
        return Skipped(fix.id, f"{fix.file} of {fix.repo} is in none of the folders")
    roots = state.documents.holding(fix.file)
    if not roots:
        return Skipped(fix.id, f"no document holds {fix.file}")
    place = disk.Place(state.top / roots[0], state.top)
    paper = loading.load_paper(place, state.read)
    path = posixpath.relpath(fix.file, posixpath.dirname(roots[0]) or ".")
    staged = stage(fix, paper, path, loading.reader(place, state.read), before=state.before)
    if staged is None:
        return Skipped(fix.id, f"{roots[0]} has no sentence")
    return attempt(fix, staged, threshold)


def _state(top: Path, commit: str, file: str) -> State | None:
    """The repository before a commit where its history is at hand, else as it lies there; None without the file."""
    if (top / ".git").exists():
        earlier = _earlier(top, f"{commit}^")
        if earlier is not None and earlier.documents.read(file) is not None:
            return earlier
    return _now(top) if (top / file).is_file() else None


@lru_cache(maxsize=4)
def _earlier(top: Path, revision: str) -> State | None:
    repository = Repository.at(top)
    paths = [path for path in repository.paths_at(revision) if path.lower().endswith(TEX_SUFFIXES)]
    if not paths:
        return None

    @cache
    def read(path: str) -> bytes | None:
        return repository.file_at(revision, path)

    def source(path: str) -> SourceText | None:
        data = read(path)
        return None if data is None else decode(data, path)

    return State(top, Documents(sorted(paths), source), read, before=True)


@lru_cache(maxsize=4)
def _now(top: Path) -> State:
    place = disk.Place(top / "any.tex", top)
    paths = [file.relative_to(top).as_posix() for file in disk.tex_files(top)]
    return State(top, Documents(paths, lambda path: disk.read_source(place, path)), None, before=False)
