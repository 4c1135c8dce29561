"""Suggestions, the edits that carry them out, the proof that they harm nothing, and patches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texscholar.lazy import exports

if TYPE_CHECKING:
    from texscholar.suggest.choosing import LFM_REACH, Choice, choose
    from texscholar.suggest.citing import cite_sentence, fill_placeholder
    from texscholar.suggest.keys import KeyRing
    from texscholar.suggest.patch import (
        FileChange,
        FilePatch,
        blob_id,
        quote_path,
        read_diff,
        render_diff,
        unquote_path,
    )
    from texscholar.suggest.proof import prove
    from texscholar.suggest.suggestion import CITATION, ENTRY, KINDS, RELATED_WORK, Fix, NewEntry, Proposal, Suggestion

__all__ = [
    "CITATION", "ENTRY", "KINDS", "LFM_REACH", "RELATED_WORK", "Choice", "FileChange", "FilePatch", "Fix", "KeyRing",
    "NewEntry", "Proposal", "Suggestion", "blob_id", "choose", "cite_sentence", "fill_placeholder", "prove",
    "quote_path", "read_diff", "render_diff", "unquote_path",
]  # fmt: skip

__getattr__ = exports(
    __name__,
    {
        "choosing": "LFM_REACH Choice choose",
        "citing": "cite_sentence fill_placeholder",
        "keys": "KeyRing",
        "patch": "FileChange FilePatch blob_id quote_path read_diff render_diff unquote_path",
        "proof": "prove",
        "suggestion": "CITATION ENTRY KINDS RELATED_WORK Fix NewEntry Proposal Suggestion",
    },
)
