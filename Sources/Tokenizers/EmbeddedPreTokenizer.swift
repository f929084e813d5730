internal import JSON

/// How llama.cpp cuts a text before the merges of a byte-level vocabulary, by the name in the file.
///
/// The expressions are those of the `tokenizer.json` that a name stands for; llama.cpp spells some of
/// them otherwise, because its matcher lacks what they use.
///
/// - SeeAlso: `llama-vocab.cpp` of github.com/ggml-org/llama.cpp, `tokenizer_pre`.
package struct EmbeddedPreTokenizer: Sendable {
  /// The names that mean it, the one to write first.
  package let names: [String]
  /// The expressions that cut pieces further and further; each match is a piece, and so is what lies
  /// between matches.
  package let expressions: [String]
  /// Whether the original tokenizers compose characters first.
  package let composes: Bool
  /// Whether a piece that is a token is one, whatever the merges say.
  package let ignoresMerges: Bool
  /// Whether texts begin with the beginning of text where the file does not say.
  package let addsBeginning: Bool

  private init(
    _ names: [String], _ expressions: [String], composes: Bool = false,
    ignoresMerges: Bool = false, addsBeginning: Bool = false
  ) {
    self.names = names
    self.expressions = expressions
    self.composes = composes
    self.ignoresMerges = ignoresMerges
    self.addsBeginning = addsBeginning
  }

  /// The ways to cut.
  package static let all: [EmbeddedPreTokenizer] = words + digits + cases + scripts

  /// Words as GPT-2 and its descendants cut them.
  private static let words = [
    EmbeddedPreTokenizer(
      [
        "gpt-2", "phi-2", "olmo", "mpt", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de",
        "jina-v1-en", "jina-v2-code", "roberta-bpe", "gigachat", "a.x-4.0", "mellum",
        "modern-bert", "exaone4", "jais", "trillion", "granite-docling",
      ], [PreTokenizer.gpt2Expression]),
    EmbeddedPreTokenizer(
      ["qwen2", "deepseek-r1-qwen", "stablelm2", "megrez", "kormo", "f2llmv2"],
      [PreTokenizer.qwen2Expression], composes: true),
    EmbeddedPreTokenizer(
      ["hunyuan", "solar-open", "grok-2"], [PreTokenizer.qwen2Expression]),
    EmbeddedPreTokenizer(
      ["qwen35"],
      [
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"#
          + #"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
      ], composes: true),
    EmbeddedPreTokenizer(
      ["seed-coder"],
      [
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}"#
          + #"| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+"#
      ]),
    EmbeddedPreTokenizer(
      ["exaone-moe"],
      [
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}"#
          + #"| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+"#
      ]),
    EmbeddedPreTokenizer(
      ["bailingmoe", "llada-moe", "bailingmoe2"],
      [
        #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*"#
          + #"|\s*[\r\n]|\s+(?!\S)|\s+"#
      ], composes: true),
    EmbeddedPreTokenizer(
      ["bloom", "poro-chat", "gpt3-finnish"], [#" ?[^(\s|.,!?…。，、।۔،)]+"#]),
    EmbeddedPreTokenizer(["viking"], [#" ?[^(\s|.,!?…。，、।۔،)]+"#, #"\p{N}"#]),
  ]

  private static let llama3Expression =
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"#
    + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

  /// Numbers cut into digits, or into groups of up to three.
  private static let digits = [
    EmbeddedPreTokenizer(
      [
        "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
        "jina-v5-nano",
      ], [llama3Expression], ignoresMerges: true, addsBeginning: true),
    EmbeddedPreTokenizer(["dbrx", "smaug-bpe", "glm4", "chatglm-bpe"], [llama3Expression]),
    EmbeddedPreTokenizer(
      ["minicpm5"],
      [
        #"\p{N}{1,3}"#,
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+"#
          + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
      ], ignoresMerges: true),
    EmbeddedPreTokenizer(
      [
        "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b",
        "mellum2",
      ], [#"\p{N}"#, PreTokenizer.gpt2Expression]),
    EmbeddedPreTokenizer(
      ["falcon"],
      [#"[\p{P}\$\+<=>\^~\|`]+"#, PreTokenizer.gpt2Expression, "[0-9][0-9][0-9]"]),
    EmbeddedPreTokenizer(
      ["default"],
      [
        #"[\p{P}\$\+<=>\^~\|]+"#,
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"#, #"\p{N}+"#,
        "[0-9][0-9][0-9]",
      ]),
  ]

  /// A word in which small letters may follow capitals, with `ending` behind it.
  private static func casedWords(_ ending: String = "", letters: String = "") -> String {
    let upper = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}"# + letters + "]"
    let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}"# + letters + "]"
    let before = #"[^\r\n\p{L}\p{N}]?"#
    return "\(before)\(upper)*\(lower)+\(ending)|\(before)\(upper)+\(lower)*\(ending)"
  }

  private static let contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
  private static let rest = #"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

  /// Words cut where capitals follow small letters.
  private static let cases = [
    EmbeddedPreTokenizer(
      ["tekken"], [casedWords() + #"|\p{N}"# + rest], ignoresMerges: true, addsBeginning: true),
    EmbeddedPreTokenizer(
      ["gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"],
      [casedWords(contraction) + #"|\p{N}{1,3}"# + rest]),
    EmbeddedPreTokenizer(
      ["tiny_aya", "cohere2moe"],
      [#"\d{1,3}(?=(?:\d{3})*\b)"#, casedWords(contraction) + #"|\p{N}{1,3}"# + rest]),
    EmbeddedPreTokenizer(
      ["kimi-k2"],
      [
        #"[\p{Han}]+|"# + casedWords(contraction, letters: #"&&[^\p{Han}]"#)
          + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
      ]),
    EmbeddedPreTokenizer(
      ["youtu"],
      [
        "[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+",
        casedWords(contraction) + #"|\p{N}"# + rest,
      ], ignoresMerges: true),
  ]

  /// Words of some scripts, punctuation and Han apart.
  private static let scripts = [
    EmbeddedPreTokenizer(
      ["deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"],
      [
        #"\p{N}{1,3}"#, "[一-龥぀-ゟ゠-ヿ]+",
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+"
          + "|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*"
          + #"|\s*["# + "\r\n" + #"]+|\s+(?!\S)|\s+"#,
      ]),
    EmbeddedPreTokenizer(
      ["deepseek-coder"],
      ["[\r\n]", #"\s?\p{L}+"#, #"\s?\p{P}+"#, "[一-龥ࠀ-一가-퟿]+", #"\p{N}"#]),
    EmbeddedPreTokenizer(
      ["deepseek-llm"],
      [
        "[\r\n]", #"\s?["# + deepseekLetters + "]+",
        #"\s?[!-/:-~！-／：-～‘-‟　-。]+"#, #"\s+$"#, "[一-龥ࠀ-一가-퟿]+", #"\p{N}+"#,
      ]),
  ]

  /// The letters with upper and lower case that DeepSeek-LLM lists.
  private static let deepseekLetters =
    "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅ"
    + "ὐ-ὗὙὛὝὟ-\u{1F7D}ᾀ-ᾴᾶ-ᾼ\u{1FBE}ῂ-ῄῆ-ῌῐ-\u{1FD3}ῖ-\u{1FDB}ῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u{2126}ℨ\u{212A}-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿ"
    + "ﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃"

  /// Finds the way that `name` means; `nil` is a file that does not say.
  ///
  /// - Throws: ``TokenizerError/unsupported(path:field:found:supported:)``.
  package init(named name: String?, path: String) throws(TokenizerError) {
    let name = name ?? "default"
    guard let found = Self.all.first(where: { $0.names.contains(name) }) else {
      throw .unsupported(
        path: path, field: "tokenizer.ggml.pre", found: "“\(name.shortened)”",
        supported: Self.all.flatMap(\.names))
    }
    self = found
  }

  /// The way that uses `expressions`, the one that treats merges likewise where there are several;
  /// `nil` where there is none.
  static func cutting(by expressions: [String], ignoresMerges: Bool) -> EmbeddedPreTokenizer? {
    let found = all.filter { $0.expressions == expressions }
    return found.first { $0.ignoresMerges == ignoresMerges } ?? found.first
  }

  /// The pre-tokenizer.
  ///
  /// - Throws: ``TokenizerError/unsupported(path:field:found:supported:)`` for an expression that
  ///   cannot be read.
  package func preTokenizer(path: String) throws(TokenizerError) -> PreTokenizer {
    var steps: [PreTokenizer] = []
    for expression in expressions {
      do throws(SplitPatternError) {
        steps.append(.split(try SplitPattern(expression), .isolated, isInverted: false))
      } catch {
        throw .unsupported(
          path: path, field: "tokenizer.ggml.pre", found: "“\(names[0])”", supported: [])
      }
    }
    return .sequence(steps + [.byteLevel(addsSpace: false, pattern: nil)])
  }
}
