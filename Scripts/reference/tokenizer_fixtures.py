#!/usr/bin/env python3
"""Writes Tests/TrainingTests/Fixtures/tokenizer.json: a text, and what the tokenizers package learns and encodes.

With a path as argument, compares instead: encodes the sample texts with that tokenizer.json and prints the tokens, so
that they can be held against `unmask tokenize`. Needs tokenizers from PyPI."""
import json
import random
import sys
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

FIXTURES = Path(__file__).resolve().parents[2] / "Tests/TrainingTests/Fixtures"
END = "<|endoftext|>"
SAMPLES = ["The old fox found 27 red kites.", "naïve café — 2030", "  two  spaces\nand lines\n", "unseen wörds, don't they?"]


def corpus():
    draw = random.Random(4)
    names, verbs = ["fox", "bear", "Anna", "Tom", "owl", "café"], ["found", "lost", "painted", "counted", "didn't like"]
    things, colours = ["kite", "drum", "bell", "lamp", "boat"], ["red", "blue", "old", "tiny", "naïve"]
    return [
        f"The {draw.choice(colours)} {draw.choice(names)} {draw.choice(verbs)} {draw.randrange(100)} "
        f"{draw.choice(colours)} {draw.choice(things)}s. {draw.choice(names)} {draw.choice(verbs)} them, too!" for _ in range(150)]


def main():
    if len(sys.argv) > 1:
        tokenizer = Tokenizer.from_file(sys.argv[1])
        for text in SAMPLES:
            print(json.dumps(tokenizer.encode(text, add_special_tokens=False).ids))
        return
    texts = corpus()
    tokenizer = Tokenizer(models.BPE())
    by_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(True), by_bytes])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=400, special_tokens=[END], initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False))
    model = json.loads(tokenizer.to_str())["model"]
    vocabulary = sorted(model["vocab"], key=model["vocab"].get)
    encodings = [{"text": text, "tokens": tokenizer.encode(text, add_special_tokens=False).ids} for text in SAMPLES + texts[:5]]
    (FIXTURES / "tokenizer.json").write_text(json.dumps(
        {"texts": texts, "vocabulary": vocabulary, "merges": model["merges"], "encodings": encodings}))


if __name__ == "__main__":
    main()
