"""The local LFM as the rest of the program sees it: its jobs, each answered or Skipped, over any backend."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, Self

from texscholar.errors import Skipped
from texscholar.lfm.agent import Query, SearchLibrary, explore
from texscholar.lfm.backend import STOPPED, Adapter, Backend, Generated, Generation, Sampling
from texscholar.lfm.budget import Budget
from texscholar.lfm.prompts import (
    ANGLES,
    Option,
    Prompt,
    ask_prompt,
    choose_prompt,
    close_prompt,
    judge_prompt,
    strip_thinking,
    write_prompt,
)
from texscholar.lfm.prose import prose, query_line, whole_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

DEADLINE = 120.0  # seconds that one answer may take where no budget is shorter

_QUERY_WORDS, _QUERY_TOKENS = 10, 40
_TRIES = 2  # for a query that says something new
_WARMER = Sampling(temperature=0.9, top_k=50, repeat_penalty=1.1)  # for a query that was asked already
_SAME = 0.6  # share of common words from which two queries are one
_PARAGRAPH_TOKENS = 60  # what a paragraph may take besides
_WORK_TOKENS = {"short": 30, "medium": 60, "long": 110}  # what it may take for each work


@dataclass(frozen=True, slots=True)
class JudgeQuestion:
    """A sentence that may need a citation, in its place; ``paper`` is what the paper says about itself."""

    sentence: str
    before: str = ""
    after: str = ""
    section: str = ""
    paper: str = ""


@dataclass(frozen=True, slots=True)
class ChooseQuestion:
    """A sentence that cites one of the options, or none."""

    sentence: str
    options: tuple[Option, ...]
    before: str = ""
    section: str = ""
    paper: str = ""


@dataclass(frozen=True, slots=True)
class AskQuestion:
    """A topic that papers are wanted for."""

    topic: str
    paper: str = ""


@dataclass(frozen=True, slots=True)
class WriteQuestion:
    """Works that a paragraph is to speak about, each with its abstract or what else is known of it.

    Without works: one sentence that sets the paper against the topic by ``claim``, what it says that it contributes.
    ``language`` is an ISO 639-1 code, ``length`` is ``short``, ``medium`` or ``long``.
    """

    topic: str
    works: tuple[tuple[Option, str], ...]
    paper: str = ""
    claim: str = ""
    language: str = "en"
    length: str = "medium"


class Model(Protocol):
    """What the program asks of a language model."""

    @property
    def name(self) -> str:
        """How it is called in reports."""

    @property
    def sha256(self) -> str:
        """Which it is exactly."""

    @property
    def adapter(self) -> Adapter | None:
        """The LoRA adapter on top of it."""

    def judge(self, questions: Sequence[JudgeQuestion]) -> tuple[float | Skipped, ...]:
        """For each sentence the probability that it needs a citation."""

    def choose(self, question: ChooseQuestion) -> tuple[float, ...] | Skipped:
        """The probability of each option and, last, of none."""

    def ask(self, question: AskQuestion) -> tuple[str, ...] | Skipped:
        """Search queries from several angles, no two alike."""

    def explore(self, question: AskQuestion, search: SearchLibrary) -> tuple[Query, ...] | Skipped:
        """The searches that the model made by itself with the tool ``search_library``."""

    def write(self, question: WriteQuestion) -> str | Skipped:
        """A paragraph of plain prose in which ``[1]`` … stand for the works, in whole sentences."""


class JobModel:
    """The jobs over a backend; close it, or use it in a ``with`` statement.

    Args:
        backend: what answers.
        seed: of whatever is drawn.
        budget: the seconds for all questions together.
    """

    def __init__(self, backend: Backend, *, seed: int = 0, budget: Budget | None = None) -> None:
        self._backend, self._seed, self._budget = backend, seed, budget or Budget()

    @property
    def name(self) -> str:
        return self._backend.name

    @property
    def sha256(self) -> str:
        return self._backend.sha256

    @property
    def adapter(self) -> Adapter | None:
        return self._backend.adapter

    def judge(self, questions: Sequence[JudgeQuestion]) -> tuple[float | Skipped, ...]:
        """For each sentence the probability that it needs a citation."""
        return tuple(self._judge(question) for question in questions)

    def _judge(self, q: JudgeQuestion) -> float | Skipped:
        chances = self._chances(judge_prompt(q.paper, q.before, q.sentence, q.after, q.section))
        return chances if isinstance(chances, Skipped) else chances[0]

    def choose(self, question: ChooseQuestion) -> tuple[float, ...] | Skipped:
        """The probability of each option and, last, of none."""
        q = question
        return self._chances(choose_prompt(q.paper, q.sentence, q.before, q.section, q.options))

    def ask(self, question: AskQuestion) -> tuple[str, ...] | Skipped:
        """Search queries from several angles in turn, no two alike."""
        queries: list[str] = []
        for number, (_, angle) in enumerate(ANGLES):
            query = self._new_query(question, angle, queries, self._seed + number)
            if isinstance(query, Skipped):
                return tuple(queries) or query
            if query:
                queries.append(query)
        return tuple(queries) or self._skipped("it gave no search query")

    def _new_query(self, question: AskQuestion, angle: str, asked: Sequence[str], seed: int) -> str | Skipped:
        """A query unlike those asked already, drawn more freely where the first one is not; empty if none is."""
        prompt = ask_prompt(question.paper, question.topic, angle, asked)
        wanted = Generation(prompt, _QUERY_TOKENS, query_line(_QUERY_WORDS), seed=seed)
        for number in range(_TRIES):
            said = self.generate(replace(wanted, sampling=_WARMER if number else None))
            if isinstance(said, Skipped):
                return said
            query = _query_in(said)
            if query and not any(_alike(query, other, question.topic) for other in asked):
                return query
        return ""

    def explore(self, question: AskQuestion, search: SearchLibrary) -> tuple[Query, ...] | Skipped:
        """The searches that the model made by itself with the tool ``search_library``."""
        return explore(self.generate, question.paper, question.topic, search, seed=self._seed)

    def write(self, question: WriteQuestion) -> str | Skipped:
        """A paragraph of plain prose in which ``[1]`` … stand for the works, in whole sentences."""
        said = self.generate(draft_of(question, seed=self._seed))
        if isinstance(said, Skipped):
            return said
        text = whole_sentences(said.text)
        if text and prose(len(question.works)).accepts(text):
            return text
        return self._skipped("its draft had no whole sentence in the form agreed")

    def generate(self, request: Generation) -> Generated | Skipped:
        """A text, unless the time is up."""
        seconds = self._seconds()
        return self._backend.generate(request, seconds) if seconds else self._late()

    def _chances(self, prompt: Prompt) -> tuple[float, ...] | Skipped:
        seconds = self._seconds()
        if not seconds:
            return self._late()
        scores = self._backend.score(prompt, seconds)
        if isinstance(scores, Skipped):
            return scores
        if len(scores) != len(prompt.answers) or not all(map(math.isfinite, scores)):
            return self._skipped("it gave no score for each answer")
        return probabilities(scores)

    def _seconds(self) -> float:
        return min(DEADLINE, self._budget.left)

    def _late(self) -> Skipped:
        used = f"its time budget of {self._budget.seconds:g} s is used up"
        return self._skipped(f"{used}; rules and ranking decide the rest")

    def _skipped(self, reason: str) -> Skipped:
        return Skipped(f"model {self.name}", reason)

    def close(self) -> None:
        """End the backend."""
        self._backend.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def draft_of(question: WriteQuestion, *, seed: int, sampling: Sampling | None = None) -> Generation:
    """The paragraph, or the closing sentence, to be generated for a question."""
    q = question
    if q.works:
        prompt = write_prompt(q.paper, q.topic, q.works, claim=q.claim, language=q.language, length=q.length)
    else:
        prompt = close_prompt(q.paper, q.topic, claim=q.claim, language=q.language)
    tokens = _PARAGRAPH_TOKENS + _WORK_TOKENS[q.length] * len(q.works)
    return Generation(prompt, tokens, prose(len(q.works)), sampling, seed)


def probabilities(scores: Sequence[float]) -> tuple[float, ...]:
    """Log-probabilities of answers, normalised to these answers (softmax)."""
    top = max(scores)
    weights = [math.exp(score - top) for score in scores]
    return tuple(weight / sum(weights) for weight in weights)


def _query_in(said: Generated) -> str:
    """The search query that a model gave; empty where it keeps to no form that a query has."""
    first = next(iter(strip_thinking(said.text).splitlines()), "")
    words = " ".join(first.split()).strip("\"'.").split(" ")
    kept = words if said.ended == STOPPED else words[:-1]  # the last one may be cut off
    query = " ".join(kept[:_QUERY_WORDS])
    return query if query_line(_QUERY_WORDS).accepts(query) else ""


def _alike(one: str, other: str, topic: str) -> bool:
    """Whether two queries ask for nearly the same, by their words beside those of the topic, which all may have."""
    common = set(topic.casefold().split())
    first, second = (set(query.casefold().split()) - common for query in (one, other))
    if not first or not second:
        return first == second
    return len(first & second) >= _SAME * min(len(first), len(second))
