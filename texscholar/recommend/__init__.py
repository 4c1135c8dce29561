"""Where a citation is missing, which works come into question, in which order, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texscholar.lazy import exports

if TYPE_CHECKING:
    from texscholar.recommend.evidence import Candidature, Evidence, Locus
    from texscholar.recommend.features import LAST_CITED
    from texscholar.recommend.findings import Finding, find, uncited
    from texscholar.recommend.ranking import Candidate, Ranking, Searchable, need_of_place, prepare, rank
    from texscholar.recommend.rules import (
        DUPLICATE,
        MISSING,
        MISSING_INPUT,
        PLACEHOLDER,
        RULES,
        UNDEFINED,
        UNFILLED,
        UNUSED,
        UNUSED_SUPPRESSION,
    )
    from texscholar.recommend.suppressions import suppressions_in, unused_suppressions, with_silenced
    from texscholar.recommend.weights import contributions, logit, sigmoid

__all__ = [
    "DUPLICATE", "LAST_CITED", "MISSING", "MISSING_INPUT", "PLACEHOLDER", "RULES", "UNDEFINED", "UNFILLED", "UNUSED",
    "UNUSED_SUPPRESSION", "Candidate", "Candidature", "Evidence", "Finding", "Locus", "Ranking", "Searchable",
    "contributions", "find", "logit", "need_of_place", "prepare", "rank", "sigmoid", "suppressions_in", "uncited",
    "unused_suppressions", "with_silenced",
]  # fmt: skip

__getattr__ = exports(
    __name__,
    {
        "evidence": "Candidature Evidence Locus",
        "features": "LAST_CITED",
        "findings": "Finding find uncited",
        "ranking": "Candidate Ranking Searchable need_of_place prepare rank",
        "rules": "DUPLICATE MISSING MISSING_INPUT PLACEHOLDER RULES UNDEFINED UNFILLED UNUSED UNUSED_SUPPRESSION",
        "suppressions": "suppressions_in unused_suppressions with_silenced",
        "weights": "contributions logit sigmoid",
    },
)
