"""LaTeX as a document model with exact places: scanner, prose, sentences, citations, markers, projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texscholar.latex.scan import Scan, scan  # not late: the module would take the function's place
from texscholar.lazy import exports

if TYPE_CHECKING:
    from texscholar.latex.blocks import Block
    from texscholar.latex.citations import Citation, CitedKey, CiteStyle, find_citations
    from texscholar.latex.cite_commands import CiteForm
    from texscholar.latex.cite_macros import find_wrappers
    from texscholar.latex.discovery import Documents, default_files, is_root, named_root, roots_of
    from texscholar.latex.inputs import TEX_SUFFIXES
    from texscholar.latex.markers import Marker, Placeholder, Suppression
    from texscholar.latex.missing import MissingInput
    from texscholar.latex.project import Project, TexFile, read_project
    from texscholar.latex.prose import Heading, Prose, read_prose
    from texscholar.latex.sentences import Sentence, split_sentences
    from texscholar.latex.tree import Reader
    from texscholar.latex.wanted_words import is_placeholder_key

__all__ = [
    "TEX_SUFFIXES", "Block", "Citation", "CiteForm", "CiteStyle", "CitedKey", "Documents", "Heading", "Marker",
    "MissingInput", "Placeholder", "Project", "Prose", "Reader", "Scan", "Sentence", "Suppression", "TexFile",
    "default_files", "find_citations", "find_wrappers", "is_placeholder_key", "is_root", "named_root", "read_project",
    "read_prose", "roots_of", "scan", "split_sentences",
]  # fmt: skip

__getattr__ = exports(
    __name__,
    {
        "blocks": "Block",
        "citations": "Citation CitedKey CiteStyle find_citations",
        "cite_commands": "CiteForm",
        "cite_macros": "find_wrappers",
        "discovery": "Documents default_files is_root named_root roots_of",
        "inputs": "TEX_SUFFIXES",
        "markers": "Marker Placeholder Suppression",
        "missing": "MissingInput",
        "project": "Project TexFile read_project",
        "prose": "Heading Prose read_prose",
        "sentences": "Sentence split_sentences",
        "tree": "Reader",
        "wanted_words": "is_placeholder_key",
    },
)
