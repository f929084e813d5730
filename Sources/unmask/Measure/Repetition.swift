import MaskedDiffusion

/// How much texts repeat themselves.
struct Repetition {
  private var seen: [Int: Set<[TokenID]>] = [:]
  private var counts: [Int: Int] = [:]

  /// Counts runs of 1, 2 and 4 tokens in each of `texts`.
  init(_ texts: some Sequence<some Collection<TokenID>>) {
    for (index, text) in texts.enumerated() {
      for length in [1, 2, 4] {
        let text = Array(text)
        guard text.count >= length else { continue }
        for start in 0...text.count - length {
          counts[length, default: 0] += 1
          // Runs of four repeat within a text or not at all; shorter ones are shared by all.
          let run = Array(text[start..<start + length])
          seen[length, default: []].insert(length == 4 ? [TokenID(index)] + run : run)
        }
      }
    }
  }

  /// The share of different runs of `length` tokens (distinct-n).
  ///
  /// - SeeAlso: Li et al., “A Diversity-Promoting Objective Function”, arXiv:1510.03055.
  func distinct(_ length: Int) -> Double {
    Double(seen[length]?.count ?? 0) / Double(max(1, counts[length] ?? 0))
  }

  /// The share of runs of four tokens that occurred before in the same text.
  var repeated: Double { counts[4] == nil ? 0 : 1 - distinct(4) }

  /// “distinct-1 .42, distinct-2 .71, repeated 0.03”.
  var text: String {
    "distinct-1 \(fixed(distinct(1), 2)), distinct-2 \(fixed(distinct(2), 2)), repeated fours "
      + fixed(repeated, 2)
  }
}
