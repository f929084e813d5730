#!/usr/bin/env python3
"""Writes Tests/TokenizersTests/Fixtures/pretokenizers.json: how the tokenizers package of PyPI cuts texts by
the expressions that names in GGUF files stand for.

    pip install tokenizers
    Scripts/reference/pretokenizer_fixtures.py

Expressions are those of the `tokenizer.json` files that llama.cpp's `llama-vocab.cpp` quotes, or that
file's own where it quotes none. Each text of the file is followed by the lengths of its pieces, in
characters, for every name.
"""
import json
from pathlib import Path

from tokenizers import Regex, pre_tokenizers

OUTPUT = Path(__file__).resolve().parents[2] / "Tests/TokenizersTests/Fixtures/pretokenizers.json"
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"
ENGLISH = r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
QWEN2 = ENGLISH + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = QWEN2.replace(r"|\p{N}| ?", r"|\p{N}{1,3}| ?")
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}"
TAIL = r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def cased(ending, digits, letters="", tail=TAIL):
    upper, lower = UPPER + letters + "]", LOWER + letters + "]"
    return (rf"[^\r\n\p{{L}}\p{{N}}]?{upper}*{lower}+{ending}"
            rf"|[^\r\n\p{{L}}\p{{N}}]?{upper}+{lower}*{ending}|{digits}{tail}")


SHORT = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
CJK = "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"
STYLES = {
    "gpt-2": [GPT2],
    "qwen2": [QWEN2],
    "qwen35": [ENGLISH + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"
               r"|\s*[\r\n]+|\s+(?!\S)|\s+"],
    "seed-coder": [ENGLISH + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+"
                   r"|\s+(?!\S)|\s+"],
    "exaone-moe": [ENGLISH + r"|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}"
                   r"| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+"],
    "bailingmoe": [r"'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
                   r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"],
    "bloom": [r" ?[^(\s|.,!?…。，、।۔،)]+"],
    "viking": [r" ?[^(\s|.,!?…。，、।۔،)]+", r"\p{N}"],
    "llama-bpe": [LLAMA3],
    "dbrx": [LLAMA3],
    "minicpm5": [r"\p{N}{1,3}", QWEN2.replace(r"|\p{N}| ?", r"|\p{N}+| ?")],
    "smollm": [r"\p{N}", GPT2],
    "falcon": [r"[\p{P}\$\+<=>\^~\|`]+", GPT2, "[0-9][0-9][0-9]"],
    "default": [r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", "[0-9][0-9][0-9]"],
    "tekken": [cased("", r"\p{N}")],
    "gpt-4o": [cased(SHORT, r"\p{N}{1,3}")],
    "tiny_aya": [r"\d{1,3}(?=(?:\d{3})*\b)", cased(SHORT, r"\p{N}{1,3}")],
    "kimi-k2": [r"[\p{Han}]+|" + cased(
        SHORT, r"\p{N}{1,3}", r"&&[^\p{Han}]",
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")],
    "youtu": ["[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥\u3040-ゟ゠-ヿ]+", cased(SHORT, r"\p{N}")],
    "deepseek-v3": [
        r"\p{N}{1,3}", "[一-龥\u3040-ゟ゠-ヿ]+",
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
        "| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"],
    "deepseek-coder": ["[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", CJK, r"\p{N}"],
}
TEXTS = [
    "Hello world, it's 2024 and I'LL say we've 12345678 reasons!  Don't they'd?\n\n  def f(x):\n\treturn x+1 // ok\n",
    "parseHTTPResponse XMLHttpRequest iPhone15 eBay's NASA'S camelCase_snake_case UPPERlower ǅungla",
    "Ünïcödé naïve café fiancée — “quotes” ‘single’ … ½ ² Ⅷ ٣٤٥ १२३ 1,234,567.89 $5.00 #tag @name",
    "Привет, мир! Это 2-й тест: ЁЖИК'S. Ελληνικά κείμενα ΑΒΓ. Հայերեն. ქართული",
    "漢字かなカナ混じり文。これは３つの例です、はい！ 中文测试，共１２３个字…… 「引用」",
    "한국어 문장입니다. 숫자 12345와 ㄱㄴㄷ. ㄅㄆㄇ",
    "हिन्दी में लिखा हुआ पाठ। १२३ संख्याएँ। বাংলা লেখা ภาษาไทย ไม่มีช่องว่าง",
    "العربية نص، هل تفهم؟ ۱۲۳۴ עברית עם ניקוד שָׁלוֹם",
    "emoji 👩‍👩‍👧‍👦 🇩🇪 👍🏽 and zalgo h̷e̴l̶l̵o̸, e\u0301 a\u0308  \u00a0\u2003 tabs\t\tend   ",
    "\r\n\r\nCRLF\r\nlines \n \n  x\u0085y\u2028z/// a/b\\c `code` ~~x~~ <|im_start|> ^_^ (a|b) [x] {y}",
]


def lengths(expressions, text):
    steps = [pre_tokenizers.Split(Regex(expression), "isolated") for expression in expressions]
    pieces = pre_tokenizers.Sequence(steps).pre_tokenize_str(text)
    assert "".join(piece for piece, _ in pieces) == text
    return [len(piece) for piece, _ in pieces]


def main():
    # Where the model composes characters first, so does the text here: nothing else is compared.
    found = {name: [lengths(expressions, text) for text in TEXTS] for name, expressions in STYLES.items()}
    OUTPUT.write_text(json.dumps({"texts": TEXTS, "lengths": found}, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
