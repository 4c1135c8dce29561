"""Entries of a .bib file with their places, the works they describe, the house style, the additive writer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texscholar.lazy import exports

if TYPE_CHECKING:
    from texscholar.bibtex.entries import Bibliography, Broken, Entry, Field, read_bibliography
    from texscholar.bibtex.keys import make_key
    from texscholar.bibtex.style import HouseStyle, learn_style
    from texscholar.bibtex.tex import plain
    from texscholar.bibtex.values import entry_work
    from texscholar.bibtex.work import (
        Author,
        Work,
        fold,
        identities,
        is_same_work,
        normalise_arxiv,
        normalise_doi,
        twins,
    )
    from texscholar.bibtex.writer import add_entries, escape, insert_entries, render_entry, typeset

__all__ = [
    "Author",
    "Bibliography",
    "Broken",
    "Entry",
    "Field",
    "HouseStyle",
    "Work",
    "add_entries",
    "entry_work",
    "escape",
    "fold",
    "identities",
    "insert_entries",
    "is_same_work",
    "learn_style",
    "make_key",
    "normalise_arxiv",
    "normalise_doi",
    "plain",
    "read_bibliography",
    "render_entry",
    "twins",
    "typeset",
]

__getattr__ = exports(
    __name__,
    {
        "entries": "Bibliography Broken Entry Field read_bibliography",
        "keys": "make_key",
        "style": "HouseStyle learn_style",
        "tex": "plain",
        "values": "entry_work",
        "work": "Author Work fold identities is_same_work normalise_arxiv normalise_doi twins",
        "writer": "add_entries escape insert_entries render_entry typeset",
    },
)
