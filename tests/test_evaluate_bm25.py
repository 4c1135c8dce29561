"""BM25, worked out by hand, and what it ranks in a paper."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from fixtures_language import fixture
from texscholar.bibtex import Work, read_bibliography
from texscholar.evaluate import Peers
from texscholar.evaluate.bm25 import counted, of_documents
from texscholar.library import Hit, Record
from texscholar.pipeline import Paper
from texscholar.source import SourceText

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCUMENTS = [counted(text.split()) for text in ("a a b", "b", "c d")]


def test_rarity() -> None:
    """ln(1 + (N - n + 0.5) / (n + 0.5)): of three documents two hold b, one c, none x."""
    collection = of_documents(DOCUMENTS)
    assert [collection.rarity(term) for term in "bcx"] == pytest.approx(
        [math.log(1 + 1.5 / 2.5), math.log(1 + 2.5 / 1.5), math.log(1 + 3.5 / 0.5)]
    )


@pytest.mark.parametrize(
    ("query", "document", "expected"),
    [
        ("x", 0, 0.0),
        ("", 0, 0.0),
        # The documents have 3, 1 and 2 terms, 2 on average: 0.9 * (0.6 + 0.4 * length / 2).
        ("a", 0, math.log(1 + 2.5 / 1.5) * 2 / (2 + 0.9 * (0.6 + 0.4 * 1.5))),
        ("b", 1, math.log(1 + 1.5 / 2.5) * 1 / (1 + 0.9 * (0.6 + 0.4 * 0.5))),
        ("c", 2, math.log(1 + 2.5 / 1.5) * 1 / (1 + 0.9)),
        ("c c d", 2, 3 * math.log(1 + 2.5 / 1.5) * 1 / (1 + 0.9)),
    ],
)
def test_scores(query: str, document: int, expected: float) -> None:
    """Frequent terms count less and less, long documents a little less, what the query repeats counts again."""
    assert of_documents(DOCUMENTS).score(counted(query.split()), DOCUMENTS[document]) == pytest.approx(expected)


def test_a_larger_collection() -> None:
    """Documents that are not at hand count by their number and by how many of them hold a term."""
    collection = of_documents(DOCUMENTS, 10, {"c": 4}.get)  # type: ignore[arg-type]
    assert (13, pytest.approx(math.log(1 + 8.5 / 5.5))) == (collection.size, collection.rarity("c"))


def test_an_empty_collection() -> None:
    """Nothing is divided by nothing."""
    collection = of_documents([])
    assert (collection.size, collection.mean_length) == (0, 0.0)
    assert collection.score(counted("a"), counted("a")) == pytest.approx(math.log(2) / (1 + 0.9 * 0.6))


BIB = """\
@misc{rain, title = {Rain on Grass}}
@misc{cows, title = {Cows and Calves}, keywords = {grass, {\\"O}l}}
@misc{heidegger1927sun, title = {Light}}
@misc{farms, title = {Farms}}
"""
TEX = """
    %! main.tex
    Milk comes from farms~\\cite{cows}. The sun shines~\\cite{farms}.
    """


class Shelf:
    """A library of one record."""

    name = "shelf"

    def __len__(self) -> int:
        return 1000

    def search(self, query: str, limit: int) -> tuple[Hit, ...]:
        assert limit == 30
        return (Hit(Record("W1", "straw", Work("Straw and grass"), "x"), 1.0),) if "grass" in query else ()

    def search_terms(
        self, wanted: Mapping[str, float], limit: int, context: Mapping[str, float] | None = None
    ) -> tuple[Hit, ...]:
        raise AssertionError((wanted, limit, context))

    def by_key(self, key: str) -> tuple[Record, ...]:
        raise AssertionError(key)

    def document_frequency(self, term: str) -> int:
        return {"grass": 900}.get(term, 0)


def _ranked(sentence: str, *shelves: Shelf) -> list[list[str]]:
    paper = Paper(fixture(TEX).project, (read_bibliography(SourceText("refs.bib", BIB)),))
    return [[key for key, _ in ranked] for ranked in Peers(paper, shelves).rank(sentence)]


@pytest.mark.parametrize(
    ("sentence", "plain", "cited"),
    [
        ("Nobody knows.", [], []),
        ("The of and.", [], []),
        ("Grass after rain.", ["rain", "cows"], ["rain", "cows"]),
        ("Öl", ["cows"], ["cows"]),
        ("Sun", [], ["heidegger1927sun", "farms"]),
        ("Milk", [], ["cows"]),
    ],
)
def test_what_is_searched(sentence: str, plain: list[str], cited: list[str]) -> None:
    """Title, venue and keywords; for the second peer also the words of the key and sentences that cite the work."""
    assert [plain, cited] == _ranked(sentence)


def test_libraries_are_searched_too() -> None:
    """By their titles; how common a term is there counts."""
    assert [sorted(ranked, key=["rain", "cows", "straw"].index) for ranked in _ranked("grass", Shelf())] == [
        ["rain", "cows", "straw"],
        ["rain", "cows", "straw"],
    ]
    assert _ranked("grass and farms", Shelf())[0][0] == "farms"
