"""What a server can do: found out once by asking, and kept for a day."""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING

from texscholar.lfm import wire
from texscholar.lfm.backend import GREEDY
from texscholar.lfm.constraint import Chars, Constraint, Literal, Repeat, Then, choice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from texscholar.lfm.wire import Body, Said

_KEPT = 86_400.0  # seconds: servers are updated
_VERSION = 1
_LARGEST = 1 << 16  # bytes
_TOKENS = 24

# Nothing in the question leads to these answers: who gives one was bound to it.
_QUESTION = [{"role": "user", "content": "Say hello."}]
_CHOICE = choice("kelvin", "pascal")
# With all that our rules are made of: a server may know some of it only.
_LETTERS = Repeat(Chars((("\u00c0", "\u00d6"), ("-", "-"))), 0, 2)
_PATTERN = Constraint(Then((Literal("kelvin"), Repeat(Chars((("0", "9"),)), 2, 2), Repeat(_LETTERS, 0, 1))))


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a server does with a model.

    ``extras``: it takes fields that OpenAI does not have. ``logprobs``: it tells the likeliest tokens.
    ``choice``, ``pattern``: the form in which it enforces a choice among texts, and any other rule; empty while nobody
    has asked.
    """

    extras: bool
    logprobs: bool
    choice: str = ""
    pattern: str = ""

    def form(self, constraint: Constraint) -> str:
        """The form for a constraint, empty while nobody has asked."""
        return self.choice if constraint.choices else self.pattern

    def with_form(self, constraint: Constraint, form: str) -> Capabilities:
        """The same with a form found out."""
        return replace(self, choice=form) if constraint.choices else replace(self, pattern=form)


def probe(ask: Callable[[Body], Said | None]) -> Capabilities:
    """Ask what the server does with extra fields and log-probabilities.

    Args:
        ask: gives the answer to a request, None where the server refuses it.
    """
    for extras, logprobs in ((True, True), (True, False), (False, True), (False, False)):
        said = ask(_body(extras=extras) | (wire.LOGPROBS if logprobs else {}))
        if said is not None:
            return Capabilities(extras=extras, logprobs=bool(said.top))
    return Capabilities(extras=False, logprobs=False)


def probe_form(ask: Callable[[Body], Said | None], constraint: Constraint, *, extras: bool) -> str:
    """The first form in which the server enforces rules like this one; ``plain`` if it enforces none."""
    sample = _CHOICE if constraint.choices else _PATTERN
    for form in _forms(extras=extras):
        said = ask(_body(extras=extras) | wire.constrained(form, sample))
        if said is not None and sample.accepts(wire.unwrapped(said.text)):
            return form
    return wire.PLAIN


def _forms(*, extras: bool) -> Iterator[str]:
    """All forms, or those that need no field of another server."""
    yield from wire.FORMS if extras else (wire.JSON_SCHEMA,)


def _body(*, extras: bool) -> Body:
    drawn = wire.sampling_fields(GREEDY, 0, extras=extras)
    return {"messages": _QUESTION, "max_tokens": _TOKENS, **drawn}


class Kept:
    """The capabilities of servers on the disk, a small file each."""

    def __init__(self, folder: Path, base: str, model: str, clock: Callable[[], float] = time.time) -> None:
        digest = hashlib.sha256(f"{base}\0{model}".encode()).hexdigest()
        self._file, self._clock = folder / "servers" / f"{digest[:32]}.json", clock

    def read(self) -> Capabilities | None:
        """What was found out within the last day; None where nothing was."""
        try:
            with self._file.open("rb") as file:
                data = json.loads(file.read(_LARGEST))
            fresh = 0 <= self._clock() - data["made"] < _KEPT
            return _checked(data["capabilities"]) if fresh and data["version"] == _VERSION else None
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None

    def write(self, capabilities: Capabilities) -> None:
        """Keep what was found out; where that cannot be, it is found out again next time."""
        data = {"version": _VERSION, "made": self._clock(), "capabilities": asdict(capabilities)}
        fresh = self._file.with_suffix(f".{os.getpid()}.new")
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(data), encoding="utf-8")
            fresh.replace(self._file)

    def forget(self) -> None:
        """What was kept is wrong."""
        with suppress(OSError):
            self._file.unlink()


def _checked(data: dict[str, object]) -> Capabilities:
    """Raises: ValueError: these are no capabilities."""
    known = {*wire.FORMS, wire.PLAIN, ""}
    whole = set(data) == {field.name for field in fields(Capabilities)}
    if not (
        whole and {data["extras"], data["logprobs"]} <= {True, False} and {data["choice"], data["pattern"]} <= known
    ):
        raise ValueError
    return Capabilities(**data)  # type: ignore[arg-type] # checked just now
