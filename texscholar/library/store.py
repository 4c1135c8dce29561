"""Where indexes live: named libraries among the user's data, indexes of files in the cache."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from texscholar import __version__
from texscholar.config import cache_directory, data_directory
from texscholar.errors import Skipped, TexscholarError
from texscholar.library.builders import remove_if_abandoned, remove_unfinished, unfinished_prefix
from texscholar.library.corpora import forget
from texscholar.library.index import Library, build_index, open_library
from texscholar.library.kinds import FOLDER
from texscholar.library.manifest import FORMAT, Manifest, Source, read_manifest, read_sources
from texscholar.library.progress import READING, Progress, told_place
from texscholar.library.reading import SecondReader
from texscholar.library.records import SUFFIXES
from texscholar.library.segments import Segments
from texscholar.library.sources import hash_of_folder, kind_at, reader_of, size_at

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from texscholar.library.merging import Prepared
    from texscholar.library.records import Record

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_POINTER = ".json"  # NAME.json tells which NAME@… directory is the library now
_MOST_CACHED = 20
_DAY = 86_400.0
_CACHED_FOR = 60 * _DAY
_SOURCES, _REMOVED = "sources", ".removed"  # no hexadecimal numbers
_TOO_RECENT = 2_000_000_000  # nanoseconds: file systems tell times no finer than this
_ZOTERO = "zotero"


@dataclass(frozen=True, slots=True)
class LibraryInfo:
    """A named library; without a manifest when its index cannot be read.

    ``size``: bytes on disk, of the index and of what is kept of its sources.
    """

    name: str
    manifest: Manifest | None
    size: int = 0


def add_library(
    name: str,
    paths: Sequence[Path],
    progress: Callable[[int], None] | None = None,
    tell: Callable[[str], None] | None = None,
    *,
    kind: str = "",
    watch: Callable[[Progress], None] | None = None,
) -> Manifest:
    """Make a named library of the records of these files and folders, in place of one of that name.

    A reader sees the old library or the new one, never half of either. What was read of the sources is kept, also where
    the import ends before all are read: the next one reads what is left.

    Args:
        name: of the library.
        paths: files of records, and folders of LaTeX papers.
        progress: told now and then how many records were read.
        tell: told which paper of a folder is read.
        kind: of all these files; if empty, their content tells.
        watch: told now and then how far it is.

    Raises:
        TexscholarError: the name or a file is no good, or the library cannot be written.
    """
    return _add(name, [_Asked(path, kind) for path in paths], _Tellers(progress, tell, watch))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A file or folder to be read, the kind that the user named, if any, and the hash of its content, if known."""

    path: Path
    kind: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class _Tellers:
    """Who is told how an import goes on."""

    progress: Callable[[int], None] | None = None
    tell: Callable[[str], None] | None = None
    watch: Callable[[Progress], None] | None = None


def _add(name: str, asked: Sequence[_Asked], tellers: _Tellers) -> Manifest:
    pointer = _pointer(name)
    directory = pointer.with_name(f"{name}@{secrets.token_hex(8)}")
    segments = _segments(name)
    former = _directory(pointer)
    sources: list[Source] = []
    rows = _read_all(asked, sources, tellers, segments)
    try:
        manifest = build_index(rows, directory, sources, tellers.progress, tellers.watch)
        _write_atomically(pointer, json.dumps({"directory": directory.name}))
        segments.remove_others()
    except OSError as error:
        shutil.rmtree(directory, ignore_errors=True)
        rows.close()
        segments.remove_unfinished()  # where the disk is full, it needs the room
        message = (
            f"cannot be written ({error.strerror}); make room, or set TEXSCHOLAR_DATA_DIR to a folder that has some"
        )
        raise TexscholarError(message, path=str(pointer.parent)) from error
    if former is not None:
        _discard(former)
    _remove_abandoned(pointer.parent)
    return manifest


def refresh_library(
    name: str,
    progress: Callable[[int], None] | None = None,
    tell: Callable[[str], None] | None = None,
    *,
    watch: Callable[[Progress], None] | None = None,
) -> Manifest:
    """Make a named library anew where one of the files and folders it was made of has changed; only that one is read.

    Raises:
        TexscholarError: there is no such library, or one of its sources is gone; it stays as it was.
    """
    pointer = _pointer(name)
    _remove_abandoned(pointer.parent)
    directory = _directory(pointer)
    if directory is None:
        raise TexscholarError(f"there is no library {name}; `texscholar library list` names them")
    sources = read_sources(directory)
    gone = next((source for source in sources if not source.path or not Path(source.path).exists()), None)
    if gone is not None:
        message = f"library {name} was made of it, and it is gone; run `texscholar library add` with what there is now"
        raise TexscholarError(message, path=gone.path or gone.name)
    manifest = _manifest_of(name)
    is_ours = manifest is not None and manifest.texscholar == __version__  # another version may read more of a file
    now = [_hash_now(source) for source in sources]
    if manifest and is_ours and now == [source.sha256 for source in sources]:
        return manifest
    asked = [
        _Asked(Path(source.path), source.kind if source.is_forced else "", sha256)
        for source, sha256 in zip(sources, now, strict=True)
    ]
    return _add(name, asked, _Tellers(progress, tell, watch))


def _hash_now(source: Source) -> str:
    """The hash of what a source holds now; a file of the same size and time is what it was."""
    path = Path(source.path)
    if source.modified and not path.is_dir():
        status = path.stat()
        if (status.st_size, status.st_mtime_ns) == (source.size, source.modified):
            return source.sha256
    return _hash_of(path, source.kind)


def tidy_libraries() -> None:
    """Remove what imports and removals left that were ended half-way."""
    _remove_abandoned(data_directory() / "libraries")


def list_libraries() -> tuple[LibraryInfo, ...]:
    """The named libraries, by name."""
    pointers = sorted((data_directory() / "libraries").glob(f"*{_POINTER}"))
    names = [pointer.name.removesuffix(_POINTER) for pointer in pointers if not pointer.name.startswith(".")]
    return tuple(LibraryInfo(name, _manifest_of(name), _size_on_disk(name)) for name in names if _NAME.fullmatch(name))


def _size_on_disk(name: str) -> int:
    folders = filter(None, (_directory(_pointer(name)), _kept_folder(name)))
    return sum(_size_of(path) for folder in folders for path in folder.glob("*"))


def remove_library(name: str) -> None:
    """Delete a named library, with what was fetched for it, kept of its sources, and left by unfinished imports.

    It is gone with the first step; where the rest is interrupted, the next command for libraries ends it.

    Raises:
        TexscholarError: there is none of this name, or it cannot be deleted.
    """
    pointer = _pointer(name)
    left = [path for start in ("", ".") for path in pointer.parent.glob(f"{start}{name}@*") if path.is_dir()]
    try:
        # Without its name what was kept is nobody's; without its pointer it would be that of an unfinished import.
        left = [_set_aside(path) if path == _kept_folder(name) else path for path in left]
        pointer.unlink(missing_ok=bool(left))
    except FileNotFoundError:
        raise TexscholarError(f"there is no library {name}; `texscholar library list` names them") from None
    except OSError as error:
        raise TexscholarError(f"cannot be removed ({error.strerror})", path=str(pointer)) from error
    for path in left:
        _discard(path)
    forget(name, data_directory())


def library_for(name_or_path: str, base: Path) -> Library:
    """The library a user means: a file or a folder of papers, indexed on the fly, or a named library.

    What has a path separator or a library file's suffix is a path if there is one; all else is a name first.

    Raises:
        TexscholarError: it is neither, or cannot be read.
    """
    path = base / Path(name_or_path).expanduser()
    exists = path.is_file() or path.is_dir()
    if exists and _looks_like_path(name_or_path):
        return _library_of_file(path, name_or_path)
    if _NAME.fullmatch(name_or_path) and _pointer(name_or_path).is_file():
        return _named_library(name_or_path)
    if exists:
        return _library_of_file(path, name_or_path)
    raise TexscholarError(
        f"there is no file or folder {path} and no library named {name_or_path};"
        " correct the path, or run `texscholar library add FILE`"
    )


def _looks_like_path(text: str) -> bool:
    return "/" in text or os.sep in text or text.lower().endswith(SUFFIXES)


def _named_library(name: str) -> Library:
    """The library of this name; read once more where it was replaced while being opened."""
    pointer = _pointer(name)
    directory = _directory(pointer)
    try:
        return _open_named(directory, name)
    except TexscholarError:
        now = _directory(pointer)
        if now == directory:
            raise
        return _open_named(now, name)


def _open_named(directory: Path | None, name: str) -> Library:
    if directory is None:
        raise TexscholarError(f"library {name} is damaged; run `texscholar library add {name}` again")
    return open_library(directory, name)


def _library_of_file(path: Path, name: str) -> Library:
    """The index of a file out of the cache, made there or, where that cannot be, in a temporary folder."""
    cached = cache_directory() / "indexes" / _fingerprint(path)
    try:
        return _cached_library(cached, path, name)
    except OSError:
        return _temporary_library(path, name)


def _cached_library(directory: Path, path: Path, name: str) -> Library:
    """The library of a cached index, which is made where it is missing and made again where it is damaged."""
    if directory.is_dir():
        with suppress(OSError):  # a cache that one may only read still serves
            os.utime(directory)  # before it is opened, so that nobody evicts it now
        try:
            return open_library(directory, name)
        except TexscholarError:
            shutil.rmtree(directory)
    _index_file(path, directory)
    _evict(directory)
    return open_library(directory, name)


def _temporary_library(path: Path, name: str) -> Library:
    folder = Path(tempfile.mkdtemp(prefix="texscholar-"))
    try:
        _index_file(path, folder / "index")
        library = open_library(folder / "index", name)
    except TexscholarError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    library.remove_on_close(folder)
    return library


def _index_file(path: Path, directory: Path) -> None:
    sources: list[Source] = []
    build_index(_read_all([_Asked(path)], sources, _Tellers()), directory, sources)


def _read_all(
    asked: Sequence[_Asked], sources: list[Source], tellers: _Tellers, segments: Segments | None = None
) -> Generator[Record | Prepared | Skipped]:
    """The records of the files and folders in turn; each that was read to its end is put down in ``sources``.

    Without segments, in an index of the cache, they are put down without what may differ between equal ones: place,
    day and time.
    """
    sizes = [0 if each.path.is_dir() else _size_of(each.path) for each in asked]
    with SecondReader() as second:
        for number, each in enumerate(asked):
            path, skipped, total = each.path, 0, 0
            kind = kind_at(path, each.kind)
            modified = _modified(path)  # before it is read, so that what changes meanwhile is noticed later
            sha256 = each.sha256 or _hash_of(path, kind)
            tell_place = partial(_tell_place, tellers, sum(sizes[:number]), sum(sizes))
            read = reader_of(path, kind, each.kind, second, tellers.tell)
            rows = segments.rows(path.name, sha256, kind, read) if segments else read(0)
            with told_place(tell_place):
                for row in rows:
                    total += 1
                    skipped += isinstance(row, Skipped)
                    yield row
            tell_place(sizes[number])
            source = Source(path.name, sha256, total - skipped, skipped, kind=kind, is_forced=bool(each.kind))
            if path.is_dir():
                source = replace(source, name=f"{path.resolve().name}/")
            if kind != FOLDER:
                source = replace(source, size=size_at(path))
            if segments:
                # resolve() would follow the user's links
                place = os.path.abspath(path)  # noqa: PTH100 - as said
                read_on = datetime.now(UTC).date().isoformat()
                source = replace(source, path=place, read=read_on, modified=modified)
            sources.append(source)


def _tell_place(tellers: _Tellers, before: int, total: int, byte: int) -> None:
    if tellers.watch:
        tellers.watch(Progress(READING, before + byte, total))


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # told by whoever reads it
        return 0


def _modified(path: Path) -> int:
    """When a file last changed, or 0: for a folder, and where it may change again without another time."""
    if path.is_dir():
        return 0
    try:
        modified = path.stat().st_mtime_ns
    except OSError:  # as above
        return 0
    return modified if 0 < modified < time.time_ns() - _TOO_RECENT else 0


def _fingerprint(path: Path) -> str:
    """A name for the index of a file or folder: it changes with the bytes, the kind and the format of indexes."""
    kind = kind_at(path)
    return hashlib.sha256(f"{FORMAT} {kind} {_hash_of(path, kind)}".encode()).hexdigest()


def _hash_of(path: Path, kind: str) -> str:
    """The hash of what a source holds; what Zotero has not yet written into its database lies beside it."""
    log = path.with_name(f"{path.name}-wal")
    if kind == _ZOTERO and log.is_file():
        return hashlib.sha256(f"{_sha256(path)} {_sha256(log)}".encode()).hexdigest()
    return hash_of_folder(path, kind) if path.is_dir() else _sha256(path)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise TexscholarError(f"cannot be read ({error.strerror}); check the path", path=str(path)) from error


def _evict(used: Path) -> None:
    """Remove cached indexes but the twenty used last, and those unused for sixty days; never this one."""
    indexes = sorted((_age(path), path) for path in used.parent.iterdir() if not path.name.startswith("."))
    for place, (age, path) in enumerate(indexes):
        if path != used and (place >= _MOST_CACHED or age > _CACHED_FOR):
            shutil.rmtree(path, ignore_errors=True)
    _remove_abandoned(used.parent)


def _discard(directory: Path) -> None:
    """Remove a directory; where that is interrupted, its name says that it may go."""
    with suppress(OSError):
        shutil.rmtree(_set_aside(directory), ignore_errors=True)


def _set_aside(directory: Path) -> Path:
    """Give a directory the name of one that is being removed."""
    if directory.name.endswith(_REMOVED):
        return directory
    return directory.rename(directory.with_name(f".{directory.name.lstrip('.')}{_REMOVED}"))


def _remove_abandoned(folder: Path) -> None:
    """Remove what builders that died, or that lost a race for a name, left behind, and what was being removed."""
    for path in (*folder.glob(".*"), *folder.glob("*@*")):
        library = path.name.partition("@")[0]
        pointer = path.with_name(f"{library}{_POINTER}")
        if path.name.endswith(_REMOVED):
            shutil.rmtree(path, ignore_errors=True)
        elif path.is_dir() and not (pointer.is_file() and path in {_directory(pointer), _kept_folder(library)}):
            remove_if_abandoned(path)
    remove_unfinished(folder)


def _age(path: Path) -> float:
    """Seconds since something last changed or used a directory; none for one that is gone."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def check_name(name: str) -> None:
    """Raises: TexscholarError: no library can be called so."""
    if not _NAME.fullmatch(name):
        raise TexscholarError(f"{name!r} is no name for a library; use letters, digits, dots, dashes and underscores")


def _pointer(name: str) -> Path:
    """The file that tells which directory is the library of this name.

    Raises:
        TexscholarError: the name is not allowed.
    """
    check_name(name)
    return data_directory() / "libraries" / f"{name}{_POINTER}"


def _kept_folder(name: str) -> Path:
    """Where what was read of the sources of a library is kept."""
    return data_directory() / "libraries" / f"{name}@{_SOURCES}"


def _segments(name: str) -> Segments:
    return Segments(_kept_folder(name))


def _directory(pointer: Path) -> Path | None:
    """The directory a pointer names, or None where it is missing or garbled."""
    try:
        name = json.loads(pointer.read_text(encoding="utf-8"))["directory"]
    except (OSError, ValueError, TypeError, KeyError):
        return None
    library = pointer.name.removesuffix(_POINTER)
    return (
        pointer.with_name(name)
        if isinstance(name, str) and re.fullmatch(f"{re.escape(library)}@[0-9a-f]+", name)
        else None
    )


def _manifest_of(name: str) -> Manifest | None:
    directory = _directory(_pointer(name))
    try:
        return read_manifest(directory) if directory else None
    except TexscholarError:
        return None


def _write_atomically(path: Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(prefix=unfinished_prefix(), dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(temporary).replace(path)
