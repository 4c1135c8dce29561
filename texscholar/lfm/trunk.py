"""The sequence that questions grow in, with the ways back to where they part."""

from __future__ import annotations

from collections import OrderedDict
from itertools import accumulate, chain
from typing import TYPE_CHECKING

from texscholar.lfm.native import BATCH, MOST_WANTED, TRUNK, Native, State, Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

MOST_KEPT = 64 << 20  # bytes of snapshots: eight prefixes of six hundred tokens of a model of 1.2 billion parameters


class Trunk:
    """One sequence of tokens, evaluated part by part.

    LFM2 cannot be cut back to an earlier token: its convolutions remember the last tokens only. So at the end of each
    part there is a checkpoint of what they remember, good while the part is still in the sequence, and of all but the
    last part a snapshot of everything, good at any time.

    What is evaluated does not depend on what was evaluated before: a part is always a batch of its own, and lies in the
    same cells, whichever way led there. So the numbers are the same too, to the last bit.
    """

    def __init__(self, native: Native) -> None:
        self._native = native
        self._tokens: list[int] = []
        self._checkpoints: dict[int, State] = {}
        self._kept: OrderedDict[tuple[int, ...], State] = OrderedDict()
        self.evaluated = 0
        """Tokens that were evaluated since this was made, for telling what was saved."""

    @property
    def length(self) -> int:
        return len(self._tokens)

    def grow(self, parts: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Have exactly these parts in the sequence; the logits after the last token, valid until the next batch."""
        ends = tuple(accumulate(map(len, parts)))
        whole = list(chain.from_iterable(parts))
        start = self._go_back(whole, ends[:-1])
        logits = None
        for part, end in zip(parts, ends, strict=True):
            if end > start:
                logits = self.extend(part)
                self._checkpoints[end] = self._native.checkpoint()
                if end < len(whole):
                    self._keep(tuple(self._tokens))
        assert logits is not None  # noqa: S101 - the last part is never gone back to
        return logits

    def extend(self, tokens: Sequence[int]) -> NDArray[np.float32]:
        """Have these tokens behind the others; the logits after the last one."""
        start, last = len(self._tokens), len(tokens) - 1
        steps = [Step(TRUNK, start + number, token, number == last) for number, token in enumerate(tokens)]
        (logits,) = decoded(self._native, steps)
        self._tokens += tokens
        self.evaluated += len(tokens)
        return logits

    def drop(self) -> None:
        """Forget what the sequence holds: something went wrong, and nobody knows what it is."""
        self._native.clear()
        self._tokens, self._checkpoints = [], {}

    def _go_back(self, whole: Sequence[int], ends: Sequence[int]) -> int:
        """Have as much of the wanted tokens as one of the ways back gives; how many these are."""
        shared = next(
            (number for number, (own, wanted) in enumerate(zip(self._tokens, whole, strict=False)) if own != wanted),
            min(len(self._tokens), len(whole)),
        )
        here = max((end for end in ends if end <= shared and end in self._checkpoints), default=0)
        kept = max((end for end in ends if tuple(whole[:end]) in self._kept), default=0)
        if here and here >= kept and self._native.go_back(self._checkpoints[here], here):
            self._tokens = self._tokens[:here]
            self._checkpoints = {end: state for end, state in self._checkpoints.items() if end <= here}
            return here
        self.drop()
        name = tuple(whole[:kept])
        if not kept or not self._native.restore(self._kept[name]):
            self._native.clear()
            return 0
        self._kept.move_to_end(name)
        self._tokens = list(name)
        self._checkpoints[kept] = self._native.checkpoint()
        return kept

    def _keep(self, tokens: tuple[int, ...]) -> None:
        """Take a snapshot, and let go of those that were not used for longest, if they become too large."""
        self._kept[tokens] = self._native.snapshot()
        self._kept.move_to_end(tokens)
        while len(self._kept) > 1 and sum(map(len, self._kept.values())) > MOST_KEPT:
            self._kept.popitem(last=False)


def decoded(native: Native, steps: Iterable[Step]) -> Iterator[NDArray[np.float32]]:
    """The logits after each wanted step; take each before asking for the next."""
    for batch in _batches(iter(steps)):
        native.decode(batch)
        for index, step in enumerate(batch):
            if step.wanted:
                yield native.logits(index)


def _batches(steps: Iterator[Step]) -> Iterator[list[Step]]:
    """The steps in batches that llama.cpp takes."""
    batch: list[Step] = []
    wanted = 0
    for step in steps:
        if len(batch) == BATCH or wanted + step.wanted > MOST_WANTED:
            yield batch
            batch, wanted = [], 0
        batch.append(step)
        wanted += step.wanted
    if batch:
        yield batch
