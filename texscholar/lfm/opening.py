"""A model file with its cache of answers: the worker starts only for what nobody asked before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texscholar.errors import Skipped
from texscholar.lfm.backend import Adapter, Backend
from texscholar.lfm.cache import AnswerCache, CachedBackend, Identity, state_of
from texscholar.lfm.local import LocalBackend, unusable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def open_local(
    path: Path,
    *,
    cache: AnswerCache,
    lora: Path | None = None,
    start: Callable[..., Backend | Skipped] = LocalBackend.start,
) -> CachedBackend | Skipped:
    """The model in a file, with what it answered before.

    Nothing is loaded until something is asked: something new, where the hashes of the files are known.

    Args:
        path: a GGUF file.
        cache: of answers and of hashes.
        lora: an adapter for the model.
        start: loads a model.
    """
    files = [file.absolute() for file in (path, lora) if file is not None]
    for file in files:
        if reason := unusable(file):
            return Skipped(f"model {path.stem}", reason)
    states = [state_of(file) for file in files]
    known = [cache.sha256(file) for file in files]

    def load(seconds: float) -> Backend | Skipped:
        backend = start(path, seconds=seconds, lora=lora)
        if isinstance(backend, Skipped):
            return Skipped(backend.what, f"{backend.reason}; going on with rules and ranking")
        hashes = [backend.sha256, *([backend.adapter.sha256] if backend.adapter else [])]
        for file, state, sha256 in zip(files, states, hashes, strict=True):
            cache.put_sha256(file, state, sha256)
        return backend

    identity = None
    if all(known):
        identity = Identity(str(known[0]), Adapter(lora.stem, str(known[1])) if lora else None)
    return CachedBackend(path.stem, identity, load, cache)
