"""The outline draft of a related-work section: plain sentences made from the metadata of its works only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from texscholar.config import LONG, MEDIUM, SHORT
from texscholar.related_work.drafting import DraftSentence, Paragraph
from texscholar.related_work.hand import Hand, has_others

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from texscholar.recommend import Candidature
    from texscholar.related_work.phrases import Said
    from texscholar.related_work.planning import Plan
    from texscholar.related_work.themes import Theme

_OWN_SENTENCE = {SHORT: 1, MEDIUM: 4}  # works of a theme that get a sentence of their own; of a long draft all do
_FEWEST_TOGETHER = 2
_APART = 3  # turns between which two themes begin, so that they do not sound alike
_FEWEST_FOR_SURVEY = 3  # works of a theme in which a survey is told apart
_SURVEY = re.compile(
    r"(?:^|[:?!.–—-]\s+|\s-\s)(?:an?\s+)?(?:[\w-]+\s+){0,4}(?:survey|overview)(?=\s+(?:of|on|for)\b|[\s.?!]*$)"
    r"|[:–—]\s+(?:an?\s+)?(?:[\w-]+\s+){0,3}(?:literature\s+review|review)[\s.?!]*$"
    r"|^(?:an?\s+)?(?:[\w-]+\s+){0,2}(?:literature|systematic|critical|comprehensive)\s+review\s+(?:of|on)\b",
    re.IGNORECASE,
)
"""Titles that call their work a survey: ``X: A Survey``, ``An Overview of X``; no survey data, no product reviews."""
_RESOURCE = re.compile(
    r"(?:^|[:–—]\s+|\s-\s)an?\s+(?:[\w-]+\s+){0,5}(?:data\s?sets?|corpus|treebank|toolkit|tool\s?box)(?=\s+(?:of|for|in|to|with|from)\b|[\s.]*$)",
    re.IGNORECASE,
)
"""Titles that call their work a data set or a toolkit: ``X: A Parallel Corpus for Y``."""


def draft(plan: Plan, hand: Hand) -> tuple[Paragraph, ...]:
    """The paragraphs of a plan, one a theme; of many works, or in a short draft, the lesser ones are cited together."""
    filled = [theme for theme in plan.themes if theme.works]
    return tuple(
        Paragraph(theme.label, tuple(_sentences(_shared_out(theme, plan.relevance, hand.length), number, hand)))
        for number, theme in enumerate(filled)
    )


@dataclass(frozen=True, slots=True)
class _Shares:
    """The works of a theme by what is said of them; each in the order of the theme."""

    label: str
    singly: tuple[Candidature, ...]
    together: tuple[Candidature, ...] = ()
    survey: Candidature | None = None


def _shared_out(theme: Theme, relevance: Mapping[int, float], length: str) -> _Shares:
    """Who gets a sentence: the most relevant works; who comes at the end: a survey; the rest is cited together."""
    most = len(theme.works) if length == LONG else _OWN_SENTENCE[length]
    ranked = sorted(theme.works, key=lambda work: -relevance.get(id(work), 0.0))
    tells_survey = length != SHORT and len(theme.works) >= _FEWEST_FOR_SURVEY
    survey = next((work for work in ranked if tells_survey and _is_survey(work)), None)
    others = [work for work in ranked if work is not survey]
    best = {id(work) for work in (others if len(others) < most + _FEWEST_TOGETHER else others[:most])}
    rest = tuple(work for work in theme.works if id(work) not in best and work is not survey)
    singly = tuple(work for work in theme.works if id(work) in best)
    return _Shares(theme.label, singly, rest, survey)


def _sentences(shares: _Shares, number: int, hand: Hand) -> Iterator[DraftSentence]:
    """What is said of the theme with this number."""
    yield from _about_each(shares, number, hand)
    if shares.together:
        yield _about_all(shares, number, hand)
    if shares.survey:
        yield _about(shares.survey, hand.phrases.survey, hand)


def _about_each(shares: _Shares, number: int, hand: Hand) -> Iterator[DraftSentence]:
    """A sentence a work, in forms that take turns; the first one opens the theme."""
    phrases = hand.phrases
    before: int | None = None
    has_resource = False
    for place, work in enumerate(shares.singly):
        year = work.work.year
        turn = phrases.turns[(place - 1 + _APART * number) % len(phrases.turns)]
        gap = phrases.gap(before, year)
        if place == 0:
            yield _about(work, _opening(shares.label, number, hand), hand, label=shares.label)
        elif not has_resource and _RESOURCE.search(work.work.title):
            has_resource = True
            yield _about(work, phrases.resource, hand)
        elif gap and turn.after:
            yield _about(work, turn.after, hand, gap=gap)
        else:
            yield _about(work, turn.plain, hand)
        before = year


def _opening(label: str, number: int, hand: Hand) -> Said:
    """What the first sentence of a theme says."""
    phrases = hand.phrases
    if hand.text(label):
        return phrases.on[number % len(phrases.on)]
    return phrases.beyond if number else phrases.first


def _about(work: Candidature, said: Said, hand: Hand, *, label: str = "", gap: str = "") -> DraftSentence:
    who, title = hand.who(work), hand.title(work)
    form = said.alone if not who else said.by if not said.several or _is_one(work) else said.several
    if form.startswith("{who}"):
        who = hand.who(work, opens=True)
    text = hand.sentence(
        form,
        who=who,
        title=title.quoted,
        stop=title.stop,
        cite=hand.parenthetical([work]),
        label=hand.label(label),
        gap=hand.sentence(gap),
    )
    return DraftSentence(text, (work,), (work.work.title,) if "{title}" in form else ())


def _about_all(shares: _Shares, number: int, hand: Hand) -> DraftSentence:
    """One sentence that cites several works."""
    label = hand.label(shares.label)
    forms = hand.phrases.more if label else hand.phrases.more_unnamed
    text = hand.sentence(forms[number % len(forms)], label=label, cite=hand.parenthetical(shares.together))
    return DraftSentence(text, shares.together, (shares.label,) if label else ())


def _is_one(work: Candidature) -> bool:
    return len(work.work.authors) == 1 and not has_others(work)


def _is_survey(work: Candidature) -> bool:
    return _SURVEY.search(work.work.title) is not None
