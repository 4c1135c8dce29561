"""The catalogue of models."""

from __future__ import annotations

import re

import pytest

from texscholar.config import VARIANTS as NAMES
from texscholar.lfm.catalogue import VARIANTS, Variant
from texscholar.lfm.chat import Dialect


def test_names() -> None:
    """The variants have the names of the command line, the default first."""
    assert tuple(VARIANTS) == NAMES
    assert NAMES[0] == "lfm2.5"


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_facts_are_whole(variant: Variant) -> None:
    """A hash and a revision are unknown or complete; licence, context and sampling stand there."""
    assert variant.sha256 is None or re.fullmatch("[0-9a-f]{64}", variant.sha256)
    assert variant.revision is None or re.fullmatch("[0-9a-f]{40}", variant.revision)
    assert variant.licence
    assert variant.licence_note
    assert variant.context == 32_768
    assert 0 < variant.sampling.temperature < 1
    assert variant.file.endswith(f"{variant.quantisation}.gguf")


def test_no_two_share_a_file() -> None:
    """Each has a name of its own in our folder, also where two repositories call their files alike."""
    assert len({variant.local_file for variant in VARIANTS.values()}) == len(VARIANTS)


def test_dialects() -> None:
    """The template's generation is that of the base model, and each is drawn from as that generation's cards say."""
    old = {name for name, variant in VARIANTS.items() if variant.dialect is Dialect.LFM2}
    assert old == {"lfm2", "lfm2-8b-a1b", "citeagent-2.6b"}
    assert {variant.sampling.temperature for variant in VARIANTS.values() if variant.name in old} == {0.3}
    assert {variant.sampling.top_k for variant in VARIANTS.values() if variant.name not in old} == {50}
