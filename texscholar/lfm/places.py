"""Where a copy of a variant's file lies on this machine: our own folder, or the cache of another tool."""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from texscholar.lfm.catalogue import Variant

OURS = "texscholar"
_OLLAMA_MODEL = "application/vnd.ollama.image.model"
_LARGEST_MANIFEST = 1 << 20  # bytes
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Copy:
    """A file that is or should be the variant's, and the tool in whose folder it lies."""

    path: Path
    tool: str


def installed(variant: Variant, data_dir: Path, environ: Mapping[str, str] = os.environ) -> Path | None:
    """The variant's file in our folder or in another tool's, or None; never downloads."""
    found = next(copies(variant, data_dir, environ), None)
    return found.path if found else None


def copies(variant: Variant, data_dir: Path, environ: Mapping[str, str] = os.environ) -> Iterator[Copy]:
    """Files that can be the variant's, ours first; one of another tool must have the size, where that is known."""
    own = own_file(variant, data_dir)
    if own.is_file():
        yield Copy(own, OURS)
    for tool, places in _OTHER_TOOLS.items():
        yield from (Copy(path, tool) for path in places(variant, environ) if _fits(path, variant))


def own_file(variant: Variant, data_dir: Path) -> Path:
    """Where we keep the variant's file."""
    return data_dir / "models" / variant.local_file


def _fits(path: Path, variant: Variant) -> bool:
    try:
        return path.is_file() and variant.size in {None, path.stat().st_size} and os.access(path, os.R_OK)
    except OSError:  # a folder of another user
        return False


def _hugging_face(variant: Variant, environ: Mapping[str, str]) -> Iterator[Path]:
    """By the rules of huggingface_hub's documented environment variables; the known revision first."""
    snapshots = _hub_cache(environ) / f"models--{variant.repository.replace('/', '--')}" / "snapshots"
    found = sorted(snapshots.glob(f"*/{variant.file}"))
    yield from sorted(found, key=lambda path: path.parent.name != variant.revision)


def _hub_cache(environ: Mapping[str, str]) -> Path:
    if cache := environ.get("HF_HUB_CACHE"):
        return _expanded(cache)
    if home := environ.get("HF_HOME"):
        return _expanded(home) / "hub"
    return _cache_home(environ) / "huggingface" / "hub"


def _llama_cpp(variant: Variant, environ: Mapping[str, str]) -> Iterator[Path]:
    """What ``llama-server -hf`` fetched before it shared Hugging Face's cache: owner, repository and file in one."""
    yield _llama_cache(environ) / f"{variant.repository.replace('/', '_')}_{variant.file}"


def _llama_cache(environ: Mapping[str, str]) -> Path:
    if cache := environ.get("LLAMA_CACHE"):
        return _expanded(cache)
    if sys.platform == "darwin":
        return _expanded("~/Library/Caches/llama.cpp")
    if local := environ.get("LOCALAPPDATA"):
        return _expanded(local) / "llama.cpp"
    return _cache_home(environ) / "llama.cpp"


def _lm_studio(variant: Variant, environ: Mapping[str, str]) -> Iterator[Path]:
    """A folder for each owner and repository, below the home that LM Studio's pointer file names."""
    homes = [_expanded("~/.lmstudio"), _cache_home(environ) / "lm-studio"]
    with suppress(OSError, ValueError):
        homes.insert(0, _expanded(_expanded("~/.lmstudio-home-pointer").read_text(encoding="utf-8").strip()))
    yield from (home / "models" / variant.repository / variant.file for home in homes)


def _ollama(variant: Variant, environ: Mapping[str, str]) -> Iterator[Path]:
    """Blobs named by their sha256, found by it or through the manifest of what was pulled from the hub."""
    folders = [environ.get("OLLAMA_MODELS"), "~/.ollama/models", "/usr/share/ollama/.ollama/models"]
    for folder in map(_expanded, filter(None, folders)):
        digests = [variant.sha256] if variant.sha256 else _digests(folder / "manifests" / "hf.co", variant)
        yield from (folder / "blobs" / f"sha256-{digest}" for digest in digests)


def _digests(manifests: Path, variant: Variant) -> Iterator[str]:
    for manifest in sorted((manifests / variant.repository).glob("*")):
        if manifest.name.casefold() != variant.quantisation.casefold():
            continue
        for layer in _layers(manifest):
            digest = str(layer.get("digest")).removeprefix("sha256:")
            if layer.get("mediaType") == _OLLAMA_MODEL and _SHA256.fullmatch(digest):
                yield digest


def _layers(manifest: Path) -> list[Mapping[str, Any]]:
    try:
        with manifest.open("rb") as file:
            data = json.loads(file.read(_LARGEST_MANIFEST))
    except (OSError, ValueError, RecursionError):
        return []
    layers = data.get("layers") if isinstance(data, dict) else None
    return [layer for layer in layers if isinstance(layer, dict)] if isinstance(layers, list) else []


_OTHER_TOOLS = {
    "Hugging Face": _hugging_face,
    "llama.cpp": _llama_cpp,
    "LM Studio": _lm_studio,
    "Ollama": _ollama,
}


def _cache_home(environ: Mapping[str, str]) -> Path:
    return _expanded(environ.get("XDG_CACHE_HOME") or "~/.cache")


def _expanded(path: str) -> Path:
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises for a user without a home
