package import MaskedDiffusion

/// Byte-pair encoding: a piece starts as single characters, and pairs are merged in the order the
/// merges were learned.
///
/// Sennrich et al., “Neural Machine Translation of Rare Words with Subword Units”,
/// arXiv:1508.07909. Whether characters are bytes is a matter of the pre-tokenizer and decoder.
package struct BytePairEncoding: SubwordModel {
  /// Pieces longer than this are merged with a queue, shorter ones by looking at all pairs.
  private static let greatestScannedLength = 40

  package let vocabulary: Vocabulary
  package let unknownToken: TokenID?
  private let merges: MergeTable
  /// Whether neighbouring unknown characters become one unknown token.
  private let fusesUnknown: Bool
  /// Whether a piece that is a token as a whole is not merged from its characters.
  private let ignoresMerges: Bool
  /// The token of each character that is one.
  private let characterTokens: CharacterTokens
  /// The tokens `<0x00>` to `<0xFF>`, if unknown characters are written with them.
  private let byteTokens: [TokenID?]

  /// What is written before a character inside a word, and after one that ends it.
  private let prefix: String
  private let suffix: String

  /// Reads the `model` of a tokenizer file.
  package init(_ field: JSONField) throws(TokenizerError) {
    let prefix = try field["continuing_subword_prefix"].optionalString() ?? ""
    let suffix = try field["end_of_word_suffix"].optionalString() ?? ""
    let vocabulary = try Vocabulary(field["vocab"])
    var unknown: TokenID?
    if let name = try field["unk_token"].optionalString() {
      // A vocabulary that covers every byte never needs it, and may lack it.
      unknown = vocabulary.token(spelled: name)
    }
    self.init(
      vocabulary: vocabulary,
      merges: try MergeList(field["merges"]).table(for: vocabulary, prefix: prefix),
      unknownToken: unknown, fusesUnknown: try field["fuse_unk"].boolean(default: false),
      fallsBackToBytes: try field["byte_fallback"].boolean(default: false),
      ignoresMerges: try field["ignore_merges"].boolean(default: false), prefix: prefix,
      suffix: suffix)
  }

  /// Creates a model.
  package init(
    vocabulary: Vocabulary, merges: MergeTable, unknownToken: TokenID? = nil,
    fusesUnknown: Bool = false, fallsBackToBytes: Bool = false, ignoresMerges: Bool = false,
    prefix: String = "", suffix: String = ""
  ) {
    self.prefix = prefix
    self.suffix = suffix
    self.vocabulary = vocabulary
    self.merges = merges
    self.unknownToken = unknownToken
    self.fusesUnknown = fusesUnknown
    self.ignoresMerges = ignoresMerges
    characterTokens = CharacterTokens(vocabulary)
    byteTokens = (0...UInt8.max).map { byte in
      fallsBackToBytes ? vocabulary.token(spelled: byte.fallbackSpelling) : nil
    }
  }

  package func append(_ piece: ArraySlice<Unicode.Scalar>, to tokens: inout [TokenID]) {
    if ignoresMerges, let token = vocabulary.token(spelled: String(piece)) {
      tokens.append(token)
      return
    }
    let start = tokens.count
    appendCharacters(of: piece, to: &tokens)
    if tokens.count - start > Self.greatestScannedLength {
      let merged = MergeQueue.merge(tokens[start...], by: merges)
      tokens.replaceSubrange(start..., with: merged)
    } else {
      merge(&tokens, from: start)
    }
  }

  /// Appends a token for every character: its own, those of its bytes, or the unknown one.
  private func appendCharacters(of piece: ArraySlice<Unicode.Scalar>, to tokens: inout [TokenID]) {
    var isAfterUnknown = false
    let hasAffixes = !(prefix.isEmpty && suffix.isEmpty)
    for (index, scalar) in zip(piece.indices, piece) {
      let token =
        hasAffixes
        ? vocabulary.token(
          spelled: (index > piece.startIndex ? prefix : "") + String(scalar)
            + (index == piece.endIndex - 1 ? suffix : ""))
        : characterTokens[scalar]
      if let token {
        tokens.append(token)
        isAfterUnknown = false
      } else if let bytes = fallback(for: scalar) {
        tokens += bytes
        isAfterUnknown = false
      } else if let unknownToken {
        if !(fusesUnknown && isAfterUnknown) { tokens.append(unknownToken) }
        isAfterUnknown = true
      }
    }
  }

  /// The tokens of the bytes of `scalar`, or `nil` if one of them is missing.
  private func fallback(for scalar: Unicode.Scalar) -> [TokenID]? {
    var tokens: [TokenID] = []
    for byte in scalar.utf8 {
      guard let token = byteTokens[Int(byte)] else { return nil }
      tokens.append(token)
    }
    return tokens
  }

  /// Merges the pair of smallest rank, the leftmost first, until none is left.
  private func merge(_ tokens: inout [TokenID], from start: Int) {
    while true {
      var best: MergeTable.Merge?
      var bestIndex = start
      for index in start..<max(start, tokens.count - 1) {
        guard let merge = merges[tokens[index], tokens[index + 1]] else { continue }
        if merge.rank < best?.rank ?? .max {
          best = merge
          bestIndex = index
        }
      }
      guard let best else { return }
      tokens[bestIndex] = best.token
      tokens.remove(at: bestIndex + 1)
    }
  }
}

extension String {
  /// The string without `prefix`, if it begins with these scalars; a mark may follow them.
  func withoutPrefix(_ prefix: String) -> String {
    guard unicodeScalars.starts(with: prefix.unicodeScalars) else { return self }
    return String(unicodeScalars.dropFirst(prefix.unicodeScalars.count))
  }

  /// Creates a string of scalars.
  init(_ scalars: ArraySlice<Unicode.Scalar>) {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    self.init(view)
  }
}

/// The tokens that are one character.
private struct CharacterTokens: Sendable {
  /// Those of the scalars below U+0180, which are all of a byte-level vocabulary; −1 for none.
  private var low = [TokenID](repeating: -1, count: 0x180)
  private var high: [Unicode.Scalar: TokenID] = [:]

  init(_ vocabulary: Vocabulary) {
    vocabulary.forEach { token, spelling in
      let scalars = spelling.unicodeScalars
      guard let scalar = scalars.first, scalars.index(after: scalars.startIndex) == scalars.endIndex
      else { return }
      if scalar.value < 0x180 { low[Int(scalar.value)] = token } else { high[scalar] = token }
    }
  }

  subscript(scalar: Unicode.Scalar) -> TokenID? {
    if scalar.value >= 0x180 { return high[scalar] }
    let token = low[Int(scalar.value)]
    return token < 0 ? nil : token
  }
}
