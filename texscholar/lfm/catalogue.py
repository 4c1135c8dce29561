"""The models that can be asked for by name: what is known of each published file."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.lfm.backend import LFM2_SAMPLING, LFM25_SAMPLING, Sampling
from texscholar.lfm.chat import Dialect

if TYPE_CHECKING:
    from collections.abc import Mapping

LICENCE = "LFM Open License v1.0"
LICENCE_NOTE = (
    "Apache-2.0 with a commercial threshold: free of charge below 10 million USD of annual revenue, "
    "and for research and other non-commercial use of qualified non-profits; derivatives stay under it"
)
TUNED_NOTE = f"a model tuned from Liquid AI's weights, which stays under their licence: {LICENCE_NOTE}"


@dataclass(frozen=True, slots=True)
class Variant:
    """A published model file; ``size`` (bytes), ``sha256`` and ``revision`` are None where they are not known.

    ``kept_as``: its name in our folder, where ``file`` does not tell it from another model's.
    ``dialect``: the generation of its chat template; ``sampling``: how its makers draw from it.
    ``context``: the number of tokens its makers vouch for.
    ``quantisation``: by which other tools ask for the file.
    """

    name: str
    repository: str
    file: str
    about: str
    dialect: Dialect = Dialect.LFM25
    sampling: Sampling = LFM25_SAMPLING
    revision: str | None = None
    size: int | None = None
    sha256: str | None = None
    kept_as: str = ""
    context: int = 32_768
    quantisation: str = "Q4_K_M"
    licence: str = LICENCE
    licence_note: str = LICENCE_NOTE

    @property
    def local_file(self) -> str:
        return self.kept_as or self.file


# Sizes and hashes: each stands alike in at least two independent listings of the hub's metadata.
_PUBLISHED = (
    Variant(
        "lfm2.5",
        "LiquidAI/LFM2.5-1.2B-Instruct-GGUF",
        "LFM2.5-1.2B-Instruct-Q4_K_M.gguf",
        "1.2B, the default: fast",
        revision="6767265158422fb8a19c62ceb45f16f05363615b",
        size=730_895_168,
        sha256="b1b3de114215d9507409a662a501a631095a479a419584e8a2ded6304b19b4f5",
    ),
    Variant(
        "lfm2",
        "LiquidAI/LFM2-2.6B-Exp-GGUF",
        "LFM2-2.6B-Exp-Q4_K_M.gguf",
        "2.6B: slower, better prose",
        dialect=Dialect.LFM2,
        sampling=LFM2_SAMPLING,
        revision="7d9bef941a2642e1d00967564fd55e1dcecf0d6a",
        size=1_639_166_304,
        sha256="95b9322dc81f577be1d966f508bc2fa3ec2cda56a556347d3cdf71cfefaba591",
    ),
    Variant(
        "lfm2-8b-a1b",
        "LiquidAI/LFM2-8B-A1B-GGUF",
        "LFM2-8B-A1B-Q4_K_M.gguf",
        "8.3B, 1.5B of them at a time (mixture of experts)",
        dialect=Dialect.LFM2,
        sampling=LFM2_SAMPLING,
        size=5_044_779_712,
        sha256="d2185b22630fc68043dac7182f12e86e5ad14990229a90b6c9ad3f4421ddaf82",
    ),
    Variant(
        "lfm2.5-350m",
        "LiquidAI/LFM2.5-350M-GGUF",
        "LFM2.5-350M-Q4_K_M.gguf",
        "350M: for small machines",
        revision="657e078c94084481950a2d555a941481f715536b",
        size=229_312_224,
        sha256="7e6f72643caafc9a68256686638c4d7916f2cec76d1df478d4c3ddcd95a6aed4",
    ),
    Variant(
        "citeagent-1.2b",
        "gyung/LFM2.5-CiteAgent-1.2B-v1-GGUF",
        "LFM2.5-1.2B-Instruct.Q4_K_M.gguf",
        "LFM2.5-1.2B tuned by LFM-Scholar to search for papers",
        kept_as="LFM2.5-CiteAgent-1.2B-v1.Q4_K_M.gguf",
        licence_note=TUNED_NOTE,
    ),
    Variant(
        "citeagent-2.6b",
        "gyung/LFM-CiteAgent-2.6B-GGUF",
        "LFM2-2.6B-Exp.Q4_K_M.gguf",
        "LFM2-2.6B-Exp tuned by LFM-Scholar to search for papers",
        dialect=Dialect.LFM2,
        sampling=LFM2_SAMPLING,
        kept_as="LFM-CiteAgent-2.6B.Q4_K_M.gguf",
        licence_note=TUNED_NOTE,
    ),
)

VARIANTS: Mapping[str, Variant] = MappingProxyType({variant.name: variant for variant in _PUBLISHED})
"""The variants by name, the default first."""
