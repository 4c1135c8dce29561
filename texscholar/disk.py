"""The one place that reads and writes the files of a paper."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from texscholar.config import Settings, read_settings
from texscholar.errors import TexscholarError
from texscholar.source import SourceText, decode

CONFIG = ".texscholar.toml"
_TEMPORARY = ".texscholar-tmp"
_LARGEST = 100_000_000  # bytes; what is larger is no paper and no bibliography
_NOT_PAPERS = frozenset((".git", ".texscholar", "node_modules", ".venv", "venv", "__pycache__", "build", "_build", ".tox"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a paper lies.

    ``root``: its main file. ``home``: the directory of that file, which paths in reports are relative to.
    ``boundary``: nothing outside is read or written: the top of the git work tree, else ``home``.
    """

    root: Path
    boundary: Path

    @property
    def home(self) -> Path:
        return self.root.parent

    def resolve(self, path: str) -> Path | None:
        """The file at a path relative to ``home``; None when it lies outside the boundary, links followed."""
        try:
            real = (self.home / path).resolve()
        except (OSError, ValueError):  # a loop of links, a NUL in the name
            return None
        return real if real.is_relative_to(self.boundary.resolve()) else None

    def shown(self, path: str) -> str:
        """How a diff names a file: relative to the boundary, with forward slashes."""
        return Path(os.path.normpath(self.home / path)).relative_to(self.boundary).as_posix()


def work_tree_top(start: Path) -> Path | None:
    """The directory above (or at) ``start`` that holds ``.git``, without asking git."""
    directory = start.absolute()
    return next((parent for parent in (directory, *directory.parents) if (parent / ".git").exists()), None)


def locate(root: Path) -> Place:
    """The place of a paper's main file."""
    whole = Path(os.path.abspath(root))  # noqa: PTH100 - resolve() would follow links out of the repository
    return Place(whole, work_tree_top(whole.parent) or whole.parent)


def read_source(place: Place, path: str) -> SourceText | None:
    """A file of the paper; None when there is none inside the boundary.

    Raises:
        TexscholarError: it is there but cannot be read.
    """
    real = place.resolve(path)
    if real is None:
        return None
    data = read_bytes(real, path)
    return None if data is None else decode(data, path)


def read_bytes(file: Path, shown: str) -> bytes | None:
    """The bytes of a regular file; None when there is none.

    Raises:
        TexscholarError: it is there but cannot be read, or is no file a paper is made of.
    """
    try:
        status = file.stat()
        if stat.S_ISDIR(status.st_mode):
            return None
        if not stat.S_ISREG(status.st_mode):
            raise TexscholarError("is no regular file; leave it out", path=shown)
        if status.st_size > _LARGEST:
            raise TexscholarError(f"is larger than {_LARGEST // 1_000_000} MB; leave it out", path=shown)
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise TexscholarError(f"cannot be read ({error.strerror}); check its permissions", path=shown) from error


def find_settings(place: Place) -> tuple[Settings, Path | None]:
    """The settings nearest to the paper, between its own directory and the boundary, and the file they stand in."""
    directory = place.home
    while True:
        for name, table in ((CONFIG, ()), ("pyproject.toml", ("tool", "texscholar"))):
            file = directory / name
            data = read_bytes(file, name)
            if data is None or (table and b"[tool.texscholar]" not in data):
                continue
            return read_settings(decode(data, name).text, os.path.relpath(file), table), directory
        if directory in (place.boundary, directory.parent):
            return Settings(), None
        directory = directory.parent


def tex_files(directory: Path) -> Iterator[Path]:
    """The TeX files below a directory, sorted, hidden and build directories left out."""
    for here, folders, names in os.walk(directory):
        folders[:] = sorted(name for name in folders if name not in _NOT_PAPERS and not name.startswith("."))
        yield from (Path(here, name) for name in sorted(names) if name.endswith((".tex", ".ltx", ".Rnw")))


@dataclass(frozen=True, slots=True)
class Write:
    """New bytes for a file that still must hold the old ones."""

    file: Path
    shown: str
    old: bytes
    new: bytes


def write_all(writes: Sequence[Write]) -> None:
    """Write several files, each of them old or new at every moment, bibliographies first.

    All new contents are on the disk before the first file is replaced, so a full disk changes nothing; bibliographies
    come first, so that an interruption never leaves a citation without its entry.

    Raises:
        TexscholarError: a file has changed meanwhile, or cannot be written; nothing was replaced then.
    """
    ordered = sorted(writes, key=lambda write: (write.file.suffix != ".bib", write.shown))
    for write in ordered:
        _refuse_changed(write)
    ready: list[tuple[Path, Write]] = []
    try:
        for write in ordered:
            _remove_leftovers(write.file)
            ready.append((_written_beside(write), write))
        for temporary, write in ready:
            _refuse_changed(write)
            os.replace(temporary, write.file)  # noqa: PTH105 - the atomic step, named as POSIX does
    except OSError as error:
        why = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror
        raise TexscholarError(f"cannot be written ({why}); make room or check permissions and try again", path=ready[-1][1].shown if ready else ordered[0].shown) from error
    finally:
        for temporary, _ in ready:
            with suppress(FileNotFoundError):
                temporary.unlink()


def _refuse_changed(write: Write) -> None:
    if read_bytes(write.file, write.shown) != write.old:
        raise TexscholarError("has changed meanwhile and was left alone, like all others; run `texscholar fill` again", path=write.shown)


def _written_beside(write: Write) -> Path:
    """A complete copy of the new bytes in the same directory, with the old file's mode, flushed to the disk."""
    handle, name = tempfile.mkstemp(prefix=f".{write.file.name}.", suffix=_TEMPORARY, dir=write.file.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(write.new)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(stat.S_IMODE(write.file.stat().st_mode))
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _remove_leftovers(file: Path) -> None:
    """Temporary copies of a run that was killed."""
    for leftover in file.parent.glob(f".{file.name}.*{_TEMPORARY}"):
        with suppress(OSError):
            leftover.unlink()


def write_output(file: Path, data: bytes) -> None:
    """A result file the user asked for, whole or not at all.

    Raises:
        TexscholarError: it cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=_TEMPORARY, dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as temporary:
                temporary.write(data)
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise TexscholarError(f"cannot be written ({error.strerror}); name another file", path=str(file)) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def as_writes(place: Place, changes: Iterable[tuple[str, bytes, bytes]]) -> tuple[Write, ...]:
    """Writes for files named relative to the boundary.

    Raises:
        TexscholarError: a path leads out of it.
    """
    writes = []
    for path, old, new in changes:
        real = (place.boundary / path).resolve()
        if Path(path).is_absolute() or not real.is_relative_to(place.boundary.resolve()):
            raise TexscholarError("lies outside the repository and is never written", path=path)
        writes.append(Write(real, path, old, new))
    return tuple(writes)
