"""Makes ``reference.json``: what transformers and PEFT compute with the untrained models, for comparison.

    pip install torch==2.13.0 transformers==5.23.0 peft==0.21.2
    cd tests && python -m models.make_reference

Nothing of this is needed to run the tests. The weights are those of ``untrained.py``, the sizes and the seed too.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from transformers import Lfm2Config, Lfm2ForCausalLM, Lfm2MoeConfig, Lfm2MoeForCausalLM

from models.untrained import (
    ATTENTION,
    BEGIN,
    CONTEXT,
    END_OF_TURN,
    PAD,
    SHAPES,
    Shape,
    Tensor,
    adapter_tensors,
    random_values,
    tensors_of,
    vocabulary_of,
)

MODEL_SEED, ADAPTER_SEED, RANK = 0, 1, 4
PROMPTS = ((1, 6, 40, 41, 42, 7), (1, *range(20, 260, 3), 6, 99, 270, 7, 6))

_MODULES = {
    "attn_norm": "operator_norm",
    "ffn_norm": "ffn_norm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.out_proj",
    "attn_q_norm": "self_attn.q_layernorm",
    "attn_k_norm": "self_attn.k_layernorm",
    "shortconv.conv": "conv.conv",
    "shortconv.in_proj": "conv.in_proj",
    "shortconv.out_proj": "conv.out_proj",
    "ffn_gate": "feed_forward.w1",
    "ffn_down": "feed_forward.w2",
    "ffn_up": "feed_forward.w3",
    "ffn_gate_inp": "feed_forward.gate",
}


def arrays(tensors: list[Tensor], seed: int) -> dict[str, torch.Tensor]:
    """The numbers that stand in the GGUF file, by the names there."""
    values = random_values(seed)
    return {t.name: torch.from_numpy(np.frombuffer(values(t), np.float32).reshape(t.shape).copy()) for t in tensors}


def module_of(name: str) -> str:
    """The path of a transformers module of a tensor in GGUF, without the kind of weight."""
    if name.startswith("token_embd"):
        return "model.embedding_norm" if "norm" in name else "model.embed_tokens"
    _, layer, rest = name.removesuffix(".weight").split(".", 2)
    return f"model.layers.{layer}.{_MODULES[rest]}"


def state_of(shape: Shape) -> dict[str, torch.Tensor]:
    """The weights by the names of transformers."""
    given = arrays(list(tensors_of(shape)), MODEL_SEED)
    state = {}
    for name, value in given.items():
        if "_exps" in name or "exp_probs" in name:
            continue
        state[f"{module_of(name)}.weight"] = value.unsqueeze(1) if "shortconv.conv" in name else value
    for layer in range(len(shape.layers)):
        if not shape.is_dense(layer):
            own = {part: given[f"blk.{layer}.ffn_{part}_exps.weight"] for part in ("gate", "up", "down")}
            place = f"model.layers.{layer}.feed_forward"
            state[f"{place}.experts.gate_up_proj"] = torch.cat([own["gate"], own["up"]], dim=1)
            state[f"{place}.experts.down_proj"] = own["down"]
            state[f"{place}.expert_bias"] = given[f"blk.{layer}.exp_probs_b.bias"]
    state["lm_head.weight"] = state["model.embed_tokens.weight"]
    return state


def model_of(shape: Shape) -> torch.nn.Module:
    """The model in transformers."""
    common = {
        "vocab_size": len(vocabulary_of(shape)),
        "hidden_size": shape.hidden,
        "intermediate_size": shape.feed_forward,
        "num_hidden_layers": len(shape.layers),
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "layer_types": ["full_attention" if kind == ATTENTION else "conv" for kind in shape.layers],
        "max_position_embeddings": CONTEXT,
        "conv_L_cache": shape.kernel,
        "conv_bias": False,
        "norm_eps": 1e-5,
        "pad_token_id": PAD,
        "bos_token_id": BEGIN,
        "eos_token_id": END_OF_TURN,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e6},
    }
    if shape.experts:
        config = Lfm2MoeConfig(
            moe_intermediate_size=shape.expert_feed_forward,
            num_dense_layers=shape.dense_layers,
            num_experts=shape.experts,
            num_experts_per_tok=shape.experts_used,
            use_expert_bias=True,
            norm_topk_prob=True,
            **common,
        )
        model = Lfm2MoeForCausalLM(config)
    else:
        model = Lfm2ForCausalLM(Lfm2Config(block_auto_adjust_ff_dim=False, **common))
    model.load_state_dict(state_of(shape), strict=True)
    return model.float().eval()


def adapted(model: torch.nn.Module, shape: Shape) -> torch.nn.Module:
    """The model with the adapter on top."""
    config = LoraConfig(
        r=RANK, lora_alpha=2 * RANK, target_modules="all-linear", lora_dropout=0.0, task_type="CAUSAL_LM"
    )
    peft = get_peft_model(model, config)
    state = {}
    for name, value in arrays(list(adapter_tensors(shape, RANK)), ADAPTER_SEED).items():
        base, _, which = name.rpartition(".lora_")
        state[f"base_model.model.{module_of(base)}.lora_{which.upper()}.default.weight"] = value
    expected = {name for name in peft.state_dict() if ".lora_" in name}
    assert expected == set(state), sorted(expected ^ set(state))
    peft.load_state_dict(state, strict=False)
    return peft.eval()


@torch.no_grad()
def last_logits(model: torch.nn.Module) -> list[list[float]]:
    """For each prompt the logits after its last token."""
    rows = [model(input_ids=torch.tensor([prompt])).logits[0, -1] for prompt in PROMPTS]
    return [[round(float(value), 6) for value in row] for row in rows]


def main() -> None:
    """Write the file."""
    torch.set_num_threads(1)
    found = {"prompts": PROMPTS}
    for name in ("lfm2", "lfm2moe"):
        model = model_of(SHAPES[name])
        found[name] = {"base": last_logits(model), "adapted": last_logits(adapted(model, SHAPES[name]))}
    path = Path(__file__).with_name("reference.json")
    path.write_text(json.dumps(found) + "\n", encoding="ascii")
    print(path, path.stat().st_size, file=sys.stderr)


if __name__ == "__main__":
    main()
