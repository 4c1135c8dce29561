"""A model that stops answering when its time is used up, so that nobody waits longer than they said."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from texscholar.errors import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from texscholar.lfm.model import ChooseQuestion, JudgeQuestion, Model


class BudgetedModel:
    """Another model, asked only until the budget of seconds is used up; the clock starts when this is made.

    A question that is under way is not cut short here: the model's own deadline for one answer does that.
    """

    def __init__(self, model: Model, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.model, self.seconds, self._clock = model, seconds, clock
        self._end = clock() + seconds

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def sha256(self) -> str:
        return self.model.sha256

    def judge(self, questions: Sequence[JudgeQuestion]) -> tuple[float | Skipped, ...]:
        """What the model says, or for each question that its time is up."""
        late = self._late()
        return self.model.judge(questions) if late is None else (late,) * len(questions)

    def choose(self, question: ChooseQuestion) -> tuple[float, ...] | Skipped:
        """What the model says, or that its time is up."""
        late = self._late()
        return self.model.choose(question) if late is None else late

    def _late(self) -> Skipped | None:
        if self._clock() < self._end:
            return None
        reason = f"its time budget of {self.seconds:g} s is used up; rules and ranking decide the rest"
        return Skipped(f"model {self.name}", reason)
