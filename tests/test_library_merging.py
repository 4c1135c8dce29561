"""Which records become one work, and what is kept of each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.bibtex import Author, Work
from texscholar.library import KINDS
from texscholar.library.exact import parted
from texscholar.library.kinds import FOLDER
from texscholar.library.merging import merge, prepared
from texscholar.library.records import Record
from texscholar.library.schema import content
from texscholar.library.stored import from_json
from texscholar.library.trust import ABSTRACT, ENTRY, KEY

TITLE = "On the Identity of Publications"
AUTHORS = (Author("Müller", "Jana"), Author("Ng", "A."), Author("García-Pérez", "Luis"))
PUBLISHED = {"kind": "inproceedings", "venue": "Proceedings of Examples", "year": 2020}
PREPRINT = {"kind": "misc", "venue": "arXiv", "year": 2019, "arxiv": "1901.00001"}


def work(**told: object) -> Work:
    return Work(**{"title": TITLE, "authors": AUTHORS, "year": 2020, **told})  # type: ignore[arg-type]


def works_of(folder: Path, *records: Record | Work, kinds: tuple[str, ...] = ()) -> list[Record]:
    """What becomes of these records, each of a source of its kind."""
    made = [one if isinstance(one, Record) else Record(f"r{at}", "", one, "a") for at, one in enumerate(records)]
    ready = [prepared(one, kind) for one, kind in zip(made, kinds or ("",) * len(made), strict=True)]
    return [from_json(each.record, "") for each in merge(ready, folder)]


APART = [
    (work(), work(title="On the Identity of Persons")),
    (work(), work(authors=(Author("Doe"), Author("Roe")))),
    (work(doi="10.1000/1"), work(doi="10.1000/2")),
    (work(year=2019, kind="inproceedings", venue="POPL"), work(kind="article", venue="TOPLAS")),
    (work(year=2019, kind="inproceedings", venue="POPL"), work(kind="inproceedings", venue="ICFP")),
    (work(venue="Proceedings of Examples 2020"), work(venue="Extended Abstracts of Examples 2020")),
    (work(venue="World Wide Web Conference"), work(venue="Conference on Research and Development in Retrieval")),
    (work(kind="phdthesis"), work(kind="article", venue="J")),
    (work(kind="book", fields=(("volume", "1"),)), work(kind="book", fields=(("volume", "2"),))),
    (work(title=f"{TITLE}: Part I"), work(title=f"{TITLE}: Part II")),
    (work(title="Overview of the Task in 2019"), work(title="Overview of the Task in 2020")),
    (work(title="Editorial", venue="J"), work(title="Editorial", venue="K")),
    (work(title="Supervised Parsing of Titles"), work(title="Unsupervised Parsing of Titles")),
    (work(arxiv="1901.00001"), work(arxiv="1901.00002")),
    (work(doi="10.1000/1"), Work("Another Title", (Author("Roe"),), 2020, doi="10.1000/1")),
    (Work("Python", year=2020, venue="Web"), Work("Python", year=2021, venue="Web")),
]


@pytest.mark.parametrize(("first", "other"), APART)
def test_other_works(tmp_path: Path, first: Work, other: Work) -> None:
    """Equal or near titles of different works, versions and volumes are kept apart."""
    assert len(works_of(tmp_path, first, other)) == 2


TOGETHER = [
    (work(), work(title="On the identity of publications.")),
    (work(venue="Artificial Intelligence"), work(venue="Artif. Intell.")),
    (work(venue="Knowledge Discovery and Data Mining"), work(venue="Proceedings of KDD")),
    (work(venue="World Wide Web Conference"), work(venue="WWW 2020, Taipei, Republic of China")),
    (work(venue="Conference on Learning Representations"), work(venue="Lecture Notes in Computer Science")),
    (work(venue="Artificial Intelligence and Statistics"), work(venue="Proceedings of Machine Learning Research")),
    (work(venue="World Wide Web Conference"), work(**PREPRINT)),
    (work(), work(title="On the <i>Identity</i> of Publications")),
    (work(title="Questions & Answers in Titles"), work(title="Questions &amp; Answers in Titles")),
    (work(title="Questions & Answers in Titles"), work(title="Questions and Answers in Titles")),
    (work(), work(title=f"{TITLE}: A Study")),
    (work(title=f"LIME: {TITLE}"), work()),
    (work(title="Breakaway"), work(title="Breakaway: An Ambient Display")),
    (work(title="Usees"), work(title="Usees")),
    (work(), work(authors=(Author("Mueller", "J."), *AUTHORS[1:]))),
    (work(), work(authors=(Author("Muller", "J."), *AUTHORS[1:]))),
    (work(), work(authors=(Author("Jana"), *AUTHORS[1:]))),
    (work(authors=AUTHORS[::-1]), work(authors=(Author("Pérez", "Luis García"), *AUTHORS[1::-1]))),
    (work(authors=(Author("Dostoyevsky"),)), work(authors=(Author("Достоевский"),))),
    (work(title="Straße und Größe im Text"), work(title="Strasse und Groesse im Text")),
    (work(title="Über größere Bäume"), work(title="Ueber groessere Baeume")),
    (work(doi="10.1000/1"), work(doi="10.1000/1", title="Another title by Müller")),
    (work(doi="10.5555/123"), work(doi="10.1000/1")),
    (work(doi="10.18653/v1/p19-1001"), work(fields=(("url", "https://aclanthology.org/P19-1001.pdf"),), title="P")),
    (work(arxiv="1901.00001", venue="arXiv", year=2018), work(doi="10.1000/1", venue="J", kind="article", year=2021)),
    (work(venue="J", kind="article", year=2020), work(venue="J", kind="article", year=2021)),
    (Work("Python", year=2020, venue="Web"), Work("Python", year=2020, venue="Web")),
]


@pytest.mark.parametrize(("first", "other"), TOGETHER)
def test_same_work(tmp_path: Path, first: Work, other: Work) -> None:
    """Markup, accents, scripts, subtitles, one misspelt author and a preprint make no other work."""
    records = Record("same", "", first, "a"), Record("same", "", other, "a")
    assert len(works_of(tmp_path, *records)) == 1


def test_preprint_of_two_versions(tmp_path: Path) -> None:
    """A preprint is one work with the version that was published first; a later one stays a work of its own."""
    found = works_of(
        tmp_path,
        work(**PREPRINT),
        work(kind="article", venue="Journal", year=2022, doi="10.1000/2"),
        work(**PUBLISHED, doi="10.1000/1"),
    )
    assert {(one.work.doi, one.work.arxiv) for one in found} == {("10.1000/1", "1901.00001"), ("10.1000/2", "")}


def test_published_version_first(tmp_path: Path) -> None:
    """The published version stands for the work, with its DOI, and the preprint's identifier and abstract beside it."""
    preprint = work(**PREPRINT, doi="10.48550/arxiv.1901.00001", abstract="Of names.")
    (found,) = works_of(tmp_path, preprint, work(**PUBLISHED, doi="10.1000/1"), kinds=("arxiv", "dblp"))
    told = found.work
    assert (told.venue, told.year, told.doi, told.arxiv, told.abstract) == (
        "Proceedings of Examples",
        2020,
        "10.1000/1",
        "1901.00001",
        "Of names.",
    )


def test_fields_by_trust(tmp_path: Path) -> None:
    """An entry is taken whole from the source that is believed most; what it lacks comes from the next that has it."""
    curated = work(**PUBLISHED, fields=(("title", "On the {Identity} of Publications"), ("pages", "1--2")))
    own = work(
        **PUBLISHED, title="on the identity of publications", fields=(("title", "x"), ("volume", "3")), doi="10.1/1"
    )
    record = Record("own", "mueller20", own, "own.bib", "names")
    (found,) = works_of(tmp_path, record, curated, kinds=("bibtex", "dblp"))
    assert (found.work.title, found.key, found.keywords, found.work.doi) == (TITLE, "mueller20", "names", "10.1/1")
    assert found.work.fields == (("title", "On the {Identity} of Publications"), ("pages", "1--2"), ("volume", "3"))


def test_every_kind_has_its_trust() -> None:
    """Each kind of source stands once in each order of trust."""
    assert all(sorted(order) == sorted((*KINDS, FOLDER)) for order in (ENTRY, ABSTRACT, KEY))


def test_a_title_of_many_works(tmp_path: Path) -> None:
    """Hundreds of works of one title and author cost no comparison of each with each, and stay apart."""
    many = [work(doi=f"10.1000/{number}") for number in range(500)]
    assert len(works_of(tmp_path, *many)) == 500


SMALL = st.sampled_from(["", "1", "2"])
WORKS = st.builds(
    Work,
    title=st.sampled_from([TITLE, f"{TITLE}: A Study", "A Study in Names", "Editorial", "Usees"]),
    authors=st.sampled_from(
        [(), AUTHORS, (Author("Mueller"), *AUTHORS[1:]), (Author("Roe"),), (Author("Roe"), Author("Ng"))]
    ),
    year=st.sampled_from([None, 2019, 2020]),
    venue=st.sampled_from(["", "arXiv", "J", "Proceedings of Examples", "Extended Abstracts of Examples"]),
    doi=st.sampled_from(["", "10.1000/1", "10.1000/2", "10.5555/1", "10.48550/arxiv.1901.00001"]),
    arxiv=SMALL.map(lambda number: number and f"1901.0000{number}"),
    abstract=SMALL,
    kind=st.sampled_from(["", "article", "inproceedings", "phdthesis", "book", "misc"]),
)
RECORDS = st.builds(Record, st.sampled_from("abc"), SMALL, WORKS, st.sampled_from(["a.bib", "b.bib"]))
SOURCES = st.lists(st.tuples(RECORDS, st.sampled_from(["bibtex", "dblp", "arxiv", "jsonl"])), max_size=7)


@given(SOURCES, st.randoms(use_true_random=False))
def test_order_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[Record, str]], draw: object
) -> None:
    """The same records in another order become the same works, byte for byte."""
    folder = tmp_path_factory.getbasetemp()
    ready = [prepared(*each) for each in told]
    expected = list(merge(ready, folder))
    draw.shuffle(ready)  # type: ignore[attr-defined]
    assert list(merge(ready, folder)) == expected


@given(SOURCES)
def test_twice_is_once(tmp_path_factory: pytest.TempPathFactory, told: list[tuple[Record, str]]) -> None:
    """The same sources given twice become the same works."""
    folder = tmp_path_factory.getbasetemp()
    ready = [prepared(*each) for each in told]
    assert list(merge([*ready, *ready], folder)) == list(merge(ready, folder))


@pytest.mark.parametrize(("first", "other"), TOGETHER[:-1])  # the last ones name no author
def test_terms_are_those_of_the_record(tmp_path: Path, first: Work, other: Work) -> None:
    """A merged work is found by the terms of what is kept of it, whichever record that came from."""
    one = Record("one", "", replace(first, abstract="Of cats."), "a", citances=("They say so.",))
    two = Record("two", "k", other, "b", "mice", ("So do we.",))
    for records in ((one, two), (two, one)):
        (found,) = merge([prepared(each) for each in records], tmp_path)
        alone = content(from_json(found.record, "a"))
        assert found._replace(exact=b"") == alone._replace(exact=b"")
        assert set(parted(found.exact)) >= set(parted(alone.exact))
