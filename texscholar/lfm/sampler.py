"""How the next token is drawn: the makers' settings, and a grammar that is proved to parse before it is used."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

import llama_cpp as llama
import numpy as np

from texscholar.errors import TexscholarError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from texscholar.lfm.backend import Sampling
    from texscholar.lfm.native import Native

_LAST = 64  # tokens that a repetition is held against
_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])


class Sampler:
    """Draws the tokens of one answer; free it when the answer has ended."""

    def __init__(self, native: Native, sampling: Sampling, seed: int, grammar: str | None) -> None:
        self._grammar = None if grammar is None else _grammar(native, grammar)
        self._chain = _chain(native.vocabulary_size, sampling, seed)
        self._candidates: NDArray[np.void] = np.zeros(native.vocabulary_size, dtype=_CANDIDATE)
        self._ids: NDArray[np.int32] = np.arange(native.vocabulary_size, dtype=np.int32)

    def draw(self, logits: NDArray[np.float32]) -> int | None:
        """The next token; None where the grammar admits none.

        The grammar is asked about the one token that was drawn; only if it refuses, about all of them. That is many
        times cheaper, and a token is drawn as the grammar has it either way.
        """
        token, _ = self._drawn(logits, bound=False)
        if self._grammar and not self._admits(token):
            token, logit = self._drawn(logits, bound=True)
            if not np.isfinite(logit):
                return None
        llama.llama_sampler_accept(self._chain, token)
        if self._grammar:
            llama.llama_sampler_accept(self._grammar, token)
        return token

    def free(self) -> None:
        """Give back what the native code holds."""
        llama.llama_sampler_free(self._chain)
        if self._grammar:
            llama.llama_sampler_free(self._grammar)

    def _drawn(self, logits: NDArray[np.float32], *, bound: bool) -> tuple[int, float]:
        self._candidates["id"], self._candidates["logit"] = self._ids, logits
        array = _array(self._candidates)
        if bound:
            llama.llama_sampler_apply(self._grammar, ctypes.byref(array))
        llama.llama_sampler_apply(self._chain, ctypes.byref(array))
        chosen = array.data[max(array.selected, 0)]
        return chosen.id, chosen.logit

    def _admits(self, token: int) -> bool:
        one: NDArray[np.void] = np.zeros(1, dtype=_CANDIDATE)
        one["id"] = token
        llama.llama_sampler_apply(self._grammar, ctypes.byref(_array(one)))
        return bool(np.isfinite(one["logit"][0]))


def _array(candidates: NDArray[np.void]) -> llama.llama_token_data_array:
    data = candidates.ctypes.data_as(llama.llama_token_data_p)
    return llama.llama_token_data_array(data, len(candidates), -1, False)  # noqa: FBT003 - C has no keywords


def _grammar(native: Native, text: str) -> llama.llama_sampler_p:
    """The grammar, if it parses: one that does not is a null pointer, and a crash at the first token.

    An empty one, or one that seems empty in C, would bind nothing, without a word.
    """
    grammar = llama.llama_sampler_init_grammar(native.vocabulary, text.encode(), b"root")
    if not grammar or not text or "\0" in text:
        raise TexscholarError("llama.cpp cannot read the grammar of the answer; report this as a bug")
    return grammar


def _chain(size: int, sampling: Sampling, seed: int) -> llama.llama_sampler_p:
    """The settings in the order that llama.cpp recommends."""
    chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
    samplers = []
    if sampling.repeat_penalty != 1.0:
        if sampling.top_k:  # a penalty lowers at most so many: whatever stays on top of them stands here already
            samplers.append(llama.llama_sampler_init_top_k(sampling.top_k + _LAST))
        samplers.append(llama.llama_sampler_init_penalties(size, _LAST, sampling.repeat_penalty, 0.0, 0.0))
    if sampling.temperature <= 0:
        samplers.append(llama.llama_sampler_init_greedy())
    else:
        if sampling.top_k:
            samplers.append(llama.llama_sampler_init_top_k(sampling.top_k))
        if sampling.top_p < 1:
            samplers.append(llama.llama_sampler_init_top_p(sampling.top_p, 1))
        if sampling.min_p > 0:
            samplers.append(llama.llama_sampler_init_min_p(sampling.min_p, 1))
        samplers.append(llama.llama_sampler_init_temp(sampling.temperature))
        samplers.append(llama.llama_sampler_init_dist(seed))
    for sampler in samplers:
        llama.llama_sampler_chain_add(chain, sampler)
    return chain
