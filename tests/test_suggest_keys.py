"""Keys: two works never share one, one work has one, and every key can be cited."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.bibtex import Author, Work, learn_style, read_bibliography
from texscholar.recommend import Candidature
from texscholar.source import SourceText
from texscholar.suggest import KeyRing

BIB = "@article{smith2020, title={One}, author={Smith, A.}, year=2020}\n"
STYLE = learn_style(read_bibliography(SourceText("refs.bib", BIB)))


def work(title: str, surname: str = "Ng", year: int = 2019, doi: str = "", *, from_bib: bool = False) -> Work:
    fields = (("title", title),) if from_bib else ()
    return Work(title, (Author(surname, "A."),), year, doi=doi, fields=fields)


def record(described: Work, key: str = "", number: str = "1", library: str = "own") -> Candidature:
    return Candidature(key, described, f"library:{library}", number)


def ring(*taken: str) -> KeyRing:
    return KeyRing(STYLE, frozenset(taken))


def test_own_work_keeps_its_key() -> None:
    """A work of the bibliography is cited under the key it has there, however odd."""
    assert ring("?odd?").give(Candidature("?odd?", work("One"), "bib", "?odd?", 0)) == "?odd?"


def test_key_of_the_library() -> None:
    """A work of a library that is a .bib keeps the key it has there."""
    assert ring("smith2020").give(record(work("Graph kernels", from_bib=True), "Ng:kernels")) == "Ng:kernels"


@pytest.mark.parametrize(
    "key",
    ["smith2020", "SMITH2020", "", "müller", "a b", "a,b", "50%", "a#1", "a\\b", "todo-2020", "missing", "a&b", "~a"],
)
def test_key_of_the_library_that_cannot_stay(key: str) -> None:
    """A key that is taken, that not every tool reads, or that looks like a placeholder is made anew in the style."""
    assert ring("smith2020").give(record(work("Graph kernels", from_bib=True), key)) == "ng2019"


def test_key_in_the_papers_style() -> None:
    """A record without a .bib gets a key as the paper's own ones are made."""
    assert ring("smith2020").give(record(work("Graph kernels"), "conf/icml/Ng19")) == "ng2019"


def test_two_works() -> None:
    """Two works that would get one key get two."""
    keys = ring()
    assert [keys.give(record(work(title), number=title)) for title in ("Graph kernels", "Tree kernels")] == [
        "ng2019",
        "ng2019a",
    ]


def test_proposing_gives_nothing_away() -> None:
    """A key that was only proposed is free for another work."""
    keys = ring()
    keys.proposed(record(work("Graph kernels")))
    assert keys.give(record(work("Tree kernels"), number="2")) == "ng2019"


def test_one_work_keeps_its_key() -> None:
    """A work that was given a key is proposed and given that one from then on."""
    keys, one = ring(), record(work("Graph kernels"))
    assert [keys.give(one), keys.proposed(one), keys.give(one)] == ["ng2019"] * 3


@pytest.mark.parametrize(
    "other",
    [
        work("Kernels on graphs", doi="10.1000/x"),
        work("Graph Kernels for Molecules", year=2020),
        work("{G}raph kernels for molecules.", from_bib=True),
    ],
    ids=["doi", "title", "spelling"],
)
def test_one_work_of_two_libraries(other: Work) -> None:
    """Two descriptions of a work, be it from two libraries, get one key."""
    keys = ring()
    first = keys.give(record(work("Graph kernels for molecules", doi="10.1000/x")))
    assert keys.give(record(other, "its-own", library="other")) == first


def test_reserved_key() -> None:
    """A work that the paper cites under a key of its own gets exactly that one, and no other work gets it."""
    keys, one = ring("ng2019"), record(work("Graph kernels"))
    keys.reserve(one, "ng-graph")
    second = keys.give(record(work("Tree kernels", from_bib=True), "NG-graph", number="2"))
    assert (keys.give(one), second) == ("ng-graph", "ng2019a")


@given(st.lists(st.tuples(st.text(max_size=8), st.booleans(), st.text(max_size=8)), max_size=20))
def test_keys_are_unique(works: list[tuple[str, bool, str]]) -> None:
    """Whatever the records, no two keys differ in case only, and all are plain ASCII."""
    keys = ring("smith2020")
    given_keys = {
        (title, number): keys.give(record(work(title, "Ng", from_bib=from_bib), key, str(number)))
        for number, (title, from_bib, key) in enumerate(works)
    }
    folded = [key.casefold() for key in given_keys.values()] + ["smith2020"]
    assert len(folded) == len(set(folded))
    assert all(key.isascii() and key and not set(key) & set("%#\\{}~,\"'()= \t\n") for key in given_keys.values())
