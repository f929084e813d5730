#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Draws a candidate from the logits of a position.
struct CandidateSampling: Sendable {
  var temperature: Double
  var topK: Int?
  var topP: Double?
  var draw: TokenDraw
  var confidenceSource: ConfidenceSource

  private var isFiltered: Bool { topK != nil || (topP ?? 1) < 1 }

  /// Returns the candidate for `position`, or `nil` when the logits are not finite numbers.
  func candidate(
    for position: Int, logits row: UnsafeBufferPointer<Float>, step: Int,
    random: any RandomSource
  ) -> Candidate? {
    guard let statistics = RowStatistics(row) else { return nil }
    let filtered =
      isFiltered
      ? FilteredDistribution(
        row, temperature: temperature > 0 ? temperature : 1, topK: topK, topP: topP)
      : nil
    var token = statistics.argmax
    var noised: Candidate.Assessment?
    if temperature > 0 {
      switch draw {
      case .gumbel:
        let uniforms = random.tokenUniforms(step: step, position: position, count: row.count)
        (token, noised) = gumbelDraw(row, filtered: filtered, uniforms: uniforms)
      case .categorical:
        let uniform = random.uniform(for: .token, step: step, position: position)
        token = filtered?.token(at: uniform) ?? categoricalDraw(row, at: uniform)
      }
    }
    let unmodified = statistics.assessment(ofLogit: Double(row[Int(token)]))
    let ranking: Candidate.Assessment? =
      switch confidenceSource {
      case .unmodified: unmodified
      case .filtered: filtered?.assessment(of: token) ?? tempered(row, token: token)
      case .noised: noised ?? tempered(row, token: token)
      }
    return Candidate(
      position: position, token: token, ranking: ranking, unmodified: unmodified)
  }

  private func tempered(
    _ row: UnsafeBufferPointer<Float>, token: TokenID
  ) -> Candidate.Assessment? {
    guard temperature > 0 else { return nil }
    return RowStatistics(row, temperature: temperature)?
      .assessment(ofLogit: Double(row[Int(token)]) / temperature)
  }

  /// The first token at which the cumulative weight exceeds the share `uniform` of the whole.
  private func categoricalDraw(
    _ row: UnsafeBufferPointer<Float>, at uniform: Double
  ) -> TokenID {
    let largest = Double(row.max() ?? 0)
    let weights = row.map { exp((Double($0) - largest) / temperature) }
    let threshold = uniform * weights.reduce(0, +)
    var cumulative = 0.0
    var last = 0
    for (token, weight) in weights.enumerated() where weight > 0 {
      cumulative += weight
      last = token
      if threshold < cumulative { return TokenID(token) }
    }
    // Rounding may leave the sum a little below the threshold.
    return TokenID(last)
  }

  /// The argmax of z / T + Gumbel noise, and what the noised distribution says about it.
  ///
  /// The same token as argmax exp(z) / (−ln u)^T, which would overflow for large logits.
  private func gumbelDraw(
    _ row: UnsafeBufferPointer<Float>, filtered: FilteredDistribution?, uniforms: [Double]
  ) -> (TokenID, Candidate.Assessment) {
    var keys = Array(repeating: -Double.infinity, count: row.count)
    if let filtered {
      for (token, logit) in zip(filtered.tokens, filtered.logits) {
        keys[Int(token)] = logit - log(-log(uniforms[Int(token)]))
      }
    } else {
      for token in keys.indices where row[token] > -.infinity {
        keys[token] = Double(row[token]) / temperature - log(-log(uniforms[token]))
      }
    }
    var best = 0
    for token in keys.indices where keys[token] > keys[best] { best = token }
    let logSumExp = keys[best] + log(keys.reduce(0) { $0 + exp($1 - keys[best]) })
    var second = -Double.infinity
    for token in keys.indices where token != best { second = max(second, keys[token]) }
    let entropy = keys.reduce(0) { sum, key in
      let logProbability = key - logSumExp
      return key > -.infinity ? sum - exp(logProbability) * logProbability : sum
    }
    let confidence = exp(keys[best] - logSumExp)
    return (
      TokenID(best),
      Candidate.Assessment(
        confidence: confidence, margin: confidence - exp(second - logSumExp), entropy: entropy)
    )
  }
}
