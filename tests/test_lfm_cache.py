"""The cache of answers: what it remembers, what it forgets, and that it is never an error."""

from __future__ import annotations

import multiprocessing
import sqlite3
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from texscholar.errors import Skipped
from texscholar.lfm import Adapter, AnswerCache, CachedBackend, Generated, Generation, Prompt, Sampling, open_local
from texscholar.lfm.cache import Identity, state_of
from texscholar.lfm.constraint import choice
from texscholar.lfm.prompts import Turn

if TYPE_CHECKING:
    from collections.abc import Callable

PROMPT = Prompt((Turn("user", ("One\n", "Two")),), ("yes", "no"))
TEXT = Generation(replace(PROMPT, answers=()), 20, choice("a", "b"), Sampling(0.5), seed=1)


@dataclass
class Counting:
    """A backend that counts what it is asked."""

    name: str = "tiny"
    sha256: str = "a" * 64
    adapter: Adapter | None = None
    ended: str = "stop"
    asked: int = 0
    started: int = 0
    closed: int = 0
    given: list[float] = field(default_factory=list)

    def start(self, seconds: float) -> Counting:
        self.started += 1
        self.given.append(seconds)
        return self

    def score(self, prompt: Prompt, seconds: float) -> tuple[float, ...] | Skipped:
        self.asked += 1
        self.given.append(seconds)
        return tuple(-1.0 / 3 - number for number in range(len(prompt.answers)))

    def generate(self, request: Generation, seconds: float) -> Generated | Skipped:
        self.asked += 1
        self.given.append(seconds)
        return Generated(f"é {request.seed}\n", 3, self.ended)

    def close(self) -> None:
        self.closed += 1


def cached(backend: Counting, path: Path, adapter: Adapter | None = None, sha256: str = "a" * 64) -> CachedBackend:
    identity = Identity(sha256, adapter)
    backend.sha256, backend.adapter = sha256, adapter
    return CachedBackend("tiny", identity, backend.start, AnswerCache(path))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "answers.sqlite3"


def test_second_time(path: Path) -> None:
    """What was asked before is answered alike, to the last bit, and nothing is started for it."""
    first, second = Counting(), Counting()
    backend = cached(first, path)
    answers = backend.score(PROMPT, 9.0), backend.generate(TEXT, 9.0)
    backend.close()
    again = cached(second, path)
    assert (again.score(PROMPT, 9.0), again.generate(TEXT, 9.0)) == answers
    again.close()
    assert (first.started, first.asked, first.closed) == (1, 2, 1)
    assert (second.started, second.asked, second.closed, again.is_started) == (0, 0, 0, False)


OTHERS: dict[str, Callable[[CachedBackend], object]] = {
    "prompt": lambda b: b.score(replace(PROMPT, turns=(Turn("user", ("One\n", "Three")),)), 9.0),
    "where it is parted": lambda b: b.score(replace(PROMPT, turns=(Turn("user", ("One\nTwo",)),)), 9.0),
    "role": lambda b: b.score(replace(PROMPT, turns=(Turn("system", ("One\n", "Two")),)), 9.0),
    "answers": lambda b: b.score(replace(PROMPT, answers=("no", "yes")), 9.0),
    "opening": lambda b: b.score(replace(PROMPT, opening="so "), 9.0),
    "tools": lambda b: b.score(replace(PROMPT, tools="[]"), 9.0),
    "constraint": lambda b: b.generate(replace(TEXT, constraint=choice("a")), 9.0),
    "no constraint": lambda b: b.generate(replace(TEXT, constraint=None), 9.0),
    "tokens": lambda b: b.generate(replace(TEXT, most_tokens=21), 9.0),
    "sampling": lambda b: b.generate(replace(TEXT, sampling=Sampling(0.6)), 9.0),
    "usual sampling": lambda b: b.generate(replace(TEXT, sampling=None), 9.0),
    "seed": lambda b: b.generate(replace(TEXT, seed=2), 9.0),
    "stops": lambda b: b.generate(replace(TEXT, stops=("x",)), 9.0),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_another_question(path: Path, other: Callable[[CachedBackend], object]) -> None:
    """A question that differs in anything is asked."""
    backend = Counting()
    asking = cached(backend, path)
    asking.score(PROMPT, 9.0)
    asking.generate(TEXT, 9.0)
    other(asking)
    assert backend.asked == 3


@pytest.mark.parametrize(("adapter", "sha256"), [(Adapter("x", "b" * 64), "a" * 64), (None, "c" * 64)])
def test_another_model(path: Path, adapter: Adapter | None, sha256: str) -> None:
    """Another model, or another adapter on top of it, is asked."""
    cached(Counting(), path).score(PROMPT, 9.0)
    backend = Counting()
    cached(backend, path, adapter, sha256).score(PROMPT, 9.0)
    assert backend.asked == 1


def test_failures_are_not_remembered(path: Path) -> None:
    """A backend that does not start is a Skipped, and is asked again the next time."""
    skipped = Skipped("model tiny", "broken")
    broken = CachedBackend("tiny", None, lambda _: skipped, AnswerCache(path))
    assert (broken.score(PROMPT, 9.0), broken.generate(TEXT, 9.0)) == (skipped, skipped)
    broken.close()
    backend = Counting()
    cached(backend, path).score(PROMPT, 9.0)
    assert backend.asked == 1


def test_what_the_time_cut_off_is_not_remembered(path: Path) -> None:
    """A text that ended because the time was up is asked for again."""
    backend = Counting(ended="time")
    for _ in range(2):
        cached(backend, path).generate(TEXT, 9.0)
    assert backend.asked == 2


def test_starting_takes_from_the_time(path: Path) -> None:
    """What starting takes is no longer there for the answer."""
    backend = Counting()
    cached(backend, path).score(PROMPT, 9.0)
    assert backend.given[0] == 9.0 > backend.given[1] > 8.0


def ask(path: Path, first: int) -> None:
    """Put two hundred answers in, and read those of everybody."""
    cache = AnswerCache(path)
    for number in range(first, first + 200):
        cache.put(number.to_bytes(32, "little"), str(number))
        assert cache.get(number.to_bytes(32, "little")) == str(number)
    cache.close()


def test_two_processes(path: Path) -> None:
    """Two processes that write at once lose nothing of each other."""
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=ask, args=(path, 1000 * number)) for number in (1, 2)]
    for other in others:
        other.start()
    ask(path, 0)
    for other in others:
        other.join()
    cache = AnswerCache(path)
    names = [first + number for first in (0, 1000, 2000) for number in range(200)]
    assert [cache.get(name.to_bytes(32, "little")) for name in names] == [str(name) for name in names]
    assert [other.exitcode for other in others] == [0, 0]


def test_bounded(path: Path) -> None:
    """Above the most bytes the answers go that were not used for longest."""
    today = [0.0]
    cache = AnswerCache(path, most_bytes=10_000, now=lambda: today[0])
    for number in range(1, 101):
        today[0] = number * 100_000.0
        cache.put(bytes([number]), "x" * 136)
        cache.get(b"\x01")
    cache.make_room()
    left = [number for number in range(1, 101) if cache.get(bytes([number]))]
    assert left == [1, *range(65, 101)]


def test_room_is_made_by_itself(path: Path) -> None:
    """The bound holds without anybody asking for it."""
    cache = AnswerCache(path, most_bytes=50_000)
    backend = CachedBackend("tiny", None, Counting().start, cache)
    for number in range(2_000):
        backend.generate(replace(TEXT, seed=number), 9.0)
    assert cache._bytes() < 2 * 50_000


def broken_file(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database at all, but long enough to look at" * 100)


def broken_page(path: Path) -> None:
    ask(path, 0)
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)


def foreign_table(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE answers (something TEXT)")
    connection.close()


def in_the_way(path: Path) -> None:
    path.mkdir(parents=True)


def no_folder(path: Path) -> None:
    path.parent.write_text("a file where the folder should be")


def unknown_answers(path: Path) -> None:
    cached(Counting(), path).score(PROMPT, 9.0)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE answers SET answer = '[NaN, \"x\"]'")
    connection.close()


@pytest.mark.parametrize("damage", [broken_file, broken_page, foreign_table, in_the_way, no_folder, unknown_answers])
def test_no_error(path: Path, damage: Callable[[Path], None]) -> None:
    """A cache that is broken, or cannot be one, is no error: the backend is asked."""
    damage(path)
    for _ in range(2):
        backend = Counting()
        asking = cached(backend, path)
        assert asking.score(PROMPT, 9.0) == Counting().score(PROMPT, 9.0)
        asking.close()


@pytest.mark.parametrize("damage", [broken_file, broken_page, unknown_answers])
def test_heals(path: Path, damage: Callable[[Path], None]) -> None:
    """A broken file is thrown away, and the cache works again."""
    damage(path)
    for _ in range(3):
        backend = Counting()
        asking = cached(backend, path)
        asking.score(PROMPT, 9.0)
        asking.close()
    assert backend.asked == 0


def test_locked(path: Path) -> None:
    """A cache that another process keeps locked is left alone."""
    cached(Counting(), path).close()
    ask(path, 0)
    with sqlite3.connect(path) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        backend = Counting()
        assert cached(backend, path).score(PROMPT, 9.0) == Counting().score(PROMPT, 9.0)
    connection.close()
    assert AnswerCache(path).get((7).to_bytes(32, "little")) == "7"


def test_hash_of_a_file(path: Path, tmp_path: Path) -> None:
    """The hash of a file is remembered until the file changes."""
    file = tmp_path / "model.gguf"
    file.write_bytes(b"GGUF one")
    cache = AnswerCache(path)
    before = state_of(file)
    cache.put_sha256(file, before, "a" * 64)
    assert cache.sha256(file) == "a" * 64
    file.write_bytes(b"GGUF two")
    assert cache.sha256(file) is None
    cache.put_sha256(file, before, "b" * 64)  # read before it changed
    assert cache.sha256(file) is None
    file.unlink()
    assert cache.sha256(file) is None


def test_opening(path: Path, tmp_path: Path) -> None:
    """The first time a model is loaded for its hash; after that only when something new is asked."""
    file, lora = tmp_path / "tiny.gguf", tmp_path / "style.gguf"
    for each in (file, lora):
        each.write_bytes(b"GGUF")
    started: list[Counting] = []

    def start(_path: Path, *, seconds: float, lora: Path | None) -> Counting:
        started.append(Counting(adapter=Adapter("style", "d" * 64) if lora else None, given=[seconds]))
        return started[-1]

    for number in range(4):
        opened = open_local(file, cache=AnswerCache(path), lora=lora, start=start)
        assert isinstance(opened, CachedBackend)
        assert not opened.is_started
        if number:
            opened.score(PROMPT, 9.0)
            opened.generate(replace(TEXT, seed=number // 3), 9.0)
            assert (opened.name, opened.sha256, opened.adapter) == ("tiny", "a" * 64, Adapter("style", "d" * 64))
        opened.close()
    assert [(backend.asked, backend.closed, backend.given[0]) for backend in started] == [(2, 1, 9.0), (1, 1, 9.0)]


@pytest.mark.parametrize("missing", ["tiny.gguf", "style.gguf"])
def test_opening_what_is_not_there(path: Path, tmp_path: Path, missing: str) -> None:
    """A file that is not there is told at once, though its hash is known."""
    file, lora = tmp_path / "tiny.gguf", tmp_path / "style.gguf"
    for each in (file, lora):
        each.write_bytes(b"GGUF")
        AnswerCache(path).put_sha256(each, state_of(each), "a" * 64)
    (tmp_path / missing).unlink()
    refused = open_local(file, cache=AnswerCache(path), lora=lora)
    assert isinstance(refused, Skipped)
    assert refused.reason.startswith(f"{tmp_path / missing} cannot be read")
