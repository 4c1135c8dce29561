"""How likely a work is cited in a related-work section: named signs, and what each weighs."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

from texscholar.library.terms import terms
from texscholar.recommend.background import weight
from texscholar.recommend.weights import Linear, sigmoid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from texscholar.recommend import Candidature, Evidence
    from texscholar.related_work.scope import Scope

_OFTEN = 8  # times in a text at which a word counts in full
_AROUND = 3  # entries on either side
_TOOLS = frozenset({"misc", "online", "software", "manual", "electronic", "www", "dataset", "electronic"})
_SURVEY = re.compile(r"survey|review|overview|综述|サーベイ|überblick", re.IGNORECASE)
_METHOD = re.compile(
    r"method|experiment|evaluat|result|implement|setup|data|proof|appendix|model|analysis|discussion", re.IGNORECASE
)
_RAW = re.compile(r"[^\W_]+")
_PRIOR = re.compile(r"related|background|literature|prior|previous|state of the art|preliminar|survey", re.IGNORECASE)


class Signs:
    """The signs of works for one place; what the paper tells is worked out once."""

    def __init__(self, scope: Scope) -> None:
        self._scope, self._evidence = scope, scope.evidence
        self._query = frozenset(scope.front)

    def common(self, work: Candidature) -> dict[str, float]:
        """How well what is known of a work fits what the paper says."""
        scope = self._scope
        words, pairs = work.title_words, work.phrases
        opening = self._covered(words, scope.opening)
        return {
            "title in paper": self._covered(words, scope.text),
            "title in front": self._covered(words, scope.front),
            "title in introduction": opening,
            "title nearby": self._covered(words, scope.nearby),
            "pairs in paper": sum(pair in scope.pairs for pair in pairs) / (len(pairs) or 1),
            "front in title": self._share(words),
            "years old": self._age(work),
            "survey": float(_SURVEY.search(work.work.title) is not None),
            "tool": float(work.work.kind in _TOOLS),
            "untitled": float(not words),
            "named": float(self._is_named(work)),
            "author named": float(self._author_is_named(work)),
            "like unused": self._likeness(work, self._unused_words),
            "like opening": self._likeness(work, self._opening_words),
            "like chapter": self._likeness(work, self._scope_words),
            "lift": self._lift(words),
            "place": scope.order / (len(self._evidence.loci) or 1),
        }

    def _lift(self, words: frozenset[str]) -> float:
        if not self._scope.is_chapter:
            return 0.0
        return self._covered(words, self._scope.text) - self._covered(words, self._rest)

    @cached_property
    def _rest(self) -> Mapping[str, int]:
        loci = self._evidence.loci
        return self._scope._counted([o.order for o in loci if o.order not in self._scope.members])

    @cached_property
    def _raw(self) -> frozenset[str]:
        return frozenset(w for o in self._evidence.loci for w in _RAW.findall(o.sentence.text))

    def _is_named(self, work: Candidature) -> bool:
        return any(all(part in self._raw for part in _RAW.findall(name)) for name in work.names)

    def _author_is_named(self, work: Candidature) -> bool:
        return bool(work.work.authors) and len(work.work.authors[0].family) > 3 and work.work.authors[0].family[0].isupper() and all(part in self._raw for part in _RAW.findall(work.work.authors[0].family))

    def _likeness(self, work: Candidature, others) -> float:
        words = work.title_words
        norm = self._evidence.norm(words)
        sims = []
        for other, theirs, length in others:
            if other is work: continue
            shared = words & theirs
            if shared:
                sims.append(sum(self._evidence.rarity(w) ** 2 for w in sorted(shared)) / (norm * length))
        sims.sort(reverse=True)
        return sum(sims[:3]) / 3

    def _words_of(self, works):
        return [(w, w.title_words, self._evidence.norm(w.title_words)) for w in works]

    @cached_property
    def _unused_words(self):
        return self._words_of([w for w in self._evidence.own if not self._evidence.uses[w.position]])

    @cached_property
    def _opening_words(self):
        return self._words_of([w for w in self._evidence.own if any(o in self._scope.introduction for o in self._evidence.uses[w.position])])

    @cached_property
    def _scope_words(self):
        return self._words_of([w for w in self._evidence.own if any(o in self._scope.members for o in self._evidence.uses[w.position])])

    def unused(self, work: Candidature) -> dict[str, float]:
        """Of an own work that nothing cites yet."""
        evidence = self._evidence
        return {
            **self.common(work),
            "entry score": self._entry_scores.get(work.position, 0.0),
            "letters": self._letters.get(work.position, 0.0),
            "unused around": self._unused_around[work.position],
            "in its order": self._in_order(work.position),
            "near its order": self._near_order(work.position),
            "unused share": evidence.unused_share,
            "unused": math.log1p(evidence.unused_before[-1]),
            "chapter": float(self._scope.is_chapter),
            "chapter fit": float(self._scope.is_chapter) * self._covered(work.title_words, self._scope.text),
            "crowd fit": self._crowd * self._covered(work.title_words, self._scope.front),
            "crowd": self._crowd,
            "beside intro": self._beside(work.position, self._scope.introduction),
            "beside chapter": self._beside(work.position, self._scope.members) * self._scope.is_chapter,
            "run": math.log1p(self._run(work.position)),
        }

    def _beside(self, position, orders):
        ev = self._evidence
        near = [at for at in ev.used_beside[position] if at is not None]
        return sum(any(o in orders for o in ev.uses[at]) for at in near) / len(near) if near else 0.0

    def _run(self, position):
        before, after = self._evidence.used_beside[position]
        return (len(self._evidence.own) if after is None else after) - (-1 if before is None else before) - 1

    def used(self, work: Candidature) -> dict[str, float]:
        """Of an own work that the paper cites elsewhere."""
        evidence, scope = self._evidence, self._scope
        orders = evidence.uses[work.position]
        inside = [order for order in orders if order in scope.members]
        sections = [" ".join(evidence.loci[order].sentence.section) for order in orders]
        return {
            **self.common(work),
            "entry score": self._entry_scores.get(work.position, 0.0),
            "text score": self._text_scores.get(work.position, 0.0),
            "uses": math.log1p(len(orders)),
            "in chapter": len(inside) / len(orders),
            "in introduction": float(any(order in scope.introduction for order in orders)),
            "in abstract": float(any(evidence.loci[order].sentence.kind == "abstract" for order in orders)),
            "in prior work": sum(map(bool, map(_PRIOR.search, sections))) / len(orders),
            "in method": sum(map(bool, map(_METHOD.search, sections))) / len(orders),
            "later": sum(order >= scope.order for order in orders) / len(orders),
            "company": math.log(sum(len(evidence.cited_works[order]) for order in orders) / len(orders)),
            "unused share": evidence.unused_share,
            "unused around": self._unused_around[work.position],
            "chapter": float(scope.is_chapter),
            "citing": math.log1p(len(evidence.citing_orders)),
        }

    def foreign(self, work: Candidature, score: float, rank: int) -> dict[str, float]:
        """Of a library's work, with its score among what was found, 1 for the best, and its place there."""
        evidence = self._evidence
        return {
            **self.common(work),
            "search score": score,
            "search rank": 1 / (1 + rank),
            "unused share": evidence.unused_share,
            "unused": math.log1p(evidence.unused_before[-1]),
            "own": math.log1p(len(evidence.own)),
            "citing": math.log1p(len(evidence.citing_orders)),
            "abstract fit": self._covered(work.abstract_terms, self._scope.text) if work.abstract_terms else 0.0,
            "has abstract": float(bool(work.abstract_terms)),
        }

    # -- words

    def _covered(self, words: Iterable[str], counts: Mapping[str, int]) -> float:
        """How much of the weight of some words a text bears, a word that it holds once for a third."""
        found = total = 0.0
        for word in sorted(words):
            rarity = self._evidence.rarity(word)
            total += rarity
            found += rarity * min(1.0, math.log1p(counts.get(word, 0)) / math.log1p(_OFTEN))
        return found / total if total else 0.0

    def _share(self, words: frozenset[str]) -> float:
        """How much of what the front of the paper says a title bears: a cosine, words as rare and as often said."""
        own = self._front
        shared = sum(own[word] * self._evidence.rarity(word) for word in sorted(words & own.keys()))
        return shared / (self._front_norm * self._evidence.norm(words)) if shared else 0.0

    @cached_property
    def _front(self) -> Mapping[str, float]:
        return {
            term: math.log1p(count) * self._evidence.rarity(term) for term, count in sorted(self._scope.front.items())
        }

    @cached_property
    def _front_norm(self) -> float:
        return math.sqrt(math.fsum(value**2 for value in self._front.values())) or 1.0

    @cached_property
    def _entry_scores(self) -> Mapping[int, float]:
        return _normal(self._evidence.by_title.scores(self._query))

    @cached_property
    def _text_scores(self) -> Mapping[int, float]:
        return _normal(self._evidence.by_text.scores(self._query))

    @cached_property
    def _letters(self) -> Mapping[int, float]:
        from texscholar.recommend.evidence import letter_runs

        text = " ".join(
            [self._evidence.title, *(self._evidence.loci[order].sentence.text for order in self._scope.abstract)]
        )
        found = self._evidence.letter_scores(letter_runs(text))
        return {at: score / self._evidence.letters_of(self._evidence.own[at]) for at, score in found.items()}

    # -- order of the bibliography

    @cached_property
    def _unused_around(self) -> Sequence[float]:
        """Of each own work, the share of the entries around it that nothing cites."""
        before = self._evidence.unused_before
        size = len(self._evidence.own)
        shares = []
        for at in range(size):
            first, last = max(0, at - _AROUND), min(size, at + _AROUND + 1)
            own = before[at + 1] - before[at]
            shares.append((before[last] - before[first] - own) / max(1, last - first - 1))
        return shares

    def _in_order(self, position: int) -> float:
        """Whether the entries around stand for places on either side of the marker, in a list in order of citation."""
        return self._evidence.orderliness * float(self._brackets(position, 0))

    def _near_order(self, position: int) -> float:
        before, after = self._evidence.used_beside[position]
        near = [abs(self._first(at) - self._scope.order) for at in (before, after) if at is not None]
        return 1 / (1 + min(near) / 10) if near else 0.0

    def _brackets(self, position: int, slack: int) -> bool:
        before, after = self._evidence.used_beside[position]
        order = self._scope.order
        return (before is None or self._first(before) <= order + slack) and (
            after is None or self._first(after) >= order - slack
        )

    def _first(self, position: int) -> int:
        return self._evidence.uses[position][0]

    @cached_property
    def _crowd(self) -> float:
        """How many entries nothing cites for each that something does."""
        unused = self._evidence.unused_before[-1]
        return math.log1p(unused) - math.log1p(len(self._evidence.own) - unused)

    def _age(self, work: Candidature) -> float:
        """How many decades before the paper's newest works a work came out, two at most."""
        if work.work.year is None or self._now is None:
            return 0.5
        return min(2.0, max(0.0, (self._now - work.work.year) / 10))

    @cached_property
    def _now(self) -> int | None:
        years = sorted(work.work.year for work in self._evidence.own if work.work.year)
        return years[-1 - len(years) // 20] if years else None


def _normal(scores: Mapping[int, float]) -> Mapping[int, float]:
    best = max(scores.values(), default=0.0) or 1.0
    return {at: score / best for at, score in scores.items()}
