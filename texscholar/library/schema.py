"""What an index stores of a record and under which terms it is found."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from texscholar.library.terms import index_text

if TYPE_CHECKING:
    import tantivy

    from texscholar.library.merging import Merged

BOOSTS = (("text", 1.0), ("title", 0.4), ("authors", 0.8), ("venue", 0.1))
"""Fields of index terms, and what a match in each counts for.

``text`` is title, key words and abstract in one: BM25 saturates and normalises per field, so that as
fields of their own they rank worse (recall@10 on the sentences of ACM-CR: .389 at best against .401).
"""

EXACT = "exact"
"""The field of what matches as a whole, case and all: ids, keys and identities, as numbers of 64 bits."""

STORED = "record"
"""The field that holds the record itself."""


def schema() -> tantivy.Schema:
    """The fields of an index; texts arrive as terms between spaces."""
    from tantivy import SchemaBuilder  # noqa: PLC0415 - heavy, and not every run searches

    builder = SchemaBuilder()
    for field, _ in BOOSTS:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    builder.add_unsigned_field(EXACT, indexed=True)
    builder.add_bytes_field(STORED, stored=True)
    return builder.build()


def document(merged: Merged) -> tantivy.Document:
    """The document of one work."""
    from tantivy import Document  # noqa: PLC0415 - heavy, and not every run searches

    values = json.loads(merged.record.decode())
    get = values.get
    result = Document()
    title = index_text(values["title"])
    rest = [index_text(values[name]) for name in ("keywords", "abstract") if name in values]
    texts = {
        "text": " ".join((title, *rest)),
        "title": title,
        "authors": index_text(" ".join([family for family, _ in get("authors", ())])),
        "venue": _venue_text(get("venue", "")),
    }
    for field, text in texts.items():
        if text:
            result.add_text(field, text)
    for kind, names in (("id", merged.ids), ("key", merged.keys), ("identity", merged.names)):
        for name in names:
            result.add_unsigned(EXACT, exact_term(kind, name))
    result.add_bytes(STORED, merged.record)
    return result


@lru_cache(maxsize=16_384)
def _venue_text(venue: str) -> str:
    return index_text(venue)


def exact_term(kind: str, name: str) -> int:
    """The number that stands for an id, a key or an identity: two of a library share one about never."""
    return int.from_bytes(blake2b(f"{kind}:{name}".encode("utf-8", "replace"), digest_size=8).digest(), "big")
