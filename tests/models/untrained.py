"""Writes tiny models with random weights as GGUF, with nothing but the standard library.

The layout follows the GGUF specification, version 3: header, metadata, tensor descriptions, aligned data.
Names and metadata are those that llama.cpp reads for the architectures `lfm2` and `llama`.
"""

from __future__ import annotations

import random
import struct
from array import array
from dataclasses import dataclass
from math import prod, sqrt
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

# The first tokens of the published LFM2 tokenizer.
CONTROL_TOKENS = (
    *("<|pad|>", "<|startoftext|>", "<|endoftext|>", "<|fim_pre|>", "<|fim_mid|>", "<|fim_suf|>"),
    *("<|im_start|>", "<|im_end|>", "<|tool_list_start|>", "<|tool_list_end|>", "<|tool_call_start|>"),
    *("<|tool_call_end|>", "<|tool_response_start|>", "<|tool_response_end|>"),
)
PAD, BEGIN, END_OF_TURN = 0, 1, 7

HIDDEN, FEED_FORWARD, HEADS, KV_HEADS, KERNEL = 64, 128, 4, 2, 3
LAYERS = ("convolution", "attention", "convolution")
CONTEXT = 4096
ALIGNMENT = 32

T = TypeVar("T")

_UINT32, _INT32, _FLOAT32, _BOOL, _STRING, _ARRAY = 4, 5, 6, 7, 8, 9
_PLAIN, _CONTROL = 1, 3  # kinds of token
_F32 = 0  # type of tensor


@dataclass(frozen=True)
class Tensor:
    """A matrix or vector; the shape is (out, in), as in torch."""

    name: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        return 4 * prod(self.shape)


def write_untrained(path: Path, *, architecture: str = "lfm2", causal: bool = True, seed: int = 0) -> Path:
    """A model of one convolution-attention-convolution stack (or attention only, for `llama`) at ``path``."""
    tensors = tuple(_tensors(architecture))
    metadata = tuple(_metadata(architecture, causal=causal))
    header = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    head = header + b"".join(metadata) + b"".join(_descriptions(tensors))
    numbers = random.Random(seed)
    path.write_bytes(_padded(head) + b"".join(_padded(_values(tensor, numbers)) for tensor in tensors))
    return path


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % ALIGNMENT)


def _values(tensor: Tensor, numbers: random.Random) -> bytes:
    count = prod(tensor.shape)
    if len(tensor.shape) == 1:  # a norm
        return array("f", [1.0] * count).tobytes()
    spread = 1 / sqrt(tensor.shape[-1])
    return array("f", [numbers.gauss(0, spread) for _ in range(count)]).tobytes()


def _descriptions(tensors: Sequence[Tensor]) -> Iterator[bytes]:
    offset = 0
    for tensor in tensors:
        dimensions = tensor.shape[::-1]
        yield _text(tensor.name) + struct.pack(f"<I{len(dimensions)}QIQ", len(dimensions), *dimensions, _F32, offset)
        offset += tensor.size + -tensor.size % ALIGNMENT


def _tensors(architecture: str) -> Iterator[Tensor]:
    yield Tensor("token_embd.weight", (len(_vocabulary()), HIDDEN))
    yield Tensor("token_embd_norm.weight" if architecture == "lfm2" else "output_norm.weight", (HIDDEN,))
    for number, kind in enumerate(_layers(architecture)):
        for name, *shape in _layer(architecture, kind):
            yield Tensor(f"blk.{number}.{name}.weight", tuple(shape))


def _layers(architecture: str) -> tuple[str, ...]:
    return LAYERS if architecture == "lfm2" else ("attention",)


def _layer(architecture: str, kind: str) -> Iterator[tuple[str, *tuple[int, ...]]]:
    yield from (("attn_norm", HIDDEN), ("ffn_norm", HIDDEN))
    yield from (("ffn_gate", FEED_FORWARD, HIDDEN), ("ffn_up", FEED_FORWARD, HIDDEN))
    yield ("ffn_down", HIDDEN, FEED_FORWARD)
    head = HIDDEN // HEADS
    if kind == "attention":
        yield from (("attn_q", HIDDEN, HIDDEN), ("attn_output", HIDDEN, HIDDEN))
        yield from (("attn_k", KV_HEADS * head, HIDDEN), ("attn_v", KV_HEADS * head, HIDDEN))
        if architecture == "lfm2":
            yield from (("attn_q_norm", head), ("attn_k_norm", head))
    else:
        yield ("shortconv.conv", HIDDEN, KERNEL)
        yield from (("shortconv.in_proj", 3 * HIDDEN, HIDDEN), ("shortconv.out_proj", HIDDEN, HIDDEN))


def _metadata(architecture: str, *, causal: bool) -> Iterator[bytes]:
    layers = _layers(architecture)
    yield _string("general.architecture", architecture)
    yield _string("general.name", "untrained")
    for key, value in (
        ("block_count", len(layers)),
        ("context_length", CONTEXT),
        ("embedding_length", HIDDEN),
        ("feed_forward_length", FEED_FORWARD),
        ("attention.head_count", HEADS),
        ("vocab_size", len(_vocabulary())),
        ("shortconv.l_cache", KERNEL),
    ):
        yield _key(f"{architecture}.{key}", _UINT32, struct.pack("<I", value))
    # No key-value heads: this is how llama.cpp knows a convolution.
    heads = [KV_HEADS if kind == "attention" else 0 for kind in layers]
    yield _list(f"{architecture}.attention.head_count_kv", _INT32, heads, _int32)
    for key, number in (("rope.freq_base", 1e6), ("attention.layer_norm_rms_epsilon", 1e-5)):
        yield _key(f"{architecture}.{key}", _FLOAT32, struct.pack("<f", number))
    yield _key(f"{architecture}.attention.causal", _BOOL, bytes([causal]))
    yield from _tokenizer()


def _tokenizer() -> Iterator[bytes]:
    vocabulary = _vocabulary()
    kinds = [_CONTROL if token in CONTROL_TOKENS else _PLAIN for token in vocabulary]
    yield _string("tokenizer.ggml.model", "gpt2")
    yield _string("tokenizer.ggml.pre", "lfm2")
    yield _list("tokenizer.ggml.tokens", _STRING, vocabulary, _text)
    yield _list("tokenizer.ggml.token_type", _INT32, kinds, _int32)
    yield _list("tokenizer.ggml.merges", _STRING, ["n o"], _text)
    for role, token in (("bos", BEGIN), ("eos", END_OF_TURN), ("padding", PAD)):
        yield _key(f"tokenizer.ggml.{role}_token_id", _UINT32, struct.pack("<I", token))
    yield _key("tokenizer.ggml.add_bos_token", _BOOL, b"\x01")


def _vocabulary() -> tuple[str, ...]:
    """The control tokens, one token for each byte as GPT-2 spells bytes, and one merged token."""
    printable = (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100))
    rest = 256 - len(printable)
    return (*CONTROL_TOKENS, *map(chr, printable), *(chr(256 + number) for number in range(rest)), "no")


def _string(key: str, value: str) -> bytes:
    return _key(key, _STRING, _text(value))


def _list(key: str, kind: int, values: Sequence[T], encoded: Callable[[T], bytes]) -> bytes:
    data = struct.pack("<IQ", kind, len(values)) + b"".join(map(encoded, values))
    return _key(key, _ARRAY, data)


def _key(key: str, kind: int, data: bytes) -> bytes:
    return _text(key) + struct.pack("<I", kind) + data


def _int32(value: int) -> bytes:
    return struct.pack("<i", value)


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data
