"""``texscholar library`` with files of every kind, as a user meets it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import Run
from fixtures_imports import SAMPLES, zotero
from texscholar.bibtex import HouseStyle, render_entry
from texscholar.library import add_library, list_libraries, refresh_library
from texscholar.library.records import Record, read_records


@pytest.fixture
def shelf(tmp_path: Path) -> list[Path]:
    """A file of each kind."""
    paths = [tmp_path / f"{kind}-{sample.name}" for kind, sample in SAMPLES.items()]
    for path, sample in zip(paths, SAMPLES.values(), strict=True):
        path.write_bytes(sample.data)
    return [*paths, zotero(tmp_path / "zotero.sqlite")]


def test_all_kinds_in_one_library(texscholar: Run, shelf: list[Path], tmp_path: Path) -> None:
    """Files of every kind become one library, in which a work is one record however many sources name it."""
    added = texscholar("library", "add", *shelf, "--name", "shelf", cwd=tmp_path)
    assert (added.code, "Traceback" in added.err) == (0, False)
    lines = texscholar("library", "list", "--details", cwd=tmp_path).text.splitlines()[1:]
    for line, (kind, sample) in zip(lines, SAMPLES.items(), strict=False):
        _, told, counts, size, day = line.split("\t")
        assert (told, counts) == (kind, f"{sample.works - sample.left_out} records, {sample.left_out} left out")
        assert (size.endswith("MB"), re.fullmatch(r"\d{4}-\d\d-\d\d", day) is not None) == (True, True)
    assert lines[-1].split("\t")[1:3] == ["zotero", "2 records, 2 left out"]
    found = texscholar("library", "search", "attention", "need", cwd=tmp_path)
    assert len(found.text.splitlines()) == 1
    assert texscholar("library", "remove", "shelf", cwd=tmp_path).code == 0
    assert texscholar("library", "list", cwd=tmp_path).text == ""


def test_forced_kind(texscholar: Run, tmp_path: Path) -> None:
    """--kind decides against the content, also when the library is refreshed; an unknown one is refused."""
    path = tmp_path / "items"
    path.write_bytes(SAMPLES["crossref"].data)
    assert texscholar("library", "add", "items", "--kind", "csl-json", cwd=tmp_path).text == "items: 2 records\n"
    path.write_bytes(SAMPLES["crossref"].data.replace(b"Deep learning", b"Shallow learning"))
    assert texscholar("library", "refresh", "items", cwd=tmp_path).code == 0
    assert "\tcsl-json\t" in texscholar("library", "list", "--details", cwd=tmp_path).text
    assert "Shallow" in texscholar("library", "search", "shallow", cwd=tmp_path).text
    assert texscholar("library", "add", "items", "--kind", "word", cwd=tmp_path).code == 2


def test_wrong_forced_kind(texscholar: Run, tmp_path: Path) -> None:
    """A file that is not what --kind says ends in one line or in named parts, not in a traceback."""
    (tmp_path / "own").write_bytes(SAMPLES["bibtex"].data)
    for kind in (*SAMPLES, "zotero", "pdf"):
        result = texscholar("library", "add", "own", "--kind", kind, cwd=tmp_path)
        assert (result.code in (0, 2), "Traceback" in result.err, "own" in result.text + result.err) == (
            True,
            False,
            True,
        )


def test_refresh_reads_nothing_unchanged(tmp_path: Path) -> None:
    """A refresh without changes leaves the index as it is; a changed file makes it anew."""
    path = tmp_path / "export.ris"
    path.write_bytes(SAMPLES["ris"].data)
    add_library("own", [path])
    read: list[int] = []
    first = list_libraries()[0].manifest
    assert (refresh_library("own", read.append), read) == (first, [])
    path.write_bytes(SAMPLES["ris"].data.replace(b"Deep", b"Shallow"))
    assert (refresh_library("own", read.append) != first, read) == (True, [4])


@pytest.mark.latexmk
@pytest.mark.parametrize("style", ["plain", "abbrv", "alpha", "plainnat"])
def test_entries_build(shelf: list[Path], tmp_path: Path, style: str) -> None:
    """The entries of what was taken in build without a warning of BibTeX, but for works whose source names no author or year."""
    bibtex = shutil.which("bibtex")
    if bibtex is None:
        pytest.skip("needs TeX Live")
    read = [row for path in shelf[2:] for row in read_records(path) if isinstance(row, Record)]
    whole = [row for row in read if row.work.authors and row.work.year]
    assert len(whole) > 12
    entries = [render_entry(row.work, f"k{n}", HouseStyle(), "utf-8") for n, row in enumerate(whole)]
    (tmp_path / "all.bib").write_text("\n".join(entries), "utf-8")
    (tmp_path / "all.aux").write_text(f"\\citation{{*}}\n\\bibstyle{{{style}}}\n\\bibdata{{all}}\n")
    done = subprocess.run([bibtex, "all"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, re.findall(r"Warning.*", done.stdout)) == (0, [])
