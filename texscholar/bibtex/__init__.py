"""Entries of a .bib file with their places, the works they describe, the house style, the additive writer."""

from texscholar.bibtex.entries import Bibliography, Broken, Entry, Field, read_bibliography
from texscholar.bibtex.style import HouseStyle, learn_style, make_key
from texscholar.bibtex.values import entry_work, names, plain
from texscholar.bibtex.work import Author, Work, fold, identities, normalise_arxiv, normalise_doi
from texscholar.bibtex.writer import add_entries, escape, render_entry, typeset

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
    "learn_style",
    "make_key",
    "names",
    "normalise_arxiv",
    "normalise_doi",
    "plain",
    "read_bibliography",
    "render_entry",
    "typeset",
]
