"""A search service on this machine with a small part of Elasticsearch's API, in its documented shapes, and ways to fail.

Create index, get mapping, bulk, refresh, count, search and multi search over ``bool`` and ``term`` queries; texts
are split at white space and ranked by BM25 as Lucene has it (k1 1.2, b 0.75, no rounding of lengths).
"""

from __future__ import annotations

import json
import math
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from servers.serving import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    Answer = tuple[int, Any]


class _Refused(Exception):  # noqa: N818 - an answer, not an error of ours
    def __init__(self, status: int, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.kind, self.reason = status, kind, reason


@dataclass
class FakeElastic:
    """What the service holds and how it behaves.

    ``script``: what the next requests whose path ends so get instead: a status with a body (JSON, or bytes as they are)
    and headers. ``items``: what the next documents of bulk requests get instead: a status with an error's type.
    ``quickwit``: only ``create`` is known, items are not told, and a score only as what was sorted by.
    """

    indices: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    mappings: dict[str, Any] = field(default_factory=dict)
    script: list[tuple[str, int, Any, dict[str, str]]] = field(default_factory=list)
    items: list[tuple[int, str] | None] = field(default_factory=list)
    asked: list[tuple[str, str, bytes, dict[str, str]]] = field(default_factory=list)
    quickwit: bool = False
    largest: int = 100 << 20
    key: str = ""
    delay: float = 0.0
    url: str = ""

    @property
    def paths(self) -> list[str]:
        return [f"{method} {path}" for method, path, *_ in self.asked]

    def bodies(self, ending: str) -> list[bytes]:
        return [body for _, path, body, _ in self.asked if path.endswith(ending)]

    @contextmanager
    def serving(self) -> Iterator[FakeElastic]:
        fake = self

        class Handler(_Handler):
            service = fake

        with served(Handler) as url:
            self.url = url
            yield self

    # -- what it does

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        try:
            return 200, self._done(method, path, body)
        except _Refused as refused:
            cause = {"type": refused.kind, "reason": refused.reason}
            return refused.status, {"error": {"root_cause": [cause], **cause}, "status": refused.status}

    def _done(self, method: str, path: str, body: bytes) -> Any:
        if len(body) > self.largest:
            raise _Refused(413, "content_too_long_exception", "entity content is too long")
        if self.quickwit:
            path = path.removeprefix("/api/v1/_elastic")
        index, _, verb = path.strip("/").partition("/")
        if index == "_msearch":
            return self._several("", body)
        if (method, verb) == ("PUT", ""):
            return self._made(index, json.loads(body))
        if verb == "_bulk":
            return self._bulk(index, body)
        if index not in self.indices:
            raise _Refused(404, "index_not_found_exception", f"no such index [{index}]")
        done = {
            ("GET", "_mapping"): lambda: {index: self.mappings.get(index, {"mappings": {}})},
            ("POST", "_refresh"): lambda: {"_shards": {"total": 2, "successful": 1, "failed": 0}},
            ("GET", "_count"): lambda: self._count(index, {"match_all": {}}),
            ("POST", "_count"): lambda: self._count(index, json.loads(body)["query"]),
            ("POST", "_search"): lambda: self._search(index, json.loads(body)),
            ("POST", "_msearch"): lambda: self._several(index, body),
        }
        if (method, verb) not in done:
            raise _Refused(405, "method_not_allowed", f"{method} {verb}")
        return done[method, verb]()

    def _made(self, index: str, asked: dict[str, Any]) -> Any:
        if index in self.indices:
            raise _Refused(400, "resource_already_exists_exception", f"index [{index}/abc] already exists")
        if set(asked) - {"settings", "mappings", "aliases"}:
            raise _Refused(400, "parse_exception", "unknown key for create index")
        for name, each in asked["mappings"]["properties"].items():
            if each.get("type") not in {"text", "keyword"} or (each["type"] == "keyword" and "analyzer" in each):
                raise _Refused(400, "mapper_parsing_exception", f"no handler for [{name}]")
        self.indices[index], self.mappings[index] = {}, {"mappings": asked["mappings"]}
        return {"acknowledged": True, "shards_acknowledged": True, "index": index}

    def _bulk(self, index: str, body: bytes) -> Any:
        if not body.endswith(b"\n"):
            raise _Refused(400, "illegal_argument_exception", "The bulk request must be terminated by a newline [\\n]")
        lines = body.decode().splitlines()
        items = [
            self._taken(index, json.loads(action), json.loads(text))
            for action, text in zip(lines[::2], lines[1::2], strict=True)
        ]
        if self.quickwit:
            return {"took": 1, "errors": False}
        return {"took": 1, "errors": any("error" in next(iter(item.values())) for item in items), "items": items}

    def _taken(self, index: str, action: dict[str, Any], document: dict[str, Any]) -> Any:
        ((verb, about),) = action.items()
        there = self.indices.setdefault(index, {})
        told = {"_index": index, "_id": about["_id"]}
        if self.items and (fault := self.items.pop(0)):
            return {verb: told | {"status": fault[0], "error": {"type": fault[1], "reason": "because"}}}
        if self.quickwit:
            there[about["_id"] if verb == "create" else "ignored"] = document
            return {}
        is_new = about["_id"] not in there
        if verb == "create" and not is_new:
            return {
                verb: told | {"status": 409, "error": {"type": "version_conflict_engine_exception", "reason": "exists"}}
            }
        there[about["_id"]] = document
        shards = {"total": 2, "successful": 1, "failed": 0}
        result = {
            "_version": 1,
            "result": "created" if is_new else "updated",
            "_shards": shards,
            "status": 201 if is_new else 200,
        }
        return {verb: told | result}

    def _several(self, index: str, body: bytes) -> Any:
        lines = body.decode().splitlines()
        responses = []
        for head, text in zip(lines[::2], lines[1::2], strict=True):
            one = json.loads(head).get("index", index)
            status, answer = self.answer("POST", f"/{one}/_search", text.encode())
            responses.append(answer | {"status": status})
        return {"took": 1, "responses": responses}

    def _count(self, index: str, query: dict[str, Any]) -> Any:
        found = self._scores(index, query)
        return {"count": len(found), "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0}}

    def _search(self, index: str, asked: dict[str, Any]) -> Any:
        if unknown := set(asked) - {"query", "size", "_source", "track_total_hits", "sort"}:
            raise _Refused(400, "parsing_exception", f"unknown key for a VALUE in [{min(unknown)}]")
        if asked.get("sort") != [{"_score": {"order": "desc"}}]:
            raise _Refused(400, "illegal_argument_exception", "this double knows no other order")
        if asked["size"] > 10_000:
            raise _Refused(400, "illegal_argument_exception", "Result window is too large")
        scores = self._scores(index, asked["query"])
        best = sorted(scores, key=lambda each: -scores[each])[: asked["size"]]
        rows = [
            {
                "_index": index,
                "_id": each,
                "_score": None if self.quickwit else scores[each],
                "sort": [scores[each]],
                "_source": {
                    name: value for name, value in self.indices[index][each].items() if name in asked["_source"]
                },
            }
            for each in best
        ]
        return {
            "took": 3,
            "timed_out": False,
            "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0},
            "hits": {"max_score": max(scores.values(), default=None), "hits": rows},
        }

    def _scores(self, index: str, query: dict[str, Any]) -> dict[str, float]:
        ((kind, inner),) = query.items()
        documents = self.indices[index]
        if kind == "match_all":
            return dict.fromkeys(documents, 1.0)
        if kind == "term":
            ((name, told),) = inner.items()
            if name == "exact":
                return {each: 1.0 for each, fields in documents.items() if told["value"] in fields.get(name, [])}
            return self._bm25(index, name, told["value"], told.get("boost", 1.0))
        if kind == "bool" and set(inner) <= {"should", "minimum_should_match"}:
            if len(inner["should"]) > 1024:
                raise _Refused(400, "too_many_clauses", "maxClauseCount is set to 1024")
            total: Counter[str] = Counter()
            for clause in inner["should"]:
                total.update(self._scores(index, clause))
            return dict(total)
        raise _Refused(400, "parsing_exception", f"unknown query [{kind}]")

    def _bm25(self, index: str, name: str, term: str, boost: float) -> dict[str, float]:
        texts = {each: fields[name].split() for each, fields in self.indices[index].items() if name in fields}
        having = {each: words.count(term) for each, words in texts.items() if term in words}
        idf = math.log(1 + (len(texts) - len(having) + 0.5) / (len(having) + 0.5))
        mean = sum(map(len, texts.values())) / max(1, len(texts))
        return {
            each: boost * idf * count / (count + 1.2 * (0.25 + 0.75 * len(texts[each]) / mean))
            for each, count in having.items()
        }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: FakeElastic

    def log_message(self, *_: object) -> None:
        """A test prints nothing."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.service.asked.append((self.command, self.path, body, headers))
        threading.Event().wait(self.service.delay)
        for number, (ending, status, answer, more) in enumerate(self.service.script):
            if self.path.endswith(ending):
                del self.service.script[number]
                self._send(status, answer, more)
                return
        if self.service.key and headers.get("authorization") != self.service.key:
            cause = {"type": "security_exception", "reason": "unable to authenticate"}
            self._send(401, {"error": {"root_cause": [cause], **cause}, "status": 401}, {})
            return
        self._send(*self.service.answer(self.command, self.path, body), {})

    def _send(self, status: int, answer: Any, headers: dict[str, str]) -> None:
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        sent = {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}
        for name, value in sent.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
