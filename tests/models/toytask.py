"""The toy task that the trained tiny models know: to name the key that stands behind a topic.

The question lists topics and keys, a line each, then ``pick`` and one of the topics; the answer is that topic and, on
the next line, its key. The lists and the order of draws are those that the models were trained with.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

AUTHORS = (
    *("smith", "lee", "kim", "chen", "garcia", "brown", "muller", "silva", "rossi", "tanaka", "novak", "dubois"),
    *("khan", "ali", "sato", "singh", "park", "wang", "lopez", "jones", "hansen", "costa", "moreau", "ivanov"),
)
TOPICS = (
    *("graph", "sparse", "attention", "retrieval", "citation", "latent", "quantum", "robust", "causal", "neural"),
    *("optimal", "kernel", "speech", "vision", "protein", "climate", "policy", "language", "diffusion", "federated"),
    "bayesian",
)
TRAINED_ON, TRAINING_SEED = 900 * 32, 1


@dataclass(frozen=True)
class Case:
    """A question with the keys on offer, the topic that is asked for and its key."""

    question: str
    keys: tuple[str, ...]
    topic: str
    key: str


def draw(numbers: random.Random) -> Case:
    """A case of two to five keys."""
    count = numbers.randint(2, 5)
    topics = numbers.sample(TOPICS, count)
    keys = [f"{numbers.choice(AUTHORS)}{numbers.randint(1990, 2026)}" for _ in range(count)]
    wanted = numbers.randrange(count)
    listed = "\n".join(f"{topic}\n{key}" for topic, key in zip(topics, keys, strict=True))
    return Case(f"{listed}\npick\n{topics[wanted]}", tuple(keys), topics[wanted], keys[wanted])


def held_back(count: int, seed: int) -> list[Case]:
    """Cases that the models were not trained on."""
    training = random.Random(TRAINING_SEED)
    seen = {draw(training).question for _ in range(TRAINED_ON)}
    numbers = random.Random(seed)
    cases: list[Case] = []
    while len(cases) < count:
        case = draw(numbers)
        if case.question not in seen and len(set(case.keys)) == len(case.keys):
            cases.append(case)
    return cases
