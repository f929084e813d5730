#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The predictor's answer to a question: guided logits at some positions, and what they say.
public struct Answer: Sendable {
  /// What was asked.
  private(set) var question: ForwardQuestion
  private var prediction = Prediction()
  private var combined = Logits()
  /// Whether the logits are no longer those the predictor gave.
  private var isChanged = false
  /// What the rows of ``guided`` say, as far as it was read together; otherwise `nil`.
  private var measured: [RowStatistics?] = []
  private var reader: any LogitsReader = SequentialLogitsReader()

  /// Creates an answer to `question`, to be filled.
  init(_ question: ForwardQuestion) { self.question = question }

  /// The positions of the question, ascending.
  public var positions: [Int] { question.positions }

  /// Who attends to whom, where that was asked.
  public var attention: AttentionMap? { prediction.attention.first ?? nil }

  /// The number of tokens a distribution is about.
  public var vocabularySize: Int { guided.vocabularySize }

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

  /// Returns ``top(_:at:)`` of several positions, shared out by the predictor's reader.
  public func tops(
    _ count: Int, at positions: [Int]
  ) -> [[(token: TokenID, probability: Double)]] {
    each(of: positions, initially: []) { top(count, at: $0) }
  }

  /// Returns the tokens at each of `positions` that are no less probable than `least`, by token; the best
  /// at least.
  func likely(
    at positions: [Int], least: Double
  ) -> [[(token: Int, probability: Float)]] {
    each(of: positions, initially: []) { position in
      guard let statistics = statistics(at: position) else { return [] }
      let bound = Float(min(statistics.largest, statistics.logSumExp + log(least)))
      return withRow(of: position) { row in
        row.indices.filter { row[$0] >= bound }.map {
          ($0, Float(statistics.probability(ofLogit: Double(row[$0]))))
        }
      }
    }
  }

  /// Returns Σ p ln(p / q) at several positions, in nats: how far p, what is said here, is from q, what
  /// `other` says, or from nothing where that was not asked.
  ///
  /// Both count 10⁻¹² more than they are, so that the logarithms are finite. A token's share is exact to
  /// 10⁻⁹.
  public func divergences(from other: Answer?, at positions: [Int]) -> [Double] {
    let columns = guided.vocabularySize
    let probabilities = reader.probabilities(
      of: guided, rows: positions.map(guided.rowIndex(of:)))
    let places = Dictionary(
      uniqueKeysWithValues: positions.enumerated().map { ($0.element, $0.offset) })
    return each(of: positions, initially: 0) { position in
      guard let place = places[position], let own = statistics(at: position) else { return 0 }
      guard let other, other.isAnswered(at: position), let its = other.statistics(at: position),
        other.guided.vocabularySize == columns
      else { return -log(RowDivergence.floor) - own.entropy }
      return probabilities.withUnsafeBufferPointer { probabilities in
        withRow(of: position) { row in
          other.withRow(of: position) { otherRow in
            RowDivergence(
              probabilities: UnsafeBufferPointer(
                rebasing: probabilities[place * columns..<(place + 1) * columns]),
              logits: row, others: otherRow, logSumExps: (own.logSumExp, its.logSumExp)
            ).value
          }
        }
      }
    }
  }

  /// Computes a value for each of some positions, on all threads of the reader.
  private func each<Value: Sendable>(
    of positions: [Int], initially value: Value, _ body: (Int) -> Value
  ) -> [Value] {
    var values = [Value](repeating: value, count: positions.count)
    values.withUnsafeMutableBufferPointer { values in
      // Each place is written by one thread.
      nonisolated(unsafe) let values = values
      reader.forEach(count: positions.count) { values[$0] = body(positions[$0]) }
    }
    return values
  }

  /// Whether the question was asked at `position`.
  public func isAnswered(at position: Int) -> Bool {
    guided.row(of: position) != nil
  }

  private func statistics(at position: Int) -> RowStatistics? {
    let row = guided.rowIndex(of: position)
    if row < measured.count, let known = measured[row] { return known }
    return guided.withRow(row) { RowStatistics($0) }
  }
}

/// Filling.
extension Answer {
  /// Takes the storage of an answer that is not needed any more, for `question`.
  mutating func reuse(for question: ForwardQuestion) {
    self.question = question
    isChanged = false
    measured.removeAll(keepingCapacity: true)
  }

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
  mutating func take(
    _ rows: consuming [Logits], attention: AttentionMap?, reader: any LogitsReader
  ) {
    prediction.rows = rows
    prediction.attention = [attention]
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

  /// Changes the logits strategies decide on, once.
  mutating func change(_ body: (inout Logits) -> Void) {
    guard !isChanged else { return }
    isChanged = true
    measured.removeAll(keepingCapacity: true)
    if question.scale > 0 { body(&combined) } else { body(&prediction.rows[0]) }
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

  /// Reads the rows of `wanted` that were not read yet, shared out by the predictor's reader.
  ///
  /// - Throws: ``PredictionError/notFinite(position:)``.
  mutating func measure(at wanted: [Int]) throws(PredictionError) {
    if measured.count < positions.count {
      measured += [RowStatistics?](repeating: nil, count: positions.count - measured.count)
    }
    let rows = wanted.map(guided.rowIndex(of:)).filter { measured[$0] == nil }
    guard !rows.isEmpty else { return }
    for (row, reading) in zip(rows, reader.readings(of: guided, rows: rows, draw: nil)) {
      guard let reading else { throw .notFinite(position: positions[row]) }
      measured[row] = reading.statistics
    }
  }

  /// Takes over what was read of some rows.
  mutating func learn(_ readings: [RowReading?], of rows: [Int]) {
    if measured.count < positions.count {
      measured += [RowStatistics?](repeating: nil, count: positions.count - measured.count)
    }
    for (row, reading) in zip(rows, readings) { measured[row] = reading?.statistics }
  }

  /// What was read of `rows`; `nil` unless all of them were.
  func readings(of rows: [Int]) -> [RowReading?]? {
    var readings: [RowReading?] = []
    for row in rows {
      guard row < measured.count, let statistics = measured[row] else { return nil }
      readings.append(RowReading(statistics: statistics))
    }
    return readings
  }

  /// Returns what the predictor thinks of `positions`, with their `count` most probable tokens.
  ///
  /// Shared out by the predictor's reader.
  ///
  /// - Throws: ``PredictionError/notFinite(position:)``.
  func opinions(of positions: [Int], count: Int) throws(PredictionError) -> [Opinion] {
    // Nothing may have been asked.
    guard !positions.isEmpty else { return [] }
    let rows = positions.map(guided.rowIndex(of:))
    let readings = readings(of: rows) ?? reader.readings(of: guided, rows: rows, draw: nil)
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
    guard let row = row(of: position) else {
      preconditionFailure("position \(position) was not asked for")
    }
    return row
  }

  /// The row of `position`; `nil` where it is not one of ``positions``.
  func row(of position: Int) -> Int? {
    var low = 0
    var high = positions.count
    while low < high {
      let middle = (low + high) / 2
      if positions[middle] < position { low = middle + 1 } else { high = middle }
    }
    return low < positions.count && positions[low] == position ? low : nil
  }
}
