"""What goes to a search service and what comes back, as bytes; nothing here asks anybody.

Formats: elastic.co/docs/api/doc/elasticsearch, "Search", "Multi search", "Bulk index"; OpenSearch took them over, and
Quickwit has them below ``/api/v1/_elastic`` (quickwit.io/docs/reference/es_compatible_api).

The fields hold our own index terms between spaces, so that a service finds the same works by the same formula as an
index on this machine (BM25 with k1 1.2 and b 0.75 is the default of all); the record itself is kept beside them.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson

from texscholar.bibtex.work import identities
from texscholar.errors import Skipped, TexscholarError
from texscholar.library.exact import exact_term, parted
from texscholar.library.index import Hit
from texscholar.library.jsonl import json_object
from texscholar.library.merging import known_as
from texscholar.library.schema import ABOUT, BOOSTS, STORED, content
from texscholar.library.stored import from_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from texscholar.library.records import Record
    from texscholar.network import Address

MOST_EXACT = 500
"""Exact names that one request asks for."""

_EXACT = "exact"
_INDEX = re.compile(r"[a-z0-9][a-z0-9._-]{0,200}")
_MOST_CLAUSES = 1000  # Lucene refuses more than 1024
_LARGEST_RECORD = 1 << 20  # characters
_MOST_PARTS = 5000  # authors, fields or citances of a record
_QUICKWIT = "/_elastic"
_TEXT = {"type": "text", "analyzer": "whitespace", "index_options": "freqs"}

MAPPING: Mapping[str, Any] = {
    "mappings": {
        "dynamic": False,
        # What is searched can be made from the record again, so only that is kept.
        "_source": {"includes": [STORED]},
        "properties": {
            **{field: _TEXT for field, _ in BOOSTS},
            _EXACT: {"type": "keyword", "norms": False},
            STORED: {"type": "keyword", "index": False, "doc_values": False},
        },
    }
}
"""What an index is made with."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Where an index lies: the address of its service, and its name there."""

    base: Address
    index: str

    @property
    def is_quickwit(self) -> bool:
        """Quickwit takes new documents only, reports no errors of single ones, and has its own way to make an index."""
        return self.base.path.endswith(_QUICKWIT)

    def __str__(self) -> str:
        return f"{self.base}/{self.index}"


def engine(address: Address) -> Engine:
    """The index that an address names with the last part of its path.

    Raises:
        TexscholarError: it names none.
    """
    before, _, index = address.path.rpartition("/")
    if not _INDEX.fullmatch(index):
        raise TexscholarError("names no index; write it like https://host/index", path=str(address))
    return Engine(replace(address, path=before), index)


# -- questions


def words_body(wanted: Mapping[str, float], limit: int, context: Mapping[str, float] | None = None) -> bytes:
    """A search for records that hold any of these index terms: all that ever leaves of a paper's text is in here."""
    clauses = [(field, term, boost * share) for term, share in wanted.items() for field, boost in BOOSTS]
    about = [(field, boost) for field, boost in BOOSTS if field in ABOUT]
    clauses += [(field, term, boost * share) for term, share in (context or {}).items() for field, boost in about]
    should = [
        {"term": {field: {"value": term, "boost": round(boost, 6)}}} for field, term, boost in clauses[:_MOST_CLAUSES]
    ]
    return _search(should, limit)


def exact_body(kind: str, names: Sequence[str], limit: int) -> bytes:
    """A search for the records that bear one of these ids, keys or identities, which leave as hashes."""
    # Quickwit documents no "terms".
    return _search([{"term": {_EXACT: {"value": exact_term(kind, name).hex()}}} for name in names], limit)


def title_body(term: str) -> bytes:
    """A count of the records that hold an index term in their titles."""
    return orjson.dumps({"query": {"term": {"title": {"value": term}}}})


def _search(should: Sequence[Mapping[str, Any]], limit: int) -> bytes:
    query = {"bool": {"should": should, "minimum_should_match": 1}}
    # Without it Quickwit does not rank.
    sort = [{"_score": {"order": "desc"}}]
    return orjson.dumps({"size": limit, "_source": [STORED], "track_total_hits": False, "query": query, "sort": sort})


def multi_body(bodies: Sequence[bytes], index: str) -> bytes:
    """Several searches in one request; the index stands in the head of each only where it is given."""
    head = orjson.dumps({"index": index} if index else {})
    return b"".join(head + b"\n" + body + b"\n" for body in bodies)


# -- documents


def document(record: Record) -> tuple[str, bytes]:
    """The identifier of a record's document, the same for the same work whenever it is pushed, and the document."""
    parts = content(record)
    names = sorted(identities(record.work))
    fields = {field: text for (field, _), text in zip(BOOSTS, parts.texts, strict=True) if text}
    exact = [*parted(parts.exact), *(exact_term("identity", name) for name in sorted(known_as(record.work)))]
    known = names[0] if names else f"record:{record.origin}:{record.id}:{record.work.title}"
    identifier = hashlib.blake2b(known.encode("utf-8", "replace"), digest_size=16).hexdigest()
    stored = parts.record.decode("utf-8", "replace")
    return identifier, orjson.dumps(fields | {_EXACT: [each.hex() for each in exact], STORED: stored})


def title_of(data: bytes) -> str:
    """How to name a document to a user."""
    found = record_of(str(orjson.loads(data)[STORED]), "")
    return f'"{" ".join(found.work.title.split())[:80]}"' if found else "a document"


def bulk_body(documents: Iterable[tuple[str, bytes]], *, only_new: bool) -> bytes:
    """The body of a bulk request: what to do with a document, then the document, a line each."""
    verb = "create" if only_new else "index"
    return b"".join(orjson.dumps({verb: {"_id": identifier}}) + b"\n" + data + b"\n" for identifier, data in documents)


# -- answers


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of a search, what was wrong with it (empty for nothing), and whether it was answered at all."""

    hits: tuple[Hit, ...] = ()
    fault: str = ""
    is_answered: bool = True


def read_found(answer: object, origin: str) -> Found:
    """What an answer to a search holds; every part of it may be anything."""
    if not isinstance(answer, dict):
        return _unanswered("gives no answer of a search")
    if "error" in answer:
        return _unanswered(f"refuses the search ({complaint(answer)})")
    outer = answer.get("hits")
    rows = outer.get("hits") if isinstance(outer, dict) else None
    if not isinstance(rows, list):
        return _unanswered("gives no answer of a search")
    hits = [hit for row in rows if (hit := _hit(row, origin))]
    hits.sort(key=lambda hit: (-hit.score, hit.record.id))
    return Found(tuple(hits), _lacking(answer, len(rows) - len(hits)))


def _unanswered(fault: str) -> Found:
    return Found((), fault, is_answered=False)


def _lacking(answer: Mapping[str, Any], garbled: int) -> str:
    """What an answer lacks though it is one."""
    shards = answer.get("_shards")
    failed = shards.get("failed", 0) if isinstance(shards, dict) else 0
    if answer.get("timed_out") is True:
        return "ran out of time and answered in part"
    if failed:
        return f"answered in part ({failed if type(failed) is int else 'some'} of its shards failed)"
    return f"holds {garbled} documents that `library push` did not make" if garbled else ""


def read_several(answer: object, count: int, origin: str) -> tuple[Found, ...]:
    """What an answer to several searches holds; as many as were asked for."""
    found = answer.get("responses") if isinstance(answer, dict) else None
    if isinstance(answer, dict) and "error" in answer:
        return (_unanswered(f"refuses the search ({complaint(answer)})"),) * count
    if not isinstance(found, list) or len(found) != count:
        return (_unanswered("gives no answer of several searches"),) * count
    return tuple(read_found(each, origin) for each in found)


def _hit(row: object, origin: str) -> Hit | None:
    if not isinstance(row, dict):
        return None
    source = row.get("_source")
    text = source.get(STORED) if isinstance(source, dict) else None
    found = record_of(text, origin) if isinstance(text, str) else None
    return None if found is None else Hit(found, _score(row))


def _score(row: Mapping[str, Any]) -> float:
    """The score of a hit; Quickwit tells it only as what it sorted by."""
    sort = row.get("sort")
    told = (row.get("_score"), *(sort[:1] if isinstance(sort, list) else ()))
    return next((float(each) for each in told if isinstance(each, int | float)), 0.0)


def record_of(text: str, origin: str) -> Record | None:
    """The record in a document, None where it is none that we would have written."""
    if len(text) > _LARGEST_RECORD:
        return None
    try:
        values = orjson.loads(text)
        is_right = isinstance(values, list) and _is_record(values)
        return from_json(text.encode(), origin) if is_right else None
    except (ValueError, TypeError):
        return None


def _is_record(values: list[Any]) -> bool:
    """Whether the values are of the types, and in the order, in which ``stored`` writes them."""
    if len(values) != 13:  # noqa: PLR2004 - as many as to_json writes
        return False
    name, key, keywords, citances, title, authors, year, venue, doi, arxiv, abstract, kind, fields = values
    texts = (name, key, keywords, title, venue, doi, arxiv, abstract, kind)
    lists = (citances, authors, fields)
    return (
        all(isinstance(each, str) for each in texts)
        and bool(title)
        and (year is None or type(year) is int)
        and all(isinstance(each, list) and len(each) <= _MOST_PARTS for each in lists)
        and all(isinstance(each, str) for each in citances)
        and all(_is_pair(each) for each in (*authors, *fields))
    )


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(each, str) for each in value)  # noqa: PLR2004 - a pair


def read_count(answer: object) -> int | None:
    """How many documents an index holds, by an answer to ``_count``."""
    count = answer.get("count") if isinstance(answer, dict) else None
    return count if type(count) is int and count >= 0 else None


def is_ours(answer: object) -> bool:
    """Whether the mapping of an index, which may be told under another name than was asked for, has our fields."""
    first = next(iter(answer.values()), None) if isinstance(answer, dict) else None
    mappings = first.get("mappings") if isinstance(first, dict) else None
    properties = mappings.get("properties") if isinstance(mappings, dict) else None
    return isinstance(properties, dict) and {STORED, _EXACT} <= properties.keys()


def read_bulk(answer: object, sent: Sequence[tuple[str, bytes]]) -> Iterator[tuple[int, int, str]] | None:
    """Of each document that was not taken its place, status and reason; None where the answer is none.

    A document that is there already (status 409 of ``create``) is as good as taken.
    """
    if not isinstance(answer, dict):
        return None
    items = answer.get("items")
    if not isinstance(items, list) or len(items) != len(sent):
        # Quickwit tells neither items nor errors.
        return iter(()) if answer.get("errors") is False or not ({"items", "error"} & answer.keys()) else None
    return (fault for at, item in enumerate(items) if (fault := _rejected(at, item)))


_CONFLICT, _ERROR, _UNKNOWN = 409, 300, 500


def _rejected(at: int, item: object) -> tuple[int, int, str] | None:
    inner = next(iter(item.values()), None) if isinstance(item, dict) else None
    status = inner.get("status") if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or type(status) is not int:
        return at, _UNKNOWN, "no status"
    return None if status < _ERROR or status == _CONFLICT else (at, status, complaint(inner))


def complaint(answer: object) -> str:
    """What a service says is wrong, on one line without anything that steers a terminal."""
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, dict):
        said = f"{error.get('type', '')}: {error.get('reason', '')}"
    else:
        said = str(error) if isinstance(error, str) else "it says nothing"
    return " ".join("".join(char if char.isprintable() else " " for char in said).split())[:200]


def read_json(body: bytes) -> object:
    """The object of an answer, None where it holds none."""
    read = json_object(body)
    return None if isinstance(read, str) else read


def skipped(engine: Engine, why: str) -> Skipped:
    """A service that is left out."""
    return Skipped(f"library {engine}", why)
