"""Constraints in every spelling: all of them mean the same."""

from __future__ import annotations

import re

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.lfm.constraint import Chars, Constraint, Either, Literal, Repeat, Then, choice
from texscholar.lfm.prose import prose, query_line, whole_sentences

TABLE = [
    (choice("yes", "no"), 'root ::= ("yes" | "no")\n', ["yes", "no"], ["", "y", "yesno", "Yes", "yes "]),
    (Constraint(Literal('a"b\\')), 'root ::= "a\\"b\\\\"\n', ['a"b\\'], ["ab"]),
    (
        Constraint(Repeat(Chars((("a", "c"), ("-", "-"), ("]", "]"))), 1, 3)),
        "root ::= ([a-c\\u002D\\u005D]){1,3}\n",
        ["a", "-]", "cc-"],
        ["", "d", "aaaa", "^"],
    ),
    (
        Constraint(Then((Literal("n"), Repeat(Either((Literal("1"), Literal("22"))))))),
        'root ::= "n" (("1" | "22"))*\n',
        ["n", "n1", "n22122"],
        ["", "n2", "1"],
    ),
    (Constraint(Repeat(Literal("é\n"), 2)), 'root ::= ("é\\n"){2,}\n', ["é\né\n", "é\n" * 5], ["é\n", "é"]),
]


@pytest.mark.parametrize(("constraint", "grammar", "good", "bad"), TABLE)
def test_spellings(constraint: Constraint, grammar: str, good: list[str], bad: list[str]) -> None:
    """Grammar, regular expression, schema and check agree."""
    assert constraint.gbnf == grammar
    for text, is_good in [*((text, True) for text in good), *((text, False) for text in bad)]:
        assert constraint.accepts(text) is is_good
        assert (re.fullmatch(constraint.regex, text) is not None) is is_good
    validator = jsonschema.Draft202012Validator(constraint.schema)
    if not any("\n" in text for text in good + bad):  # $ of a JSON schema also stands before a last line end in Python
        assert [validator.is_valid({"answer": text}) for text in good + bad] == [True] * len(good) + [False] * len(bad)
    assert not validator.is_valid({"answer": good[0], "more": 1})


def test_choices() -> None:
    """What is nothing but a choice says so."""
    assert choice("a", "b").choices == ("a", "b")
    assert Constraint(Literal("a")).choices == ("a",)
    assert Constraint(Then((Literal("a"), Literal("b")))).choices == ()


@pytest.mark.parametrize(
    "char", [*'\\{}%$&#~^_"`<>|@*=\t\n\r\0\x1b\x7f\u202e\u2028', "[", "]", "[4]", "[0]", "[12]", "[1"]
)
def test_no_prose(char: str) -> None:
    """Prose holds nothing that TeX reads as more than itself, no number that no work has, and nothing unprintable."""
    assert not prose(3).accepts(f"As {char} says.")


@pytest.mark.parametrize(
    "text",
    [
        "[1] is better than [2] (see [3]), isn't it?",
        "Müller et al. [2] follow it: 3-4 times, and/or more; so!",
        "Как известно [1].",
        "如[1]所述，方法很好。",
        "그것은 [2] 이다.",
        "ذلك [1].",
    ],
)
def test_prose(text: str) -> None:
    """Sentences with citations, in the languages of the models."""
    assert prose(3).accepts(text)


def test_prose_about_nothing() -> None:
    """Without works there is nothing to cite."""
    assert prose(0).accepts("Maps are old.")
    assert not prose(0).accepts("Maps are old [1].")


@pytest.mark.parametrize("text", ["", " a", ".", "(see [1])", "- a", "1 a"])
def test_beginning_of_prose(text: str) -> None:
    """Prose begins with a letter or a citation."""
    assert not prose(3).accepts(text)


@given(st.text(st.sampled_from("ab [1]2,. andand[2][3]"), max_size=60), st.integers(1, 12))
def test_cited(text: str, works: int) -> None:
    """Of what prose accepts nothing in brackets is left but numbers of works on offer."""
    if prose(works).accepts(text):
        numbers = re.findall(r"\[(\d+)\]", text)
        assert not set("[]") & set(re.sub(r"\[\d+\]", "", text))
        assert set(map(int, numbers)) <= set(range(1, works + 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two", "One."),
        ("One. Two? ", "One. Two?"),
        ("See Fig.2 and", ""),
        ("一。二", "一。"),
        ("no end", ""),
        ("", ""),
    ],
)
def test_whole_sentences(text: str, expected: str) -> None:
    """What was cut off in the middle of a sentence goes."""
    assert whole_sentences(text) == expected


@pytest.mark.parametrize("text", ["neural maps", "BERT-like models of 2019", "注意 机制", "注意机制"])
def test_query(text: str) -> None:
    """A query is a few words."""
    assert query_line(8).accepts(text)


@pytest.mark.parametrize(
    "text", ["", "maps", "neural  maps", '"neural maps"', "neural maps\nand", " neural maps", "a b " * 5]
)
def test_no_query(text: str) -> None:
    """One word is none, nor are quotation marks, lines, or more words."""
    assert not query_line(8).accepts(text)
