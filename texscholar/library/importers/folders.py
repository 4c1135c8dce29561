"""Folders of dump parts and of PDFs: every file that holds records, one after the other, what it is told by itself."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from texscholar.errors import Skipped, TexscholarError
from texscholar.latex import TEX_SUFFIXES
from texscholar.library.importers.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Row = TypeVar("Row")

_PDF = "pdf"
_DUMPS = (".gz", ".zst", ".json", ".jsonl", ".ndjson", ".xml", ".bib", ".ris", ".sqlite")
_PARTS = (*_DUMPS, ".pdf")
_LOOKED_AT = 50  # files that tell what a folder holds


def holds_papers(folder: Path) -> bool:
    """Whether there is any LaTeX in a folder: then it is one of papers."""
    return any(True for _ in _below(folder, TEX_SUFFIXES))


def kind_of_parts(folder: Path) -> str:
    """What the first files of a folder are that hold records; "several" where they differ, empty where none does."""
    found = set()
    for path in _first(_below(folder, _PARTS), _LOOKED_AT):
        try:
            found.add(kind_of(path))
        except TexscholarError:
            continue
    return found.pop() if len(found) == 1 else "several" if found else ""


def read_parts(
    folder: Path,
    read: Callable[[Path, str], Iterator[Row | Skipped]],
    kind: str = "",
    tell: Callable[[str], None] | None = None,
) -> Iterator[Row | Skipped]:
    """The records of all files of a folder, and what of them could not be read, with the file's path in the folder.

    Hidden files and folders, and links that lead out of the folder, are left out; so are files that bear no name of a
    file of records (a manifest, a checksum).

    Args:
        folder: with files at any depth.
        read: gives the rows of a file of a kind.
        kind: of all its files; if empty, the content of each tells.
        tell: told which file is read.

    Raises:
        TexscholarError: there is no file of records.
    """
    is_empty = True
    suffixes = _PARTS if not kind else (".pdf",) if kind == _PDF else _DUMPS
    for path in _below(folder, suffixes):
        shown = path.relative_to(folder).as_posix()
        if tell:
            tell(shown)
        try:
            for row in read(path, kind or kind_of(path)):
                is_empty = False
                yield _placed(row, shown, path.name)
        except TexscholarError as error:  # one bad part is no reason to lose the others
            yield Skipped(shown, error.message)
    if is_empty:
        message = "holds no LaTeX paper and no file of records; name the files themselves, with --kind if need be"
        raise TexscholarError(message, path=str(folder))


def parts_hash(folder: Path) -> str:
    """A hash of names and contents of all that ``read_parts`` may read."""
    result = hashlib.sha256()
    for path in _below(folder, _PARTS):
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:  # named when it is read
            digest = ""
        result.update(f"{path.relative_to(folder).as_posix()}\0{digest}\0".encode("utf-8", "surrogateescape"))
    return result.hexdigest()


def parts_size(folder: Path) -> int:
    """The bytes of all that ``read_parts`` may read."""
    return sum(path.stat().st_size for path in _below(folder, _PARTS))


def _placed(row: Row | Skipped, shown: str, name: str) -> Row | Skipped:
    """A skip with the whole path in the folder: many parts have one name."""
    if isinstance(row, Skipped) and row.what.startswith(name):
        return Skipped(f"{shown}{row.what[len(name) :]}", row.reason)
    return row


def _below(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    """The files of these suffixes below a folder in the order of their paths."""
    top = folder.resolve()
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(here, name)
            if name.lower().endswith(suffixes) and not name.startswith(".") and _is_inside(path, top):
                yield path


def _is_inside(path: Path, top: Path) -> bool:
    return path.is_file() and (not path.is_symlink() or path.resolve().is_relative_to(top))


def _first(paths: Iterator[Path], most: int) -> Iterator[Path]:
    for path, _ in zip(paths, range(most), strict=False):
        yield path
