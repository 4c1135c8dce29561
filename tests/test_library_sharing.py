"""A group's library: published by one, read by many who may not write, and replaced while they read."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conftest import Run, write_files
from texscholar.errors import TexscholarError
from texscholar.library import add_library
from texscholar.library.sharing import publish, shared_libraries, shared_library

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS = [
    {"id": "adam", "title": "Adam: A Method for Stochastic Optimization", "authors": ["Diederik P. Kingma"], "year": 2015,
     "bibkey": "kingma2015adam", "venue": "ICLR"},
    {"id": "walks", "title": "Random Walks on Sparse Graphs", "authors": ["Ann Ng"], "year": 2001},
]  # fmt: skip
# Root may write everywhere; without this capability it is like anybody else.
MORTAL = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()


def made(folder: Path, rows: list[dict[str, object]]) -> None:
    path = folder / "own.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    add_library("group", [path])


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Path]:
    """A folder with a published library, in which nobody may write."""
    folder = tmp_path / "shared"
    made(tmp_path, ROWS)
    publish("group", folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(stat.S_IMODE(path.stat().st_mode) & 0o555)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(stat.S_IMODE(path.stat().st_mode) | 0o700)


def state(folder: Path) -> dict[str, tuple[int, int, int]]:
    """All that changes when somebody writes there, be it for a moment: a file that comes and goes changes its folder."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.stat().st_ino, path.stat().st_mode)
        for path in (folder, *folder.rglob("*"))
    }


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The program as somebody who has no more rights than the modes of files tell."""
    command = [*MORTAL, sys.executable, "-m", "texscholar", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_read_only(shared: Path, paper: Path) -> None:
    """A paper cites from a library in a folder that cannot be written, by its path and by its name; nothing changes."""
    touched = subprocess.run([*MORTAL, "touch", shared / "x"], capture_output=True, check=False)
    assert touched.returncode != 0
    write_files(
        paper,
        {
            "refs.bib": "",
            "main.tex": (paper / "main.tex").read_text().replace("optimizer.", "optimizer~\\cite{kingma2015adam}."),
        },
    )
    before = state(shared)
    cache = Path(os.environ["TEXSCHOLAR_CACHE_DIR"])
    config = Path(os.environ["TEXSCHOLAR_CONFIG_DIR"])
    by_path = run("fill", "main.tex", "--library", shared / "group", cwd=paper)
    write_files(config, {"config.toml": f'library-folders = ["{shared}"]\n'})
    Path(os.environ["TEXSCHOLAR_DATA_DIR"], "libraries", "group.json").unlink()
    by_name = run("fill", "main.tex", "--library", "group", cwd=paper)
    for done in (by_path, by_name):
        assert (done.returncode, "+@inproceedings{kingma2015adam," in done.stdout) == (0, True), done.stderr
    assert by_path.stdout == by_name.stdout
    assert state(shared) == before
    assert not (cache / "indexes").exists()


def test_nothing_is_written_where_it_might_be(tmp_path: Path) -> None:
    """Who may write there does not either: no lock, no cache, not even for a moment."""
    made(tmp_path, ROWS)
    publish("group", tmp_path / "shared")
    before = state(tmp_path / "shared")
    library = shared_library(tmp_path / "shared" / "group", "group")
    assert library is not None
    with library:
        assert [hit.record.id for hit in library.search("random walks", 3)] == ["walks"]
        assert library.by_key("kingma2015adam")
    assert state(tmp_path / "shared") == before


def test_rights_follow_the_folder(tmp_path: Path) -> None:
    """Who may read the folder may read all of it, whoever published; nobody else may."""
    made(tmp_path, ROWS)
    for mode, files in ((0o755, 0o644), (0o750, 0o640), (0o700, 0o600)):
        folder = tmp_path / f"{mode:o}"
        folder.mkdir()
        folder.chmod(mode)
        index = publish("group", folder)
        assert stat.S_IMODE(index.stat().st_mode) == mode
        assert {stat.S_IMODE(path.stat().st_mode) for path in (*index.iterdir(), folder / "group.json")} == {files}


def test_replaced_while_read(tmp_path: Path) -> None:
    """Who reads while the owner publishes again and again goes on with the old index; who comes then gets the new one."""
    made(tmp_path, ROWS)
    folder = tmp_path / "shared"
    publish("group", folder)
    failures: list[str] = []
    is_over = threading.Event()

    def read() -> None:
        while not is_over.is_set():
            try:
                library = shared_library(folder / "group", "group")
                assert library is not None
                with library:
                    failures.extend("not found" for _ in range(5) if not library.search("random walks", 3))
            except TexscholarError as error:
                failures.append(str(error))

    threads = [threading.Thread(target=read) for _ in range(4)]
    first = shared_library(folder / "group", "group")
    assert first is not None
    for thread in threads:
        thread.start()
    for _ in range(5):
        publish("group", folder)
    is_over.set()
    for thread in threads:
        thread.join()
    assert failures == []
    with first:
        assert [hit.record.id for hit in first.search("random walks", 3)] == ["walks"]
    made(tmp_path, ROWS[:1])
    publish("group", folder)
    now = shared_library(folder / "group", "group")
    assert now is not None
    with now:
        assert len(now) == 1


def test_former_indexes_go_after_a_day(tmp_path: Path) -> None:
    """An index that gave way stays for a day, then a publication removes it; so it does what a broken one left."""
    made(tmp_path, ROWS)
    folder = tmp_path / "shared"
    first = publish("group", folder)
    os.utime(first, (0, 0))  # long in use
    second = publish("group", folder)
    assert (first.is_dir(), second.is_dir()) == (True, True)
    (folder / ".group@0123").mkdir()
    (folder / ".group@0123.json").write_text("{")
    yesterday = time.time() - 100_000
    for path in (first, folder / ".group@0123", folder / ".group@0123.json"):
        os.utime(path, (yesterday, yesterday))
    third = publish("group", folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(["group.json", second.name, third.name])


def test_another_library_stays(tmp_path: Path) -> None:
    """Publications of one library touch no other."""
    made(tmp_path, ROWS)
    folder = tmp_path / "shared"
    write_files(folder, {"other@01/manifest.json": "{}", "other.json": '{"directory": "other@01"}', "notes.txt": "x"})
    os.utime(folder / "other@01", (0, 0))
    publish("group", folder)
    assert (folder / "other@01" / "manifest.json").is_file()
    known = {
        info.name: info.manifest and info.manifest.count for _, info in shared_libraries([folder, tmp_path / "no"])
    }
    assert known == {"group": 2, "other": None}


def test_refused(tmp_path: Path, shared: Path) -> None:
    """What is not there, and a folder that cannot be written, are refused in one line; nothing is left behind."""
    with pytest.raises(TexscholarError, match="there is no library nobody"):
        publish("nobody", tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(TexscholarError, match="cannot be written"):
        publish("group", tmp_path / "file")
    done = run("library", "publish", "group", shared, cwd=tmp_path)
    assert (done.returncode, "cannot be written (Permission denied)" in done.stderr) == (2, True)
    assert shared_library(tmp_path / "nothing", "x") is None


def test_damaged(shared: Path, tmp_path: Path) -> None:
    """A pointer that leads out of the folder is none; an index that lacks a file is told in one line."""
    folder = tmp_path / "evil"
    write_files(folder, {"a.json": '{"directory": "../shared/x"}', "b.json": "[", "c.json": '{"directory": "c@00"}'})
    assert (shared_library(folder / "a", "a"), shared_library(folder / "b", "b")) == (None, None)
    with pytest.raises(TexscholarError, match="has no readable index"):
        shared_library(folder / "c", "c")
    assert shared.is_dir()


def test_papers_name_no_index(texscholar: Run, paper: Path, tmp_path: Path) -> None:
    """An index that lies in a paper's repository is none of its libraries: only the user names one by its path."""
    made(tmp_path, ROWS)
    publish("group", paper / "shared")
    write_files(paper, {".texscholar.toml": 'libraries = ["shared/group"]\n'})
    refused = texscholar("fill", "main.tex", cwd=paper)
    assert (refused.code, "there is no file or folder" in refused.err) == (2, True)
    assert texscholar("fill", "main.tex", "--library", "shared/group", cwd=tmp_path).code == 2
    write_files(paper, {".texscholar.toml": ""})
    assert texscholar("fill", "main.tex", "--library", "shared/group", cwd=paper).code == 0


def test_command(texscholar: Run, tmp_path: Path) -> None:
    """The command says where the library is now, in the words in which --library takes it."""
    made(tmp_path, ROWS)
    done = texscholar("library", "publish", "group", tmp_path / "shared", cwd=tmp_path)
    assert (done.code, done.text) == (0, f"group: {tmp_path / 'shared' / 'group'}\n")


def test_listed(texscholar: Run, tmp_path: Path) -> None:
    """The libraries of the folders that the user's configuration names are listed with them, those that are broken too."""
    made(tmp_path, ROWS)
    folder = tmp_path / "shared"
    publish("group", folder)
    write_files(folder, {"other.json": '{"directory": "other@01"}'})
    assert texscholar("library", "list", cwd=tmp_path).text.count("group") == 1
    write_files(Path(os.environ["TEXSCHOLAR_CONFIG_DIR"]), {"config.toml": f'library-folders = ["{folder}"]\n'})
    told = texscholar("library", "list", cwd=tmp_path).text.splitlines()
    assert told[-2:] == [f"group\t2 records\tin {folder}", f"other\tcannot be read; ask who publishes it\tin {folder}"]
