#!/usr/bin/env python3
"""Writes tiny mixtures of experts, and what Transformers computes for them.

    pip install torch transformers gguf numpy
    Scripts/reference/mixture_fixtures.py Tests/ModelsTests/Fixtures

`mixture/rnd1` is a Qwen3-MoE network in which all positions see each other, as RND1 is; `mixture/qwen3-moe`
is for the same weights, read from left to right, and has none of its own. `gguf/rnd1.gguf` holds those of the first in the arrangement
of llama.cpp's converter. Weights and logits have seeds of their own; nothing is trained.
"""
import json
import sys
from pathlib import Path

import gguf
import numpy as np
import torch
import transformers
from transformers import Qwen3MoeConfig, Qwen3MoeForCausalLM

SHAPE = dict(
    vocab_size=64, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    head_dim=12, num_experts=5, num_experts_per_tok=3, moe_intermediate_size=20, intermediate_size=64,
    norm_topk_prob=True, decoder_sparse_step=1, mlp_only_layers=[], max_position_embeddings=512,
    rms_norm_eps=1e-6, rope_theta=1e6, tie_word_embeddings=False, hidden_act="silu", eos_token_id=61)
MASK = 62


def save(path, tensors):
    head, offset = {}, 0
    for name, value in tensors.items():
        head[name] = {"dtype": "F32", "shape": list(value.shape),
                      "data_offsets": [offset, offset + 4 * value.size]}
        offset += 4 * value.size
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for value in tensors.values():
            file.write(np.ascontiguousarray(value, np.float32).tobytes())


def model():
    torch.manual_seed(11)
    network = Qwen3MoeForCausalLM(Qwen3MoeConfig(**SHAPE)).float().eval()
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if weight.ndim == 1:
                weight.copy_(1 + 0.2 * torch.randn_like(weight))
            else:
                scale = 3.0 if name == "lm_head.weight" else 1.6 if ".mlp.gate." in name else 1.0
                weight.copy_(torch.randn_like(weight) * scale / weight.shape[1] ** 0.5)
    return network


def logits(network, ids, sees_all):
    length = len(ids)
    visible = torch.ones(length, length, dtype=torch.bool)
    if not sees_all:
        visible = visible.tril()
    mask = torch.zeros(1, 1, length, length).masked_fill(~visible, float("-inf"))
    with torch.no_grad():
        return network(torch.tensor([ids]), attention_mask=mask).logits[0].numpy()


def write(folder, network, model_type, sees_all):
    folder.mkdir(parents=True, exist_ok=True)
    config = dict(SHAPE, model_type=model_type)
    if sees_all:
        config["mask_token_id"] = MASK
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    weights = {name: weight.numpy() for name, weight in network.state_dict().items()}
    if sees_all:
        save(folder / "model.safetensors", weights)
    random, cases, tensors = np.random.default_rng(5), [], {}
    for length in (1, 2, 7, 24):
        ids = random.integers(0, SHAPE["vocab_size"] - 4, length).tolist()
        if sees_all:
            ids = [MASK if random.random() < 0.5 else token for token in ids]
        name = f"len{length}"
        tensors[name] = logits(network, ids, sees_all)
        cases.append({"name": name, "tensor": name, "input_ids": [ids],
                      "shape": [1, *tensors[name].shape]})
    reference = f"Qwen3MoeForCausalLM of transformers {transformers.__version__}, torch {torch.__version__}"
    (folder / "golden.json").write_text(json.dumps(
        {"reference": reference, "mask_token_id": MASK, "measured": {}, "cases": cases}, indent=1) + "\n")
    save(folder / "golden.safetensors",
         {name: value.reshape(1, *value.shape) for name, value in tensors.items()})
    return weights


def write_gguf(path, weights):
    architecture = gguf.MODEL_ARCH.RND1
    names = gguf.get_tensor_name_map(architecture, SHAPE["num_hidden_layers"])
    writer = gguf.GGUFWriter(path, gguf.MODEL_ARCH_NAMES[architecture])
    writer.add_block_count(SHAPE["num_hidden_layers"])
    writer.add_context_length(SHAPE["max_position_embeddings"])
    writer.add_embedding_length(SHAPE["hidden_size"])
    writer.add_feed_forward_length(SHAPE["intermediate_size"])
    writer.add_head_count(SHAPE["num_attention_heads"])
    writer.add_head_count_kv(SHAPE["num_key_value_heads"])
    writer.add_key_length(SHAPE["head_dim"])
    writer.add_value_length(SHAPE["head_dim"])
    writer.add_layer_norm_rms_eps(SHAPE["rms_norm_eps"])
    writer.add_rope_freq_base(SHAPE["rope_theta"])
    writer.add_expert_count(SHAPE["num_experts"])
    writer.add_expert_used_count(SHAPE["num_experts_per_tok"])
    writer.add_expert_feed_forward_length(SHAPE["moe_intermediate_size"])
    writer.add_causal_attention(False)
    writer.add_mask_token_id(MASK)
    writer.add_eos_token_id(SHAPE["eos_token_id"])
    experts = {}
    for name, values in weights.items():
        if ".experts." in name:
            layer, rest = name.split(".layers.")[1].split(".mlp.experts.")
            number, part = rest.split(".", 1)
            experts.setdefault((layer, part), {})[int(number)] = values
        else:
            writer.add_tensor(names.get_name(name, try_suffixes=(".weight",)), values)
    for (layer, part), values in experts.items():
        name = f"model.layers.{layer}.mlp.experts.{part}"
        merged = np.stack([values[index] for index in range(len(values))])
        writer.add_tensor(names.get_name(name, try_suffixes=(".weight",)), merged)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    root = Path(sys.argv[1])
    network = model()
    weights = write(root / "mixture/rnd1", network, "rnd1", True)
    write(root / "mixture/qwen3-moe", network, "qwen3_moe", False)
    write_gguf(root / "gguf/rnd1.gguf", weights)


if __name__ == "__main__":
    main()
