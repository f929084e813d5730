internal import JSON
package import MaskedDiffusion

/// A tokenizer as the metadata of a GGUF file holds it.
///
/// - SeeAlso: `llama-vocab.cpp` of github.com/ggml-org/llama.cpp.
package struct EmbeddedTokenizer: Sendable {
  /// What a token is for; the numbers are those of the file.
  package enum TokenType: Int, Sendable {
    case normal = 1
    case unknown, control, userDefined, unused, byte
  }

  /// The file, for messages.
  package let path: String
  /// How tokens are formed, such as `gpt2`.
  package let model: String
  /// How texts are cut before tokens are formed, such as `qwen2`; only `gpt2` needs it.
  package var preTokenizer: String?
  /// The spellings by identifier.
  package var tokens: [String] = []
  /// What the tokens are for, by identifier; those missing are normal.
  package var types: [Int] = []
  /// How probable the tokens are, by identifier; only `llama` needs them.
  package var scores: [Float] = []
  /// The merges of `gpt2`, two tokens with a blank between them.
  package var merges: [String] = []
  /// The tokens with a purpose, by names such as `bos_token`.
  package var purposes: [String: TokenID] = [:]
  /// Whether a text begins with the beginning of text; `nil` leaves it to the kind.
  package var addsBeginning: Bool?
  /// Whether a text ends with the end of text.
  package var addsEnd = false
  /// Whether `llama` puts a blank before a text.
  package var addsBlank = true
  /// Whether `llama` makes one blank of several.
  package var mergesBlanks = false

  /// The kinds that can be read.
  package static let models = ["gpt2", "llama"]

  /// Creates a tokenizer without tokens.
  package init(path: String, model: String) {
    self.path = path
    self.model = model
  }

  /// Returns the tokenizer.
  ///
  /// - Throws: ``TokenizerError``.
  package func tokenizer() throws(TokenizerError) -> any Tokenizer {
    guard !tokens.isEmpty else {
      throw .malformed(
        path: path, field: "tokenizer.ggml.tokens", found: "missing or empty",
        expected: "the tokens of the vocabulary")
    }
    return switch model {
    case "gpt2": try bytePairs()
    case "llama": try sentencePiece()
    default:
      throw .unsupported(
        path: path, field: "tokenizer.ggml.model", found: "“\(model.shortened)”",
        supported: Self.models)
    }
  }

  private func type(_ id: Int) -> TokenType {
    types.indices.contains(id) ? TokenType(rawValue: types[id]) ?? .normal : .normal
  }

  /// The tokens with a purpose, spelled out.
  private var configuration: TokenizerConfiguration {
    TokenizerConfiguration(
      contents: purposes.compactMapValues { token in
        tokens.indices.contains(Int(token)) ? tokens[Int(token)] : nil
      })
  }

  private func frame(addsBeginning: Bool) -> SpecialTokenFrame {
    func token(_ purpose: String, _ isAdded: Bool) -> [TokenID] {
      guard isAdded, let token = purposes[purpose], tokens.indices.contains(Int(token)) else {
        return []
      }
      return [token]
    }
    return SpecialTokenFrame(
      before: token("bos_token", addsBeginning), after: token("eos_token", addsEnd))
  }

  private func bytePairs() throws(TokenizerError) -> any Tokenizer {
    let style = try EmbeddedPreTokenizer(named: preTokenizer, path: path)
    var vocabulary = Vocabulary(path: path, capacity: tokens.count)
    var added: [AddedTokenRule] = []
    for (id, spelling) in tokens.enumerated() where vocabulary.token(spelled: spelling) == nil {
      let token = try vocabulary.insert(spelling, as: id)
      switch type(id) {
      case .control, .userDefined, .unknown:
        added.append(
          AddedTokenRule(
            AddedToken(id: token, content: spelling, isSpecial: type(id) != .userDefined)))
      case .normal, .unused, .byte: break
      }
    }
    let list = try MergeList(lines: merges, path: path, field: "tokenizer.ggml.merges")
    return try SubwordTokenizer(
      SubwordTokenizer.Parts(
        model: BytePairEncoding(
          vocabulary: vocabulary, merges: list.table(for: vocabulary),
          ignoresMerges: style.ignoresMerges),
        normalizer: style.composes ? .canonicalComposition : .sequence([]),
        preTokenizer: try style.preTokenizer(path: path), decoder: .byteLevel,
        frame: frame(addsBeginning: addsBeginning ?? style.addsBeginning), addedTokens: added),
      configuration: configuration)
  }

  private func sentencePiece() throws(TokenizerError) -> any Tokenizer {
    var file = SentencePieceFile(path: path)
    file.kind = .bytePairs
    file.pieces = tokens.enumerated().map { id, text in
      let score = scores.indices.contains(id) ? scores[id] : 0
      return SentencePieceFile.Piece(
        text: text, score: score.isFinite ? score : 0, type: .init(type(id)))
    }
    file.fallsBackToBytes = tokens.indices.contains { type($0) == .byte }
    file.normalization = SentencePieceNormalization(
      map: nil, addsBlank: addsBlank, mergesBlanks: mergesBlanks)
    file.unknownToken = purposes["unk_token"] ?? 0
    return try file.tokenizer(configuration, addsBeginning: addsBeginning ?? true)
  }
}

extension SentencePieceFile.PieceType {
  fileprivate init(_ type: EmbeddedTokenizer.TokenType) {
    self =
      switch type {
      case .normal: .normal
      case .unknown: .unknown
      case .control: .control
      case .userDefined: .userDefined
      case .unused: .unused
      case .byte: .byte
      }
  }
}

/// How llama.cpp cuts a text before the merges of a byte-level vocabulary, by the name in the file.
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
    _ names: [String], _ expressions: [String], composes: Bool = false, ignoresMerges: Bool = false
  ) {
    self.names = names
    self.expressions = expressions
    self.composes = composes
    self.ignoresMerges = ignoresMerges
    addsBeginning = ignoresMerges
  }

  /// The ways to cut.
  package static let all = [
    EmbeddedPreTokenizer(
      ["gpt-2", "phi-2", "olmo", "dbrx", "mpt", "jina-es", "jina-de", "roberta-bpe"],
      [PreTokenizer.gpt2Expression]),
    EmbeddedPreTokenizer(
      ["qwen2", "deepseek-r1-qwen", "stablelm2", "megrez"], [PreTokenizer.qwen2Expression],
      composes: true),
    EmbeddedPreTokenizer(
      ["llama-bpe", "llama3", "llama-v3", "falcon3"],
      [
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"#
          + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
      ], ignoresMerges: true),
    EmbeddedPreTokenizer(
      ["smollm", "starcoder", "refact", "command-r", "codeshell"],
      [#"\p{N}"#, PreTokenizer.gpt2Expression]),
    EmbeddedPreTokenizer(
      ["bailingmoe", "llada-moe", "bailingmoe2"],
      [
        #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*"#
          + #"|\s*[\r\n]|\s+(?!\S)|\s+"#
      ], composes: true),
    EmbeddedPreTokenizer(
      ["default"],
      [
        #"[\p{P}\$\+<=>\^~\|]+"#,
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"#, #"\p{N}+"#,
        "[0-9][0-9][0-9]",
      ]),
  ]

  /// Finds the way that `name` means; `nil` is a file that does not say.
  ///
  /// - Throws: ``TokenizerError/unsupported(path:field:found:supported:)``.
  init(named name: String?, path: String) throws(TokenizerError) {
    let name = name ?? "default"
    guard let found = Self.all.first(where: { $0.names.contains(name) }) else {
      throw .unsupported(
        path: path, field: "tokenizer.ggml.pre", found: "“\(name.shortened)”",
        supported: Self.all.flatMap(\.names))
    }
    self = found
  }

  fileprivate func preTokenizer(path: String) throws(TokenizerError) -> PreTokenizer {
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
