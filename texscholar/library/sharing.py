"""A group's libraries: indexes in a folder that one person fills and many read, on a disk that they may only read."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import stat
import time
from typing import TYPE_CHECKING

from texscholar.config import data_directory
from texscholar.errors import TexscholarError
from texscholar.library.index import open_library
from texscholar.library.manifest import read_manifest
from texscholar.library.store import LibraryInfo, check_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from texscholar.library.index import Library

_POINTER = ".json"
_KEPT = 86_400.0  # seconds that an index stays after another took its place: who reads it over a network goes on


def publish(name: str, folder: Path) -> Path:
    """Copy a named library of this user into a shared folder, in place of one of that name there.

    Who reads the former one goes on: it is removed by a publication a day or more later.

    Returns:
        The index in its place.

    Raises:
        TexscholarError: there is no such library, or the folder cannot be written.
    """
    check_name(name)
    directory = _pointed(data_directory() / "libraries", name)
    if directory is None:
        raise TexscholarError(f"there is no library {name}; `texscholar library list` names them")
    read_manifest(directory)
    target, former = folder / f"{name}@{secrets.token_hex(8)}", _pointed(folder, name)
    fresh = folder / f".{target.name}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(directory, fresh, ignore=shutil.ignore_patterns(".*"))
        pointer = folder / f".{target.name}{_POINTER}"
        pointer.write_text(json.dumps({"directory": target.name}), encoding="utf-8")
        _give_rights(folder, (fresh, *fresh.iterdir(), pointer))
        fresh.rename(target)
        pointer.replace(folder / f"{name}{_POINTER}")
        _remove_former(folder, name, target, former)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        message = f"cannot be written ({error.strerror}); make room, or ask its owner for the right to write there"
        raise TexscholarError(message, path=str(folder)) from error
    return target


def shared_library(place: Path, name: str) -> Library | None:
    """The library at a place in a shared folder (``FOLDER/NAME``, or the index itself), None where there is none.

    Nothing is written there, and no index is made elsewhere.

    Raises:
        TexscholarError: it is there and cannot be read.
    """
    is_index = (place / "manifest.json").is_file() and (place / "meta.json").is_file()
    directory = place if is_index else _pointed(place.parent, place.name)
    if directory is None:
        return None
    try:
        return open_library(directory, name, may_write=False)
    except TexscholarError:
        now = None if is_index else _pointed(place.parent, place.name)  # replaced while it was opened
        if now in {None, directory}:
            raise
        return open_library(now, name, may_write=False)


def shared_libraries(folders: Sequence[Path]) -> Iterator[tuple[Path, LibraryInfo]]:
    """The libraries of shared folders, each with its folder, by folder and name."""
    for folder in folders:
        for pointer in sorted(folder.glob(f"[!.]*{_POINTER}")):
            name = pointer.name.removesuffix(_POINTER)
            directory = _pointed(folder, name)
            if directory is None:
                continue
            try:
                yield folder, LibraryInfo(name, read_manifest(directory))
            except TexscholarError:
                yield folder, LibraryInfo(name, None)


def _pointed(folder: Path, name: str) -> Path | None:
    """The index that a pointer ``NAME.json`` names, None where there is no such pointer."""
    try:
        found = json.loads((folder / f"{name}{_POINTER}").read_text(encoding="utf-8"))["directory"]
    except (OSError, ValueError, TypeError, KeyError):
        return None
    is_one = isinstance(found, str) and re.fullmatch(f"{re.escape(name)}@[0-9a-f]+", found)
    return folder / found if is_one else None


def _give_rights(folder: Path, paths: Sequence[Path]) -> None:
    """Who may read the folder may read what is in it; nobody but the owner may change it."""
    readable = stat.S_IMODE(folder.stat().st_mode) & 0o555 | stat.S_IRWXU
    for path in paths:
        path.chmod(readable if path.is_dir() else readable & 0o666)


def _remove_former(folder: Path, name: str, now: Path, former: Path | None) -> None:
    """Remove indexes of this name that gave way a day ago, and what broken publications left."""
    if former is not None and former.is_dir():
        former.touch()  # its day begins
    for path in (*folder.glob(f"{name}@*"), *folder.glob(f".{name}@*")):
        if path not in {now, former} and time.time() - path.stat().st_mtime > _KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
