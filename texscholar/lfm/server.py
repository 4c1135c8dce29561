"""A server as a backend: llama-server, vLLM, SGLang, Ollama, LM Studio, whatever speaks OpenAI's chat completions.

What it can do is found out once. What it says is checked whatever it claims to enforce, and whatever goes wrong is a
Skipped with a reason: refused connections, errors, late answers, answers that make no sense.
"""

from __future__ import annotations

import json
import math
import time
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, TypeVar

from texscholar.errors import Skipped
from texscholar.lfm import wire
from texscholar.lfm.backend import GREEDY, STOPPED, Adapter, Generated, Generation, Sampling
from texscholar.lfm.capabilities import Capabilities, Kept, probe, probe_form
from texscholar.lfm.constraint import choice
from texscholar.lfm.wire import Said
from texscholar.network import NetworkError, address, pause, wait_asked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from texscholar.lfm.constraint import Constraint
    from texscholar.lfm.prompts import Prompt
    from texscholar.lfm.wire import Body
    from texscholar.network import Address, Network, Reply


_OK, _REDIRECT, _BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 200, 300, 400, 401, 403, 404
_PASSING = frozenset((408, 425, 429, 502, 503, 504, 529))
_TRIES = 4
_ANSWER_TOKENS = 16
_FINDING = 10.0  # seconds until a server must say which models it has
_MOST_NAMES = 5
_COVERED = 0.05  # share of the first token that the answers must have for their shares to mean something
_PICKED = 0.75  # what a choice without probabilities is worth
_UNLISTED = 1.0  # nats below the last listed token
_EVEN = Sampling(temperature=1.0)  # the probabilities as they are
_MARKS = " \t\r\n\u0120\u2581\"'`*."  # around a word in a token, the spaces of two kinds of tokenizers among them

_Answer = TypeVar("_Answer")


class ServerBackend:
    """A model on a server, which begins to be looked for at once; several threads may ask. Close it when done.

    After a failure that no other question would mend, every answer is the same Skipped.

    Args:
        network: the door.
        base: the address, with ``/v1`` or whatever comes before ``/chat/completions``.
        model: one of its models; empty for its only one.
        key: a bearer token, which must never be shown; empty for none.
        cache: a folder for what is found out about servers.
        at_once: how many requests may be under way.
    """

    def __init__(self, network: Network, base: Address, model: str, *, key: str, cache: Path, at_once: int = 8) -> None:
        self._endpoint, self._key, self._cache = network.endpoint(base, key, at_once), key, cache
        self._what = f"server {base}"
        self._model, self._kept = model, Kept(cache, str(base), model)
        self._capabilities: Capabilities | None = None
        self._probing = Lock()
        self._failure: Skipped | None = None
        self._found = Event()
        Thread(target=self._find, daemon=True, name="server").start()

    @property
    def name(self) -> str:
        return f"{wire.shown_name(self._model)} on a server" if self._model else f"at {self._endpoint.base}"

    @property
    def sha256(self) -> str:
        return ""

    @property
    def adapter(self) -> Adapter | None:
        return None

    def score(self, prompt: Prompt, seconds: float) -> tuple[float, ...] | Skipped:
        """The natural logarithm of the probability of each answer, by its first token.

        Where the server tells none, one answer is chosen, which counts for what that is worth and not for certain.
        """
        return self._guarded(lambda end: self._score(prompt, end), seconds)

    def generate(self, request: Generation, seconds: float) -> Generated | Skipped:
        """A text within so many seconds; one that was to obey a rule and does not is none."""
        return self._guarded(lambda end: self._generate(request, end), seconds)

    def close(self) -> None:
        """Drop all connections."""
        self._failure = self._failure or Skipped(self._what, "is closed")
        self._found.set()
        self._endpoint.close()

    def _find(self) -> None:
        """Find out which model to ask, and what is known about it."""
        try:
            reply = self._patiently("GET", "/models", None, time.monotonic() + _FINDING)
            found = _model(reply, self._model, self._key)
        except NetworkError as error:
            found = Skipped(self._what, str(error))
        if isinstance(found, Skipped):
            self._failure = self._failure or Skipped(self._what, found.reason)
        else:
            self._model, self._kept = found, Kept(self._cache, str(self._endpoint.base), found)
            self._capabilities = self._kept.read()
        self._found.set()

    def _guarded(self, work: Callable[[float], _Answer | Skipped], seconds: float) -> _Answer | Skipped:
        """What comes of some work that must end in so many seconds, or why nothing does."""
        end = time.monotonic() + seconds
        if not self._found.wait(seconds):
            return Skipped(self._what, f"gave no answer within {seconds:.3g} s; allow more time")
        if self._failure:
            return self._failure
        try:
            return work(end)
        except _LastingError as error:
            self._failure = Skipped(self._what, str(error))
            return self._failure
        except NetworkError as error:
            return Skipped(self._what, str(error))

    def _score(self, prompt: Prompt, end: float) -> tuple[float, ...] | Skipped:
        if self._known(end).logprobs:
            said = self._ask(self._body(prompt, _EVEN, 0) | wire.LOGPROBS, end)
            scores = log_probabilities(said.top, prompt.answers) if isinstance(said, Said) else None
            if scores is not None:
                return scores
        said_text = self._generate(Generation(prompt, _ANSWER_TOKENS, choice(*prompt.answers), GREEDY), end)
        if isinstance(said_text, Skipped):
            return said_text
        others = math.log((1 - _PICKED) / max(1, len(prompt.answers) - 1))
        return tuple(math.log(_PICKED) if answer == said_text.text else others for answer in prompt.answers)

    def _generate(self, request: Generation, end: float) -> Generated | Skipped:
        form = self._form(request.constraint, end)
        said = self._ask(self._request(request, form), end, tools=bool(request.prompt.tools))
        if not isinstance(said, Said) and form != wire.PLAIN:
            # An update may have taken the form away, or this very rule is too much for the server.
            said = self._ask(self._request(request, wire.PLAIN), end, tools=bool(request.prompt.tools))
            if isinstance(said, Said):
                self._forget()
        return self._kept_to(request, said) if isinstance(said, Said) else Skipped(self._what, said)

    def _kept_to(self, request: Generation, said: Said) -> Generated | Skipped:
        """The answer, if it obeys the rule that it was to obey; one that was cut off is for others to judge."""
        rule = request.constraint
        if rule is None:
            return Generated(wire.ended_before(said.text, request.stops), said.tokens, said.ended)
        text = wire.unwrapped(said.text)
        if rule.choices:
            text = wire.chosen(text, rule.choices)
        elif not rule.accepts(text):
            text = " ".join(text.split()).strip("\"'`")
        if not rule.accepts(text) and (rule.choices or said.ended == STOPPED):
            return Skipped(self._what, "its answer is not of the form that was asked for; choose another model")
        return Generated(text, said.tokens, said.ended)

    def _request(self, request: Generation, form: str) -> Body:
        sampling = request.sampling or wire.recommended(self._model)
        body = self._body(request.prompt, sampling, request.seed, wire.note_for(form) if request.constraint else "")
        body["max_tokens"] = wire.tokens_for(form, request.most_tokens)
        if request.stops and not request.constraint:
            body["stop"] = list(request.stops)
        if request.prompt.tools and self._capabilities and self._capabilities.extras:
            body["skip_special_tokens"] = False
        return body | (wire.constrained(form, request.constraint) if request.constraint else {})

    def _body(self, prompt: Prompt, sampling: Sampling, seed: int, note: str = "") -> Body:
        extras = self._capabilities is not None and self._capabilities.extras
        return {
            "messages": wire.messages(prompt, wire.dialect_of(self._model), note),
            **wire.sampling_fields(sampling, seed, extras=extras),
        }

    # -- what it can do

    def _known(self, end: float) -> Capabilities:
        with self._alone(end):
            if self._capabilities is None:
                self._capabilities = self._keep(probe(lambda body: self._tried(body, end)))
            return self._capabilities

    def _form(self, constraint: Constraint | None, end: float) -> str:
        known = self._known(end)
        if constraint is None:
            return wire.PLAIN
        if form := known.form(constraint):
            return form
        form = probe_form(lambda body: self._tried(body, end), constraint, extras=known.extras)
        with self._alone(end):
            self._capabilities = self._keep((self._capabilities or known).with_form(constraint, form))
        return form

    @contextmanager
    def _alone(self, end: float) -> Iterator[None]:
        """One thread finds out, the others wait for it, not longer than they may."""
        if not self._probing.acquire(timeout=max(0.0, end - time.monotonic())):
            raise NetworkError("was not tried out in time; allow more time")
        try:
            yield
        finally:
            self._probing.release()

    def _keep(self, capabilities: Capabilities) -> Capabilities:
        self._kept.write(capabilities)
        return capabilities

    def _forget(self) -> None:
        with self._probing:
            if self._capabilities:
                self._capabilities = replace(self._capabilities, choice="", pattern="")
            self._kept.forget()

    # -- asking

    def _tried(self, body: Body, end: float) -> Said | None:
        """The answer to a request that may be refused."""
        said = self._ask(body, end)
        return said if isinstance(said, Said) else None

    def _ask(self, body: Body, end: float, *, tools: bool = False) -> Said | str:
        """The answer to a request, or why the server refuses this one.

        Raises:
            NetworkError: it cannot be asked.
        """
        data = json.dumps({"model": self._model, "stream": False, **body}).encode()
        reply = _there(self._patiently("POST", "/chat/completions", data, end), self._key)
        if reply.status != _OK:
            said = wire.complaint(reply.body, self._key)
            return f"answers with error {reply.status}{f' ({said})' if said else ''}; check its log"
        return (
            wire.read_said(reply.body, tools=tools) or "gave no answer that can be read; check that it is the right one"
        )

    def _patiently(self, method: str, path: str, data: bytes | None, end: float) -> Reply:
        for attempt in range(_TRIES):
            try:
                return _checked(self._endpoint.request(method, path, data, _left(end)))
            except NetworkError as error:
                seconds = pause(attempt, error)
                if not error.passing:
                    raise
                if attempt == _TRIES - 1 or seconds >= _left(end):
                    raise _LastingError(str(error)) from error
                time.sleep(seconds)
        raise AssertionError  # the last try returned or raised


class _LastingError(NetworkError):
    """An error that asking again would not mend."""


def _left(end: float) -> float:
    return max(0.001, end - time.monotonic())


def _checked(reply: Reply) -> Reply:
    """Raises: NetworkError: an answer that says nothing about the question."""
    if reply.status in {_UNAUTHORIZED, _FORBIDDEN}:
        raise _LastingError("refuses us; set TEXSCHOLAR_API_KEY to the key it wants")
    if _REDIRECT <= reply.status < _BAD_REQUEST:
        raise _LastingError("sends us to another address; name that one")
    if reply.status in _PASSING:
        raise NetworkError(
            f"is busy or out of order (error {reply.status}); try again later",
            passing=True,
            wait=wait_asked(reply.headers, time.time()),
        )
    return reply


def _there(reply: Reply, key: str) -> Reply:
    """Raises: NetworkError: the server knows neither the address nor the model."""
    if reply.status == _NOT_FOUND:
        said = wire.complaint(reply.body, key)
        raise _LastingError(f"does not know this address or model{f' ({said})' if said else ''}; check both")
    return reply


def _model(reply: Reply, wanted: str, key: str) -> str | Skipped:
    """The model to ask, by the list of models: the wanted one, if it is there, else the only one, or the only LFM."""
    if wanted and reply.status == _NOT_FOUND:
        return wanted
    listed = wire.read_json(_there(reply, key).body).get("data")
    names = [each.get("id") for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    there = [name for name in names if isinstance(name, str) and name]
    if wanted:
        same = [name for name in there if name.casefold() == wanted.casefold()]
        if same or not there:
            return same[0] if same else wanted
        return Skipped("", f"has no model {wanted}; it has {_listed(there)}")
    liquid = [name for name in there if "lfm" in name.casefold()]
    for names_of_a_kind in (there, liquid):
        if len(names_of_a_kind) == 1:
            return names_of_a_kind[0]
    if not there:
        return Skipped("", "names no model; check its address, and that a model is loaded")
    return Skipped("", f"has several models ({_listed(there)}); name one with --server-model")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(map(wire.one_line, names[:_MOST_NAMES]))
    return f"{shown} …" if len(names) > _MOST_NAMES else shown or "none"


def log_probabilities(top: Sequence[tuple[str, float]], answers: Sequence[str]) -> tuple[float, ...] | None:
    """The log-probability of each answer by what the likeliest first tokens tell; None where they tell too little.

    A token that begins a single answer counts for it; an answer that no token begins is less likely than all listed.
    Numbers up to 999 are single tokens for LFM2; where a tokenizer parts them, 1 is taken for 1 and not for 10.
    """
    shares = dict.fromkeys(answers, 0.0)
    for token, value in top:
        answer = _begun(token.strip(_MARKS).casefold(), answers)
        if answer:
            shares[answer] += math.exp(value)
    if sum(shares.values()) < _COVERED:
        return None
    unlisted = min(value for _, value in top) - _UNLISTED
    return tuple(math.log(share) if share else unlisted for share in shares.values())


def _begun(word: str, answers: Sequence[str]) -> str:
    """The answer that is this word, else the only one that begins with it; empty if there is none."""
    begun = [answer for answer in answers if word and answer.casefold().startswith(word)]
    same = [answer for answer in begun if answer.casefold() == word]
    return same[0] if same else begun[0] if len(begun) == 1 else ""


def server_address(url: str) -> Address:
    """The address before ``/chat/completions`` that a user means: with ``/v1`` where only a host is named.

    Raises:
        TexscholarError: it is no address.
    """
    read = address(url)
    return read if read.path else replace(read, path="/v1")
