#!/usr/bin/env python3
"""Writes Tests/TrainingTests/Fixtures: a tiny model, its gradients and the losses of 50 steps, by PyTorch in float32.

Needs torch and safetensors from PyPI."""
import json
import random
from pathlib import Path

import torch
from safetensors.torch import save_file

from training_network import Muon, Network, QwenNetwork, configuration, initialise, qwen_configuration

SHAPE = dict(layers=2, heads=2, width=16, inner=32, vocabulary=12, length=16)
QWEN = dict(layers=2, heads=4, key_heads=2, size=8, width=16, inner=32, vocabulary=12, length=16)
STEPS, BATCHES = 50, 5
FIXTURES = Path(__file__).resolve().parents[2] / "Tests/TrainingTests/Fixtures"


def batch(seed, causal=False):
    draw = random.Random(seed)
    canvases, length = 4, 12
    text = [[draw.randrange(1, 12) if i else 3 for i in range(length)] for _ in range(canvases)]
    rows, targets, weights = [], [], []
    tokens = [[12] + row[:-1] if causal else list(row) for row in text]
    for c, row in enumerate(text):
        p = draw.uniform(0.2, 0.9)
        for i in range(length):
            if causal or draw.random() < p:
                rows.append(c * length + i)
                targets.append(row[i])
                weights.append(1 / (canvases * length) if causal else 1 / p / (canvases * length))
                if not causal:
                    tokens[c][i] = 12
    return dict(tokens=tokens, rows=rows, targets=targets, weights=weights)


def network(causal=False):
    result = Network(**SHAPE, causal=causal)
    initialise(result, SHAPE["layers"], SHAPE["width"], 1)
    return result


def loss(net, b):
    return net.loss(torch.tensor(b["tokens"]), torch.tensor(b["rows"]), torch.tensor(b["targets"]), torch.tensor(b["weights"]))


def save(folder, tensors, config=configuration(**SHAPE)):
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: t.detach().contiguous() for name, t in tensors.items()}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config, indent=1))


def gradients(folder, causal):
    net, b = network(causal), batch(100, causal)
    value = loss(net, b)
    value.backward()
    save(FIXTURES / folder, {name: p.grad for name, p in net.named_parameters()})
    return dict(batch=b, loss=value.item())


def qwen(name, biases):
    net, b = QwenNetwork(**QWEN, biases=biases), batch(200)
    initialise(net, QWEN["layers"], QWEN["width"], 2)
    config = qwen_configuration(**QWEN, biases=biases)
    save(FIXTURES / name, dict(net.named_parameters()), config)
    value = loss(net, b)
    value.backward()
    save(FIXTURES / f"{name}-gradients", {name: p.grad for name, p in net.named_parameters()}, config)
    return dict(batch=b, loss=value.item())


def curve(kind):
    net, values = network(), []
    matrices = [(n, p) for n, p in net.named_parameters() if ".h." in n and p.ndim == 2]
    moved = {id(p) for _, p in matrices} if kind == "muon" else set()
    optimizers = [torch.optim.AdamW([p for p in net.parameters() if id(p) not in moved], lr=0.005, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.0)]
    if kind == "muon":
        optimizers.append(Muon(matrices, 0.01, SHAPE["heads"]))
    for step in range(STEPS):
        for optimizer in optimizers:
            optimizer.zero_grad()
        value = loss(net, batch(step % BATCHES))
        value.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
        values.append(value.item())
    return values


def main():
    torch.set_num_threads(1)
    save(FIXTURES / "model", dict(network().named_parameters()))
    result = {
        "torch": torch.__version__, "masked": gradients("gradients", False), "causal": gradients("causal-gradients", True),
        "qwen2": qwen("qwen2", True), "qwen3": qwen("qwen3", False),
        "batches": [batch(i) for i in range(BATCHES)], "curves": {kind: curve(kind) for kind in ("adamw", "muon")}}
    (FIXTURES / "reference.json").write_text(json.dumps(result))


if __name__ == "__main__":
    main()
