"""What a library is made of: a file of records, a folder of LaTeX papers, or one of dump parts and PDFs."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from texscholar.library.importers.folders import holds_papers, kind_of_parts, parts_hash, parts_size, read_parts
from texscholar.library.importers.kinds import kind_of, read_kind
from texscholar.library.kinds import FOLDER
from texscholar.library.papers import folder_hash, read_folder
from texscholar.library.reading import read_prepared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from texscholar.errors import Skipped
    from texscholar.library.merging import Prepared
    from texscholar.library.reading import SecondReader
    from texscholar.library.records import Record


def kind_at(path: Path, forced: str = "") -> str:
    """What a file or folder holds; a folder with LaTeX in it holds papers, any other parts of dumps or PDFs.

    Raises:
        TexscholarError: it is a file of no kind that is known.
    """
    if forced or not path.is_dir():
        return forced or kind_of(path)
    return FOLDER if holds_papers(path) else kind_of_parts(path)


def reader_of(
    path: Path, kind: str, forced: str, second: SecondReader, tell: Callable[[str], None] | None = None
) -> Callable[[int], Iterator[Record | Prepared | Skipped]]:
    """What reads a file or folder: asked with a number, it gives all rows but for so many at the start.

    Args:
        path: of the file or folder.
        kind: what it holds.
        forced: what the user says it holds, or nothing.
        second: shares the work.
        tell: hears what is read.
    """

    def rows(passed: int) -> Iterator[Record | Prepared | Skipped]:
        left = passed

        def read(file: Path, kind: str) -> Iterator[Prepared | Skipped]:
            nonlocal left
            for row in read_prepared(file, second, kind, left):
                left = max(0, left - 1)
                yield row

        if not path.is_dir():
            return read_prepared(path, second, kind, passed)
        return read_folder(path, tell) if kind == FOLDER else read_parts(path, read, forced, tell)

    return lambda passed: islice(rows(passed), passed, None)


def read_plainly(path: Path, forced: str = "", tell: Callable[[str], None] | None = None) -> Iterator[Record | Skipped]:
    """The records of a file or folder one after the other, those of one work not joined.

    Raises:
        TexscholarError: it cannot be read.
    """
    kind = kind_at(path, forced)
    if not path.is_dir():
        return read_kind(path, kind)
    return read_folder(path, tell) if kind == FOLDER else read_parts(path, read_kind, forced, tell)


def hash_of_folder(folder: Path, kind: str) -> str:
    """A hash of all that is read of a folder of a kind."""
    return folder_hash(folder) if kind == FOLDER else parts_hash(folder)


def size_at(path: Path) -> int:
    """The bytes of a file, or of the parts of a folder."""
    return parts_size(path) if path.is_dir() else path.stat().st_size
