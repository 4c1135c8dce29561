"""The ids of the rules, as reports, settings and suppressions name them."""

from __future__ import annotations

MISSING = "missing-citation"
PLACEHOLDER = "placeholder-citation"
UNDEFINED = "undefined-citation"
UNFILLED = "unfilled-related-work"
DUPLICATE = "duplicate-entry"
UNUSED = "unused-entry"
MISSING_INPUT = "missing-input"
UNUSED_SUPPRESSION = "unused-suppression"
RULES = (MISSING, PLACEHOLDER, UNDEFINED, UNFILLED, DUPLICATE, UNUSED, MISSING_INPUT, UNUSED_SUPPRESSION)
