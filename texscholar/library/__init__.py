"""Libraries: the records one can cite from, indexed on disk and searched by words, keys and identities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texscholar.lazy import exports
from texscholar.library.kinds import KINDS
from texscholar.library.terms import STOP_WORDS, terms

if TYPE_CHECKING:
    from texscholar.library.index import Hit, Library, build_index, open_library
    from texscholar.library.manifest import Manifest, Source
    from texscholar.library.records import SUFFIXES, Record, read_records
    from texscholar.library.store import (
        LibraryInfo,
        add_library,
        library_for,
        list_libraries,
        refresh_library,
        remove_library,
        tidy_libraries,
    )

__all__ = [
    "KINDS",
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
    "refresh_library",
    "remove_library",
    "terms",
    "tidy_libraries",
]

__getattr__ = exports(
    __name__,
    {
        "index": "Hit Library build_index open_library",
        "manifest": "Manifest Source",
        "records": "SUFFIXES Record read_records",
        "store": "LibraryInfo add_library library_for list_libraries refresh_library remove_library tidy_libraries",
    },
)
