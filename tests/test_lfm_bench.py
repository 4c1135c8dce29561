"""``texscholar model bench``: how fast a model is, through the worker."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from conftest import Run
from models.untrained import write_untrained

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.lfm
def test_bench(texscholar: Run, tmp_path: Path) -> None:
    """It tells what it read and wrote, how fast, and which file that was."""
    pytest.importorskip("llama_cpp")
    model = write_untrained(tmp_path / "tiny.gguf")
    options = ("--model", model, "--words", "20", "--tokens", "8", "--rounds", "2")
    result = texscholar("model", "bench", *options, "--json", cwd=tmp_path)
    facts = json.loads(result.text)
    assert (facts["model"], facts["sha256"]) == ("tiny", hashlib.sha256(model.read_bytes()).hexdigest())
    assert facts["read_tokens"] > 20
    assert 1 <= facts["written_tokens"] <= 8
    assert min(facts["read_rate"], facts["written_rate"], facts["load_seconds"]) > 0
    lines = texscholar("model", "bench", *options, cwd=tmp_path).text.splitlines()
    assert [line.split()[0] for line in lines] == ["tiny,", "loads", "reads", "writes"]


def test_nothing_to_measure(texscholar: Run, tmp_path: Path) -> None:
    """Without the model there is one line that says how to get it."""
    result = texscholar("model", "bench", "lfm2", cwd=tmp_path)
    assert (result.code, result.text) == (2, "")
    assert "lfm2 is not installed; `texscholar model pull lfm2` gets it" in result.err


def test_no_model(texscholar: Run, tmp_path: Path) -> None:
    """A file that is no model is one line."""
    (tmp_path / "x.gguf").write_bytes(b"PK")
    result = texscholar("model", "bench", "--model", "x.gguf", cwd=tmp_path)
    assert (result.code, "is no GGUF file" in result.err) == (2, True)
