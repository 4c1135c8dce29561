"""Answers of online sources: whatever stands in them, reading gives records, skips or a reason, and ends soon."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servers.sources import NAMES, FakeSources, Paper
from texscholar.errors import Skipped
from texscholar.library.online.answers import MOST_WORKS
from texscholar.library.online.sources import SOURCES
from texscholar.library.records import Record

PATHS = {
    "openalex": "/works?search=rivers",
    "crossref": "/works?query.bibliographic=rivers",
    "semantic-scholar": "/graph/v1/paper/search?query=rivers",
    "arxiv": "/api/query?search_query=all:rivers",
    "dblp": "/search/publ/api?q=rivers",
}
MAPS = Paper("Maps of Rivers & <i>Lakes</i>", ("Ann Ames", "Bo van Bly"), 2020, "Rivers", "10.1000/maps", "2001.00001")


def answer(name: str, *papers: Paper) -> bytes:
    return FakeSources(papers).answer_to(f"/{name}{PATHS[name]}")[2]


def read(name: str, body: bytes) -> tuple[Record | Skipped, ...] | str:
    return SOURCES[name].read(body, name)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("openalex", {"journal": "Rivers", "volume": "3", "pages": "1--9", "doi": "10.1000/maps"}),
        ("crossref", {"journal": "Rivers", "pages": "1--9", "doi": "10.1000/maps"}),
        ("semantic-scholar", {"journal": "Rivers", "volume": "3", "pages": "1--9", "doi": "10.1000/maps", "eprint": "2001.00001"}),
        ("arxiv", {"doi": "10.1000/maps", "eprint": "2001.00001", "archiveprefix": "arXiv", "primaryclass": "cs.CL"}),
        ("dblp", {"journal": "Rivers", "volume": "3", "pages": "1--9", "doi": "10.1000/maps"}),
    ],
)  # fmt: skip
def test_fields(name: str, fields: dict[str, str]) -> None:
    """What a source tells of a work stands in its entry, with names as they should be."""
    (record,) = read(name, answer(name, MAPS))
    assert isinstance(record, Record)
    found = dict(record.work.fields)
    assert found.pop("author").startswith("Ames, Ann and ")
    assert found.pop("title").startswith("Maps of Rivers ")
    assert found.pop("year") == "2020"
    assert fields.items() <= found.items()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_found(name: str) -> None:
    """No works are an answer."""
    assert read(name, answer(name)) == ()


@pytest.mark.parametrize("name", NAMES)
def test_too_many_works(name: str) -> None:
    """Of an answer with many more works than were asked for the first hundred are read."""
    papers = [Paper(f"Rivers {number}", arxiv=f"2001.{number:05}") for number in range(300)]
    rows = read(name, answer(name, *papers))
    assert not isinstance(rows, str)
    assert len(rows) <= MOST_WORKS


@pytest.mark.parametrize("name", NAMES)
def test_titles_that_are_none(name: str) -> None:
    """A work without a title, or with an endless one, is left out; others stay."""
    rows = read(name, answer(name, Paper("Rivers " * 1000, arxiv="2001.00002"), MAPS))
    assert [type(each) for each in rows] == [Skipped, Record]


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/1</id><title>&b;</title></entry></feed>"""
EXTERNAL = b"""<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>&a;</title></entry></feed>"""
ERROR = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/api/errors#bad_id</id><title>Error</title>
<summary>incorrect id format</summary></entry></feed>"""


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (ENTITIES, "declares an entity"),
        (EXTERNAL, "declares an entity"),
        (b"<feed>" + b"<a>" * 5000, "nests elements more than"),
        (b"<feed><entry><title>Rivers", "is no XML from here on"),
        (b"<html><feed", "is no XML"),
        (b"<html></html>", "something that is no Atom feed"),
        (b"", "something that is no Atom feed"),
    ],
)
def test_hostile_feeds(body: bytes, reason: str) -> None:
    """XML that grows, opens files or breaks off is no answer."""
    said = read("arxiv", body)
    assert isinstance(said, str)
    assert reason in said


def test_errors_of_arxiv() -> None:
    """What arXiv writes in the place of an entry is no work."""
    assert read("arxiv", ERROR) == ()


KEYS = """
    results meta id doi title display_name publication_year publication_date type type_crossref primary_location source
    locations landing_page_url authorships author raw_author_name biblio volume issue first_page last_page keywords
    abstract_inverted_index message items DOI subtitle editor given family name container-title event publisher
    published-print issued date-parts page article-number ISBN subject abstract URL institution data paperId corpusid
    externalIds DOI ArXiv ACL venue year journal publicationTypes authors result hits hit info @total key ee text pages
    """.split()  # noqa: SIM905 - words read best as text
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["10.1000/x", "2020", "article"])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=25,
)


def wrapped(name: str, items: list[Any]) -> Any:
    match name:
        case "openalex":
            return {"results": items}
        case "crossref":
            return {"message": {"items": items}}
        case "semantic-scholar":
            return {"data": items}
        case _:
            return {"result": {"hits": {"@total": "1", "hit": [{"info": each} for each in items]}}}


@pytest.mark.parametrize("name", [name for name in NAMES if name != "arxiv"])
@given(items=st.lists(VALUES | st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8), max_size=3), whole=VALUES)
@settings(max_examples=80)
def test_values_of_wrong_types(name: str, items: list[Any], whole: Any) -> None:
    """Whatever values an answer has in whatever places, nothing is raised."""
    for value in (wrapped(name, items), whole, {**wrapped(name, []), "x": whole}):
        rows = read(name, json.dumps(value).encode("utf-8", "replace"))
        assert isinstance(rows, str) or all(isinstance(each, Record | Skipped) for each in rows)
    one = SOURCES[name].read_one
    assert one is None or isinstance(one(json.dumps(whole).encode(), name), str | tuple)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("piece", ["{", "<i>", "&amp;", "\\", "$", "<math>", "[", "\u0301", "a ", "{\\a"])
def test_long_values(name: str, piece: str) -> None:
    """A value of 200,000 characters is read in a moment, whatever it is made of."""
    body = answer(name, Paper(f"Rivers {piece * (200_000 // len(piece))}", arxiv="2001.00002"), MAPS)
    start = time.process_time()
    rows = read(name, body)
    assert time.process_time() - start < 10
    assert not isinstance(rows, str), rows
    assert isinstance(rows[-1], Record)
