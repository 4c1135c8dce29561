"""The trained tiny models, through the worker: what is right can be told from what is not.

They know one toy task and no English, so the toy question stands where the prompt of a job would stand. All behind the
prompt is what the jobs run: chat template, worker, prefix, forks, one batch, probabilities; and generation.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from models.toytask import Case, held_back
from texscholar.errors import Skipped
from texscholar.lfm import Generation, JobModel, LocalBackend, Prompt
from texscholar.lfm.backend import GREEDY
from texscholar.lfm.constraint import Constraint, Literal, Then, choice
from texscholar.lfm.prompts import Turn

if TYPE_CHECKING:
    from collections.abc import Iterator

MODELS = next(
    (path for top in Path(__file__).parents if (path := top / "shared" / "data" / "models").is_dir()), Path("missing")
)
if not MODELS.is_dir():
    pytest.skip("the trained tiny models lie beside the repository, not in it", allow_module_level=True)
pytest.importorskip("llama_cpp")
pytestmark = pytest.mark.lfm

CASES = held_back(200, seed=2026)
FILES = ("tiny-lfm2-q8_0.gguf", "tiny-lfm2moe-q8_0.gguf")


def started(file: str, lora: str | None = None) -> JobModel:
    backend = LocalBackend.start(MODELS / file, seconds=60.0, lora=MODELS / lora if lora else None)
    assert isinstance(backend, LocalBackend)
    return JobModel(backend)


@pytest.fixture(scope="module", params=FILES)
def model(request: pytest.FixtureRequest) -> Iterator[JobModel]:
    with started(request.param) as model:
        yield model


def picked(model: JobModel, case: Case) -> str:
    """The key to which choosing gives the highest probability."""
    chances = model._chances(Prompt((Turn("user", (case.question,)),), case.keys, opening=f"{case.topic}\n"))
    assert not isinstance(chances, Skipped)
    assert sum(chances) == pytest.approx(1)
    return case.keys[chances.index(max(chances))]


def said(model: JobModel, case: Case, constraint: Constraint | None = None) -> str:
    generated = model.generate(Generation(Prompt((Turn("user", (case.question,)),)), 24, constraint, GREEDY))
    assert not isinstance(generated, Skipped)
    return generated.text


def test_choose(model: JobModel) -> None:
    """Of 200 questions that it was not trained on a model picks the right key in at least 180."""
    assert sum(picked(model, case) == case.key for case in CASES) >= 180


def test_generate(model: JobModel) -> None:
    """Written freely, token by token, the answers are right as often."""
    right = sum(said(model, case) == f"{case.topic}\n{case.key}" for case in CASES[:100])
    assert right >= 90


def test_generate_under_a_constraint(model: JobModel) -> None:
    """A constraint that admits the right answer and others leaves it right, and admits no other form."""
    answers = [
        said(model, case, Constraint(Then((Literal(f"{case.topic}\n"), choice(*case.keys).rule))))
        for case in CASES[:100]
    ]
    assert all(answer.split("\n")[1] in case.keys for answer, case in zip(answers, CASES, strict=False))
    right = sum(answer.split("\n")[1] == case.key for answer, case in zip(answers, CASES, strict=False))
    assert right >= 90


def test_adapter() -> None:
    """With the adapter, which teaches to begin the answer with a line of its own, it does so, and stays right."""
    with started(FILES[0], "tiny-lfm2-lora-cite.gguf") as adapted:
        assert adapted.adapter is not None
        right = sum(said(adapted, case) == f"cite\n{case.topic}\n{case.key}" for case in CASES[:100])
    assert right >= 90


def test_adapter_of_another_architecture() -> None:
    """The adapter does not fit the other model, and is refused."""
    refused = LocalBackend.start(MODELS / FILES[1], seconds=60.0, lora=MODELS / "tiny-lfm2-lora-cite.gguf")
    assert isinstance(refused, Skipped)
    assert refused.reason.startswith("the adapter is damaged or was made for another model")
