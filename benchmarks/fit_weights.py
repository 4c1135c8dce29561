"""Fits the weights of ranking and confidence on papers whose citations are hidden; makes ``recommend/weights.json``.

    python benchmarks/fit_weights.py papers.json FOLDER [FOLDER ...] --library NAME [--write]

``papers.json`` lists development papers (``repo``, ``main_tex``, ``language``); a FOLDER holds them as OWNER+NAME.
In each of several draws a fifth of a paper's citing sentences lose their parenthetical citations, and the program's own
pipeline is asked for them. In every other draw works that are then cited nowhere leave the bibliography and wait in a
library among the records of NAME. Ranking is a conditional logit over a place's candidates; match and need are
logistic regressions over hidden and over all uncited sentences; figures are cross-validated by paper.
Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from texscholar.bibtex import Bibliography, Work, read_bibliography
from texscholar.latex import Project, read_project
from texscholar.library import Hit, Library, Record, library_for
from texscholar.library.terms import terms
from texscholar.recommend import Evidence, uncited
from texscholar.recommend.evidence import Candidature, content_terms
from texscholar.recommend.features import FEATURES, Query, compared, features
from texscholar.recommend.need import signs, word_features
from texscholar.recommend.rank import REPEATED, candidatures, standing
from texscholar.source import Edit, SourceText, Span, apply_edits, decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SHARE, DRAWS, FOLDS = 0.2, 4, 5
FEWEST = 8  # sentences a word must occur in
KEPT = 1 / 3  # of the ordinary sentences, which are weighted accordingly
LIMIT = 4.0  # of need_of
WORD_SIGNS = ("words", "words before", "words after")
NEED_WORDS = Path(__file__).parent.parent / "texscholar" / "recommend" / "need_words.json"
WEIGHTS = Path(__file__).parent.parent / "texscholar" / "recommend" / "weights.json"


Words = frozenset[str]
Row = tuple[str, Words, bool]


@dataclass(frozen=True)
class Place:
    """An uncited sentence of a draft: what its candidates look like, which are right, what confidence sees."""

    paper: str
    language: str
    hidden: bool
    values: np.ndarray  # candidates x features
    right: np.ndarray  # candidates, bool
    gold: int  # how many works were hidden here
    open: bool
    signs: dict[str, float]
    words: tuple[Words, Words, Words]  # of the sentence, the one before, the one after


class Mixed:
    """A library of distractors with the works that left the bibliography."""

    name = "mixed"

    def __init__(self, library: Library, works: Sequence[Candidature]) -> None:
        self.library = library
        self.records = [
            (frozenset(content_terms(w.work.title)), Record(w.key, w.key, w.work, "removed")) for w in works
        ]

    def search(self, query: str, limit: int) -> tuple[Hit, ...]:
        """The library's hits and every removed work that shares a word."""
        asked = set(terms(query))
        return (
            *(Hit(record, 0.0) for words, record in self.records if words & asked),
            *self.library.search(query, limit),
        )


def hide(
    project: Project, rng: random.Random
) -> tuple[dict[str, SourceText], dict[str, list[tuple[int, frozenset[str]]]]]:
    """The sources without the citations of some sentences, and where these now begin, with what they cited."""
    sources, hidden = {}, {}
    for file in project.files:
        edits: list[Edit] = []
        places: list[tuple[int, frozenset[str]]] = []
        for sentence in file.sentences:
            cites = file.citations_in(sentence.span)
            if not cites or any(c.is_textual or c.is_silent for c in cites) or rng.random() >= SHARE:
                continue
            shift = sum(len(edit.text) - len(edit.span) for edit in edits)
            for cite in cites:
                start = cite.span.start
                while start > sentence.span.start and file.source.text[start - 1] in "~ \t":
                    start -= 1
                edits.append(Edit(Span(start, cite.span.end), ""))
            places.append((sentence.span.start + shift, frozenset(key.key for cite in cites for key in cite.keys)))
        text = apply_edits(file.source.text, edits)
        sources[file.path] = SourceText(file.path, text, file.source.encoding)
        hidden[file.path] = places
    return sources, hidden


def draft_places(  # noqa: PLR0917 - what a draft is made of
    name: str, language: str, project: Project, bibs: Sequence[Bibliography], library: Library, draw: int
) -> Iterator[Place]:
    """All uncited sentences of one draft."""
    rng = random.Random(zlib.crc32(f"{name} {draw}".encode()))
    sources, hidden = hide(project, rng)
    drafted = read_project(project.root, sources.get)
    evidence = Evidence(drafted, bibs)
    libraries: list[Mixed] = []
    is_open = draw % 2 == 1
    if is_open:
        gone = {key for places in hidden.values() for _, keys in places for key in keys} - set(evidence.citances)
        removed = [evidence.by_key[key] for key in sorted(gone) if key in evidence.by_key]
        evidence = Evidence(drafted, bibs, without=frozenset(gone))
        libraries = [Mixed(library, removed)]
    wanted = {(path, start): keys for path, places in hidden.items() for start, keys in places}
    for locus in uncited(evidence, lambda _path, _span: True):
        start = locus.sentence.span.start
        keys = wanted.get((locus.file.path, start))
        if keys is None and rng.random() > KEPT:
            continue
        query = Query(locus, evidence)
        works = candidatures(query, evidence, libraries, frozenset())
        if not works:
            continue
        compared_values = compared([features(work, query) for work in works])
        values = np.array([[*value.values()] for value in compared_values])
        right = np.array([keys is not None and work.key in keys and work.record == work.key for work in works])
        before, after = locus.neighbour(-1), locus.neighbour(1)
        words = (
            word_features(locus.sentence.text),
            word_features(before.text) if before else frozenset[str](),
            word_features(after.text) if after else frozenset[str](),
        )
        place = signs(locus, evidence)
        yield Place(name, language, keys is not None, values, right, len(keys or ()), is_open, place, words)


def need_sentences(name: str, project: Project) -> Iterator[Row]:
    """Every sentence of a paper as its word features, and whether it cites."""
    for file in project.files:
        for sentence in file.sentences:
            if len(sentence.text.split()) >= 5:
                cites = any(not citation.is_silent for citation in file.citations_in(sentence.span))
                yield name, word_features(sentence.text), cites


def fit_need(rows: Sequence[Row]) -> dict[str, float]:
    """Word weights: logistic regression over words and pairs that at least three papers use.

    No paper counts for more than 400 sentences, so that one long book does not decide.
    """
    papers: dict[str, set[str]] = {}
    total: Counter[str] = Counter()
    size: Counter[str] = Counter()
    for name, words, _ in rows:
        size[name] += 1
        total.update(words)
        for word in words:
            papers.setdefault(word, set()).add(name)
    vocabulary = sorted(word for word, count in total.items() if count >= FEWEST and len(papers[word]) >= 3)
    counts = CountVectorizer(analyzer=sorted, vocabulary=vocabulary, binary=True).transform(
        [words for _, words, _ in rows]
    )
    model = LogisticRegression(C=0.1, max_iter=500)
    model.fit(counts, [cites for *_, cites in rows], sample_weight=[min(1.0, 400 / size[name]) for name, *_ in rows])
    return {word: round(float(v), 3) for word, v in zip(vocabulary, model.coef_[0], strict=True) if abs(v) >= 0.02}


def need_values(places: Sequence[Place], weights: Mapping[str, float]) -> np.ndarray:
    """The three word signs of each place, as ``need_of`` would give them."""

    def value(words: Words) -> float:
        return max(-LIMIT, min(LIMIT, sum(weights.get(word, 0.0) for word in words)))

    return np.array([[value(words) for words in place.words] for place in places])


def fit_rank(places: Sequence[Place], l2: float = 1.0) -> np.ndarray:
    """Conditional logit over the candidates of hidden places and "none of them", by gradient ascent (Adam).

    "None" scores 0 and is right where retrieval missed every hidden work; the last weight is the candidates' bias.
    """
    used = [place for place in places if place.hidden]
    sizes = np.array([len(place.values) for place in used])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    values = np.hstack([np.vstack([place.values for place in used]), np.ones((sizes.sum(), 1))])
    right = np.concatenate([place.right for place in used])
    found = np.repeat(np.logical_or.reduceat(right, starts), sizes)
    weights = np.zeros(values.shape[1])
    moment, square = np.zeros_like(weights), np.zeros_like(weights)
    for turn in range(1, 601):
        mass = np.exp(np.clip(values @ weights, -30, 30))
        share = mass / np.repeat(1 + np.add.reduceat(mass, starts), sizes)
        inside = np.where(right, mass, 0.0)
        inside /= np.maximum(np.repeat(np.add.reduceat(inside, starts), sizes), 1e-30)
        gradient = values.T @ (np.where(found, inside, 0.0) - share) - l2 * weights
        moment = 0.9 * moment + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        weights += 0.05 * (moment / (1 - 0.9**turn)) / (np.sqrt(square / (1 - 0.99**turn)) + 1e-9)
    return weights


def scored(place: Place, weights: np.ndarray) -> np.ndarray:
    """The scores of a place's candidates."""
    return np.asarray(place.values @ weights[:-1] + weights[-1])


def standings(places: Sequence[Place], scores: Sequence[np.ndarray]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """What match sees of each place, and whether its first candidate is right."""
    rows, right = [], []
    names: list[str] = []
    for place, score in zip(places, scores, strict=True):
        order = np.argsort(-score, kind="stable")[:10]
        own = Candidature("", Work(""), "bib", position=-1 if place.values[order[0]][FEATURES.index("library")] else 0)
        values = standing([float(score[i]) for i in order], own)
        names = names or list(values)
        rows.append([*values.values()])
        right.append(bool(place.right[order[0]]))
    return names, np.array(rows), np.array(right, dtype=float)


def sign_rows(places: Sequence[Place], need: np.ndarray) -> tuple[list[str], np.ndarray]:
    """What need sees of each place."""
    rows = [{**place.signs, **dict(zip(WORD_SIGNS, row, strict=True))} for place, row in zip(places, need, strict=True)]
    return list(rows[0]), np.array([[*row.values()] for row in rows])


def balanced(hidden: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Weights under which as many places cite as do not."""
    return np.where(hidden > 0, weight / weight[hidden > 0].sum(), weight / weight[hidden == 0].sum()) * 1000


def need_out_of_fold(places: Sequence[Place], sentences: Sequence[Row], folds: Mapping[str, int]) -> np.ndarray:
    """Word signs of places, each from weights fitted without the place's own fold."""
    found = np.zeros((len(places), 3))
    for number in sorted({folds[place.paper] for place in places}):
        weights = fit_need([row for row in sentences if folds[row[0]] != number])
        mine = [i for i, place in enumerate(places) if folds[place.paper] == number]
        found[mine] = need_values([places[i] for i in mine], weights)
    return found


def rank_out_of_fold(places: Sequence[Place], folds: Mapping[str, int]) -> list[np.ndarray]:
    """Scores of each place's candidates, from weights fitted without the place's own fold."""
    weights = {
        number: fit_rank([place for place in places if folds[place.paper] != number])
        for number in sorted({folds[place.paper] for place in places})
    }
    return [scored(place, weights[folds[place.paper]]) for place in places]


def fit_logistic(rows: np.ndarray, right: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Ridge logistic regression on standardised columns, given back for the plain columns; the bias comes last."""
    middle, spread = rows.mean(0), rows.std(0) + 1e-9
    model = LogisticRegression(C=0.05, max_iter=1000).fit((rows - middle) / spread, right, sample_weight=weight)
    slope = model.coef_[0] / spread
    return np.append(slope, model.intercept_[0] - slope @ middle)


def probability(rows: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """What a logistic regression gives for rows; its bias comes last."""
    return np.asarray(1 / (1 + np.exp(-(rows @ beta[:-1] + beta[-1]))))


def report_rank(places: Sequence[tuple[Place, np.ndarray]], label: str) -> None:
    """Recall at 1 and 10 (divided by what can be found) and the mean reciprocal rank over hidden places."""
    r1, r10, mrr = [], [], []
    for place, score in places:
        if not place.hidden or not place.gold:
            continue
        hits = np.flatnonzero(place.right[np.argsort(-score, kind="stable")])
        r1.append(float(hits.size > 0 and hits[0] == 0))
        r10.append((hits < 10).sum() / min(10, place.gold))
        mrr.append(1 / (hits[0] + 1) if hits.size else 0.0)
    figures = f"R@1 {np.mean(r1):.3f}, R@10 {np.mean(r10):.3f}, MRR {np.mean(mrr):.3f}"
    sys.stdout.write(f"{label}: {len(r1)} places, {figures}\n")


def report_curve(p: np.ndarray, right: np.ndarray, weight: np.ndarray, hidden: np.ndarray) -> None:
    """Precision, share of hidden places met rightly, and suggestions per 1,000 sentences, by threshold."""
    for threshold in (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7):
        shown = p >= threshold
        count = weight[shown].sum()
        good = (right * weight)[shown].sum()
        rate, mean = 1000 * count / weight.sum(), p[shown].mean() if shown.any() else 0.0
        sys.stdout.write(
            f"  shown from {threshold:.2f}: precision {good / max(count, 1):.2f}, of hidden places "
            f"{good / hidden.sum():.3f}, per 1,000 sentences {rate:.1f}, mean confidence {mean:.2f}\n"
        )


def main() -> None:
    """Fit, report, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("papers", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--library", required=True)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    sentences: list[Row] = []
    places = list(_all_places(options, sentences))
    names = sorted({place.paper for place in places})
    folds = {name: zlib.crc32(name.split("/")[0].encode()) % FOLDS for name in names}
    fold = np.array([folds[place.paper] for place in places])
    hidden = np.array([float(place.hidden) for place in places])
    weight = np.where(hidden, 1.0, 1 / KEPT)
    scores = rank_out_of_fold(places, folds)
    columns, rows, right = standings(places, scores)
    names_of_signs, signs_of = sign_rows(places, need_out_of_fold(places, sentences, folds))
    first = FEATURES.index("first mention")
    repeated = [not p.values[np.argmax(s)][first] for p, s in zip(places, scores, strict=True)]
    asked = hidden > 0
    match, need = np.zeros(len(places)), np.zeros(len(places))
    for number in range(FOLDS):
        train, test = fold != number, fold == number
        if not test.any():
            continue
        some = train & asked
        match[test] = probability(rows[test], fit_logistic(rows[some], right[some], weight[some]))
        even = balanced(hidden[train], weight[train])
        need[test] = probability(signs_of[test], fit_logistic(signs_of[train], hidden[train], even))
    shown = match * need * np.where(repeated, REPEATED, 1.0)
    for opened in (False, True):
        for english in (True, False):
            some = [
                (p, s)
                for p, s in zip(places, scores, strict=True)
                if p.open == opened and (p.language == "en") == english
            ]
            report_rank(some, f"{'open' if opened else 'own-bib'}, {'English' if english else 'other languages'}")
    is_open = np.array([place.open for place in places])
    for label, which in (("own-bib", ~is_open), ("open", is_open)):
        sys.stdout.write(f"{label}, all sentences\n")
        report_curve(shown[which], right[which], weight[which], hidden[which])
        sys.stdout.write(f"{label}, where the author says that a citation is missing\n")
        which = which & asked  # noqa: PLW2901 - narrowed
        report_curve(match[which], right[which], weight[which], hidden[which])
    weights, words = fit_rank(places), fit_need(sentences)
    beta = fit_logistic(rows[asked], right[asked], weight[asked])
    gamma = fit_logistic(signs_of, hidden, balanced(hidden, weight))
    data = {
        "about": f"fitted by benchmarks/fit_weights.py on {len(names)} papers, {int(hidden.sum())} hidden places",
        "rank": _linear(FEATURES, weights),
        "match": _linear(columns, beta),
        "need": _linear(names_of_signs, gamma),
    }
    sys.stdout.write(json.dumps(data, indent=1) + "\n")
    if options.write:
        WEIGHTS.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
        NEED_WORDS.write_text(
            json.dumps({"about": data["about"], "weights": words}, indent=0, ensure_ascii=False) + "\n",
            encoding="utf-8",
        )


def _linear(names: Sequence[str], values: Sequence[float]) -> dict[str, object]:
    return {
        "bias": round(float(values[-1]), 4),
        "weights": {n: round(float(v), 4) for n, v in zip(names, values, strict=False)},
    }


def _all_places(options: argparse.Namespace, sentences: list[Row]) -> Iterator[Place]:
    library = library_for(options.library, Path())
    for paper in json.loads(options.papers.read_text("utf-8")):
        mains = [folder / paper["repo"].replace("/", "+") / paper["main_tex"] for folder in options.folders]
        main = next((main for main in mains if main.is_file()), None)
        if main is None:
            sys.stderr.write(f"left out: {paper['repo']}\n")
            continue

        def read(name: str, home: Path = main.parent) -> SourceText | None:
            file = home / name
            return decode(file.read_bytes(), name) if file.is_file() else None

        project = read_project(main.name, read)
        bibs = [read_bibliography(source) for name in project.bibliographies if (source := read(name))]
        sentences += need_sentences(paper["repo"], project)
        for draw in range(DRAWS):
            yield from draft_places(paper["repo"], paper["language"], project, bibs, library, draw)
        sys.stderr.write(f"{paper['repo']}\n")


if __name__ == "__main__":
    main()
