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
  /// How probable the tokens are, by identifier; only `llama` and `t5` need them.
  package var scores: [Float] = []
  /// The merges of `gpt2`, two tokens with a blank between them.
  package var merges: [String] = []
  /// The tokens with a purpose, by names such as `bos_token`.
  package var purposes: [String: TokenID] = [:]
  /// Whether a text begins with the beginning of text; `nil` leaves it to the kind.
  package var addsBeginning: Bool?
  /// Whether a text ends with the end of text; `nil` leaves it to the kind.
  package var addsEnd: Bool?
  /// Whether `llama` and `t5` put a blank before a text.
  package var addsBlank = true
  /// Whether `llama` and `t5` make one blank of several.
  package var mergesBlanks = false
  /// What `t5` does to characters first, as in a sentencepiece model.
  package var characterMap: [UInt8] = []
  /// Whether `bert` writes texts in lower case.
  package var isLowercase = true

  /// The kinds that can be read.
  package static let models = ["gpt2", "llama", "bert", "t5"]

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
    case "llama": try sentencePiece(.bytePairs)
    case "t5": try sentencePiece(.unigram)
    case "bert": try wordPiece()
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

  private func frame(addsBeginning: Bool, addsEnd: Bool) -> SpecialTokenFrame {
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
        frame: frame(
          addsBeginning: addsBeginning ?? style.addsBeginning, addsEnd: addsEnd ?? false),
        addedTokens: added),
      configuration: configuration)
  }

  private func sentencePiece(_ kind: SentencePieceFile.Kind) throws(TokenizerError) -> any Tokenizer
  {
    var file = SentencePieceFile(path: path)
    file.kind = kind
    file.pieces = tokens.enumerated().map { id, text in
      let score = scores.indices.contains(id) ? scores[id] : 0
      return SentencePieceFile.Piece(
        text: text, score: score.isFinite ? score : 0, type: .init(type(id)))
    }
    file.fallsBackToBytes = tokens.indices.contains { type($0) == .byte }
    file.normalization = SentencePieceNormalization(
      map: try precompiledMap(), addsBlank: addsBlank, mergesBlanks: mergesBlanks)
    file.unknownToken =
      purposes["unk_token"] ?? tokens.indices.first { type($0) == .unknown }.map { TokenID($0) }
      ?? 0
    // Llama's texts begin with a token, T5's end with one.
    return try file.tokenizer(
      configuration, addsBeginning: addsBeginning ?? (kind == .bytePairs),
      addsEnd: addsEnd ?? (kind == .unigram))
  }

  private func precompiledMap() throws(TokenizerError) -> PrecompiledMap? {
    guard !characterMap.isEmpty else { return nil }
    guard let map = PrecompiledMap(characterMap) else {
      throw .malformed(
        path: path, field: "tokenizer.ggml.precompiled_charsmap",
        found: "\(characterMap.count) bytes that are none", expected: "a map of characters")
    }
    return map
  }

  /// Words begin with `▁` in the file, and what goes on inside a word has nothing in front: the other
  /// way round than where they come from.
  private func wordPiece() throws(TokenizerError) -> any Tokenizer {
    var vocabulary = Vocabulary(path: path, capacity: tokens.count)
    var added: [AddedTokenRule] = []
    for (id, text) in tokens.enumerated() {
      let isPlain = [.normal, .byte, .unused].contains(type(id))
      let isMarked = text.hasPrefix("[") && text.hasSuffix("]")
      var spelling = text
      if text.unicodeScalars.first == "\u{2581}" {
        spelling = String(text.unicodeScalars.dropFirst())
      } else if isPlain, !isMarked {
        spelling = "##" + text
      }
      guard vocabulary.token(spelled: spelling) == nil else { continue }
      let token = try vocabulary.insert(spelling, as: id)
      guard !isPlain else { continue }
      added.append(
        AddedTokenRule(
          AddedToken(id: token, content: spelling, isSpecial: type(id) != .userDefined)))
    }
    let known = Set(added.map(\.token.id))
    added += WordPieceFile.specialTokens(in: vocabulary).filter { !known.contains($0.token.id) }
    func role(_ purpose: String, _ spelling: String) -> [TokenID] {
      let token = purposes[purpose].flatMap { tokens.indices.contains(Int($0)) ? $0 : nil }
      return (token ?? vocabulary.token(spelled: spelling)).map { [$0] } ?? []
    }
    return try WordPieceFile.tokenizer(
      vocabulary, configuration, isLowercase: isLowercase, path: path, addedTokens: added,
      frame: SpecialTokenFrame(
        before: addsBeginning ?? true ? role("bos_token", "[CLS]") : [],
        after: addsEnd ?? true ? role("sep_token", "[SEP]") : []))
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
