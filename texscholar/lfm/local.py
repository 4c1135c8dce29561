"""A model file as a backend: asked in a worker process that is started when the first answer is wanted."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Any, Self

from texscholar.errors import Skipped
from texscholar.lfm.backend import (
    LFM2_SAMPLING,
    LFM25_SAMPLING,
    Adapter,
    Generated,
    Generation,
    Sampling,
)
from texscholar.lfm.chat import Dialect, rendered, rendered_answers
from texscholar.lfm.process import COMMAND, WorkerProcess, threads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from texscholar.lfm.chat import Part
    from texscholar.lfm.prompts import Prompt

CONTEXT = 4096  # tokens: 50 MB beside the model, and more than any of our prompts needs

_MAGIC = b"GGUF"
_NONSENSE = "its worker did not answer as agreed; reinstall llama-cpp-python"


class LocalBackend:
    """A model file asked in a worker process; close it when done.

    After a failure that no other question would mend, every answer is the same Skipped.
    """

    def __init__(
        self, name: str, sha256: str, worker: WorkerProcess, dialect: Dialect, adapter: Adapter | None = None
    ) -> None:
        self._name, self._sha256, self._worker, self._dialect = name, sha256, worker, dialect
        self._adapter = adapter

    @classmethod
    def start(
        cls,
        path: Path,
        *,
        seconds: float,
        lora: Path | None = None,
        context: int = CONTEXT,
        _command: Sequence[str] = COMMAND,
    ) -> LocalBackend | Skipped:
        """The model in this file, loaded.

        Args:
            path: a GGUF file; its name without the ending names the model.
            seconds: how long loading may take.
            lora: an adapter for it.
            context: how many tokens all prompts and answers in hand may have.
        """
        what = f"model {path.stem}"
        for file in filter(None, (path, lora)):
            if reason := unusable(file):
                return Skipped(what, reason)
        try:
            worker = WorkerProcess(what, _command)
        except OSError as error:
            return Skipped(what, f"its worker cannot be started ({error.strerror}); free memory and try again")
        load = {
            "op": "load",
            "path": str(path.absolute()),
            "lora": str(lora.absolute()) if lora else None,
            "context": context,
            "threads": threads(),
        }
        reply = worker.request(load, seconds)
        if isinstance(reply, Skipped):
            return worker.fail(reply.reason)
        sha256, dialect, lora_sha256 = (reply.get(key) for key in ("sha256", "dialect", "lora_sha256"))
        as_agreed = isinstance(sha256, str) and isinstance(lora_sha256, str) == bool(lora)
        if not as_agreed or dialect not in tuple(Dialect):
            return worker.fail(_NONSENSE)
        adapter = Adapter(lora.stem, str(lora_sha256)) if lora else None
        return cls(path.stem, str(sha256), worker, Dialect(dialect), adapter)

    @property
    def name(self) -> str:
        return self._name

    @property
    def sha256(self) -> str:
        return self._sha256

    @property
    def adapter(self) -> Adapter | None:
        return self._adapter

    @property
    def pid(self) -> int:
        """The worker's process, for measuring it."""
        return self._worker.pid

    def score(self, prompt: Prompt, seconds: float) -> tuple[float, ...] | Skipped:
        """The natural logarithm of the probability of each answer."""
        request = {
            "op": "score",
            "parts": _parts(rendered(prompt, self._dialect)),
            "answers": _parts(rendered_answers(prompt)),
        }
        reply = self._worker.request(request, seconds)
        if isinstance(reply, Skipped):
            return reply
        numbers = _numbers(reply.get("logprobs"))
        return numbers if len(numbers) == len(prompt.answers) else self._worker.fail(_NONSENSE)

    def count(self, prompt: Prompt, seconds: float) -> int | Skipped:
        """The number of tokens of a question."""
        reply = self._worker.request({"op": "count", "parts": _parts(rendered(prompt, self._dialect))}, seconds)
        if isinstance(reply, Skipped):
            return reply
        tokens = reply.get("tokens")
        return tokens if isinstance(tokens, int) else self._worker.fail(_NONSENSE)

    def generate(self, request: Generation, seconds: float) -> Generated | Skipped:
        """A text within so many seconds."""
        sampling = request.sampling or recommended(self._dialect)
        reply = self._worker.request(
            {
                "op": "generate",
                "parts": _parts(rendered(request.prompt, self._dialect)),
                "grammar": request.constraint.gbnf if request.constraint else None,
                "most_tokens": request.most_tokens,
                "stops": request.stops,
                "seed": request.seed,
                "seconds": seconds,
                "sampling": {name: getattr(sampling, name) for name in Sampling.__slots__},
            },
            seconds,
        )
        if isinstance(reply, Skipped):
            return reply
        generated = _generated(reply)
        return generated if generated is not None else self._worker.fail(_NONSENSE)

    def close(self) -> None:
        """End the worker."""
        self._worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def recommended(dialect: Dialect) -> Sampling:
    """How the makers of a model draw from it, as far as its template tells which it is."""
    return LFM2_SAMPLING if dialect is Dialect.LFM2 else LFM25_SAMPLING


def unusable(path: Path) -> str:
    """Why this cannot be a model or adapter file, or an empty string."""
    try:
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except OSError as error:
        return f"{path} cannot be read ({error.strerror}); download the model or name another file"
    if not start:
        return f"{path} is empty; download the model again"
    return "" if start == _MAGIC else f"{path} is no GGUF file; download the model or name another file"


def sha256_of(path: Path) -> str:
    """The hash of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parts(parts: Sequence[Part]) -> list[list[tuple[str, bool]]]:
    return [[(segment.text, segment.control) for segment in part] for part in parts]


def _numbers(values: object) -> tuple[float, ...]:
    """The finite numbers of a list, or nothing if it holds anything else."""
    if not isinstance(values, list):
        return ()
    numbers = tuple(value for value in values if isinstance(value, float) and math.isfinite(value))
    return numbers if len(numbers) == len(values) else ()


def _generated(reply: Mapping[str, Any]) -> Generated | None:
    text, tokens, ended = (reply.get(key) for key in ("text", "tokens", "ended"))
    if isinstance(text, str) and isinstance(tokens, int) and isinstance(ended, str):
        return Generated(text, tokens, ended)
    return None
