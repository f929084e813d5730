#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The tokens that pass top-p and top-k, most probable first, with their probabilities.
///
/// Top-p keeps a token when those more probable add up to at most p, so the most probable always
/// stays; top-k then removes what is below the k-th largest and keeps ties (Dream
/// `generation_utils.py`, `top_p_logits`, `top_k_logits`).
package struct FilteredDistribution {
  /// The tokens, most probable first, lower tokens first among equals.
  package private(set) var tokens: [TokenID]
  /// Their logits, divided by the temperature.
  package private(set) var logits: [Double]
  /// Their probabilities, which add up to 1.
  package private(set) var probabilities: [Double]

  /// Filters the logits of a position.
  ///
  /// - Parameters:
  ///   - row: The logits.
  ///   - temperature: What they are divided by, above 0.
  ///   - topK: How many tokens are kept; `nil` keeps all.
  ///   - topP: What their probabilities add up to; `nil` keeps all.
  ///   - statistics: What is known of the undivided logits, which saves a pass at temperature 1.
  package init(
    _ row: UnsafeBufferPointer<Float>, temperature: Double, topK: Int?, topP: Double?,
    statistics: RowStatistics? = nil
  ) {
    var total = 0.0
    if let topP, topP < 1 {
      let known = temperature == 1 ? statistics.map { exp($0.logSumExp - $0.largest) } : nil
      total = known ?? Self.totalWeight(row, temperature: temperature)
    }
    let order = Self.head(
      of: row, temperature: temperature, topK: topK, share: topP.map { $0 * total } ?? .infinity)
    let scaled = order.map { Double(row[$0]) / temperature }
    let weights = scaled.map { exp($0 - scaled[0]) }
    var count = order.count
    if let topP, topP < 1 {
      var cumulative = 0.0
      count = 0
      while count < order.count, cumulative <= topP * total {
        cumulative += weights[count]
        count += 1
      }
    }
    if let topK, topK < count {
      let smallest = scaled[topK - 1]
      count = scaled[..<count].prefix { $0 >= smallest }.count
    }
    let kept = weights[..<count].reduce(0, +)
    tokens = order[..<count].map { TokenID($0) }
    logits = Array(scaled[..<count])
    probabilities = weights[..<count].map { $0 / kept }
  }

  /// The sum of exp((z − max) / temperature).
  private static func totalWeight(
    _ row: UnsafeBufferPointer<Float>, temperature: Double
  ) -> Double {
    let largest = Double(row.max() ?? 0) / temperature
    return row.reduce(0) { $0 + exp(Double($1) / temperature - largest) }
  }

  /// The most probable tokens in order, as many as the filters can keep at least.
  ///
  /// Sorting a whole vocabulary would take longer than anything else in a step, and all but a few
  /// tokens are far below the best: only those near it are sorted, and more where that turns out
  /// not to be enough.
  ///
  /// - Parameters:
  ///   - row: The logits.
  ///   - temperature: What they are divided by.
  ///   - topK: The number of tokens that is enough for top-k.
  ///   - share: The weight that is enough for top-p, relative to the best token's.
  /// - Returns: The tokens, most probable first.
  private static func head(
    of row: UnsafeBufferPointer<Float>, temperature: Double, topK: Int?, share: Double
  ) -> [Int] {
    let largest = row.max() ?? 0
    var depth = Float(4 * temperature)
    while true {
      let bound = max(largest - depth, -.greatestFiniteMagnitude)
      let near = row.indices.filter { row[$0] >= bound }
      let isEnough =
        near.count >= topK ?? .max
        || near.reduce(0) { $0 + exp(Double(row[$1] - largest) / temperature) } > share
          * (1 + 1e-12)
      let isWhole = isEnough || near.count == row.count { $0 > -.infinity }
      guard isWhole else {
        depth = depth * 2 + 1
        continue
      }
      return near.sorted { row[$0] != row[$1] ? row[$0] > row[$1] : $0 < $1 }
    }
  }

  /// What the filtered distribution says about `token`.
  func assessment(of token: TokenID) -> Candidate.Assessment {
    let index = tokens.firstIndex(of: token)
    return Candidate.Assessment(
      confidence: index.map { probabilities[$0] } ?? 0,
      margin: probabilities[0] - (probabilities.count > 1 ? probabilities[1] : 0),
      entropy: -probabilities.reduce(0) { $0 + ($1 > 0 ? $1 * log($1) : 0) })
  }

  /// The token at the share `uniform` of the cumulative probability.
  func token(at uniform: Double) -> TokenID {
    var cumulative = 0.0
    for (token, probability) in zip(tokens, probabilities) {
      cumulative += probability
      if uniform < cumulative { return token }
    }
    return tokens[tokens.count - 1]
  }
}
