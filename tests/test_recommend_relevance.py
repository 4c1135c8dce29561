"""BM25 over the works of one bibliography, by hand and whatever the texts."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.recommend.relevance import Relevance

RARITY = {"zebra": 1.0, "lion": 0.5, "of": 0.0}


def rarity(term: str) -> float:
    return RARITY.get(term, 0.25)


def index_of(*texts: str) -> Relevance:
    return Relevance([text.split() for text in texts], rarity)


def test_bm25_by_hand() -> None:
    """Rarity times tf (k1 + 1) / (tf + k1 (1 - b + b length / mean)), with k1 = 0.9 and b = 0.4, over shared terms."""
    index = index_of("zebra lion", "zebra zebra lion yak gnu emu", "yak")  # 2, 6 and 1 terms: 3 on average
    short, long = 0.9 * (0.6 + 0.4 * 2 / 3), 0.9 * (0.6 + 0.4 * 6 / 3)
    expected = {
        0: 1 * 1.9 / (1 + short) + 0.5 * 1.9 / (1 + short),
        1: 2 * 1.9 / (2 + long) + 0.5 * 1.9 / (1 + long),
    }
    assert pytest.approx(expected) == dict(index.scores({"zebra", "lion", "okapi"}))


def test_term_once_in_a_text_of_mean_length() -> None:
    """Is worth its rarity."""
    assert pytest.approx({0: 1.5, 1: 0.5}) == dict(index_of("zebra lion", "lion yak").scores({"zebra", "lion"}))


@pytest.mark.parametrize("query", [(), ("okapi",)])
def test_nothing_shared(query: tuple[str, ...]) -> None:
    """A text that shares no term has no score."""
    assert dict(index_of("zebra lion", "", "yak").scores(query)) == {}


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("zebra yak", "lion yak"),
        ("zebra zebra", "zebra yak"),
        ("zebra yak", "zebra yak gnu"),
        ("zebra lion", "zebra yak"),
        ("zebra zebra lion yak", "zebra zebra zebra yak"),
    ],
)
def test_better_texts(better: str, worse: str) -> None:
    """Rarer terms, more of them, more of one and fewer others each make a better text."""
    scores = index_of(worse, better).scores({"zebra", "lion"})
    assert scores[1] > scores[0]


def test_empty_texts_have_no_length() -> None:
    """The mean is that of the texts that say something."""
    assert index_of("zebra lion", "", "").scores({"zebra"})[0] == index_of("zebra lion").scores({"zebra"})[0]


@pytest.mark.parametrize("texts", [(), ("",), ("", "")])
def test_empty_index(texts: tuple[str, ...]) -> None:
    """Nothing is found; a text from elsewhere is held against a mean length of 12."""
    index = index_of(*texts)
    mean = Counter({"zebra": 1, "yak": 11})
    assert dict(index.scores({"zebra"})) == {}
    assert pytest.approx(1) == index.score(mean, frozenset({"zebra"}))


@pytest.mark.parametrize("text", ["", "yak gnu"])
def test_foreign_text_that_shares_nothing(text: str) -> None:
    """Scores nothing."""
    assert index_of("zebra").score(Counter(text.split()), frozenset({"zebra"})) == 0


def test_foreign_text_leaves_the_index_as_it_was() -> None:
    """It counts neither for the mean length nor among the texts."""
    index = index_of("zebra lion", "yak")
    before = dict(index.scores({"zebra"}))
    index.score(Counter({"zebra": 99}), frozenset({"zebra", "lion"}))
    assert before == dict(index.scores({"zebra"}))


@pytest.mark.parametrize("text", ["", "of"])
def test_no_impacts(text: str) -> None:
    """A text without terms has none, and a term without weight adds nothing."""
    assert dict.fromkeys(text.split(), 0.0) == dict(index_of("zebra").impacts(Counter(text.split())))


def test_impacts_by_hand() -> None:
    """Each term of a text with what it would add, whether the index has it or not, in the order of the terms."""
    index = index_of("zebra lion", "yak gnu emu okapi")  # 2 and 4 terms: 3 on average
    short = 0.9 * (0.6 + 0.4 * 3 / 3)
    expected = [("giraffe", 0.25 * 1.9 / (1 + short)), ("zebra", 2 * 1.9 / (2 + short))]
    found = index.impacts(Counter(("zebra", "giraffe", "zebra")))
    assert [(term, pytest.approx(impact)) for term, impact in expected] == found


TERMS = st.sampled_from(["zebra", "lion", "yak", "gnu", "of", "学习"])
TEXTS = st.lists(st.lists(TERMS, max_size=8), min_size=1, max_size=5)


@given(texts=TEXTS, query=st.frozensets(TERMS))
def test_foreign_text_scores_as_if_it_were_indexed(texts: list[list[str]], query: frozenset[str]) -> None:
    """A text of the same terms as an indexed one gets the same score."""
    index = Relevance(texts, rarity)
    found = index.scores(query)
    assert pytest.approx([found.get(at, 0.0) for at in range(len(texts))]) == [
        index.score(Counter(text), query) for text in texts
    ]


@given(texts=TEXTS, text=st.lists(TERMS, max_size=8), query=st.frozensets(TERMS))
def test_impacts_of_shared_terms_make_the_score(texts: list[list[str]], text: list[str], query: frozenset[str]) -> None:
    """What the terms of a query add to a text's score is its score, to the last bit."""
    index = Relevance(texts, rarity)
    impacts = index.impacts(Counter(text))
    assert {*text} == {term for term, _ in impacts}
    assert index.score(Counter(text), query) == sum(impact for term, impact in impacts if term in query)


@given(texts=TEXTS, query=st.lists(TERMS, unique=True), data=st.data())
def test_scores_do_not_depend_on_any_order(texts: list[list[str]], query: list[str], data: st.DataObject) -> None:
    """Of the terms of the query, of those of a text, of the texts: to the last bit."""
    asked = data.draw(st.permutations(query))
    order = data.draw(st.permutations(range(len(texts))))
    moved = Relevance([texts[at][::-1] for at in order], rarity).scores(asked)
    assert dict(Relevance(texts, rarity).scores(query)) == {order[at]: score for at, score in moved.items()}
