"""How far the model's judgement reaches: it moves scores a little, and never adds or drops a work."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.bibtex import Author, Work
from texscholar.errors import Skipped
from texscholar.latex import read_project
from texscholar.lfm import ChooseQuestion, JudgeQuestion, Option
from texscholar.recommend import Candidate, Candidature, Evidence, Locus, Ranking, logit
from texscholar.source import SourceText
from texscholar.suggest import LFM_REACH, Choice, choose

if TYPE_CHECKING:
    from collections.abc import Sequence

BODY = "\\section{Grass}\\subsection{Green} Rain falls. Grass grows. Cows eat."
CLOSE = 1e-6  # in log-odds


@dataclass
class Fake:
    """A model that gives prepared answers and keeps what it was asked."""

    judged: float | Skipped = 0.5
    chosen: tuple[float, ...] | Skipped = ()
    name: str = "fake"
    sha256: str = "0" * 64
    adapter: None = None
    asked: list[JudgeQuestion | ChooseQuestion] = field(default_factory=list)

    def judge(self, questions: Sequence[JudgeQuestion]) -> tuple[float | Skipped, ...]:
        self.asked += questions
        return tuple(self.judged for _ in questions)

    def choose(self, question: ChooseQuestion) -> tuple[float, ...] | Skipped:
        self.asked.append(question)
        if isinstance(self.chosen, Skipped):
            return self.chosen
        return (*self.chosen[: len(question.options)], *self.chosen[-1:])


def locus_of(body: str = BODY, number: int = 1) -> Locus:
    source = SourceText("main.tex", f"\\documentclass{{article}}\\begin{{document}}\n{body}\n\\end{{document}}\n")
    return Evidence(read_project("main.tex", {"main.tex": source}.get), ()).loci[number]


def ranking_of(*scores: float) -> Ranking:
    """A ranking of works called 0, 1, 2 … with these scores."""
    works = [
        Candidature(str(number), Work(f"Title {number}"), "bib", str(number), number) for number in range(len(scores))
    ]
    return Ranking(tuple(Candidate(work, score, ()) for work, score in zip(works, scores, strict=True)), ())


def chosen_by(model: Fake | None, *scores: float, wanted: bool = False) -> Choice:
    choice = choose(locus_of(), ranking_of(*scores), model, wanted=wanted)
    assert isinstance(choice, Choice)
    return choice


def keys(choice: Choice) -> list[str]:
    return [candidate.work.key for candidate in choice.candidates]


def test_no_model_changes_nothing() -> None:
    """Without a model the candidates stay as ranking left them."""
    assert Choice(ranking_of(0.9, 0.2, 0.2).candidates, asked=False) == chosen_by(None, 0.9, 0.2, 0.2)


@pytest.mark.parametrize("wanted", [False, True])
def test_no_candidates_no_question(wanted: bool) -> None:
    """A model is not asked about nothing."""
    model = Fake()
    assert (Choice(()), []) == (chosen_by(model, wanted=wanted), model.asked)
    assert Choice(()).confidence == 0


@pytest.mark.parametrize("share", [0.2, 0.001, 0.0])
@pytest.mark.parametrize("wanted", [False, True])
def test_equal_preference_changes_nothing(share: float, wanted: bool) -> None:
    """A model that prefers no work and is undecided about need leaves scores and order."""
    choice = chosen_by(Fake(0.5, (share, share, share, 0.4)), 0.7, 0.3, 0.1, wanted=wanted)
    assert keys(choice) == ["0", "1", "2"]
    assert pytest.approx([0.7, 0.3, 0.1]) == [candidate.score for candidate in choice.candidates]


def test_probability_of_none_moves_nothing() -> None:
    """What the model holds of none of the works does not count; whether one is needed is asked apart."""
    sure, unsure = Fake(0.5, (0.1, 0.2, 0.7)), Fake(0.5, (0.1, 0.2, 0.0))
    assert chosen_by(sure, 0.6, 0.5) == chosen_by(unsure, 0.6, 0.5)


def test_preferred_work_rises() -> None:
    """Among works that ranking holds nearly equal the model's choice comes first."""
    choice = chosen_by(Fake(0.5, (0.1, 0.8, 0.1)), 0.6, 0.55)
    assert keys(choice) == ["1", "0"]
    assert choice.confidence == choice.candidates[0].score > 0.55


def test_clear_order_stands() -> None:
    """A work far behind does not come first, whatever the model says."""
    assert keys(chosen_by(Fake(0.5, (0.0, 1.0, 0.0)), 0.9, 0.1)) == ["0", "1"]


def test_equal_scores_keep_their_order() -> None:
    """Works that are equal after all have spoken stay as ranking left them."""
    assert keys(chosen_by(Fake(0.9, (0.3, 0.3, 0.3, 0.1)), 0.5, 0.5, 0.5)) == ["0", "1", "2"]


@pytest.mark.parametrize(("judged", "direction"), [(1.0, 1), (0.0, -1), (0.9, 1), (0.1, -1)])
def test_need_moves_all_alike(judged: float, direction: int) -> None:
    """Whether the sentence needs a citation moves all its candidates by the same step, within the reach."""
    choice = chosen_by(Fake(judged, (0.5, 0.5, 0.0)), 0.6, 0.4)
    steps = [logit(new.score) - logit(old) for new, old in zip(choice.candidates, (0.6, 0.4), strict=True)]
    assert pytest.approx(steps[0]) == steps[1]
    assert 0 < direction * steps[0] <= LFM_REACH + CLOSE


def test_certainty_of_the_model_is_cut_off() -> None:
    """A model that is wholly sure of both its answers moves the best work by its reach twice."""
    choice = chosen_by(Fake(1.0, (1.0, 0.0, 0.0)), 0.5, 0.5)
    assert pytest.approx(2 * LFM_REACH) == logit(choice.candidates[0].score)
    assert pytest.approx(0, abs=CLOSE) == logit(choice.candidates[1].score)


def test_wanted_asks_no_judge() -> None:
    """Where the author wants a citation the model is only asked which."""
    model = Fake(Skipped("model", "unasked"), (0.5, 0.5, 0.0))
    chosen_by(model, 0.6, 0.4, wanted=True)
    assert [ChooseQuestion] == [type(question) for question in model.asked]


@pytest.mark.parametrize("wanted", [False, True])
@pytest.mark.parametrize(
    "model",
    [
        Fake(Skipped("m", "slow"), (0.5, 0.5)),
        Fake(0.5, Skipped("m", "slow")),
        Fake(Skipped("m", "slow"), Skipped("m", "slow")),
    ],
)
def test_skipped_passes_through(model: Fake, wanted: bool) -> None:
    """What the model could not answer is given back with its reason, unless it was not asked."""
    unasked = wanted and not isinstance(model.chosen, Skipped)
    ranking = ranking_of(0.5, 0.5)
    expected = Choice(ranking.candidates, asked=True) if unasked else Skipped("m", "slow")
    assert expected == choose(locus_of(), ranking, model, wanted=wanted)


def test_failed_judge_is_not_asked_to_choose() -> None:
    """After the first failure no second question follows."""
    model = Fake(Skipped("m", "slow"))
    choose(locus_of(), ranking_of(0.5), model, wanted=False)
    assert [JudgeQuestion] == [type(question) for question in model.asked]


def test_questions() -> None:
    """The model reads the paper, the sentence, its neighbours and innermost heading, and each work as it is listed."""
    work = Work("Graphs", (Author("Ng", "A."), Author("Li", "B.")), 2020, "NeurIPS")
    ranking = Ranking(tuple(Candidate(Candidature(key, work, "bib", key, 0), 0.5, ()) for key in "kl"), ())
    model = Fake(0.5, (0.5, 0.4, 0.1))
    choose(locus_of(), ranking, model, wanted=False, paper="On Grass")
    option = Option("Graphs", ("Ng", "Li"), 2020, "NeurIPS")
    assert model.asked == [
        JudgeQuestion("Grass grows.", "Rain falls.", "Cows eat.", "Green", "On Grass"),
        ChooseQuestion("Grass grows.", (option, option), "Rain falls.", "Green", "On Grass"),
    ]


def test_questions_about_a_lone_sentence() -> None:
    """What is not there is empty."""
    model = Fake(0.5, (0.5, 0.4, 0.1))
    choose(locus_of("Grass grows.", 0), ranking_of(0.5, 0.5), model, wanted=False)
    options = tuple(Option(f"Title {number}", (), None, "") for number in range(2))
    assert model.asked == [JudgeQuestion("Grass grows."), ChooseQuestion("Grass grows.", options)]


def test_only_works_within_reach_are_offered() -> None:
    """A work so far behind that no answer could bring it to the top is not read by the model, and keeps its place."""
    model = Fake(0.5, (0.1, 0.8, 0.1))
    choice = chosen_by(model, 0.6, 0.5, 0.3, 0.1)
    assert [len(question.options) for question in model.asked if isinstance(question, ChooseQuestion)] == [3]
    assert (keys(choice)[0], keys(choice)[-1], choice.candidates[-1].score) == ("1", "3", pytest.approx(0.1))


def test_nothing_to_choose() -> None:
    """Where one work alone is within reach the model is not asked which."""
    model = Fake(0.5, Skipped("m", "unasked"))
    assert keys(chosen_by(model, 0.9, 0.1)) == ["0", "1"]
    assert [type(question) for question in model.asked] == [JudgeQuestion]


@pytest.mark.parametrize(("scores", "wanted"), [((0.9, 0.1), False), ((0.5, 0.4), True), ((0.9, 0.1), True)])
def test_asked(scores: tuple[float, ...], wanted: bool) -> None:
    """A choice tells whether the model had a say in it: it has none where the author wants the one likely work."""
    model = Fake(0.5, (0.4, 0.4, 0.2))
    assert chosen_by(model, *scores, wanted=wanted).asked == bool(model.asked)


PROBABILITY = st.floats(0, 1)


@given(
    judged=PROBABILITY,
    pairs=st.lists(st.tuples(st.floats(1e-6, 1 - 1e-6), PROBABILITY), min_size=1, max_size=10),
    wanted=st.booleans(),
)
def test_reach_holds_for_any_answer(judged: float, pairs: list[tuple[float, float]], wanted: bool) -> None:
    """Whatever the model says, the same works come back, ordered, each moved by no more than its answers may."""
    ranking = ranking_of(*sorted((score for score, _ in pairs), reverse=True))
    choice = choose(locus_of(), ranking, Fake(judged, (*(said for _, said in pairs), 0.0)), wanted=wanted)
    assert isinstance(choice, Choice)
    before = {candidate.work.key: candidate for candidate in ranking.candidates}
    after = {candidate.work.key: candidate for candidate in choice.candidates}
    assert len(choice.candidates) == len(after)
    assert before == {key: replace(candidate, score=before[key].score) for key, candidate in after.items()}
    scores = [candidate.score for candidate in choice.candidates]
    assert sorted(scores, reverse=True) == scores
    reach = LFM_REACH * (1 if wanted else 2) + CLOSE
    assert all(abs(logit(after[key].score) - logit(before[key].score)) <= reach for key in before)
    assert all(math.isfinite(score) and 0 <= score <= 1 for score in scores)
