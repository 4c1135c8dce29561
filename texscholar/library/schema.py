"""What an index stores of a record and under which terms it is found."""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from texscholar.library.exact import exact_term, parted
from texscholar.library.stored import to_json
from texscholar.library.terms import index_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import tantivy

    from texscholar.bibtex.work import Author
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

_FAMILY = attrgetter("family")
_TITLE, _AUTHORS, _VENUE, _ABSTRACT, _KEYWORDS, _CITANCES = map(
    attrgetter, ("work.title", "work.authors", "work.venue", "work.abstract", "keywords", "citances")
)
_MOST_FAMILIES = 131_072

NUMBER = "number"
"""The field of the place of a work among all, by which ``exact`` calls it."""

STORED = "record"
"""The field that holds the record itself."""


def schema() -> tantivy.Schema:
    """The fields of an index; texts arrive as terms between spaces."""
    from tantivy import SchemaBuilder  # noqa: PLC0415 - heavy, and not every run searches

    builder = SchemaBuilder()
    for field, _ in BOOSTS:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    builder.add_unsigned_field(NUMBER, fast=True)
    builder.add_bytes_field(STORED, stored=True)
    return builder.build()


class Content(NamedTuple):
    """What an index keeps of a work: the record as JSON, the terms of its texts, its exact terms in a row."""

    record: bytes
    title: str
    keywords: str
    abstract: str
    authors: str
    venue: str
    citances: str
    exact: bytes

    @property
    def texts(self) -> tuple[str, ...]:
        """One for each field of ``BOOSTS``."""
        text = f"{self.title} {self.keywords} {self.abstract}"
        return text, self.title, self.authors, self.venue, self.citances


def content(record: Record) -> Content:
    """What an index keeps of a record."""
    work = record.work
    return Content(
        to_json(record),
        index_text(work.title),
        index_text(record.keywords) if record.keywords else "",
        index_text(work.abstract) if work.abstract else "",
        _authors_text(work.authors),
        _venue_text(work.venue) if work.venue else "",
        index_text(" ".join(record.citances)) if record.citances else "",
        exact_term("id", record.id) + (exact_term("key", record.key) if record.key else b""),
    )


def content_again(record: Record, known: Sequence[tuple[Record, Content]]) -> Content:
    """The content of a record that was put together of others: terms are worked out only of texts that none has."""

    def text(told: Callable[[Record], object], name: str, make: Callable[[], str]) -> str:
        wanted = told(record)
        found = next((getattr(parts, name) for other, parts in known if told(other) == wanted), None)
        return make() if found is None else found

    work = record.work
    return Content(
        to_json(record),
        text(_TITLE, "title", lambda: index_text(work.title)),
        text(_KEYWORDS, "keywords", lambda: index_text(record.keywords)),
        text(_ABSTRACT, "abstract", lambda: index_text(work.abstract)),
        text(_AUTHORS, "authors", lambda: _authors_text(work.authors)),
        text(_VENUE, "venue", lambda: _venue_text(work.venue)),
        text(_CITANCES, "citances", lambda: index_text(" ".join(record.citances))),
        b"".join(sorted({term for _, parts in known for term in parted(parts.exact)})),
    )


def document(parts: Content, number: int) -> tantivy.Document:
    """The document of the work that has this place among all."""
    from tantivy import Document  # noqa: PLC0415 - heavy, and not every run searches

    result = Document()
    for (field, _), text in zip(BOOSTS, parts.texts, strict=True):
        if text:
            result.add_text(field, text)
    result.add_unsigned(NUMBER, number)
    result.add_bytes(STORED, parts.record)
    return result


def _authors_text(authors: Sequence[Author]) -> str:
    return " ".join(map(_family_text, map(_FAMILY, authors)))


@lru_cache(maxsize=16_384)
def _venue_text(venue: str) -> str:
    return index_text(venue)


class _KnownFamilies(dict[str, str]):
    """The terms of family names; it begins anew when it grows large."""

    def __missing__(self, family: str) -> str:
        if len(self) >= _MOST_FAMILIES:
            self.clear()
        self[family] = found = index_text(family)
        return found


_family_text = _KnownFamilies().__getitem__
