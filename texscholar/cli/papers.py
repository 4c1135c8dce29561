"""Which papers of a repository a command is about, found from whatever the user names."""

from __future__ import annotations

import posixpath
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from texscholar import disk
from texscholar.cli import loading
from texscholar.errors import TexscholarError
from texscholar.latex import Documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from texscholar.latex import Reader
    from texscholar.source import SourceText

_MOST_NAMED = 8  # papers in one line


def start_and_top(path: Path | None) -> tuple[Path, Path]:
    """Where to begin, and the top of the work tree around it; without git the working directory, if it is above."""
    here = Path.cwd()
    start = here if path is None else path if path.is_dir() else path.parent
    return start, disk.work_tree_top(start) or (here if start.is_relative_to(here) else start)


def roots_and_named(
    paths: Sequence[str], top: Path, start: Path, *, changes_only: bool
) -> tuple[tuple[str, ...], frozenset[str]]:
    """The root files concerned, and the files that count one by one, all relative to the top.

    A root, a bibliography or a directory with roots stands for whole papers, except where only changes count. Of a
    directory without one, as of any other file, the papers that it belongs to are looked at.
    """
    documents = _documents(start if not paths else top, top)
    if not paths:
        if documents.roots or start == top:
            return documents.roots, frozenset()
        documents, paths = _documents(top, top), (str(start),)
    roots: dict[str, None] = {}
    named: set[str] = set()
    whole = False
    for given in paths:
        absolute = loading.absolute(given)
        if not absolute.is_relative_to(top):
            raise TexscholarError("lies outside this repository; run texscholar there", path=given)
        path = _relative(absolute, top)
        if not absolute.exists() and not changes_only:
            raise TexscholarError("no such file; check the path", path=given)
        if absolute.is_dir():
            below = tuple(root for root in documents.roots if _is_below(root, path))
            files = () if below else tuple(each for each in documents.paths if _is_below(each, path))
        else:
            below, files = (documents.roots, ()) if path.endswith(".bib") else ((), (path,))
            named.add(path)
        holders = [root for file in files for root in documents.holding(file)]
        roots |= dict.fromkeys((*below, *holders))
        whole = whole or bool(below) or path in holders
        named.update(files)
    return tuple(roots), frozenset(named) if changes_only or not whole else frozenset()


def one_paper(given: str | None) -> tuple[disk.Place, frozenset[str]]:
    """The paper that a path, or the working directory, stands for, and the file of it that alone counts, if one does.

    Raises:
        TexscholarError: there is none, or several are as likely.
    """
    absolute = None if given is None else loading.absolute(given)
    start, top = start_and_top(absolute)
    if absolute is not None and not absolute.is_dir():
        place = disk.locate(absolute)
        top, path = place.boundary, _relative(absolute, place.boundary)
        documents = _documents(top, top)
        roots = (path,) if documents.stands_alone(path) else documents.holding(path)
        if roots in ((), (path,)):
            return place, frozenset()
        return disk.Place(top / _only(roots, f"{given} belongs to"), top), frozenset((path,))
    documents = _documents(start, top)
    if not documents.roots and start != top:
        documents = _documents(top, top)
    if not documents.roots:
        raise TexscholarError("no .tex file here begins a document; name the paper's main .tex file", path=given)
    root = _only(documents.papers, "here are")
    others = [other for other in documents.roots if other != root]
    loading.note(f"the paper is {root}{f' ({_listed(others)} left aside)' if others else ''}")
    return disk.Place(top / root, top), frozenset()


def _only(roots: Sequence[str], lead: str) -> str:
    if len(roots) > 1:
        raise TexscholarError(f"{lead} several papers; name one of {_listed(roots)}")
    return roots[0]


def _listed(roots: Sequence[str]) -> str:
    more = len(roots) - _MOST_NAMED
    return ", ".join(roots[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _documents(start: Path, top: Path) -> Documents:
    return Documents(_tex_files(start, top), _reader(top))


def _tex_files(start: Path, top: Path) -> Iterable[str]:
    return (_relative(file, top) for file in disk.tex_files(start))


def _reader(top: Path) -> Reader:
    """Reads files by their path relative to the top, each once."""
    place = disk.Place(top / "any.tex", top)
    known: dict[str, SourceText | None] = {}

    def read(path: str) -> SourceText | None:
        if path not in known:
            known[path] = None
            # What cannot be read is no root; where it belongs to a paper that is looked at, it is told there.
            with suppress(TexscholarError):
                known[path] = disk.read_source(place, path)
        return known[path]

    return read


def _relative(file: Path, top: Path) -> str:
    return posixpath.normpath(file.relative_to(top).as_posix())


def _is_below(path: str, folder: str) -> bool:
    return folder == "." or path.startswith(f"{folder}/")
