"""Fits how likely a work is cited in a related-work section, on finished papers whose section is taken out.

    python benchmarks/fit_related_work.py extract --more benchmarks/fitted_on.jsonl --more-folder FOLDER \
        --library NAME --out CASES.pkl [--topics]
    python benchmarks/fit_related_work.py fit CASES.pkl [--write] [--topics]

With ``--topics`` not the sections called "Related work" or the like, but three a paper that are about literature and
whose heading tells the topic (see ``topic_cases``).

``extract`` keeps the signs of the works for every section that cites at least three. Of three sections one keeps its
works in the paper's bibliography and no library is asked, one keeps them and a library is, and one leaves those that
only it cites to the library. ``fit`` reports on held-out owners of repositories, five parts; ``--write`` fits on all.
None of the development papers of the benchmark is among the papers. Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import pickle
import sys
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(Path(__file__).resolve().parent))

import reading
from related_work_cases import Case, cases, is_wanted, topic_cases, without_removed

from texscholar.evaluate import Waiting
from texscholar.library import library_for
from texscholar.recommend import Evidence
from texscholar.related_work.fitting import topic_signs
from texscholar.related_work.likelihood import FOREIGN, PAPER, TOPIC, UNUSED, USED, Signs, most_likely
from texscholar.related_work.planning import LEAST_TOPICAL, fits_for
from texscholar.related_work.retrieval import found_for
from texscholar.related_work.scope import scope_of
from texscholar.related_work.topic import read_topic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FOLDER = Path(__file__).resolve().parent.parent / "texscholar" / "related_work"
FOLDS = 5
LEAST = 3  # works that a section cites
ENOUGH = 150  # works of a kind of one section that count in full
WAYS = ("closed", "closed with library", "open")
SIGNS = {
    UNUSED: ("unused", "unused share", "crowd", "unused around", "run", "in its order", "beside chapter",
             "front in title", "title in introduction", "title in paper", "like unused", "tool", "years old", "place",
             "lift"),
    USED: ("uses", "in chapter", "in introduction", "in prior work", "company", "text score", "unused share",
           "unused around", "citing", "front in title", "title in introduction", "title in paper", "tool", "years old",
           "lift"),
    FOREIGN: ("found by front", "found by paragraph", "found by like", "title in paper", "years old",
              "unused", "own", "citing"),
}  # fmt: skip
TOPICAL = ("topic covered", "topic setting", "topic focus", "topic fit", "topic fit around", "topic fit of best")
OF_A_PAPER = 3  # sections whose heading tells the topic


def signs_of(*, topics: bool) -> dict[str, tuple[str, ...]]:
    """The names of the signs by kind of work."""
    if not topics:
        return SIGNS
    return {
        kind: (*(name for name in names if not name.startswith("found")), *TOPICAL) for kind, names in SIGNS.items()
    }


@dataclass(frozen=True)
class Section:
    """One section: its works as kind, signs and whether it cited them, and how many it cited in all."""

    paper: str
    way: str
    rows: tuple[tuple[str, dict[str, float], bool], ...]
    wanted: int

    @property
    def fold(self) -> int:
        return zlib.crc32(self.paper.split("/")[0].encode()) % FOLDS


def rows_of(case: Case, way: str, library: str, *, topics: bool) -> Iterator[tuple[str, dict[str, float], bool]]:
    """The works that may be cited in a section, own ones and, where a library is asked, those it finds."""
    paper, shelves = case.paper, ()
    if way != WAYS[0]:
        shelves = (library_for(library, Path()),)
    if way == WAYS[2]:
        bibliographies, gone = without_removed(case)
        paper, shelves = replace(paper, bibliographies=bibliographies), (Waiting(gone, shelves),)
    evidence = Evidence(paper.project, paper.bibliographies, shelves=shelves)
    scope = scope_of(case.marker, case.file, evidence)
    signs = Signs(scope)
    if topics:
        fits = [*fits_for(read_topic(case.heading), case.marker, case.file, evidence, shelves, ())]
        for fit, topical in zip(fits, topic_signs(fits), strict=True):
            work = fit.work
            if fit.whole >= LEAST_TOPICAL:
                plain = signs.of(work, None if work.is_own else {})
                yield signs.kind(work), {**plain, **topical}, is_wanted(work, case)
        return
    for work in evidence.own:
        if work.position in evidence.citable:
            kind = USED if evidence.uses[work.position] else UNUSED
            yield kind, signs.of(work), is_wanted(work, case)
    for found in found_for(scope, shelves):
        yield FOREIGN, signs.of(found.work, found.signs), is_wanted(found.work, case)


def extract_one(asked: tuple[int, str, Path, str, bool]) -> list[Section]:
    """The sections of one paper."""
    number, name, root, library, topics = asked
    paper = reading.Paper(name, root, {}, {})
    sections = []
    try:
        some = topic_cases(name, root.name, paper.read, OF_A_PAPER) if topics else cases(name, root.name, paper.read)
        for at, case in enumerate(some):
            if len(case.wanted) >= LEAST:
                way = WAYS[(number + at) % len(WAYS)]
                rows = tuple(rows_of(case, way, library, topics=topics))
                sections.append(Section(name, way, rows, len(case.wanted)))
    except Exception as error:  # noqa: BLE001 - one bad paper of hundreds
        sys.stderr.write(f"{name}: left out, {error!r}\n")
    return sections


def extract(options: argparse.Namespace) -> None:
    """Write the sections of every paper."""
    papers = [json.loads(line) for line in options.more.read_text("utf-8").splitlines()]
    asked = [
        (
            number,
            each["repo"],
            options.more_folder / each["repo"].replace("/", "+") / each["root"],
            options.library,
            options.topics,
        )
        for number, each in enumerate(papers)
    ]
    with multiprocessing.Pool(2) as pool:
        sections = [section for some in pool.imap(extract_one, asked) for section in some]
    with options.out.open("wb") as file:
        pickle.dump(sections, file)
    sys.stderr.write(f"{len(sections)} sections of {len({section.paper for section in sections})} papers\n")


Fitted = tuple[np.ndarray, float]


def fit_kind(sections: Sequence[Section], kind: str, names: Sequence[str]) -> Fitted:
    """Weights of the plain signs and a bias: ridge logistic regression on standardised signs."""
    rows, right, weight = [], [], []
    for section in sections:
        mine = [row for row in section.rows if row[0] == kind]
        rows += [[signs[name] for name in names] for _, signs, _ in mine]
        right += [cited for *_, cited in mine]
        weight += [min(1.0, ENOUGH / max(1, len(mine)))] * len(mine)
    values = np.array(rows)
    middle, spread = values.mean(0), values.std(0) + 1e-9
    model = LogisticRegression(C=0.03, max_iter=2000).fit((values - middle) / spread, right, sample_weight=weight)
    slope = model.coef_[0] / spread
    return slope, float(model.intercept_[0] - slope @ middle)


def likelihoods(section: Section, fitted: dict[str, Fitted], wanted: dict[str, tuple[str, ...]]) -> np.ndarray:
    """The probabilities of a section's works."""
    scores = [
        fitted[kind][0] @ np.array([signs[name] for name in wanted[kind]]) + fitted[kind][1]
        for kind, signs, _ in section.rows
    ]
    return 1 / (1 + np.exp(-np.array(scores)))


def measured(section: Section, values: np.ndarray) -> tuple[float, float, float]:
    """Precision, recall and F1 of the works that would be taken."""
    order = np.argsort(-values, kind="stable")
    taken = order[: most_likely([float(values[at]) for at in order])]
    right = sum(section.rows[at][2] for at in taken)
    precision, recall = right / max(1, len(taken)), min(1.0, right / section.wanted)
    return precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0


def fit(options: argparse.Namespace) -> None:
    """Report, and write the weights if wanted."""
    with options.sections.open("rb") as file:
        sections: list[Section] = pickle.load(file)
    held = {}
    wanted = signs_of(topics=options.topics)
    for fold in range(FOLDS):
        others = [each for each in sections if each.fold != fold]
        fitted = {kind: fit_kind(others, kind, names) for kind, names in wanted.items()}
        held |= {at: likelihoods(each, fitted, wanted) for at, each in enumerate(sections) if each.fold == fold}
    print(
        "| sections | number | precision | recall | F1 | expected right | right |\n|---|---:|---:|---:|---:|---:|---:|"
    )
    for way in WAYS:
        some = [at for at, each in enumerate(sections) if each.way == way and each.rows]
        means = np.mean([measured(sections[at], held[at]) for at in some], axis=0)
        sums = sum(held[at].sum() for at in some), sum(row[2] for at in some for row in sections[at].rows)
        print(
            f"| {way} | {len(some)} | "
            + " | ".join(f"{value:.3f}" for value in means)
            + f" | {sums[0]:.0f} | {sums[1]} |"
        )
    if options.write:
        write(sections, topics=options.topics)


def write(sections: Sequence[Section], *, topics: bool) -> None:
    """The weights of all, as readable JSON."""
    which = "section on a topic that it is told" if topics else "related-work section"
    data: dict[str, object] = {
        "about": f"Log-odds that a {which} cites a work, by what the work is to the paper; fitted by"
        f" benchmarks/fit_related_work.py on {len(sections)} sections of"
        f" {len({each.paper for each in sections})} public papers, benchmarks/fitted_on.jsonl."
    }
    for kind, names in signs_of(topics=topics).items():
        slope, bias = fit_kind(sections, kind, names)
        weights = {name: round(float(value), 3) for name, value in zip(names, slope, strict=True)}
        data[kind] = {"bias": round(bias, 3), "weights": weights}
    (FOLDER / (TOPIC if topics else PAPER)).write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("extract")
    for name in ("--more", "--more-folder", "--out"):
        one.add_argument(name, type=Path, required=True)
    one.add_argument("--library", required=True)
    one.add_argument("--topics", action="store_true")
    one.set_defaults(run=extract)
    two = commands.add_parser("fit")
    two.add_argument("sections", type=Path)
    two.add_argument("--write", action="store_true")
    two.add_argument("--topics", action="store_true")
    two.set_defaults(run=fit)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
