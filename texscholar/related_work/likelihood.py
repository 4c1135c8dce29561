"""How likely a work is cited in a related-work section: named signs, and what each weighs.

Two sets of weights: one for sections whose topic is the paper, one for those whose topic is told in words.
"""

from __future__ import annotations

import json
import math
import re
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

from texscholar.recommend.weights import Linear, sigmoid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from texscholar.recommend import Candidature
    from texscholar.related_work.scope import Scope

    Alike = Sequence[tuple[Candidature, float]]

UNUSED, USED, FOREIGN = "unused", "used", "foreign"
"""What a work is to the paper: in its bibliography and cited nowhere yet, cited elsewhere, only in a library."""

PAPER, TOPIC = "likelihood.json", "topic_likelihood.json"

_OFTEN = 8  # times in a text at which a word counts in full
_AROUND = 3  # entries on either side
_MOST_ALIKE = 3  # works
_TOOLS = frozenset({"misc", "online", "software", "manual", "electronic", "www", "dataset"})
_PRIOR = re.compile(r"related|background|literature|prior|previous|state of the art|preliminar|survey", re.IGNORECASE)


@cache
def load_likelihoods(name: str) -> Mapping[str, Linear]:
    """The log-odds by kind of work, as they ship with the package; ``name`` is PAPER or TOPIC."""
    data = json.loads(files("texscholar.related_work").joinpath(name).read_text("utf-8"))
    return {kind: Linear(data[kind]["bias"], data[kind]["weights"]) for kind in (UNUSED, USED, FOREIGN)}


class Signs:
    """The signs of works for one place; what the paper tells is worked out once."""

    def __init__(self, scope: Scope) -> None:
        self._scope, self._evidence = scope, scope.evidence

    def likelihood(self, work: Candidature, found: Mapping[str, float] | None = None) -> float:
        """The probability that the section cites a work; ``found`` tells how a library's search found it."""
        return sigmoid(load_likelihoods(PAPER)[self.kind(work)](self.of(work, found)))

    def topic_likelihood(self, work: Candidature, topical: Mapping[str, float]) -> float:
        """The same where the section has a topic of its own; ``topical`` tells how the work fits that."""
        signs = {**self.of(work, None if work.is_own else {}), **topical}
        return sigmoid(load_likelihoods(TOPIC)[self.kind(work)](signs))

    def kind(self, work: Candidature) -> str:
        """What a work is to the paper."""
        if not work.is_own:
            return FOREIGN
        return USED if self._evidence.uses[work.position] else UNUSED

    def of(self, work: Candidature, found: Mapping[str, float] | None = None) -> dict[str, float]:
        """The signs of a work, named; most between 0 and 1, logarithms for counts."""
        if found is not None:
            return {**self._common(work), **self._counts, **found}
        if self._evidence.uses[work.position]:
            return {**self._common(work), **self._used(work)}
        return {**self._common(work), **self._unused(work)}

    def _common(self, work: Candidature) -> dict[str, float]:
        """How well the title fits what the paper says."""
        scope, words = self._scope, work.title_words
        return {
            "title in paper": self._covered(words, scope.text),
            "title in introduction": self._covered(words, scope.opening),
            "front in title": self._share(words),
            "lift": self._covered(words, scope.text) - self._covered(words, scope.rest) if scope.is_chapter else 0.0,
            "years old": self._age(work),
            "tool": float(work.work.kind in _TOOLS),
        }

    def _unused(self, work: Candidature) -> dict[str, float]:
        evidence, position = self._evidence, work.position
        unused = evidence.unused_before[-1]
        return {
            "unused": math.log1p(unused),
            "unused share": evidence.unused_share,
            "crowd": math.log1p(unused) - math.log1p(len(evidence.own) - unused),
            "unused around": self._unused_around[position],
            "run": math.log1p(self._run(position)),
            "in its order": evidence.orderliness * self._is_bracketed(position),
            "beside chapter": self._beside_chapter(position),
            "like unused": self._likeness(work, self._unused_works),
            "place": self._scope.order / len(evidence.loci) if evidence.loci else 0.0,
        }

    def _used(self, work: Candidature) -> dict[str, float]:
        evidence, scope = self._evidence, self._scope
        orders = evidence.uses[work.position]
        sections = (" ".join(evidence.loci[order].sentence.section) for order in orders)
        return {
            "uses": math.log1p(len(orders)),
            "in chapter": sum(order in scope.members for order in orders) / len(orders),
            "in introduction": float(any(order in scope.introduction for order in orders)),
            "in prior work": sum(_PRIOR.search(section) is not None for section in sections) / len(orders),
            "company": math.log(sum(len(evidence.cited_works[order]) for order in orders) / len(orders)),
            "text score": self._text_scores.get(work.position, 0.0),
            "unused share": evidence.unused_share,
            "unused around": self._unused_around[work.position],
            "citing": math.log1p(len(evidence.citing_orders)),
        }

    @cached_property
    def _counts(self) -> Mapping[str, float]:
        """How large the bibliography and the paper are."""
        evidence = self._evidence
        return {
            "unused": math.log1p(evidence.unused_before[-1]),
            "own": math.log1p(len(evidence.own)),
            "citing": math.log1p(len(evidence.citing_orders)),
        }

    # -- words

    def _covered(self, words: Iterable[str], counts: Mapping[str, int]) -> float:
        """How much of the weight of some words a text bears; a word that it holds once counts for a third."""
        found = total = 0.0
        for word in sorted(words):
            rarity = self._evidence.rarity(word)
            total += rarity
            found += rarity * min(1.0, math.log1p(counts.get(word, 0)) / math.log1p(_OFTEN))
        return found / total if total else 0.0

    def _share(self, words: frozenset[str]) -> float:
        """The cosine of a title and the front of the paper, each word as long as it is rare and often said."""
        front = self._front
        shared = sum(front[word] * self._evidence.rarity(word) for word in sorted(words & front.keys()))
        return shared / (self._front_norm * self._evidence.norm(words)) if shared else 0.0

    @cached_property
    def _front(self) -> Mapping[str, float]:
        return self._scope.weighted(self._scope.front)

    @cached_property
    def _front_norm(self) -> float:
        return math.sqrt(math.fsum(value**2 for value in self._front.values())) or 1.0

    @cached_property
    def _text_scores(self) -> Mapping[int, float]:
        """How well all that is known of each own work fits the front of the paper, 1 for the best."""
        scores = self._evidence.by_text.scores(frozenset(self._scope.front))
        best = max(scores.values(), default=1.0)
        return {at: score / best for at, score in scores.items()}

    def _likeness(self, work: Candidature, others: Alike) -> float:
        """The mean cosine of a title with the three titles that are most like it."""
        words, norm = work.title_words, self._evidence.norm(work.title_words)
        found = [
            math.fsum(self._evidence.rarity(word) ** 2 for word in shared) / (norm * length)
            for other, length in others
            if other is not work and (shared := words & other.title_words)
        ]
        return sum(sorted(found, reverse=True)[:_MOST_ALIKE]) / _MOST_ALIKE

    @cached_property
    def _unused_works(self) -> Alike:
        return self._measured(work for work in self._evidence.own if not self._evidence.uses[work.position])

    def _measured(self, works: Iterable[Candidature]) -> Alike:
        return [(work, self._evidence.norm(work.title_words)) for work in works]

    # -- order and years of the bibliography

    @cached_property
    def _unused_around(self) -> Sequence[float]:
        """Of each own work, the share of the entries around it that nothing cites."""
        before, size = self._evidence.unused_before, len(self._evidence.own)
        shares = []
        for at in range(size):
            first, last = max(0, at - _AROUND), min(size, at + _AROUND + 1)
            own = before[at + 1] - before[at]
            shares.append((before[last] - before[first] - own) / max(1, last - first - 1))
        return shares

    def _is_bracketed(self, position: int) -> bool:
        """Whether the entries cited before and after it in the list are cited on either side of the marker."""
        before, after = self._evidence.used_beside[position]
        order = self._scope.order
        return (before is None or self._evidence.uses[before][0] <= order) and (
            after is None or self._evidence.uses[after][0] >= order
        )

    def _beside_chapter(self, position: int) -> float:
        """In a chapter, the share of the cited entries beside it that the chapter cites."""
        near = [at for at in self._evidence.used_beside[position] if at is not None]
        if not near or not self._scope.is_chapter:
            return 0.0
        return sum(not self._scope.members.isdisjoint(self._evidence.uses[at]) for at in near) / len(near)

    def _run(self, position: int) -> int:
        """How many entries stand between the cited ones before and after it."""
        before, after = self._evidence.used_beside[position]
        return (len(self._evidence.own) if after is None else after) - (-1 if before is None else before) - 1

    def _age(self, work: Candidature) -> float:
        """How many decades before the paper's newest works a work came out, two at most."""
        if work.work.year is None or self._now is None:
            return 0.5
        return min(2.0, max(0.0, (self._now - work.work.year) / 10))

    @cached_property
    def _now(self) -> int | None:
        """The year of the newest own works, a few wrong ones left out."""
        years = sorted(work.work.year for work in self._evidence.own if work.work.year)
        return years[-1 - len(years) // 20] if years else None


def most_likely(likelihoods: Sequence[float]) -> int:
    """How many of the works, the likeliest first, to take for the best F1 that may be expected.

    With k of them 2 * (sum of their likelihoods) / (k + sum of all likelihoods): see Lipton, Elkan and Narayanaswamy,
    "Optimal Thresholding of Classifiers to Maximize F1 Measure" (2014).
    """
    total, right, best, most = sum(likelihoods), 0.0, 0.0, 0
    for number, likelihood in enumerate(likelihoods, 1):
        right += likelihood
        value = right / (number + total)
        if value > best:
            best, most = value, number
    return most
