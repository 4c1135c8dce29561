"""Gradient-boosted regression trees as readable data: what they give, and what each feature has to do with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Node = Any
"""``[feature, threshold, value, left, right]``, or the value of a leaf.

A row goes left where its feature is at most the threshold; ``value`` is the mean over the node's training rows.
"""


@dataclass(frozen=True, slots=True)
class Trees:
    """A sum of trees over named features."""

    features: tuple[str, ...]
    trees: tuple[Node, ...]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Trees:
        """The trees of ``{"features": [name, …], "trees": [node, …]}``."""
        return cls(tuple(data["features"]), tuple(data["trees"]))

    def row(self, values: Mapping[str, float]) -> list[float]:
        """Named values in the order of the features.

        Raises:
            KeyError: one is missing.
        """
        return [values[name] for name in self.features]

    def __call__(self, row: Sequence[float], first: int = 0, last: int | None = None) -> float:
        """The sum of the leaves that a row reaches, of all trees or of some in a row."""
        total = 0.0
        for node in self.trees[first:last]:
            while node.__class__ is list:
                node = node[3] if row[node[0]] <= node[1] else node[4]  # noqa: PLW2901 - the way down
            total += node
        return total

    def contributions(self, row: Sequence[float]) -> dict[str, float]:
        """What each feature adds: the change of the mean at every node that asks for it, summed over the trees.

        Together with the means at the roots they add up to the score (Saabas 2014, "Interpreting random forests").
        """
        found: dict[str, float] = {}
        for node in self.trees:
            while node.__class__ is list:
                name, value = self.features[node[0]], node[2]
                node = node[3] if row[node[0]] <= node[1] else node[4]  # noqa: PLW2901 - the way down
                found[name] = found.get(name, 0.0) + (node[2] if node.__class__ is list else node) - value
        return found
