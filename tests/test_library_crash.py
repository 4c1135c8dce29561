"""Libraries whose making is ended at any step: what was there opens, and the next command brings things to their end."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from texscholar.config import data_directory
from texscholar.errors import TexscholarError
from texscholar.library import (
    add_library,
    library_for,
    list_libraries,
    open_library,
    reading,
    refresh_library,
    remove_library,
    sources,
    store,
    tidy_libraries,
)
from texscholar.library.merging import Prepared
from texscholar.library.progress import INDEXING, READING, Progress
from texscholar.library.records import Record

ROOT = Path(__file__).parent.parent
# Ends its own process, as kill -9 would, before the n-th call of a function.
KILLED = """
import importlib, os, signal, sys
from pathlib import Path
from texscholar.library import add_library, refresh_library, remove_library
step, module, owner, name, call, *arguments = sys.argv[1:]
holder = importlib.import_module(module)
holder = getattr(holder, owner) if owner else holder
function, calls = getattr(holder, name), [int(call)]
def counted(*given, **named):
    calls[0] -= 1
    if not calls[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return function(*given, **named)
setattr(holder, name, counted)
if step == "add":
    add_library("own", [Path(each) for each in arguments])
else:
    {"refresh": refresh_library, "remove": remove_library}[step]("own")
"""
STEPS = [
    ("texscholar.library.segments", "", "_write", 1),
    ("texscholar.library.segments", "", "_write", 3),
    ("texscholar.library.index", "", "_write_documents", 1),
    ("texscholar.library.index", "", "document", 700),
    ("texscholar.library.exact", "ExactWriter", "write", 1),
    ("texscholar.library.index", "", "_publish", 1),
    ("texscholar.library.store", "", "_write_atomically", 1),
    ("pathlib", "Path", "replace", 2),
    ("texscholar.library.segments", "Segments", "remove_others", 1),
    ("texscholar.library.store", "", "_remove_abandoned", 2),
]
REMOVALS = [
    ("pathlib", "Path", "rename", 1),
    ("pathlib", "Path", "unlink", 1),
    ("shutil", "", "rmtree", 1),
    ("shutil", "", "rmtree", 2),
    ("texscholar.library.store", "", "_remove_abandoned", 1),
]


def end_at(step: tuple[str, str, str, int], command: str, *paths: Path) -> None:
    """Run a command in a process of its own that is ended at a step."""
    arguments = [sys.executable, "-c", KILLED, command, *map(str, step), *map(str, paths)]
    done = subprocess.run(arguments, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False, timeout=60)
    assert done.returncode in (-signal.SIGKILL, 0)


def add_apart(path: Path) -> None:
    """Make a library in a process that has ended since."""
    end_at(("texscholar.library.segments", "", "_write", 1_000_000), "add", path)


def write(path: Path, count: int, word: str = "kernels") -> Path:
    """A file of so many records."""
    name = path.stem
    rows = [
        {"id": f"{name}{n}", "title": f"On {word} of degree {n} in {name}", "authors": ["A. Ng"]} for n in range(count)
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def left() -> list[str]:
    """What kinds of things lie where the libraries are."""
    names = sorted(path.name for path in (data_directory() / "libraries").iterdir())
    return [name if not name.startswith("own@") or name == "own@sources" else "own@" for name in names]


@pytest.mark.parametrize("step", STEPS)
def test_import_ended(tmp_path: Path, step: tuple[str, str, str, int]) -> None:
    """An import that is ended at any step leaves nothing or a whole library, and the next one completes."""
    path = write(tmp_path / "a.jsonl", 1200)
    end_at(step, "add", path)
    for info in list_libraries():
        assert len(library_for(info.name, tmp_path)) == 1200
    assert add_library("own", [path]).count == 1200
    assert left() == ["own.json", "own@", "own@sources"]


@pytest.mark.parametrize("step", STEPS)
def test_refresh_ended(tmp_path: Path, step: tuple[str, str, str, int]) -> None:
    """A refresh that is ended at any step leaves the old library or the new one, and the next refresh completes."""
    path = write(tmp_path / "a.jsonl", 3)
    add_apart(path)
    write(path, 1200, "trees")
    end_at(step, "refresh")
    with library_for("own", tmp_path) as library:
        assert len(library) in (3, 1200)
        assert library.search("degree", 1)
    assert refresh_library("own").count == 1200
    tidy_libraries()
    assert left() == ["own.json", "own@", "own@sources"]
    assert [path.name for path in (data_directory() / "libraries" / "own@sources").glob(".*")] == []


@pytest.mark.parametrize("step", REMOVALS)
def test_removal_ended(tmp_path: Path, step: tuple[str, str, str, int]) -> None:
    """A removal that is ended at any step leaves a library or nothing, and in the end nothing is left."""
    add_apart(write(tmp_path / "a.jsonl", 3))
    end_at(step, "remove")
    if list_libraries():
        assert len(library_for("own", tmp_path)) == 3
        remove_library("own")
    tidy_libraries()
    assert left() == []


def test_unfinished_import_removed(tmp_path: Path) -> None:
    """What an import that never came to its end has left can be removed by name."""
    end_at(STEPS[2], "add", write(tmp_path / "a.jsonl", 3))
    remove_library("own")
    assert left() == []


def test_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import that was ended goes on with the first file that was not read to its end."""
    paths = [write(tmp_path / f"{name}.jsonl", 600) for name in "abc"]
    end_at(("texscholar.library.segments", "", "_write", 8), "add", *paths)  # three frames a file
    read = watch_reading(monkeypatch)
    assert (add_library("own", paths).count, read) == (1800, ["c.jsonl"])


def test_goes_on_within_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a file that was not read to its end only the rest is worked on, and the library is as if nothing had been."""
    path = write(tmp_path / "a.jsonl", 1200)
    whole = add_library("whole", [path])
    end_at(("texscholar.library.segments", "", "_write", 3), "add", path)  # two frames of 500 records
    made = count_made(monkeypatch)
    assert (add_library("own", [path]).count, len(made)) == (whole.count, 200)
    assert same_files(*(folder(name) for name in ("whole", "own")))


@pytest.mark.parametrize(("cut", "wrong", "count"), [(-20, b"", 700), (40, b"xxxxxxxx", 1200), (0, b"", 1200)])
def test_goes_on_after_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int, wrong: bytes, count: int
) -> None:
    """What was left and is damaged counts up to where it is."""
    path = write(tmp_path / "a.jsonl", 1200)
    end_at(("texscholar.library.segments", "", "_write", 3), "add", path)
    (left,) = (data_directory() / "libraries" / "own@sources").glob(".*.part")
    data = left.read_bytes()
    left.write_bytes(data[:cut] + wrong + (data[cut + len(wrong) :] if wrong else b""))
    made = count_made(monkeypatch)
    assert (add_library("own", [path]).count, len(made)) == (1200, count)
    with library_for("own", tmp_path) as library:
        assert [record.id for record in library.records()] == sorted(f"a{n}" for n in range(1200))


def test_goes_on_within_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parts of a dump that were read are not worked on again."""
    dump = tmp_path / "dump"
    dump.mkdir()
    for name in "abc":
        write(dump / f"{name}.jsonl", 400)
    end_at(("texscholar.library.segments", "", "_write", 3), "add", dump)
    made = count_made(monkeypatch)
    assert (add_library("own", [dump]).count, len(made)) == (1200, 200)


def test_two_at_once_share_nothing_half_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another process goes on with what was left, an import begins anew and leaves the other's alone."""
    path = write(tmp_path / "a.jsonl", 1200)
    end_at(("texscholar.library.segments", "", "_write", 3), "add", path)
    (left,) = (data_directory() / "libraries" / "own@sources").glob(".*.part")
    before, made = left.read_bytes(), count_made(monkeypatch)
    with left.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert (add_library("own", [path]).count, len(made)) == (1200, 1200)
        assert left.read_bytes() == before
    write(path, 3)
    refresh_library("own")
    assert not left.exists()


def folder(name: str) -> Path:
    """The index of a library."""
    return next((data_directory() / "libraries").glob(f"{name}@[0-9a-f]*"))


def same_files(first: Path, other: Path) -> bool:
    """Whether two indexes hold the same works in the same order."""
    with open_library(first, "x") as one, open_library(other, "x") as two:
        return list(one.records()) == list(two.records())


def count_made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the records that are made ready for an index from now on."""
    made: list[str] = []
    prepare = reading.prepared

    def told(record: Record, kind: str = "") -> Prepared:
        made.append(record.id)
        return prepare(record, kind)

    monkeypatch.setattr(reading, "prepared", told)
    return made


def watch_reading(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read from now on."""
    read: list[str] = []
    reading = sources.read_prepared

    def told(path: Path, *rest: object) -> object:
        rows = reading(path, *rest)  # type: ignore[arg-type]
        for number, row in enumerate(rows):
            if number == 0:
                read.append(path.name)
            yield row

    monkeypatch.setattr(sources, "read_prepared", told)
    return read


def test_refresh_reads_what_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many sources only the one that changed is read, and the others are in the library as before."""
    paths = [write(tmp_path / f"{name}.jsonl", 5) for name in "abc"]
    before = add_library("own", paths)
    write(paths[1], 7, "trees")
    read = watch_reading(monkeypatch)
    after = refresh_library("own")
    assert (before.count, after.count, read) == (15, 17, ["b.jsonl"])
    assert [source.records for source in after.sources] == [5, 7, 5]
    with library_for("own", tmp_path) as library:
        assert len(library.search("trees", 99)) == 7


def test_unchanged_files_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the same size and time is what it was; one with another time is looked at."""
    path = write(tmp_path / "a.jsonl", 5)
    os.utime(path, (time.time() - 60,) * 2)
    manifest = add_library("own", [path])
    hashed: list[Path] = []
    monkeypatch.setattr(store, "_sha256", lambda path: hashed.append(path) or manifest.sources[0].sha256)
    assert (refresh_library("own"), hashed) == (manifest, [])
    os.utime(path)
    assert (refresh_library("own"), hashed) == (manifest, [path])


def test_damaged_segment(tmp_path: Path) -> None:
    """What is kept of a source and damaged is told, thrown away, and read anew by the same command."""
    paths = [write(tmp_path / f"{name}.jsonl", 5) for name in "ab"]
    add_library("own", paths)
    for segment in (data_directory() / "libraries" / "own@sources").iterdir():
        segment.write_bytes(segment.read_bytes()[:-30])
    write(paths[0], 6)
    with pytest.raises(TexscholarError, match="damaged and was thrown away; run the same command again"):
        refresh_library("own")
    assert (len(library_for("own", tmp_path)), refresh_library("own").count) == (10, 11)


def test_removed_with_all_it_kept(tmp_path: Path) -> None:
    """Nothing of a removed library is left, and another one of a longer name stays."""
    path = write(tmp_path / "a.jsonl", 5)
    for name in ("own", "own2"):
        add_library(name, [path])
    remove_library("own")
    assert sorted(path.name.split("@")[0] for path in (data_directory() / "libraries").iterdir()) == [
        "own2",
        "own2",
        "own2.json",
    ]


def test_progress_in_bytes(tmp_path: Path) -> None:
    """Progress tells the bytes of all sources, those that are not read anew included, and then the works."""
    paths = [write(tmp_path / f"{name}.jsonl", 2000) for name in "ab"]
    total = sum(path.stat().st_size for path in paths)
    told: list[Progress] = []
    add_library("own", paths, watch=told.append)
    assert Progress(READING, total, total) in told
    assert [each for each in told if each.step == INDEXING] == [
        Progress(INDEXING, at, 4000) for at in range(0, 4000, 1000)
    ]
    assert sorted(told, key=lambda each: (each.step != READING, each.done)) == told


# What the system counts for a process is at least what its parent had when it began: what it maps itself is asked for.
READ = """
import re, sys
from pathlib import Path
from texscholar.errors import Skipped, TexscholarError
from texscholar.library.importers.kinds import read_kind
try:
    rows = [row for row in read_kind(Path(sys.argv[1]), sys.argv[2])]
    print(sum(not isinstance(row, Skipped) for row in rows), *[row for row in rows if isinstance(row, Skipped)])
except TexscholarError as error:
    print("refused", error)
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""
STARTS = {
    "jsonl": b'{"title": "First"}\n{"title": "Second", "abstract": "',
    "csl-json": b'[{"title": "First"}, {"title": "Second", "abstract": "',
    "ris": b"TY  - JOUR\nTI  - First\nER  -\nTY  - JOUR\nTI  - Second\nAB  - ",
    "dblp": b"<dblp><book key='a'><title>First</title></book><book key='b'><title>",
    "bibtex": b"@misc{a, title={First}}\n@misc{b, title={Second}, abstract={",
}


def read_apart(path: Path, kind: str) -> tuple[str, int]:
    """What comes of a file, and the megabytes that reading it took, in a process of its own."""
    command = [sys.executable, "-c", READ, str(path), kind]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True, timeout=300
    )
    *told, memory = done.stdout.strip().split("\n")
    return "\n".join(told), int(memory)


@pytest.mark.parametrize("kind", STARTS)
def test_endless_field(tmp_path: Path, kind: str) -> None:
    """A field of two gigabytes in a file of two megabytes is left out by name, in little memory."""
    path = tmp_path / "works"
    piece = gzip.compress(b"a" * (1 << 24))
    path.write_bytes(gzip.compress(STARTS[kind]) + piece * 128)
    told, memory = read_apart(path, kind)
    assert "works" in told
    assert ("MB" in told or "bomb" in told, memory < 1200 if kind == "bibtex" else memory < 300) == (True, True)


def test_endless_line(tmp_path: Path) -> None:
    """A line of two gigabytes in a plain file is passed over, and what follows is read."""
    path = tmp_path / "works"
    path.write_bytes(STARTS["jsonl"])
    os.truncate(path, 1 << 31)
    with path.open("ab") as file:
        file.write(b'"}\n{"title": "Third"}\n')
    told, memory = read_apart(path, "jsonl")
    assert (told, memory < 300) == ("2 works:2: is longer than 32 MB; it is left out", True)
