package import Tokenizers

extension TokenizerDocument {
  /// Byte-level BPE: joins the most frequent pair of neighbours again and again.
  ///
  /// Equally frequent pairs are joined in the order of their identifiers, as the `tokenizers` library does.
  ///
  /// - Parameters:
  ///   - texts: What to count pairs in.
  ///   - vocabularySize: The most tokens, 257 or more.
  /// - Throws: ``TokenizerError``.
  /// - SeeAlso: Sennrich et al., “Neural Machine Translation of Rare Words with Subword Units”,
  ///   arXiv:1508.07909.
  package init(
    bytePairsOf texts: some Sequence<String>, vocabularySize: Int
  ) throws(TokenizerError) {
    var counts = try PieceCounts(.digitsApart)
    for text in texts { counts.add(text) }
    var trainer = BytePairTrainer(counts.counts)
    trainer.train(vocabularySize: vocabularySize)
    self.init(
      pieces: .digitsApart, vocabulary: trainer.vocabulary, merges: trainer.merges,
      takesWholePieces: false)
  }
}

/// Two neighbours.
private struct TokenPair: Hashable {
  var left: Int
  var right: Int
}

/// The state of training byte pairs.
private struct BytePairTrainer {
  private(set) var vocabulary: [String]
  private(set) var merges: [(left: String, right: String)] = []

  /// A distinct piece: its tokens so far, and how often it occurs.
  private struct Piece {
    var tokens: [Int]
    var count: Int
  }

  private var pieces: [Piece] = []
  private var pairCounts: [TokenPair: Int] = [:]
  /// Pieces a pair may occur in.
  private var places: [TokenPair: Set<Int>] = [:]
  private var identifiers: [String: Int] = [:]

  init(_ counts: [String: Int]) {
    vocabulary = [TokenizerDocument.endOfText] + TokenizerDocument.alphabet
    for (identifier, spelling) in vocabulary.enumerated() { identifiers[spelling] = identifier }
    for (spelling, count) in counts {
      let tokens = spelling.unicodeScalars.compactMap { identifiers[String($0)] }
      add(Piece(tokens: tokens, count: count))
    }
  }

  private mutating func add(_ piece: Piece) {
    for (left, right) in zip(piece.tokens, piece.tokens.dropFirst()) {
      let pair = TokenPair(left: left, right: right)
      pairCounts[pair, default: 0] += piece.count
      places[pair, default: []].insert(pieces.count)
    }
    pieces.append(piece)
  }

  mutating func train(vocabularySize: Int) {
    var queue = PairQueue()
    for (pair, count) in pairCounts { queue.push(.init(pair: pair, count: count)) }
    while vocabulary.count < vocabularySize, let top = queue.pop() {
      let count = pairCounts[top.pair] ?? 0
      guard count > 0 else { continue }
      guard count == top.count else {
        // Its count has changed since it was queued.
        queue.push(.init(pair: top.pair, count: count))
        continue
      }
      for pair in merge(top.pair) {
        if let count = pairCounts[pair] { queue.push(.init(pair: pair, count: count)) }
      }
    }
  }

  /// Joins a pair wherever it occurs, and returns the pairs that came into being.
  private mutating func merge(_ pair: TokenPair) -> Set<TokenPair> {
    let spelling = vocabulary[pair.left] + vocabulary[pair.right]
    merges.append((vocabulary[pair.left], vocabulary[pair.right]))
    // Two pairs may spell the same token.
    let joined = identifiers[spelling] ?? vocabulary.count
    if joined == vocabulary.count {
      vocabulary.append(spelling)
      identifiers[spelling] = joined
    }
    var created: Set<TokenPair> = []
    for index in places.removeValue(forKey: pair) ?? [] {
      let before = pieces[index].tokens, count = pieces[index].count
      let after = Self.merged(before, pair, joined)
      guard after.count < before.count else { continue }
      for (left, right) in zip(before, before.dropFirst()) {
        pairCounts[TokenPair(left: left, right: right), default: 0] -= count
      }
      for (left, right) in zip(after, after.dropFirst()) {
        let pair = TokenPair(left: left, right: right)
        pairCounts[pair, default: 0] += count
        guard left == joined || right == joined else { continue }
        places[pair, default: []].insert(index)
        created.insert(pair)
      }
      pieces[index].tokens = after
    }
    pairCounts[pair] = nil
    return created
  }

  private static func merged(_ tokens: [Int], _ pair: TokenPair, _ joined: Int) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(tokens.count)
    var index = 0
    while index < tokens.count {
      if index + 1 < tokens.count, tokens[index] == pair.left, tokens[index + 1] == pair.right {
        result.append(joined)
        index += 2
      } else {
        result.append(tokens[index])
        index += 1
      }
    }
    return result
  }
}

/// Pairs by their counts: a binary heap whose entries may be out of date.
private struct PairQueue {
  struct Entry {
    var pair: TokenPair
    var count: Int

    /// Whether it is joined before `other`.
    func precedes(_ other: Entry) -> Bool {
      if count != other.count { return count > other.count }
      return (pair.left, pair.right) < (other.pair.left, other.pair.right)
    }
  }

  private var entries: [Entry] = []

  mutating func push(_ entry: Entry) {
    entries.append(entry)
    var child = entries.count - 1
    while child > 0, entries[child].precedes(entries[(child - 1) / 2]) {
      entries.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Entry? {
    guard let first = entries.first else { return nil }
    let last = entries.removeLast()
    guard !entries.isEmpty else { return first }
    entries[0] = last
    var parent = 0
    while true {
      var best = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < entries.count && entries[child].precedes(entries[best]) { best = child }
      if best == parent { return first }
      entries.swapAt(parent, best)
      parent = best
    }
  }
}
