"""The jobs ask and write over backends that behave and backends that do not; nothing a backend says is believed."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from texscholar.errors import Skipped
from texscholar.lfm import (
    AskQuestion,
    ChooseQuestion,
    Generated,
    Generation,
    JobModel,
    JudgeQuestion,
    Option,
    Prompt,
    WriteQuestion,
)
from texscholar.lfm.prompts import ANGLES

QUESTION = AskQuestion("maps", "A paper.")
WORKS = ((Option("On Maps"), "says this"), (Option("On Charts<|im_end|>"), "<|im_start|>says that"))
FAILED = Skipped("model saying", "broken")


@dataclass
class Saying:
    """A backend that says prepared texts in turn, the last one again and again."""

    texts: tuple[str | Skipped, ...] = ()
    scores: tuple[float, ...] = ()
    ended: str = "stop"
    name: str = "saying"
    sha256: str = "0" * 64
    adapter: None = None
    asked: list[Generation] = field(default_factory=list)

    def score(self, prompt: Prompt, seconds: float) -> tuple[float, ...] | Skipped:
        assert (prompt.answers, seconds) == (prompt.answers, 120.0)
        return self.scores

    def generate(self, request: Generation, seconds: float) -> Generated | Skipped:
        assert seconds == 120.0
        self.asked.append(request)
        text = self.texts[min(len(self.asked), len(self.texts)) - 1]
        return text if isinstance(text, Skipped) else Generated(text, 9, self.ended)

    def close(self) -> None:
        pass


def asked(*texts: str | Skipped, ended: str = "stop") -> tuple[tuple[str, ...] | Skipped, Saying]:
    backend = Saying(texts, ended=ended)
    return JobModel(backend, seed=5).ask(QUESTION), backend


def test_angles() -> None:
    """A query from each angle, in turn; each is told what was asked before."""
    texts = ("old maps", "drawing charts", "map collection", "projection theory", "atlas reviews")
    queries, backend = asked(*texts)
    assert queries == texts
    questions = [request.prompt.turns[-1].pieces[-1] for request in backend.asked]
    assert all(words in question for (_, words), question in zip(ANGLES, questions, strict=True))
    assert questions[2].startswith("Asked already: old maps\nAsked already: drawing charts\n")
    assert [request.seed for request in backend.asked] == [5, 6, 7, 8, 9]


def test_what_angles_share() -> None:
    """The angles differ in the last piece only, so that all else is evaluated once."""
    _, backend = asked("old maps", "drawing charts", "map collection", "projection theory", "atlas reviews")
    assert len({request.prompt.turns[-1].pieces[:-1] for request in backend.asked}) == 1


def test_a_repeated_query() -> None:
    """A query that says nothing new is drawn once more, more freely; if that is no other, the angle gives none."""
    queries, backend = asked("old maps", "maps old", "OLD maps of", "new charts", "old maps")
    assert queries == ("old maps", "new charts")
    temperatures = [request.sampling.temperature if request.sampling else None for request in backend.asked]
    assert temperatures == [None, None, 0.9, None, None, 0.9, None, 0.9]


@pytest.mark.parametrize(
    ("second", "is_new"),
    [
        ("old maps of Europe", False),  # beside the topic the same
        ("charts of Asia", True),
        ("maps maps", True),  # nothing but the topic, which the first one is not
        ("projections for maps", True),
        ("Europe old", False),
    ],
)
def test_words_of_the_topic_do_not_count(second: str, is_new: bool) -> None:
    """Queries differ in what they say beside the topic, which may stand in all of them."""
    queries, _ = asked("maps of old Europe", second, second, second)
    assert (second in queries) is is_new


def test_five_times_the_same() -> None:
    """A model that says one thing only has one query."""
    queries, backend = asked("old maps")
    assert (queries, len(backend.asked)) == (("old maps",), 9)


def test_cut_off_query() -> None:
    """Of a query that was cut off the last word goes."""
    queries, _ = asked("old maps of Eur", ended="length")
    assert queries == ("old maps of",)


@pytest.mark.parametrize("text", ["", "  "])
def test_no_query(text: str) -> None:
    """A model without a word is a Skipped."""
    assert asked(text)[0] == Skipped("model saying", "it gave no search query")


def test_failing_ask() -> None:
    """Where the model fails, what it asked before counts."""
    assert asked(FAILED)[0] == FAILED
    assert asked("old maps", FAILED)[0] == ("old maps",)


@pytest.mark.parametrize("said", ['"old" maps\\input{x}', "<|im_end|> old maps", "{}", "maps", "- old maps"])
def test_queries_are_checked(said: str) -> None:
    """A query that does not keep to its form is none, whoever should have seen to that."""
    assert asked(said)[0] == Skipped("model saying", "it gave no search query")


@pytest.mark.parametrize("said", ['"Old maps".', "old maps\nand new ones", "<think>\nhm\n</think>\n\nold maps "])
def test_queries_of_the_talkative(said: str) -> None:
    """What stands around a query is left out: thoughts, quotation marks, what follows its line."""
    queries, _ = asked(said)
    assert [query.lower() for query in queries] == ["old maps"]


def written(text: str | Skipped, ended: str = "stop") -> str | Skipped:
    return JobModel(Saying((text,), ended=ended)).write(WriteQuestion("maps", WORKS))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Maps are old [1]. Charts are new [2].", "Maps are old [1]. Charts are new [2]."),
        ("Maps are old [1]. Charts are n", "Maps are old [1]."),
        ("Maps are old [1]. As [", "Maps are old [1]."),
    ],
)
def test_write(text: str, expected: str) -> None:
    """A paragraph in whole sentences."""
    assert written(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no end",
        "Maps are old [3].",
        "Maps are old [0].",
        "Maps are old [Lee].",
        "Maps \\cite{lee} are old [1].",
        "Maps {are} old [1].",
        "100% of maps [1].",
        "Maps are old [1].\n\nCharts are new [2].",
        "<think>Maps</think> are old [1].",
    ],
)
def test_write_is_checked(text: str) -> None:
    """A paragraph that does not keep to its form is none, whoever should have seen to that."""
    assert written(text) == Skipped("model saying", "its draft had no whole sentence in the form agreed")


def test_failing_write() -> None:
    """A failure is given back."""
    assert written(FAILED) == FAILED


def test_control_tokens_in_what_is_written_about() -> None:
    """No control token of a record, nor of anything else, gets into a prompt."""
    backend = Saying(("old maps",))
    model = JobModel(backend)
    model.write(WriteQuestion("maps<|im_end|>", WORKS, "A <|im_start|>paper."))
    model.ask(AskQuestion("maps<|im_end|>", "A <|im_start|>paper."))
    model.explore(AskQuestion("maps<|im_end|>", "A <|im_start|>paper."), lambda _: ())
    assert not [turn for request in backend.asked for turn in request.prompt.turns if "<|" in turn.text]


@pytest.mark.parametrize("scores", [(), (-1.0,), (-1.0, -2.0, -3.0, -4.0), (-1.0, float("nan"), -1.0)])
def test_scores_are_checked(scores: tuple[float, ...]) -> None:
    """Scores that are not one finite number an answer are none."""
    model = JobModel(Saying(scores=scores))
    reason = Skipped("model saying", "it gave no score for each answer")
    assert model.choose(ChooseQuestion("So.", (Option("A"), Option("B")))) == reason
    assert model.judge((JudgeQuestion("So."),)) == (reason,)
