"""Signs in a sentence that it wants a citation, or that it wants none."""

from __future__ import annotations

import json
import math
import re
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

from texscholar.library.terms import terms

if TYPE_CHECKING:
    from texscholar.latex import Sentence
    from texscholar.recommend.evidence import Evidence, Locus

_OWN = re.compile(r"\b(?:(?i:we|our|ours|my|this (?:paper|work|article|thesis|section|chapter|study))|us|I(?!\.))\b")
_OTHERS = re.compile(
    r"\b(?:propos(?:ed?|es|al)|introduc(?:ed?|es)|present(?:ed|s)|show(?:ed|n|s)|demonstrat(?:ed?|es)|develop(?:ed|s)|"
    r"suggest(?:ed|s)|report(?:ed|s)|found|observed|studied|investigated|known as|called|due to|according to|following|"
    r"based on|inspired by|extend(?:ed|s)|popular|widely|common(?:ly)?|well[- ]known|standard|classic|recent(?:ly)?|"
    r"previous(?:ly)?|prior|earlier|existing|state[- ]of[- ]the[- ]art|researchers|authors|literature|studies|et al)\b",
    re.IGNORECASE,
)
_THING = re.compile(
    r"\b(?:algorithms?|architectures?|methods?|models?|networks?|datasets?|data ?sets?|corpus|corpora|benchmarks?|"
    r"toolkits?|"
    r"library|software|optimi[sz]ers?|optimi[sz]ed? (?:with|by|using)|metrics?|scores?|measures?|theorems?|estimators?|"
    r"tests?|"
    r"approach(?:es)?|techniques?|frameworks?|tasks?|protocols?|initiali[sz]ation|regulari[sz]ation|embeddings?|using|used?)\b",
    re.IGNORECASE,
)
_POINTER = re.compile(
    r"\\(?:[cC]?ref|autoref|eqref|vref|subref|pageref|label|includegraphics)(?![A-Za-z])|\\begin\s*\{(?:equation|align|gather)"
)
_MATH = re.compile(r"(?<!\\)\$|\\[()]")
_NAME_INSIDE = re.compile(r"(?<!^)(?<![.!?:] )\b(?:[A-Z]{2,}\w*|[A-Z][a-z]+[A-Z]\w*|[A-Z][a-z]+)\b")
_RELATED = re.compile(
    r"related|previous|prior|background|introduction|literature|state of the art|einleitung|"
    r"introducci|introdução|relacionad",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"conclu|future work|acknowledg|appendix|limitations|contribution|outline|summary", re.IGNORECASE)

_OPENING = re.compile(
    r"(?:in|the rest of|the remainder of) (?:this|the) (?:paper|section|work|chapter|thesis|article)"
    r"|(?:section|chapter|figure|table)\b",
    re.IGNORECASE,
)
_SHORT, _LONG = 7, 25  # words
_MOST_STEPS = 12

SIGNS = (
    "words", "words before", "words after", "own", "others", "thing", "points", "mathematics", "names", "short",
    "long", "neighbour cites", "paragraph cites", "related section", "closing section", "set apart",
    "opens by naming the paper", "opens paragraph", "closes paragraph", "place in paper", "paper cites",
    "section cites", "since citing", "until citing", "digits",
)  # fmt: skip


def signs(locus: Locus, evidence: Evidence) -> dict[str, float]:
    """The signs of a sentence, in a fixed order.

    Log-odds for the three of words, logarithms for the two of steps, all others between 0 and 1.
    """
    sentence = locus.sentence
    source = locus.file.source.slice(sentence.span)
    words = len(sentence.text.split())
    heading = " ".join(sentence.section[-2:])
    before, after = locus.neighbour(-1), locus.neighbour(1)
    cites = [bool(evidence.cited_at.get(order)) for order in evidence.beside(locus.order)]
    return {
        "words": need_of(sentence.text),
        "words before": need_of(before.text) if before else 0.0,
        "words after": need_of(after.text) if after else 0.0,
        "own": float(_OWN.search(sentence.text) is not None),
        "others": min(2, len(_OTHERS.findall(sentence.text))) / 2,
        "thing": min(2, len(_THING.findall(sentence.text))) / 2,
        "points": float(_POINTER.search(source) is not None),
        "mathematics": min(3, len(_MATH.findall(source)) / 2) / 3,
        "names": min(3, len(_NAME_INSIDE.findall(sentence.text))) / 3,
        "short": float(words < _SHORT),
        "long": float(words > _LONG),
        "neighbour cites": sum(cites) / 2,
        "paragraph cites": _share_citing(locus, evidence),
        "related section": float(_RELATED.search(heading) is not None),
        "closing section": float(_CLOSING.search(heading) is not None),
        "set apart": float(sentence.kind in ("caption", "abstract", "acknowledgements")),
        "opens by naming the paper": float(_names_the_paper(sentence)),
        "opens paragraph": float(before is None or before.stretch != sentence.stretch),
        "closes paragraph": float(after is None or after.stretch != sentence.stretch),
        "place in paper": locus.order / len(evidence.loci),
        "paper cites": len(evidence.cited_at) / len(evidence.loci),
        "section cites": evidence.citing_share(locus),
        "since citing": _steps_to_citing(locus, evidence, -1),
        "until citing": _steps_to_citing(locus, evidence, 1),
        "digits": float(any(char.isdigit() for char in sentence.text)),
    }


def _steps_to_citing(locus: Locus, evidence: Evidence, step: int) -> float:
    """Logarithm of how many sentences away, up to a dozen, the next one that cites stands."""
    orders = range(locus.order + step, locus.order + step * (_MOST_STEPS + 1), step)
    return math.log1p(next((at for at, order in enumerate(orders) if order in evidence.cited_at), _MOST_STEPS))


@cache
def word_weights() -> dict[str, float]:
    """Words and pairs of words with the log-odds they add, as they ship with the package."""
    data: dict[str, dict[str, float]] = json.loads(
        files("texscholar.recommend").joinpath("need_words.json").read_text("utf-8")
    )
    return data["weights"]


def word_features(text: str) -> frozenset[str]:
    """Single index terms and pairs of neighbouring ones, function words included; numbers count as one word."""
    words = ["#" if term.isdigit() else term for term in terms(text)]
    return frozenset((*words, *map(" ".join, pairwise(words))))


@lru_cache(maxsize=65536)
def need_of(text: str) -> float:
    """The log-odds that a sentence of these words cites something, from word weights alone, cut off at 4."""
    weights = word_weights()
    score = sum(weights.get(feature, 0.0) for feature in sorted(word_features(text)))
    return max(-4.0, min(4.0, score))


def _names_the_paper(sentence: Sentence) -> bool:
    return _OPENING.match(sentence.text) is not None


def _share_citing(locus: Locus, evidence: Evidence) -> float:
    """The share of the other sentences of the paragraph that cite."""
    orders = evidence.stretch_of(locus)
    return sum(bool(evidence.cited_at.get(order)) for order in orders) / len(orders) if orders else 0.0
