/// Estimates likelihoods with a mask predictor, many rows in one request.
///
/// A predictor that sees each position from left to right says the likelihood itself, in one row,
/// whatever the estimator.
///
/// The result depends on the question, the estimator, the number of samples and the seed, and not
/// on what else is in the batch. A masking that several samples share is computed once.
public struct LikelihoodEvaluator: Sendable {
  /// The predictor that is asked.
  public let predictor: any MaskPredictor
  /// The scale w of guidance, 0 = off; with it a likelihood becomes a score.
  public let guidanceScale: Float
  /// The positions of one request; a single row may have more.
  public var batchPositions = 1024
  /// The logits of one request, of all rows together, to bound the memory; a single row may have
  /// more.
  public var batchLogits = 1 << 24
  /// Told how many rows have been computed, after every request.
  public var progress: (@Sendable (_ done: Int, _ all: Int) -> Void)?
  /// Stops the computation when raised.
  public var cancellation: CancellationFlag?

  /// Creates an evaluator.
  public init(predictor: any MaskPredictor, guidanceScale: Float = 0) {
    self.predictor = predictor
    self.guidanceScale = guidanceScale
  }

  /// Returns an estimate for each of `questions`.
  ///
  /// - Parameters:
  ///   - questions: What to score.
  ///   - seeds: The seed of each question's random numbers.
  ///   - estimator: How.
  ///   - sampleCount: The samples of each, 1 or more; an estimator that is deterministic takes one.
  /// - Returns: The estimates, in the order of the questions.
  /// - Throws: ``LikelihoodError``.
  public func estimates(
    of questions: [LikelihoodQuestion], seeds: [UInt64], by estimator: any LikelihoodEstimator,
    sampleCount: Int
  ) throws(LikelihoodError) -> [LikelihoodEstimate] {
    precondition(seeds.count == questions.count, "\(seeds.count) seeds")
    let isCausal = predictor.attention == .causal && predictor.isShifted
    let isExact = isCausal || type(of: estimator).isDeterministic
    guard sampleCount >= 1 else { throw .sampleCount(sampleCount) }
    guard !isCausal || guidanceScale == 0 else { throw .unguidable }
    let count = isExact ? 1 : sampleCount
    var samples: [[[AnswerMasking]]] = []
    for (question, seed) in zip(questions, seeds) {
      try question.check(against: predictor)
      if isCausal {
        guard !question.prompt.isEmpty else { throw .nothingBefore }
        // Nobody sees what stands behind, so that nothing has to be hidden.
        let all = Array(question.answer.indices)
        samples.append([[AnswerMasking(masked: [], scored: all, weight: 1)]])
        continue
      }
      let random = SeededRandomSource(seed: seed)
      var ofQuestion: [[AnswerMasking]] = []
      for index in 0..<count {
        ofQuestion.append(
          try estimator.sample(index, length: question.answer.count, random: random))
      }
      samples.append(ofQuestion)
    }
    return try values(of: samples, for: questions).map { estimate in
      var estimate = estimate
      estimate.isExact = isExact
      estimate.groupSize = isExact ? 1 : estimator.groupSize
      return estimate
    }
  }

  /// Returns the estimate of one question.
  ///
  /// - Throws: ``LikelihoodError``.
  public func estimate(
    of question: LikelihoodQuestion, by estimator: any LikelihoodEstimator, sampleCount: Int = 128,
    seed: UInt64 = 0
  ) throws(LikelihoodError) -> LikelihoodEstimate {
    try estimates(of: [question], seeds: [seed], by: estimator, sampleCount: sampleCount)[0]
  }

  /// Evaluates samples that were drawn elsewhere; shape `[questions][samples][maskings]`.
  ///
  /// - Throws: ``LikelihoodError``.
  public func values(
    of samples: [[[AnswerMasking]]], for questions: [LikelihoodQuestion]
  ) throws(LikelihoodError) -> [LikelihoodEstimate] {
    var tables: [MaskingTable] = []
    for (question, ofQuestion) in zip(questions, samples) {
      try question.check(against: predictor)
      tables.append(MaskingTable(ofQuestion))
    }
    try fill(&tables, for: questions)
    let passes = guidanceScale > 0 ? 2 : 1
    return tables.indices.map { index in
      var estimate = tables[index].estimate(
        of: samples[index], length: questions[index].answer.count)
      estimate.isGuided = guidanceScale > 0
      estimate.forwardPassCount = tables[index].rows.count * passes
      return estimate
    }
  }

  /// Asks for every row of `tables`, as many at a time as fit a request.
  private func fill(
    _ tables: inout [MaskingTable], for questions: [LikelihoodQuestion]
  ) throws(LikelihoodError) {
    let passes = guidanceScale > 0 ? 2 : 1
    var rows = tables.indices.flatMap { table in
      tables[table].rows.indices.map { row in
        let masked = tables[table].rows[row].masked.count
        let time = Float(masked) / Float(max(1, questions[table].answer.count))
        return (table: table, row: row, time: predictor.readsTime ? time : nil)
      }
    }
    // A request has one time, so that rows of the same time go together.
    if predictor.readsTime {
      rows.sort { ($0.time ?? 0, $0.table, $0.row) < ($1.time ?? 0, $1.table, $1.row) }
    }
    var batch: [(table: Int, row: Int)] = []
    var positions = 0
    var logits = 0
    var time: Float?
    for (done, (table, row, rowTime)) in rows.enumerated() {
      let length = questions[table].positionCount * passes
      let rowLogits =
        tables[table].rows[row].scored.count * predictor.vocabularySize * passes
      let isFull =
        positions + length > batchPositions || logits + rowLogits > batchLogits || rowTime != time
      if !batch.isEmpty, isFull {
        try compute(batch, time, &tables, questions)
        progress?(done, rows.count)
        batch = []
        (positions, logits) = (0, 0)
      }
      batch.append((table, row))
      positions += length
      logits += rowLogits
      time = rowTime
    }
    guard !batch.isEmpty else { return }
    try compute(batch, time, &tables, questions)
    progress?(rows.count, rows.count)
  }

  private func compute(
    _ batch: [(table: Int, row: Int)], _ time: Float?, _ tables: inout [MaskingTable],
    _ questions: [LikelihoodQuestion]
  ) throws(LikelihoodError) {
    var rows: [PredictionRow] = []
    var targets: [[TokenID]] = []
    for (table, row) in batch {
      let question = questions[table]
      let masking = tables[table].rows[row]
      let wanted = masking.scored.map { $0 + question.prompt.count }
      targets.append(masking.scored.map { question.answer[$0] })
      for hidesPrompt in guidanceScale > 0 ? [false, true] : [false] {
        rows.append(
          PredictionRow(
            tokens: question.tokens(
              masking: masking.masked, maskToken: predictor.maskToken, hidesPrompt: hidesPrompt),
            wanted: wanted))
      }
    }
    let request = PredictionRequest(rows: rows, time: time, cancellation: cancellation)
    let logProbabilities: [[Double]]
    do throws(PredictionError) {
      logProbabilities =
        guidanceScale > 0
        ? try guidedLogProbabilities(of: targets, in: request)
        : try predictor.logProbabilities(of: targets, in: request)
    } catch {
      throw .prediction(error)
    }
    for (place, values) in zip(batch, logProbabilities) {
      tables[place.table].set(place.row, values)
    }
  }

  /// The rows of `request` come in pairs: with the prompt visible, with the prompt masked.
  private func guidedLogProbabilities(
    of targets: [[TokenID]], in request: PredictionRequest
  ) throws(PredictionError) -> [[Double]] {
    let prediction = try predictor.prediction(for: request)
    let reader = predictor.logitsReader
    var guided = Logits()
    var result: [[Double]] = []
    for (index, tokens) in targets.enumerated() {
      ClassifierFreeGuidance.combine(
        conditional: prediction.rows[2 * index], unconditional: prediction.rows[2 * index + 1],
        scale: guidanceScale, into: &guided, reader: reader)
      result.append(try reader.logProbabilities(of: tokens, in: guided))
    }
    return result
  }
}

/// The different masked answers that samples ask for, and the log probabilities found there.
private struct MaskingTable {
  struct Row {
    var masked: [Int]
    /// All offsets that any sample scores here, ascending.
    var scored: [Int]
  }

  private(set) var rows: [Row] = []
  private var places: [[Int]: Int] = [:]
  /// −ln p for each scored offset of each row.
  private var losses: [[Int: Double]] = []

  init(_ samples: [[AnswerMasking]]) {
    var scored: [Set<Int>] = []
    for masking in samples.joined() where !masking.scored.isEmpty {
      if let place = places[masking.masked] {
        scored[place].formUnion(masking.scored)
      } else {
        places[masking.masked] = rows.count
        rows.append(Row(masked: masking.masked, scored: []))
        scored.append(Set(masking.scored))
      }
    }
    for place in rows.indices { rows[place].scored = scored[place].sorted() }
    losses = Array(repeating: [:], count: rows.count)
  }

  /// Stores what was found for the scored offsets of `row`.
  mutating func set(_ row: Int, _ logProbabilities: [Double]) {
    for (offset, value) in zip(rows[row].scored, logProbabilities) { losses[row][offset] = -value }
  }

  /// Sums up `samples` of an answer of `length` tokens.
  func estimate(of samples: [[AnswerMasking]], length: Int) -> LikelihoodEstimate {
    var tokens = [Double](repeating: 0, count: length)
    let values = samples.map { sample in
      sample.reduce(0.0) { sum, masking in
        guard let row = places[masking.masked] else { return sum }
        return masking.scored.reduce(sum) { sum, offset in
          let loss = masking.weight * (losses[row][offset] ?? 0)
          tokens[offset] += loss / Double(samples.count)
          return sum + loss
        }
      }
    }
    return LikelihoodEstimate(
      samples: values, tokens: tokens, groupSize: 1, isExact: false, isGuided: false,
      forwardPassCount: 0)
  }
}
