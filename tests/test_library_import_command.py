"""``texscholar library`` with files of every kind, as a user meets it."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import Run
from fixtures_imports import CSL, SAMPLES, zotero
from texscholar.bibtex import HouseStyle, render_entry
from texscholar.config import data_directory
from texscholar.errors import TexscholarError
from texscholar.library import add_library, library_for, list_libraries, refresh_library
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


ADD = "import sys; from pathlib import Path; from texscholar.library import add_library; add_library('own', [Path(sys.argv[1])])"


def adding(path: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", ADD, str(path)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )


@pytest.mark.parametrize("wait", [0.0, 0.4, 0.8, 1.2])
def test_killed(tmp_path: Path, wait: float) -> None:
    """An import that is killed leaves the library that was there, and the next one completes."""
    path = tmp_path / "works.json"
    path.write_text(json.dumps(CSL[:1]))
    add_library("own", [path])
    path.write_text(json.dumps([CSL[0] | {"id": f"r{n}", "title": f"Attention of {n} heads"} for n in range(8000)]))
    process = adding(path)
    time.sleep(wait)
    process.kill()
    process.wait()
    with library_for("own", tmp_path) as library:
        assert len(library) in (1, 8000)
        assert library.search("attention", 1)
    assert refresh_library("own").count == 8000


def test_two_at_once(tmp_path: Path) -> None:
    """Two imports of one library at once both end well, and what is left is whole."""
    path = tmp_path / "works.json"
    path.write_text(json.dumps([CSL[0] | {"id": f"r{n}", "title": f"Attention of {n} heads"} for n in range(2000)]))
    processes = [adding(path), adding(path)]
    assert [process.wait() for process in processes] == [0, 0]
    with library_for("own", tmp_path) as library:
        assert len(library) == 2000


def test_full_disk(tmp_path: Path) -> None:
    """Where the disk is full the library stays as it was, and one line says so."""
    path = tmp_path / "works.json"
    path.write_text(json.dumps(CSL[:1]))
    add_library("own", [path])
    path.write_text(json.dumps([CSL[0] | {"id": f"r{n}", "title": f"Attention of {n} heads"} for n in range(8000)]))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 19, before[1]))  # Python ignores the signal; writing fails
    try:
        with pytest.raises(TexscholarError, match="cannot be written"):
            add_library("own", [path])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    with library_for("own", tmp_path) as library:
        assert len(library) == 1
    assert list((data_directory() / "libraries" / "own@sources").glob(".*")) == []


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
