"""How the model's judgement enters: it may move confidence and order a little, never add a work.

What real LFM weights know about citations has not been measured yet, so their say is bounded: the order changes only
among candidates that ranking holds nearly equal, and a place far below the threshold stays below it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from texscholar.errors import Skipped
from texscholar.recommend import Candidate, Locus, Ranking, logit, sigmoid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from texscholar.lfm import Model, Option

LFM_REACH = 0.75
"""How far, in log-odds, each of the model's two answers can move a score."""

_SAY = 0.5  # weight of the model's log-odds before they are cut off at its reach


@dataclass(frozen=True, slots=True)
class Choice:
    """A place's candidates after all have spoken, best first; ``asked``: whether the model was one of them."""

    candidates: tuple[Candidate, ...]
    asked: bool = False

    @property
    def confidence(self) -> float:
        return self.candidates[0].score if self.candidates else 0.0


def choose(locus: Locus, ranking: Ranking, model: Model | None, *, wanted: bool, paper: str = "") -> Choice | Skipped:
    """The ranking as it is, or with what the model says of it.

    Args:
        locus: the sentence.
        ranking: its candidates.
        model: None for no model.
        wanted: the author said that a citation is missing, so the model is not asked whether.
        paper: what the paper says about itself.
    """
    if model is None or not ranking.candidates:
        return Choice(ranking.candidates)
    from texscholar.lfm import ChooseQuestion, JudgeQuestion  # noqa: PLC0415 - most runs have no model

    sentence = locus.sentence
    before, after = locus.neighbour(-1), locus.neighbour(1)
    place = (before.text if before else "", sentence.section[-1] if sentence.section else "")
    need = 0.0
    if not wanted:
        judged = model.judge((JudgeQuestion(sentence.text, place[0], after.text if after else "", place[1], paper),))[0]
        if isinstance(judged, Skipped):
            return judged
        need = _bounded(logit(judged))
    offered, rest = _within_reach(ranking.candidates)
    said: tuple[float, ...] | Skipped = (1.0, 0.0)
    if len(offered) > 1:
        said = model.choose(ChooseQuestion(sentence.text, tuple(map(_option, offered)), *place, paper))
    if isinstance(said, Skipped):
        return said
    if len(said) != len(offered) + 1:
        return Skipped(f"model {model.name}", "it gave another number of answers than there were options")
    moved = (*_moved_apart(offered, said[:-1], need), *(_moved(candidate, need) for candidate in rest))
    asked = not wanted or len(offered) > 1
    return Choice(tuple(sorted(moved, key=lambda candidate: -candidate.score)), asked)


def _within_reach(candidates: Sequence[Candidate]) -> tuple[Sequence[Candidate], Sequence[Candidate]]:
    """Those of the ordered candidates that the model could bring to the top, and those that it could not.

    The model reads only what its word can matter for: with half the works its answer takes half the time.
    """
    least = logit(candidates[0].score) - 2 * LFM_REACH
    count = sum(logit(candidate.score) >= least for candidate in candidates)
    return candidates[:count], candidates[count:]


def _option(candidate: Candidate) -> Option:
    from texscholar.lfm import Option  # noqa: PLC0415 - as in choose

    work = candidate.work.work
    return Option(work.title, tuple(author.family for author in work.authors), work.year, work.venue)


def _moved_apart(candidates: Sequence[Candidate], chosen: Sequence[float], need: float) -> Iterator[Candidate]:
    """Each score moved by the model's preference for its work against the average one, and by need."""
    preference = [math.log(max(share, 1e-9)) for share in chosen]
    middle = sum(preference) / len(preference)
    for candidate, said in zip(candidates, preference, strict=True):
        yield _moved(candidate, _bounded(said - middle) + need)


def _moved(candidate: Candidate, step: float) -> Candidate:
    return replace(candidate, score=sigmoid(logit(candidate.score) + step))


def _bounded(log_odds: float) -> float:
    if math.isnan(log_odds):
        return 0.0  # an answer that says nothing
    return max(-LFM_REACH, min(LFM_REACH, _SAY * log_odds))
