"""What kind of file holds records, told by its content and, where that leaves it open, by its name; and its reader."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.errors import TexscholarError
from texscholar.library.importers.acl import read_acl
from texscholar.library.importers.arxiv import read_arxiv
from texscholar.library.importers.crossref import KINDS as CROSSREF_TYPES
from texscholar.library.importers.crossref import read_crossref
from texscholar.library.importers.csl import KINDS as CSL_TYPES
from texscholar.library.importers.csl import read_csl
from texscholar.library.importers.dblp import read_dblp
from texscholar.library.importers.objects import first_object, holds_list
from texscholar.library.importers.openalex import read_openalex
from texscholar.library.importers.opening import head_of
from texscholar.library.importers.pdf import read_pdf
from texscholar.library.importers.ris import read_ris
from texscholar.library.importers.semantic_scholar import read_semantic_scholar
from texscholar.library.importers.zotero import read_zotero
from texscholar.library.kinds import BIBTEX, JSONL, KINDS
from texscholar.library.records import read_bib, read_jsonl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from texscholar.errors import Skipped
    from texscholar.library.jsonl import Fields
    from texscholar.library.records import Record

_READERS: Mapping[str, Callable[[Path], Iterator[Record | Skipped]]] = MappingProxyType(
    {
        BIBTEX: read_bib,
        JSONL: read_jsonl,
        "csl-json": read_csl,
        "ris": read_ris,
        "zotero": read_zotero,
        "acl-anthology": read_acl,
        "dblp": read_dblp,
        "arxiv": read_arxiv,
        "openalex": read_openalex,
        "semantic-scholar": read_semantic_scholar,
        "crossref": read_crossref,
        "pdf": read_pdf,
    }
)
_SQLITE = b"SQLite format 3\0"  # sqlite.org/fileformat.html, section 1.3
_PDF = b"%PDF-"  # ISO 32000-1, 7.5.2; readers look for it in the first kilobyte
_BOM = b"\xef\xbb\xbf"
_RIS = re.compile(rb"(?:\A|\n)TY  ?- ?\w+[ \t]*\r?\n")
_ENTRY = re.compile(rb"(?:\A|\n)[ \t]*@[A-Za-z]+[ \t]*[{(]")
_ROOT = re.compile(rb"<(dblp|collection|volume)[\s>]")
_XML_KINDS = MappingProxyType({b"dblp": "dblp", b"collection": "acl-anthology", b"volume": "acl-anthology"})
_OPENALEX = "https://openalex.org/"


def kind_of(path: Path) -> str:
    """The kind of a file of records.

    Raises:
        TexscholarError: it cannot be read, or is none that holds records.
    """
    head = head_of(path).removeprefix(_BOM)
    found = _kind_of_content(head) or _kind_of_name(path.name.lower())
    if not found:
        message = f"is no file of records; give one of {', '.join(KINDS)}, or say `texscholar library add --kind`"
        raise TexscholarError(message, path=str(path))
    return found


def read_kind(path: Path, kind: str) -> Iterator[Record | Skipped]:
    """The records of a file of this kind in its order, and what of it could not be read.

    Raises:
        TexscholarError: the file cannot be opened, or is not what it should be.
    """
    return _READERS[kind](path)


def _kind_of_content(head: bytes) -> str:
    if head.startswith(_SQLITE):
        return "zotero"
    if _PDF in head[:1024]:
        return "pdf"
    start = head.lstrip()
    if start.startswith(b"<"):
        root = _ROOT.search(start)
        return _XML_KINDS[root[1]] if root else ""
    if start.startswith((b"{", b"[")):
        fields = first_object(head)
        return _kind_of_object(fields, in_list=holds_list(head)) if fields is not None else ""
    if _RIS.search(head):
        return "ris"
    return BIBTEX if _ENTRY.search(head) else ""


def _kind_of_object(fields: Fields, *, in_list: bool) -> str:
    """The kind of a file of JSON by its first object; the first that is true decides."""
    kind, names = fields.get("type"), fields.keys()
    is_crossrefs = "DOI" in names and kind in CROSSREF_TYPES.keys() - CSL_TYPES.keys()
    is_csls = in_list or bool({"issued", "container-title", "DOI"} & names) or kind in CSL_TYPES
    signs = (
        ("openalex", str(fields.get("id", "")).startswith(_OPENALEX)),
        ("semantic-scholar", bool({"corpusid", "paperId", "paperAbstract"} & names)),
        ("arxiv", "authors_parsed" in names or {"submitter", "categories"} <= names),
        ("crossref", is_crossrefs or isinstance(fields.get("title"), list)),
        # CSL has "author" and "issued"; these are our own, which are read by line.
        ("" if in_list else JSONL, bool({"authors", "year"} & names)),
        ("csl-json", is_csls),
    )
    return next((name for name, is_true in signs if is_true), JSONL)


def _kind_of_name(name: str) -> str:
    for ending in (".gz", ".zst"):
        name = name.removesuffix(ending)
    if name.endswith(".ris"):
        return "ris"
    if name.endswith((".jsonl", ".ndjson")):
        return JSONL
    return BIBTEX if name.endswith((".bib", ".bibtex")) else ""
