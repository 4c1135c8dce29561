"""How well a work fits the words of a topic: the words and word pairs that it bears, and what else its title says."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from texscholar.library import terms
from texscholar.recommend.background import mass, weight
from texscholar.related_work.topic import spellings, variants

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from texscholar.lfm import Query
    from texscholar.recommend import Candidature, Evidence
    from texscholar.related_work.topic import Part, Topic, Word

_ASKED = 0.8  # what fitting a query of a model's counts beside fitting the author's words
_OWN = 0.08  # an own work may fit this much less well and still come first
_SETTING = 0.5  # what the setting of a topic weighs beside its subject
_FOCUS = 0.15  # what the share of a title that the topic covers weighs
_APART = 0.5  # what a word pair counts whose words both stand in a title, but not side by side
_TURNED = 0.25  # the same where they stand in the other order
_HYPHEN = 2.0  # what a hyphen between them makes of a pair's weight: "low-resource" says more than its halves
_TELLING = 0.6  # of the weight of a subject's rarest word: a work that bears only commoner ones does not fit
_COMMON = 0.45  # rarity below which a word is no more than company for a rarer one
_COUSIN = 0.6  # what a word counts that shares no more than the stem: "optimal" for "optimizers"
_FEW_TITLES = 10
_AROUND = 3  # entries on either side
_BY_KEY, _BY_TEXT = 0.5, 0.4  # what a topic word counts in a key, in an abstract or a sentence that cites the work
_WORD = re.compile(r"[^\W_]+")
_INFLECTIONS = frozenset({"", "s", "es", "e", "ed", "ing", "y", "ies"})


@dataclass(frozen=True, slots=True)
class Fit:
    """How a work fits a topic: all between 0 and 1, and ``subject`` the number of the subject that it fits best.

    ``covered`` is how much of that subject it bears, ``setting`` how much of the setting, ``focus`` how much of its
    title the topic covers, ``whole`` all of these in one.
    """

    work: Candidature
    whole: float = 0.0
    covered: float = 0.0
    setting: float = 0.0
    focus: float = 0.0
    subject: int = 0

    @property
    def relevance(self) -> float:
        """``whole``, own works a little before others."""
        return min(1.0, self.whole + _OWN * self.work.is_own) if self.whole else 0.0

    @property
    def rank(self) -> tuple[float, bool, str, str, str]:
        return (-self.relevance, not self.work.is_own, self.work.key, self.work.origin, self.work.record)


def rarity_in(evidence: Evidence) -> Callable[[str], float]:
    """How rare a term is among the paper's own titles and at large; at large only where own ones are too few."""
    return evidence.rarity if len(evidence.own) >= _FEW_TITLES else weight


def best_fit(work: Candidature, topic: Topic, asked: Sequence[tuple[Topic, Query]], evidence: Evidence) -> Fit:
    """How relevant a work is for the topic, or a little less for a query of a model's that it fits better."""
    fit = fit_of(work, topic, evidence)
    for other, query in asked:
        if query.covers(work.work.year):
            fit = replace(fit, whole=max(fit.whole, _ASKED * fit_of(work, other, evidence).whole))
    return fit


def fit_of(work: Candidature, topic: Topic, evidence: Evidence) -> Fit:
    """How much of the topic's words and word pairs a work bears, and how much else its title says.

    One subject of several is enough; the setting alone is not.
    """
    seen = _Seen(work, evidence)
    subjects = [seen.share_of(part) for part in topic.subjects]
    best = max(subjects, default=0.0)
    setting = sum(map(seen.share_of, topic.setting)) / len(topic.setting) if topic.setting else 0.0
    focus = mass(work.title_words & topic.terms) / work.title_mass
    if not best:
        return Fit(work, setting=setting, focus=focus)
    main = subjects.index(best)
    missing = 1 - best
    for share in (*subjects[:main], *subjects[main + 1 :]):
        missing *= 1 - share / 3
    covered = 1 - missing
    if topic.setting:
        covered = (covered + _SETTING * setting) / (1 + _SETTING)
    return Fit(work, (1 - _FOCUS) * covered + _FOCUS * focus, best, setting, focus, main)


def topic_signs(fits: Sequence[Fit]) -> tuple[dict[str, float], ...]:
    """Of each work the named signs of how it fits, beside the others; own works stand in their bibliography's order.

    Entries that an author added for one section stand together, so that what fits speaks for its neighbours.
    """
    best = max((fit.whole for fit in fits), default=0.0) or 1.0
    own = [at for at, fit in enumerate(fits) if fit.work.is_own]
    around = {at: _mean([fits[each].whole for each in _beside(own, place)]) for place, at in enumerate(own)}
    return tuple(
        {
            "topic covered": fit.covered,
            "topic setting": fit.setting,
            "topic focus": fit.focus,
            "topic fit": fit.whole,
            "topic fit of best": fit.whole / best,
            "topic fit around": around.get(at, 0.0),
        }
        for at, fit in enumerate(fits)
    )


def _beside(own: Sequence[int], place: int) -> Sequence[int]:
    return [*own[max(0, place - _AROUND) : place], *own[place + 1 : place + 1 + _AROUND]]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _kinship(wanted: str, other: str) -> float:
    """How near two words of one stem are: 1 where one is an inflection of the other or they share a suffix."""
    shared = max(_shared(spelling, other.lower()) for spelling in spellings(wanted))
    rests = (wanted[shared:].lower(), other[shared:].lower())
    longer_than_stem = any(shared > len(term) for term in terms(other))
    return 1.0 if longer_than_stem or _INFLECTIONS & set(rests) else _COUSIN


def _shared(one: str, other: str) -> int:
    """How many characters two words begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


class _Seen:
    """Where the words of a topic are looked for in a work."""

    def __init__(self, work: Candidature, evidence: Evidence) -> None:
        self._work, self._rarity = work, rarity_in(evidence)
        self._pairs = frozenset(work.phrases)
        self._title = work.title_words | {first + second for first, second in work.phrases}
        self._written: defaultdict[str, set[str]] = defaultdict(set)
        for other in _WORD.findall(work.work.title):
            for term in terms(other):
                self._written[term].add(other)
        citances = evidence.citances.get(work.key, ()) if work.is_own else ()
        self._text = work.abstract_terms | {term for order in citances for term in evidence.sentence_terms(order)}

    def share_of(self, part: Part) -> float:
        """How much of the weight of a part's words and word pairs is found, between 0 and 1."""
        found = total = telling = 0.0
        rarest = max((self._weight(word) for word in part.words), default=0.0)
        least = min(rarest, max(_TELLING * rarest, _COMMON))
        joined = {word for pair in part.pairs if self._is_joined(*pair) for word in pair}
        for word in part.words:
            weight = self._weight(word)
            share = 1.0 if word in joined else self._word(word)
            found += weight * share
            total += weight
            telling = max(telling, share if weight >= least else 0.0)
        for first, second in part.pairs:
            weight = (self._weight(first) + self._weight(second)) / 2 * (1.0 if second.gap == " " else _HYPHEN)
            found += weight * self._pair(first, second)
            total += weight
        return found / total if telling else 0.0

    def _weight(self, word: Word) -> float:
        return min(self._rarity(term) for term in variants(word) or (word.term,))

    def _word(self, word: Word) -> float:
        forms = frozenset(variants(word))
        if forms & self._title:
            return max((_kinship(word.text, other) for form in forms for other in self._written[form]), default=1.0)
        return max(_BY_KEY * bool(forms & self._work.key_terms), _BY_TEXT * bool(forms & self._text))

    def _pair(self, first: Word, second: Word) -> float:
        ones, others = variants(first), variants(second)
        if self._is_joined(first, second) or any((one, other) in self._pairs for one in ones for other in others):
            return 1.0
        if not (self._title & set(ones) and self._title & set(others)):
            return 0.0
        order = [term for term in self._work.title_terms if term in ones or term in others]
        return _APART if order and order[0] in ones else _TURNED

    def _is_joined(self, first: Word, second: Word) -> bool:
        """Whether the title writes as one word what the topic writes as two."""
        return first.term + second.term in self._work.title_words
