"""What a place asks a library for, and the order of its hits."""

from __future__ import annotations

import pytest

from texscholar.bibtex.work import Author, Work
from texscholar.library import Hit, Record
from texscholar.recommend.asking import (
    FEATURES,
    FOLDS,
    Request,
    fold_weights,
    hit_features,
    hit_weights,
    reranked,
)


def hit(title: str, score: float = 1.0, author: str = "Roe", keywords: str = "") -> Hit:
    return Hit(Record(title, "", Work(title, (Author(author),)), "library:l", keywords), score)


def test_a_bare_sentence_has_no_context() -> None:
    """A sentence of which nothing else is known asks for its own terms only."""
    request = Request("The parsing of 12 sentences")
    assert (request.wanted, request.context) == ({"pars": 1.0, "sentenc": 1.0}, {})


def test_context_adds_up() -> None:
    """Paragraph, title and the paper's own words add to what a term counts; repeated in a text it counts once."""
    request = Request("We parse.", "Grammars, grammars of trees.", "Grammar and parse", {"tree": 1})
    expected = {"grammar": 0.65, "tree": pytest.approx(0.25 + 0.15 * 0.6931, abs=1e-4)}
    assert (request.wanted, request.context) == ({"pars": 1.4}, expected)


def test_context_is_bounded() -> None:
    """The context is no longer than a search has time for, and holds no term that half the records hold."""
    words = " ".join(f"xyz{number}" for number in range(200))
    context = Request("We parse.", f"learning {words}").context
    assert (len(context), "learn" in context) == (50, False)


@pytest.mark.parametrize(
    ("name", "sentence", "record", "expected"),
    [
        ("title covered", "nothing alike", hit("Parsing"), 0.0),
        ("title covered", "parsing", hit("Parsing"), 1.0),
        ("keyword", "dependency parsing", hit("T", keywords="parsing dependency; x"), 0.0),
        ("name", "we use Bert", hit("BERT: pretraining"), 0.0),
        ("authors among hits", "parsing", hit("Parsing"), 0.0),
    ],
)
def test_feature(name: str, sentence: str, record: Hit, expected: float) -> None:
    """A named score of a lone hit."""
    assert expected == hit_features(Request(sentence), [record])[0][name]


def test_an_author_met_again() -> None:
    """A hit gains from its authors' other works among the hits, not from itself."""
    values = hit_features(Request("parsing"), [hit("A"), hit("B", author="Poe"), hit("C")])
    assert [each["authors among hits"] > 0 for each in values] == [True, False, True]


def test_names_of_features() -> None:
    """The features are those that are told, in their order."""
    assert tuple(hit_features(Request("x"), [hit("A")])[0]) == FEATURES


def test_weights_are_complete() -> None:
    """Every feature has a weight, in the weights that ship and in those of each fold."""
    assert [set(FEATURES)] * (FOLDS + 1) == [set(hit_weights()), *(set(fold_weights(fold)) for fold in range(FOLDS))]


def test_no_hits() -> None:
    """Nothing found stays nothing."""
    assert reranked(Request("parsing"), (), hit_weights()) == ()


def test_ties_stay_in_order() -> None:
    """Hits that answer alike keep the order in which they came."""
    hits = (hit("B"), hit("A"))
    assert hits == reranked(Request("x"), hits, dict.fromkeys(FEATURES, 0.0))


def test_a_title_named_comes_first() -> None:
    """Of two hits of like score the one whose title the sentence spells out comes first."""
    hits = (hit("Gardens and trees", 1.0), hit("Dependency parsing", 1.0))
    assert hits[::-1] == reranked(Request("We use dependency parsing here."), hits, hit_weights())
