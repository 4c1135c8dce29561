"""How fast a model answers on this machine, through the worker that every question goes through."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, TypeVar

from texscholar.errors import Skipped, TexscholarError
from texscholar.lfm.backend import GREEDY, Generation
from texscholar.lfm.local import LocalBackend
from texscholar.lfm.process import threads
from texscholar.lfm.prompts import Prompt, Turn

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST = 300.0  # seconds that one step may take
_WORDS = "networks learn to read long sentences about citations of papers in many languages and fields"
_COUNTING = Prompt((Turn("user", ("Count from one to a thousand in words, without stopping.",)),))

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured: seconds to load, tokens a second read and written, and how many there were of each."""

    model: str
    sha256: str
    threads: int
    load_seconds: float
    read_tokens: int
    read_rate: float
    written_tokens: int
    written_rate: float


def bench(path: Path, *, words: int, tokens: int, rounds: int) -> Measured:
    """Measure a model file.

    Args:
        path: the file.
        words: how long the questions are that are read.
        tokens: how long the text is that is written, if the model does not end it before.
        rounds: of both; the median counts.

    Raises:
        TexscholarError: the model does not load or answer.
    """
    began = time.monotonic()
    with _had(LocalBackend.start(path, seconds=_LONGEST)) as backend:
        loaded = time.monotonic() - began
        size = _had(backend.count(_question(words, 0), _LONGEST))
        read = [_reading(backend, words, number) for number in range(rounds)]
        written = [_writing(backend, tokens) for _ in range(rounds)]
        return Measured(
            backend.name,
            backend.sha256,
            threads(),
            loaded,
            size,
            size / median(read),
            max(count for count, _ in written),
            median(count / seconds for count, seconds in written),
        )


def _question(words: int, number: int) -> Prompt:
    """A question that begins unlike the others, so that nothing of it was read before."""
    repeated = (_WORDS.split() * (words // len(_WORDS.split()) + 1))[:words]
    return Prompt((Turn("user", (f"{number} {' '.join(repeated)}",)),), ("yes",))


def _reading(backend: LocalBackend, words: int, number: int) -> float:
    """The seconds to read a question."""
    began = time.monotonic()
    _had(backend.score(_question(words, number), _LONGEST))
    return time.monotonic() - began


def _writing(backend: LocalBackend, tokens: int) -> tuple[int, float]:
    """How many tokens were written in how many seconds; the question is read beforehand."""
    _had(backend.generate(Generation(_COUNTING, 1, sampling=GREEDY), _LONGEST))
    began = time.monotonic()
    said = _had(backend.generate(Generation(_COUNTING, tokens, sampling=GREEDY), _LONGEST))
    return said.tokens, time.monotonic() - began


def _had(answer: _Answer | Skipped) -> _Answer:
    """Raises: TexscholarError: there is no answer."""
    if isinstance(answer, Skipped):
        raise TexscholarError(str(answer))
    return answer
