"""The online sources: where each lies, how it wants to be asked, and the path of every request to it.

Each speaks as its own pages say: developers.openalex.org, api.crossref.org, api.semanticscholar.org/api-docs,
info.arxiv.org/help/api, dblp.org/faq.

Words are joined by "or" where a source takes it and ranks by how well a work fits. In a library of 74,000 works in the
place of a source, five words of each of 588 sentences without their citation brought the cited work among the first
twenty for 13 in 100, the whole sentence for 16; if two words had to be met, for 2, three, for less than 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.library.importers import crossref, openalex, semantic_scholar
from texscholar.library.online.answers import list_at, one_at, read_dblp, read_feed
from texscholar.library.online.queries import Search
from texscholar.network import request_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from texscholar.library.online.answers import Reader
    from texscholar.library.online.queries import Lookup, Query

_OPENALEX_FIELDS = (
    "id,doi,title,display_name,publication_year,publication_date,type,primary_location,locations,authorships,biblio,"
    "abstract_inverted_index,keywords"
)
_CROSSREF_FIELDS = (
    "DOI,type,title,subtitle,author,editor,container-title,event,publisher,publisher-location,published-print,"
    "published-online,published,issued,created,volume,issue,page,article-number,ISBN,subject,abstract,URL"
)
_S2_FIELDS = "title,abstract,authors,year,venue,externalIds,publicationTypes,journal,publicationDate"
_PAIR = 2
_S2 = "/graph/v1/paper"


@dataclass(frozen=True, slots=True)
class Source:
    """A service that answers queries with works.

    ``base`` is its address, ``interval`` the seconds between two requests that it asks for, or that are polite.
    ``rows``: works that a search asks for; many where they do not come best first.
    ``most_words``: of a search.
    ``key_variable`` names the environment variable of an optional key, sent in the header or in the field of a query.
    ``contact_field``: in which it takes an address of electronic mail.
    ``read`` reads the answer to a search, ``read_one`` that to a look-up; None where it cannot look up.
    """

    name: str
    base: str
    interval: float
    rows: int
    most_words: int
    read: Reader
    read_one: Reader | None = None
    key_variable: str = ""
    key_header: str = ""
    key_field: str = ""
    contact_field: str = ""

    @property
    def base_variable(self) -> str:
        """The environment variable that names another address, for a mirror or a test."""
        return f"TEXSCHOLAR_{self.name.upper().replace('-', '_')}_URL"


SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        source.name: source
        for source in (
            Source(
                "openalex",
                "https://api.openalex.org",
                0.2,
                20,
                5,
                list_at(openalex.described, "results"),
                one_at(openalex.described),
                key_variable="OPENALEX_API_KEY",
                key_field="api_key",
                contact_field="mailto",
            ),
            Source(
                "crossref",
                "https://api.crossref.org",
                1.0,
                20,
                5,
                list_at(crossref.described, "message", "items"),
                one_at(crossref.described, "message"),
                contact_field="mailto",
            ),
            Source(
                "semantic-scholar",
                "https://api.semanticscholar.org",
                1.1,
                20,
                3,
                list_at(semantic_scholar.described, "data"),
                one_at(semantic_scholar.described),
                key_variable="SEMANTIC_SCHOLAR_API_KEY",
                key_header="x-api-key",
            ),
            Source("arxiv", "https://export.arxiv.org", 3.1, 20, 5, read_feed, read_feed),
            Source("dblp", "https://dblp.org", 2.0, 100, 5, read_dblp),
        )
    }
)


def base_of(source: Source, environ: Mapping[str, str]) -> str:
    """The address that a source is asked at: its own, or the one that the environment names."""
    return environ.get(source.base_variable) or source.base


def requests_of(source: Source, queries: Iterable[Query]) -> list[tuple[str, list[Query]]]:
    """The paths of the requests to a source, each with the queries that it answers: several keys may name one work."""
    found: dict[str, list[Query]] = {}
    for query in queries:
        if path := path_of(source, query):
            found.setdefault(path, []).append(query)
    return [*found.items()]


def path_of(source: Source, query: Query) -> str:
    """The path of the request for a query, without key and contact; empty where the source cannot be asked this.

    All that is sent of a paper stands in what this gives back.
    """
    if isinstance(query, Search):
        return _search_path(source, query.words[: source.most_words], every=query.every)
    return _lookup_path(source.name, query)


def _search_path(source: Source, words: tuple[str, ...], *, every: bool) -> str:
    text, rows = " ".join(words), str(source.rows)
    match source.name:
        case "openalex":
            text = text if every else " OR ".join(words)
            return request_path("/works", {"search": text, "per-page": rows, "select": _OPENALEX_FIELDS})
        case "crossref":
            return request_path("/works", {"query.bibliographic": text, "rows": rows, "select": _CROSSREF_FIELDS})
        case "semantic-scholar":
            return request_path(f"{_S2}/search", {"query": text, "limit": rows, "fields": _S2_FIELDS})
        case "arxiv":
            wanted = (" AND " if every else " OR ").join(f"all:{word}" for word in words)
            return request_path("/api/query", {"search_query": wanted, "start": "0", "max_results": rows})
        case _:  # which knows no best: one of the two most telling words has to be met, and one of the others
            text = text if every or len(words) <= _PAIR else f"{'|'.join(words[:_PAIR])} {'|'.join(words[_PAIR:])}"
            return request_path("/search/publ/api", {"q": text, "format": "json", "h": rows, "c": "0"})


def _lookup_path(name: str, wanted: Lookup) -> str:
    doi = wanted.doi or f"10.48550/arxiv.{wanted.arxiv}"
    match name:
        case "openalex":
            return request_path(f"/works/doi:{doi}", {"select": _OPENALEX_FIELDS})
        case "crossref":  # preprints of arXiv are registered elsewhere
            return request_path(f"/works/{doi}", {}) if wanted.doi else ""
        case "semantic-scholar":
            identifier = f"DOI:{wanted.doi}" if wanted.doi else f"ARXIV:{wanted.arxiv}"
            return request_path(f"{_S2}/{identifier}", {"fields": _S2_FIELDS})
        case "arxiv":
            return request_path("/api/query", {"id_list": wanted.arxiv}) if wanted.arxiv else ""
        case _:
            return ""
