"""Where a record comes from, in the words that results use."""

from __future__ import annotations

ONLINE = "online:"
"""Begins the name of a library of answers; a library on this machine cannot be called so."""


def origin_of(library: str) -> str:
    """The origin of the records of a library: ``library:NAME``, or ``online:SOURCE`` for answers of a source."""
    return library if library.startswith(ONLINE) else f"library:{library}"
