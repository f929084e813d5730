#!/usr/bin/env python3
"""Writes GGUF files with the PyPI package `gguf`, for the tests to read.

    pip install gguf numpy
    Scripts/reference/gguf_fixtures.py Tests/ModelsTests/Fixtures

`gguf/kinds.gguf` has a tensor of every kind of blocks, made of arbitrary bytes with reasonable scales,
and what the package makes of it, as F32 under `expected.KIND`. The others are models of the fixtures, in
the arrangement of llama.cpp's converter; their logits are those of the safetensors they were made of.
"""
import json
import sys
from pathlib import Path

import gguf
import numpy as np
from gguf.constants import GGML_QUANT_SIZES, MODEL_ARCH, GGMLQuantizationType

# Where the halves of a block are that must be reasonable numbers.
SCALES = {
    "Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q2_K": [80, 82],
    "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "IQ4_NL": [0], "IQ4_XS": [0],
}


def kinds(path):
    random = np.random.default_rng(7)
    writer = gguf.GGUFWriter(path, "kinds")
    for name, offsets in SCALES.items():
        kind = GGMLQuantizationType[name]
        length, size = GGML_QUANT_SIZES[kind]
        blocks = 2 * 512 // length
        data = random.integers(0, 256, (blocks, size), dtype=np.uint8)
        for offset in offsets:
            halves = random.uniform(-0.02, 0.02, blocks).astype(np.float16)
            data[:, offset:offset + 2] = halves.view(np.uint8).reshape(blocks, 2)
        data = data.reshape(2, -1)
        writer.add_tensor(name, data, raw_dtype=kind)
        values = gguf.quants.dequantize(data, kind).astype(np.float32)
        assert values.shape == (2, 512) and np.isfinite(values).all()
        writer.add_tensor(f"expected.{name}", values)
    values = random.normal(size=(2, 512)).astype(np.float32)
    for name in ["F32", "F16", "BF16"]:
        kind = GGMLQuantizationType[name]
        data = gguf.quants.quantize(values, kind)
        writer.add_tensor(name, data, raw_dtype=kind)
        writer.add_tensor(f"expected.{name}", gguf.quants.dequantize(data, kind).astype(np.float32))
    finish(writer)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def tensors(folder):
    """The tensors of a safetensors file, as float32, and whether they were bfloat16."""
    data = (folder / "model.safetensors").read_bytes()
    size = int.from_bytes(data[:8], "little")
    found = {}
    for name, entry in json.loads(data[8:8 + size]).items():
        if name == "__metadata__":
            continue
        start, end = (8 + size + offset for offset in entry["data_offsets"])
        raw = data[start:end]
        if entry["dtype"] == "BF16":
            values = (np.frombuffer(raw, np.uint16).astype(np.uint32) << 16).view(np.float32)
        else:
            values = np.frombuffer(raw, {"F32": np.float32, "F16": np.float16}[entry["dtype"]])
        found[name] = (values.reshape(entry["shape"]).astype(np.float32), entry["dtype"])
    return found


def permuted(values, heads):
    """Rows as rotations of neighbouring pairs want them."""
    return values.reshape(heads, 2, values.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(
        values.shape)


def model(folder, path, architecture):
    config = json.loads((folder / "config.json").read_text())
    names = gguf.get_tensor_name_map(architecture, config["num_hidden_layers"])
    writer = gguf.GGUFWriter(path, gguf.MODEL_ARCH_NAMES[architecture])
    heads = config["num_attention_heads"]
    writer.add_name(folder.name)
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config.get("intermediate_size") or config["dense_intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_theta"])
    head_size = config.get("head_dim") or config["hidden_size"] // heads
    writer.add_key_length(head_size)
    writer.add_value_length(head_size)
    writer.add_rope_dimension_count(head_size)
    if architecture == MODEL_ARCH.LLADA_MOE:
        writer.add_expert_count(config["num_experts"])
        writer.add_expert_used_count(config["num_experts_per_tok"])
        writer.add_expert_feed_forward_length(config["expert_intermediate_size"])
        writer.add_causal_attention(False)
        writer.add_diffusion_shift_logits(False)
        # The configuration has no key for it; the goldens were computed with this one.
        writer.add_mask_token_id(json.loads((folder / "golden.json").read_text())["mask_token_id"])
    writer.add_eos_token_id(config["eos_token_id"])
    experts = {}
    for name, (values, dtype) in tensors(folder).items():
        if ".experts." in name:
            layer, rest = name.split(".layers.")[1].split(".mlp.experts.")
            number, part = rest.split(".", 1)
            experts.setdefault((layer, part), {})[int(number)] = values
            continue
        if architecture == MODEL_ARCH.LLAMA:
            if name.endswith("q_proj.weight"):
                values = permuted(values, heads)
            if name.endswith("k_proj.weight"):
                values = permuted(values, config["num_key_value_heads"])
        add(writer, names.get_name(name, try_suffixes=(".weight", ".bias")), values, dtype)
    for (layer, part), values in experts.items():
        merged = np.stack([values[index] for index in range(len(values))])
        name = f"model.layers.{layer}.mlp.experts.{part}"
        add(writer, names.get_name(name, try_suffixes=(".weight", ".bias")), merged, "F32")
    scaling = config.get("rope_scaling")
    if scaling:
        writer.add_tensor("rope_freqs.weight", llama3_factors(config, scaling, head_size))
    finish(writer)


def add(writer, name, values, dtype):
    if dtype == "BF16" and values.ndim > 1:
        kind = GGMLQuantizationType.BF16
        writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)
    else:
        writer.add_tensor(name, values)


def llama3_factors(config, scaling, head_size):
    """What the converter divides frequencies by, for rotations that reach further."""
    frequencies = 1.0 / config["rope_theta"] ** (np.arange(0, head_size, 2) / head_size)
    low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
    original = scaling["original_max_position_embeddings"]
    factors = []
    for frequency in frequencies:
        wavelength = 2 * np.pi / frequency
        if wavelength < original / high:
            factors.append(1)
        elif wavelength > original / low:
            factors.append(scaling["factor"])
        else:
            share = (original / wavelength - low) / (high - low)
            factors.append(1 / ((1 - share) / scaling["factor"] + share))
    return np.array(factors, dtype=np.float32)


def main():
    root = Path(sys.argv[1])
    output = root / "gguf"
    output.mkdir(exist_ok=True)
    kinds(output / "kinds.gguf")
    model(root / "causal/llama3-rope", output / "llama3-rope.gguf", MODEL_ARCH.LLAMA)
    model(root / "causal/qwen3-a", output / "qwen3-a.gguf", MODEL_ARCH.QWEN3)
    model(root / "llada-moe/tiny-a", output / "llada-moe.gguf", MODEL_ARCH.LLADA_MOE)


if __name__ == "__main__":
    main()
