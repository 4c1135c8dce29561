"""Regression trees as data: the way down, and what each feature has to do with it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.recommend.trees import Node, Trees

# height <= 2 ? (width <= 5 ? -1 : 3) : 7
TREE = [0, 2.0, 4.0, [1, 5.0, 1.0, -1.0, 3.0], 7.0]
TWO = Trees(("height", "width"), (TREE, [1, 0.0, 0.25, 0.5, 0.125]))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([0.0, 0.0], -1),
        ([2.0, 5.0], -1),  # at the threshold a row goes left
        ([2.0, 5.0000001], 3),
        ([2.0000001, 5.0], 7),
        ([9.0, 9.0], 7),
        ([-float("inf"), float("inf")], 3),
    ],
)
def test_way_down(row: list[float], expected: float) -> None:
    """A row goes left where its feature is at most the threshold, and a leaf is what it gets."""
    assert expected == Trees(("height", "width"), (TREE,))(row)


@pytest.mark.parametrize(
    ("trees", "expected"), [((), 0), ((2.5,), 2.5), ((2.5, -1), 1.5), ((TREE, TREE), 14), ((TREE, 0.5), 7.5)]
)
def test_trees_add_up(trees: tuple[Node, ...], expected: float) -> None:
    """The score is the sum over the trees; no tree gives nothing, a lone leaf itself."""
    assert expected == Trees(("height", "width"), trees)([3.0, 0.0])


def test_read() -> None:
    """What was written as JSON is read as it was."""
    data = json.loads(json.dumps({"features": TWO.features, "trees": TWO.trees, "more": "is left alone"}))
    assert Trees.read(data) == TWO


def test_row_is_ordered_by_name() -> None:
    """Values come in the order of the features whatever their own is; others are left out."""
    assert TWO.row({"width": 1.0, "depth": 2.0, "height": 3.0}) == [3.0, 1.0]


def test_missing_value() -> None:
    """A feature without a value is an error that names it."""
    with pytest.raises(KeyError, match="width"):
        TWO.row({"height": 3.0})


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([3.0, 0.0], {"height": 7 - 4, "width": 0.5 - 0.25}),
        ([0.0, 9.0], {"height": 1 - 4, "width": (3 - 1) + (0.125 - 0.25)}),
        ([0.0, 0.0], {"height": 1 - 4, "width": (-1 - 1) + (0.5 - 0.25)}),
    ],
)
def test_contributions(row: list[float], expected: dict[str, float]) -> None:
    """The change of the mean at each node goes to the feature that it asks for."""
    assert expected == TWO.contributions(row)


@pytest.mark.parametrize("trees", [(), (2.5,)])
def test_nothing_asked(trees: tuple[Node, ...]) -> None:
    """Leaves alone ask for no feature."""
    assert Trees(("height",), trees).contributions([1.0]) == {}


def test_only_features_on_the_way_contribute() -> None:
    """A branch that the row does not take says nothing."""
    assert list(Trees(("height", "width"), (TREE,)).contributions([3.0, 0.0])) == ["height"]


NUMBERS = st.integers(-8, 8).map(lambda number: number / 4)  # sums of these are exact


def _node(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.tuples(st.integers(0, 2), NUMBERS, NUMBERS, children, children).map(list)


NODES: st.SearchStrategy[Node] = st.recursive(NUMBERS, _node, max_leaves=8)


def _mean(node: Node) -> Any:
    return node[2] if isinstance(node, list) else node


@given(trees=st.lists(NODES, max_size=4), row=st.lists(NUMBERS, min_size=3, max_size=3))
def test_contributions_add_up(trees: list[Node], row: list[float]) -> None:
    """Together with the means at the roots, or the value of a lone leaf, they are the score."""
    found = Trees(("a", "b", "c"), tuple(trees))
    assert found(row) == sum(found.contributions(row).values()) + sum(map(_mean, trees))


@given(trees=st.lists(NODES, max_size=4), row=st.lists(NUMBERS, min_size=3, max_size=3), data=st.data())
def test_the_order_of_features_is_only_a_name(trees: list[Node], row: list[float], data: st.DataObject) -> None:
    """Trees that number the features otherwise give the same, and say the same of each."""
    order = data.draw(st.permutations(range(3)))

    def renumbered(node: Node) -> Node:
        if not isinstance(node, list):
            return node
        feature, threshold, value, left, right = node
        return [order.index(feature), threshold, value, renumbered(left), renumbered(right)]

    names = ("a", "b", "c")
    first = Trees(names, tuple(trees))
    other = Trees(tuple(names[at] for at in order), tuple(map(renumbered, trees)))
    values = dict(zip(names, row, strict=True))
    assert (first(first.row(values)), first.contributions(row)) == (
        other(other.row(values)),
        other.contributions(other.row(values)),
    )
