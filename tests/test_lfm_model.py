"""The client of the worker, against workers that behave and workers that do not; llama.cpp is not needed."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from ctypes import ArgumentError
from pathlib import Path
from typing import Any

import pytest

from texscholar.errors import Skipped
from texscholar.lfm import Budget, process, worker
from texscholar.lfm.local import LocalBackend
from texscholar.lfm.model import ChooseQuestion, JobModel, JudgeQuestion, probabilities
from texscholar.lfm.process import quota, threads
from texscholar.lfm.prompts import Option, judge_prompt

QUESTION = JudgeQuestion("Others did this.")
CHOICE = ChooseQuestion("Others did this.", (Option("One"), Option("Two<|im_end|>")))

# A worker that loads anything; what it does when asked for scores is filled in.
WORKER = """
import json, os, signal, sys, time
for line in sys.stdin:
    request = json.loads(line)
    if request["op"] == "load":
        reply = {{"ok": True, "architecture": "lfm2", "dialect": "lfm2.5", "sha256": "abc"}}
    else:
        answers = len(request["answers"])
        reply = {{"ok": True, "logprobs": [-1.0 * number for number in range(answers)]}}
        {behaviour}
    print(json.dumps(reply), flush=True)
"""


def started(folder: Path, behaviour: str = "pass", budget: float | None = None) -> JobModel:
    """A model behind a worker of this behaviour."""
    file, script = folder / "tiny.gguf", folder / "worker.py"
    file.write_bytes(b"GGUF")
    script.write_text(WORKER.format(behaviour=behaviour), encoding="utf-8")
    backend = LocalBackend.start(file, seconds=20.0, _command=(sys.executable, "-S", str(script)))
    assert isinstance(backend, LocalBackend)
    return JobModel(backend, budget=Budget(budget))


def pid_of(model: JobModel) -> int:
    assert isinstance(model._backend, LocalBackend)
    return model._backend._worker._process.pid


def alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


def ends(pid: int) -> bool:
    """Whether the process is gone within a few seconds."""
    for _ in range(100):
        if not alive(pid):
            return True
        time.sleep(0.05)
    return False


def test_name_and_hash(tmp_path: Path) -> None:
    """A model is named by its file and identified by the hash that the worker computed."""
    with started(tmp_path) as model:
        assert (model.name, model.sha256) == ("tiny", "abc")


def test_judge(tmp_path: Path) -> None:
    """Each sentence gets the probability of yes among the two answers."""
    with started(tmp_path) as model:
        assert model.judge([QUESTION, QUESTION]) == pytest.approx((0.7311, 0.7311), abs=1e-4)


def test_judge_nothing(tmp_path: Path) -> None:
    """No question, no answer."""
    with started(tmp_path) as model:
        assert model.judge([]) == ()


def test_choose(tmp_path: Path) -> None:
    """The options and, last, none share the whole probability."""
    with started(tmp_path) as model:
        assert model.choose(CHOICE) == pytest.approx((0.6652, 0.2447, 0.0900), abs=1e-4)


def test_probabilities_of_very_unlikely_answers() -> None:
    """Scores far below zero do not underflow."""
    assert probabilities((-5000.0, -5000.0)) == (0.5, 0.5)


def test_request(tmp_path: Path) -> None:
    """No control token of a title reaches the worker in a piece of text."""
    record = tmp_path / "request.json"
    with started(tmp_path, f"open({str(record)!r}, 'w').write(line)") as model:
        model.choose(CHOICE)
    request = json.loads(record.read_text(encoding="utf-8"))
    text = "".join(text for part in request["parts"] for text, control in part if not control)
    assert ("Two" in text, "<|" in text) == (True, False)


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (
            "os.kill(os.getpid(), signal.SIGSEGV)",
            "its worker was ended by SIGSEGV; choose a smaller model, or download this one again",
        ),
        (
            "print('{\"ok\": tr', end='', flush=True); os._exit(1)",
            "its worker did not answer as agreed; reinstall llama-cpp-python",
        ),
        (
            "sys.exit(3)",
            "its worker ended with exit code 3; choose a smaller model, or download this one again",
        ),
        ("reply = {'ok': False, 'error': 'no\\nmemory', 'fatal': True}", "no memory"),
        *(
            (garbage, "its worker did not answer as agreed; reinstall llama-cpp-python")
            for garbage in (
                "print('ggml: hello')",
                "sys.stdout.buffer.write(b'\\xff\\n')",
                "print('[' * 100_000)",
                "print('x' * 3_000_000)",
                "reply = ['ok']",
                "reply = {'logprobs': [0.0, 0.0]}",
                "reply = {'ok': True}",
                "reply['logprobs'].pop()",
                "reply['logprobs'] = [float('nan')] * answers",
                "reply['logprobs'] = ['0'] * answers",
            )
        ),
    ],
)
def test_failure(tmp_path: Path, behaviour: str, reason: str) -> None:
    """A worker that dies or talks nonsense is a Skipped with one line, the same for all that follows."""
    skipped = Skipped("model tiny", reason)
    with started(tmp_path, behaviour) as model:
        assert model.judge([QUESTION, QUESTION]) == (skipped, skipped)
        assert model.choose(CHOICE) == skipped


@pytest.mark.skipif(sys.platform != "linux", reason="the numbers of Linux")
@pytest.mark.parametrize(
    ("status", "words"),
    [(0, "ended with exit code 0"), (-9, "was ended by SIGKILL"), (-40, "was ended by signal 40")],
)
def test_endings(status: int, words: str) -> None:
    """Every way in which a worker can end has words."""
    assert process._status_in_words(status) == words


@pytest.mark.parametrize("error", [ProcessLookupError, PermissionError])
def test_ended_just_now(monkeypatch: pytest.MonkeyPatch, error: type[OSError]) -> None:
    """A worker that ends between the look at it and the signal is no error."""

    def kill(*_: int) -> None:
        raise error

    with subprocess.Popen((sys.executable, "-c", ""), start_new_session=True) as ending:
        monkeypatch.setattr("os.killpg", kill)
        process._kill(ending)
    assert ending.returncode == 0


def test_deadline(tmp_path: Path) -> None:
    """A worker that hangs is a Skipped, and gone before anybody closes the model."""
    reason = "gave no answer within 0.2 s; allow more time or choose a smaller model"
    with started(tmp_path, "time.sleep(60)") as model:
        asked = model._backend.score(judge_prompt("", "", "Others did this.", "", ""), 0.2)
        assert asked == Skipped("model tiny", reason)
        assert not alive(pid_of(model))


def test_deadline_of_loading(tmp_path: Path) -> None:
    """A worker that never loads the model is a Skipped."""
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"GGUF")
    hangs = (sys.executable, "-S", "-c", "import time; time.sleep(60)")
    refused = LocalBackend.start(file, seconds=0.2, _command=hangs)
    reason = "gave no answer within 0.2 s; allow more time or choose a smaller model"
    assert refused == Skipped("model tiny", reason)


def test_refused_question(tmp_path: Path) -> None:
    """An error of one question is a Skipped for this one only."""
    refusal = "if answers == 3: reply = {'ok': False, 'error': 'too long'}"
    with started(tmp_path, refusal) as model:
        assert model.choose(CHOICE) == Skipped("model tiny", "too long")
        assert model.judge([QUESTION]) == pytest.approx((0.7311,), abs=1e-4)


def test_closed(tmp_path: Path) -> None:
    """A closed model has no process, and says that it is closed."""
    with started(tmp_path) as model:
        pass
    assert not alive(pid_of(model))
    assert model.choose(CHOICE) == Skipped("model tiny", "is closed")


def test_interrupted(tmp_path: Path) -> None:
    """An interrupt while waiting ends the worker at once and reaches the caller."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    model = started(tmp_path, "time.sleep(60)")
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(KeyboardInterrupt):
            model.judge([QUESTION])
    finally:
        signal.signal(signal.SIGALRM, before)
    assert not alive(pid_of(model))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read (No such file or directory); download the model or name another file"),
        (b"", "is empty; download the model again"),
        (b"PK\x03\x04", "is no GGUF file; download the model or name another file"),
    ],
)
def test_unusable_file(tmp_path: Path, content: bytes | None, reason: str) -> None:
    """What cannot be a model file is refused before a process is started."""
    file = tmp_path / "tiny.gguf"
    if content is not None:
        file.write_bytes(content)
    refused = LocalBackend.start(file, seconds=1.0, _command=("/nonexistent/worker",))
    assert refused == Skipped("model tiny", f"{file} {reason}")


def test_worker_cannot_start(tmp_path: Path) -> None:
    """A worker that cannot be started is a Skipped."""
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"GGUF")
    refused = LocalBackend.start(file, seconds=1.0, _command=("/nonexistent/worker",))
    reason = "its worker cannot be started (No such file or directory); free memory and try again"
    assert refused == Skipped("model tiny", reason)


def test_without_llama_cpp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without llama-cpp-python the reason says what to install; what its import prints does no harm."""
    hidden = "import os\nos.write(1, b'noise')\nraise ModuleNotFoundError('No module named llama_cpp')\n"
    (tmp_path / "llama_cpp.py").write_text(hidden, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"GGUF")
    reason = "llama-cpp-python cannot be used (No module named llama_cpp); run: pip install 'texscholar[lfm]'"
    assert LocalBackend.start(file, seconds=20.0) == Skipped("model tiny", reason)


def test_modules_of_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker imports nothing from the folder in which the user works."""
    (tmp_path / "json.py").write_text("raise SystemExit(9)\n", encoding="utf-8")
    (tmp_path / "llama_cpp.py").write_text("raise SystemExit(9)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"GGUF")
    refused = LocalBackend.start(file, seconds=20.0)
    assert isinstance(refused, Skipped)
    assert "exit code 9" not in refused.reason


def test_out_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that does not suffice is a fatal error of the worker."""

    def engine(*_: object, **__: object) -> Any:
        raise MemoryError

    monkeypatch.setattr(worker, "_engine", engine)
    request = json.dumps({"op": "load", "path": __file__, "lora": None, "context": 1, "threads": 1})
    assert worker.Service().reply(request) == {
        "ok": False,
        "error": "there is not enough memory for the model; choose a smaller one",
        "fatal": True,
    }


@pytest.mark.parametrize("error", [AttributeError("no llama_decode"), TypeError("5 arguments"), ArgumentError("1")])
def test_another_version(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """An interface that is not as it was is a fatal error with its remedy, and no traceback."""

    def engine(*_: object, **__: object) -> Any:
        raise error

    monkeypatch.setattr(worker, "_engine", engine)
    request = json.dumps({"op": "load", "path": __file__, "lora": None, "context": 1, "threads": 1})
    reply = worker.Service().reply(request)
    reason = f"llama-cpp-python is of another version ({error}); run: pip install -U 'texscholar[lfm]'"
    assert reply == {"ok": False, "error": reason, "fatal": True}


def test_score_before_load() -> None:
    """A question before a model is loaded is an error."""
    request = json.dumps({"op": "score", "parts": [], "answers": []})
    expected = {"ok": False, "error": "no model is loaded; load one first"}
    assert worker.Service().reply(request) == expected


def test_no_orphan(tmp_path: Path) -> None:
    """A worker ends when the program that started it is killed, also in the middle of its work."""
    busy = tmp_path / "busy"
    endless = f"import os, time\nopen({str(busy)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)\n"
    (tmp_path / "llama_cpp.py").write_text(endless, encoding="utf-8")
    program = (
        "from texscholar.lfm.process import COMMAND, WorkerProcess\n"
        "load = {'op': 'load', 'path': 'tiny.gguf', 'lora': None, 'context': 512, 'threads': 1}\n"
        "WorkerProcess('model', COMMAND).request(load, 60.0)\n"
    )
    paths = os.pathsep.join((str(tmp_path), *filter(None, sys.path)))
    with subprocess.Popen((sys.executable, "-c", program), env=os.environ | {"PYTHONPATH": paths}) as parent:
        while not (busy.exists() and busy.read_text(encoding="ascii")):
            assert parent.poll() is None
            time.sleep(0.02)
        pid = int(busy.read_text(encoding="ascii"))
        assert alive(pid)
        parent.kill()
    assert ends(pid)


@pytest.mark.parametrize(("cores", "expected"), [({0}, 1), ({0, 1}, 1), ({3, 4, 5, 6}, 3), ({*range(64)}, 3)])
def test_threads(monkeypatch: pytest.MonkeyPatch, cores: set[int], expected: int) -> None:
    """One core is left free, and at least one is used."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: cores)
    monkeypatch.setattr(process, "quota", lambda: 4.0)
    assert threads() == expected


def test_threads_in_continuous_integration(monkeypatch: pytest.MonkeyPatch) -> None:
    """In continuous integration one thread is used."""
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    assert threads() == 1


@pytest.mark.parametrize(
    ("content", "cores"),
    [
        ("max 100000\n", math.inf),
        ("200000 100000\n", 2),
        ("150000 100000\n", 2),
        ("50000 100000\n", 1),
        ("nonsense", math.inf),
        (None, math.inf),
    ],
)
def test_quota(tmp_path: Path, content: str | None, cores: float) -> None:
    """What a container grants, rounded up; no limit where there is none to read."""
    file = tmp_path / "cpu.max"
    if content is not None:
        file.write_text(content, encoding="ascii")
    assert quota(file) == cores
