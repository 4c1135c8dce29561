"""Records read from files."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from texscholar.bibtex.work import Author
from texscholar.errors import Skipped, TexscholarError
from texscholar.library.records import Record, line_batches, read_records

if TYPE_CHECKING:
    from pathlib import Path


def write_jsonl(path: Path, *lines: dict[str, Any] | str) -> Path:
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines), "utf-8")
    return path


def only(path: Path) -> Record:
    (record,) = read_records(path)
    assert isinstance(record, Record)
    return record


def test_bib_entry(tmp_path: Path) -> None:
    """An entry becomes a record that keeps its key and its raw fields."""
    path = tmp_path / "a.bib"
    path.write_text("@article{k, title={The {B}ook of Erd{\\H o}s}, author={Ng, Andrew}, keywords={proofs}}", "utf-8")
    record = only(path)
    told = (record.id, record.key, record.origin, record.keywords, record.work.title, record.work.fields[0])
    assert told == ("k", "k", "a.bib", "proofs", "The Book of Erdős", ("title", "The {B}ook of Erd{\\H o}s"))


def test_latin1_bib(tmp_path: Path) -> None:
    """A bibliography in Latin-1 is read like any other."""
    path = tmp_path / "a.bib"
    path.write_bytes("@misc{k, title={Über Bäume}}".encode("latin-1"))
    assert only(path).work.title == "Über Bäume"


def test_broken_bib(tmp_path: Path) -> None:
    """A broken entry and one without title are told with their lines; the rest is read."""
    path = tmp_path / "a.bib"
    path.write_text("@misc{a, title={Whole}}\n@misc{b, year=2000}\n@misc{c, title={Half", "utf-8")
    read = list(read_records(path))
    assert [item.what if isinstance(item, Skipped) else item.id for item in read] == [
        "a",
        "a.bib:2",
        "a.bib:3",
    ]


def test_json_record(tmp_path: Path) -> None:
    """Every field of a JSON record finds its place."""
    path = write_jsonl(
        tmp_path / "a.jsonl",
        {
            "id": "P1",
            "bibkey": "ng-2020",
            "type": "InProceedings",
            "title": "{GTPA:} {\\'E}tudes",
            "authors": ["Andrew Y. Ng", {"family": "van Gogh", "given": "Vincent"}, "others"],
            "year": "2020",
            "venue": "{ICML} 2020",
            "doi": "https://doi.org/10.1000/ABC",
            "abstract": "Of\nthings.",
            "url": "https://arxiv.org/abs/2001.00001v2",
            "keywords": ["x", "y"],
        },
    )
    record = only(path)
    work = record.work
    assert (record.id, record.key, record.origin, record.keywords) == ("P1", "ng-2020", "a.jsonl", "x, y")
    assert (
        work.title,
        work.venue,
        work.year,
        work.kind,
    ) == ("GTPA: Études", "ICML 2020", 2020, "inproceedings")
    assert (work.doi, work.arxiv, work.abstract) == ("10.1000/abc", "2001.00001", "Of things.")
    assert (Author("Ng", "Andrew Y."), Author("van Gogh", "Vincent")) == work.authors


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ""),
        ({"url": "https://example.org/2001.00001"}, ""),
        ({"arxiv": "2001.00001"}, "2001.00001"),
        ({"eprint": "hep-th/9901001"}, "hep-th/9901001"),
        ({"doi": "10.48550/arXiv.2001.00001"}, "2001.00001"),
    ],
)
def test_arxiv(tmp_path: Path, fields: dict[str, str], expected: str) -> None:
    """An arXiv identifier is found in whichever field tells it, and nowhere else."""
    assert expected == only(write_jsonl(tmp_path / "a.jsonl", {"title": "T", **fields})).work.arxiv


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"id": "10.1 steps"}, ""),
        ({"id": "10.1000/1 and more"}, ""),
        ({"id": "10.5555/123"}, ""),
        ({"id": "10.1000/1", "doi": "10.1000/2"}, "10.1000/2"),
        ({"id": "10.1000/AB"}, "10.1000/ab"),
    ],
)
def test_doi_of_an_id(tmp_path: Path, fields: dict[str, str], expected: str) -> None:
    """An id that is a registered DOI is one, unless the record tells another."""
    assert expected == only(write_jsonl(tmp_path / "a.jsonl", {"title": "T", **fields})).work.doi


def test_whole_entry(tmp_path: Path) -> None:
    """What only an entry says is kept for the one that is written."""
    told = {"title": "On {LaTeX} & more", "authors": ["Ada Lovelace"], "year": 1999, "venue": "J. of Examples"}
    told |= {"type": "Article", "volume": 7, "issue": "2", "pages": "1-9", "doi": "10.1000/1"}
    work = only(write_jsonl(tmp_path / "a.jsonl", told)).work
    assert (work.kind, work.venue, work.year, work.doi) == ("article", "J. of Examples", 1999, "10.1000/1")
    assert dict(work.fields) == {
        "author": "Lovelace, Ada",
        "title": "On {LaTeX} \\& more",
        "journal": "J. of Examples",
        "year": "1999",
        "volume": "7",
        "number": "2",
        "pages": "1--9",
        "doi": "10.1000/1",
    }


@pytest.mark.parametrize(
    ("authors", "expected"),
    [
        (None, ()),
        (7, ()),
        ([None, 3.5, {}, ""], ()),
        ("Ada Lovelace and Charles Babbage", (Author("Lovelace", "Ada"), Author("Babbage", "Charles"))),
        (["Carlos Ans{\\'o}tegui"], (Author("Ansótegui", "Carlos"),)),
        ([{"name": "Ada Lovelace"}], (Author("Lovelace", "Ada"),)),
    ],
)
def test_authors(tmp_path: Path, authors: object, expected: tuple[Author, ...]) -> None:
    """Authors are read from lists, objects and strings; what is none of these names nobody."""
    assert expected == only(write_jsonl(tmp_path / "a.jsonl", {"title": "T", "authors": authors})).work.authors


@pytest.mark.parametrize(
    ("year", "expected"), [(None, None), (True, None), ("n.d.", None), (1999, 1999), ("May 2001", 2001)]
)
def test_year(tmp_path: Path, year: object, expected: int | None) -> None:
    """A year is a number or stands in a text."""
    assert expected == only(write_jsonl(tmp_path / "a.jsonl", {"title": "T", "year": year})).work.year


def test_bad_lines(tmp_path: Path) -> None:
    """Bad lines are told one by one with file and line; blank lines are nothing."""
    path = write_jsonl(tmp_path / "a.jsonl", {"id": "1", "title": "T"}, "{broken", "", "[1]", {"id": "2"})
    skipped = [item for item in read_records(path) if isinstance(item, Skipped)]
    expected = [
        ("a.jsonl:2", "is not JSON"),
        ("a.jsonl:4", "is not a JSON object"),
        ("a.jsonl:5", "has no title"),
    ]
    assert expected == [(item.what, item.reason) for item in skipped]


def test_odd_bytes(tmp_path: Path) -> None:
    """A byte order mark, CRLF, Latin-1 and unpaired surrogates do not stop a line from being read."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"title": "A"}\r\n{"title": "B\xe4"}\r\n{"title": "C\\ud800"}')
    assert [item.work.title for item in read_records(path) if isinstance(item, Record)] == ["A", "Bä", "C?"]


@pytest.mark.parametrize(
    "line", ['{"title": "T", "score": NaN}', '{"title": "T", "note": "\\ud800"}', '\ufeff{"title": "T"}']
)
def test_lenient_json(tmp_path: Path, line: str) -> None:
    """What Python reads as JSON is a record, also where it is not strictly JSON."""
    assert only(write_jsonl(tmp_path / "a.jsonl", line)).work.title == "T"


@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    """Lines keep their numbers and their order, however the file is cut into batches."""
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps({"title": "x" * (n % 90)}) for n in range(300)) + end, "utf-8")
    whole = list(read_records(path))
    for size, chunk in ((1, 1), (70, 7), (1000, 64)):
        monkeypatch.setattr("texscholar.library.records._BATCH", size)
        monkeypatch.setattr("texscholar.library.records._CHUNK", chunk)
        batches = list(line_batches(path))
        assert (whole, size > 70 or len(batches) > 99) == (list(read_records(path)), True)


def test_gzip(tmp_path: Path) -> None:
    """Whether a file is compressed is read from its bytes."""
    for name in ("a.jsonl.gz", "a.jsonl"):
        (tmp_path / name).write_bytes(gzip.compress(b'{"title": "Packed"}\n'))
    (tmp_path / "b.jsonl.gz").write_bytes(b'{"title": "Packed"}\n')
    assert {"Packed"} == {only(path).work.title for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    "damage",
    [lambda data: data[:-300], lambda data: data + b"junk", lambda data: data[:-600] + b"\xff" * 600],
)
def test_damaged_gzip(tmp_path: Path, damage: Any) -> None:
    """A damaged compressed file gives what was readable and says that it is damaged."""
    path = tmp_path / "a.jsonl.gz"
    lines = "".join(
        json.dumps({"id": str(n), "title": f"{n * 7919 % 10007} {n * 104729 % 99991}"}) + "\n" for n in range(2000)
    )
    path.write_bytes(damage(gzip.compress(lines.encode())))
    *read, last = read_records(path)
    assert (len(read) > 500, isinstance(last, Skipped) and "damaged" in last.reason) == (True, True)


def test_id_of_a_record_without_one(tmp_path: Path) -> None:
    """A record without id is called by an identity, or else by its place."""
    path = write_jsonl(tmp_path / "a.jsonl", {"title": "T", "doi": "10.1000/x"}, {"title": "U"})
    assert [item.id for item in read_records(path) if isinstance(item, Record)] == [
        "doi:10.1000/x",
        "a.jsonl:2",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.pdf", b"%PDF"), ("a.jsonl", b"\x00\x01\n\x02"), ("a.jsonl", b"[\n1\n]"), ("a.bib", b"PK\x00\x00")],
)
def test_wrong_kind(tmp_path: Path, name: str, content: bytes) -> None:
    """A file of another kind is refused with a remedy, not read as an empty library."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TexscholarError, match=r"give|leave"):
        list(read_records(tmp_path / name))


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is the user's to mend."""
    with pytest.raises(TexscholarError, match="check the path"):
        list(read_records(tmp_path / "none.bib"))
