"""The one place that reads and writes the files of a paper."""

from __future__ import annotations

import errno
import os
import signal
import stat
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from texscholar.config import (
    USER_CONFIG,
    Settings,
    UserSettings,
    config_directory,
    has_table,
    read_settings,
    read_user_settings,
)
from texscholar.errors import TexscholarError
from texscholar.source import SourceText, decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

CONFIG = ".texscholar.toml"
OWN_FOLDER = ".texscholar"  # what is kept beside a paper
_OWN_IGNORED = b"""\
# What texscholar keeps here is for this machine, but for what was rejected and what is known: that is for all authors.
*
!baseline.json
!rejected.jsonl
"""
_TEMPORARY = ".texscholar-tmp"
_NAME_KEPT = 50  # characters of a file's name in that of its temporary copy: the whole may fill the limit already
_LARGEST = 100_000_000  # bytes; what is larger is no paper and no bibliography
_NOT_PAPERS = frozenset((".git", OWN_FOLDER, "node_modules", ".venv", "venv", "__pycache__", "build", "_build", ".tox"))


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
        """The file at a path relative to ``home``, links followed; None outside the boundary and in ``.git``."""
        return _inside(self.boundary, self.home, path)

    def shown(self, path: str) -> str:
        """How a diff names a file: relative to the boundary, links followed as git would, with forward slashes."""
        return _shown(self, path)


@lru_cache(maxsize=1024)
def _shown(place: Place, path: str) -> str:
    real = place.resolve(path)
    if real is not None:
        return real.relative_to(place.boundary.resolve()).as_posix()
    return Path(os.path.relpath(place.home / path, place.boundary)).as_posix()


def _inside(boundary: Path, base: Path, path: str) -> Path | None:
    """The real file at a path, or None when it lies outside the boundary or belongs to git."""
    try:
        real = (base / path).resolve()
        top = boundary.resolve()
    except (OSError, ValueError, RuntimeError):  # an endless chain of links, a NUL in the name
        return None
    if not real.is_relative_to(top) or ".git" in (part.lower() for part in real.relative_to(top).parts):
        return None
    return real


def work_tree_top(start: Path) -> Path | None:
    """The directory above (or at) ``start`` that holds ``.git``, without asking git."""
    directory = start.absolute()
    # Unlike the method, this function takes a directory that may not be looked into for one without.
    return next((each for each in (directory, *directory.parents) if os.path.exists(each / ".git")), None)  # noqa: PTH110 - see above


def locate(root: Path) -> Place:
    """The place of a paper's main file."""
    whole = Path(os.path.abspath(root))  # noqa: PTH100 - resolve() would follow links out of the repository
    return Place(whole, work_tree_top(whole.parent) or whole.parent)


def read_source(place: Place, path: str, paper_encoding: Callable[[], str | None] | None = None) -> SourceText | None:
    """A file of the paper; None when there is none inside the boundary. ``paper_encoding`` is that of ``decode``.

    Raises:
        TexscholarError: it is there but cannot be read.
    """
    real = place.resolve(path)
    if real is None:
        return None
    data = read_bytes(real, path)
    return None if data is None else decode(data, path, paper_encoding)


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
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the name
        return None
    except OSError as error:
        raise TexscholarError(f"cannot be read ({error.strerror}); check its permissions", path=shown) from error


def find_settings(place: Place) -> tuple[Settings, Path | None]:
    """The settings nearest to the paper, from its own directory up to the boundary, and the directory they stand in."""
    for directory in _up_to(place.home, place.boundary):
        for name, table in ((CONFIG, ()), ("pyproject.toml", ("tool", "texscholar"))):
            real = _inside(place.boundary, directory, name)
            shown = os.path.relpath(directory / name)
            data = None if real is None else read_bytes(real, shown)
            if data is None:
                continue
            text = decode(data, shown).text
            if not table or has_table(text, table):
                return read_settings(text, shown, table), directory
    return Settings(), None


def settings_files(place: Place) -> tuple[Path, ...]:
    """The files that may hold a paper's settings, whether they are there or not."""
    return tuple(
        directory / name for directory in _up_to(place.home, place.boundary) for name in (CONFIG, "pyproject.toml")
    )


def look_of(file: Path) -> tuple[int, ...] | None:
    """What changes when a regular file does, at the price of a stat; None where there is none."""
    try:
        status = file.stat()
    except (OSError, ValueError):
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino) if stat.S_ISREG(status.st_mode) else None


def user_settings() -> UserSettings:
    """The settings of this user for all papers."""
    file = config_directory() / USER_CONFIG
    data = read_bytes(file, str(file))
    return UserSettings() if data is None else read_user_settings(decode(data, str(file)).text, str(file))


def _up_to(start: Path, boundary: Path) -> Iterator[Path]:
    """A directory and those above it, the boundary the last; only itself where it is not below the boundary."""
    yield start
    if start.is_relative_to(boundary):
        yield from (parent for parent in start.parents if parent.is_relative_to(boundary))


def tex_files(directory: Path) -> Iterator[Path]:
    """The TeX files below a directory, sorted, hidden and build directories left out."""
    from texscholar.latex.inputs import TEX_SUFFIXES  # noqa: PLC0415 - a run that is told its files looks for none

    return files_below(directory, TEX_SUFFIXES)


def files_below(directory: Path, suffixes: str | tuple[str, ...]) -> Iterator[Path]:
    """The files of these suffixes below a directory, in the order and with the gaps of ``tex_files``."""
    for here, folders, names in os.walk(directory):
        folders[:] = sorted(name for name in folders if name not in _NOT_PAPERS and not name.startswith("."))
        found = (Path(here, name) for name in sorted(names) if name.lower().endswith(suffixes))
        yield from (file for file in found if file.is_file())


def shipped(name: str) -> str:
    """A hook (``hooks/…``) or a CI recipe (``docs/ci/…``), as it comes with texscholar.

    An installed texscholar has them inside; one that runs from its repository has them there.
    """
    package = Path(__file__).parent
    inside = package / "shipped" / name
    return (inside if inside.exists() else package.parent / name).read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Write:
    """New bytes for a file that still must hold the old ones; ``old`` is None for one that must not be there yet.

    ``executable``: whether a new file can be run.
    """

    file: Path
    shown: str
    old: bytes | None
    new: bytes
    executable: bool = False


def write_all(writes: Sequence[Write]) -> None:
    """Write several files, each of them old or new at every moment, bibliographies first.

    All new contents are on the disk before the first file is replaced, so a full disk changes nothing; bibliographies
    come first, so that not even a power cut leaves a citation without its entry. Signals wait for the last file.

    Raises:
        TexscholarError: a file has changed meanwhile, or cannot be written; nothing was changed then.
    """
    ordered = sorted(writes, key=lambda write: (write.file.suffix.lower() != ".bib", write.shown))
    for number, write in enumerate(ordered):
        if any(write.file == other.file for other in ordered[:number]):
            raise TexscholarError("is to be written twice; apply one patch after the other", path=write.shown)
        _refuse_changed(write)
    wanted = [write for write in ordered if write.new != write.old]
    ready: list[Path] = []
    try:
        for write in wanted:
            with _told(write):
                ready.append(_prepared(write))
        for write in wanted:
            _refuse_changed(write)
        with _signals_wait():
            _replace_all(wanted, ready)
    finally:
        for temporary in ready:
            with suppress(OSError):  # replaced ones are gone; one that stays is removed by the next run
                temporary.unlink()


def _prepared(write: Write) -> Path:
    """The new contents beside the file, ready to take its place."""
    if write.old is None:
        write.file.parent.mkdir(parents=True, exist_ok=True)
        ready = _written_beside(write.file, write.new, None)
        if write.executable:
            ready.chmod(0o777 & ~_umask())
        return ready
    if not os.access(write.file, os.W_OK):  # whoever takes this right away means it
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    _remove_leftovers(write.file)
    return _written_beside(write.file, write.new, write.file.stat())


def _refuse_changed(write: Write) -> None:
    if read_bytes(write.file, write.shown) != write.old:
        raise TexscholarError(
            "has changed meanwhile and was left alone, like all others; run the command again", path=write.shown
        )


@contextmanager
def _told(write: Write) -> Iterator[None]:
    """An error of the system, told in one line that names the file."""
    try:
        yield
    except OSError as error:
        raise _unwritable(error, write, "nothing was changed") from error


def _unwritable(error: OSError, write: Write, state: str) -> TexscholarError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    why, remedy = ("the disk is full", "make room") if full else (error.strerror, "check the permissions")
    return TexscholarError(f"cannot be written ({why}), {state}; {remedy} and try again", path=write.shown)


def _replace_all(writes: Sequence[Write], temporaries: Sequence[Path]) -> None:
    """Each file by its new copy; where one cannot be replaced, those before it get their old bytes again."""
    for number, (write, temporary) in enumerate(zip(writes, temporaries, strict=True)):
        try:
            temporary.replace(write.file)
        except OSError as error:
            changed = [done.shown for done in reversed(writes[:number]) if not _is_put_back(done)]
            state = f"{', '.join(changed)} stayed changed" if changed else "nothing was changed"
            raise _unwritable(error, write, state) from error
        _flush_directory(write.file.parent)


def _is_put_back(write: Write) -> bool:
    try:
        if write.old is None:
            write.file.unlink()
        else:
            _replace(write.file, write.old, write.file.stat())
    except OSError:
        return False
    return True


@contextmanager
def _signals_wait() -> Iterator[None]:
    """Ctrl-C and a polite kill take effect after the block; Python lets only the main thread ask for that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    kinds = [kind for kind in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(kind) is not None]
    before = {kind: signal.signal(kind, lambda number, _frame: came.append(number)) for kind in kinds}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
        if came:
            signal.raise_signal(came[0])


def _written_beside(file: Path, data: bytes, like: os.stat_result | None) -> Path:
    """A complete copy of the bytes in the same directory, with the mode and owner of ``like``, on the disk."""
    import tempfile  # noqa: PLC0415 - loads OpenSSL, and most runs write nothing

    handle, name = tempfile.mkstemp(prefix=_prefix(file), suffix=_TEMPORARY, dir=file.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        if like is not None and hasattr(os, "chown"):
            with suppress(OSError):  # only root can give files away, and only root needs to
                os.chown(temporary, like.st_uid, like.st_gid)
        temporary.chmod(stat.S_IMODE(like.st_mode) if like is not None else 0o666 & ~_umask())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _replace(file: Path, data: bytes, like: os.stat_result | None) -> None:
    temporary = _written_beside(file, data, like)
    try:
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _prefix(file: Path) -> str:
    return f".{file.name[:_NAME_KEPT]}."


def _remove_leftovers(file: Path) -> None:
    """Temporary copies of a run that was killed."""
    for leftover in sorted(file.parent.iterdir()):
        if leftover.name.startswith(_prefix(file)) and leftover.name.endswith(_TEMPORARY):
            with suppress(OSError):
                leftover.unlink()


def _flush_directory(directory: Path) -> None:
    """The new name reaches the disk, as far as the system can promise that."""
    with suppress(OSError, AttributeError):  # no such thing on Windows
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_output(file: Path, data: bytes) -> None:
    """A result file the user asked for, whole or not at all; a device or a pipe gets the bytes as they are.

    Raises:
        TexscholarError: it cannot be written.
    """
    try:
        real = Path(os.path.realpath(file))
        if file.exists() and not file.is_file():
            file.write_bytes(data)
        else:
            _replace(real, data, real.stat() if real.exists() else None)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise TexscholarError(f"cannot be written ({why}); name another file", path=str(file)) from error


def append_output(file: Path, data: bytes) -> None:
    """More bytes at the end of a file that the user's environment names for that.

    Raises:
        TexscholarError: it cannot be written.
    """
    try:
        with file.open("ab") as opened:
            opened.write(data)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise TexscholarError(f"cannot be written ({why}); check its permissions", path=str(file)) from error


def make_folders(top: Path, names: Iterable[str]) -> None:
    """Folders below one, but for those that links or dots lead out of it."""
    for name in names:
        real = _inside(top, top, name)
        if real is not None:
            real.mkdir(parents=True, exist_ok=True)


def size_of(file: Path) -> int:
    """The bytes of a file; none where it is not there or cannot be looked at."""
    with suppress(OSError, ValueError):
        return file.stat().st_size
    return 0


def own_file(boundary: Path, name: str) -> Path:
    """A file of ours beside a paper, whether it is there or not.

    Raises:
        TexscholarError: a link leads out of the repository.
    """
    real = _inside(boundary, boundary, f"{OWN_FOLDER}/{name}")
    if real is None:
        raise TexscholarError(
            "leads out of the repository and is never written; remove that link", path=f"{OWN_FOLDER}/{name}"
        )
    return real


def write_own_file(boundary: Path, name: str, data: bytes) -> None:
    """Write a file of ours beside a paper, whole or not at all; git is told to leave most of them out.

    Raises:
        TexscholarError: it cannot be written.
    """
    file, ignore = own_file(boundary, name), own_file(boundary, ".gitignore")
    try:
        file.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise TexscholarError(f"cannot be made ({error.strerror}); check the permissions", path=OWN_FOLDER) from error
    try:
        if not ignore.exists():
            _replace(ignore, _OWN_IGNORED, None)
        _replace(file, data, file.stat() if file.exists() else None)
    except OSError as error:
        raise TexscholarError(
            f"cannot be written ({error.strerror}), nothing was changed; make room, or check the permissions",
            path=f"{OWN_FOLDER}/{name}",
        ) from error


def as_writes(place: Place, changes: Iterable[tuple[str, bytes, bytes]]) -> tuple[Write, ...]:
    """Writes for files named relative to the boundary.

    Raises:
        TexscholarError: a path leads out of it.
    """
    writes = []
    for path, old, new in changes:
        real = None if Path(path).is_absolute() else _inside(place.boundary, place.boundary, path)
        if real is None:
            raise TexscholarError("lies outside the repository and is never written", path=path)
        writes.append(Write(real, path, old, new))
    return tuple(writes)
