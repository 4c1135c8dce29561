"""The kinds of files that hold records, by the names that a user gives them."""

from __future__ import annotations

BIBTEX, JSONL = "bibtex", "jsonl"

KINDS = (
    BIBTEX,
    JSONL,
    "csl-json",
    "ris",
    "zotero",
    "acl-anthology",
    "dblp",
    "arxiv",
    "openalex",
    "semantic-scholar",
    "crossref",
    "pdf",
)
"""Every kind."""

FOLDER = "papers"
"""What a folder of LaTeX papers is called where kinds are told."""
