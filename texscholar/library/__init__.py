"""Libraries: the records one can cite from, indexed on disk and searched by words, keys and identities."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from texscholar.library.terms import STOP_WORDS, terms

if TYPE_CHECKING:
    from texscholar.library.index import Hit, Library, build_index, open_library
    from texscholar.library.manifest import Manifest, Source
    from texscholar.library.records import SUFFIXES, Record, read_records
    from texscholar.library.store import LibraryInfo, add_library, library_for, list_libraries, remove_library

__all__ = [
    "STOP_WORDS",
    "SUFFIXES",
    "Hit",
    "Library",
    "LibraryInfo",
    "Manifest",
    "Record",
    "Source",
    "add_library",
    "build_index",
    "library_for",
    "list_libraries",
    "open_library",
    "read_records",
    "remove_library",
    "terms",
]

# A module is loaded when the first of its names is asked for: few runs need them all.
_HOMES = {
    "index": "Hit Library build_index open_library",
    "manifest": "Manifest Source",
    "records": "SUFFIXES Record read_records",
    "store": "LibraryInfo add_library library_for list_libraries remove_library",
}


def __getattr__(name: str) -> object:
    home = next((home for home, names in _HOMES.items() if name in names.split()), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
