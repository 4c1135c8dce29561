"""What each rule means and how much it weighs: for SARIF, GitLab and the page ``docs/rules.md``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from texscholar.recommend import (
    DUPLICATE,
    MISSING,
    MISSING_INPUT,
    PLACEHOLDER,
    UNDEFINED,
    UNFILLED,
    UNUSED,
    UNUSED_SUPPRESSION,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

Level = Literal["note", "warning", "error"]
"""How much a finding weighs: ``error`` breaks the paper, ``warning`` is left to do, ``note`` is worth a look."""

LEVELS: tuple[Level, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as reports name it; ``short`` is a phrase without a full stop, ``full`` one or two sentences."""

    id: str
    level: Level
    short: str
    full: str


_RULES = (
    Rule(
        MISSING,
        "note",
        "Sentence without a citation",
        "A sentence lacks a citation, and a work at hand fits it. "
        "How sure that is stands beside the work; what is less sure than min-confidence is not told.",
    ),
    Rule(
        PLACEHOLDER,
        "warning",
        "Citation placeholder",
        "A citation is still to be filled in where the author left a placeholder for it, such as a question mark for a "
        "key or a bracketed note.",
    ),
    Rule(
        UNDEFINED,
        "error",
        "Citation of an undefined key",
        "No bibliography of the paper defines a key that is cited, so the paper prints a question mark there. "
        "Only told where all bibliographies could be read.",
    ),
    Rule(
        UNFILLED,
        "warning",
        "Related work still to be written",
        "A marker says that related work is still to be written. `texscholar fill` drafts it.",
    ),
    Rule(
        DUPLICATE,
        "warning",
        "Duplicate bibliography entry",
        "Two entries of the bibliography have one key, DOI, arXiv id or title, so one work may be printed twice.",
    ),
    Rule(
        UNUSED,
        "note",
        "Unused bibliography entry",
        "Nothing in the paper cites an entry of its bibliography. Only told where check-unused-entries is set.",
    ),
    Rule(
        MISSING_INPUT,
        "error",
        "Missing input file",
        "The paper inputs a file that is not there.",
    ),
    Rule(
        UNUSED_SUPPRESSION,
        "note",
        "Suppression that silences nothing",
        "A comment that tells texscholar to ignore a finding silences none, or names a rule that does not exist.",
    ),
)

RULE_BY_ID: Mapping[str, Rule] = {rule.id: rule for rule in _RULES}
"""Every rule by its id, in the order in which ``texscholar.recommend`` names them."""
