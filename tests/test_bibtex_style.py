"""The house style of a .bib file and the keys made in it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.bibtex import Author, HouseStyle, Work, learn_style, make_key, read_bibliography
from texscholar.bibtex.style import KEY_PATTERNS
from texscholar.source import SourceText

VASWANI = Work(
    "Attention Is All You Need",
    tuple(Author(family) for family in ("Vaswani", "Shazeer", "Parmar", "Uszkoreit")),
    2017,
)


def style_of(text: str) -> HouseStyle:
    return learn_style(read_bibliography(SourceText("refs.bib", text)))


HABITS: list[tuple[str, dict[str, Any]]] = [
    (
        "@misc{a,\n  title = {A},\n}\n",
        {"indent": "  ", "delimiter": "{", "trailing_comma": True, "newline": "\n"},
    ),
    (
        "@misc{a,\r\n\ttitle={A}\r\n}\r\n",
        {"indent": "\t", "before_equals": "", "after_equals": "", "newline": "\r\n"},
    ),
    (
        '@misc{a,\n title = "A",\n year = 2020\n}',
        {"delimiter": '"', "bare_numbers": True, "trailing_comma": False},
    ),
    (
        "@misc{a,\n  title  = {A},\n  year   = {1},\n  author = {X},\n}",
        {"equals_column": 7, "value_column": 0},
    ),
    (
        "@misc{a,\n  title =  {A},\n  year =   {1},\n  author = {X},\n}",
        {"equals_column": 0, "value_column": 9},
    ),
    ("@Misc{a,\n  Title = {A}}", {"kind_case": "title", "field_case": "title", "closing": ""}),
    ("@InProceedings{a, x={1}}@Article{b, x={1}}@Article{c, x={1}}", {"kind_case": "camel"}),
    ("@ARTICLE{a,\n  TITLE = {A},\n  }", {"kind_case": "upper", "field_case": "upper", "closing": "\n  "}),
    ("@misc{a}\n@misc{b}\n@misc{c}\n\n@misc{d}", {"blank_lines": 0}),
    ("@misc{a}\n\n\n@misc{b}\n\n\n@misc{c}", {"blank_lines": 2}),
    ("@misc{a, x={e}}", {"ascii_only": True}),
    ("@misc{a, x={é}}", {"ascii_only": False}),
    ("@article{a, journaltitle={J}, date={2020}}", {"biblatex": True}),
    ("@article{a, journal={J}, year={2020}}", {"biblatex": False}),
]


@pytest.mark.parametrize(("text", "habits"), HABITS)
def test_habits_are_learned(text: str, habits: dict[str, Any]) -> None:
    """Each habit of a file is seen in it."""
    style = style_of(text)
    assert habits == {name: getattr(style, name) for name in habits}


@pytest.mark.parametrize("text", ["", "% nothing yet\n", "@comment{x}\n"])
def test_a_file_without_entries_has_the_default_style(text: str) -> None:
    """Nothing is learned from nothing; not even that the file is ASCII."""
    assert HouseStyle() == style_of(text)


@pytest.mark.parametrize("pattern", KEY_PATTERNS)
def test_patterns_are_named_by_what_they_give(pattern: str) -> None:
    """The name of a pattern is its key for one well-known paper."""
    assert pattern == make_key(VASWANI, HouseStyle(key_pattern=pattern), ())


PAPERS = [("Vaswani, A. and Shazeer, N. and Parmar, N.", 2017, "Attention Is All You Need")]
PAPERS += [("Devlin, J. and Chang, M. and Lee, K.", 2019, "BERT: Pre-training of Deep Transformers")]
PAPERS += [("He, K. and Zhang, X. and Ren, S.", 2016, "Deep Residual Learning for Image Recognition")]


@pytest.mark.parametrize("pattern", KEY_PATTERNS)
def test_patterns_are_recognised(pattern: str) -> None:
    """A file whose keys follow a pattern gives that pattern back."""
    text = ""
    for author, year, title in PAPERS:
        work = Work(title, tuple(Author(one.split(",")[0], "X") for one in author.split(" and ")), year)
        key = make_key(work, HouseStyle(key_pattern=pattern), ())
        text += f"@misc{{{key}, author={{{author}}}, year={year}, title={{{title}}}}}\n"
    assert pattern == style_of(text).key_pattern


def test_keys_of_no_pattern_give_the_default() -> None:
    """Keys made by hand are no pattern."""
    entries = "".join(f"@misc{{ref{n}, author={{Doe, J.}}, year=2020, title={{A Thing}}}}\n" for n in range(5))
    assert style_of(entries).key_pattern == "vaswani2017attention"


def test_spelled_umlauts_are_learned() -> None:
    """A file that writes Mueller for Müller gets Moeller for Möller."""
    style = style_of('@misc{mueller2020, author={M{\\"u}ller, J.}, year=2020, title={On X}}')
    assert make_key(Work("On Y", (Author("Möller", "A"),), 2021), style, ()) == "moeller2021"


KEYS = [
    (Work("The Art of the Deal", (Author("Knuth", "D."),), 1974), "knuth1974art"),
    (Work("A Study", (Author("van der Berg", "J."),), 1974), "berg1974study"),
    (Work("A Study", (Author("Łoś-Æsir", "J."),), 1974), "losaesir1974study"),
    (Work("A Study", (Author("World Health Organization"),), 1974), "world1974study"),
    (Work("A Study", (Author("O'Neil", "J."),), None), "oneilstudy"),
    (Work("A Study of Keys", (), 1974), "study1974keys"),
    (Work("On the", (), None), "onthe"),
    (Work("", (), None), "work"),
    (Work("日本", (Author("李", "明"),), 2020), "work2020"),
    (Work("", (Author("Knuth"),), None), "knuth"),
]


@pytest.mark.parametrize(("work", "key"), KEYS)
def test_keys_of_odd_works(work: Work, key: str) -> None:
    """What a work lacks leaves no hole in its key."""
    assert key == make_key(work, HouseStyle(), ())


def test_a_taken_key_gets_a_letter() -> None:
    """Case does not make a key free; after z come two letters."""
    base, style = "vaswani2017attention", HouseStyle()
    assert f"{base}b" == make_key(VASWANI, style, [base.upper(), f"{base}a"])
    letters = [base, *(base + letter for letter in "abcdefghijklmnopqrstuvwxyz")]
    assert f"{base}aa" == make_key(VASWANI, style, letters)


WORKS = st.builds(
    Work,
    st.text(max_size=40),
    st.lists(st.builds(Author, st.text(max_size=20)), max_size=3).map(tuple),
    st.none() | st.just(1999),
)


@given(WORKS, st.sampled_from(sorted(KEY_PATTERNS)))
def test_keys_are_safe_and_free(work: Work, pattern: str) -> None:
    """Any work has a key of plain characters that differs from those taken."""
    style = HouseStyle(key_pattern=pattern)
    first = make_key(work, style, ())
    second = make_key(work, style, [first.upper()])
    assert re.fullmatch(r"[A-Za-z0-9\-_:+.]+", first)
    assert first.casefold() != second.casefold()
