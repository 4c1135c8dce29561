"""Libraries: the records one can cite from, indexed on disk and searched by words, keys and identities."""

from texscholar.library.index import Hit, Library, build_index, open_library
from texscholar.library.manifest import Manifest, Source
from texscholar.library.records import SUFFIXES, Record, read_records
from texscholar.library.store import LibraryInfo, add_library, library_for, list_libraries, remove_library
from texscholar.library.terms import STOP_WORDS, terms

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
