"""Where a citation is missing, which works come into question, in which order, and how sure that is."""

from texscholar.recommend.evidence import Candidature, Evidence, Locus
from texscholar.recommend.features import LAST_CITED
from texscholar.recommend.findings import (
    DUPLICATE,
    MISSING,
    MISSING_INPUT,
    PLACEHOLDER,
    RULES,
    UNDEFINED,
    UNFILLED,
    UNUSED,
    UNUSED_SUPPRESSION,
    Finding,
    find,
    uncited,
)
from texscholar.recommend.rank import Candidate, Ranking, Searchable, need_of_place, prepare, rank
from texscholar.recommend.suppressions import suppressions_in, unused_suppressions, with_silenced
from texscholar.recommend.weights import contributions, logit, sigmoid

__all__ = [
    "DUPLICATE", "LAST_CITED", "MISSING", "MISSING_INPUT", "PLACEHOLDER", "RULES", "UNDEFINED", "UNFILLED", "UNUSED",
    "UNUSED_SUPPRESSION", "Candidate", "Candidature", "Evidence", "Finding", "Locus", "Ranking", "Searchable",
    "contributions", "find", "logit", "need_of_place", "prepare", "rank", "sigmoid", "suppressions_in", "uncited",
    "unused_suppressions", "with_silenced",
]  # fmt: skip
