"""What an index was built from, written beside it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from texscholar import __version__
from texscholar.errors import Skipped, TexscholarError

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 4
"""Version of schema, terms and stored records; an index of another version is built anew."""

MOST_SKIPPED = 20
"""Skipped things that are told one by one; of the rest only the number is kept."""

_OR_DELETE = "or delete this folder if it lies in the cache"
REMEDY = f"run `texscholar library add` again, {_OR_DELETE}"
"""What mends an index that cannot be read."""

_NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Source:
    """A file or folder that went into an index: its name, the hash of its contents, how much was read and left out.

    ``path`` is where it lies, empty in an index of the cache. The name of a folder ends in a slash.
    ``kind`` is what it was read as, ``size`` its bytes, ``read`` the day (ISO 8601) and ``is_forced`` whether the user
    named the kind; indexes of earlier versions tell none of these. ``modified``: when the file had last changed as it
    was read, in nanoseconds since 1970; 0 where that was too short a time before to tell a later change by.
    """

    name: str
    sha256: str
    records: int
    skipped: int
    path: str = ""
    kind: str = ""
    size: int = 0
    read: str = ""
    is_forced: bool = False
    modified: int = 0

    @property
    def shown(self) -> str:
        """How to name it to the user: a folder by its path, for many are called "papers"."""
        return f"{self.path}/" if self.path and self.name.endswith("/") else self.name


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index holds: ``count`` works from ``sources``, ``cited`` of them with citances.

    ``skipped`` are the first things left out.
    """

    count: int
    sources: tuple[Source, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    cited: int = 0
    texscholar: str = __version__
    format: int = FORMAT


def write_manifest(manifest: Manifest, directory: Path) -> None:
    """Put the manifest into an index directory."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
    (directory / _NAME).write_text(f"{text}\n", encoding="utf-8")


def read_manifest(directory: Path) -> Manifest:
    """The manifest of an index directory.

    Raises:
        TexscholarError: it is missing, garbled or of another version.
    """
    manifest = _read(directory)
    if manifest.format != FORMAT:
        message = f"is an index of another version of texscholar; run `texscholar library refresh`, {_OR_DELETE}"
        raise TexscholarError(message, path=str(directory))
    return manifest


def read_sources(directory: Path) -> tuple[Source, ...]:
    """What an index was made of, also one of another version.

    Raises:
        TexscholarError: its manifest is missing or garbled.
    """
    return _read(directory).sources


def _read(directory: Path) -> Manifest:
    try:
        return _manifest(json.loads((directory / _NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError):
        raise TexscholarError(f"has no readable index; {REMEDY}", path=str(directory)) from None


def _manifest(values: dict[str, Any]) -> Manifest:
    return Manifest(
        count=int(values["count"]),
        sources=tuple(Source(**source) for source in values["sources"]),
        skipped=tuple(Skipped(**skipped) for skipped in values["skipped"]),
        cited=int(values["cited"]),
        texscholar=str(values["texscholar"]),
        format=int(values["format"]),
    )
