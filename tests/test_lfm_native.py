"""The worker with llama.cpp, on a tiny model with random weights."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
from threading import Timer
from typing import TYPE_CHECKING, Any

import pytest

from models.untrained import CONTEXT, END_OF_TURN, write_untrained
from texscholar.errors import Skipped, TexscholarError
from texscholar.lfm import process
from texscholar.lfm.chat import Dialect, Segment, rendered, rendered_answers
from texscholar.lfm.local import LocalBackend
from texscholar.lfm.model import ChooseQuestion, JobModel, JudgeQuestion
from texscholar.lfm.prompts import Option, choose_prompt, judge_prompt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

llama_cpp = pytest.importorskip("llama_cpp")
pytestmark = pytest.mark.lfm

QUESTIONS = (
    JudgeQuestion("Others did this.", before="We begin.", after="We end.", section="Introduction"),
    JudgeQuestion("In Section 3 we describe our data."),
)
OPTIONS = tuple(Option(f"Work {number}", ("Lee",), 1980 + number) for number in range(40))
CHOICE = ChooseQuestion("Others did this.", OPTIONS)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_untrained(tmp_path_factory.mktemp("models") / "untrained.gguf")


@pytest.fixture
def model(path: Path) -> Iterator[JobModel]:
    with started(path) as model:
        yield model


def started(path: Path) -> JobModel:
    backend = LocalBackend.start(path, seconds=60.0)
    assert isinstance(backend, LocalBackend)
    return JobModel(backend)


def engine(path: Path) -> Any:
    from texscholar.lfm.engine import Engine  # noqa: PLC0415 - only where llama.cpp is installed
    from texscholar.lfm.native import Native  # noqa: PLC0415

    return Engine(Native(str(path), lora=None, context=CONTEXT, threads=1))


def recomputed(path: Path, prompt: Sequence[int], answer: Sequence[int]) -> float:
    """The score of an answer by the library's own class, everything evaluated in one go."""
    import numpy as np  # noqa: PLC0415 - comes with llama.cpp

    tokens = [*prompt, *answer]
    reference = llama_cpp.Llama(
        str(path), n_ctx=CONTEXT, n_threads=1, n_threads_batch=1, logits_all=True, verbose=False
    )
    reference.eval(tokens)
    rows = np.array(reference.scores[len(prompt) - 1 : len(tokens) - 1], dtype=np.float64)
    reference.close()
    logarithms = rows - np.log(np.exp(rows).sum(axis=1, keepdims=True))
    return float(sum(row[token] for row, token in zip(logarithms, answer, strict=True)))


def test_loads(path: Path, model: JobModel) -> None:
    """A model of architecture lfm2 loads, and its hash is that of its file."""
    assert model.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    "prompt",
    [judge_prompt("", "We begin.", "Others did this.", "", ""), choose_prompt("", "It is.", "", "", OPTIONS)],
    ids=["judge", "choose"],
)
def test_scores_are_exact(path: Path, prompt: Any) -> None:
    """Forked and batched scores are those of a full recomputation of each answer."""
    tested = engine(path)
    parts, answers = rendered(prompt, Dialect.LFM25), rendered_answers(prompt)
    scores = tested.score(parts, answers)
    tokens = [token for part in parts for token in tested.native.tokens(part)]
    expected = [recomputed(path, tokens, tested.native.tokens(answer)) for answer in answers]
    assert scores == pytest.approx(expected, abs=1e-4)


def test_tokens_of_foreign_text(path: Path) -> None:
    """Only in a control piece is the end of a turn one token."""
    tested, end = engine(path), "<|im_end|>"
    assert tested.native.tokens((Segment(end, control=True),)) == [END_OF_TURN]
    assert END_OF_TURN not in tested.native.tokens((Segment(end),))


def test_same_question_same_bytes(model: JobModel) -> None:
    """A question asked again gets exactly the same numbers, whatever was asked in between."""
    first = (model.judge(QUESTIONS), model.choose(CHOICE))
    again = (model.judge(QUESTIONS[::-1])[::-1], model.choose(CHOICE))
    assert again == first


def test_new_process_same_bytes(path: Path, model: JobModel) -> None:
    """Another process gets exactly the same numbers."""
    with started(path) as other:
        assert other.judge(QUESTIONS) == model.judge(QUESTIONS)


def test_threads_do_not_matter(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two threads give exactly the numbers of one."""
    answers = []
    for count in (1, 2):
        monkeypatch.setattr(process, "threads", lambda count=count: count)
        with started(path) as model:
            answers.append(model.judge(QUESTIONS))
    assert answers[0] == answers[1]


def test_context_overflow(model: JobModel) -> None:
    """A question that does not fit is a Skipped of its own; the next one is answered."""
    refused = model.choose(ChooseQuestion("Others did this.", OPTIONS * 10))
    assert isinstance(refused, Skipped)
    assert refused.reason.endswith(f"tokens and the context {CONTEXT}; offer fewer candidates")
    assert isinstance(model.judge(QUESTIONS)[0], float)


def test_foreign_architecture(tmp_path: Path) -> None:
    """A sound model of another architecture is refused."""
    path = write_untrained(tmp_path / "foreign.gguf", architecture="llama")
    reason = "the model is of architecture 'llama'; choose an LFM2 or LFM2.5 model"
    assert LocalBackend.start(path, seconds=60.0) == Skipped("model foreign", reason)


def test_embedding_model(tmp_path: Path) -> None:
    """A model that makes embeddings and no answers is refused."""
    path = write_untrained(tmp_path / "encoder.gguf", causal=False)
    reason = "the model makes embeddings and cannot answer; choose an instruct model"
    assert LocalBackend.start(path, seconds=60.0) == Skipped("model encoder", reason)


@pytest.mark.parametrize("kept", [4, 100, 5_000, 400_000])
def test_truncated(path: Path, tmp_path: Path, kept: int) -> None:
    """A file that was cut short, in whichever part, is refused."""
    file = tmp_path / "short.gguf"
    file.write_bytes(path.read_bytes()[:kept])
    reason = "llama.cpp cannot load the file (cut short, damaged or of an unknown kind); download it again"
    assert LocalBackend.start(file, seconds=60.0) == Skipped("model short", reason)


def test_damaged(path: Path, tmp_path: Path) -> None:
    """A file whose metadata was overwritten never loads, and never ends the program."""
    data = bytearray(path.read_bytes())
    data[40:4_000] = bytes(range(256)) * 15 + bytes(120)
    file = tmp_path / "damaged.gguf"
    file.write_bytes(data)
    assert isinstance(LocalBackend.start(file, seconds=60.0), Skipped)


def test_failed_evaluation(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An evaluation that llama.cpp refuses is an error, and changes no later answer."""
    tested, prompt = engine(path), judge_prompt("", "", "Others did this.", "", "")
    asked = rendered(prompt, Dialect.LFM25), rendered_answers(prompt)
    expected = tested.score(*asked)
    with monkeypatch.context() as patched:
        patched.setattr(llama_cpp, "llama_decode", lambda *_: 1)
        with pytest.raises(TexscholarError, match="gave up with status 1"):
            tested.score(*asked)
    assert tested.score(*asked) == expected


def test_killed_in_the_middle(model: JobModel) -> None:
    """A worker that is killed while it computes leaves a Skipped for the rest, and no process."""
    assert isinstance(model._backend, LocalBackend)
    pid = model._backend._worker._process.pid
    before = model.judge(QUESTIONS[:1])
    killer = Timer(0.3, os.kill, (pid, signal.SIGKILL))
    killer.start()
    answers = model.judge(QUESTIONS * 300)
    killer.join()
    lost = Skipped(
        "model untrained",
        "its worker was ended by SIGKILL; choose a smaller model, or download this one again",
    )
    assert not isinstance(before[0], Skipped)
    assert {answer for answer in answers if isinstance(answer, Skipped)} == {lost}
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_client_does_not_import_llama_cpp(path: Path) -> None:
    """Asking a model imports neither llama.cpp nor numpy into the program."""
    import subprocess  # noqa: PLC0415 - a fresh program is the point here

    program = (
        "import sys\nfrom pathlib import Path\nfrom texscholar.lfm import JudgeQuestion, JobModel, LocalBackend\n"
        f"with JobModel(LocalBackend.start(Path({str(path)!r}), seconds=60.0)) as model:\n"
        "    model.judge([JudgeQuestion('Others did this.')])\n"
        "print({'llama_cpp', 'numpy'} & set(sys.modules))\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    done = subprocess.run((sys.executable, "-c", program), env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
