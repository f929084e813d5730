internal import JSON
package import MaskedDiffusion

/// A unigram language model: of all ways to cut a piece into tokens, the most probable one.
///
/// Kudo, “Subword Regularization”, arXiv:1804.10959; Viterbi's algorithm over the positions.
package struct Unigram: SubwordModel {
  package let vocabulary: Vocabulary
  package let unknownToken: TokenID?
  /// The log probability of each token.
  private let scores: [Double]
  private let trie: ByteTrie
  /// The tokens `<0x00>` to `<0xFF>`, if unknown characters are written with them.
  private let byteTokens: [TokenID?]

  /// How much less probable than the rarest token an unknown character is.
  private static let unknownPenalty = 10.0

  /// Reads the `model` of a tokenizer file.
  package init(_ field: JSONField) throws(TokenizerError) {
    if field["vocab"].isNull { throw field["vocab"].malformed(expected: "an array of tokens") }
    let entries = try field["vocab"].elements()
    var vocabulary = Vocabulary(path: field.path, capacity: entries.count)
    var scores: [Double] = []
    scores.reserveCapacity(entries.count)
    for (id, entry) in entries.enumerated() {
      guard case .array(let pair) = entry.value, pair.count == 2,
        case .string(let spelling) = pair[0],
        let score = pair[1].double, score.isFinite
      else { throw entry.malformed(expected: "a token and its score") }
      // A piece that is listed twice keeps its first identifier.
      if vocabulary.token(spelled: spelling) == nil { try vocabulary.insert(spelling, as: id) }
      scores.append(score)
    }
    let unknown = field["unk_id"].isNull ? nil : try field["unk_id"].token()
    if let unknown, Int(unknown) >= scores.count {
      throw field["unk_id"].malformed(expected: "a token of the vocabulary")
    }
    self.init(
      vocabulary: vocabulary, scores: scores, unknownToken: unknown,
      fallsBackToBytes: try field["byte_fallback"].boolean(default: false))
  }

  /// Creates a model.
  ///
  /// - Parameters:
  ///   - vocabulary: The tokens.
  ///   - scores: The log probability of each, by identifier.
  ///   - unknownToken: The token for what cannot be covered.
  ///   - fallsBackToBytes: Whether unknown characters are written as bytes.
  ///   - isPlain: Whether a token is text. Control tokens, bytes and the unknown token are not.
  package init(
    vocabulary: Vocabulary, scores: [Double], unknownToken: TokenID?, fallsBackToBytes: Bool,
    isPlain: (TokenID) -> Bool = { _ in true }
  ) {
    self.vocabulary = vocabulary
    self.scores = scores
    self.unknownToken = unknownToken
    var trie = ByteTrie()
    vocabulary.forEach { token, spelling in
      if isPlain(token), scores.indices.contains(Int(token)), !spelling.isEmpty {
        trie.insert(spelling, token)
      }
    }
    self.trie = trie
    byteTokens = (0...UInt8.max).map { byte in
      fallsBackToBytes ? vocabulary.token(spelled: byte.fallbackSpelling) : nil
    }
    unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
  }

  private let unknownScore: Double

  /// The best way to a position.
  private struct Arrival {
    var score = 0.0
    /// Where its last token begins; −1 when there is no way yet.
    var start = -1
    /// Its last token; −1 for an unknown character.
    var token: TokenID = -1
  }

  package func append(_ piece: ArraySlice<Unicode.Scalar>, to tokens: inout [TokenID]) {
    let bytes = piece.flatMap { Array($0.utf8) }
    let arrivals = arrivals(at: bytes)
    var path: [(start: Int, end: Int, token: TokenID)] = []
    var end = bytes.count
    while end > 0 {
      let arrival = arrivals[end]
      if arrival.token < 0, let last = path.last, last.token < 0 {
        path[path.count - 1].start = arrival.start
      } else {
        path.append((arrival.start, end, arrival.token))
      }
      end = arrival.start
    }
    for part in path.reversed() {
      if part.token >= 0 {
        tokens.append(part.token)
      } else {
        appendUnknown(bytes[part.start..<part.end], to: &tokens)
      }
    }
  }

  private func arrivals(at bytes: [UInt8]) -> [Arrival] {
    var arrivals = [Arrival](repeating: Arrival(), count: bytes.count + 1)
    var position = 0
    while position < bytes.count {
      let length = min(max((~bytes[position]).leadingZeroBitCount, 1), bytes.count - position)
      let base = arrivals[position].score
      var isCovered = false
      trie.forEachMatch(in: bytes[position...]) { token, matched in
        let score = base + scores[Int(token)]
        if arrivals[position + matched].start < 0 || score > arrivals[position + matched].score {
          arrivals[position + matched] = Arrival(score: score, start: position, token: token)
        }
        if matched == length { isCovered = true }
      }
      let next = position + length
      let score = base + unknownScore
      if !isCovered, arrivals[next].start < 0 || score > arrivals[next].score {
        arrivals[next] = Arrival(score: score, start: position, token: -1)
      }
      position = next
    }
    return arrivals
  }

  private func appendUnknown(_ bytes: ArraySlice<UInt8>, to tokens: inout [TokenID]) {
    let fallback = bytes.compactMap { byteTokens[Int($0)] }
    if fallback.count == bytes.count {
      tokens += fallback
    } else if let unknownToken {
      tokens.append(unknownToken)
    }
  }
}
