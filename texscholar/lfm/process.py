"""The client side of the worker process: started in its own group, asked line by line, killed when late."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from texscholar.config import is_in_ci
from texscholar.errors import Skipped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COMMAND = (sys.executable, "-P", "-m", "texscholar.lfm.worker")

_LONGEST_REPLY = 1 << 20  # bytes
_ENDING = 2.0  # seconds that a worker which closed its output may take to end


class WorkerProcess:
    """A conversation with one worker; after the first failure every answer is the same Skipped.

    Args:
        what: how a Skipped names the model.
        command: what starts the worker.
    """

    def __init__(self, what: str, command: Sequence[str]) -> None:
        self._what = what
        self._failure: Skipped | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lfm")
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def request(self, request: Mapping[str, object], seconds: float) -> Mapping[str, Any] | Skipped:
        """The reply to a request that succeeded; the worker is ended if it takes longer than so many seconds."""
        if self._failure:
            return self._failure
        answer = self._exchange(json.dumps(request).encode() + b"\n", seconds)
        if isinstance(answer, Skipped):
            return answer
        reply = _reply(answer)
        if reply is None:
            return self.fail("its worker did not answer as agreed; reinstall llama-cpp-python")
        if reply["ok"]:
            return reply
        reason = " ".join(str(reply.get("error")).split())
        return self.fail(reason) if reply.get("fatal") else Skipped(self._what, reason)

    def fail(self, reason: str) -> Skipped:
        """End the worker and give this reason, now and ever after; the first reason given stays."""
        self._failure = self._failure or Skipped(self._what, reason)
        self.close()
        return self._failure

    def close(self) -> None:
        """End the worker; it holds nothing worth saving."""
        self._failure = self._failure or Skipped(self._what, "is closed")
        _kill(self._process)
        self._thread.shutdown()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what was not written yet no longer matters
                pipe.close()  # type: ignore[union-attr]

    def _exchange(self, request: bytes, seconds: float) -> bytes | Skipped:
        exchange = self._thread.submit(self._write_and_read, request)
        try:
            answer = exchange.result(seconds)
        except TimeoutError:
            return self.fail(f"gave no answer within {seconds:.3g} s; allow more time or choose a smaller model")
        except OSError:  # it no longer reads
            answer = b""
        except BaseException:  # interrupted: waiting for the answer would hold up the end of the program
            self.close()
            raise
        return answer or self.fail(_ending(self._process))

    def _write_and_read(self, request: bytes) -> bytes:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None  # noqa: S101 - both are pipes
        assert stdout is not None  # noqa: S101
        stdin.write(request)
        stdin.flush()
        return stdout.readline(_LONGEST_REPLY)


def threads() -> int:
    """One less than the cores this process may use, at least one; one in continuous integration."""
    if is_in_ci(os.environ):
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, int(min(cores, quota())) - 1)


def quota(path: Path = Path("/sys/fs/cgroup/cpu.max")) -> float:
    """The cores that a container grants, by cgroup v2; as many as there are where nothing limits them."""
    try:
        granted, period = path.read_text(encoding="ascii").split()
        return math.inf if granted == "max" else math.ceil(int(granted) / int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return math.inf


def _environment() -> dict[str, str]:
    """The environment of the worker, which imports what we import and nothing from the current folder."""
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "OMP_WAIT_POLICY": "PASSIVE",  # spinning threads starve when another process has a core
        "GGML_NO_BACKTRACE": "1",  # a failed assertion would start a debugger
    }


def _reply(line: bytes) -> Mapping[str, Any] | None:
    try:
        reply = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return reply if isinstance(reply, dict) and isinstance(reply.get("ok"), bool) else None


def _ending(process: subprocess.Popen[bytes]) -> str:
    """How the worker came to its end, in words."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(_ENDING)
    status = process.poll()
    how = "stopped answering" if status is None else _status_in_words(status)
    return f"its worker {how}; choose a smaller model, or download this one again"


def _status_in_words(status: int) -> str:
    if status >= 0:
        return f"ended with exit code {status}"
    names = {each.value: each.name for each in signal.Signals}  # those for real time have none
    return f"was ended by {names.get(-status, f'signal {-status}')}"


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):  # it ended just now; macOS says it in the second way
                os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
