"""The server client against a real server: ``llama_cpp.server`` in a process of its own, on a tiny model."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conftest import PAPER, Run, write_files
from models.toytask import held_back
from models.untrained import write_untrained
from texscholar.errors import Skipped
from texscholar.lfm import (
    AskQuestion,
    ChooseQuestion,
    Generated,
    Generation,
    JobModel,
    JudgeQuestion,
    LocalBackend,
    Option,
    Prompt,
)
from texscholar.lfm.backend import GREEDY
from texscholar.lfm.constraint import choice
from texscholar.lfm.prompts import Turn
from texscholar.lfm.prose import prose, query_line
from texscholar.lfm.server import ServerBackend, server_address
from texscholar.network import Network

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("llama_cpp")
pytest.importorskip("llama_cpp.server.app", reason="needs llama-cpp-python[server]")
pytestmark = pytest.mark.lfm

PROMPT = Prompt((Turn("user", ("Which one?",)),), ("1", "2", "0"))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_untrained(tmp_path_factory.mktemp("served") / "tiny.gguf")


@pytest.fixture(scope="module")
def url(model: Path) -> Iterator[str]:
    with served(model) as address:
        yield address


@contextmanager
def served(model: Path) -> Iterator[str]:
    """The address of a server with this model."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {"model": model, "host": "127.0.0.1", "port": port, "n_ctx": 1024, "n_threads": 1, "n_threads_batch": 1}
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    with subprocess.Popen(
        [sys.executable, "-m", "llama_cpp.server", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            for _ in range(600):
                assert process.poll() is None
                with socket.socket() as tried:
                    if tried.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
            assert process.poll() is None  # it is still there after all that it was asked
        finally:
            process.terminate()


@pytest.fixture
def backend(url: str, tmp_path: Path) -> Iterator[ServerBackend]:
    started = ServerBackend(Network(), server_address(url), "", key="any", cache=tmp_path)
    assert started._found.wait(60)
    yield started
    started.close()


def test_name(backend: ServerBackend) -> None:
    """The server calls its model by the path of the file, of which nothing but the name is shown."""
    assert backend.name == "tiny on a server"


def test_capabilities(backend: ServerBackend) -> None:
    """It refuses json_schema and enforces a schema of its own and grammars."""
    backend.generate(Generation(PROMPT, 5, choice("1", "2")), 60)
    backend.generate(Generation(PROMPT, 5, prose(2)), 60)
    found = backend._capabilities
    assert found is not None
    assert (found.extras, found.choice) == (True, "json_object")
    assert found.pattern in {"json_object", "grammar"}


def test_choice(backend: ServerBackend) -> None:
    """A choice among texts is one of them."""
    said = backend.generate(Generation(PROMPT, 5, choice("apple", "pear")), 60)
    assert isinstance(said, Generated)
    assert said.text in {"apple", "pear"}


@pytest.mark.parametrize("rule", [prose(3), query_line(8)])
def test_rules(backend: ServerBackend, rule: object) -> None:
    """A text obeys its rule, to the end or to where it was cut off, or is skipped."""
    said = backend.generate(Generation(PROMPT, 40, rule), 60)  # type: ignore[arg-type]
    if isinstance(said, Skipped):
        assert "not of the form" in said.reason
    else:
        assert said.ended == "length" or rule.accepts(said.text)  # type: ignore[attr-defined]
        assert not set("\\{}$%&#_^~") & set(said.text)


def test_same_as_the_worker(backend: ServerBackend, model: Path) -> None:
    """Greedily drawn, the text is that of our own worker on the same file, and the first letter of it the likeliest."""
    local = LocalBackend.start(model, seconds=60)
    assert isinstance(local, LocalBackend)
    greedy = Generation(replace(PROMPT, answers=()), 12, sampling=GREEDY)
    with local:
        ours, theirs = local.generate(greedy, 60), backend.generate(greedy, 60)
    assert isinstance(ours, Generated)
    assert isinstance(theirs, Generated)
    assert theirs.text == re.sub(r"<\|[^|]*\|>", "", ours.text)
    scores = backend.score(replace(PROMPT, answers=("~", "^", theirs.text[0])), 60)
    assert isinstance(scores, tuple)
    assert max(scores) == scores[2]


def test_jobs(backend: ServerBackend) -> None:
    """All jobs work or are skipped with a reason."""
    jobs = JobModel(backend)
    assert all(0 < chance < 1 for chance in jobs.judge([JudgeQuestion("Others did this.")]))
    chances = jobs.choose(ChooseQuestion("Others did this.", (Option("One"), Option("Two"))))
    assert sum(chances) == pytest.approx(1)  # type: ignore[arg-type]
    assert isinstance(jobs.ask(AskQuestion("graphs")), (tuple, Skipped))
    assert isinstance(jobs.explore(AskQuestion("graphs"), lambda _: [Option("One")]), (tuple, Skipped))


def test_too_long(backend: ServerBackend) -> None:
    """A prompt that does not fit is one line with the server's reason."""
    long = Prompt((Turn("user", ("graph " * 3000,)),))
    said = backend.generate(Generation(long, 5), 60)
    assert isinstance(said, Skipped)
    assert "error 400 (This model's maximum context length is 1024 tokens" in said.reason


def test_fill(texscholar: Run, url: str, tmp_path: Path) -> None:
    """The whole program with it: a diff, twice the same."""
    uncited = "Earlier work optimised such networks with Adam, a method for stochastic optimization.\n\\bibliography"
    entry = "@article{adam, title = {Adam: A Method for Stochastic Optimization}, author = {Kingma, D.}, year = 2015}\n"
    write_files(tmp_path, {"main.tex": PAPER.replace("\\bibliography", uncited), "refs.bib": entry})
    runs = [texscholar("fill", "main.tex", "--server", url, "--format", "json", cwd=tmp_path) for _ in range(2)]
    assert runs[0].out == runs[1].out
    assert json.loads(runs[0].text)["run"]["model"] == {"name": "tiny on a server", "sha256": None}
    assert "server http" not in runs[0].err


TRAINED = "shared/data/models/tiny-lfm2-q8_0.gguf"


def test_a_model_that_can_do_something(tmp_path: Path) -> None:
    """A trained model answers its toy questions through the server's own chat template."""
    found = next((file for top in Path(__file__).parents if (file := top / TRAINED).is_file()), None)
    if found is None:
        pytest.skip("the trained tiny models lie beside the repository, not in it")
    cases = held_back(40, seed=7)
    with served(found) as address:
        backend = ServerBackend(Network(), server_address(address), "", key="", cache=tmp_path)
        said = [
            backend.generate(Generation(Prompt((Turn("user", (case.question,)),)), 24, sampling=GREEDY), 60)
            for case in cases
        ]
        backend.close()
    right = [
        isinstance(each, Generated) and each.text.endswith(case.key) for each, case in zip(said, cases, strict=True)
    ]
    assert sum(right) >= 36
