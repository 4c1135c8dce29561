"""Files on their way here: what they have to become, where they wait until then, the room they need.

Nothing here touches the network, so that who only looks at such files loads nothing of it.
"""

from __future__ import annotations

import errno
import hashlib
import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from texscholar.errors import TexscholarError
from texscholar.locking import lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SPARE = 100_000_000  # bytes that stay free on the disk
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,150}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that a source offers.

    ``digest`` is its hash in hexadecimal by ``algorithm`` (``git``: SHA-1 of a blob, else a name that hashlib knows),
    both empty where the source tells none; then ``tag``, its entity tag, tells one version from another.
    ``size`` is -1 where it is not told. ``magic`` is what the file begins with, where that is known.
    """

    url: str
    name: str
    size: int = -1
    algorithm: str = ""
    digest: str = ""
    tag: str = ""
    magic: bytes = b""


@dataclass(frozen=True, slots=True)
class Remedies:
    """What errors of a source advise, each a part of a line: where it refuses, where it has nothing, to begin again."""

    refused: str = "check whether it wants a key"
    missing: str = "it may have moved"
    again: str = "get it again"


NO_REMEDIES = Remedies()
"""What is advised where nobody knows more."""


def part_of(folder: Path, wanted: Wanted) -> Path:
    """Where a file waits until it is whole: named by its hash, or by the tag of its version."""
    version = wanted.digest or hashlib.sha256(f"{wanted.tag} {wanted.size}".encode()).hexdigest()
    return folder / f"{wanted.name}.{version[:16]}.part"


def digest_of(path: Path, algorithm: str) -> str:
    """The hash of a file by this algorithm; of git's blobs it is SHA-1 over a head and the content."""
    with path.open("rb") as file:
        if algorithm != "git":
            return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()
        result = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
        while chunk := file.read(1 << 20):
            result.update(chunk)
        return result.hexdigest()


def is_plain_name(name: object) -> bool:
    """Whether a name that a source tells can be that of a file of ours: no path, nothing hidden."""
    return isinstance(name, str) and _PLAIN.fullmatch(name) is not None


def check_room(folder: Path, missing: int, again: str = NO_REMEDIES.again) -> None:
    """Raises: TexscholarError: the disk has no room for so many bytes."""
    with disk_errors(folder, again):
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    if free < missing + _SPARE:
        message = (
            f"needs {told_size(missing + _SPARE)} and {told_size(free)} are free; "
            "make room, or name another folder with TEXSCHOLAR_DATA_DIR"
        )
        raise TexscholarError(message, path=str(folder))


def told_size(size: int) -> str:
    """A number of bytes as people read it, in powers of ten as shops and hubs count."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"  # noqa: PLR2004 - a billion


@contextmanager
def disk_errors(path: Path, again: str = NO_REMEDIES.again) -> Iterator[None]:
    """What goes wrong on the disk, in one line; what was fetched stays."""
    try:
        yield
    except OSError as error:
        full = error.errno in _FULL
        why, remedy = ("the disk is full", "make room") if full else (error.strerror, "check its permissions")
        raise TexscholarError(f"cannot be written ({why}); {remedy} and {again} to go on", path=str(path)) from error


def make_ours(file: BinaryIO, part: Path) -> None:
    """No other process appends to the file until it is closed.

    Raises:
        TexscholarError: one does already.
    """
    if not lock(file):
        raise TexscholarError("is being fetched by another texscholar; wait for it", path=str(part))
