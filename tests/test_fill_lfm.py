"""``texscholar fill`` with a model: through llama.cpp, and on without it when it fails."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from conftest import PAPER, Run, git, write_files
from models.untrained import write_untrained

UNCITED = PAPER.replace(
    "\\bibliography",
    "Earlier work optimised such networks with Adam, a method for stochastic optimization.\n\\bibliography",
)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny untrained LFM2 model."""
    return write_untrained(tmp_path_factory.mktemp("model") / "tiny.gguf")


@pytest.mark.lfm
def test_through_llama_cpp_twice_the_same(texscholar: Run, example: Path, model: Path) -> None:
    """With a model the diff applies, names the model by its hash, and is the same in a second run, byte for byte."""
    pytest.importorskip("llama_cpp")
    first = texscholar("fill", example, "--model", model, cwd=example.parent)
    second = texscholar("fill", example, "--model", model, cwd=example.parent)
    assert (first.code, first.out) == (0, second.out)
    assert hashlib.sha256(model.read_bytes()).hexdigest() in first.text
    assert "going on" not in first.err
    git(example.parent.parent, "apply", "--check", "-", stdin=first.out)


@pytest.mark.lfm
def test_the_model_is_named_and_has_a_say(texscholar: Run, example: Path, model: Path) -> None:
    """The JSON names the model; its say moves some confidence, and no key appears that ranking did not offer."""
    pytest.importorskip("llama_cpp")

    def run(*options: str | Path) -> dict[str, object]:
        result = texscholar("fill", example, "--format", "json", "--only", "citations", *options, cwd=example.parent)
        return dict(json.loads(result.out))

    with_model, without = run("--model", model), run("--model-variant", "none")
    assert with_model["run"]["model"] == {"name": "tiny", "sha256": hashlib.sha256(model.read_bytes()).hexdigest()}
    scores = [{s["text"]: s["confidence"] for s in data["suggestions"]} for data in (with_model, without)]
    assert any(scores[0][text] != scores[1][text] for text in scores[0].keys() & scores[1].keys())
    offered = {s["text"]: {c["record"] for c in s["candidates"]} for s in without["suggestions"]}
    for suggestion in with_model["suggestions"]:
        if suggestion["text"] in offered:
            assert {c["record"] for c in suggestion["candidates"]} == offered[suggestion["text"]]


@pytest.mark.parametrize("content", [b"", b"no model at all", b"GGUF", b"GGUF" + b"\x03\0\0\0" + b"\xff" * 64])
def test_a_broken_model_is_skipped(texscholar: Run, paper: Path, content: bytes) -> None:
    """A file that is no model costs one line; the diff is the one that rules and ranking make."""
    write_files(paper, {"main.tex": UNCITED})
    (paper.parent / "broken.gguf").write_bytes(content)
    result = texscholar("fill", "main.tex", "--model", paper.parent / "broken.gguf", cwd=paper)
    assert result.code == 0
    assert (
        "+Earlier work optimised such networks with Adam, a method for stochastic optimization~\\citep{kingma2015adam}."
        in result.text
    )
    assert "# model: none" in result.text
    told = [line for line in result.err.splitlines() if "going on with rules and ranking" in line]
    assert len(told) == 1
    assert "Traceback" not in result.err


def test_a_missing_model_is_skipped(texscholar: Run, paper: Path) -> None:
    """So is one that is not there."""
    result = texscholar("fill", "main.tex", "--model", "gone.gguf", cwd=paper)
    assert (result.code, "gone.gguf cannot be read" in result.err) == (0, True)


def test_settings_cannot_name_a_model_file(texscholar: Run, paper: Path) -> None:
    """A cloned repository cannot make anybody load a model file."""
    write_files(paper, {".texscholar.toml": "model = 'evil.gguf'\n"})
    assert texscholar("fill", "main.tex", cwd=paper).code == 2


@pytest.mark.lfm
def test_a_time_budget_of_nothing(texscholar: Run, paper: Path, model: Path) -> None:
    """A model whose time is up at once is named and skipped in one line; ranking decides."""
    pytest.importorskip("llama_cpp")
    write_files(paper, {"main.tex": UNCITED})
    result = texscholar("fill", "main.tex", "--model", model, "--time-budget", "30", cwd=paper)
    late = texscholar("fill", "main.tex", "--model", model, "--time-budget", "0.001", cwd=paper)
    assert [line for line in result.err.splitlines() if "model tiny" in line] == []
    assert (late.code, "kingma2015adam" in late.text) == (0, True)
    assert len([line for line in late.err.splitlines() if "model tiny" in line]) == 1
