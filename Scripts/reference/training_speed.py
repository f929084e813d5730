#!/usr/bin/env python3
"""Measures training steps of PyTorch on the CPU, to compare with `unmask bench-training`.

A step is forward, backward, clipping and AdamW on canvases of 128 with exact-count masking, the head on masked rows
only; the best of several precisions, each compiled or not, is what counts. Needs torch from PyPI."""
import argparse
import resource
import time

import torch

from training_network import Network, initialise

SHAPES = {"1m": (4, 8, 128, 512), "6m": (6, 4, 256, 1024), "15m": (6, 6, 384, 1536)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", default="6m", choices=SHAPES)
    parser.add_argument("--batch", type=int, default=2048)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--vocabulary", type=int, default=1024)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--modes", default="f32,bf16,compiled-f32,compiled-bf16")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    layers, heads, width, inner = SHAPES[options.shape]
    canvases = options.batch // options.length
    generator = torch.Generator().manual_seed(0)
    text = torch.randint(0, options.vocabulary, (canvases, options.length), generator=generator)
    # As many masked positions as times spread evenly over (0, 1] give, in every step: compiled code keeps its shapes.
    masked = torch.zeros(canvases, options.length, dtype=torch.bool)
    for canvas in range(canvases):
        count = max(1, round((canvas + 0.5) / canvases * options.length))
        masked[canvas, torch.randperm(options.length, generator=generator)[:count]] = True
    tokens = torch.where(masked, options.vocabulary, text)
    rows = masked.flatten().nonzero()[:, 0]
    targets, weights = text.flatten()[rows], torch.full((len(rows),), 2.0 / text.numel())
    for mode in options.modes.split(","):
        net = Network(layers, heads, width, inner, options.vocabulary, options.length)
        initialise(net, layers, width, 1)
        optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, betas=(0.9, 0.95), fused=True)
        loss_of = torch.compile(net.loss) if mode.startswith("compiled") else net.loss
        best = processor = float("inf")
        for _ in range(options.steps):
            began, used = time.perf_counter(), time.process_time()
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=mode.endswith("bf16")):
                loss = loss_of(tokens, rows, targets, weights)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            best = min(best, time.perf_counter() - began)
            processor = min(processor, time.process_time() - used)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{mode:14} {text.numel() / best:7.0f} tokens/s, {best * 1000:.1f} ms a step, {text.numel() / processor:.0f} tokens a "
              f"second of one core, peak memory so far {memory:.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
