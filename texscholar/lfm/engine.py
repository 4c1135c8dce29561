"""Scores and texts by llama.cpp: a prompt is evaluated once, its answers are scored side by side."""

from __future__ import annotations

import time
from itertools import chain, islice
from typing import TYPE_CHECKING

import numpy as np

from texscholar.errors import TexscholarError
from texscholar.lfm.backend import LENGTH, REPEATS, STOPPED, TIME, Generated, Sampling
from texscholar.lfm.native import FIRST_FORK, FORKS, Native, Step
from texscholar.lfm.sampler import Sampler
from texscholar.lfm.trunk import Trunk, decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from texscholar.lfm.chat import Part

_LEAST_ROOM = 8  # tokens that an answer must have room for
_CIRCLE, _LONGEST_ROUND, _ROUNDS = 24, 48, 3  # tokens in all, tokens of a round, rounds: from here it is a circle


class Engine:
    """A loaded model that answers."""

    def __init__(self, native: Native) -> None:
        self.native, self.trunk = native, Trunk(native)

    def score(self, parts: Sequence[Part], answers: Sequence[Part]) -> list[float]:
        """The natural logarithm of each answer's probability after the parts.

        Raises:
            TexscholarError: they do not fit the context, or llama.cpp gives up on them.
        """
        prompt = [self.native.tokens(part) for part in parts]
        scored = [self.native.tokens(answer) for answer in answers]
        self._check_room(sum(map(len, prompt)) + sum(map(len, scored)))
        try:
            first = _log_probabilities(self.trunk.grow(prompt))
            later = [rest for group in _groups(scored) for rest in self._after_first(group)]
        except TexscholarError:
            self.trunk.drop()
            raise
        return [float(first[answer[0]]) + rest for answer, rest in zip(scored, later, strict=True)]

    def _after_first(self, answers: Sequence[Sequence[int]]) -> list[float]:
        """Of each answer, the log-probability of its tokens after the first."""
        forks = range(FIRST_FORK, FIRST_FORK + len(answers))
        for sequence in forks:
            self.native.fork(sequence)
        start = self.trunk.length
        steps = chain.from_iterable(
            (Step(sequence, start + number, token, wanted=True) for number, token in enumerate(answer[:-1]))
            for sequence, answer in zip(forks, answers, strict=True)
        )
        rows = decoded(self.native, steps)
        scores = [sum(float(_log_probabilities(next(rows))[token]) for token in answer[1:]) for answer in answers]
        for sequence in forks:
            self.native.forget(sequence)
        return scores

    def generate(
        self,
        parts: Sequence[Part],
        *,
        most_tokens: int,
        sampling: Sampling,
        seed: int,
        grammar: str | None = None,
        stops: Sequence[str] = (),
        seconds: float,
    ) -> Generated:
        """A text after the parts.

        Args:
            parts: the question.
            most_tokens: how long it may become.
            sampling: how it is drawn.
            seed: of what is drawn.
            grammar: what it obeys, as GBNF.
            stops: texts before which it ends.
            seconds: after which it ends.

        Raises:
            TexscholarError: the parts do not fit the context, llama.cpp gives up on them or cannot read the grammar.
        """
        end = time.monotonic() + seconds
        prompt = [self.native.tokens(part) for part in parts]
        self._check_room(sum(map(len, prompt)) + _LEAST_ROOM)
        most_tokens = min(most_tokens, self.native.room - sum(map(len, prompt)))
        sampler = Sampler(self.native, sampling, seed, grammar)
        try:
            return self._text(self.trunk.grow(prompt), sampler, most_tokens, [stop.encode() for stop in stops], end)
        except TexscholarError:
            self.trunk.drop()
            raise
        finally:
            sampler.free()

    def _text(
        self, logits: NDArray[np.float32], sampler: Sampler, most: int, stops: Sequence[bytes], end: float
    ) -> Generated:
        tokens: list[int] = []
        text, ended = b"", LENGTH
        while len(tokens) < most:
            token = sampler.draw(logits)
            if token is None or self.native.ends(token):
                ended = STOPPED
                break
            tokens.append(token)
            text += self.native.piece(token)
            found = [at for stop in stops if (at := text.find(stop)) >= 0]
            if found:
                text, ended = text[: min(found)], STOPPED
                break
            if rounds := _rounds(tokens):
                text, ended = b"".join(map(self.native.piece, tokens[:-rounds])), REPEATS
                break
            if time.monotonic() > end:
                ended = TIME
                break
            logits = self.trunk.extend([token])
        return Generated(text.decode(errors="ignore"), len(tokens), ended)

    def _check_room(self, tokens: int) -> None:
        if tokens > self.native.room:
            raise TexscholarError(
                f"the question has {tokens} tokens and the context {self.native.room}; offer fewer candidates"
            )


def _groups(answers: Sequence[Sequence[int]]) -> Iterator[Sequence[Sequence[int]]]:
    """As many answers at once as there are forks."""
    remaining = iter(answers)
    while group := list(islice(remaining, FORKS)):
        yield group


def _rounds(tokens: Sequence[int]) -> int:
    """How many tokens at the end only say again what stands before them, often enough to be a circle; else 0."""
    for length in range(1, _LONGEST_ROUND + 1):
        repeated = max(_ROUNDS, -(-_CIRCLE // length)) * length
        if repeated <= len(tokens) and tokens[-repeated:-length] == tokens[length - repeated :]:
            return repeated - length
    return 0


def _log_probabilities(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    exact = logits.astype(np.float64)
    top = exact.max()
    return np.asarray(exact - (top + np.log(np.exp(exact - top).sum())))
