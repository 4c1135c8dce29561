"""A library on a search service: filled, asked, and what becomes of a run when the service fails."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ADAM, Run, write_files
from fixtures_imports import SAMPLES
from servers.elastic import FakeElastic
from texscholar.bibtex.work import Author, Work, identities
from texscholar.errors import Skipped, TexscholarError
from texscholar.library import Library, Record, add_library, library_for
from texscholar.library.service import wire
from texscholar.library.service.client import Connection, ServiceLibrary
from texscholar.library.service.push import Pushed, measured, push
from texscholar.library.service.wire import Engine, engine
from texscholar.library.stored import to_json
from texscholar.network import Network, address

if TYPE_CHECKING:
    from collections.abc import Iterator

SHELF = [
    {"id": "adam", "title": "Adam: A Method for Stochastic Optimization", "authors": ["Diederik P. Kingma", "Jimmy Ba"],
     "year": 2015, "venue": "ICLR", "bibkey": "kingma2015adam", "arxiv": "1412.6980"},
    {"id": "attention", "title": "Attention Is All You Need", "authors": ["Ashish Vaswani"], "year": 2017,
     "abstract": "Sequence models with attention and nothing else."},
    {"id": "momentum", "title": "On the Importance of Momentum in Stochastic Optimization", "authors": ["Ilya Sutskever"],
     "year": 2013, "doi": "10.1000/momentum"},
    {"id": "random", "title": "Random Walks on Sparse Graphs", "authors": ["Ann Ng"], "year": 2001},
]  # fmt: skip


@pytest.fixture
def service() -> Iterator[FakeElastic]:
    with FakeElastic().serving() as served:
        yield served


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    path = tmp_path / "shelf.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in SHELF))
    return path


def at(service: FakeElastic, path: str = "/works") -> Engine:
    return engine(address(service.url + path))


def connected(service: FakeElastic, path: str = "/works", seconds: float = 10.0) -> Connection:
    return Connection(Network(), at(service, path), "", seconds)


def filled(service: FakeElastic, shelf: Path) -> list[Record]:
    """The index of the service filled with the shelf."""
    add_library("shelf", [shelf])
    with library_for("shelf", shelf.parent) as library:
        records = list(library.records())
    push(records, at(service), connected(service), lambda _done: None)
    service.asked.clear()
    return records


def opened(service: FakeElastic, seconds: float = 10.0) -> ServiceLibrary:
    return ServiceLibrary(connected(service, seconds=seconds), at(service))


# -- asking


def test_asked_like_one_on_this_machine(service: FakeElastic, shelf: Path) -> None:
    """What a service finds is what an index on this machine finds, in the same order, as the same records."""
    filled(service, shelf)
    with opened(service) as there, library_for("shelf", shelf.parent) as here:
        assert (len(there), there.skipped) == (4, ())
        for query in ("stochastic optimization", "attention models", "Kingma", "graphs of random walks", "nothing at"):
            ours, theirs = here.search(query, 3), there.search(query, 3)
            assert [hit.record.work for hit in theirs] == [hit.record.work for hit in ours]
            assert all(hit.record.origin == f"library:{service.url}/works" for hit in theirs)
        weights, context = {"stochast": 1.0, "optim": 2.0}, {"momentum": 0.5}
        assert [hit.record.id for hit in there.search_terms(weights, 5, context)] == [
            hit.record.id for hit in here.search_terms(weights, 5, context)
        ]
        assert there.by_key("kingma2015adam")[0].work == here.by_key("kingma2015adam")[0].work
        assert there.by_id("attention")[0].work == here.by_id("attention")[0].work
        assert there.document_frequency("optim") == here.document_frequency("optim") == 2
        groups = [frozenset({"doi:10.1000/momentum"}), frozenset({"doi:10.1/no"}), frozenset({"arxiv:1412.6980"})]
        assert [each and each.id for each in there.by_identities(groups)] == ["momentum", None, "adam"]
        assert [each.id for each in there.by_identity(["arxiv:1412.6980", "doi:10.1/no"])] == ["adam"]
        assert (there.by_key("nobody"), there.search("", 5), there.search("graphs", 0)) == ((), (), ())
        assert isinstance(here, Library)


def test_only_words_leave(service: FakeElastic, shelf: Path) -> None:
    """A search holds index terms with weights, in any field's alphabetical form, and nothing of the sentence's order."""
    filled(service, shelf)
    with opened(service) as library:
        library.search("We train the network with Adam, following \\cite{secret}.", 5)
    body = json.loads(service.bodies("_search")[0])
    assert body == json.loads(
        wire.words_body(dict.fromkeys(("train", "network", "adam", "follow", "cite", "secret"), 1.0), 5)
    )
    clauses = body["query"]["bool"]["should"]
    assert {term["value"] for clause in clauses for term in clause["term"].values()} == {
        "train", "network", "adam", "follow", "cite", "secret",
    }  # fmt: skip
    assert set(body) == {"size", "_source", "track_total_hits", "query", "sort"}


def test_identities_leave_as_hashes(service: FakeElastic, shelf: Path) -> None:
    """Titles and keys of the paper's own bibliography do not leave in the clear."""
    filled(service, shelf)
    with opened(service) as library:
        library.by_identities([frozenset({"title:myunpublishedwork:doe", "doi:10.1000/momentum"})])
        library.by_key("doe2026unpublished")
    assert b"unpublished" not in b"".join(service.bodies("_search"))


def test_names_that_bibtex_splits_otherwise(service: FakeElastic) -> None:
    """A work is found under the family name that BibTeX reads, as in an index on this machine."""
    work = Work("Boosting with structured prediction", (Author("Van Gool", "Luc"),), 2010)
    push([Record("a", "", work, "f")], at(service), connected(service), lambda _done: None)
    asked = frozenset(identities(replace(work, authors=(Author("Gool", "Luc Van"),))))
    assert asked != identities(work)
    with opened(service) as library:
        assert [each and each.id for each in library.by_identities([asked])] == ["a"]


def test_many_identities(service: FakeElastic, shelf: Path) -> None:
    """A long bibliography is asked for in requests of bounded size."""
    filled(service, shelf)
    with opened(service) as library:
        groups = [frozenset({f"doi:10.1000/{number}"}) for number in range(1200)]
        assert library.by_identities([*groups, frozenset({"doi:10.1000/momentum"})])[-1] is not None
    assert len(service.bodies("_search")) == 3


def test_several_at_once(service: FakeElastic, shelf: Path) -> None:
    """Questions that are prepared go together, and each is answered without another request."""
    filled(service, shelf)
    with opened(service) as library:
        questions = [({word: 1.0}, 5, None) for word in ("stochast", "attent", "walk", "nobodi")] + [({}, 5, None)]
        library.prepare([*questions, *questions])
        assert [len(library.search_terms(wanted, most, context)) for wanted, most, context in questions] == [
            2,
            1,
            1,
            0,
            0,
        ]
    assert service.paths[1:] == ["POST /works/_msearch"]
    assert service.bodies("_msearch")[0].count(b"\n") == 8


def test_requests_are_bounded(service: FakeElastic, shelf: Path) -> None:
    """Long questions that are prepared go in requests of less than a megabyte, which Quickwit bounds them by."""
    filled(service, shelf)
    with opened(service) as library:
        library.prepare([({f"w{number}-{term}": 1.0 for term in range(200)}, 5, None) for number in range(30)])
        assert library.skipped == ()
    sizes = [len(body) for body in service.bodies("_msearch")]
    assert (len(sizes) > 2, max(sizes) < 1 << 20) == (True, True)


def test_long_sentence(service: FakeElastic, shelf: Path) -> None:
    """A sentence of hundreds of words asks for no more than a service takes, its own words before those around it."""
    filled(service, shelf)
    with opened(service) as library:
        wanted, context = {f"w{number}": 1.0 for number in range(150)}, {f"c{number}": 1.0 for number in range(400)}
        library.search_terms({"walk": 1.0} | wanted, 5, context)
        assert library.skipped == ()
    values = service.bodies("_search")[0]
    assert (b'"w149"' in values, b'"c399"' in values) == (True, False)


# -- what may come back


def search_answer(*rows: Any, **more: Any) -> dict[str, Any]:
    return {"took": 1, "timed_out": False, "_shards": {"failed": 0}, "hits": {"hits": list(rows)}} | more


GOOD = Record("a", "k", Work("A title", (Author("Ng", "Ann"),), 2001), "")


def row(record: object = None, **more: Any) -> dict[str, Any]:
    stored = to_json(GOOD).decode() if record is None else record
    return {"_index": "works", "_id": "1", "_score": 1.5, "_source": {"record": stored}} | more


@pytest.mark.parametrize(
    ("answer", "count", "fault"),
    [
        (search_answer(row()), 1, ""),
        (search_answer(), 0, ""),
        (search_answer(row(_score=None)), 1, ""),
        (search_answer(row(_score=None, sort=[2.5]), row(_score="x", sort="y")), 2, ""),
        (search_answer(row(), timed_out=True), 1, "ran out of time and answered in part"),
        (search_answer(row(), _shards={"total": 5, "failed": 2}), 1, "answered in part (2 of its shards failed)"),
        (search_answer(row(), _shards={"failed": "x"}), 1, "answered in part (some of its shards failed)"),
        (search_answer(row("{"), row()), 1, "holds 1 documents that `library push` did not make"),
        (search_answer(row(7), row([]), 5, None, {"_source": 3}), 0, "holds 5 documents that"),
        (search_answer(row("[1,2]"), row("[" * 5000), row(json.dumps([1] * 13))), 0, "holds 3 documents that"),
        ({"error": {"type": "x", "reason": "a\nb\x1b[31m"}, "status": 400}, 0, "refuses the search (x: a b [31m)"),
        ({"error": "no permission"}, 0, "refuses the search (no permission)"),
        ({"hits": []}, 0, "gives no answer of a search"),
        ({}, 0, "gives no answer of a search"),
        (None, 0, "gives no answer of a search"),
    ],
)
def test_answers(answer: object, count: int, fault: str) -> None:
    """Every part of an answer may be anything; what is a record comes out, what is wrong is told in one line."""
    found = wire.read_found(answer, "library:x")
    assert (len(found.hits), found.fault.startswith(fault), bool(found.fault)) == (count, True, bool(fault))


BAD = {
    "title is empty": (4, ""),
    "title is a number": (4, 5),
    "authors are text": (5, "Ng"),
    "an author is a name": (5, ["Ng"]),
    "an author is of three": (5, [["a", "b", "c"]]),
    "year is text": (6, "2001"),
    "year is true": (6, True),
    "fields are an object": (12, {"a": "b"}),
    "a citance is none": (3, [None]),
    "too many citances": (3, ["x"] * 6000),
}


@pytest.mark.parametrize(("place", "value"), BAD.values(), ids=BAD)
def test_records_that_are_none(place: int, value: object) -> None:
    """What is not of the types that we write is no record."""
    values = orjson.loads(to_json(GOOD))
    assert wire.record_of(orjson.dumps(values).decode(), "library:x") == replace(GOOD, origin="library:x")
    values[place] = value
    assert wire.record_of(orjson.dumps(values).decode(), "library:x") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(("hits", "_source", "record", "_score", "error", "items", "responses", "count", "index", "status")), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_any_answer(answer: object) -> None:
    """No answer of any shape is an error of ours."""
    wire.read_found(answer, "")
    wire.read_several(answer, 2, "")
    wire.read_count(answer)
    wire.is_ours(answer)
    wire.complaint(answer)
    list(wire.read_bulk(answer, [("1", b"{}")]) or ())


FAILURES: dict[str, tuple[int, Any, dict[str, str], str]] = {
    "a page": (200, b"<html>log in</html>", {"Content-Type": "text/html"}, "gives no answer of a search"),
    "no JSON": (200, b"\xff\x00{", {}, "gives no answer of a search"),
    "not found": (404, {"error": {"type": "index_not_found_exception", "reason": "no"}}, {}, "has no such index; `texscholar library push` makes it"),
    "refused": (403, {}, {}, "refuses us; set TEXSCHOLAR_LIBRARY_KEY to a key that may do this"),
    "elsewhere": (302, b"", {"Location": "http://127.0.0.1:1/"}, "sends us to another address; name that one"),
    "an error": (400, {"error": {"type": "parsing_exception", "reason": "x"}}, {}, "answers with error 400 (parsing_exception: x); look at the service"),
    "too much": (200, b" " * (9 << 20), {}, "sent more than 8 MB; check that it is the right server"),
    "busy for long": (503, {}, {"Retry-After": "60"}, "answers with error 503 (it says nothing); look at the service"),
}  # fmt: skip


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_failures(service: FakeElastic, shelf: Path, failure: tuple[int, Any, dict[str, str], str]) -> None:
    """A service that fails is told once and asked no more; it finds nothing."""
    filled(service, shelf)
    with opened(service) as library:
        *answer, told = failure
        service.script = [("_search", *answer)]
        assert (library.search("optimization", 5), library.search("attention", 5)) == ((), ())
        assert library.skipped == (Skipped(f"library {service.url}/works", told),)
    assert len(service.bodies("_search")) == 1


def test_what_passes_is_asked_again(service: FakeElastic, shelf: Path) -> None:
    """A service that is busy for a moment is asked again, as it asks to be."""
    filled(service, shelf)
    with opened(service) as library:
        service.script = [("_search", 429, {}, {"Retry-After": "0"}), ("_search", 503, {}, {"Retry-After": "0"})]
        assert (len(library.search("optimization", 5)), library.skipped) == (2, ())


def test_late(service: FakeElastic, shelf: Path) -> None:
    """A service that does not answer in time costs that time once."""
    filled(service, shelf)
    with opened(service, seconds=0.4) as library:
        service.delay = 2.0
        begun = time.monotonic()
        assert [library.search(word, 5) for word in ("optimization", "attention", "graphs")] == [(), (), ()]
        assert time.monotonic() - begun < 1.5
        assert [each.reason for each in library.skipped] == ["gave no answer within 0.4 s"]


def test_in_part(service: FakeElastic, shelf: Path) -> None:
    """An answer in part counts, is told once, and the service is asked on."""
    filled(service, shelf)
    with opened(service) as library:
        part = search_answer(row(), _shards={"failed": 1})
        service.script = [("_search", 200, part, {}), ("_search", 200, part, {})]
        assert [len(library.search(word, 5)) for word in ("optimization", "attention", "graphs")] == [1, 1, 1]
        assert [each.reason for each in library.skipped] == ["answered in part (1 of its shards failed)"]


def test_several_of_which_one_fails(service: FakeElastic, shelf: Path) -> None:
    """Of several searches each has an answer of its own."""
    filled(service, shelf)
    with opened(service) as library:
        several = {"responses": [search_answer(row()), {"error": {"type": "x", "reason": "y"}, "status": 400}]}
        service.script = [("_msearch", 200, several, {})]
        library.prepare([({"a": 1.0}, 5, None), ({"b": 1.0}, 5, None)])
        assert len(library.search_terms({"a": 1.0}, 5)) == 1
        assert [each.reason for each in library.skipped] == ["refuses the search (x: y)"]


def test_nobody_there(service: FakeElastic) -> None:
    """An index that is not there, and a service that does not answer, are libraries that find nothing."""
    assert [each.reason for each in opened(service).skipped] == [
        "has no such index; `texscholar library push` makes it"
    ]
    nowhere = engine(address("http://127.0.0.1:9/works"))
    library = ServiceLibrary(Connection(Network(), nowhere, "", 2.0), nowhere)
    assert (len(library), library.search("graphs", 5)) == (0, ())
    assert "cannot be reached" in library.skipped[0].reason


# -- filling


def test_push_makes_the_index(service: FakeElastic, shelf: Path) -> None:
    """The index is made with its mapping, filled and refreshed; a second push replaces what is there."""
    records = filled(service, shelf)
    assert service.mappings["works"] == {"mappings": wire.MAPPING["mappings"]}
    before = dict(service.indices["works"])
    assert push(records, at(service), connected(service), lambda _done: None).taken == 4
    assert service.indices["works"] == before
    assert service.paths == ["GET /works/_mapping", "POST /works/_bulk", "POST /works/_refresh"]


def test_same_work_once(service: FakeElastic, shelf: Path) -> None:
    """A work that two libraries know is one document, whatever its id there."""
    records = filled(service, shelf)
    twin = replace(records[0], id="other", key="other", origin="elsewhere")
    push([twin], at(service), connected(service), lambda _done: None)
    assert len(service.indices["works"]) == 4
    unnamed = [Record(name, "", Work("Short"), "f") for name in ("a", "b")]
    assert [identities(each.work) for each in unnamed] == [frozenset(), frozenset()]
    push(unnamed, at(service), connected(service), lambda _done: None)
    assert len(service.indices["works"]) == 6


def many(count: int, size: int = 10) -> Iterator[Record | Skipped]:
    for number in range(count):
        yield Record(
            f"r{number}",
            "",
            Work(f"Work number {number} of them all", (Author("Ng"),), 2000, abstract="x " * size),
            "f",
        )


def test_batches_are_bounded(service: FakeElastic) -> None:
    """No request is larger than its bound in bytes and in documents, and progress is told."""
    told: list[int] = []
    assert push(many(2500), at(service), connected(service), told.append).taken == 2500
    assert told == [1000, 2000, 2500]
    push(many(30, 300_000), at(service), connected(service), told.append)
    assert max(map(len, service.bodies("_bulk"))) < 5 << 20
    assert len(service.indices["works"]) == 2500


def test_interrupted_push(service: FakeElastic) -> None:
    """A push that was interrupted is run again: everything is there, and once."""

    def interrupt(_done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        push(many(1500), at(service), connected(service), interrupt)
    assert len(service.indices["works"]) == 1000
    push(many(1500), at(service), connected(service), lambda _done: None)
    assert len(service.indices["works"]) == 1500


def test_rejected_items_are_sent_again(service: FakeElastic) -> None:
    """What was refused for now is sent once more, with longer and longer pauses; what was taken is not."""
    pauses: list[float] = []
    busy = (429, "es_rejected_execution_exception")
    service.items = [None, busy, busy, None, None, busy]
    assert push(many(4), at(service), connected(service), lambda _done: None, pauses.append).taken == 4
    assert (len(service.indices["works"]), pauses) == (4, [0.5, 1.0])
    assert [body.count(b"\n") // 2 for body in service.bodies("_bulk")] == [4, 2, 1]


def test_refused_items_are_named(service: FakeElastic) -> None:
    """What is refused for good is left out by name, and the rest goes on."""
    service.items = [None, (400, "mapper_parsing_exception"), None]
    pushed = push([*many(3), Skipped("f:9", "has no title")], at(service), connected(service), lambda _done: None)
    assert (pushed.taken, pushed.left_out, len(service.indices["works"])) == (2, 2, 2)
    assert (
        Skipped('"Work number 1 of them all"', "was refused (error 400, mapper_parsing_exception: because)")
        in pushed.skipped
    )
    assert Skipped("f:9", "has no title") in pushed.skipped


@pytest.mark.parametrize("ending", ["_bulk", "item"])
def test_overloaded(service: FakeElastic, ending: str) -> None:
    """A service that takes nothing for minutes ends the push in one line; what it took stays."""
    if ending == "item":
        service.items = [(429, "es_rejected_execution_exception")] * 99
    else:
        service.script = [("_bulk", 429, {}, {})] * 99
    pauses: list[float] = []
    with pytest.raises(TexscholarError, match="works: is overloaded; run this again later, what was taken stays"):
        push(many(2), at(service), connected(service), lambda _done: None, pauses.append)
    assert sum(pauses) > 60


def test_too_large_a_request(service: FakeElastic) -> None:
    """A service that takes small requests only gets halves, and a document too large for it is left out."""
    service.largest = 4000
    pushed = push([*many(20), *many(1, 5000)], at(service), connected(service), lambda _done: None)
    assert (pushed.taken, pushed.left_out) == (20, 1)
    assert pushed.skipped == [Skipped('"Work number 0 of them all"', "is too large for the service")]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (("_bulk", 200, b"<html>", {}), "gives no answer of a bulk request"),
        (("_bulk", 200, {"errors": True, "items": []}, {}), "gives no answer of a bulk request"),
        (("_bulk", 401, {}, {}), "refuses us; set TEXSCHOLAR_LIBRARY_KEY"),
        (("_bulk", 500, {"error": {"type": "x", "reason": "y"}}, {}), r"answers with error 500 \(x: y\)"),
        (("_mapping", 200, {"works": {"mappings": {"properties": {"message": {}}}}}, {}), "did not make; name another"),
        (("_mapping", 200, b"", {}), "did not make; name another"),
        (
            ("/works", 400, {"error": {"type": "illegal_argument_exception", "reason": "no"}}, {}),
            "cannot make the index",
        ),
    ],
)
def test_push_refused(service: FakeElastic, script: tuple[str, int, Any, dict[str, str]], told: str) -> None:
    """A service that refuses, or an index that is somebody else's, ends the push in one line."""
    service.script = [script]
    with pytest.raises(TexscholarError, match=told) as refusal:
        push(many(3), at(service), connected(service), lambda _done: None)
    assert "\n" not in str(refusal.value)
    assert service.indices.get("works", {}) == {}


def test_two_make_the_index(service: FakeElastic) -> None:
    """An index that somebody made a moment ago is taken."""
    exists = {
        "error": {"type": "resource_already_exists_exception", "reason": "index [works/x] already exists"},
        "status": 400,
    }
    service.script = [("/works", 400, exists, {})]
    assert push(many(2), at(service), connected(service), lambda _done: None).taken == 2


def test_quickwit(service: FakeElastic, shelf: Path) -> None:
    """Quickwit gets new documents only, in its own place; it is asked below it as well."""
    service.quickwit, service.indices = True, {"works": {}}
    path = "/api/v1/_elastic/works"
    pushed = push(many(3), at(service, path), connected(service, path), lambda _done: None)
    assert (pushed.taken, sorted(service.paths)) == (3, ["POST /api/v1/_elastic/works/_bulk"])
    assert (shelf.exists(), "ignored" in service.indices["works"]) == (True, False)
    library = ServiceLibrary(connected(service, path), at(service, path))
    library.prepare([({"number": 1.0}, 5, None)])
    found = library.search_terms({"number": 1.0}, 5)
    assert (len(library), len(found), found[0].score > 0, library.skipped) == (3, 3, True, ())
    assert library.by_id("r1")[0].work.title == "Work number 1 of them all"


def test_measured_asks_nobody() -> None:
    """What a dry run tells is what a push sends."""
    told: list[int] = []
    assert measured(many(1500), told.append).taken == 1500
    assert told == [1000, 1500]
    assert isinstance(measured(iter(()), told.append), Pushed)


@pytest.mark.parametrize("path", ["", "/", "/Works", "/_all", "/a*", "/a,b"])
def test_addresses_of_no_index(path: str) -> None:
    """An address that names no index, or several, is refused."""
    with pytest.raises(TexscholarError, match=r"names no index|plain path"):
        engine(address(f"http://127.0.0.1:9200{path}"))


def test_address_of_an_index() -> None:
    """The last part of the path is the index, what stands before it the service."""
    named = engine(address("https://search.example.org/api/v1/_elastic/works/"))
    assert (named.index, str(named.base), named.is_quickwit) == (
        "works",
        "https://search.example.org/api/v1/_elastic",
        True,
    )


# -- the commands


def configure(**settings: list[str]) -> None:
    folder = Path(os.environ["TEXSCHOLAR_CONFIG_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items()))


def test_command(texscholar: Run, service: FakeElastic, paper: Path, shelf: Path) -> None:
    """A file is pushed, and a paper cites from the service: the entry of its record is in the patch."""
    pushed = texscholar("library", "push", shelf, f"{service.url}/works", cwd=paper)
    assert (pushed.code, pushed.text.startswith(f"{service.url}/works: 4 records, ")) == (0, True)
    write_files(
        paper,
        {
            "refs.bib": "",
            "main.tex": (paper / "main.tex").read_text().replace("optimizer.", "optimizer~\\cite{kingma2015adam}."),
        },
    )
    done = texscholar("fill", "main.tex", "--library", f"{service.url}/works", "--format", "json", cwd=paper)
    assert done.code == 0
    told = json.loads(done.text)
    assert [each["kind"] for each in told["suggestions"]] == ["entry"]
    assert told["suggestions"][0]["candidates"][0]["origin"] == f"library:{service.url}/works"
    assert told["run"]["libraries"][0]["records"] == 4


def test_command_with_a_name(texscholar: Run, service: FakeElastic, shelf: Path, tmp_path: Path) -> None:
    """A library is pushed by its name, with the key of the environment; without it the service refuses."""
    add_library("shelf", [shelf])
    service.key = "ApiKey abc=="
    refused = texscholar("library", "push", "shelf", f"{service.url}/works", cwd=tmp_path)
    assert (refused.code, "refuses us; set TEXSCHOLAR_LIBRARY_KEY" in refused.err) == (2, True)
    env = {"TEXSCHOLAR_LIBRARY_KEY": "abc=="}
    assert texscholar("library", "push", "shelf", f"{service.url}/works", cwd=tmp_path, env=env).code == 0
    assert len(service.indices["works"]) == 4


def test_dry_run(texscholar: Run, service: FakeElastic, tmp_path: Path) -> None:
    """--dry-run tells how much would be sent of a folder, and asks nobody."""
    write_files(tmp_path, {"d/a.json": SAMPLES["crossref"].data, "d/b.ris": SAMPLES["ris"].data})
    told = texscholar("library", "push", "d", f"{service.url}/works", "--dry-run", cwd=tmp_path)
    assert (told.code, " records, 3 left out, " in told.text, told.text.endswith(" MB would be sent\n")) == (
        0,
        True,
        True,
    )
    assert service.asked == []


def test_hosts_are_the_users_to_name(texscholar: Run, paper: Path) -> None:
    """A host beyond this machine is asked only where the user's own configuration names it; a paper's cannot."""
    for command in (("fill", "main.tex", "--library"), ("library", "push", "main.tex")):
        refused = texscholar(*command, "https://search.example.org/works", cwd=paper)
        assert refused.code == 2
        assert 'put library-servers = ["https://search.example.org"] into' in refused.err
    write_files(paper, {".texscholar.toml": 'libraries = ["http://127.0.0.1:9/works"]\n'})
    refused = texscholar("fill", "main.tex", cwd=paper)
    assert (refused.code, "is an address, which a paper cannot name; use --library" in refused.err) == (2, True)
    write_files(paper, {".texscholar.toml": 'library-servers = ["https://search.example.org"]\n'})
    assert "is for your own config.toml, not for a paper's settings" in texscholar("fill", "main.tex", cwd=paper).err


def test_configured_host(texscholar: Run, paper: Path) -> None:
    """A host that the configuration names is asked; that it cannot be reached is a skip, and the run goes on."""
    configure(**{"library-servers": ["http://search.invalid:9200"]})
    done = texscholar("check", "--library", "http://search.invalid:9200/works", cwd=paper)
    assert done.code in (0, 1)
    assert "skipped: library http://search.invalid:9200/works: cannot be reached" in done.err
    other = texscholar("check", "--library", "https://search.invalid:9200/works", cwd=paper)
    assert (other.code, "lies outside this machine" in other.err) == (2, True)


def test_failing_service_is_a_skip(texscholar: Run, service: FakeElastic, paper: Path, shelf: Path) -> None:
    """A service that fails in the middle leaves the result that there would be without it, with the reason beside it."""
    filled(service, shelf)
    service.script = [("_search", 500, {"error": {"type": "x", "reason": "y"}}, {})] * 9
    service.script += [("_msearch", 500, {"error": {"type": "x", "reason": "y"}}, {})] * 9
    done = texscholar("fill", "main.tex", "--library", f"{service.url}/works", "--format", "json", cwd=paper)
    assert done.code == 0
    assert {
        "what": f"library {service.url}/works",
        "reason": "answers with error 500 (x: y); look at the service",
    } in json.loads(done.text)["skipped"]
    alone, failed = (
        texscholar("fill", "main.tex", *more, cwd=paper) for more in ((), ("--library", f"{service.url}/none"))
    )
    assert alone.text.partition("diff --git")[2] == failed.text.partition("diff --git")[2]


def test_offline(texscholar: Run, service: FakeElastic, paper: Path) -> None:
    """--offline asks no service."""
    done = texscholar("check", "--offline", "--library", f"{service.url}/works", cwd=paper)
    assert (done.code in (0, 1), "--offline closes the network" in done.err, service.asked) == (True, True, [])


def test_hostile_record_does_no_harm(texscholar: Run, service: FakeElastic, paper: Path, shelf: Path) -> None:
    """Commands of TeX in the fields of a record from a service do not reach the paper."""
    filled(service, shelf)
    (name,) = [name for name, each in service.indices["works"].items() if "Adam" in each["record"]]
    values = json.loads(service.indices["works"][name]["record"])
    evil = "\\write18{rm -rf x}\\input{/etc/passwd}"
    values[12] = [
        ["title", f"Adam {evil}"],
        ["note", evil],
        ["author", f"Kingma, {evil}"],
        [evil, "x"],
        ["year", "2015"],
    ]
    service.indices["works"][name]["record"] = json.dumps(values)
    write_files(
        paper,
        {
            "refs.bib": "",
            "main.tex": (paper / "main.tex").read_text().replace("optimizer.", "optimizer~\\cite{kingma2015adam}."),
        },
    )
    done = texscholar("fill", "main.tex", "--library", f"{service.url}/works", cwd=paper)
    assert "+@" in done.text
    assert ("\\write" in done.text, "\\input" in done.text) == (False, False)


def test_adam_is_known() -> None:
    """The entry that the tests of the example use is the work on the shelf."""
    assert "Adam: A Method for Stochastic Optimization" in ADAM


def test_a_paper_asks_once_for_all_its_sentences(
    texscholar: Run, service: FakeElastic, paper: Path, shelf: Path
) -> None:
    """The sentences of a paper go to the service together, and what is suggested is what a local library gives."""
    filled(service, shelf)
    sentences = ["Some use stochastic optimization with momentum.", "Random walks on sparse graphs mix quickly.",
                 "Sequence models need attention and nothing else."]  # fmt: skip
    text = (paper / "main.tex").read_text().replace("Some earlier", "\n\n".join([*sentences, "Some earlier"]))
    write_files(paper, {"main.tex": text})
    asked = ("check", "main.tex", "--min-confidence", "0", "--format", "json", "--library")
    there = json.loads(texscholar(*asked, f"{service.url}/works", cwd=paper).text)
    searches = [path for path in service.paths if path.endswith("search")]
    here = json.loads(texscholar(*asked, "shelf", cwd=paper).text)

    def told(result: dict[str, Any]) -> list[tuple[str, list[tuple[str, float]]]]:
        return [
            (each["text"], [(candidate["title"], round(candidate["score"], 2)) for candidate in each["candidates"]])
            for each in result["suggestions"]
        ]

    assert told(there) == told(here) != []
    assert searches.count("POST /works/_msearch") == 1
    assert len(searches) <= 3
