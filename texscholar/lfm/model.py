"""The local LFM as the rest of the program sees it: two jobs, probabilities or a Skipped."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

from texscholar.errors import Skipped
from texscholar.lfm.process import COMMAND, WorkerProcess
from texscholar.lfm.prompts import Option, choose_prompt, judge_prompt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

_MAGIC = b"GGUF"


@dataclass(frozen=True, slots=True)
class JudgeQuestion:
    """A sentence that may need a citation, in its place."""

    sentence: str
    before: str = ""
    after: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class ChooseQuestion:
    """A sentence that cites one of the options, or none."""

    sentence: str
    options: tuple[Option, ...]
    before: str = ""
    section: str = ""


class Model(Protocol):
    """What the program asks of a language model."""

    @property
    def name(self) -> str:
        """How it is called in reports."""

    @property
    def sha256(self) -> str:
        """Which it is exactly."""

    def judge(self, questions: Sequence[JudgeQuestion]) -> tuple[float | Skipped, ...]:
        """For each sentence the probability that it needs a citation."""

    def choose(self, question: ChooseQuestion) -> tuple[float, ...] | Skipped:
        """The probability of each option and, last, of none."""


class LocalModel:
    """A model file asked in a worker process; close it, or use it in a ``with`` statement."""

    def __init__(self, name: str, sha256: str, worker: WorkerProcess) -> None:
        self._name, self._sha256, self._worker = name, sha256, worker

    @classmethod
    def start(
        cls, path: Path, *, deadline: float, seed: int, _command: Sequence[str] = COMMAND
    ) -> LocalModel | Skipped:
        """The model in this file, loaded.

        Args:
            path: a GGUF file; its name without the ending names the model.
            deadline: seconds that loading, and later each question, may take.
            seed: of whatever the model draws; the two jobs here draw nothing.
        """
        what = f"model {path.stem}"
        if reason := _unusable(path):
            return Skipped(what, reason)
        try:
            worker = WorkerProcess(what, _command, deadline)
        except OSError as error:
            return Skipped(what, f"its worker cannot be started ({error.strerror}); free memory and try again")
        sha256 = worker.load(path.absolute(), seed=seed)
        return worker.fail(sha256.reason) if isinstance(sha256, Skipped) else cls(path.stem, sha256, worker)

    @property
    def name(self) -> str:
        return self._name

    @property
    def sha256(self) -> str:
        return self._sha256

    def judge(self, questions: Sequence[JudgeQuestion]) -> tuple[float | Skipped, ...]:
        """For each sentence the probability that it needs a citation."""
        return tuple(self._judge(question) for question in questions)

    def _judge(self, question: JudgeQuestion) -> float | Skipped:
        scores = self._worker.score(judge_prompt(question.before, question.sentence, question.after, question.section))
        return scores if isinstance(scores, Skipped) else probabilities(scores)[0]

    def choose(self, question: ChooseQuestion) -> tuple[float, ...] | Skipped:
        """The probability of each option and, last, of none."""
        scores = self._worker.score(
            choose_prompt(question.sentence, question.before, question.section, question.options)
        )
        return scores if isinstance(scores, Skipped) else probabilities(scores)

    def close(self) -> None:
        """End the worker."""
        self._worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def probabilities(scores: Sequence[float]) -> tuple[float, ...]:
    """Log-probabilities of answers, normalised to these answers (softmax)."""
    top = max(scores)
    weights = [math.exp(score - top) for score in scores]
    return tuple(weight / sum(weights) for weight in weights)


def _unusable(path: Path) -> str:
    """Why this cannot be a model file, or an empty string."""
    try:
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except OSError as error:
        return f"{path} cannot be read ({error.strerror}); download the model or name another file"
    if not start:
        return f"{path} is empty; download the model again"
    return "" if start == _MAGIC else f"{path} is no GGUF file; download the model or name another file"
