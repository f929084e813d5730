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

  /// Returns the candidates for `positions`, ascending, and leaves what was read of them in `answer`.
  ///
  /// - Throws: ``PredictionError/notFinite(position:)``.
  func candidates(
    for positions: [Int], answer: inout Answer, reader: any LogitsReader, step: Int,
    random: any RandomSource
  ) throws(PredictionError) -> [Candidate] {
    let rows = positions.map(answer.guided.rowIndex(of:))
    let readings = readings(
      at: positions, rows: rows, of: answer, reader: reader, step: step, random: random)
    answer.learn(readings, of: rows)
    let logits = answer.guided
    for (index, position) in positions.enumerated() where readings[index] == nil {
      throw .notFinite(position: position)
    }
    let blank = Candidate.Assessment(confidence: 0, margin: 0, entropy: 0)
    var candidates = positions.map {
      Candidate(position: $0, token: 0, ranking: nil, unmodified: blank)
    }
    candidates.withUnsafeMutableBufferPointer { candidates in
      // Each place is written by one thread.
      nonisolated(unsafe) let candidates = candidates
      reader.forEach(count: positions.count) { index in
        guard let reading = readings[index] else { return }
        candidates[index] = logits.withRow(rows[index]) {
          candidate(
            for: positions[index], logits: $0, reading: reading, step: step, random: random)
        }
      }
    }
    return candidates
  }

  /// Reads the logits, and draws on the way where nothing else is to be done for that.
  private func readings(
    at positions: [Int], rows: [Int], of answer: Answer, reader: any LogitsReader, step: Int,
    random: any RandomSource
  ) -> [RowReading?] {
    guard temperature > 0, draw == .categorical, !isFiltered else {
      return answer.readings(of: rows)
        ?? reader.readings(of: answer.guided, rows: rows, draw: nil)
    }
    let uniforms = positions.map { random.uniform(for: .token, step: step, position: $0) }
    return reader.readings(of: answer.guided, rows: rows, draw: (temperature, uniforms))
  }

  private func candidate(
    for position: Int, logits row: UnsafeBufferPointer<Float>, reading: RowReading, step: Int,
    random: any RandomSource
  ) -> Candidate {
    let filtered =
      isFiltered
      ? FilteredDistribution(
        row, temperature: temperature > 0 ? temperature : 1, topK: topK, topP: topP,
        statistics: reading.statistics)
      : nil
    var token = reading.drawnToken ?? reading.statistics.argmax
    var noised: Candidate.Assessment?
    var drawnScore: Double?
    if temperature > 0, draw == .gumbel {
      let uniforms = random.tokenUniforms(step: step, position: position, count: row.count)
      (token, noised, drawnScore) = gumbelDraw(row, filtered: filtered, uniforms: uniforms)
    } else if temperature > 0, let filtered {
      token = filtered.token(at: random.uniform(for: .token, step: step, position: position))
    }
    let unmodified = reading.statistics.assessment(ofLogit: Double(row[Int(token)]))
    let ranking: Candidate.Assessment? =
      switch confidenceSource {
      case .unmodified: unmodified
      case .filtered: filtered?.assessment(of: token) ?? tempered(row, token: token)
      case .noised: noised ?? tempered(row, token: token)
      }
    var candidate = Candidate(
      position: position, token: token, ranking: ranking, unmodified: unmodified)
    candidate.drawnScore = drawnScore
    return candidate
  }

  private func tempered(
    _ row: UnsafeBufferPointer<Float>, token: TokenID
  ) -> Candidate.Assessment? {
    guard temperature > 0 else { return nil }
    return RowStatistics(row, temperature: temperature)?
      .assessment(ofLogit: Double(row[Int(token)]) / temperature)
  }

  /// The argmax of z / T + Gumbel noise, and what the noised distribution says about it.
  ///
  /// The same token as argmax exp(z) / (−ln u)^T, which would overflow for large logits.
  private func gumbelDraw(
    _ row: UnsafeBufferPointer<Float>, filtered: FilteredDistribution?, uniforms: [Double]
  ) -> (TokenID, Candidate.Assessment, score: Double) {
    var keys = Array(repeating: -Double.infinity, count: row.count)
    var noiseless = LogSum()
    if let filtered {
      for (token, logit) in zip(filtered.tokens, filtered.logits) {
        keys[Int(token)] = logit - log(-log(uniforms[Int(token)]))
        noiseless.add(logit)
      }
    } else {
      for token in keys.indices where row[token] > -.infinity {
        let logit = Double(row[token]) / temperature
        keys[token] = logit - log(-log(uniforms[token]))
        noiseless.add(logit)
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
        confidence: confidence, margin: confidence - exp(second - logSumExp), entropy: entropy),
      keys[best] - noiseless.value
    )
  }
}

/// ln Σ exp(x), term by term.
private struct LogSum {
  private var largest = -Double.infinity
  private var sum = 0.0

  /// The logarithm of the sum.
  var value: Double { largest + log(sum) }

  mutating func add(_ term: Double) {
    if term > largest {
      sum = sum * exp(largest - term) + 1
      largest = term
    } else {
      sum += exp(term - largest)
    }
  }
}
