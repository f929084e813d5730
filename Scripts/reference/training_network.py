"""SMDM's network, and Qwen's, in PyTorch, written for comparisons: what gradients, losses and speed are held against."""
import math

import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, width, heads, inner):
        super().__init__()
        self.heads = heads
        self.norm_1 = nn.RMSNorm(width, eps=1e-5)
        self.norm_2 = nn.RMSNorm(width, eps=1e-5)
        self.attn = nn.ModuleDict({"attn": nn.Linear(width, 3 * width, bias=False), "proj": nn.Linear(width, width, bias=False)})
        self.mlp = nn.ModuleDict({"swiglu": nn.ModuleDict({
            "w1": nn.Linear(width, inner, bias=False), "w2": nn.Linear(width, inner, bias=False),
            "w3": nn.Linear(inner, width, bias=False)})})

    def forward(self, x, cos, sin, causal):
        rows, positions, width = x.shape
        q, k, v = self.attn["attn"](self.norm_1(x)).view(rows, positions, self.heads, 3, -1).permute(3, 0, 2, 1, 4)

        def turn(t):
            a, b = t.chunk(2, -1)
            return torch.cat([a * cos - b * sin, b * cos + a * sin], -1).to(t.dtype)

        y = F.scaled_dot_product_attention(turn(q), turn(k), v, is_causal=causal)
        x = x + self.attn["proj"](y.transpose(1, 2).reshape(rows, positions, width))
        h, w = self.norm_2(x), self.mlp["swiglu"]
        return x + w["w3"](F.silu(w["w1"](h)) * w["w2"](h))


class Network(nn.Module):
    def __init__(self, layers, heads, width, inner, vocabulary, length, causal=False):
        super().__init__()
        self.causal = causal
        self.transformer = nn.ModuleDict({
            "wte": nn.Embedding(vocabulary + 1, width),
            "h": nn.ModuleList(Block(width, heads, inner) for _ in range(layers)),
            "ln_f": nn.RMSNorm(width, eps=1e-5)})
        self.lm_head = nn.Linear(width, vocabulary, bias=False)
        size = width // heads
        angles = torch.outer(torch.arange(length).float(), 10000 ** (-torch.arange(0, size, 2).float() / size))
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def hidden(self, tokens):
        x = self.transformer["wte"](tokens)
        cos, sin = self.cos[: tokens.shape[1]], self.sin[: tokens.shape[1]]
        for block in self.transformer["h"]:
            x = block(x, cos, sin, self.causal)
        return self.transformer["ln_f"](x)

    def loss(self, tokens, rows, targets, weights):
        """Σ weight · cross entropy over the flat positions `rows`."""
        logits = self.lm_head(self.hidden(tokens).flatten(0, 1)[rows]).float()
        return (F.cross_entropy(logits, targets, reduction="none") * weights).sum()


class QwenBlock(nn.Module):
    """A block of Qwen2 (`biases`) or of Qwen3, by the names of Transformers."""

    def __init__(self, width, heads, key_heads, size, inner, biases):
        super().__init__()
        self.heads, self.key_heads, self.size = heads, key_heads, size
        self.input_layernorm = nn.RMSNorm(width, eps=1e-5)
        self.post_attention_layernorm = nn.RMSNorm(width, eps=1e-5)
        parts = {
            "q_proj": nn.Linear(width, heads * size, bias=biases), "k_proj": nn.Linear(width, key_heads * size, bias=biases),
            "v_proj": nn.Linear(width, key_heads * size, bias=biases), "o_proj": nn.Linear(heads * size, width, bias=False)}
        if not biases:
            parts |= {"q_norm": nn.RMSNorm(size, eps=1e-5), "k_norm": nn.RMSNorm(size, eps=1e-5)}
        self.self_attn = nn.ModuleDict(parts)
        self.mlp = nn.ModuleDict({
            "gate_proj": nn.Linear(width, inner, bias=False), "up_proj": nn.Linear(width, inner, bias=False),
            "down_proj": nn.Linear(inner, width, bias=False)})

    def forward(self, x, cos, sin):
        rows, positions, _ = x.shape
        h, parts = self.input_layernorm(x), self.self_attn

        def heads(name, norm, count, turns=True):
            t = parts[name](h).view(rows, positions, count, self.size)
            t = (parts[norm](t) if norm in parts else t).transpose(1, 2)
            a, b = t.chunk(2, -1)
            return torch.cat([a * cos - b * sin, b * cos + a * sin], -1) if turns else t

        y = F.scaled_dot_product_attention(
            heads("q_proj", "q_norm", self.heads), heads("k_proj", "k_norm", self.key_heads),
            heads("v_proj", None, self.key_heads, turns=False), enable_gqa=True)
        x = x + parts["o_proj"](y.transpose(1, 2).reshape(rows, positions, -1))
        h, m = self.post_attention_layernorm(x), self.mlp
        return x + m["down_proj"](F.silu(m["gate_proj"](h)) * m["up_proj"](h))


class QwenNetwork(nn.Module):
    """Qwen with attention in both directions; the mask is the last token."""

    def __init__(self, layers, heads, key_heads, size, width, inner, vocabulary, length, biases):
        super().__init__()
        self.model = nn.ModuleDict({
            "embed_tokens": nn.Embedding(vocabulary + 1, width),
            "layers": nn.ModuleList(QwenBlock(width, heads, key_heads, size, inner, biases) for _ in range(layers)),
            "norm": nn.RMSNorm(width, eps=1e-5)})
        self.lm_head = nn.Linear(width, vocabulary + 1, bias=False)
        angles = torch.outer(torch.arange(length).float(), 10000 ** (-torch.arange(0, size, 2).float() / size))
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def loss(self, tokens, rows, targets, weights):
        x = self.model["embed_tokens"](tokens)
        for block in self.model["layers"]:
            x = block(x, self.cos[: tokens.shape[1]], self.sin[: tokens.shape[1]])
        logits = self.lm_head(self.model["norm"](x).flatten(0, 1)[rows])
        return (F.cross_entropy(logits, targets, reduction="none") * weights).sum()


def qwen_configuration(layers, heads, key_heads, size, width, inner, vocabulary, length, biases):
    return {
        "model_type": "a2d-qwen2" if biases else "a2d-qwen3", "max_position_embeddings": length, "vocab_size": vocabulary + 1,
        "mask_token_id": vocabulary, "eos_token_id": 0, "num_hidden_layers": layers, "num_attention_heads": heads,
        "num_key_value_heads": key_heads, "head_dim": size, "hidden_size": width, "intermediate_size": inner,
        "rope_theta": 10000.0, "rms_norm_eps": 1e-5, "hidden_act": "silu", "tie_word_embeddings": False, "dtype": "float32"}


class Muon(torch.optim.Optimizer):
    """Keller Jordan's optimiser, as SMDM's matrices need it: queries, keys and values apart."""

    def __init__(self, named, rate, heads):
        super().__init__([p for _, p in named], {"lr": rate})
        self.named, self.heads, self.count = named, heads, 0

    @torch.no_grad()
    def step(self):
        keep = min(0.95, 0.85 + self.count / 500)
        self.count += 1
        for name, p in self.named:
            momentum = self.state[p].setdefault("momentum", torch.zeros_like(p))
            momentum.mul_(keep).add_(p.grad, alpha=1 - keep)
            update = momentum * keep + p.grad * (1 - keep)
            if name.endswith("attn.attn.weight"):
                size = update.shape[1] // self.heads
                parts = update.view(self.heads, 3, size, -1).transpose(0, 1).flatten(1, 2)
                parts = torch.stack([self.orthogonal(part) for part in parts])
                update = parts.view(3, self.heads, size, -1).transpose(0, 1).reshape(update.shape)
                scale = 1.0
            else:
                scale = max(1.0, p.shape[0] / p.shape[1]) ** 0.5
                update = self.orthogonal(update)
            p.add_(update, alpha=-self.param_groups[0]["lr"] * scale)

    @staticmethod
    def orthogonal(x):
        tall = x.shape[0] > x.shape[1]
        x = x.T if tall else x
        x = x / (x.norm() + 1e-7)
        for _ in range(5):
            a = x @ x.T
            x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
        return x.T if tall else x


def configuration(layers, heads, width, inner, vocabulary, length):
    return {
        "model_type": "smdm", "block_size": length, "vocab_size": vocabulary, "padded_vocab_size": vocabulary,
        "mask_token_id": vocabulary, "eos_token_id": 0, "n_layer": layers, "n_head": heads, "n_query_groups": heads,
        "n_embd": width, "head_size": width // heads, "intermediate_size": inner, "rotary_percentage": 1.0,
        "rope_base": 10000, "rope_cache_dtype": "float32", "norm_eps": 1e-5, "bias": False, "parallel_residual": False,
        "tie_word_embeddings": False, "torch_dtype": "float32"}


def initialise(network, layers, width, seed):
    generator = torch.Generator().manual_seed(seed)
    for name, p in network.named_parameters():
        if p.ndim == 2:
            deviation = 0.4 if "wte" in name else math.sqrt(0.4 / width)
            if name.endswith(("proj.weight", "w3.weight")):
                deviation = 1 / math.sqrt(width) / layers
            p.data = torch.randn(p.shape, generator=generator) * deviation
        else:
            p.data = 1 + 0.1 * torch.randn(p.shape, generator=generator)
