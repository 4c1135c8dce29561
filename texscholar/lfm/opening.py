"""A model file with its cache of answers: the worker starts only for what nobody asked before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texscholar.errors import Skipped
from texscholar.lfm.backend import Adapter, Backend
from texscholar.lfm.cache import AnswerCache, CachedBackend, Identity, state_of
from texscholar.lfm.local import Starting, unusable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def open_local(
    path: Path,
    *,
    cache: AnswerCache,
    lora: Path | None = None,
    begin: Callable[..., Starting | Skipped] = Starting.begin,
) -> CachedBackend | Skipped:
    """The model in a file, with what it answered before.

    Where the hashes of the files are known, nothing is loaded until something new is asked. Else loading begins now,
    and nobody waits for it before the first question.

    Args:
        path: a GGUF file.
        cache: of answers and of hashes.
        lora: an adapter for the model.
        begin: begins to load a model.
    """
    files = [file.absolute() for file in (path, lora) if file is not None]
    for file in files:
        if reason := unusable(file):
            return Skipped(f"model {path.stem}", reason)
    known = [cache.sha256(file) for file in files]
    opening = _Opening(path, lora, cache, begin)
    if all(known):
        adapter = Adapter(lora.stem, str(known[1])) if lora else None
        return CachedBackend(path.stem, Identity(str(known[0]), adapter), opening.finish, cache, opening.close)
    opening.begin()
    return CachedBackend(path.stem, None, opening.finish, cache, opening.close)


class _Opening:
    """A model that is loaded when it is needed, or is being loaded."""

    def __init__(
        self, path: Path, lora: Path | None, cache: AnswerCache, begin: Callable[..., Starting | Skipped]
    ) -> None:
        self._path, self._lora, self._cache, self._begin = path, lora, cache, begin
        self._files = [file.absolute() for file in (path, lora) if file is not None]
        self._states = [state_of(file) for file in self._files]
        self._starting: Starting | Skipped | None = None

    def begin(self) -> Starting | Skipped:
        """Begin to load it, once."""
        if self._starting is None:
            self._starting = self._begin(self._path, lora=self._lora)
        return self._starting

    def finish(self, seconds: float) -> Backend | Skipped:
        """The loaded model, within so many seconds."""
        starting = self.begin()
        backend = starting if isinstance(starting, Skipped) else starting.finish(seconds)
        if isinstance(backend, Skipped):
            return Skipped(backend.what, f"{backend.reason}; going on with rules and ranking")
        hashes = [backend.sha256, *([backend.adapter.sha256] if backend.adapter else [])]
        for file, state, sha256 in zip(self._files, self._states, hashes, strict=True):
            self._cache.put_sha256(file, state, sha256)
        return backend

    def close(self) -> None:
        """End what was begun."""
        if self._starting is not None and not isinstance(self._starting, Skipped):
            self._starting.close()
