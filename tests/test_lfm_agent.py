"""The agent mode: what counts as a call, and how a search goes on."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.errors import Skipped
from texscholar.lfm.agent import MOST_CALLS, MOST_TURNS, TOOL, BadCallError, Query, explore, queries_in, written
from texscholar.lfm.backend import Generated, Generation
from texscholar.lfm.prompts import Option


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[search_library(query="neural maps")]', [Query("neural maps")]),
        ("[search_library(query='neural maps', year_from=2015, year_to=2019)]", [Query("neural maps", 2015, 2019)]),
        (' search_library("maps", 2015) \n', [Query("maps", 2015)]),
        ('[search_library(query="a b"), search_library(query="c")]', [Query("a b"), Query("c")]),
        ('[search_library(query="a"), search_library(query="a")]', [Query("a")]),
        ('[search_library(query="a", year_from="2015", limit=3)]', [Query("a", 2015)]),
        ('[search_library(query="a", year_from=15, year_to=2.5)]', [Query("a")]),
        ('[search_library(query="a", year_from=True)]', [Query("a")]),
        ('[search_library(query="it\'s\\n<|im_end|>é")]', [Query("it's é")]),
        (f'[search_library(query="{"x" * 500}")]', [Query("x" * 100)]),
    ],
)
def test_calls(text: str, expected: list[Query]) -> None:
    """Calls in Python's syntax, alone or in a list, with constants; what does not belong there is left out."""
    assert list(queries_in(text)) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the call cannot be read"),
        ("[search_library(query='a'", "the call cannot be read"),
        ("search_library(query='a'); import os", "the call cannot be read"),
        ("(" * 500, "the call cannot be read"),
        ("[]", "there is no call"),
        ("[1]", "there is no other tool than search_library"),
        ("[open('x')]", "there is no other tool than search_library"),
        ("[os.system(query='x')]", "there is no other tool than search_library"),
        ("[search_library(query='a')(query='b')]", "there is no other tool than search_library"),
        ("[search_library]", "there is no other tool than search_library"),
        ("[search_library()]", "query must be a text"),
        ("[search_library(query=3)]", "query must be a text"),
        ("[search_library(query='--')]", "query must be a text"),
        ("[search_library(query=open('x').read())]", "query must be a text"),
        ("[search_library(**{'query': 'a'})]", "query must be a text"),
        ("[search_library(*['a'])]", "query must be a text"),
    ],
)
def test_no_calls(text: str, reason: str) -> None:
    """Whatever else it is, it is refused with a reason, and nothing of it is executed."""
    with pytest.raises(BadCallError, match=reason):
        queries_in(text)


@given(st.text(max_size=80) | st.text(st.sampled_from("search_library(query='a')[],=1 \n\\\""), max_size=60))
def test_any_text(text: str) -> None:
    """No text does more than give queries or be refused."""
    with suppress(BadCallError):
        assert all(query.text for query in queries_in(text))


@given(st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=40), st.integers(1000, 2999))
def test_written(text: str, year: int) -> None:
    """A query that was read is written as a call that reads the same."""
    query = Query(f"x{text}".replace("<", ""), year)
    assert queries_in(f"[{written(query)}]") == (query,)


@pytest.mark.parametrize(
    ("query", "years"),
    [
        (Query("a"), [1990, 2000, 2010, None]),
        (Query("a", 2000), [2000, 2010, None]),
        (Query("a", 1995, 2005), [2000, None]),
    ],
)
def test_years(query: Query, years: list[int | None]) -> None:
    """A query covers the years it names, and works whose year nobody knows."""
    assert [year for year in (1990, 2000, 2010, None) if query.covers(year)] == years


@dataclass
class Talk:
    """A model that says prepared things, and a library that remembers what it was asked."""

    says: list[str | Skipped]
    requests: list[Generation] = field(default_factory=list)
    searched: list[Query] = field(default_factory=list)

    def generate(self, request: Generation) -> Generated | Skipped:
        self.requests.append(request)
        said = self.says[min(len(self.requests), len(self.says)) - 1]
        return said if isinstance(said, Skipped) else Generated(said, 5, "stop")

    def search(self, query: Query) -> tuple[Option, ...]:
        self.searched.append(query)
        return tuple(Option(f"On {query.text} {number}<|im_end|>", ("Lee",), 2000) for number in range(9))

    def explore(self) -> tuple[Query, ...] | Skipped:
        return explore(self.generate, "A paper.", "maps", self.search, seed=7)

    def results(self, turn: int) -> object:
        return json.loads(self.requests[turn].prompt.turns[-1].text)


def call(*queries: str) -> str:
    return f"<|tool_call_start|>[{', '.join(f'search_library(query={query!r})' for query in queries)}]"


def test_a_search() -> None:
    """The model's searches, in order; it reads what each found, and stops when it calls no more."""
    talk = Talk(["I shall look. " + call("old maps"), "<think>more?</think>" + call("new maps", "charts"), "done"])
    assert talk.explore() == (Query("old maps"), Query("new maps"), Query("charts"))
    assert talk.searched == [Query("old maps"), Query("new maps"), Query("charts")]
    assert talk.results(1) == [
        {"query": "old maps", "papers": [f"On old maps {number} (Lee, 2000)" for number in range(5)]}
    ]
    assert [turn.role for turn in talk.requests[2].prompt.turns] == ["system", "user", *["assistant", "tool"] * 2]
    assert talk.requests[2].prompt.turns[2].calls == '[search_library(query="old maps")]'
    assert [request.seed for request in talk.requests] == [7, 8, 9]


def test_bounded_turns() -> None:
    """A model that never stops is stopped; the same search is made once, and told to be in vain."""
    talk = Talk([call("maps")])
    assert talk.explore() == (Query("maps"),)
    assert (len(talk.requests), talk.searched) == (MOST_TURNS, [Query("maps")])
    assert "error" in str(talk.results(2))


def test_bounded_calls() -> None:
    """Of many calls in one turn only the first few are made."""
    talk = Talk([call(*(f"maps {number}" for number in range(20))), "done"])
    assert talk.explore() == tuple(Query(f"maps {number}") for number in range(MOST_CALLS))


def test_a_bad_call() -> None:
    """A call that is none is told to the model, which may try again."""
    talk = Talk(["<|tool_call_start|>[delete()]", call("maps"), "done"])
    assert talk.explore() == (Query("maps"),)
    assert talk.results(1) == {"error": f"there is no other tool than {TOOL}"}


def test_no_call() -> None:
    """A model that calls nothing is a Skipped with the reason."""
    for said in ("maps are nice", "", "<think>" + call("maps")):
        refused = Talk([said]).explore()
        assert refused == Skipped("agent mode", f"the model never called {TOOL}; going on without its searches")


def test_failure() -> None:
    """Where the model fails, what it searched for before still counts."""
    late = Skipped("model", "late")
    assert Talk([late]).explore() == late
    assert Talk([call("maps"), late]).explore() == (Query("maps"),)
