"""Which key a work gets in the paper: the one it has, the one its library gives it, or one in the paper's own style."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from texscholar.bibtex import HouseStyle, identities, make_key
from texscholar.latex import is_placeholder_key

if TYPE_CHECKING:
    from texscholar.recommend import Candidature

# What every citation command, BibTeX and Biber take as part of a key, in any encoding; nobody types a longer one.
_PORTABLE_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_:.+/-]{0,99}")


class KeyRing:
    """Hands out keys; two works never get the same one, and a work under several descriptions gets one.

    Works are the same when they share an identity (DOI, arXiv id, title with first author), so that records of two
    libraries do not both enter the bibliography.
    """

    def __init__(self, style: HouseStyle, taken: frozenset[str]) -> None:
        self._style = style
        self._taken = {key.casefold() for key in taken}
        self._given: dict[str, str] = {}

    def proposed(self, work: Candidature) -> str:
        """The key that a work has or would get."""
        if work.is_own:
            return work.key
        given = next((self._given[name] for name in _names(work) if name in self._given), None)
        if given is not None:
            return given
        from_bib = bool(work.work.fields)
        if from_bib and _is_portable(work.key) and work.key.casefold() not in self._taken:
            return work.key
        return make_key(work.work, self._style, self._taken)

    def give(self, work: Candidature) -> str:
        """The same key, kept for this work from now on."""
        key = self.proposed(work)
        if not work.is_own:
            self.reserve(work, key)
        return key

    def reserve(self, work: Candidature, key: str) -> None:
        """Give a work exactly this key, since the paper cites it already."""
        self._given |= dict.fromkeys(_names(work), key)
        self._taken.add(key.casefold())


def _names(work: Candidature) -> tuple[str, ...]:
    return (f"{work.origin}\0{work.record}", *sorted(identities(work.work)))


def _is_portable(key: str) -> bool:
    return _PORTABLE_KEY.fullmatch(key) is not None and not is_placeholder_key(key)
