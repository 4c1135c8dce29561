"""A model file with its cache of answers: the worker starts only for what nobody asked before."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from texscholar.errors import Skipped
from texscholar.lfm.backend import Adapter, Backend
from texscholar.lfm.cache import AnswerCache, CachedBackend, state_of
from texscholar.lfm.local import LocalBackend, unusable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def open_local(
    path: Path,
    *,
    seconds: float,
    cache: AnswerCache,
    lora: Path | None = None,
    start: Callable[..., Backend | Skipped] = LocalBackend.start,
) -> CachedBackend | Skipped:
    """The model in a file, with what it answered before.

    Where the hashes of the files are known, nothing is loaded yet; else they are found while it is.

    Args:
        path: a GGUF file.
        seconds: how long loading may take, if it is needed now.
        cache: of answers and of hashes.
        lora: an adapter for the model.
        start: starts the worker.
    """
    files = [file.absolute() for file in (path, lora) if file is not None]
    for file in files:
        if reason := unusable(file):
            return Skipped(f"model {path.stem}", reason)
    states = [state_of(file) for file in files]
    known = [cache.sha256(file) for file in files]
    start_within = partial(_start, start, path, lora)
    if all(known):
        adapter = Adapter(lora.stem, str(known[1])) if lora else None
        return CachedBackend(path.stem, str(known[0]), adapter, start_within, cache)
    backend = start_within(seconds)
    if isinstance(backend, Skipped):
        return backend
    hashes = [backend.sha256, *([backend.adapter.sha256] if backend.adapter else [])]
    for file, state, sha256 in zip(files, states, hashes, strict=True):
        cache.put_sha256(file, state, sha256)
    return CachedBackend(backend.name, backend.sha256, backend.adapter, lambda _seconds: backend, cache)


def _start(start: Callable[..., Backend | Skipped], path: Path, lora: Path | None, seconds: float) -> Backend | Skipped:
    return start(path, seconds=seconds, lora=lora)
