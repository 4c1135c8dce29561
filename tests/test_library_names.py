"""Names of persons as databases write them."""

from __future__ import annotations

import pytest

from texscholar.bibtex.work import Author
from texscholar.library.names import author, last_word


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("Mausam", "Mausam", ""),
        ("Ada Lovelace", "Lovelace", "Ada"),
        ("  Ada   Lovelace ", "Lovelace", "Ada"),
        ("Lovelace, Ada", "Lovelace", "Ada"),
        ("Lovelace,", "Lovelace", ""),
        ("Andrew Y. Ng", "Ng", "Andrew Y."),
        ("Quoc V. Le", "Le", "Quoc V."),
        ("Sami Abu-El-Haija", "Abu-El-Haija", "Sami"),
        ("Ludwig van Beethoven", "van Beethoven", "Ludwig"),
        ("van Beethoven, Ludwig", "van Beethoven", "Ludwig"),
        ("Laurens van der Maaten", "van der Maaten", "Laurens"),
        ("van der Maaten", "van der Maaten", ""),
        ("Luc Van Gool", "Van Gool", "Luc"),
        ("Di Wang", "Wang", "Di"),
        ("Martin Luther King Jr.", "King", "Martin Luther Jr."),
        ("Martin Luther King, Jr.", "King", "Martin Luther Jr."),
        ("King, Jr., Martin Luther", "King", "Martin Luther Jr."),
        ("Hal Daumé III", "Daumé", "Hal III"),
        ("Wei Wang 0001", "Wang", "Wei"),
        ("山田 太郎", "山田", "太郎"),
        ("王小明", "王小明", ""),
        ("Александр Пушкин", "Пушкин", "Александр"),
    ],
)
def test_split_name(name: str, family: str, given: str) -> None:
    """Particles belong to the family name, suffixes to the given one, with and without commas."""
    assert Author(family, given) == author(name)


@pytest.mark.parametrize("name", ["", "  ", "others", "et al.", ",", " , "])
def test_nobody(name: str) -> None:
    """What names nobody is nobody."""
    assert author(name) is None


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (Author("Ng", "Andrew"), "Ng"),
        (Author("Van Gool", "Luc"), "Gool"),
        (Author("山田", "太郎"), "太郎"),
        (Author(""), ""),
    ],
)
def test_last_word(person: Author, expected: str) -> None:
    """The last word as written is what BibTeX takes for the family name."""
    assert expected == last_word(person)
