"""Where a citation is missing, which works come into question, in which order, and how sure that is."""

from texscholar.recommend.evidence import Candidature, Evidence, Locus
from texscholar.recommend.findings import (
    DUPLICATE,
    MISSING,
    PLACEHOLDER,
    RULES,
    UNDEFINED,
    UNFILLED,
    UNUSED,
    Finding,
    find,
    uncited,
)
from texscholar.recommend.rank import Candidate, Ranking, Searchable, rank
from texscholar.recommend.weights import logit, sigmoid

__all__ = [
    "DUPLICATE", "MISSING", "PLACEHOLDER", "RULES", "UNDEFINED", "UNFILLED", "UNUSED", "Candidate", "Candidature",
    "Evidence", "Finding", "Locus", "Ranking", "Searchable", "find", "logit", "rank", "sigmoid", "uncited",
]  # fmt: skip
