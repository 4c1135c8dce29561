"""OpenAlex, Crossref, Semantic Scholar, arXiv and DBLP on this machine, in the formats that they document.

One server speaks all of them, each below its own name. It knows some works, finds those that share a word with a query,
and fails as it is told.
"""

from __future__ import annotations

import json
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from servers.serving import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

NAMES = ("openalex", "crossref", "semantic-scholar", "arxiv", "dblp")
ATOM = "application/atom+xml"


@dataclass(frozen=True)
class Paper:
    """A work that the server knows."""

    title: str
    authors: tuple[str, ...] = ("Ann Ames",)
    year: int = 2020
    venue: str = "Journal of Rivers"
    doi: str = ""
    arxiv: str = ""


@dataclass
class FakeSources:
    """What the server knows and how it behaves.

    ``script``: what the next requests get instead of an answer. ``always``: what each gets, once the script is done.
    """

    papers: tuple[Paper, ...] = ()
    script: list[Callable[[Handler], None]] = field(default_factory=list)
    always: Callable[[Handler], None] | None = None
    asked: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def serving(self) -> Iterator[FakeSources]:
        fake = self

        class Bound(Handler):
            state = fake

        with served(Bound) as url:
            self.url = url
            yield self

    @property
    def environment(self) -> dict[str, str]:
        """What makes texscholar ask this server."""
        return {f"TEXSCHOLAR_{name.upper().replace('-', '_')}_URL": f"{self.url}/{name}" for name in NAMES}

    def answer_to(self, path: str) -> tuple[int, str, bytes]:
        """Status, kind and body of the answer to a request."""
        parts = urlsplit(path)
        _, name, *rest = parts.path.split("/")
        fields = {key: values[0] for key, values in parse_qs(parts.query).items()}
        return _ANSWERS[name](self, unquote("/".join(rest)), fields)

    def found(self, text: str) -> list[Paper]:
        words = {word.removeprefix("all:").lower() for word in re.split(r" AND | OR |[ |]", text)}
        return [paper for paper in self.papers if words & set(paper.title.lower().split())]

    def known(self, doi: str = "", arxiv: str = "") -> list[Paper]:
        return [each for each in self.papers if (doi and each.doi == doi) or (arxiv and each.arxiv == arxiv)]


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"
    state: FakeSources

    def log_message(self, *_: object) -> None:
        """A test prints nothing."""

    def do_GET(self) -> None:
        with self.state.lock:
            self.state.asked.append(self.path)
            self.state.times.append(time.monotonic())
            self.state.headers.append(dict(self.headers))
            step = self.state.script.pop(0) if self.state.script else self.state.always
        if step is not None:
            step(self)
            return
        status, kind, body = self.state.answer_to(self.path)
        self.answer(status, body, kind)

    def answer(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


def _json(value: object, status: int = 200) -> tuple[int, str, bytes]:
    return status, "application/json", json.dumps(value).encode()


def _openalex(state: FakeSources, path: str, fields: Mapping[str, str]) -> tuple[int, str, bytes]:
    if path.startswith("works/doi:"):
        doi = path.removeprefix("works/doi:").lower()
        works = state.known(doi, doi.removeprefix("10.48550/arxiv."))
        return _json(_openalex_work(works[0])) if works else _json({"error": "Not Found"}, 404)
    works = state.found(fields["search"])
    return _json({"meta": {"count": len(works)}, "results": [_openalex_work(each) for each in works], "group_by": []})


def _openalex_work(paper: Paper) -> dict[str, Any]:
    doi = paper.doi or (f"10.48550/arxiv.{paper.arxiv}" if paper.arxiv else "")
    words = paper.title.split()
    return {
        "id": f"https://openalex.org/W{abs(hash(paper.title)) % 10**9 if not doi else sum(map(ord, doi))}",
        "doi": f"https://doi.org/{doi}" if doi else None,
        "title": paper.title,
        "display_name": paper.title,
        "publication_year": paper.year,
        "type": "article",
        "primary_location": {"source": {"display_name": paper.venue, "type": "journal"}, "landing_page_url": None},
        "locations": [],
        "authorships": [{"author": {"display_name": name}} for name in paper.authors],
        "biblio": {"volume": "3", "issue": None, "first_page": "1", "last_page": "9"},
        "abstract_inverted_index": {word: [at] for at, word in enumerate(words)},
    }


def _crossref(state: FakeSources, path: str, fields: Mapping[str, str]) -> tuple[int, str, bytes]:
    if path.startswith("works/"):
        works = state.known(path.removeprefix("works/").lower())
        if not works:
            return 404, "text/plain", b"Resource not found."
        return _json({"status": "ok", "message-type": "work", "message": _crossref_work(works[0])})
    items = [_crossref_work(each) for each in state.found(fields["query.bibliographic"])]
    return _json(
        {"status": "ok", "message-type": "work-list", "message": {"total-results": len(items), "items": items}}
    )


def _crossref_work(paper: Paper) -> dict[str, Any]:
    names = [name.rsplit(" ", 1) for name in paper.authors]
    return {
        "DOI": paper.doi,
        "type": "journal-article",
        "title": [paper.title],
        "author": [{"given": given, "family": family} for given, family in names],
        "container-title": [paper.venue],
        "issued": {"date-parts": [[paper.year, 1]]},
        "page": "1-9",
    }


def _semantic_scholar(state: FakeSources, path: str, fields: Mapping[str, str]) -> tuple[int, str, bytes]:
    name = path.removeprefix("graph/v1/paper/")
    if name == "search":
        works = state.found(fields["query"])
        return _json({"total": len(works), "offset": 0, "data": [_semantic_scholar_work(each) for each in works]})
    kind, _, value = name.partition(":")
    works = state.known(value.lower()) if kind == "DOI" else state.known(arxiv=value)
    return _json(_semantic_scholar_work(works[0])) if works else _json({"error": "Paper with id not found"}, 404)


def _semantic_scholar_work(paper: Paper) -> dict[str, Any]:
    names = {"DOI": paper.doi, "ArXiv": paper.arxiv, "CorpusId": len(paper.title)}
    return {
        "paperId": format(sum(map(ord, paper.title)), "040x"),
        "externalIds": {key: value for key, value in names.items() if value},
        "title": paper.title,
        "abstract": None,
        "venue": paper.venue,
        "year": paper.year,
        "publicationTypes": ["JournalArticle"],
        "journal": {"name": paper.venue, "pages": "1-9", "volume": "3"},
        "authors": [{"authorId": "1", "name": name} for name in paper.authors],
    }


def _arxiv(state: FakeSources, _: str, fields: Mapping[str, str]) -> tuple[int, str, bytes]:
    if identifier := fields.get("id_list", ""):
        works = state.known(arxiv=identifier)
    else:
        works = [paper for paper in state.found(fields["search_query"]) if paper.arxiv]
    entries = "".join(map(_arxiv_entry, works))
    feed = (
        "<?xml version='1.0' encoding='UTF-8'?>\n<feed xmlns:arxiv='http://arxiv.org/schemas/atom'"
        f" xmlns='http://www.w3.org/2005/Atom'><title>arXiv Query</title>{entries}</feed>"
    )
    return 200, ATOM, feed.encode()


def _arxiv_entry(paper: Paper) -> str:
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)
    doi = f"<arxiv:doi>{escape(paper.doi)}</arxiv:doi>" if paper.doi else ""
    return (
        f"<entry><id>http://arxiv.org/abs/{paper.arxiv}v2</id><title>{escape(paper.title)}</title>"
        f"<published>{paper.year}-06-12T17:57:34Z</published><summary>About it.</summary>{authors}{doi}"
        "<arxiv:primary_category term='cs.CL' scheme='http://arxiv.org/schemas/atom'/></entry>"
    )


def _dblp(state: FakeSources, _: str, fields: Mapping[str, str]) -> tuple[int, str, bytes]:
    works = state.found(fields["q"])
    hits: dict[str, Any] = {
        "@total": str(len(works)),
        "@computed": str(len(works)),
        "@sent": str(len(works)),
        "@first": "0",
    }
    if works:
        hits["hit"] = [{"@score": "1", "@id": str(at), "info": _dblp_info(each)} for at, each in enumerate(works)]
    return _json({"result": {"query": "q", "status": {"@code": "200", "text": "OK"}, "hits": hits}})


def _dblp_info(paper: Paper) -> dict[str, Any]:
    people = [{"@pid": "1/2", "text": name} for name in paper.authors]
    info: dict[str, Any] = {
        "authors": {"author": people if len(people) > 1 else people[0]},
        "title": f"{escape(paper.title)}.",
        "venue": paper.venue,
        "volume": "3",
        "pages": "1-9",
        "year": str(paper.year),
        "type": "Journal Articles",
        "key": f"journals/rivers/{sum(map(ord, paper.title))}",
    }
    return info | ({"doi": paper.doi} if paper.doi else {})


_ANSWERS: dict[str, Callable[[FakeSources, str, Mapping[str, str]], tuple[int, str, bytes]]] = {
    "openalex": _openalex,
    "crossref": _crossref,
    "semantic-scholar": _semantic_scholar,
    "arxiv": _arxiv,
    "dblp": _dblp,
}


def status(
    number: int, body: bytes = b"{}", kind: str = "application/json", **headers: str
) -> Callable[[Handler], None]:
    """An answer with this status."""
    return lambda handler: handler.answer(number, body, kind, **headers)


def good(handler: Handler) -> None:
    """The answer as it should be."""
    code, kind, body = handler.state.answer_to(handler.path)
    handler.answer(code, body, kind)


def hang_up(handler: Handler) -> None:
    """No answer, and the connection is closed."""
    handler.close_connection = True


def hang(handler: Handler) -> None:
    """No answer for long."""
    time.sleep(4)
    handler.close_connection = True


def cut(handler: Handler) -> None:
    """Half an answer, after which the connection is closed."""
    _, kind, body = handler.state.answer_to(handler.path)
    handler.send_response(200)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    handler.close_connection = True


def truncated(handler: Handler) -> None:
    """Half of an answer that claims to be whole."""
    _, kind, body = handler.state.answer_to(handler.path)
    handler.answer(200, body[: len(body) // 2], kind)


def huge(handler: Handler) -> None:
    """A hundred megabytes, as many as the other side takes."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(100 << 20))
    handler.end_headers()
    handler.wfile.write(b'{"results": [')
    for _ in range(100):
        handler.wfile.write(b" " * (1 << 20))


def page(handler: Handler) -> None:
    """A page that wants a log-in."""
    handler.answer(200, b"<!DOCTYPE html><html><body>Please log in</body></html>", "text/html")
