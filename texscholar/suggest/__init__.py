"""Suggestions, the edits that carry them out, the proof that they harm nothing, and patches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texscholar.lazy import exports

if TYPE_CHECKING:
    from texscholar.suggest.adding import entry_change
    from texscholar.suggest.choosing import LFM_REACH, Choice, choose
    from texscholar.suggest.citing import cite_sentence, fill_placeholder
    from texscholar.suggest.decisions import (
        Decisions,
        parts_named,
        read_decisions,
        rejections_in,
        render_decisions,
    )
    from texscholar.suggest.evidence import Evidence, evidence_lines, evidence_of, read_preamble
    from texscholar.suggest.keys import KeyRing
    from texscholar.suggest.parts import Cut, Decision, Part, changes_of, cut, diff_lines
    from texscholar.suggest.patch import (
        FileChange,
        FilePatch,
        blob_id,
        quote_path,
        read_diff,
        render_diff,
        unquote_path,
    )
    from texscholar.suggest.proof import acting_command, flaw, prove
    from texscholar.suggest.rejections import Rejection, read_rejections, rejected_by, updated_rejections
    from texscholar.suggest.suggestion import CITATION, ENTRY, KINDS, RELATED_WORK, Fix, NewEntry, Proposal, Suggestion

__all__ = [
    "CITATION", "ENTRY", "KINDS", "LFM_REACH", "RELATED_WORK", "Choice", "Cut", "Decision", "Decisions", "Evidence",
    "FileChange", "FilePatch", "Fix", "KeyRing", "NewEntry", "Part", "Proposal", "Rejection", "Suggestion",
    "acting_command", "blob_id", "changes_of", "choose", "cite_sentence", "cut", "diff_lines", "entry_change",
    "evidence_lines", "evidence_of", "fill_placeholder", "flaw", "parts_named", "prove", "quote_path",
    "read_decisions", "read_diff",
    "read_preamble", "read_rejections", "rejected_by", "rejections_in", "render_decisions", "render_diff",
    "unquote_path", "updated_rejections",
]  # fmt: skip

__getattr__ = exports(
    __name__,
    {
        "adding": "entry_change",
        "choosing": "LFM_REACH Choice choose",
        "citing": "cite_sentence fill_placeholder",
        "decisions": "Decisions parts_named read_decisions rejections_in render_decisions",
        "evidence": "Evidence evidence_lines evidence_of read_preamble",
        "keys": "KeyRing",
        "parts": "Cut Decision Part changes_of cut diff_lines",
        "patch": "FileChange FilePatch blob_id quote_path read_diff render_diff unquote_path",
        "proof": "acting_command flaw prove",
        "rejections": "Rejection read_rejections rejected_by updated_rejections",
        "suggestion": "CITATION ENTRY KINDS RELATED_WORK Fix NewEntry Proposal Suggestion",
    },
)
