"""Keys of entries: patterns and new keys."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.bibtex import Author, HouseStyle, Work, learn_style, make_key, read_bibliography
from texscholar.bibtex.keys import DEFAULT_PATTERN
from texscholar.source import SourceText

VASWANI = Work(
    "Attention Is All You Need",
    tuple(Author(family) for family in ("Vaswani", "Shazeer", "Parmar", "Uszkoreit", "Jones")),
    2017,
)


def style_of(text: str) -> HouseStyle:
    return learn_style(read_bibliography(SourceText("refs.bib", text)))


PATTERNS = [
    ("{auth}{year}{word}", "vaswani2017attention"),
    ("{auth}{year}", "vaswani2017"),
    ("{Auth}{year}", "Vaswani2017"),
    ("{AUTH}{yy}", "VASWANI17"),
    ("{Auth}{year}{word}", "Vaswani2017attention"),
    ("{Auth}{year}{Word}", "Vaswani2017Attention"),
    ("{auth}{year}{Word}", "vaswani2017Attention"),
    ("{auth}:{year}", "vaswani:2017"),
    ("{Auth}:{year}:{word}", "Vaswani:2017:attention"),
    ("{auth}_{year}", "vaswani_2017"),
    ("{auth}-{year}", "vaswani-2017"),
    ("{auth}.{yy}", "vaswani.17"),
    ("{auth}_{word}_{year}", "vaswani_attention_2017"),
    ("{auth}_{year}_{word}", "vaswani_2017_attention"),
    ("{etal}-{year}-{word}", "vaswani-etal-2017-attention"),
    ("{etal}-{year}", "vaswani-etal-2017"),
    ("{et_al}_{year}", "vaswani_etal_2017"),
    ("{joined}{year}", "vaswanietal2017"),
    ("{Joined}{year}", "VaswaniEtAl2017"),
    ("{auth}{Words}{year}", "vaswaniAttentionAllYou2017"),
    ("{word}{year}", "attention2017"),
    ("{year}_{auth}", "2017_vaswani"),
    ("{auth}{yy}{word}", "vaswani17attention"),
    ("{Alpha}{yy}", "VSP17"),
    ("{Label}{yy}", "VSP+17"),
    ("{auth}", "vaswani"),
    ("{word}", "attention"),
]


@pytest.mark.parametrize(("pattern", "key"), PATTERNS)
def test_patterns_give_keys(pattern: str, key: str) -> None:
    """A pattern makes the key of one well-known paper."""
    assert key == make_key(VASWANI, HouseStyle(key_pattern=pattern), ())


PAPERS = [
    ("Vaswani, A. and Shazeer, N. and Parmar, N. and Uszkoreit, J. and Jones, L.", 2017, "Attention Is All You Need"),
    ("Devlin, J. and Chang, M. and Lee, K.", 2019, "BERT: Pre-training of Deep Transformers"),
    ("He, K. and Zhang, X. and Ren, S.", 2016, "Deep Residual Learning for Image Recognition"),
]


@pytest.mark.parametrize("pattern", [pattern for pattern, _ in PATTERNS])
def test_patterns_are_recognised(pattern: str) -> None:
    """A file whose keys follow a pattern gives that pattern back."""
    text = ""
    for author, year, title in PAPERS:
        work = Work(title, tuple(Author(one.split(",")[0], "X") for one in author.split(" and ")), year)
        key = make_key(work, HouseStyle(key_pattern=pattern), ())
        text += f"@misc{{{key}, author={{{author}}}, year={year}, title={{{title}}}}}\n"
    assert pattern == style_of(text).key_pattern


def test_a_letter_of_a_second_work_is_no_part_of_a_pattern() -> None:
    """Keys that end in a, b, c behind the year are of the pattern without it."""
    text = "".join(f"@misc{{doe2020{letter}, author={{Doe, J.}}, year=2020, title={{A Thing}}}}" for letter in "abc")
    assert style_of(text).key_pattern == "{auth}{year}"


def test_keys_of_no_pattern_give_the_default() -> None:
    """Keys made by hand are no pattern."""
    entries = "".join(f"@misc{{ref{n}, author={{Doe, J.}}, year=2020, title={{A Thing}}}}\n" for n in range(5))
    assert style_of(entries).key_pattern == DEFAULT_PATTERN


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


@given(WORKS, st.sampled_from([pattern for pattern, _ in PATTERNS]))
def test_keys_are_safe_and_free(work: Work, pattern: str) -> None:
    """Any work has a key of plain characters that differs from those taken."""
    style = HouseStyle(key_pattern=pattern)
    first = make_key(work, style, ())
    second = make_key(work, style, [first.upper()])
    assert re.fullmatch(r"[A-Za-z0-9\-_:+.]+", first)
    assert first.casefold() != second.casefold()
