"""OpenAI-compatible servers on this machine, as far as their makers document them, failures included.

The model behind them knows one answer; unbound it greets. A flavour says which forms of constraint it enforces, which it
refuses, which it accepts and ignores, and whether it tells log-probabilities.
"""

from __future__ import annotations

import json
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from servers.serving import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Body = dict[str, Any]
OPENAI = frozenset(
    ("model", "messages", "temperature", "top_p", "seed", "max_tokens", "stream", "stop", "logprobs", "top_logprobs",
     "response_format", "tools", "n")
)  # fmt: skip


@dataclass(frozen=True)
class Flavour:
    """What a server does with the fields that matter; each form is enforced, refused with a status, or ignored."""

    name: str
    models: tuple[str, ...] = ("LiquidAI/LFM2-8B-A1B",)
    enforced: frozenset[str] = frozenset()
    refused: tuple[tuple[str, int], ...] = ()
    logprobs: str = "told"  # or null, missing, refused
    unknown: str = "ignored"  # or refused
    error: Callable[[str], Body] = lambda message: {"error": {"message": message, "type": "invalid_request_error"}}


VLLM = Flavour(
    "vLLM",
    enforced=frozenset(("json_schema", "structured_outputs")),
    error=lambda message: {"object": "error", "message": message, "type": "BadRequestError", "code": 400},
)
SGLANG = Flavour("SGLang", enforced=frozenset(("regex",)), refused=(("json_schema", 400), ("json_object", 400)))
OLLAMA = Flavour(
    "Ollama", ("hf.co/LiquidAI/LFM2.5-1.2B-Instruct-GGUF:Q4_K_M",), frozenset(("json_schema",)), logprobs="missing"
)
OLLAMA_CLOUD = replace(OLLAMA, name="Ollama cloud", enforced=frozenset())
LM_STUDIO = Flavour(
    "LM Studio",
    ("lfm2.5-1.2b-instruct", "text-embedding-nomic-embed-text-v1.5"),
    frozenset(("json_schema",)),
    refused=(("json_object", 400),),
    logprobs="null",
    error=lambda message: {"error": message},
)
LLAMA_SERVER = Flavour("llama-server", enforced=frozenset(("json_schema", "json_object", "grammar")))
LLAMA_SERVER_OLD = replace(LLAMA_SERVER, name="llama-server that ignores schemas", enforced=frozenset(("grammar",)))
LLAMA_CPP_SERVER = Flavour(
    "llama_cpp.server",
    ("/home/somebody/models/tiny-lfm2-q8_0.gguf",),
    frozenset(("json_object", "grammar")),
    refused=(("json_schema", 500),),
)
STRICT = Flavour("a strict one", enforced=frozenset(("json_schema",)), logprobs="refused", unknown="refused")
BARE = Flavour("one that binds nothing", logprobs="missing")

FLAVOURS = (
    VLLM, SGLANG, OLLAMA, OLLAMA_CLOUD, LM_STUDIO, LLAMA_SERVER, LLAMA_SERVER_OLD, LLAMA_CPP_SERVER, STRICT, BARE,
)  # fmt: skip


@dataclass
class FakeServer:
    """A server of one flavour.

    ``answer``: what the model means to say. ``free``: what it says unbound. ``top``: its first tokens.
    ``script``: what the next requests get instead: a function that writes the whole answer; None for the usual one.
    ``delay``: seconds before each answer, ``models_delay`` before the list of models. ``key``: the bearer token it wants.
    """

    flavour: Flavour
    answer: str = "2"
    free: str = "Hello! How can I help you today?"
    top: dict[str, float] = field(default_factory=lambda: {"2": -0.3, " 1": -1.5, "\u01200": -4.0, "The": -5.0})
    message: Body = field(default_factory=dict)
    script: list[Callable[[_Handler], None] | None] = field(default_factory=list)
    delay: float = 0.0
    models_delay: float = 0.0
    key: str = ""
    bodies: list[Body] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""

    @contextmanager
    def serving(self) -> Iterator[FakeServer]:
        fake = self

        class Handler(_Handler):
            server_state = fake

        with served(Handler) as url:
            self.url = f"{url}/v1"
            yield self

    @property
    def asked(self) -> list[Body]:
        """The requests that were no trials."""
        return [body for body in self.bodies if body["messages"][0]["content"] != "Say hello."]

    def complete(self, body: Body) -> tuple[int, Body]:
        flavour = self.flavour
        if body.get("model") not in flavour.models:
            return 404, flavour.error(f"model {body.get('model')!r} not found")
        if flavour.unknown == "refused" and (extra := sorted(set(body) - OPENAI)):
            return 400, flavour.error(f"Unrecognized request argument supplied: {extra[0]}")
        if body.get("logprobs") and flavour.logprobs == "refused":
            return 400, flavour.error("logprobs are not supported")
        form, wanted = bound(body)
        refused = dict(flavour.refused)
        if form in refused:
            return refused[form], flavour.error(f"{form} is not supported")
        text = self.fitting(wanted, form) if form in flavour.enforced and wanted else self.free
        choice: Body = {
            "index": 0,
            "message": {"role": "assistant", "content": text, **self.message},
            "finish_reason": "length" if body.get("max_tokens") == 1 else "stop",
        }
        if body.get("logprobs") and flavour.logprobs == "told":
            listed = [{"token": token, "logprob": value, "bytes": None} for token, value in self.top.items()]
            choice["logprobs"] = {"content": [{**listed[0], "top_logprobs": listed}]}
        elif flavour.logprobs == "null":
            choice["logprobs"] = None
        usage = {"prompt_tokens": 9, "completion_tokens": 7, "total_tokens": 16}
        return 200, {"object": "chat.completion", "model": body["model"], "choices": [choice], "usage": usage}

    def fitting(self, wanted: Callable[[str], bool], form: str) -> str:
        """What the model says when it is bound: its answer if that is allowed, else something that is."""
        said = next(text for text in (self.answer, "kelvin", "kelvin42", "1", "yes", "") if wanted(text) or not text)
        return json.dumps({"answer": said}) if form in {"json_schema", "json_object"} else said


def bound(  # noqa: PLR0911 - a way out for each form
    body: Body,
) -> tuple[str, Callable[[str], bool] | None]:
    """The form of a request's constraint, and what it allows; grammars are taken for what the tests write in them."""
    given = body.get("response_format") or {}
    if given:
        schema = given.get("schema") or given["json_schema"]["schema"]
        rule = schema["properties"]["answer"]
        if "enum" in rule:
            return given["type"], lambda text: text in rule["enum"]
        return given["type"], lambda text: re.search(rule["pattern"], text) is not None
    if outputs := body.get("structured_outputs"):
        if "choice" in outputs:
            return "structured_outputs", lambda text: text in outputs["choice"]
        return "structured_outputs", lambda text: re.fullmatch(outputs["regex"], text) is not None
    if regex := body.get("regex"):
        return "regex", lambda text: re.fullmatch(regex, text) is not None
    if grammar := body.get("grammar"):
        texts = [json.loads(quoted) for quoted in re.findall(r'"(?:[^"\\]|\\.)*"', grammar)]
        if " | " in grammar and "[" not in grammar:
            return "grammar", lambda text: text in texts
        return "grammar", lambda text: text == "kelvin42" if "kelvin" in texts else bool(text)
    return "", None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_state: FakeServer

    def log_message(self, *_: object) -> None:
        """A test prints nothing."""

    def do_GET(self) -> None:
        time.sleep(self.server_state.models_delay)
        if self._scripted():
            return
        if self.path != "/v1/models":
            self.answer(404, {})
            return
        owner = {"object": "model", "owned_by": self.server_state.flavour.name}
        self.answer(
            200, {"object": "list", "data": [{"id": model, **owner} for model in self.server_state.flavour.models]}
        )

    def do_POST(self) -> None:
        state = self.server_state
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with state.lock:
            state.bodies.append(body)
            state.headers.append(dict(self.headers))
            state.under_way += 1
            state.most_under_way = max(state.most_under_way, state.under_way)
        time.sleep(state.delay)
        with state.lock:
            state.under_way -= 1
        if self._scripted():
            return
        if state.key and self.headers.get("Authorization") != f"Bearer {state.key}":
            self.answer(401, state.flavour.error(f"Incorrect API key provided: {self.headers.get('Authorization')}"))
            return
        self.answer(*state.complete(body))

    def _scripted(self) -> bool:
        with self.server_state.lock:
            step = self.server_state.script.pop(0) if self.server_state.script else None
        if step is None:
            return False
        step(self)
        return True

    def answer(self, status: int, body: object, **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)


def status(number: int, body: object = None, **headers: str) -> Callable[[_Handler], None]:
    """An answer with this status."""
    return lambda handler: handler.answer(number, {} if body is None else body, **headers)


def said(message: object, **choice: object) -> Callable[[_Handler], None]:
    """An answer with this message."""
    return status(200, {"choices": [{"message": message, "finish_reason": "stop", **choice}]})


def hang_up(handler: _Handler) -> None:
    """No answer, and the connection is closed."""
    handler.close_connection = True


def hang(handler: _Handler) -> None:
    """No answer for long."""
    time.sleep(3)
    handler.close_connection = True


def drip(handler: _Handler) -> None:
    """An answer that comes byte by byte."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(30):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)
    handler.close_connection = True


def cut(handler: _Handler) -> None:
    """Half an answer."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')
    handler.close_connection = True
