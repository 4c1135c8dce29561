"""llama.cpp through its low-level interface: one model, one context, checked at every step.

What llama.cpp would take and then crash on is refused here: files that do not load, adapters that do not fit (it gives
a null pointer, which is not None), models without the control tokens of a conversation.
"""

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING, NamedTuple, cast

import llama_cpp as llama
import numpy as np

from texscholar.errors import TexscholarError
from texscholar.lfm.chat import Dialect, dialect_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from texscholar.lfm.chat import Segment

ARCHITECTURES = ("lfm2", "lfm2moe")
BATCH = 512  # tokens
MOST_WANTED = 64  # steps of a batch after which the next token is asked for: of each, a number for every token is kept
TRUNK, FIRST_FORK, FORKS = 0, 1, 32  # sequences

State = ctypes.Array[ctypes.c_uint8]

# The native code calls this until the process ends; collected, it would crash.
_SILENT = llama.llama_log_callback(lambda *_: None)

_F32 = 0  # type of a tensor
_ALL = -1  # for a position: from the first, to the last


class Step(NamedTuple):
    """A token to decode, and whether what follows it is asked for."""

    sequence: int
    position: int
    token: int
    wanted: bool = False


class Native:
    """A model with one context; the process that made it ends with it, so nothing is freed.

    Args:
        path: the model.
        lora: an adapter on top of it.
        context: the tokens of all sequences together.
        threads: of the computation.
        exact: keys and values in full precision, for comparing numbers.
    """

    def __init__(self, path: str, *, lora: str | None, context: int, threads: int, exact: bool = False) -> None:
        llama.llama_log_set(_SILENT, None)
        llama.llama_backend_init()
        model = _model(path)
        self.architecture = _architecture(model)
        self.vocabulary = llama.llama_model_get_vocab(model)
        self.vocabulary_size: int = llama.llama_vocab_n_tokens(self.vocabulary)
        self._check_chat()
        template = llama.llama_model_chat_template(model, None) or b""
        self.dialect: Dialect = dialect_of(template.decode(errors="replace"))
        self.context = _context(model, context, threads, exact=exact)
        self.room: int = llama.llama_n_ctx(self.context)
        self._memory = llama.llama_get_memory(self.context)
        self._batch = llama.llama_batch_init(BATCH, 0, 1)
        if lora:
            _adapt(model, self.context, lora)

    # -- tokens

    def tokens(self, segments: Sequence[Segment]) -> list[int]:
        """The tokens of a text; control tokens only where a segment is one of control."""
        return [token for segment in segments for token in self._segment_tokens(segment.text, control=segment.control)]

    def _segment_tokens(self, text: str, *, control: bool) -> list[int]:
        data = text.encode()
        buffer = (llama.llama_token * (len(data) + 1))()  # no token is shorter than a byte
        begin = False  # the beginning of text is written in the prompt
        count = llama.llama_tokenize(self.vocabulary, data, len(data), buffer, len(buffer), begin, control)
        return list(buffer[:count])

    def piece(self, token: int) -> bytes:
        """What a token stands for, control tokens written out."""
        buffer = ctypes.create_string_buffer(64)
        control = True
        count = llama.llama_token_to_piece(self.vocabulary, token, buffer, len(buffer), 0, control)
        if count < 0:
            buffer = ctypes.create_string_buffer(-count)
            count = llama.llama_token_to_piece(self.vocabulary, token, buffer, len(buffer), 0, control)
        return bytes(buffer.raw[:count])

    def ends(self, token: int) -> bool:
        """Whether a token ends the answer."""
        return bool(llama.llama_vocab_is_eog(self.vocabulary, token))

    def _check_chat(self) -> None:
        start, end = (self._segment_tokens(text, control=True) for text in ("<|im_start|>", "<|im_end|>"))
        if len(start) != 1 or len(end) != 1 or not self.ends(end[0]):
            raise TexscholarError("the model has no tokens for a conversation; choose an instruct model")

    # -- evaluation

    def decode(self, steps: Sequence[Step]) -> None:
        """Evaluate one batch."""
        batch = self._batch
        batch.n_tokens = len(steps)
        for index, step in enumerate(steps):
            batch.token[index], batch.pos[index], batch.logits[index] = step.token, step.position, step.wanted
            batch.n_seq_id[index], batch.seq_id[index][0] = 1, step.sequence
        status = llama.llama_decode(self.context, batch)
        if status:
            raise TexscholarError(f"llama.cpp gave up with status {status}; choose another model")

    def logits(self, index: int) -> NDArray[np.float32]:
        """What was computed after a wanted step of the last batch, by its place there; valid until the next batch."""
        pointer = llama.llama_get_logits_ith(self.context, index)
        if not pointer:
            raise TexscholarError("llama.cpp computed nothing; choose another model")
        return np.ctypeslib.as_array(pointer, shape=(self.vocabulary_size,))

    # -- memory

    def clear(self) -> None:
        """Forget all sequences."""
        llama.llama_memory_clear(self._memory, True)  # noqa: FBT003 - C has no keywords

    def forget(self, sequence: int) -> None:
        """Forget one sequence."""
        llama.llama_memory_seq_rm(self._memory, sequence, _ALL, _ALL)

    def fork(self, sequence: int) -> None:
        """Have in a sequence what the trunk holds."""
        llama.llama_memory_seq_cp(self._memory, TRUNK, sequence, _ALL, _ALL)

    def checkpoint(self) -> State:
        """What no position remembers of the trunk as it stands: the state of its convolutions."""
        return self._state(llama.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY)

    def go_back(self, checkpoint: State, position: int) -> bool:
        """Have the trunk as it was at a checkpoint, taken at this position; False if that is impossible."""
        flags = llama.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY
        taken = llama.llama_state_seq_set_data_ext(self.context, checkpoint, len(checkpoint), TRUNK, flags)
        return taken == len(checkpoint) and bool(llama.llama_memory_seq_rm(self._memory, TRUNK, position, _ALL))

    def snapshot(self) -> State:
        """All of the trunk as it stands."""
        return self._state(llama.LLAMA_STATE_SEQ_FLAGS_NONE)

    def restore(self, snapshot: State) -> bool:
        """Have the trunk as it was at a snapshot, and nothing else."""
        self.clear()
        flags = llama.LLAMA_STATE_SEQ_FLAGS_NONE
        taken = llama.llama_state_seq_set_data_ext(self.context, snapshot, len(snapshot), TRUNK, flags)
        return bool(taken == len(snapshot))

    def _state(self, flags: int) -> State:
        size = llama.llama_state_seq_get_size_ext(self.context, TRUNK, flags)
        state = (ctypes.c_uint8 * size)()
        if llama.llama_state_seq_get_data_ext(self.context, state, size, TRUNK, flags) != size:
            raise TexscholarError("llama.cpp cannot save what it evaluated; choose another model")
        return cast("State", state)


def _model(path: str) -> llama.llama_model_p:
    parameters = llama.llama_model_default_params()
    parameters.n_gpu_layers = 0  # a graphics driver would make numbers differ between machines
    # Read once, not mapped: a mapped file counts a second time beside the weights that are rearranged for speed,
    # and one that somebody cuts short meanwhile would end the process.
    parameters.load_mode = llama.LLAMA_LOAD_MODE_NONE
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


def _context(model: llama.llama_model_p, size: int, threads: int, *, exact: bool) -> llama.llama_context_p:
    parameters = llama.llama_context_default_params()
    parameters.n_ctx = size
    parameters.n_batch = parameters.n_ubatch = BATCH
    parameters.n_outputs_max = MOST_WANTED
    parameters.n_seq_max = FIRST_FORK + FORKS
    parameters.kv_unified = True  # forks share the cells of their prefix
    parameters.n_threads = parameters.n_threads_batch = threads
    # Its kernel depends on the size of the batch: the same answer would score differently in another company.
    parameters.flash_attn_type = llama.LLAMA_FLASH_ATTN_TYPE_DISABLED
    parameters.offload_kqv = parameters.op_offload = False
    if exact:
        parameters.type_k = parameters.type_v = _F32
    context = llama.llama_init_from_model(model, parameters)
    if not context:
        raise TexscholarError("there is not enough memory for the model; choose a smaller one")
    return context


def _adapt(model: llama.llama_model_p, context: llama.llama_context_p, path: str) -> None:
    adapter = llama.llama_adapter_lora_init(model, os.fsencode(path))
    if not adapter:  # a null pointer; it is not None
        raise TexscholarError(
            "the adapter is damaged or was made for another model; name the one that was trained on this model"
        )
    adapters, scales = (llama.llama_adapter_lora_p_ctypes * 1)(adapter), (ctypes.c_float * 1)(1.0)
    if llama.llama_set_adapters_lora(context, adapters, 1, scales):
        raise TexscholarError("llama.cpp does not take the adapter; name the one that was trained on this model")
