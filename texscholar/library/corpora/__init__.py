"""Open corpora that a user may fetch: recipes as data, and the ways to fetch what they name."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "corpora"
"""Where a user's own recipes lie in the configuration folder, and what was fetched in the data folder."""


def forget(name: str, data: Path) -> None:
    """Remove what was fetched for the library of this name, if anything was."""
    for folder in (data / FOLDER / name, data / FOLDER / f".{name}"):
        shutil.rmtree(folder, ignore_errors=True)
