"""Names that titles give to what they present, and sentences that write them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from texscholar.library.terms import terms
from texscholar.recommend.background import weight

if TYPE_CHECKING:
    from collections.abc import Iterable


@lru_cache(maxsize=65536)
def _name_pattern(name: str) -> re.Pattern[str]:
    """A name as a sentence writes it: one word in the same letters, several in any case ("Batch normalization")."""
    return re.compile(rf"(?<![\w-]){re.escape(name)}(?:s|'s)?(?!\w)", re.IGNORECASE if " " in name else 0)


def named(names: Iterable[str], text: str) -> float:
    """The rarity of the rarest name of the title that the sentence writes in the same letters."""
    found = [
        name
        for name in sorted(names)
        if name.split(" ", 1)[0].lower() in text.lower() and _name_pattern(name).search(text)
    ]
    return max((max((weight(term) for term in terms(name)), default=0.5) for name in found), default=0.0)
