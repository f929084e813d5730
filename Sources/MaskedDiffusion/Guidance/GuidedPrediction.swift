/// The logits a step decides on: asked for once a canvas, guided and suppressed.
///
/// Kept between steps so that its storage is reused, and so that looking at a canvas and then
/// stepping from it costs one prediction.
struct GuidedPrediction: Sendable {
  /// What was asked; a prediction answers the same question again without a forward pass.
  private struct Question: Equatable {
    var tokens: [TokenID]
    var isGiven: [Bool]
    var positions: [Int]
    var scale: Float
    var suppressed: [TokenID]
  }

  private var question: Question?
  private var prediction = Prediction()
  private var combined = Logits()

  /// The forward passes the last answer cost.
  private(set) var forwards = 0

  /// Makes the logits of at least `positions` (ascending) on `canvas` available; `suppressed`
  /// tokens get a logit of −∞.
  ///
  /// - Returns: The forward passes this call cost: 0, 1, or 2 with a guidance `scale` above 0.
  /// - Throws: What the predictor throws; the question then counts as unanswered.
  mutating func update(
    for canvas: Canvas, positions: [Int], scale: Float, suppressed: [TokenID], time: Float?,
    predictor: any MaskPredictor, cancellation: CancellationFlag?
  ) throws(PredictionError) -> Int {
    let asked = Question(
      tokens: canvas.tokens, isGiven: canvas.isGiven, positions: positions, scale: scale,
      suppressed: suppressed)
    if answers(asked) { return 0 }
    question = nil
    var rows = [PredictionRow(tokens: canvas.tokens, wanted: positions)]
    if scale > 0 { rows.append(PredictionRow(tokens: canvas.unconditional, wanted: positions)) }
    try predictor.predict(
      PredictionRequest(rows: rows, time: time, cancellation: cancellation), into: &prediction)
    if scale > 0 {
      ClassifierFreeGuidance.combine(
        conditional: prediction.rows[0], unconditional: prediction.rows[1], scale: scale,
        into: &combined)
      Self.suppress(suppressed, in: &combined)
    } else {
      Self.suppress(suppressed, in: &prediction.rows[0])
    }
    question = asked
    return rows.count
  }

  /// Forgets the answer, for instance because the model has changed.
  mutating func reset() { question = nil }

  private func answers(_ asked: Question) -> Bool {
    guard var question else { return false }
    guard Set(asked.positions).isSubset(of: question.positions) else { return false }
    question.positions = asked.positions
    return question == asked
  }

  private static func suppress(_ tokens: [TokenID], in logits: inout Logits) {
    for token in tokens where Int(token) < logits.vocabularySize {
      for row in logits.positions.indices {
        logits.values[row * logits.vocabularySize + Int(token)] = -.infinity
      }
    }
  }

  /// The logits strategies decide on; what the last question asked for is among its positions.
  var guided: Logits { isGuided ? combined : prediction.rows[0] }

  private var isGuided: Bool { (question?.scale ?? 0) > 0 }

  /// Calls `body` with the logits of `position`, which must have been asked for.
  func withRow<Result>(
    of position: Int, _ body: (UnsafeBufferPointer<Float>) -> Result
  ) -> Result {
    guided.withRow(guided.rowIndex(of: position), body)
  }

  /// Returns what the predictor thinks of `position`, with its `count` most probable tokens.
  func opinion(of position: Int, count: Int) -> Opinion? {
    let top: ([Int], RowStatistics)? = withRow(of: position) { row in
      RowStatistics(row).map { (largestIndices(of: row, count: count), $0) }
    }
    guard let (tokens, statistics) = top else { return nil }
    let guided = withRow(of: position) { row in
      tokens.map { statistics.probability(ofLogit: Double(row[$0])) }
    }
    let passes = isGuided ? prediction.rows.map { probabilities(of: tokens, in: $0, position) } : []
    return Opinion(
      position: position, entropy: statistics.entropy,
      top: tokens.indices.map { index in
        Opinion.TokenProbability(
          token: TokenID(tokens[index]), probability: guided[index],
          conditional: passes.isEmpty ? nil : passes[0][index],
          unconditional: passes.isEmpty ? nil : passes[1][index])
      })
  }

  private func probabilities(of tokens: [Int], in logits: Logits, _ position: Int) -> [Double] {
    logits.withRow(logits.rowIndex(of: position)) { row in
      guard let statistics = RowStatistics(row) else { return tokens.map { _ in .nan } }
      return tokens.map { statistics.probability(ofLogit: Double(row[$0])) }
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
