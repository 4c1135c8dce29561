"""When two descriptions mean the same work."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.bibtex import Author, Work, entry_work, identities, is_same_work, read_bibliography, twins
from texscholar.source import SourceText

TITLE = "On the Identity of Publications"


def work_of(text: str) -> Work:
    bibliography = read_bibliography(SourceText("refs.bib", text))
    return entry_work(bibliography.entries[0], bibliography)


def described(kind: str, fields: str) -> Work:
    """An entry of one author and title with further fields."""
    return work_of(f"@{kind}{{k, author={{Doe, Jane}}, title={{{TITLE}}}, {fields}}}")


ARTICLE = "journal={J. Examples}, year={2020}"
PAPER = "booktitle={Proc. Examples}, year={2020}"
PREPRINT = "journal={arXiv preprint arXiv:1901.00001}, year={2019}"
PAIRS = [
    (("article", ARTICLE), ("article", ARTICLE), True),
    (("article", ARTICLE), ("article", "journal={J. Ex.}, year={2020}, doi={10.5555/1}"), True),
    (("article", "journal={Proc. Examples}, year={2020}"), ("inproceedings", PAPER), True),
    (("article", PREPRINT), ("inproceedings", PAPER), True),
    (("article", PREPRINT), ("article", f"{ARTICLE}, doi={{10.5555/1}}"), True),
    (("article", f"{PREPRINT}, doi={{10.48550/arXiv.1901.00001}}"), ("article", f"{ARTICLE}, doi={{10.5555/1}}"), True),
    (("article", "journal={bioRxiv}, doi={10.1101/123456}"), ("article", f"{ARTICLE}, doi={{10.5555/1}}"), True),
    (("misc", "eprint={1901.00001}, archiveprefix={arXiv}, year={2019}"), ("inproceedings", PAPER), True),
    (("inproceedings", "booktitle={POPL}"), ("inproceedings", PAPER), True),
    (
        ("article", "journal={J}, year={2020}, volume={27(5)}"),
        ("article", "journal={J}, year={2020}, volume={27}"),
        True,
    ),
    (("techreport", "institution={X}, year={2020}"), ("misc", "howpublished={Technical report, X}, year={2020}"), True),
    (("phdthesis", "school={X}, year={2020}"), ("inproceedings", PAPER), False),
    (("techreport", "institution={X}, year={2020}"), ("inproceedings", PAPER), False),
    (("misc", "howpublished={Technical Report 1}, year={2020}"), ("inproceedings", PAPER), False),
    (("inproceedings", "booktitle={Proc. Examples}, year={2018}"), ("article", ARTICLE), False),
    (("article", f"{ARTICLE}, doi={{10.5555/1}}"), ("article", f"{ARTICLE}, doi={{10.5555/2}}"), False),
    (("article", "journal={J}, year={2019}, volume={1}"), ("article", "journal={J}, year={2020}, volume={2}"), False),
    (("article", "journal={J}, year={2010}"), ("article", "journal={K}, year={2020}"), False),
    (("online", "url={http://a.b}, year={2019}"), ("online", "url={http://a.b}, year={2020}"), False),
    (("book", "publisher={P}, year={2007}, edition={2}"), ("book", "publisher={P}, year={2013}, edition={3}"), False),
    (("book", "publisher={P}, year={2020}, volume={1}"), ("book", "publisher={P}, year={2020}, volume={2}"), False),
    (("book", "publisher={P}, year={2020}"), ("article", ARTICLE), False),
    (("misc", "eprint={1901.00001v1}"), ("misc", "eprint={1901.00001v2}"), False),
]


@pytest.mark.parametrize(("first", "other", "same"), PAIRS)
def test_same_title_and_author(first: tuple[str, str], other: tuple[str, str], *, same: bool) -> None:
    """A preprint is its publication; a thesis, a report, an edition, a journal version are works of their own."""
    works = described(*first), described(*other)
    assert (same, same) == (is_same_work(*works), is_same_work(*reversed(works)))


def test_another_author_is_another_work() -> None:
    """A title alone makes no duplicate."""
    assert not is_same_work(Work(TITLE, (Author("Doe"),)), Work(TITLE, (Author("Roe"),)))


IDENTIFIED = [
    (Work("A", (Author("Doe"),), doi="10.5555/1"), Work("B", (Author("Doe"),), doi="10.5555/1"), True),
    (Work("A Title", (Author("Doe"),), arxiv="1901.00001"), Work("Title", (), arxiv="1901.00001"), True),
    (Work("On A", (Author("Doe"),), doi="10.5555/1"), Work("On A: B", (Author("Roe"),), doi="10.5555/1"), True),
    (Work("On A", (Author("Doe"),), doi="10.5555/1"), Work("On B", (Author("Roe"),), doi="10.5555/1"), False),
]


@pytest.mark.parametrize(("first", "other", "same"), IDENTIFIED)
def test_same_identifier(first: Work, other: Work, *, same: bool) -> None:
    """An identifier pasted into an entry of another title and author makes no duplicate."""
    assert same == is_same_work(first, other)


@pytest.mark.parametrize("title", ["Introduction", "Guest Editorial", "Acknowledgements", "A", "Book Reviews", ""])
def test_titles_of_kinds_of_text_name_no_work(title: str) -> None:
    """An editor may write ten introductions."""
    assert identities(Work(title, (Author("Doe"),))) == frozenset()


def test_an_ampersand_is_an_and() -> None:
    """Titles are written both ways."""
    assert is_same_work(Work("Search & Retrieval", (Author("Doe"),)), Work("Search and Retrieval", (Author("Doe"),)))


def test_twins_name_the_first_description() -> None:
    """Each later description of a work points to the first one."""
    works = [
        described("article", ARTICLE),
        Work("Another Title at All", (Author("Doe"),)),
        described("article", ARTICLE),
    ]
    assert twins([*works, described("article", ARTICLE)]) == (None, None, 0, 0)


def test_many_descriptions_of_one_work_take_linear_time() -> None:
    """Copies are compared with the first only."""
    works = [Work(TITLE, (Author("Doe"),))] * 5_000
    assert twins(works)[1:] == (0,) * 4_999


SMALL = st.sampled_from(["", "1", "2"])
WORKS = st.builds(
    Work,
    title=st.sampled_from([TITLE, f"{TITLE} II", "", "Editorial"]),
    authors=st.sampled_from([(), (Author("Doe"),), (Author("Roe"),)]),
    year=st.sampled_from([None, 2019, 2020]),
    venue=st.sampled_from(["", "arXiv", "J"]),
    doi=SMALL.map(lambda number: number and f"10.5555/{number}"),
    arxiv=SMALL.map(lambda number: number and f"1901.0000{number}"),
    kind=st.sampled_from(["", "article", "inproceedings", "phdthesis", "book", "misc"]),
)


@given(st.lists(WORKS, max_size=6))
def test_twins_share_an_identity(works: list[Work]) -> None:
    """A twin stands before its copy, is the same work either way round, and has no twin itself."""
    found = twins(works)
    for at, twin in enumerate(found):
        if twin is not None:
            assert twin < at
            assert found[twin] is None
            assert is_same_work(works[twin], works[at])
            assert is_same_work(works[at], works[twin])
