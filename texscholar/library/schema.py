"""What an index stores of a record and under which terms it is found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from texscholar.bibtex.work import Author, Work
from texscholar.library.records import Record
from texscholar.library.terms import index_terms

if TYPE_CHECKING:
    import tantivy

    from texscholar.library.merging import Merged

BOOSTS = (("text", 1.0), ("title", 0.4), ("authors", 0.8), ("venue", 0.1))
"""Fields of index terms, and what a match in each counts for.

``text`` is title, key words and abstract in one: BM25 saturates and normalises per field, so that as
fields of their own they rank worse (recall@10 on the sentences of ACM-CR: .389 at best against .401).
"""

ABOUT = ("text", "title")
"""Those that tell what a record is about."""

EXACT = ("id", "key", "identity")
"""Fields that match as a whole, case and all."""

STORED = "record"
"""The field that holds the record itself."""

_EMPTY: tuple[object, ...] = ("", None, (), [])


def term_frequencies(field: str) -> str:
    """What tantivy keeps of a field's terms: how often they occur, or only where."""
    return "basic" if field in EXACT else "freq"


def schema() -> tantivy.Schema:
    """The fields of an index; texts arrive as terms between spaces."""
    from tantivy import SchemaBuilder  # noqa: PLC0415 - heavy, and not every run searches

    builder = SchemaBuilder()
    for field, _ in BOOSTS:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option=term_frequencies(field))
    for field in EXACT:
        builder.add_text_field(field, tokenizer_name="raw", index_option=term_frequencies(field))
    builder.add_bytes_field(STORED, stored=True)
    return builder.build()


def document(merged: Merged) -> tantivy.Document:
    """The document of one work."""
    from tantivy import Document  # noqa: PLC0415 - heavy, and not every run searches

    work = merged.record.work
    texts = {
        "text": f"{work.title} {merged.record.keywords} {work.abstract}",
        "title": work.title,
        "authors": " ".join(author.family for author in work.authors),
        "venue": work.venue,
    }
    return Document(
        **{field: " ".join(index_terms(text)) for field, text in texts.items() if text},
        id=list(merged.ids),
        key=list(merged.keys),
        identity=list(merged.names),
        record=to_json(merged.record),
    )


def to_json(record: Record) -> bytes:
    """A record as compact JSON, empty values left out."""
    work = record.work
    values = {
        "id": record.id,
        "key": record.key,
        "keywords": record.keywords,
        "title": work.title,
        "authors": [[author.family, author.given] for author in work.authors],
        "year": work.year,
        "venue": work.venue,
        "doi": work.doi,
        "arxiv": work.arxiv,
        "abstract": work.abstract,
        "kind": work.kind,
        "fields": work.fields,
    }
    filled = {name: value for name, value in values.items() if value not in _EMPTY}
    return json.dumps(filled, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def from_json(data: bytes, origin: str) -> Record:
    """The record of ``to_json`` again, offered from ``origin``."""
    values = json.loads(data)
    work = Work(
        title=values["title"],
        authors=tuple(Author(family, given) for family, given in values.get("authors", ())),
        year=values.get("year"),
        fields=tuple((name, value) for name, value in values.get("fields", ())),
        **{name: values.get(name, "") for name in ("venue", "doi", "arxiv", "abstract", "kind")},
    )
    return Record(values["id"], values.get("key", ""), work, origin, values.get("keywords", ""))
