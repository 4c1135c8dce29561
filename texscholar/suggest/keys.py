"""Which key a work gets in the paper: the one it has, the one its library gives it, or one in the paper's own style."""

from __future__ import annotations

from texscholar.bibtex import HouseStyle, make_key
from texscholar.recommend import Candidature


class KeyRing:
    """Hands out keys; two works never get the same one, one work never gets two."""

    def __init__(self, style: HouseStyle, taken: frozenset[str]) -> None:
        self._style = style
        self._taken = {key.lower() for key in taken}
        self._given: dict[str, str] = {}

    def proposed(self, work: Candidature) -> str:
        """The key that a work has or would get."""
        if work.is_own:
            return work.key
        identity = f"{work.origin}\0{work.record}"
        if identity in self._given:
            return self._given[identity]
        from_bib = bool(work.work.fields)
        if from_bib and work.key and work.key.lower() not in self._taken:
            return work.key
        return make_key(work.work, self._style, self._taken)

    def give(self, work: Candidature) -> str:
        """The same key, kept for this work from now on."""
        key = self.proposed(work)
        if not work.is_own:
            self._given[f"{work.origin}\0{work.record}"] = key
            self._taken.add(key.lower())
        return key

    def reserve(self, work: Candidature, key: str) -> None:
        """Give a work exactly this key, since the paper cites it already."""
        self._given[f"{work.origin}\0{work.record}"] = key
        self._taken.add(key.lower())
