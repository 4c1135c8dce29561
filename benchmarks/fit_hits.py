"""Fits the order of a library's hits: ``python benchmarks/fit_hits.py FOLDER`` with the files of ACM-CR.

Writes ``texscholar/recommend/hit_weights.json``: weights fitted on all queries, and for each fold of citing papers
weights that saw none of its queries, with which ``run_acm_cr`` ranks. Needs numpy and scipy.

The model is a listwise softmax over the hits of a query (Cao et al., ICML 2007), with a ridge on standardised weights;
the sentences alone and the sentences within their papers are fitted together.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize

from texscholar.evaluate.acm_cr import acm_cr_library, read_queries
from texscholar.recommend.asking import FEATURES, FOLDS, MOST_HITS, hit_features

if TYPE_CHECKING:
    from collections.abc import Sequence

RIDGE = 5.0  # taken over from a first try, not tuned
TARGET = Path(__file__).parents[1] / "texscholar" / "recommend" / "hit_weights.json"
SOURCE = "ACM-CR (F. Boudin, 2021): 552 citing sentences, alone and within their papers; benchmarks/fit_hits.py"

Place = tuple[int, Any, Any]  # number of the citing paper, features of the hits, which of them are right


def places(folder: Path) -> list[Place]:
    """Every sentence, alone and within its paper, with its hits."""
    found: list[Place] = []
    with acm_cr_library(folder) as library:
        for query in read_queries(folder, "sentences", library):
            for request in (query.alone, query.in_paper):
                hits = library.search_terms(request.wanted, MOST_HITS, request.context)
                right = np.array([hit.record.id in query.right for hit in hits], dtype=float)
                if right.any():
                    values = [list(each.values()) for each in hit_features(request, hits)]
                    found.append((query.paper, np.array(values), right))
    return found


def fit(chosen: Sequence[Place]) -> dict[str, float]:
    """The weights that make the right hits likeliest."""
    values = np.vstack([place[1] for place in chosen])
    spread = values.std(0) + 1e-6
    values /= spread
    starts = np.cumsum([0, *(len(place[2]) for place in chosen[:-1])])
    sizes = [len(place[2]) for place in chosen]
    wanted = np.concatenate([place[2] / place[2].sum() for place in chosen])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = values @ weights
        scores -= np.repeat(np.maximum.reduceat(scores, starts), sizes)
        powers = np.exp(scores)
        totals = np.add.reduceat(powers, starts)
        gradient = values.T @ (powers / np.repeat(totals, sizes) - wanted) + RIDGE * weights
        return float(np.log(totals).sum() - wanted @ scores + RIDGE / 2 * weights @ weights), gradient

    weights = minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B").x / spread
    return {name: round(float(weight), 4) for name, weight in zip(FEATURES, weights, strict=True)}


def main() -> None:
    """Fit all and each fold, and write the file."""
    found = places(Path(sys.argv[1]))
    folds = [fit([place for place in found if place[0] % FOLDS != fold]) for fold in range(FOLDS)]
    data = {"source": SOURCE, "weights": fit(found), "folds": folds}
    TARGET.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(data["weights"])


if __name__ == "__main__":
    main()
