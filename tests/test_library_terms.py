"""Index terms of texts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from texscholar.library.terms import STOP_WORDS, STOPPED, index_terms, index_text, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("graph", ("graph",)),
        ("", ()),
        (" .,;- ", ()),
        ("Neural NETWORKS", ("neural", "network")),
        ("naïve Erdős", ("naiv", "erdo")),
        ("nai\u0308ve", ("naiv",)),
        ("state-of-the-art", ("state", "of", "the", "art")),
        ("\ufb01nd \uff22\uff25\uff32\uff34", ("find", "bert")),
        ("x" * 41, ()),
        ("深層学習", ("深層", "層学", "学習")),
        ("深層学習 with BERTを", ("深層", "層学", "学習", "with", "bert", "を")),
        ("자연어 처리", ("자연", "연어", "처리")),
        ("Привет", ("привет",)),
    ],
)
def test_terms(text: str, expected: tuple[str, ...]) -> None:
    """Words come folded and stemmed, CJK runs as pairs, overlong words not at all."""
    assert expected == terms(text)


@settings(deadline=None)  # the first text pays for loading the analyzer
@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text_has_terms(text: str) -> None:
    """Whatever the text holds, even unpaired surrogates, its terms hold no space that would split them."""
    assert all(term and term == "".join(term.split()) for term in terms(text))


def test_same_terms_with_and_without_accents() -> None:
    """A query typed without accents meets the record that has them."""
    assert terms("Poincaré Gödel Straße") == terms("Poincare Godel Strasse")


def test_stop_words_are_stemmed() -> None:
    """Function words are left out of queries in whichever form they were written."""
    assert set(terms("because during the very above only")) <= STOP_WORDS


def test_words_of_the_field_are_no_stop_words() -> None:
    """Words that say something stay in a query."""
    assert STOP_WORDS.isdisjoint(terms("attention network two translation"))


PIECES = ["a", "B", "é", "e\u0301", "H\u0331", "I\u0307", "学習", "ﬁ", "=", "\u0338", " ", "\u00a0", "-", "’", "\ud800", "Ⅳ", "㏂", "ß", "か\u3099", "running", "x" * 50, "\u200b", "ǆ", "\n"]  # fmt: skip


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_the_memory_of_words_changes_nothing(text: str) -> None:
    """Words read one by one give the terms of the whole text, with one mark for every stop word."""
    expected = [STOPPED if term in STOP_WORDS else term for term in index_terms(text)]
    assert expected == index_text(text).split()


def test_no_term_is_the_mark_of_stop_words() -> None:
    """What stands for a stop word cannot be asked for."""
    assert terms(STOPPED) == ()
