"""Fits the weights of ranking and detection on papers whose citations are hidden, and cross-validates them.

    python benchmarks/fit_weights.py extract --papers papers.json --folder FOLDER [--folder FOLDER] \
        [--more index.jsonl --more-folder FOLDER] --library NAME [--library NAME] --out PLACES
    python benchmarks/fit_weights.py fit PLACES [--write] [--ablation]

``extract`` makes drafts of every paper as ``texscholar eval`` does, and keeps the named scores of the candidates of
hidden places and of a share of the sentences that the author left uncited. ``fit`` splits the papers by the owner of
their repository, fits on four parts and reports on the papers of ``papers.json`` in the fifth; ``--write`` fits on all.
Needs lightgbm and scikit-learn.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import pickle
import random
import sys
import time
import zlib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import lightgbm
import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(Path(__file__).resolve().parent))

import reading

from texscholar.bibtex import Work, identities
from texscholar.evaluate import Draft, Peers, Waiting, hide
from texscholar.evaluate.hiding import sentence_at
from texscholar.evaluate.measuring import rightly
from texscholar.library import library_for
from texscholar.pipeline import Paper
from texscholar.recommend import Evidence, uncited
from texscholar.recommend.features import FEATURES, USAGE, Query, features, is_first_mention
from texscholar.recommend.need import SIGNS, signs, word_features
from texscholar.recommend.ranking import candidatures, standing
from texscholar.recommend.weights import load_weights

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PACKAGE = Path(__file__).resolve().parent.parent / "texscholar" / "recommend"
FOLDS = 5
MOST_HIDDEN = 50  # places a draft of a paper that is not measured on
MOST_OTHERS = {(True, False): 200, (True, True): 100, (False, False): 100, (False, True): 10}  # measured, open
GATE = -1.0  # log-odds of need below which nothing was ever shown with some confidence
SHOWN_FROM = -0.65  # the same, of what is shown with a confidence of .15 or more; held-out figures
LIMIT = 4.0  # as in need.need_of
ROUNDS = 250
WORDS = ("rarest word shared",)
GROUPS = {
    "titles and venues": [f for f in FEATURES if "entry" in f or "title" in f or f in WORDS],
    "letters": ["letters of best", "letters covered"],
    "citances": ["text of best", "text place", "text with context", "paragraph on text", "headings on text",
                 "text of entries beside", "passages of best", "passages place", "context on passages", "citance",
                 "citance of best", "citance with its passage", "passage and passage", "told", "told in all",
                 "told of best", "pair told", "pairs on text", "pairs of best"],
    "what its words are cited with": ["told", "told in all", "told of best", "pair told", "pairs on text",
                                      "pairs of best"],
    "sentences around": ["paragraph on entry", "text with context", "paragraph on text", "headings on text",
                         "context on passages", "passage and passage"],
    "names, keys and years": ["surname", "authors named", "name", "initials", "key"],
    "bibliography order": ["entries to cited before", "entries to cited after", "entries to cited around",
                           "entries to cited in paragraph", "next unused", "text of entries beside", "orderliness",
                           "sentences to beside", "gap", "before next beside", "near claim", "near claim place"],
    "the sentence a work waits for": ["near claim", "near claim place", "wide claim place"],
    "co-citation": ["co-cited"],
    "usage": list(USAGE),
    "year and authors around": ["year near", "author near"],
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """An uncited sentence of a draft.

    ``values`` are candidates by features; ``right`` tells which were cited here; ``gold`` how many works were.
    ``peers`` tell which of BM25's first ten are right, without and with citances. ``weight``: how many sentences it is
    for, 0 where it only tells how works are ranked; ``ruled_out``: how many more there are for each kept one that are
    never ranked, since their looks rule it out.
    """

    paper: str
    language: str
    measured: bool
    open: bool
    hidden: bool
    values: np.ndarray
    right: np.ndarray
    gold: int
    first_mention: np.ndarray
    signs: dict[str, float]
    words: tuple[frozenset[str], ...]
    peers: tuple[tuple[bool, ...], ...]
    weight: float
    ruled_out: float


def sources(options: argparse.Namespace) -> Iterator[tuple[reading.Paper, str, bool]]:
    """The papers with their language, and whether they are measured on."""
    languages = {each["repo"]: each["language"] for each in json.loads(options.papers.read_text("utf-8"))}
    for paper in reading.papers(options.papers, options.folder):
        yield paper, languages[paper.name], True
    if options.more:
        for line in options.more.read_text("utf-8").splitlines():
            each = json.loads(line)
            root = options.more_folder / each["repo"].replace("/", "+") / each["root"]
            yield reading.Paper(each["repo"], root, {}, {}), each["language"], False


def extract(options: argparse.Namespace) -> None:
    """Write the places of every paper."""
    options.out.mkdir(parents=True, exist_ok=True)
    all_of = [*sources(options)]
    measured = [paper for paper, _, is_measured in all_of if is_measured]
    others = {paper.name: others_entries(paper, measured, options.out) for paper in measured}
    asked = [(*each, (*options.library, *others.get(each[0].name, ())), options.out) for each in all_of]
    with multiprocessing.Pool(2) as pool:
        for name, count, seconds in pool.imap_unordered(extract_one, asked):
            sys.stderr.write(f"{name}: {count} places, {seconds:.0f} s\n")


def others_entries(paper: reading.Paper, papers: Sequence[reading.Paper], out: Path) -> tuple[str, ...]:
    """A file with the entries of all other owners' papers, as a library beside the corpora."""
    owner = paper.name.split("/")[0]
    found = [
        source.text
        for other in papers
        if other.name.split("/")[0] != owner
        for name in other.project.bibliographies
        if (source := other.read(name))
    ]
    path = out / f"{paper.name.replace('/', '+')}.others.bib"
    path.write_text("\n".join(found), encoding="utf-8", errors="replace")
    return (str(path),)


def extract_one(asked: tuple[reading.Paper, str, bool, tuple[str, ...], Path]) -> tuple[str, int, float]:
    """The places of one paper, in a file of their own."""
    source, language, measured, libraries, out = asked
    start = time.time()
    try:
        paper = Paper(source.project, tuple(reading._bibliographies(source, source.project)))  # noqa: SLF001 - a script beside it
        shelf = tuple(library_for(library, Path()) for library in libraries)
        rows = [(source.name, *row) for row in need_sentences(paper)]
        places = [
            place
            for opened in (False, True)
            for draw in range(1 if opened and not measured else 2)
            for place in draft_places(source, language, measured, paper, shelf, draw, opened=opened)
        ]
    except Exception as error:  # noqa: BLE001 - one bad paper of hundreds
        sys.stderr.write(f"{source.name}: left out, {error!r}\n")
        return source.name, 0, 0.0
    with (out / f"{source.name.replace('/', '+')}.pkl").open("wb") as file:
        pickle.dump((places, rows), file)
    return source.name, len(places), time.time() - start


def draft_places(source, language, measured, paper, shelf, draw, *, opened) -> Iterator[Place]:  # noqa: ANN001, PLR0917 - what a draft is made of
    """Hidden places of one draft, and a share of the other uncited sentences."""
    draft = hide(paper, source.read, 0.2, f"{draw} {source.name}", opened=opened)
    evidence = Evidence(draft.paper.project, draft.paper.bibliographies)
    shelves = (Waiting(draft.gone, shelf),) if opened else ()
    rng = random.Random(zlib.crc32(f"{source.name} {draw}".encode()))
    wanted = wanted_in(draft)
    loci = [*uncited(evidence, lambda _path, _span: True)]
    others = [locus for locus in loci if (locus.file.path, locus.sentence.span.start) not in wanted]
    asked = [locus for locus in loci if (locus.file.path, locus.sentence.span.start) in wanted]
    # Sentences whose looks rule them out are never shown: they only count.
    hopeful = [locus for locus in others if load_weights().need(signs(locus, evidence)) >= GATE]
    ruled_out = (len(others) - len(hopeful)) / max(1, min(len(hopeful), MOST_OTHERS[measured, opened]))
    others = hopeful
    # A second draft of a paper that only adds to what is fitted shows how works are ranked, no more.
    most_others = MOST_OTHERS[measured, opened] if measured or draw == 0 else 0
    kept_others = rng.sample(others, min(len(others), most_others))
    kept_asked = asked if measured else rng.sample(asked, min(len(asked), MOST_HIDDEN))
    peers = Peers(draft.paper, shelves) if measured else None
    for some, whole in ((kept_asked, asked), (kept_others, others)):
        for locus in some:
            works = wanted.get((locus.file.path, locus.sentence.span.start), {})
            of = (source.name, language, measured, opened)
            stands_for = len(whole) / len(some) if most_others else 0.0
            yield place_at(locus, evidence, shelves, works, peers, of, (stands_for, 0.0 if works else ruled_out))


def wanted_in(draft: Draft) -> dict[tuple[str, int], dict[str, Work]]:
    """Path and start of each hidden sentence to the works it cited."""
    wanted: dict[tuple[str, int], dict[str, Work]] = {}
    for hidden in draft.hidden:
        sentence = sentence_at(draft.paper.project, hidden.path, hidden.offset)
        if sentence is not None:
            wanted.setdefault((hidden.path, sentence.span.start), {}).update(hidden.works)
    return wanted


def place_at(locus, evidence, shelves, works, peers, of, weight) -> Place:  # noqa: ANN001, PLR0917 - as above
    query = Query(locus, evidence)
    found = candidatures(query, evidence, shelves, frozenset())
    columns = features(found, query)
    names = [identities(work) for work in works.values()]
    right = (
        [
            candidate.key in works or any(not identities(candidate.work).isdisjoint(each) for each in names)
            for candidate in found
        ]
        if works
        else [False] * len(found)
    )
    gold = len({frozenset(each) or key for key, each in zip(works, names, strict=True)})
    before, after = locus.neighbour(-1), locus.neighbour(1)
    words = tuple(word_features(each.text) if each else frozenset() for each in (locus.sentence, before, after))
    compared = ()
    if works and peers:
        compared = tuple(rightly(ranked, works) for ranked in peers.rank(locus.sentence.text))
    values = np.array([columns[name] for name in FEATURES], dtype=np.float32).T
    first = np.array([is_first_mention(candidate, query) for candidate in found])
    return Place(
        *of, bool(works), values, np.array(right), gold, first, signs(locus, evidence), words, compared, *weight
    )


def need_sentences(paper: Paper) -> Iterator[tuple[frozenset[str], bool]]:
    """Sentences of a finished paper as word features, and whether they cite; at most 800, drawn."""
    found = [
        (sentence.text, any(not citation.is_silent for citation in file.citations_in(sentence.span)))
        for file in paper.project.files
        for sentence in file.sentences
        if len(sentence.text.split()) >= 5
    ]
    random.Random(1).shuffle(found)
    yield from ((word_features(text), cites) for text, cites in found[:800])


# -- fitting


@dataclass
class Data:
    """All places, the sentences of all papers, and the fold of each paper."""

    places: list[Place]
    sentences: list[tuple[str, frozenset[str], bool]]
    folds: dict[str, int]

    def fold_of(self, place: Place) -> int:
        return self.folds[place.paper]


def load(folder: Path) -> Data:
    """The extracted places; each owner of repositories is in one fold."""
    places: list[Place] = []
    sentences: list[tuple[str, frozenset[str], bool]] = []
    for path in sorted(folder.glob("*.pkl")):
        with path.open("rb") as file:
            some, rows = pickle.load(file)
        places += some
        sentences += rows
    folds = {place.paper: zlib.crc32(place.paper.split("/")[0].encode()) % FOLDS for place in places}
    folds |= {name: zlib.crc32(name.split("/")[0].encode()) % FOLDS for name, *_ in sentences}
    return Data(places, sentences, folds)


def fit_need(rows: Sequence[tuple[str, frozenset[str], bool]]) -> dict[str, float]:
    """Word weights: logistic regression over words and pairs of words that at least five papers use."""
    papers: dict[str, set[str]] = {}
    total: Counter[str] = Counter()
    for name, words, _ in rows:
        total.update(words)
        for word in words:
            papers.setdefault(word, set()).add(name)
    vocabulary = sorted(word for word, count in total.items() if count >= 15 and len(papers[word]) >= 5)
    size = Counter(name for name, *_ in rows)
    counts = CountVectorizer(analyzer=sorted, vocabulary=vocabulary, binary=True).transform(
        [words for _, words, _ in rows]
    )
    model = LogisticRegression(C=0.1, max_iter=300)
    model.fit(counts, [cites for *_, cites in rows], sample_weight=[min(1.0, 400 / size[name]) for name, *_ in rows])
    return {word: round(float(v), 2) for word, v in zip(vocabulary, model.coef_[0], strict=True) if abs(v) >= 0.05}


def with_words(places: Sequence[Place], weights: Mapping[str, float]) -> list[Place]:
    """Places whose word signs are those that these weights give, as ``need.need_of`` would."""

    def value(words: frozenset[str]) -> float:
        return max(-LIMIT, min(LIMIT, math.fsum(weights.get(word, 0.0) for word in words)))

    names = ("words", "words before", "words after")
    return [
        replace(place, signs={**place.signs, **dict(zip(names, map(value, place.words), strict=True))})
        for place in places
    ]


def fit_rank(places: Sequence[Place], columns: Sequence[int], rounds: int = ROUNDS) -> lightgbm.Booster:
    """LambdaMART over the candidates of hidden places."""
    used = [place for place in places if place.hidden and place.right.any()]
    data = lightgbm.Dataset(
        np.vstack([place.values[:, columns] for place in used]),
        np.concatenate([place.right for place in used]).astype(int),
        group=[len(place.values) for place in used],
        free_raw_data=True,
    )
    options = {
        "objective": "lambdarank", "num_leaves": 20, "learning_rate": 0.08, "min_data_in_leaf": 40,
        "feature_fraction": 0.3, "bagging_fraction": 0.8, "bagging_freq": 1, "lambdarank_truncation_level": 20,
        "lambda_l2": 5.0, "max_bin": 63, "force_col_wise": True, "verbose": -1, "seed": 0, "num_threads": 2,
        "deterministic": True,
    }  # fmt: skip
    return lightgbm.train(options, data, rounds)


def rank_scores(places: Sequence[Place], booster: lightgbm.Booster, columns: Sequence[int]) -> list[np.ndarray]:
    """The scores of each place's candidates."""
    if not places:
        return []
    whole = booster.predict(np.vstack([place.values[:, columns] for place in places]), num_threads=2)
    return np.split(whole, np.cumsum([len(place.values) for place in places])[:-1])


def out_of_fold_scores(
    data: Data, places: Sequence[Place], columns: Sequence[int], rounds: int = ROUNDS
) -> list[np.ndarray]:
    """Scores from rankers that saw nothing of a place's fold."""
    found: list[np.ndarray | None] = [None] * len(places)
    for fold in range(FOLDS):
        mine = [i for i, place in enumerate(places) if data.fold_of(place) == fold]
        if not mine:
            continue
        booster = fit_rank([place for place in data.places if data.fold_of(place) != fold], columns, rounds)
        for i, scores in zip(mine, rank_scores([places[i] for i in mine], booster, columns), strict=True):
            found[i] = scores
    return found


def temperature(places: Sequence[Place], scores: Sequence[np.ndarray]) -> float:
    """The factor under which a softmax over the scores fits best which candidates are right."""
    pairs = [(p.right, s) for p, s in zip(places, scores, strict=True) if p.hidden and p.right.any()]

    def loss(factor: float) -> float:
        total = 0.0
        for right, score in pairs:
            weights = np.exp(factor * (score - score.max()))
            total -= math.log(weights[right].sum() / weights.sum())
        return total

    return float(minimize_scalar(loss, bounds=(0.05, 5.0), method="bounded").x)


def place_values(place: Place, scores: np.ndarray, need: float) -> dict[str, float]:
    """What confidence sees of a place, as ``rank.place_of`` gives it."""
    order = np.argsort(-scores, kind="stable")
    top = order[0]
    return {
        **place.signs,
        "need": need,
        **standing([float(scores[i]) for i in order]),
        "first mention": float(place.first_mention[top]),
        **dict(zip(FEATURES, map(float, place.values[top]), strict=True)),
    }


def fit_logistic(rows: np.ndarray, right: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Ridge logistic regression on standardised columns, given back for the plain columns; the bias comes last."""
    middle, spread = rows.mean(0), rows.std(0) + 1e-9
    model = LogisticRegression(C=0.05, max_iter=1000).fit((rows - middle) / spread, right, sample_weight=weight)
    slope = model.coef_[0] / spread
    return np.append(slope, model.intercept_[0] - slope @ middle)


MATCH = (
    "best score",
    "lead",
    "share",
    "spread",
    "name",
    "surname",
    "title covered",
    "entry score",
    "citance",
    "library",
)


def fit_missing(rows: np.ndarray, right: np.ndarray, weight: np.ndarray, rounds: int = 200) -> lightgbm.Booster:
    """Boosted trees for "this sentence lacks a citation, and the first candidate is it"."""
    options = {
        "objective": "binary", "num_leaves": 12, "learning_rate": 0.04, "min_data_in_leaf": 60, "feature_fraction": 0.3,
        "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 20.0, "max_bin": 63, "verbose": -1, "seed": 0,
        "num_threads": 2, "deterministic": True, "force_col_wise": True,
    }  # fmt: skip
    return lightgbm.train(options, lightgbm.Dataset(rows, right.astype(int), weight=weight), rounds)


def recalls(places: Sequence[Place], ranked: Sequence[Sequence[bool]]) -> str:
    """R@1, R@5, R@10 and MRR; recall@k is divided by min(k, works hidden there)."""
    r1, r5, r10, mrr = [], [], [], []
    for place, right in zip(places, ranked, strict=True):
        first = next((at for at, each in enumerate(right[:10]) if each), None)
        r1.append(float(first == 0))
        r5.append(min(sum(right[:5]) / min(5, place.gold), 1.0))
        r10.append(min(sum(right[:10]) / min(10, place.gold), 1.0))
        mrr.append(0.0 if first is None else 1 / (first + 1))
    return f"{len(places)} | {np.mean(r1):.3f} | {np.mean(r5):.3f} | {np.mean(r10):.3f} | {np.mean(mrr):.3f}"


def report_ranking(places: Sequence[Place], scores: Sequence[np.ndarray], label: str, *, peers: bool = False) -> None:
    """A line for each mode and kind of language, over hidden places of the papers measured on."""
    for opened in (False, True):
        for english in (True, False):
            some = [
                (place, score)
                for place, score in zip(places, scores, strict=True)
                if place.measured and place.hidden and place.open == opened and (place.language == "en") == english
            ]
            if not some:
                continue
            asked = [place for place, _ in some]
            where = f"{'open' if opened else 'own-bib'}, {'English' if english else 'other languages'}"
            ranked = [[bool(r) for r in place.right[np.argsort(-score, kind="stable")]] for place, score in some]
            print(f"| {where} | {label} | {recalls(asked, ranked)} |", flush=True)
            for number, name in enumerate(("BM25", "BM25 with keys and citances") if peers else ()):
                print(f"| {where} | {name} | {recalls(asked, [place.peers[number] for place in asked])} |")


def report_curve(p: np.ndarray, right: np.ndarray, weight: np.ndarray, hidden: np.ndarray, more: float) -> None:
    """What each threshold shows of all uncited sentences; ``more`` of them are ruled out by their looks."""
    print("| from | per 1,000 | at uncited | first right | hidden place | met | met rightly | mean confidence |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    whole, places = weight.sum() + more, (hidden * weight).sum()
    for threshold in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7):
        shown = p >= threshold
        count, good, met = weight[shown].sum(), (right * weight)[shown].sum(), (hidden * weight)[shown].sum()
        if count:
            print(
                f"| {threshold:.2f} | {1000 * count / whole:.1f} | {1000 * (count - met) / (whole - places):.1f} "
                f"| {good / count:.2f} | {met / count:.2f} | {met / places:.3f} | {good / places:.3f} "
                f"| {(p * weight)[shown].sum() / count:.2f} |"
            )


def report_match(p: np.ndarray, right: np.ndarray) -> None:
    """Where a citation is known to be missing: how often the first candidate is right, from each confidence on."""
    print("| from | share of places | first right | mean confidence |\n|---:|---:|---:|---:|")
    for threshold in (0.0, 0.1, 0.2, 0.3, 0.5, 0.7):
        shown = p >= threshold
        print(f"| {threshold:.2f} | {shown.mean():.2f} | {right[shown].mean():.2f} | {p[shown].mean():.2f} |")


@dataclass(frozen=True)
class Seen:
    """What confidence sees of all places: rows of named values, and whether the first candidate is right.

    ``weight`` is how many sentences a place stands for; ``capped`` the same where no paper counts for more than 400.
    """

    names: list[str]
    rows: np.ndarray
    right: np.ndarray
    hidden: np.ndarray
    weight: np.ndarray
    capped: np.ndarray
    need: np.ndarray
    fold: np.ndarray

    @property
    def matched(self) -> np.ndarray:
        return self.rows[:, [self.names.index(name) for name in MATCH]]

    @property
    def signed(self) -> np.ndarray:
        return self.rows[:, [self.names.index(name) for name in SIGNS]]


def seen_of(data: Data, scores: Sequence[np.ndarray]) -> Seen:
    """The places with word signs and needs from weights that saw nothing of their fold."""
    places = list(data.places)
    fold = np.array([data.fold_of(place) for place in places])
    for number in range(FOLDS):
        words = fit_need([row for row in data.sentences if data.folds[row[0]] != number])
        mine = np.flatnonzero(fold == number)
        for i, place in zip(mine, with_words([places[i] for i in mine], words), strict=True):
            places[i] = place
    hidden, weight = np.array([p.hidden for p in places]), np.array([p.weight for p in places])
    per_paper = Counter(place.paper for place in places)
    capped = weight / np.array([max(1.0, per_paper[p.paper] / 400) for p in places])
    signed = np.array([[place.signs[name] for name in SIGNS] for place in places])
    need = np.zeros(len(places))
    for number in range(FOLDS):
        train, test = fold != number, fold == number
        beta = fit_logistic(signed[train], hidden[train], balanced(hidden[train], capped[train]))
        need[test] = signed[test] @ beta[:-1] + beta[-1]
    values = [place_values(p, s, n) for p, s, n in zip(places, scores, need, strict=True)]
    names = [*values[0]]
    rows = np.array([[value[name] for name in names] for value in values])
    right = np.array([bool(p.right[np.argmax(s)]) for p, s in zip(places, scores, strict=True)]) & hidden
    return Seen(names, rows, right, hidden, weight, capped, need, fold)


def confidences(seen: Seen) -> tuple[np.ndarray, np.ndarray]:
    """*Match* and *missing* of each place, from weights that saw nothing of its fold."""
    match, missing = np.zeros(len(seen.rows)), np.zeros(len(seen.rows))
    for number in range(FOLDS):
        train, test = seen.fold != number, seen.fold == number
        asked = train & seen.hidden
        beta = fit_logistic(seen.matched[asked], seen.right[asked], seen.capped[asked])
        match[test] = 1 / (1 + np.exp(-(seen.matched[test] @ beta[:-1] + beta[-1])))
        missing[test] = fit_missing(seen.rows[train], seen.right[train], seen.capped[train]).predict(seen.rows[test])
    missing[seen.hidden & (seen.need < GATE)] = 0.0  # as the program does, which then does not rank
    return match, missing


def report_confidence(data: Data, seen: Seen) -> None:
    """The curves of the papers measured on."""
    match, missing = confidences(seen)
    measured, opened = np.array([p.measured for p in data.places]), np.array([p.open for p in data.places])
    english, more = np.array([p.language == "en" for p in data.places]), np.array([p.ruled_out for p in data.places])
    for label, some in (("own-bib, English", ~opened & english), ("own-bib, all", ~opened), ("open", opened)):
        which = some & measured
        print(f"\n{label}: all uncited sentences\n")
        right, hidden = seen.right[which].astype(float), seen.hidden[which].astype(float)
        report_curve(missing[which], right, seen.weight[which], hidden, more[which].sum())
        print(f"\n{label}: where the author says that a citation is missing\n")
        report_match(match[which & seen.hidden], seen.right[which & seen.hidden])


def fit(options: argparse.Namespace) -> None:
    """Cross-validate, report, and write if asked to."""
    data = load(options.places)
    places = sum(p.hidden for p in data.places)
    print(f"{len({p.paper for p in data.places})} papers, {places} hidden places", flush=True)
    columns = [*range(len(FEATURES))]
    if options.ablation:
        ablation(data)
        return
    scores = out_of_fold_scores(data, data.places, columns)
    report_ranking(data.places, scores, "texscholar", peers=True)
    factor = temperature(data.places, scores)
    kept = [i for i, place in enumerate(data.places) if place.weight]
    weighed = replace(data, places=[data.places[i] for i in kept])
    seen = seen_of(weighed, [factor * scores[i] for i in kept])
    report_confidence(weighed, seen)
    if options.write:
        write(data, factor, seen)


def ablation(data: Data) -> None:
    """What the order loses without each source; all refitted, with half the trees."""
    hidden = [place for place in data.places if place.hidden and place.measured]
    for name, group in {"nothing left out": [], **GROUPS}.items():
        kept = [i for i, feature in enumerate(FEATURES) if feature not in group]
        report_ranking(hidden, out_of_fold_scores(data, hidden, kept, ROUNDS // 2), f"without {name}")


def balanced(hidden: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Weights under which as many places cite as do not."""
    return np.where(hidden > 0, weight / weight[hidden > 0].sum(), weight / weight[hidden == 0].sum()) * 1000


def write(data: Data, factor: float, seen: Seen) -> None:
    """Fit on all papers and write what ships; confidence is fitted on held-out scores, as a new paper's will be."""
    about = (
        f"fitted by benchmarks/fit_weights.py on {len({p.paper for p in data.places})} papers, "
        f"{int(seen.hidden.sum())} hidden places"
    )
    ranker = fit_rank(data.places, [*range(len(FEATURES))])
    dump("ranking_trees.json", {"about": about, "features": FEATURES, "trees": trees(ranker, factor)})
    missing = fit_missing(seen.rows, seen.right, seen.capped)
    dump("missing_trees.json", {"about": about, "features": seen.names, "trees": trees(missing, 1.0)})
    dump("need_words.json", {"about": about, "weights": fit_need(data.sentences)})
    match = fit_logistic(seen.matched[seen.hidden], seen.right[seen.hidden], seen.capped[seen.hidden])
    need = fit_logistic(seen.signed, seen.hidden, balanced(seen.hidden, seen.capped))
    dump(
        "weights.json", {"about": about, "match": linear(MATCH, match), "need": linear(SIGNS, need), "gate": SHOWN_FROM}
    )


def linear(names: Sequence[str], values: Sequence[float]) -> dict[str, object]:
    return {
        "bias": round(float(values[-1]), 4),
        "weights": {n: round(float(v), 4) for n, v in zip(names, values, strict=False)},
    }


def trees(booster: lightgbm.Booster, factor: float) -> list[object]:
    """LightGBM's trees as ``recommend.trees`` reads them."""

    def node(each: dict) -> object:
        if "leaf_value" in each:
            return round(each["leaf_value"] * factor, 5)
        assert each["decision_type"] == "<=", "features are numbers"
        value = round(each["internal_value"] * factor, 5)
        threshold = float(f"{each['threshold']:.6g}")
        return [each["split_feature"], threshold, value, node(each["left_child"]), node(each["right_child"])]

    return [node(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]]


def dump(name: str, data: Mapping[str, object]) -> None:
    """Write a data file of the package: a line for each tree or word, so that a diff can be read."""
    head = {key: value for key, value in data.items() if key != "trees"}
    text = json.dumps(head, indent=1, ensure_ascii=False)
    if "trees" in data:
        lines = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in data["trees"])
        text = f'{text[:-2]},\n "trees": [\n{lines}\n]\n}}'
    (PACKAGE / name).write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Extract or fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    steps = parser.add_subparsers(dest="step", required=True)
    extraction = steps.add_parser("extract")
    extraction.add_argument("--papers", type=Path, required=True)
    extraction.add_argument("--folder", type=Path, action="append", required=True)
    extraction.add_argument("--more", type=Path)
    extraction.add_argument("--more-folder", type=Path)
    extraction.add_argument("--library", action="append", required=True, help="where distractors of the open mode are")
    extraction.add_argument("--out", type=Path, required=True)
    fitting = steps.add_parser("fit")
    fitting.add_argument("places", type=Path)
    fitting.add_argument("--write", action="store_true")
    fitting.add_argument("--ablation", action="store_true")
    options = parser.parse_args()
    extract(options) if options.step == "extract" else fit(options)


if __name__ == "__main__":
    main()
