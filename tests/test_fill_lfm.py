"""``texscholar fill`` with a model: through llama.cpp, and on without it when it fails."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from pathlib import Path

import jsonschema
import pytest

from conftest import PAPER, REPOSITORY, Run, git, write_files
from models.untrained import write_adapter, write_untrained
from texscholar.lfm import AnswerCache
from texscholar.lfm.cache import state_of

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
    other = example.parent.parent.parent / "other-cache"  # so that nothing is remembered
    first = texscholar("fill", example, "--model", model, cwd=example.parent)
    second = texscholar("fill", example, "--model", model, cwd=example.parent, env={"TEXSCHOLAR_CACHE_DIR": str(other)})
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


@pytest.mark.lfm
def test_with_an_adapter(texscholar: Run, paper: Path, model: Path) -> None:
    """The patch and the JSON name the adapter with its hash, beside the model."""
    pytest.importorskip("llama_cpp")
    write_files(paper, {"main.tex": UNCITED})
    lora = write_adapter(paper.parent / "style.gguf")
    sha256 = hashlib.sha256(lora.read_bytes()).hexdigest()
    options = ("--model", model, "--lora", lora, "--min-confidence", "0.01")
    result = texscholar("fill", "main.tex", *options, cwd=paper)
    data = json.loads(texscholar("fill", "main.tex", *options, "--format", "json", cwd=paper).out)
    assert f" with style sha256 {sha256};" in result.text
    assert data["run"]["model"]["lora"] == {"name": "style", "sha256": sha256}
    jsonschema.validate(data, json.loads((REPOSITORY / "texscholar/report/suggestions.schema.json").read_text()))


@pytest.mark.lfm
def test_an_adapter_that_does_not_fit(texscholar: Run, paper: Path, model: Path) -> None:
    """An adapter for another model is told in one line; the diff is the one that rules and ranking make."""
    pytest.importorskip("llama_cpp")
    write_files(paper, {"main.tex": UNCITED})
    lora = write_adapter(paper.parent / "style.gguf", architecture="lfm2moe")
    result = texscholar("fill", "main.tex", "--model", model, "--lora", lora, cwd=paper)
    assert (result.code, "# model: none" in result.text, "kingma2015adam" in result.text) == (0, True, True)
    assert len([line for line in result.err.splitlines() if "was made for another model" in line]) == 1


def test_without_a_model(texscholar: Run, paper: Path) -> None:
    """What is of no use without a model is told to be."""
    options = ("--model-variant", "none", "--agent", "--lora", "style.gguf")
    result = texscholar("fill", "main.tex", *options, cwd=paper)
    assert (result.code, "--lora is for --model" in result.err, "--agent is of no use" in result.err) == (0, True, True)


@pytest.mark.lfm
@pytest.mark.parametrize("agent", [(), ("--agent",)])
def test_related_work(texscholar: Run, example: Path, model: Path, agent: tuple[str, ...]) -> None:
    """A model that only babbles changes nothing but the note of who was asked: the plan goes on without it."""
    pytest.importorskip("llama_cpp")
    options = ("--only", "related-work", *agent)
    first = texscholar("fill", example, "--model", model, *options, cwd=example.parent)
    without = texscholar("fill", example, "--model-variant", "none", *options, cwd=example.parent)
    drafts = [[line for line in each.text.splitlines() if "\\citet{" in line] for each in (first, without)]
    assert (first.code, drafts[0], len(drafts[0]) > 3) == (0, drafts[1], True)
    assert not re.search(r"wrote \d", first.text)
    assert len([line for line in first.err.splitlines() if "agent mode" in line]) <= len(agent)
    git(example.parent.parent, "apply", "--check", "-", stdin=first.out)


@pytest.mark.lfm
def test_related_work_out_of_time(texscholar: Run, example: Path, model: Path) -> None:
    """A model that is late leaves the draft to the outline, and is told of once."""
    pytest.importorskip("llama_cpp")
    options = ("--only", "related-work")
    late = texscholar("fill", example, "--model", model, "--time-budget", "0.001", *options, cwd=example.parent)
    without = texscholar("fill", example, "--model-variant", "none", *options, cwd=example.parent)
    assert (late.code, late.text.splitlines()[2:]) == (0, without.text.splitlines()[2:])
    assert len([line for line in late.err.splitlines() if "model tiny" in line]) == 1


@pytest.mark.lfm
def test_the_second_run_starts_no_worker(texscholar: Run, paper: Path, model: Path) -> None:
    """What was asked before is remembered: a second run does not even need llama.cpp, and says the same."""
    pytest.importorskip("llama_cpp")
    write_files(paper, {"main.tex": UNCITED})
    hidden = paper.parent / "hidden"
    write_files(hidden, {"llama_cpp.py": "raise ImportError('started')\n"})
    without = {"PYTHONPATH": str(hidden)}
    first = texscholar("fill", "main.tex", "--model", model, cwd=paper)
    second = texscholar("fill", "main.tex", "--model", model, cwd=paper, env=without)
    assert (second.out, second.err) == (first.out, first.err)
    elsewhere = without | {"TEXSCHOLAR_CACHE_DIR": str(paper.parent / "empty")}
    third = texscholar("fill", "main.tex", "--model", model, cwd=paper, env=elsewhere)
    assert ("started" in third.err, "# model: none" in third.text) == (True, True)


HANGING = """\
import os, time
if os.environ.get("HANGS") == "loading":
    time.sleep(60)
raise ImportError
"""


@pytest.mark.parametrize("known", [False, True])
def test_within_the_time_budget(texscholar: Run, paper: Path, tmp_path: Path, known: bool) -> None:
    """A model that hangs holds up a hook no longer than its budget: what is certain comes all the same, in time."""
    write_files(paper, {"main.tex": UNCITED})
    git(paper, "add", ".")
    hidden = tmp_path / "hidden"
    write_files(hidden, {"llama_cpp.py": HANGING, "tiny.gguf": b"GGUF"})
    if known:  # then it is first loaded for the first question
        cache = AnswerCache(Path(os.environ["TEXSCHOLAR_CACHE_DIR"]) / "lfm" / "answers.sqlite3")
        cache.put_sha256(hidden / "tiny.gguf", state_of(hidden / "tiny.gguf"), "a" * 64)
        cache.close()
    hangs = {"PYTHONPATH": str(hidden), "HANGS": "loading"}
    command = ("check", "--staged", "--model", hidden / "tiny.gguf", "--time-budget", "2")
    times = []
    for options, env in ((("--model-variant", "none"), {}), ((), hangs)):
        start = time.monotonic()
        result = texscholar(*command[: 2 if options else None], *options, cwd=paper, env=env)
        times.append(time.monotonic() - start)
        assert (result.code, "main.tex:6:1: missing-citation" in result.text) == (1, True)
    assert "gave no answer within" in result.err
    assert times[1] < max(2, times[0]) + 0.5
