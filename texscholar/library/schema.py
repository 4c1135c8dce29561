"""What an index stores of a record and under which terms it is found."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from texscholar.library.stored import to_json
from texscholar.library.terms import index_text

if TYPE_CHECKING:
    import tantivy

    from texscholar.library.records import Record

CITANCES = "citances"
BOOSTS = (("text", 1.0), ("title", 0.4), ("authors", 0.8), ("venue", 0.1), (CITANCES, 0.5))
"""Fields of index terms, and what a match in each counts for.

``text`` is title, key words and abstract in one: BM25 saturates and normalises per field, so that as
fields of their own they rank worse (recall@10 on the sentences of ACM-CR: .389 at best against .401).
``citances``: 199 citing sentences of 21 papers asked a library of 29 other papers, among whose entries the cited work
is: the mean reciprocal rank is .305 without, .330 with 0.3, .339 with 0.5, .338 with 0.8, .322 with 1.2; where the
library has citances of the work .301, .347, .372, .383, .397. Few queries, and the value was chosen on them.
"""

ABOUT = ("text", "title", "citances")
"""Those that tell what a record is about."""

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


class Content(NamedTuple):
    """What goes into the document of a work: the record as JSON, a text of terms a field, exact terms."""

    record: bytes
    texts: tuple[str, ...]
    exact: tuple[int, ...]

    @property
    def citances(self) -> str:
        """The terms of the sentences that cite it."""
        return self.texts[-1]


def content(record: Record) -> Content:
    """What an index keeps of a record."""
    work = record.work
    title = index_text(work.title)
    rest = [index_text(text) for text in (record.keywords, work.abstract) if text]
    texts = (
        " ".join((title, *rest)),
        title,
        index_text(" ".join([author.family for author in work.authors])),
        _venue_text(work.venue) if work.venue else "",
        index_text(" ".join(record.citances)),
    )
    named = (exact_term("id", record.id), *((exact_term("key", record.key),) if record.key else ()))
    return Content(to_json(record), texts, named)


def document(parts: Content) -> tantivy.Document:
    """The document of one work."""
    from tantivy import Document  # noqa: PLC0415 - heavy, and not every run searches

    result = Document()
    for (field, _), text in zip(BOOSTS, parts.texts, strict=True):
        if text:
            result.add_text(field, text)
    for term in parts.exact:
        result.add_unsigned(EXACT, term)
    result.add_bytes(STORED, parts.record)
    return result


@lru_cache(maxsize=16_384)
def _venue_text(venue: str) -> str:
    return index_text(venue)


def exact_term(kind: str, name: str) -> int:
    """The number that stands for an id, a key or an identity: two of a library share one about never."""
    return int.from_bytes(blake2b(f"{kind}:{name}".encode("utf-8", "replace"), digest_size=8).digest(), "big")
