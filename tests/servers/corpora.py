"""Sources of open corpora on this machine, in the protocols that they document, and their ways to fail.

Files with ranges and entity tags (RFC 9110), listings of GitHub's "git/trees", OAI-PMH 2.0 with resumption tokens, and
lists of OpenAlex with cursors.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from servers.serving import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Answer = tuple[int, dict[str, str], bytes]


@dataclass
class FakeSource:
    """What lies there and how it behaves.

    ``files``: by path. ``script``: what the next requests of a path that begins so get instead. ``cut_at``: after so
    many bytes of a body the connection is closed; a number is used up by one request.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    script: list[tuple[str, Answer]] = field(default_factory=list)
    cut_at: list[int] = field(default_factory=list)
    knows_ranges: bool = True
    tells_tag: bool = True
    works: list[dict[str, Any]] = field(default_factory=list)
    per_page: int = 2
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    @property
    def ranges(self) -> list[str]:
        """The ranges that were asked for."""
        return [headers["range"] for _, _, headers in self.asked if "range" in headers]

    def paths(self, beginning: str = "") -> list[str]:
        """What was asked for and begins so."""
        return [path for method, path, _ in self.asked if method == "GET" and path.startswith(beginning)]

    @contextmanager
    def serving(self) -> Iterator[FakeSource]:
        fake = self

        class Handler(_Handler):
            source = fake

        with served(Handler) as url:
            self.url = url
            yield self

    # -- what lies there

    def answer(self, target: str) -> Answer:
        for number, (beginning, answer) in enumerate(self.script):
            if target.startswith(beginning):
                del self.script[number]
                return answer
        parts = urlsplit(target)
        fields = {name: values[0] for name, values in parse_qs(parts.query).items()}
        services: dict[str, Callable[[dict[str, str]], Answer]] = {"/oai": self._oai, "/works": self._openalex}
        if parts.path in services:
            return services[parts.path](fields)
        if parts.path.startswith("/tree/"):
            return 200, {"Content-Type": "application/json"}, json.dumps(self.tree()).encode()
        if parts.path not in self.files:
            return 404, {}, b"404: Not Found"
        content = self.files[parts.path]
        tag = f'"{hashlib.sha256(content).hexdigest()[:12]}"'
        return 200, {"Content-Type": "application/octet-stream"} | ({"ETag": tag} if self.tells_tag else {}), content

    def tree(self) -> dict[str, Any]:
        """The listing of /raw/, as api.github.com/repos/…/git/trees/… gives it."""
        rows, body = [], b""
        for path, content in sorted(self.files.items()):
            if path.startswith("/raw/"):
                name, sha = path.removeprefix("/raw/"), git_blob(content)
                row = {"path": name, "mode": "100644", "type": "blob", "sha": sha, "size": len(content)}
                rows.append(row | {"url": f"{self.url}/blob/{sha}"})
                body += b"100644 " + name.encode() + b"\0" + bytes.fromhex(sha)
        sha = hashlib.sha1(b"tree %d\0" % len(body) + body).hexdigest()
        return {"sha": sha, "url": f"{self.url}/tree/{sha}", "tree": rows, "truncated": False}

    def _oai(self, fields: dict[str, str]) -> Answer:
        """Section 3.5 and 4.5 of the protocol: a token stands for all other arguments; the last page has an empty one."""
        if fields.get("verb") != "ListRecords":
            return _oai_error("badVerb", "Illegal OAI verb")
        if "resumptionToken" in fields:
            if set(fields) != {"verb", "resumptionToken"}:
                return _oai_error("badArgument", "resumptionToken is an exclusive argument")
            kind, _, start = fields["resumptionToken"].rpartition("|")
            if not start.isdecimal() or not kind.startswith("page"):
                return _oai_error("badResumptionToken", "The token is invalid or expired")
        else:
            start = "0"
            if fields.get("metadataPrefix") != "arXiv":
                return _oai_error("cannotDisseminateFormat", "unknown format")
            if fields.get("set", "cs") not in {"cs", "math", "physics:hep-th"}:
                return _oai_error("noRecordsMatch", "no such set")
        at, page = int(start), self.works[int(start) : int(start) + self.per_page]
        rows = "".join(map(_oai_record, page))
        is_last = at + self.per_page >= len(self.works)
        token = ""
        if at or not is_last:
            text = "" if is_last else escape(f"page 1&2|{at + self.per_page}")
            token = f'<resumptionToken cursor="{at}" completeListSize="{len(self.works)}">{text}</resumptionToken>'
        return _oai_answer(f"<ListRecords>{rows}{token}</ListRecords>")

    def _openalex(self, fields: dict[str, str]) -> Answer:
        """A page of works; the cursor of the first is ``*``, and that of the last page leads to an empty one."""
        cursor = fields.get("cursor", "")
        if not fields.get("filter", "").startswith("primary_topic."):
            return 400, {"Content-Type": "application/json"}, b'{"error":"Invalid query parameters error."}'
        start = 0 if cursor == "*" else int(cursor.removeprefix("Ils="))
        page = self.works[start : start + self.per_page]
        after = f"Ils={start + self.per_page}" if page else None
        meta = {"count": len(self.works), "per_page": self.per_page, "page": None, "next_cursor": after}
        body = json.dumps({"meta": meta, "results": page, "group_by": []}).encode()
        return 200, {"Content-Type": "application/json"}, body


def git_blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _oai_record(work: dict[str, Any]) -> str:
    head = f"<identifier>oai:arXiv.org:{work['id']}</identifier><datestamp>2024-01-02</datestamp><setSpec>cs</setSpec>"
    if work.get("deleted"):
        return f'<record><header status="deleted">{head}</header></record>'
    people = "".join(
        f"<author><keyname>{escape(family)}</keyname><forenames>{escape(given)}</forenames></author>"
        for family, given in work["authors"]
    )
    return (
        f"<record><header>{head}</header><metadata>"
        '<arXiv xmlns="http://arxiv.org/OAI/arXiv/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<id>{work['id']}</id><created>2007-05-23</created><authors>{people}</authors>"
        f"<title>{escape(work['title'])}</title><categories>cs.CL cs.LG</categories>"
        f"<doi>{work.get('doi', '')}</doi><license>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</license>"
        f"<abstract>  {escape(work.get('abstract', ''))}\n</abstract></arXiv></metadata></record>"
    )


def _oai_answer(body: str) -> Answer:
    page = (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">'
        "<responseDate>2026-01-02T03:04:05Z</responseDate><request>http://oaipmh.arxiv.org/oai</request>"
        f"{body}</OAI-PMH>"
    )
    return 200, {"Content-Type": "text/xml"}, page.encode()


def _oai_error(code: str, message: str) -> Answer:
    return _oai_answer(f'<error code="{code}">{message}</error>')


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    source: FakeSource

    def log_message(self, *_: object) -> None:
        """A test prints nothing."""

    def do_HEAD(self) -> None:
        self._note()
        status, headers, body = self.source.answer(self.path)
        self._head(status, headers | {"Content-Length": str(len(body))})

    def do_GET(self) -> None:
        self._note()
        status, headers, body = self.source.answer(self.path)
        asked = self.headers.get("Range", "")
        is_same = self.headers.get("If-Range") in {None, headers.get("ETag")}
        if status == 200 and asked and self.source.knows_ranges and is_same:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            if start >= len(body):
                self._head(416, {"Content-Range": f"bytes */{len(body)}", "Content-Length": "0"})
                return
            headers, status = headers | {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}, 206
            body = body[start:]
        self._head(status, {"Content-Length": str(len(body)), **headers})
        if self.source.cut_at and status in {200, 206}:
            self.wfile.write(body[: self.source.cut_at.pop(0)])
            self.wfile.flush()
            self.close_connection = True
        else:
            self.wfile.write(body)

    def _note(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.source.asked.append((self.command, self.path, headers))

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
