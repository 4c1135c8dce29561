"""Scores of answers by llama.cpp, through its low-level interface; nothing else imports llama_cpp.

A prefix shared by many prompts is decoded once and forked for each of them; a prompt is forked for its
answers. LFM2 keeps state that cannot be cut back to an earlier token: forking is the way to go back.
"""

from __future__ import annotations

import ctypes
import os
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

import llama_cpp as llama
import numpy as np

from texscholar.errors import TexscholarError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from texscholar.lfm.prompts import Segment

ARCHITECTURES = ("lfm2", "lfm2moe")

# The native code calls this until the process ends; collected, it would crash.
_SILENT = llama.llama_log_callback(lambda *_: None)

_PREFIX, _PROMPT, _FIRST_ANSWER = range(3)  # sequences
_ANSWERS_AT_ONCE = 32
_BATCH = 512  # tokens


class Step(NamedTuple):
    """A token to decode, and whether what follows it is asked for."""

    sequence: int
    position: int
    token: int
    wanted: bool


class Engine:
    """A model with one context; the process that made it ends with it, so nothing is freed."""

    def __init__(self, path: str, *, context: int, threads: int) -> None:
        llama.llama_log_set(_SILENT, None)
        llama.llama_backend_init()
        model = _model(path)
        self.architecture = _architecture(model)
        self._context = _context(model, context, threads)
        self._room = llama.llama_n_ctx(self._context)
        self._memory = llama.llama_get_memory(self._context)
        self._vocabulary = llama.llama_model_get_vocab(model)
        self._vocabulary_size = llama.llama_vocab_n_tokens(self._vocabulary)
        self._held: list[int] | None = None  # tokens of the prefix sequence; None while it is in doubt

    def score(
        self, prefix: Sequence[Segment], prompt: Sequence[Segment], answers: Sequence[Sequence[Segment]]
    ) -> list[float]:
        """The natural logarithm of each answer's probability after prefix and prompt.

        Raises:
            TexscholarError: prompt and answers do not fit the context, or llama.cpp gives up on them.
        """
        shared, own = self._tokens(prefix), self._tokens(prompt)
        scored = [self._tokens(answer) for answer in answers]
        self._check_room(len(shared) + len(own) + sum(map(len, scored)))
        self._hold(shared)
        self._fork(_PREFIX, _PROMPT)
        (first,) = self._decode(_steps(_PROMPT, len(shared), own, wanted=len(own) - 1))
        later = self._after_first(len(shared) + len(own), scored)
        return [float(first[answer[0]]) + rest for answer, rest in zip(scored, later, strict=True)]

    def _after_first(self, start: int, answers: Sequence[Sequence[int]]) -> Iterator[float]:
        """Of each answer, the log-probability of its tokens after the first."""
        remaining = iter(answers)
        while group := list(islice(remaining, _ANSWERS_AT_ONCE)):
            for sequence in range(_FIRST_ANSWER, _FIRST_ANSWER + len(group)):
                self._fork(_PROMPT, sequence)
            rows = self._decode(
                chain.from_iterable(
                    _steps(sequence, start, answer[:-1], wanted=0)
                    for sequence, answer in enumerate(group, _FIRST_ANSWER)
                )
            )
            for answer in group:
                yield sum(float(next(rows)[token]) for token in answer[1:])

    def _tokens(self, segments: Sequence[Segment]) -> list[int]:
        return [token for segment in segments for token in self._segment_tokens(segment)]

    def _segment_tokens(self, segment: Segment) -> list[int]:
        data = segment.text.encode()
        buffer = (llama.llama_token * (len(data) + 1))()  # no token is shorter than a byte
        begin = False  # the beginning of text is written in the prompt
        count = llama.llama_tokenize(self._vocabulary, data, len(data), buffer, len(buffer), begin, segment.control)
        return list(buffer[:count])

    def _check_room(self, tokens: int) -> None:
        if tokens > self._room:
            raise TexscholarError(
                f"the question has {tokens} tokens and the context {self._room}; offer fewer candidates"
            )

    def _hold(self, prefix: list[int]) -> None:
        """Have exactly this prefix in its sequence, and nothing in the others."""
        if self._held == prefix:
            for sequence in range(_PROMPT, _FIRST_ANSWER + _ANSWERS_AT_ONCE):
                llama.llama_memory_seq_rm(self._memory, sequence, -1, -1)
            return
        self._held = None
        llama.llama_memory_clear(self._memory, True)  # noqa: FBT003 - C has no keywords
        for _ in self._decode(_steps(_PREFIX, 0, prefix, wanted=len(prefix))):
            pass
        self._held = prefix

    def _fork(self, source: int, target: int) -> None:
        """Have in the target what the source holds, and nothing else."""
        llama.llama_memory_seq_rm(self._memory, target, -1, -1)
        llama.llama_memory_seq_cp(self._memory, source, target, -1, -1)

    def _decode(self, steps: Iterator[Step]) -> Iterator[NDArray[np.float64]]:
        """After each wanted step, the log-probabilities of the next token."""
        while batch := list(islice(steps, _BATCH)):
            self._decode_batch(batch)
            for index, step in enumerate(batch):
                if step.wanted:
                    yield self._log_probabilities(index)

    def _decode_batch(self, steps: Sequence[Step]) -> None:
        batch = llama.llama_batch_init(len(steps), 0, 1)
        batch.n_tokens = len(steps)
        for index, step in enumerate(steps):
            batch.token[index], batch.pos[index], batch.logits[index] = step.token, step.position, step.wanted
            batch.n_seq_id[index], batch.seq_id[index][0] = 1, step.sequence
        status = llama.llama_decode(self._context, batch)
        llama.llama_batch_free(batch)
        if status:
            raise TexscholarError(f"llama.cpp gave up with status {status}; choose another model")

    def _log_probabilities(self, index: int) -> NDArray[np.float64]:
        pointer = llama.llama_get_logits_ith(self._context, index)
        logits = np.ctypeslib.as_array(pointer, shape=(self._vocabulary_size,)).astype(np.float64)
        top = logits.max()
        return np.asarray(logits - (top + np.log(np.exp(logits - top).sum())))


def _steps(sequence: int, start: int, tokens: Sequence[int], *, wanted: int) -> Iterator[Step]:
    """The tokens in order, with what follows asked for from the ``wanted``-th on."""
    for index, token in enumerate(tokens):
        yield Step(sequence, start + index, token, index >= wanted)


def _model(path: str) -> llama.llama_model_p:
    parameters = llama.llama_model_default_params()
    parameters.n_gpu_layers = 0  # a graphics driver would make numbers differ between machines
    model = llama.llama_model_load_from_file(os.fsencode(path), parameters)
    if not model:
        raise TexscholarError(
            "llama.cpp cannot load the file (cut short, damaged or of an unknown kind); download it again"
        )
    return model


def _architecture(model: llama.llama_model_p) -> str:
    """The model's architecture, which is one that can answer."""
    architecture = _metadata(model, "general.architecture")
    if architecture not in ARCHITECTURES:
        raise TexscholarError(f"the model is of architecture {architecture!r}; choose an LFM2 or LFM2.5 model")
    if _metadata(model, f"{architecture}.attention.causal") == "false":
        raise TexscholarError("the model makes embeddings and cannot answer; choose an instruct model")
    return architecture


def _metadata(model: llama.llama_model_p, key: str) -> str:
    """A value of the file's metadata, empty if there is none."""
    buffer = ctypes.create_string_buffer(64)
    llama.llama_model_meta_val_str(model, key.encode(), buffer, len(buffer))
    return buffer.value.decode(errors="replace")


def _context(model: llama.llama_model_p, size: int, threads: int) -> llama.llama_context_p:
    parameters = llama.llama_context_default_params()
    parameters.n_ctx = size
    parameters.n_batch = parameters.n_ubatch = _BATCH
    parameters.n_seq_max = _FIRST_ANSWER + _ANSWERS_AT_ONCE
    parameters.kv_unified = True  # forks share the cells of their prefix
    parameters.n_threads = parameters.n_threads_batch = threads
    # Its kernel depends on the size of the batch: the same answer would score differently in another company.
    parameters.flash_attn_type = llama.LLAMA_FLASH_ATTN_TYPE_DISABLED
    parameters.offload_kqv = parameters.op_offload = False
    context = llama.llama_init_from_model(model, parameters)
    if not context:
        raise TexscholarError("there is not enough memory for the model; choose a smaller one")
    return context
