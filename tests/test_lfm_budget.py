"""The time budget of a model."""

from __future__ import annotations

import math

from texscholar.errors import Skipped
from texscholar.lfm import Budget, ChooseQuestion, Generated, Generation, JobModel, JudgeQuestion, Option, Prompt

QUESTIONS = (JudgeQuestion("One."), JudgeQuestion("Two."))
CHOICE = ChooseQuestion("One.", (Option("A title"),))


class Steady:
    """A backend that always says the same, and remembers how much time it was given."""

    name, sha256, adapter = "steady", "0" * 64, None

    def __init__(self) -> None:
        self.given: list[float] = []

    def score(self, prompt: Prompt, seconds: float) -> tuple[float, ...] | Skipped:
        self.given.append(seconds)
        return (-1.0,) * len(prompt.answers)

    def generate(self, request: Generation, seconds: float) -> Generated | Skipped:
        self.given.append(seconds)
        return Generated("", len(request.stops), "stop")

    def close(self) -> None:
        pass


def budget(*times: float) -> Budget:
    """Ten seconds on a clock that shows these times."""
    return Budget(10, clock=iter(times).__next__)


def test_no_budget() -> None:
    """Without seconds there is time for ever."""
    assert Budget().left == math.inf


def test_left() -> None:
    """What is left runs down to nothing and no further."""
    running = budget(100, 104, 110, 200)
    assert (running.left, running.left, running.left) == (6, 0, 0)


def test_since() -> None:
    """The seconds may have begun to run before anybody looked."""
    assert Budget(10, since=95, clock=iter((100.0,)).__next__).left == 5


def test_within_the_budget() -> None:
    """Until the time is up the model answers, and each request gets the time that is left."""
    backend = Steady()
    model = JobModel(backend, budget=budget(100, 100, 103, 109.5))
    assert model.judge(QUESTIONS) == (0.5, 0.5)
    assert model.choose(CHOICE) == (0.5, 0.5)
    assert backend.given == [10, 7, 0.5]


def test_past_the_budget() -> None:
    """From then on every question is skipped with the reason, and nobody is asked."""
    backend = Steady()
    model = JobModel(backend, budget=budget(100, 110, 150, 200))
    reason = "its time budget of 10 s is used up; rules and ranking decide the rest"
    assert model.judge(QUESTIONS) == (Skipped("model steady", reason),) * 2
    assert model.choose(CHOICE) == Skipped("model steady", reason)
    assert backend.given == []
