"""What can answer prompts: the local worker, or a server. The jobs are built on these two verbs alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from texscholar.errors import Skipped
    from texscholar.lfm.constraint import Constraint
    from texscholar.lfm.prompts import Prompt

STOPPED, LENGTH, TIME, REPEATS = "stop", "length", "time", "repeats"
"""Why a generated text ended: the model ended it, tokens or time were used up, or it went round in circles."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is drawn: a temperature of 0 takes the likeliest, ``top_k`` 0 and ``top_p`` 1 are off."""

    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    repeat_penalty: float = 1.0


GREEDY = Sampling()
LFM2_SAMPLING = Sampling(temperature=0.3, min_p=0.15, repeat_penalty=1.05)
LFM25_SAMPLING = Sampling(temperature=0.1, top_k=50, repeat_penalty=1.05)


@dataclass(frozen=True, slots=True)
class Generation:
    """A text that is asked for: at most ``most_tokens`` that obey the constraint, if there is one.

    ``stops``: texts before which it ends, control tokens among them.
    """

    prompt: Prompt
    most_tokens: int
    constraint: Constraint | None = None
    sampling: Sampling | None = None  # None: what the makers of the model recommend
    seed: int = 0
    stops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Generated:
    """A text, as it came; ``ended`` tells why it ended. It may be cut off, and need not obey the constraint.

    Control tokens are written out: a call of a tool begins with ``<|tool_call_start|>``, whoever parsed it.
    """

    text: str
    tokens: int
    ended: str


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA adapter on top of a model."""

    name: str
    sha256: str


class Backend(Protocol):
    """Something that answers; it never raises for what a model or server does, but gives a Skipped with the reason."""

    @property
    def name(self) -> str:
        """How the model is called in reports."""

    @property
    def sha256(self) -> str:
        """Which model it is exactly; empty where nobody can tell."""

    @property
    def adapter(self) -> Adapter | None:
        """The adapter on top of it."""

    def score(self, prompt: Prompt, seconds: float) -> tuple[float, ...] | Skipped:
        """The natural logarithm of the probability of each of the prompt's answers, within so many seconds."""

    def generate(self, request: Generation, seconds: float) -> Generated | Skipped:
        """A text, within so many seconds; what there is of it by then, or a Skipped."""

    def close(self) -> None:
        """Let go of processes and connections."""
