"""Persons of author fields."""

from __future__ import annotations

import pytest
from bibtexparser.middlewares.names import parse_single_name_into_parts
from hypothesis import given
from hypothesis import strategies as st

from texscholar.bibtex import Author, plain
from texscholar.bibtex.names import names

NAMES = [
    ("", ()),
    ("   ", ()),
    ("others", ()),
    ("Ashish Vaswani and Noam Shazeer", (Author("Vaswani", "Ashish"), Author("Shazeer", "Noam"))),
    ("Vaswani, Ashish and others", (Author("Vaswani", "Ashish"),)),
    ("Vaswani, A. and et al.", (Author("Vaswani", "A."),)),
    ("{World Health Organization}", (Author("World Health Organization"),)),
    ("{Simon and Schuster} and OpenAI", (Author("Simon and Schuster"), Author("OpenAI"))),
    ("Ludwig van Beethoven", (Author("van Beethoven", "Ludwig"),)),
    ("de la Fuente, {\\'A}ngel", (Author("de la Fuente", "Ángel"),)),
    ("King, Jr., Martin Luther", (Author("King", "Martin Luther Jr."),)),
    ("Martin Luther King Jr.", (Author("King", "Martin Luther Jr."),)),
    ('M{\\"u}ller, J{\\"o}rg', (Author("Müller", "Jörg"),)),
    ("A\n  and\n  B", (Author("A"), Author("B"))),
    (", Given", (Author("Given"),)),
    ("Plato, ", (Author("Plato"),)),
    ("A and and B", (Author("A"), Author("B"))),
    ("and A and", (Author("A"),)),
    ("{Barnes and} Noble and {{B} and C}", (Author("Noble", "Barnes and"), Author("B and C"))),
    ("Anderson, Andrew AND Brand, Sandy", (Author("Anderson", "Andrew"), Author("Brand", "Sandy"))),
    ("{\\'A}lvaro F. Moreira", (Author("Moreira", "Álvaro F."),)),
    ('M. {\\"O}zg{\\"u}r Cingiz', (Author("Cingiz", "M. Özgür"),)),
    ("{\\O}yvind Eide", (Author("Eide", "Øyvind"),)),
    ("{\\o}ystein del Monte", (Author("øystein del Monte"),)),
    ("de Gaulle", (Author("de Gaulle"),)),
    ("Charles de la Vall{\\'e}e Poussin", (Author("de la Vallée Poussin", "Charles"),)),
    ("{de la} Cruz, Ana", (Author("de la Cruz", "Ana"),)),
    ("Ager III, J. W.", (Author("Ager III", "J. W."),)),
    ("Ford, Jr., Henry", (Author("Ford", "Henry Jr."),)),
    (
        "{LIGO Scientific Collaboration} and {{Virgo}} and {\\relax OpenAI}",
        (Author("LIGO Scientific Collaboration"), Author("Virgo"), Author("OpenAI")),
    ),
    ("family=Simon, given=Jean, prefix=de and {Org = Inc.}", (Author("de Simon", "Jean"), Author("Org = Inc."))),
    ("{Unclosed, B. and C, D.", (Author("Unclosed", "B."), Author("C", "D."))),
    ("Doe~Ray, J.~P.", (Author("Doe Ray", "J. P."),)),
    ("李明 and 王小云", (Author("李明"), Author("王小云"))),
]


@pytest.mark.parametrize(("value", "authors"), NAMES)
def test_names(value: str, authors: tuple[Author, ...]) -> None:
    """Names are split as BibTeX splits them; a particle belongs to the family, a suffix to the given name."""
    assert authors == names(value)


SIMPLE = st.from_regex(r"[A-Z][a-z]{1,8}", fullmatch=True)


@given(people=st.lists(st.tuples(SIMPLE, SIMPLE), min_size=1, max_size=5), family_first=st.booleans())
def test_both_orders_say_the_same(people: list[tuple[str, str]], *, family_first: bool) -> None:
    """Given name first or family name with a comma: one person."""
    written = " and ".join(f"{family}, {given}" if family_first else f"{given} {family}" for family, given in people)
    assert tuple(Author(family, given) for family, given in people) == names(written)


PARTS = ["Jean", "van", "der", "Berg", "{World Org}", "J.", 'M{\\"u}ller', "{\\'E}mile", "Jr."]


@given(st.lists(st.sampled_from(PARTS), min_size=3, max_size=5))
def test_names_split_as_in_bibtexparser(words: list[str]) -> None:
    """Another reader of the same rules finds the same family name, suffixes without a comma apart."""
    parts = parse_single_name_into_parts(" ".join(words), strict=False)
    if "Jr." not in words:
        assert plain(" ".join((*parts.von, *parts.last))) == names(" ".join(words))[0].family


@given(
    st.lists(st.sampled_from(["and", " ", ",", "{", "}", "\\", "Jr.", "von", "A", "b", "~", "é"]), max_size=20).map(
        "".join
    )
)
def test_any_names_are_read(value: str) -> None:
    """Every author has a family name, whatever the value."""
    assert all(author.family for author in names(value))
