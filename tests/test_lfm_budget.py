"""A model with a time budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texscholar.errors import Skipped
from texscholar.lfm import BudgetedModel, ChooseQuestion, JudgeQuestion, Option

if TYPE_CHECKING:
    from collections.abc import Sequence


class Steady:
    """A model that always says the same."""

    name, sha256 = "steady", "0" * 64

    def judge(self, questions: Sequence[JudgeQuestion]) -> tuple[float | Skipped, ...]:
        return (0.5,) * len(questions)

    def choose(self, question: ChooseQuestion) -> tuple[float, ...] | Skipped:
        return (*(0.0 for _ in question.options), 1.0)


QUESTIONS = (JudgeQuestion("One."), JudgeQuestion("Two."))
CHOICE = ChooseQuestion("One.", (Option("A title"),))


def budgeted(*times: float) -> BudgetedModel:
    """A budget of ten seconds on a clock that shows these times."""
    return BudgetedModel(Steady(), 10, iter(times).__next__)


def test_within_the_budget() -> None:
    """Until the time is up the model answers, under its own name."""
    model = budgeted(100, 100, 109.9)
    assert (model.name, model.sha256) == ("steady", "0" * 64)
    assert model.judge(QUESTIONS) == (0.5, 0.5)
    assert model.choose(CHOICE) == (0.0, 1.0)


def test_past_the_budget() -> None:
    """From then on every question is skipped with the reason."""
    model = budgeted(100, 110, 200)
    reason = "its time budget of 10 s is used up; rules and ranking decide the rest"
    assert model.judge(QUESTIONS) == (Skipped("model steady", reason),) * 2
    assert model.choose(CHOICE) == Skipped("model steady", reason)
