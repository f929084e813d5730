/// The predictor's answer to a question: guided logits at some positions, and what they say.
public struct Answer: Sendable {
  /// What was asked.
  private(set) var question: ForwardQuestion
  private var prediction = Prediction()
  private var combined = Logits()
  private var reader: any LogitsReader = SequentialLogitsReader()

  /// Creates an answer to `question`, to be filled.
  init(_ question: ForwardQuestion) { self.question = question }

  /// The positions of the question, ascending.
  public var positions: [Int] { question.positions }

  /// Returns the probability of `token` at `position`; 0 where the logits are not numbers.
  public func probability(of token: TokenID, at position: Int) -> Double {
    guard let statistics = statistics(at: position) else { return 0 }
    return withRow(of: position) {
      statistics.probability(ofLogit: Double($0[Int(token)]))
    }
  }

  /// Returns the most probable token at `position`, with what the distribution says about it.
  public func best(at position: Int) -> Candidate {
    guard let statistics = statistics(at: position) else {
      return Candidate(
        position: position, token: question.tokens[position],
        unmodified: Candidate.Assessment(confidence: 0, margin: 0, entropy: 0))
    }
    return Candidate(
      position: position, token: statistics.argmax,
      unmodified: statistics.assessment(ofLogit: statistics.largest))
  }

  /// Returns the probability of every token at `position`, shape `[vocabulary]`.
  ///
  /// - Complexity: O(vocabulary); allocates.
  public func distribution(at position: Int) -> [Double] {
    guard let statistics = statistics(at: position) else { return [] }
    return withRow(of: position) { row in
      row.map { statistics.probability(ofLogit: Double($0)) }
    }
  }

  /// Returns the `count` most probable tokens at `position`, best first.
  public func top(_ count: Int, at position: Int) -> [(token: TokenID, probability: Double)] {
    guard let statistics = statistics(at: position) else { return [] }
    return withRow(of: position) { row in
      reader.largest(count, of: row).map {
        (TokenID($0), statistics.probability(ofLogit: Double(row[$0])))
      }
    }
  }

  /// Whether the question was asked at `position`.
  public func isAnswered(at position: Int) -> Bool {
    positions.count == (positions.last ?? -1) + 1
      ? positions.indices.contains(position) : Set(positions).contains(position)
  }

  private func statistics(at position: Int) -> RowStatistics? {
    withRow(of: position) { RowStatistics($0) }
  }
}

/// Filling.
extension Answer {
  /// Takes the storage of an answer that is not needed any more, for `question`.
  mutating func reuse(for question: ForwardQuestion) { self.question = question }

  /// Asks `predictor`, then guides and suppresses.
  ///
  /// - Throws: What the predictor throws.
  mutating func fill(
    from predictor: any MaskPredictor, request: PredictionRequest
  ) throws(PredictionError) {
    try predictor.predict(request, into: &prediction)
    guide(reader: predictor.logitsReader)
  }

  /// Takes over `rows`, which a predictor computed together with others.
  mutating func take(_ rows: [Logits], reader: any LogitsReader) {
    prediction.rows = rows
    guide(reader: reader)
  }

  private mutating func guide(reader: any LogitsReader) {
    self.reader = reader
    guard question.scale > 0 else {
      adjust(&prediction.rows[0])
      return
    }
    ClassifierFreeGuidance.combine(
      conditional: prediction.rows[0], unconditional: prediction.rows[1], scale: question.scale,
      into: &combined, reader: reader)
    adjust(&combined)
  }

  private func adjust(_ logits: inout Logits) {
    question.adjustment.apply(
      to: &logits, tokens: question.tokens, places: question.positionIDs)
  }
}

/// Measuring.
extension Answer {
  /// The logits strategies decide on.
  var guided: Logits { question.scale > 0 ? combined : prediction.rows[0] }

  /// Calls `body` with the logits of `position`, which must have been asked for.
  func withRow<Result>(
    of position: Int, _ body: (UnsafeBufferPointer<Float>) -> Result
  ) -> Result {
    guided.withRow(guided.rowIndex(of: position), body)
  }

  /// Throws when a logit is not a number.
  func checkFinite() throws(PredictionError) {
    for position in positions where statistics(at: position) == nil {
      throw .notFinite(position: position)
    }
  }

  /// Returns what the predictor thinks of `positions`, with their `count` most probable tokens.
  ///
  /// Shared out by the predictor's reader.
  ///
  /// - Throws: ``PredictionError/notFinite(position:)``.
  func opinions(of positions: [Int], count: Int) throws(PredictionError) -> [Opinion] {
    // Nothing may have been asked.
    guard !positions.isEmpty else { return [] }
    let readings = reader.readings(
      of: guided, rows: positions.map(guided.rowIndex(of:)), draw: nil)
    let passes = question.scale > 0 ? prediction.rows : []
    let passReadings = passes.map { pass in
      reader.readings(of: pass, rows: positions.map(pass.rowIndex(of:)), draw: nil)
    }
    for (index, position) in positions.enumerated() where readings[index] == nil {
      throw .notFinite(position: position)
    }
    var opinions = [Opinion](
      repeating: Opinion(position: 0, entropy: 0, top: []), count: positions.count)
    opinions.withUnsafeMutableBufferPointer { opinions in
      // Each place is written by one thread.
      nonisolated(unsafe) let opinions = opinions
      reader.forEach(count: positions.count) { index in
        guard let statistics = readings[index]?.statistics else { return }
        let position = positions[index]
        let tokens = withRow(of: position) { reader.largest(count, of: $0) }
        let each = zip(passes, passReadings).map { pass, readings in
          Self.probabilities(of: tokens, in: pass, position, readings[index]?.statistics)
        }
        let all = Self.probabilities(of: tokens, in: guided, position, statistics)
        opinions[index] = Opinion(
          position: position, entropy: statistics.entropy,
          margin: statistics.assessment(ofLogit: statistics.largest).margin,
          top: tokens.indices.map { place in
            Opinion.TokenProbability(
              token: TokenID(tokens[place]), probability: all[place],
              conditional: each.isEmpty ? nil : each[0][place],
              unconditional: each.isEmpty ? nil : each[1][place])
          })
      }
    }
    return opinions
  }

  private static func probabilities(
    of tokens: [Int], in logits: Logits, _ position: Int, _ statistics: RowStatistics?
  ) -> [Double] {
    guard let statistics else { return tokens.map { _ in .nan } }
    return logits.withRow(logits.rowIndex(of: position)) { row in
      tokens.map { statistics.probability(ofLogit: Double(row[$0])) }
    }
  }
}

extension Logits {
  /// Calls `body` with row `row`.
  func withRow<Result>(_ row: Int, _ body: (UnsafeBufferPointer<Float>) -> Result) -> Result {
    values.withUnsafeBufferPointer {
      body(UnsafeBufferPointer(rebasing: $0[row * vocabularySize..<(row + 1) * vocabularySize]))
    }
  }

  /// The row of `position`, which must be one of ``positions``.
  func rowIndex(of position: Int) -> Int {
    var low = 0
    var high = positions.count
    while low < high {
      let middle = (low + high) / 2
      if positions[middle] < position { low = middle + 1 } else { high = middle }
    }
    precondition(
      low < positions.count && positions[low] == position, "position \(position) was not asked for")
    return low
  }
}
