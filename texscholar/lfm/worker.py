"""The worker process: JSON lines in, JSON lines out, llama.cpp in between, so that its crash costs no run.

The end of standard input ends it at once, also in the middle of a computation.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from ctypes import ArgumentError
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, TextIO

from texscholar.errors import TexscholarError
from texscholar.lfm.backend import Sampling
from texscholar.lfm.chat import Segment

if TYPE_CHECKING:
    from texscholar.lfm.chat import Part
    from texscholar.lfm.engine import Engine

Reply = Mapping[str, object]

_PR_SET_PDEATHSIG = 1  # of prctl(2)
_WRITING = 0.9  # share of a request's time after which a text ends as it is, so that it still arrives in time


class Service:
    """Answers requests, one reply each."""

    def __init__(self) -> None:
        self._engine: Engine | None = None

    def reply(self, line: str) -> Reply:
        """The reply to one request; ``fatal`` marks an error after which asking again is of no use."""
        request = json.loads(line)
        operations: Mapping[str, Callable[[Any], Reply]] = {
            "load": self._load,
            "count": self._count,
            "score": self._score,
            "generate": self._generate,
        }
        try:
            return {"ok": True, **operations[request["op"]](request)}
        except TexscholarError as error:
            return {"ok": False, "error": str(error)}
        except MemoryError:
            return _fatal("there is not enough memory for the model; choose a smaller one")
        except (AttributeError, TypeError, ArgumentError) as error:  # its low-level interface changes now and then
            return _fatal(f"llama-cpp-python is of another version ({error}); run: pip install -U 'texscholar[lfm]'")

    def _load(self, request: Mapping[str, Any]) -> Reply:
        path, lora = request["path"], request["lora"]
        with ThreadPoolExecutor(1) as other_thread:
            digests = other_thread.submit(lambda: [_sha256(file) if file else None for file in (path, lora)])
            self._engine = _engine(path, lora=lora, context=request["context"], threads=request["threads"])
            sha256, lora_sha256 = digests.result()
        native = self._engine.native
        return {
            "architecture": native.architecture,
            "dialect": str(native.dialect),
            "sha256": sha256,
            "lora_sha256": lora_sha256,
        }

    def _count(self, request: Mapping[str, Any]) -> Reply:
        return {"tokens": sum(len(self._loaded.native.tokens(part)) for part in _parts(request["parts"]))}

    def _score(self, request: Mapping[str, Any]) -> Reply:
        return {"logprobs": self._loaded.score(_parts(request["parts"]), _parts(request["answers"]))}

    def _generate(self, request: Mapping[str, Any]) -> Reply:
        generated = self._loaded.generate(
            _parts(request["parts"]),
            most_tokens=request["most_tokens"],
            sampling=Sampling(**request["sampling"]),
            seed=request["seed"],
            grammar=request["grammar"],
            stops=request["stops"],
            seconds=request["seconds"] * _WRITING,
        )
        return {"text": generated.text, "tokens": generated.tokens, "ended": generated.ended}

    @property
    def _loaded(self) -> Engine:
        if self._engine is None:
            raise TexscholarError("no model is loaded; load one first")
        return self._engine


def _engine(path: str, *, lora: str | None, context: int, threads: int) -> Engine:
    try:
        from texscholar.lfm.engine import Engine  # noqa: PLC0415 - llama.cpp is optional and slow to load
        from texscholar.lfm.native import Native  # noqa: PLC0415
    except (ImportError, OSError, RuntimeError) as error:  # llama_cpp raises all three for a bad build
        raise TexscholarError(
            f"llama-cpp-python cannot be used ({error}); run: pip install 'texscholar[lfm]'"
        ) from error
    return Engine(Native(path, lora=lora, context=context, threads=threads))


def _sha256(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise TexscholarError(f"the file cannot be read ({error.strerror}); check its permissions") from error


def _parts(parts: Sequence[Sequence[tuple[str, bool]]]) -> tuple[Part, ...]:
    return tuple(tuple(Segment(text, control) for text, control in part) for part in parts)


def _fatal(error: str) -> Reply:
    return {"ok": False, "error": error, "fatal": True}


def _protocol_channel() -> TextIO:
    """Standard output for the protocol alone: what native code prints there goes to standard error."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    return channel


def _ends_with_parent() -> None:
    """On Linux the kernel ends this process with the one that started it, should even the thread below be stuck."""
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415 - only here
    import signal  # noqa: PLC0415

    parent = os.getppid()
    with suppress(OSError, AttributeError):  # a C library of another kind
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(0)


def _first_to_go() -> None:
    """Where memory runs out, Linux ends this process before the user's editor."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _without_core_dump() -> None:
    """No file of the size of the model in somebody's folder after a crash."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(requests: SimpleQueue[str]) -> None:
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)  # the client is gone: do not finish a computation that nobody reads


def _lines() -> Iterator[str]:
    requests: SimpleQueue[str] = SimpleQueue()
    Thread(target=_read, args=(requests,), daemon=True).start()
    while True:
        yield requests.get()


def main() -> None:
    """Serve standard input until it ends."""
    _ends_with_parent()
    _first_to_go()
    _without_core_dump()
    channel, service = _protocol_channel(), Service()
    for line in _lines():
        print(json.dumps(service.reply(line)), file=channel, flush=True)


if __name__ == "__main__":
    main()
