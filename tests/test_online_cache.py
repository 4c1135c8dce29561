"""The cache of answers: whole or not there, for several processes, of bounded size."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from texscholar.library.online.cache import AnswerShelf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "online" / "answers.sqlite3"


@pytest.fixture
def shelf(path: Path) -> Iterator[AnswerShelf]:
    opened = AnswerShelf(path)
    yield opened
    opened.close()


def test_round_trip(shelf: AnswerShelf, path: Path) -> None:
    """What was put is there, also for the next process, under its source and path only."""
    assert shelf.get("arxiv", "/a") is None
    assert not path.exists()
    shelf.put("arxiv", "/a", b"body\0\xff")
    shelf.put("arxiv", "/none", b"")
    kept, none = shelf.get("arxiv", "/a"), AnswerShelf(path).get("arxiv", "/none")
    assert (kept and kept.body, none and none.body) == (b"body\0\xff", b"")
    assert (shelf.get("dblp", "/a"), shelf.get("arxiv", "/b")) == (None, None)


def test_age(path: Path) -> None:
    """How old an answer is; a clock that went back makes none younger than now."""
    AnswerShelf(path, now=lambda: 1000.0).put("arxiv", "/a", b"x")
    for now, age in ((1000.0, 0.0), (4600.0, 3600.0), (10.0, 0.0)):
        kept = AnswerShelf(path, now=lambda now=now: now).get("arxiv", "/a")
        assert kept is not None
        assert kept.age == age


@pytest.mark.parametrize("size", [0, 10, 100, 1024, 5000])
def test_half_written(shelf: AnswerShelf, path: Path, size: int) -> None:
    """A file that was cut answers nothing or what is whole, and the next answer is kept."""
    shelf.put("arxiv", "/a", random.Random(1).randbytes(20_000))
    shelf.close()
    path.write_bytes(path.read_bytes()[:size])
    assert AnswerShelf(path).get("arxiv", "/a") is None
    AnswerShelf(path).put("arxiv", "/b", b"b")
    kept = AnswerShelf(path).get("arxiv", "/b")
    assert kept is not None
    assert kept.body == b"b"


def test_no_database(path: Path) -> None:
    """Another file in its place is no error, and no answer."""
    path.parent.mkdir()
    path.write_bytes(b"<html>" * 1000)
    assert AnswerShelf(path).get("arxiv", "/a") is None


@pytest.mark.parametrize("body", [b"no zlib", b"x\x9c\x03", 3, "text"])
def test_a_damaged_answer(shelf: AnswerShelf, path: Path, body: object) -> None:
    """An answer that is not whole is none."""
    shelf.put("arxiv", "/a", b"body")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE answers SET body = ?", (body,))
    connection.close()
    assert shelf.get("arxiv", "/a") is None


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """Where nothing can be kept, turns are still taken."""
    (tmp_path / "file").write_bytes(b"")
    shelf = AnswerShelf(tmp_path / "file" / "answers.sqlite3")
    shelf.put("arxiv", "/a", b"body")
    assert shelf.get("arxiv", "/a") is None
    assert shelf.turn("arxiv", 3.0) == 0.0
    assert 2.9 < shelf.turn("arxiv", 3.0) <= 3.0


def test_room(path: Path) -> None:
    """What was not used for longest goes first."""
    clock = [0.0]
    shelf = AnswerShelf(path, most_bytes=5000, now=lambda: clock[0])
    noise = random.Random(2)
    for number in range(6):
        clock[0] += 86_400
        shelf.put("arxiv", f"/{number}", noise.randbytes(1000))
        clock[0] += 86_401
        assert shelf.get("arxiv", "/0") is not None
    known = [number for number in range(6) if shelf.get("arxiv", f"/{number}")]
    assert (known[0], known[-1], len(known) < 5) == (0, 5, True)
    for number in range(200):
        shelf.put("arxiv", f"/x{number}", noise.randbytes(1000))
    shelf.close()
    assert path.stat().st_size < 40_000


def test_turns(path: Path) -> None:
    """Turns of one source follow each other, also those of two processes; a wrong clock blocks nobody."""
    clock = [1000.0]
    one, two = (AnswerShelf(path, now=lambda: clock[0]) for _ in range(2))
    assert [one.turn("arxiv", 3.0), two.turn("arxiv", 3.0), one.turn("arxiv", 3.0)] == [0.0, 3.0, 6.0]
    assert two.turn("dblp", 2.0) == 0.0
    clock[0] = 1020.0
    one.done("arxiv", 3.0)
    assert two.turn("arxiv", 3.0) == 3.0
    clock[0] = 10.0
    assert one.turn("arxiv", 3.0) == 0.0


WRITER = """
import sys
from pathlib import Path
from texscholar.library.online.cache import AnswerShelf
shelf = AnswerShelf(Path(sys.argv[1]))
for number in range(60):
    shelf.put("arxiv", f"/{sys.argv[2]}/{number}", b"%d " % number * 2000)
    print(number, flush=True)
shelf.close()
"""


def test_two_processes(path: Path) -> None:
    """Two that write at once, one of which is killed, leave a cache whose answers are whole."""
    command = [sys.executable, "-c", WRITER, str(path)]
    steady, killed = (subprocess.Popen([*command, name], stdout=subprocess.PIPE, env=os.environ) for name in "ab")
    assert killed.stdout is not None
    assert steady.stdout is not None
    killed.stdout.readline()
    time.sleep(0.05)
    killed.kill()
    steady.communicate(timeout=60)
    killed.communicate(timeout=60)
    assert steady.returncode == 0
    shelf = AnswerShelf(path)
    for number in range(60):
        kept = shelf.get("arxiv", f"/a/{number}")
        assert kept is not None
        assert kept.body == b"%d " % number * 2000
    assert shelf.get("arxiv", "/b/0") is not None
    shelf.close()
