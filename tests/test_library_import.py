"""Files of other programs and databases become records: every work of a file comes out or is named with a reason."""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
import tracemalloc
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures_imports import COMPRESSIONS, CSL, SAMPLES, zotero
from texscholar.bibtex import HouseStyle, render_entry
from texscholar.bibtex.work import Author
from texscholar.errors import Skipped, TexscholarError
from texscholar.library.importers import objects
from texscholar.library.importers.kinds import kind_of, read_kind
from texscholar.library.importers.markup import abstract_without_markup, without_markup
from texscholar.library.kinds import KINDS
from texscholar.library.records import Record, read_records

if TYPE_CHECKING:
    from collections.abc import Iterable

JSON_KINDS = ("csl-json", "arxiv", "openalex", "semantic-scholar", "crossref", "jsonl")


def written(folder: Path, kind: str, ending: str = "") -> Path:
    sample = SAMPLES[kind]
    path = folder / f"{sample.name}{ending}"
    path.write_bytes(COMPRESSIONS[ending](sample.data))
    return path


def sorted_out(rows: Iterable[Record | Skipped]) -> tuple[list[Record], list[Skipped]]:
    rows = list(rows)
    return [row for row in rows if isinstance(row, Record)], [row for row in rows if isinstance(row, Skipped)]


def records(path: Path) -> list[Record]:
    return sorted_out(read_records(path))[0]


def fields(record: Record) -> dict[str, str]:
    return dict(record.work.fields)


def test_every_kind_has_a_sample() -> None:
    """No kind goes untested."""
    assert set(KINDS) == {*SAMPLES, "zotero", "pdf"}


@pytest.mark.parametrize("ending", COMPRESSIONS)
@pytest.mark.parametrize("kind", SAMPLES)
def test_counts(tmp_path: Path, kind: str, ending: str) -> None:
    """What a file lists comes out or is left out by name: nothing is lost, plain or compressed."""
    sample = SAMPLES[kind]
    path = written(tmp_path, kind, ending)
    read, left_out = sorted_out(read_records(path))
    assert (kind_of(path), len(read), len(left_out)) == (kind, sample.works - sample.left_out, sample.left_out)
    assert all(each.what.startswith(path.name) and each.reason for each in left_out)


@pytest.mark.parametrize("kind", SAMPLES)
def test_content_tells_the_kind(tmp_path: Path, kind: str) -> None:
    """A misleading name does not matter."""
    path = tmp_path / "data.bib"
    path.write_bytes(SAMPLES[kind].data)
    assert kind_of(path) == kind


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"title": "T"}, "jsonl"),
        ({"type": "thesis", "title": "T", "authors": ["A. Ng"], "year": 1999}, "jsonl"),
        ({"type": "book", "title": "T", "DOI": "10.1/x"}, "csl-json"),
        ({"type": "book", "title": ["T"], "DOI": "10.1/x"}, "crossref"),
        ({"status": "ok", "message": {"total-results": 1, "items": [{"DOI": "10.1/x", "title": ["T"]}]}}, "crossref"),
        ({"meta": {"count": 1}, "results": [{"id": "https://openalex.org/W1", "title": "T"}]}, "openalex"),
        ({"total": 1, "data": [{"paperId": "1", "title": "T"}]}, "semantic-scholar"),
        ({"items": [{"id": "1", "type": "webpage", "title": "T"}]}, "csl-json"),
    ],
)
def test_kinds_of_json(tmp_path: Path, content: dict[str, Any], expected: str) -> None:
    """What kind of JSON it is, a list in an answer of a service included, on one line or many: one work comes out."""
    for indent in (None, 1):
        path = tmp_path / f"{indent}.json"
        path.write_text(json.dumps(content, indent=indent))
        assert kind_of(path) == expected
        assert expected == "jsonl" or [each.work.title for each in records(path)] == ["T"]


def test_a_list_of_our_own(tmp_path: Path) -> None:
    """A list of records such as JSON lines have them is not taken for CSL-JSON, which would lose their authors."""
    path = tmp_path / "list.json"
    path.write_text(json.dumps([{"title": "T", "authors": ["A. Ng"], "year": 1999}]))
    with pytest.raises(TexscholarError, match="is no file of records"):
        kind_of(path)


def test_broken_first_line(tmp_path: Path) -> None:
    """A broken first line costs only itself."""
    path = tmp_path / "works"
    path.write_bytes(b'{"id": {\n' + SAMPLES["openalex"].data)
    read, left_out = sorted_out(read_kind(path, "openalex"))
    assert (len(read), [each.what for each in left_out]) == (1, ["works:1", "works:3"])


def test_csl(tmp_path: Path) -> None:
    """Particles, institutions, dates in parts and as text, tags and DOI addresses are understood."""
    attention, genome = records(written(tmp_path, "csl-json"))
    people = (Author("Vaswani", "Ashish"), Author("van Gogh", "Vincent"), Author("Google Brain"))
    assert (attention.key, attention.work.authors, attention.work.year, attention.work.kind) == (
        "vaswani2017",
        people,
        2017,
        "inproceedings",
    )
    assert (genome.work.title, genome.work.doi, genome.work.year) == (
        "The E. coli genome & its H2O",
        "10.1126/science.277.5331.1453",
        1997,
    )
    assert (fields(genome)["volume"], fields(genome)["number"], fields(genome)["pages"]) == (
        "277",
        "5331",
        "1453--1462",
    )


def test_csl_one_a_line(tmp_path: Path) -> None:
    """One item a line is read as a list of items is."""
    path = tmp_path / "items.json"
    path.write_text("".join(f"{json.dumps(item)}\n" for item in CSL))
    assert [each.work for each in records(path)] == [each.work for each in records(written(tmp_path, "csl-json"))]


def test_ris(tmp_path: Path) -> None:
    """Repeated tags, values on several lines and both names of a tag are understood; a record without end is told."""
    read, left_out = sorted_out(read_records(written(tmp_path, "ris")))
    assert [(each.work.title, each.work.kind, each.work.year) for each in read] == [
        ("Deep learning", "article", 2015),
        ("On a long title", "incollection", 1961),
    ]
    assert (read[0].keywords, fields(read[0])["pages"]) == ("networks, learning", "436--444")
    assert [(each.what, each.reason.split()[0]) for each in left_out] == [
        ("export.ris:24", "has"),
        ("export.ris:27", "has"),
    ]


def test_dblp(tmp_path: Path) -> None:
    """Entities of DBLP's DTD, numbered names, final stops and CoRR's preprints are understood."""
    attention, preprint = records(written(tmp_path, "dblp"))
    assert (attention.work.title, attention.work.authors[1], attention.work.doi) == (
        "Attention is All you Need",
        Author("Müller", "Jürgen"),
        "10.1000/abc",
    )
    assert (preprint.work.title, preprint.work.arxiv, preprint.work.kind) == (
        "Sets of H2O & Rényi",
        "1807.00001",
        "misc",
    )
    assert "volume" not in fields(preprint)


def test_acl(tmp_path: Path) -> None:
    """A volume lends its papers title and year; protected words keep their braces, formulas their dollars."""
    whole, paper = records(written(tmp_path, "acl-anthology"))
    assert (whole.id, whole.work.kind, whole.work.authors) == ("P19-1000", "proceedings", (Author("Korhonen", "Anna"),))
    assert (paper.id, paper.key, paper.work.year, paper.work.venue) == (
        "P19-1001",
        "tao-etal-2019-one",
        2019,
        "Proceedings of the 57th Annual Meeting of the ACL",
    )
    assert fields(paper)["title"] == r"One Time of Interaction: {R}\&D at 5\% of $n^2$"
    assert fields(paper)["pages"] == "1--11"


def test_arxiv(tmp_path: Path) -> None:
    """Names come as arXiv took them apart; the year is the first version's, or stands in the identifier."""
    old, new = records(written(tmp_path, "arxiv"))
    assert old.work.authors == (Author("Müller", "Ann Jr."), Author("Atlas Collaboration"))
    assert (old.work.title, old.work.year, old.work.arxiv, old.work.doi) == (
        "Schrödinger operators and Λ-terms",
        1999,
        "hep-th/9901001",
        "10.1103/physrevd.59.1",
    )
    assert (new.work.year, fields(new)["eprint"], fields(new)["primaryclass"]) == (2025, "2501.00002", "cs.CL")


def test_openalex(tmp_path: Path) -> None:
    """An inverted abstract is set right, and the preprint's identifier found among the places."""
    (record,) = records(written(tmp_path, "openalex"))
    work = record.work
    assert (record.id, work.abstract, work.arxiv, work.venue) == (
        "W2741809807",
        "Open access grows access",
        "1801.00001",
        "PeerJ",
    )
    assert (fields(record)["pages"], record.keywords) == ("e4375", "Open access")


def test_semantic_scholar(tmp_path: Path) -> None:
    """Identifiers of other databases are taken over; a part of abstracts alone has no titles and says so."""
    (record,) = records(written(tmp_path, "semantic-scholar"))
    assert (record.id, record.work.arxiv, record.work.kind) == ("13756489", "1706.03762", "inproceedings")


def test_crossref(tmp_path: Path) -> None:
    """JATS and MathML are gone, and a date without year gives way to the next."""
    deep, bounds = records(written(tmp_path, "crossref"))
    assert (deep.work.abstract, deep.work.year, fields(deep)["number"]) == ("Of layers.", 2015, "7553")
    assert (bounds.work.title, bounds.work.authors, bounds.work.year) == (
        "Bounds on x2 if a < b",
        (Author("The Group"),),
        2001,
    )


def test_zotero(tmp_path: Path) -> None:
    """Items of Zotero's tables become records; the trash and the untitled are named, notes and attachments passed over."""
    read, left_out = sorted_out(read_records(zotero(tmp_path / "zotero.sqlite")))
    article, paper = read
    assert (article.id, article.key, article.work.title) == (
        "AAAA1111",
        "lecunDeepLearning2015",
        "Deep learning of cats",
    )
    assert article.work.authors == (Author("LeCun", "Yann"), Author("Bengio", "Yoshua"))
    assert (article.keywords, fields(article)["volume"], fields(article)["journal"]) == ("networks", "521", "Nature")
    assert (paper.work.year, paper.work.arxiv, paper.work.authors) == (2017, "1706.03762", (Author("Google Brain"),))
    assert fields(paper)["editor"] == "Itor, Ed"
    assert [each.what for each in left_out] == ["zotero.sqlite: item EEEE5555", "zotero.sqlite: item FFFF6666"]


def test_zotero_while_it_runs(tmp_path: Path) -> None:
    """A database that is locked, with changes still in its log, is read with these changes and not touched."""
    path = zotero(tmp_path / "zotero.sqlite")
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("UPDATE itemDataValues SET value = 'Deeper learning' WHERE valueID = 1")
        database.commit()
        database.execute("BEGIN EXCLUSIVE")
        before = {each.name: each.read_bytes() for each in tmp_path.iterdir() if not each.name.endswith("-shm")}
        assert records(path)[0].work.title == "Deeper learning"
        assert before == {each.name: each.read_bytes() for each in tmp_path.iterdir() if not each.name.endswith("-shm")}


@pytest.mark.parametrize("data", [b"SQLite format 3\0" + b"\1" * 200, None])
def test_no_zotero(tmp_path: Path, data: bytes | None) -> None:
    """A broken database, or one of another program, is refused with a remedy."""
    path = tmp_path / "zotero.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE other (x)")
    if data:
        path.write_bytes(data)
    with pytest.raises(TexscholarError, match=r"no whole Zotero database .*; close Zotero"):
        list(read_records(path))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain", "plain"),
        ("if a < b and c > d", "if a < b and c > d"),
        ("The <T> type of Vec<String>", "The <T> type of Vec<String>"),
        ("AT&T", "AT&T"),
        ("a &amp;amp; b &lt;i&gt;c&lt;/i&gt;", "a & b c"),
        ("H<sub>2</sub>O in<br/>water", "H2O in water"),
        ("<p>One</p><p>Two</p>", "One Two"),
        ("<jats:title>Abstract</jats:title>", "Abstract"),
        ("x <math><mi>y</mi> <mo>=</mo> <mn>1</mn><annotation>y=1</annotation></math>", "x y=1"),
        ("cut <i", "cut <i"),
    ],
)
def test_markup(text: str, expected: str) -> None:
    """Tags of the known vocabularies go, what only looks like one stays."""
    assert without_markup(text) == expected


def test_abstract_heading() -> None:
    """The word Abstract goes where it is a heading, and stays where it begins a sentence."""
    headed, sentence = "<jats:title>Abstract</jats:title><jats:p>We do.</jats:p>", "Abstract interpretation helps."
    assert (abstract_without_markup(headed), abstract_without_markup(sentence)) == ("We do.", sentence)


STYLE = HouseStyle()


def pdf(path: Path, info: dict[str, str], packet: str = "") -> Path:
    """A PDF of one empty page that says this of itself."""
    pypdf = pytest.importorskip("pypdf")
    writer = pypdf.PdfWriter()
    writer.add_blank_page(72, 72)
    writer.add_metadata(info)
    if packet:
        writer.xmp_metadata = packet.encode()
    writer.write(path)
    return path


PACKET = (
    "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>"
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
    "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:prism='http://prismstandard.org/namespaces/basic/2.0/'>"
    "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>Cats &amp; Graphs</rdf:li></rdf:Alt></dc:title>"
    "<prism:doi>10.1000/XYZ.1</prism:doi></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
)


def test_pdf(tmp_path: Path) -> None:
    """A PDF gives the title, authors, year and DOI that it says of itself."""
    path = pdf(
        tmp_path / "a.pdf", {"/Title": "Deep  Graphs", "/Author": "Ann Ng; Bo Li", "/CreationDate": "D:20190102"}
    )
    (record,) = records(path)
    assert (record.id, record.work.title, record.work.authors, record.work.year) == (
        "a.pdf",
        "Deep Graphs",
        (Author("Ng", "Ann"), Author("Li", "Bo")),
        2019,
    )


def test_pdf_packet(tmp_path: Path) -> None:
    """Where the title is a file's name, the packet's counts, and its DOI."""
    (record,) = records(pdf(tmp_path / "a.pdf", {"/Title": "Microsoft Word - final.doc"}, PACKET))
    assert (record.work.title, record.work.doi) == ("Cats & Graphs", "10.1000/xyz.1")


@pytest.mark.parametrize("cut", [None, 400, 100, 12])
def test_pdf_without_title(tmp_path: Path, cut: int | None) -> None:
    """A PDF that says no title, or is broken, is left out by its name."""
    path = pdf(tmp_path / "a.pdf", {"/Author": "Ann Ng"})
    path.write_bytes(path.read_bytes()[:cut])
    assert [each.what for each in sorted_out(read_records(path))[1]] == ["a.pdf"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
# Not "items": an object that holds such a list stands for what is in it.
NAMES = sorted(
    {name for kind in JSON_KINDS for name in re.findall(r'"([A-Za-z_-]+)":', SAMPLES[kind].data.decode())} - {"items"}
)
odd_objects = st.recursive(
    st.dictionaries(st.sampled_from(NAMES), json_values, max_size=8),
    lambda inner: st.dictionaries(st.sampled_from(NAMES), inner | st.lists(inner, max_size=2), max_size=6),
    max_leaves=6,
)


@pytest.mark.parametrize("kind", JSON_KINDS)
@given(items=st.lists(odd_objects, min_size=1, max_size=4))
def test_any_json(kind: str, items: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever values an object has, it becomes a record or is left out by name, and the record can be written."""
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text("".join(f"{json.dumps(item)}\n" for item in items))
    rows = list(read_kind(path, kind))
    assert len(rows) == len(items)
    for row in rows:
        if isinstance(row, Record):
            assert row.work.title
            render_entry(row.work, "key", STYLE, "utf-8")


@given(st.lists(json_values, min_size=1, max_size=5), st.integers(1, 40), st.sampled_from([None, 1]), st.booleans())
def test_cut_anywhere(values: list[Any], size: int, indent: int | None, in_list: bool) -> None:
    """The items of a list are found whole, wherever the pieces of the file are cut."""
    items = [{"n": value} for value in values]
    text = json.dumps(
        items if in_list else {"status": "ok", "message": {"items": items, "more": [{"x": "]"}]}}, indent=indent
    ).encode()
    begin, depth = objects._start_of_list(text) or (0, 0)
    splitter = objects._Splitter(depth)
    pieces = [*(text[at : at + size] for at in range(begin, len(text), size)), b""]
    assert [json.loads(item) for piece in pieces for item in splitter.feed(piece, is_last=not piece)] == items
    assert not splitter.is_open


def test_lazy(tmp_path: Path) -> None:
    """The first records come before the rest is read, in the order of the file, and few are in memory at a time."""
    path = tmp_path / "many.json.gz"
    item = CSL[0] | {"abstract": "x" * 5000}
    text = json.dumps([item | {"id": f"r{n}"} for n in range(4000)]).encode()
    path.write_bytes(gzip.compress(text, 1))
    tracemalloc.start()
    try:
        rows = read_records(path)
        assert [row.id for row, _ in zip(rows, range(3), strict=False) if isinstance(row, Record)] == ["r0", "r1", "r2"]
        assert sum(1 for _ in rows) == 4000 - 4  # zip took one more
        assert tracemalloc.get_traced_memory()[1] < len(text) / 4
    finally:
        tracemalloc.stop()
