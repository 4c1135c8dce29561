"""Folders of dump parts and of PDFs as libraries: what they hold is told by their files, nothing is lost unnamed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from conftest import Run, write_files
from fixtures_imports import SAMPLES, zotero
from texscholar.errors import Skipped, TexscholarError
from texscholar.library import Manifest, add_library, library_for, list_libraries, refresh_library
from texscholar.library.importers.folders import holds_papers, kind_of_parts

PARTS = {
    "openalex": ("works/updated_date=2024-01-{0:02d}/part_{0:03d}.gz", gzip.compress),
    "semantic-scholar": ("papers/2024_{0}.jsonl.gz", gzip.compress),
    "crossref": ("{0}.json.gz", gzip.compress),
    "acl-anthology": ("data/xml/P{0}.xml", bytes),
}


def parts(folder: Path, kind: str) -> Path:
    """A dump of two equal parts and of what lies beside them."""
    name, packed = PARTS[kind]
    files = {name.format(number): packed(SAMPLES[kind].data) for number in (1, 2)}
    write_files(folder, files | {"manifest": b"{}", "README.txt": b"x", ".hidden/part.gz": b"x", "a.md5": b"x"})
    return folder


@pytest.mark.parametrize("kind", PARTS)
def test_parts_of_a_dump(tmp_path: Path, kind: str) -> None:
    """All parts of a dump become one source, with the kind told by their content and every skip by its part's path."""
    manifest = add_library("dump", [parts(tmp_path / "dump", kind)])
    (source,) = manifest.sources
    sample = SAMPLES[kind]
    assert (source.name, source.kind, source.is_forced) == ("dump/", kind, False)
    assert (source.records, source.skipped) == (2 * (sample.works - sample.left_out), 2 * sample.left_out)
    assert manifest.count == sample.works - sample.left_out
    names = {PARTS[kind][0].format(number) for number in (1, 2)}
    assert source.size == sum((tmp_path / "dump" / name).stat().st_size for name in names)
    assert {each.what.partition(":")[0] for each in manifest.skipped} == names


def test_several_kinds(tmp_path: Path) -> None:
    """A folder of files of several kinds is read file by file, each as what it is."""
    folder = tmp_path / "mine"
    write_files(folder, {sample.name: sample.data for sample in SAMPLES.values() if "." in sample.name})
    zotero(folder / "zotero.sqlite")
    manifest = add_library("mine", [folder])
    samples = [sample for sample in SAMPLES.values() if "." in sample.name]
    assert manifest.sources[0].kind == "several"
    assert manifest.sources[0].records == sum(each.works - each.left_out for each in samples) + 2


def test_pdfs(tmp_path: Path) -> None:
    """A folder of PDFs gives a record for each that tells its title, and names the others."""
    pypdf = pytest.importorskip("pypdf")
    folder = tmp_path / "papers"
    for name, title in {"a/one.pdf": "On the One", "b/one.pdf": "On Another", "untitled.pdf": ""}.items():
        writer = pypdf.PdfWriter()
        writer.add_blank_page(100, 100)
        writer.add_metadata({"/Title": title, "/Author": "Ann Doe"})
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        writer.write(folder / name)
    write_files(folder, {"b/broken.pdf": b"%PDF-1.7\nnothing"})
    manifest = add_library("papers", [folder])
    assert (manifest.count, manifest.sources[0].kind) == (2, "pdf")
    assert [each.what for each in manifest.skipped] == ["untitled.pdf", "b/broken.pdf"]


def test_kind_of_a_folder(tmp_path: Path) -> None:
    """LaTeX makes a folder one of papers; without it the files tell, and a file that is nothing counts for nothing."""
    write_files(tmp_path, {"lone/a.json": b"no", "mixed/a.ris": SAMPLES["ris"].data, "mixed/b.json": b"no"})
    assert (kind_of_parts(tmp_path / "lone"), kind_of_parts(tmp_path / "mixed")) == ("", "ris")
    assert not holds_papers(tmp_path / "mixed")
    write_files(tmp_path, {"mixed/main.tex": b"x"})
    assert holds_papers(tmp_path / "mixed")


def test_forced(texscholar: Run, tmp_path: Path) -> None:
    """--kind makes a folder with LaTeX in it one of parts, and a refresh reads it in the same way."""
    write_files(tmp_path, {"dump/main.tex": b"x", "dump/a.json": SAMPLES["crossref"].data, "dump/b.pdf": b"%PDF-"})
    assert texscholar("library", "add", "dump", cwd=tmp_path).code == 2
    added = texscholar("library", "add", "dump", "--kind", "crossref", cwd=tmp_path)
    assert (added.code, added.text) == (0, "dump: 2 records\n")
    read: list[int] = []
    assert (refresh_library("dump", read.append).count, read) == (2, [])
    write_files(
        tmp_path, {"dump/c.json": json.dumps({"items": [{"title": ["A new one"], "DOI": "10.1/new"}]}).encode()}
    )
    assert refresh_library("dump").count == 3


def test_bad_parts_are_named(tmp_path: Path) -> None:
    """A part that is nothing, one that is a bomb and one that is cut off do not take the others with them."""
    bomb = b'<?xml version="1.0"?><!DOCTYPE dblp [<!ENTITY a "b">]><dblp><article key="a"><title>&a;</title></article></dblp>'
    good = gzip.compress(SAMPLES["openalex"].data)
    write_files(
        tmp_path, {"d/a.gz": good, "d/b.xml": bomb, "d/c.json": b"nothing", "d/d.gz": good[:-9], "d/e.gz": good}
    )
    manifest = add_library("d", [tmp_path / "d"])
    assert manifest.count == SAMPLES["openalex"].works - SAMPLES["openalex"].left_out
    reasons = {each.what.partition(":")[0]: each.reason for each in manifest.skipped}
    assert "declares an entity" in reasons["b.xml"]
    assert "is no file of records" in reasons["c.json"]
    assert "is damaged from here on" in reasons["d.gz"]


def test_links_that_lead_out(tmp_path: Path) -> None:
    """A link inside the folder is read, one that leads out of it is not."""
    write_files(tmp_path, {"d/a.ris": SAMPLES["ris"].data, "outside.json": SAMPLES["crossref"].data})
    (tmp_path / "d" / "out.json").symlink_to(tmp_path / "outside.json")
    assert add_library("d", [tmp_path / "d"]).sources[0].kind == "ris"


def test_nothing_inside(tmp_path: Path) -> None:
    """A folder without papers and without records is refused with the remedy."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(TexscholarError, match="holds no LaTeX paper and no file of records; name the files"):
        add_library("empty", [tmp_path / "empty"])
    assert list_libraries() == ()


def test_on_the_fly(tmp_path: Path) -> None:
    """--library takes a folder of parts as it takes one of papers."""
    with library_for("dump", parts(tmp_path / "dump", "crossref").parent) as library:
        assert library.by_id("10.1038/nature14539") or library.search("deep learning", 1)
    assert isinstance(library.manifest, Manifest)
    assert all(isinstance(each, Skipped) for each in library.manifest.skipped)
