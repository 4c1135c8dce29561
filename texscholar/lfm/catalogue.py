"""The models that can be asked for by name, and where a copy of one lies on this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LICENCE = "LFM Open License v1.0"


@dataclass(frozen=True, slots=True)
class Variant:
    """A published model file: ``size`` in bytes and ``sha256`` are None where they are not known for certain.

    ``context`` is the number of tokens its makers vouch for.
    """

    name: str
    repository: str
    file: str
    size: int | None = None
    sha256: str | None = None
    context: int = 32_768
    licence: str = LICENCE


_PUBLISHED = (
    Variant(
        "lfm2.5",
        "LiquidAI/LFM2.5-1.2B-Instruct-GGUF",
        "LFM2.5-1.2B-Instruct-Q4_K_M.gguf",
        size=730_895_168,
        sha256="b1b3de114215d9507409a662a501a631095a479a419584e8a2ded6304b19b4f5",
    ),
    Variant("lfm2", "LiquidAI/LFM2-2.6B-Exp-GGUF", "LFM2-2.6B-Exp-Q4_K_M.gguf"),
    Variant("lfm2-8b-a1b", "LiquidAI/LFM2-8B-A1B-GGUF", "LFM2-8B-A1B-Q4_K_M.gguf", size=5_044_779_712),
    Variant("lfm2.5-350m", "LiquidAI/LFM2.5-350M-GGUF", "LFM2.5-350M-Q4_K_M.gguf"),
)

VARIANTS: Mapping[str, Variant] = MappingProxyType({variant.name: variant for variant in _PUBLISHED})
"""The variants by name, the default first."""


def installed(variant: Variant, data_dir: Path, environ: Mapping[str, str] = os.environ) -> Path | None:
    """The variant's file in ``data_dir/models`` or the Hugging Face cache, or None; never downloads."""
    return next((path for path in _places(variant, data_dir, environ) if path.is_file()), None)


def _places(variant: Variant, data_dir: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    yield data_dir / "models" / variant.file
    repository = _hub_cache(environ) / f"models--{variant.repository.replace('/', '--')}"
    yield from sorted(repository.glob(f"snapshots/*/{variant.file}"))


def _hub_cache(environ: Mapping[str, str]) -> Path:
    """The cache folder by the rules of huggingface_hub's documented environment variables."""
    if cache := environ.get("HF_HUB_CACHE"):
        return _expanded(cache)
    if home := environ.get("HF_HOME"):
        return _expanded(home) / "hub"
    return _expanded(environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface" / "hub"


def _expanded(path: str) -> Path:
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises for a user without a home
