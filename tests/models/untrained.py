"""Writes models with random weights as GGUF, and adapters for them, with nothing but the standard library.

The layout follows the GGUF specification, version 3: header, metadata, tensor descriptions, aligned data.
Names and metadata are those that llama.cpp reads for the architectures `lfm2`, `lfm2moe` and `llama`.
"""

from __future__ import annotations

import random
import struct
from array import array
from dataclasses import dataclass
from itertools import islice, product
from math import prod, sqrt
from typing import TYPE_CHECKING, TypeVar

from models.templates import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

# The first tokens of the published LFM2 tokenizer.
CONTROL_TOKENS = (
    *("<|pad|>", "<|startoftext|>", "<|endoftext|>", "<|fim_pre|>", "<|fim_mid|>", "<|fim_suf|>"),
    *("<|im_start|>", "<|im_end|>", "<|tool_list_start|>", "<|tool_list_end|>", "<|tool_call_start|>"),
    *("<|tool_call_end|>", "<|tool_response_start|>", "<|tool_response_end|>"),
)
PAD, BEGIN, END_OF_TURN = 0, 1, 7
CONTEXT = 4096
ALIGNMENT = 32
F32, F16 = 0, 1  # types of tensor

T = TypeVar("T")

_UINT32, _INT32, _FLOAT32, _BOOL, _STRING, _ARRAY = 4, 5, 6, 7, 8, 9
_PLAIN, _CONTROL = 1, 3  # kinds of token
_SIGMOID = 2  # kind of gate
CONVOLUTION, ATTENTION = "convolution", "attention"


@dataclass(frozen=True)
class Shape:
    """The sizes of a model; without ``experts`` every layer is dense."""

    architecture: str = "lfm2"
    hidden: int = 64
    feed_forward: int = 128
    heads: int = 4
    kv_heads: int = 2
    kernel: int = 3
    layers: tuple[str, ...] = (CONVOLUTION, ATTENTION, CONVOLUTION)
    vocabulary: int = 0  # 0: as many tokens as are needed
    tokens: tuple[str, ...] = ()  # further ones, as GPT-2 spells them
    experts: int = 0
    experts_used: int = 2
    expert_feed_forward: int = 32
    dense_layers: int = 1

    def is_dense(self, layer: int) -> bool:
        return not self.experts or layer < self.dense_layers


SHAPES = {
    "lfm2": Shape(),
    "lfm2moe": Shape("lfm2moe", experts=4),
    "llama": Shape("llama", layers=(ATTENTION,)),
}


@dataclass(frozen=True)
class Tensor:
    """A matrix or vector; the shape is (out, in), as in torch."""

    name: str
    shape: tuple[int, ...]
    kind: int = F32

    @property
    def size(self) -> int:
        return (4 if self.kind == F32 else 2) * prod(self.shape)


def write_untrained(
    path: Path, *, architecture: str = "lfm2", causal: bool = True, seed: int = 0, template: str = "lfm2.5"
) -> Path:
    """A model of one convolution-attention-convolution stack (or attention only, for `llama`) at ``path``."""
    shape = SHAPES[architecture]
    metadata = tuple(metadata_of(shape, causal=causal, template=template))
    return write_gguf(path, metadata, tuple(tensors_of(shape)), random_values(seed))


def write_adapter(path: Path, *, architecture: str = "lfm2", seed: int = 1, rank: int = 4) -> Path:
    """A LoRA adapter of random numbers for all dense matrices of the layers."""
    metadata = (
        _string("general.architecture", architecture),
        _string("general.type", "adapter"),
        _string("adapter.type", "lora"),
        _key("adapter.lora.alpha", _FLOAT32, struct.pack("<f", 2.0 * rank)),
    )
    return write_gguf(path, metadata, tuple(adapter_tensors(SHAPES[architecture], rank)), random_values(seed))


def adapter_tensors(shape: Shape, rank: int) -> Iterator[Tensor]:
    """Two thin matrices for each matrix that PEFT calls linear."""
    for tensor in tensors_of(shape):
        is_linear = len(tensor.shape) == 2 and tensor.name.startswith("blk.")
        if is_linear and not any(part in tensor.name for part in ("shortconv.conv", "ffn_gate_inp")):
            out, inner = tensor.shape
            yield Tensor(f"{tensor.name}.lora_a", (rank, inner))
            yield Tensor(f"{tensor.name}.lora_b", (out, rank))


def write_gguf(
    path: Path, metadata: Sequence[bytes], tensors: Sequence[Tensor], values: Callable[[Tensor], bytes]
) -> Path:
    """The file: ``values`` gives the numbers of each tensor, in order."""
    header = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    with path.open("wb") as file:
        file.write(_padded(header + b"".join(metadata) + b"".join(_descriptions(tensors))))
        for tensor in tensors:
            file.write(_padded(values(tensor)))
    return path


def random_values(seed: int) -> Callable[[Tensor], bytes]:
    """Ones for a norm, else normally distributed numbers, as a 32-bit float each."""
    numbers = random.Random(seed)

    def values(tensor: Tensor) -> bytes:
        count = prod(tensor.shape)
        if tensor.name.endswith("norm.weight"):
            return array("f", [1.0] * count).tobytes()
        spread = 0.1 if len(tensor.shape) == 1 else 1 / sqrt(tensor.shape[-1])
        return array("f", [numbers.gauss(0, spread) for _ in range(count)]).tobytes()

    return values


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % ALIGNMENT)


def _descriptions(tensors: Sequence[Tensor]) -> Iterator[bytes]:
    offset = 0
    for tensor in tensors:
        dimensions = tensor.shape[::-1]
        head = struct.pack(f"<I{len(dimensions)}Q", len(dimensions), *dimensions)
        yield _text(tensor.name) + head + struct.pack("<IQ", tensor.kind, offset)
        offset += tensor.size + -tensor.size % ALIGNMENT


def tensors_of(shape: Shape, kind: int = F32) -> Iterator[Tensor]:
    """The tensors of a model, its large matrices of this kind."""
    is_lfm = shape.architecture != "llama"
    yield Tensor("token_embd.weight", (len(vocabulary_of(shape)), shape.hidden), kind)
    yield Tensor("token_embd_norm.weight" if is_lfm else "output_norm.weight", (shape.hidden,))
    for number, layer in enumerate(shape.layers):
        feed_forward = _dense(shape) if shape.is_dense(number) else _experts(shape)
        for name, *sizes in (*_mixing(shape, layer), *feed_forward):
            small = len(sizes) == 1 or name in ("shortconv.conv", "ffn_gate_inp")
            ending = "" if name.endswith(".bias") else ".weight"
            yield Tensor(f"blk.{number}.{name}{ending}", tuple(sizes), F32 if small else kind)


def _mixing(shape: Shape, layer: str) -> Iterator[tuple[str, *tuple[int, ...]]]:
    hidden, head = shape.hidden, shape.hidden // shape.heads
    yield from (("attn_norm", hidden), ("ffn_norm", hidden))
    if layer == ATTENTION:
        yield from (("attn_q", hidden, hidden), ("attn_output", hidden, hidden))
        yield from (("attn_k", shape.kv_heads * head, hidden), ("attn_v", shape.kv_heads * head, hidden))
        if shape.architecture != "llama":
            yield from (("attn_q_norm", head), ("attn_k_norm", head))
    else:
        yield ("shortconv.conv", hidden, shape.kernel)
        yield from (("shortconv.in_proj", 3 * hidden, hidden), ("shortconv.out_proj", hidden, hidden))


def _dense(shape: Shape) -> Iterator[tuple[str, *tuple[int, ...]]]:
    inner, hidden = shape.feed_forward, shape.hidden
    yield from (("ffn_gate", inner, hidden), ("ffn_up", inner, hidden), ("ffn_down", hidden, inner))


def _experts(shape: Shape) -> Iterator[tuple[str, *tuple[int, ...]]]:
    experts, inner, hidden = shape.experts, shape.expert_feed_forward, shape.hidden
    yield from (("ffn_gate_inp", experts, hidden), ("exp_probs_b.bias", experts))
    yield from (("ffn_gate_exps", experts, inner, hidden), ("ffn_up_exps", experts, inner, hidden))
    yield ("ffn_down_exps", experts, hidden, inner)


def metadata_of(shape: Shape, *, causal: bool = True, template: str = "lfm2.5") -> Iterator[bytes]:
    """The metadata of a model, tokenizer included."""
    name = shape.architecture
    yield _string("general.architecture", name)
    yield _string("general.name", "untrained")
    numbers = {
        "block_count": len(shape.layers),
        "context_length": CONTEXT,
        "embedding_length": shape.hidden,
        "feed_forward_length": shape.feed_forward,
        "attention.head_count": shape.heads,
        "vocab_size": len(vocabulary_of(shape)),
        "shortconv.l_cache": shape.kernel,
    }
    if shape.experts:
        numbers |= {
            "expert_count": shape.experts,
            "expert_used_count": shape.experts_used,
            "expert_feed_forward_length": shape.expert_feed_forward,
            "leading_dense_block_count": shape.dense_layers,
            "expert_gating_func": _SIGMOID,
        }
    for key, value in numbers.items():
        yield _key(f"{name}.{key}", _UINT32, struct.pack("<I", value))
    # No key-value heads: this is how llama.cpp knows a convolution.
    heads = [shape.kv_heads if kind == ATTENTION else 0 for kind in shape.layers]
    yield _list(f"{name}.attention.head_count_kv", _INT32, heads, _int32)
    for key, number in (("rope.freq_base", 1e6), ("attention.layer_norm_rms_epsilon", 1e-5)):
        yield _key(f"{name}.{key}", _FLOAT32, struct.pack("<f", number))
    yield _key(f"{name}.attention.causal", _BOOL, bytes([causal]))
    yield from _tokenizer(vocabulary_of(shape))
    if template:
        yield _string("tokenizer.chat_template", TEMPLATES[template])


def _tokenizer(vocabulary: Sequence[str]) -> Iterator[bytes]:
    kinds = [_CONTROL if token in CONTROL_TOKENS else _PLAIN for token in vocabulary]
    yield _string("tokenizer.ggml.model", "gpt2")
    yield _string("tokenizer.ggml.pre", "lfm2")
    yield _list("tokenizer.ggml.tokens", _STRING, vocabulary, _text)
    yield _list("tokenizer.ggml.token_type", _INT32, kinds, _int32)
    yield _list("tokenizer.ggml.merges", _STRING, ["n o"], _text)
    for role, token in (("bos", BEGIN), ("eos", END_OF_TURN), ("padding", PAD)):
        yield _key(f"tokenizer.ggml.{role}_token_id", _UINT32, struct.pack("<I", token))
    yield _key("tokenizer.ggml.add_bos_token", _BOOL, b"\x01")


def vocabulary_of(shape: Shape) -> tuple[str, ...]:
    """The control tokens, a token for each byte as GPT-2 spells bytes, a merged token, and words to fill it up."""
    printable = (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100))
    rest = 256 - len(printable)
    needed = (*CONTROL_TOKENS, *map(chr, printable), *(chr(256 + number) for number in range(rest)), "no")
    chosen = tuple(dict.fromkeys((*needed, *shape.tokens)))
    free = (word for word in words() if word not in shape.tokens)
    return (*chosen, *islice(free, max(0, shape.vocabulary - len(chosen))))


def words() -> Iterator[str]:
    """Words with the space before them, each a token of its own where a vocabulary is filled up with them."""
    return (f"\u0120{''.join(letters)}" for letters in product("abcdefghijklmnopqrstuvwxyz", repeat=4))


def _string(key: str, value: str) -> bytes:
    return _key(key, _STRING, _text(value))


def _list(key: str, kind: int, values: Iterable[T], encoded: Callable[[T], bytes]) -> bytes:
    items = list(map(encoded, values))
    return _key(key, _ARRAY, struct.pack("<IQ", kind, len(items)) + b"".join(items))


def _key(key: str, kind: int, data: bytes) -> bytes:
    return _text(key) + struct.pack("<I", kind) + data


def _int32(value: int) -> bytes:
    return struct.pack("<i", value)


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data
