"""Files that are broken, cut off or made to do harm: a named part is left out, or one line tells what to do."""

from __future__ import annotations

import gzip
import json
import sys
import tracemalloc
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from fixtures_imports import CSL, DBLP, RIS, SAMPLES
from texscholar.errors import Skipped, TexscholarError
from texscholar.library import records as records_module
from texscholar.library.importers import elements, objects, opening, ris
from texscholar.library.importers.kinds import kind_of, read_kind
from texscholar.library.records import Record, read_records


def left_out(path: Path, kind: str = "") -> list[tuple[str, str]]:
    rows = read_kind(path, kind) if kind else read_records(path)
    return [(row.what, row.reason) for row in rows if isinstance(row, Skipped)]


def titles(path: Path, kind: str = "") -> list[str]:
    rows = read_kind(path, kind) if kind else read_records(path)
    return [row.work.title for row in rows if isinstance(row, Record)]


def outcome(path: Path, kind: str) -> list[Record | Skipped] | str:
    """What is read of a file, or the one line that refuses it."""
    try:
        return list(read_kind(path, kind))
    except TexscholarError as error:
        return str(error)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds that small files reach."""
    monkeypatch.setattr(objects, "LARGEST", 2000)
    monkeypatch.setattr(opening, "CHUNK", 512)
    monkeypatch.setattr(elements, "_LARGEST", 2000)
    monkeypatch.setattr(elements, "_LARGEST_TAG", 1000)
    monkeypatch.setattr(ris, "_LONGEST_LINE", 2000)
    monkeypatch.setattr(records_module, "_LONGEST", 2000)
    monkeypatch.setattr(records_module, "_CHUNK", 512)


@pytest.mark.parametrize("kind", ["crossref", "openalex", "jsonl"])
@pytest.mark.usefixtures("small")
def test_long_line(tmp_path: Path, kind: str) -> None:
    """A line beyond all measure is left out by its number; those before and after it are read."""
    path = tmp_path / "many.jsonl"
    lines = [json.dumps({"title": title}) for title in ("First", "x" * 9000, "Third", "Fourth")]
    path.write_text("\n".join(lines))
    ((what, reason),) = left_out(path, kind)
    assert (titles(path, kind), what, "MB" in reason) == (["First", "Third", "Fourth"], "many.jsonl:2", True)


@pytest.mark.usefixtures("small")
def test_large_item(tmp_path: Path) -> None:
    """An item of a list beyond all measure ends the list, and says so."""
    path = tmp_path / "list.json"
    path.write_text(json.dumps([{"title": "First"}, {"title": "x" * 9000}, {"title": "Third"}]))
    ((what, reason),) = left_out(path, "csl-json")
    assert (titles(path, "csl-json"), what, "not read" in reason) == (["First"], "list.json: item 2", True)


@pytest.mark.usefixtures("small")
def test_large_element(tmp_path: Path) -> None:
    """An element beyond all measure is left out by its line; those around it are read."""
    path = tmp_path / "dblp.xml"
    path.write_text(
        DBLP.replace(
            "</dblp>",
            f"<book key='b'><title>{'x ' * 5000}</title></book>\n<book key='c'><title>After</title></book></dblp>",
        )
    )
    assert titles(path)[-1] == "After"
    assert ("dblp.xml:8", True) in [(what, "MB" in reason) for what, reason in left_out(path)]


@pytest.mark.usefixtures("small")
def test_large_tag(tmp_path: Path) -> None:
    """A tag without end is not waited for."""
    path = tmp_path / "dblp.xml"
    path.write_text(f"<dblp><book key='{'x' * 9000}'></book></dblp>")
    with pytest.raises(TexscholarError, match="has a tag of more than"):
        list(read_records(path))


@pytest.mark.usefixtures("small")
def test_long_ris_line(tmp_path: Path) -> None:
    """A record with a line beyond all measure is left out by its first line."""
    path = tmp_path / "a.ris"
    path.write_text(f"TY  - JOUR\nTI  - One\nAB  - {'x' * 9000}\nER  -\n{RIS}")
    assert titles(path) == ["Deep learning", "On a long title"]
    assert left_out(path)[0][0] == "a.ris:1"


BOMB = '<?xml version="1.0"?>\n<!DOCTYPE dblp [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>\n<dblp><book key="x"><title>&b;</title></book></dblp>'
OUTSIDE = '<?xml version="1.0"?>\n<!DOCTYPE dblp [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<dblp><book key="x"><title>&a;</title></book></dblp>'
DEEP = f"<dblp>{'<b>' * 200}</dblp>"


@pytest.mark.parametrize(("text", "word"), [(BOMB, "XML bomb"), (OUTSIDE, "XML bomb"), (DEEP, "deep")])
@pytest.mark.parametrize("kind", ["dblp", "acl-anthology"])
def test_xml_bombs(tmp_path: Path, text: str, word: str, kind: str) -> None:
    """A file that declares entities, of itself or of other files, is refused with its line; so is endless nesting."""
    path = tmp_path / "dblp.xml"
    path.write_text(text)
    with pytest.raises(TexscholarError, match=rf"dblp\.xml:\d: .*{word}"):
        list(read_kind(path, kind))


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_compression_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: object) -> None:
    """A file that expands without end is left off, in little memory."""
    monkeypatch.setattr(opening, "_FROM", 1 << 20)
    path = tmp_path / "bomb.jsonl.gz"
    path.write_bytes(pack(b'{"title": "First"}\n' + b"\n" * (1 << 26)))  # type: ignore[operator]
    tracemalloc.start()
    try:
        ((_, reason),) = left_out(path, "csl-json")
        assert ("compression bomb" in reason, tracemalloc.get_traced_memory()[1] < 1 << 25) == (True, True)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
@pytest.mark.parametrize("kind", SAMPLES)
def test_cut_compressed(tmp_path: Path, kind: str, pack: object) -> None:
    """A compressed file that ends too early gives what is there and says so."""
    path = tmp_path / SAMPLES[kind].name
    data = SAMPLES[kind].data
    path.write_bytes(pack(data[:-15]) + pack(data[-15:])[:-4])  # type: ignore[operator]
    rows = list(read_kind(path, kind))
    assert any(isinstance(row, Skipped) and "damaged" in row.reason for row in rows)


@pytest.mark.parametrize("kind", SAMPLES)
def test_zstd(tmp_path: Path, kind: str) -> None:
    """Several frames of Zstandard are one file."""
    data = SAMPLES[kind].data
    plain, packed = tmp_path / SAMPLES[kind].name, tmp_path / "packed" / SAMPLES[kind].name
    plain.write_bytes(data)
    packed.parent.mkdir()
    packed.write_bytes(zstandard.compress(data[:300]) + zstandard.compress(data[300:]))
    assert (kind_of(packed), list(read_records(packed))) == (kind_of(plain), list(read_records(plain)))


@pytest.mark.parametrize("kind", SAMPLES)
@given(cut=st.floats(0, 1))
def test_cut_plain(kind: str, cut: float, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A file that is cut anywhere gives records and named parts, or one line: never anything else."""
    data = SAMPLES[kind].data
    path = tmp_path_factory.getbasetemp() / SAMPLES[kind].name
    path.write_bytes(data[: int(cut * len(data))])
    found = outcome(path, kind)
    assert path.name in found if isinstance(found, str) else len(found) <= SAMPLES[kind].works + 1


@pytest.mark.parametrize("kind", ["csl-json", "dblp", "acl-anthology"])
def test_cut_is_told(tmp_path: Path, kind: str) -> None:
    """A dump that is cut in the middle of a work names the place."""
    path = tmp_path / "cut"
    path.write_bytes(SAMPLES[kind].data[:-150])
    assert left_out(path, kind)[-1][0].startswith("cut:")


@pytest.mark.parametrize("kind", SAMPLES)
@given(data=st.binary(max_size=300))
def test_any_bytes(kind: str, data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Any bytes, alone and inside a sound file, lead to records, named parts or one line."""
    sound = SAMPLES[kind].data
    path = tmp_path_factory.getbasetemp() / "any"
    for content in (data, sound[:200] + data + sound[200:]):
        path.write_bytes(content)
        found = outcome(path, kind)
        assert str(path) in found if isinstance(found, str) else all(found)


@pytest.mark.parametrize("kind", ["csl-json", "crossref", "openalex", "jsonl"])
@pytest.mark.parametrize("deep", ["[" * 100_000, '{"a":' * 100_000, '{"title": ' + "[" * 100_000])
def test_deep_nesting(tmp_path: Path, kind: str, deep: str) -> None:
    """Brackets without end are no record."""
    path = tmp_path / "deep.json"
    path.write_text(f'{{"title": "First"}}\n{deep}\n')
    assert (titles(path, kind), len(left_out(path, kind))) == (["First"], 1)


def test_odd_encodings(tmp_path: Path) -> None:
    """Latin-1 in RIS and broken UTF-8 in JSON do not stop a file from being read."""
    path = tmp_path / "a.ris"
    path.write_bytes("TY  - JOUR\nTI  - Über Bäume\nER  - \n".encode("latin-1"))
    assert titles(path) == ["Über Bäume"]
    path = tmp_path / "a.json"
    path.write_bytes(json.dumps([CSL[1] | {"title": "Bäume"}], ensure_ascii=False).encode("latin-1"))
    assert titles(path) == ["Bäume"]


def test_endless_title(tmp_path: Path) -> None:
    """What is no title is none."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps([CSL[0] | {"title": "x" * 100_000}]))
    assert left_out(path) == [("a.json: item 1", "has a title of 100000 characters; it is left out")]


@pytest.mark.parametrize("text", ["", "words", "<html><body>404</body></html>", "{", "[", "\x00\x01"])
def test_no_records(tmp_path: Path, text: str) -> None:
    """What holds no records is refused with the kinds that do."""
    path = tmp_path / "page.dat"
    path.write_text(text)
    with pytest.raises(TexscholarError, match=r"page\.dat: is no file of records; give one of bibtex, jsonl"):
        list(read_records(path))


def test_without_extras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where what reads a PDF is not installed, one line says what to install."""
    monkeypatch.setitem(sys.modules, "pypdf", None)
    (tmp_path / "works").write_bytes(b"%PDF-1.7\n")
    with pytest.raises(TexscholarError, match=r"works: is .* `pip install 'texscholar\[import\]'`"):
        list(read_records(tmp_path / "works"))
