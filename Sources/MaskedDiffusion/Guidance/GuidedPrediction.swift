/// The logits a step decides on: asked for once a canvas, guided and suppressed.
///
/// Kept between steps so that its storage is reused, and so that looking at a canvas and then
/// stepping from it costs one prediction.
struct GuidedPrediction: Sendable {
  /// What was asked; a prediction answers the same question again without a forward pass.
  struct Question: Equatable {
    /// The canvas.
    var canvas: Canvas
    /// The positions, ascending.
    var positions: [Int]
    /// The guidance scale; above 0 costs a second row.
    var scale: Float
    /// The tokens that get a logit of −∞.
    var suppressed: [TokenID]
    /// What kept keys and values come from and which positions are computed; `nil` computes all
    /// and keeps nothing.
    var cache: Cache?

    struct Cache: Equatable {
      /// What is to be at hand.
      var origin: CacheOrigin
      /// The positions to compute, ascending.
      var computed: [Int]
      /// Whether what is computed belongs to the origin from then on.
      var isKept: Bool
    }
  }

  private var question: Question?
  private var prediction = Prediction()
  private var combined = Logits()
  private var kept = KeptRows()

  /// Keys and values, one cache a row, and what they were computed from.
  ///
  /// A copy of a prediction that is asked again begins with none, so that it does not change what
  /// the original keeps. Sendable because only the one prediction that owns it uses it.
  private final class KeptRows: @unchecked Sendable {
    var caches: [any PredictionCache] = []
    var origin: CacheOrigin?
    /// The rows that what was computed last had; caches beyond have fallen behind.
    var rowCount = 0
  }

  /// Makes the logits `asked` for available.
  ///
  /// - Returns: The forward passes this call cost: 0 when they are, otherwise 1, or 2 with
  ///   guidance, and as many again for each pass that lost keys and values came from.
  /// - Throws: What the predictor throws; the question then counts as unanswered.
  mutating func update(
    _ asked: Question, time: Float?, predictor: any MaskPredictor, cancellation: CancellationFlag?
  ) throws(PredictionError) -> Int {
    if answers(asked) { return 0 }
    question = nil
    var forwards = 0
    if let cache = asked.cache {
      if !isKnownUniquelyReferenced(&kept) { kept = KeptRows() }
      forwards += try restoreCaches(
        for: asked, cache, time: time, predictor: predictor, cancellation: cancellation)
    }
    let rows = rows(of: asked.canvas, scale: asked.scale, positions: asked.positions) {
      guard let cache = asked.cache, !kept.caches.isEmpty else { return nil }
      return CacheUse(cache: kept.caches[$0], computed: cache.computed)
    }
    do {
      try predictor.predict(
        PredictionRequest(rows: rows, time: time, cancellation: cancellation), into: &prediction)
    } catch {
      // A pass that was stopped has stored some keys and values, but not all.
      if asked.cache != nil { kept.origin = nil }
      throw error
    }
    if asked.scale > 0 {
      ClassifierFreeGuidance.combine(
        conditional: prediction.rows[0], unconditional: prediction.rows[1], scale: asked.scale,
        into: &combined, reader: predictor.logitsReader)
      Self.suppress(asked.suppressed, in: &combined)
    } else {
      Self.suppress(asked.suppressed, in: &prediction.rows[0])
    }
    if let cache = asked.cache, cache.isKept {
      kept.origin?.later.append(
        CacheOrigin.Pass(canvas: asked.canvas, computed: cache.computed))
    }
    question = asked
    return forwards + rows.count
  }

  private func rows(
    of canvas: Canvas, scale: Float, positions: [Int], cache: (_ row: Int) -> CacheUse?
  ) -> [PredictionRow] {
    let rows = scale > 0 ? [canvas.tokens, canvas.unconditional] : [canvas.tokens]
    return rows.enumerated().map { index, tokens in
      PredictionRow(tokens: tokens, wanted: positions, cache: cache(index))
    }
  }

  /// Makes sure that the kept keys and values are those of the origin, unless the question itself
  /// computes them.
  private mutating func restoreCaches(
    for asked: Question, _ cache: Question.Cache, time: Float?, predictor: any MaskPredictor,
    cancellation: CancellationFlag?
  ) throws(PredictionError) -> Int {
    let count = asked.scale > 0 ? 2 : 1
    while kept.caches.count < count {
      guard let new = predictor.makeCache() else {
        throw .unsupported("this model keeps no keys and values, expected no cache")
      }
      kept.caches.append(new)
    }
    guard kept.origin != cache.origin || kept.rowCount < count else {
      kept.rowCount = count
      return 0
    }
    kept.origin = nil
    let isFilledByQuestion =
      cache.computed.count == asked.canvas.count && asked.canvas == cache.origin.canvas
      && cache.origin.later.isEmpty
    var passes: [CacheOrigin.Pass] = []
    if !isFilledByQuestion {
      let all = Array(0..<cache.origin.canvas.count)
      passes = [CacheOrigin.Pass(canvas: cache.origin.canvas, computed: all)] + cache.origin.later
    }
    for pass in passes {
      let rows = rows(of: pass.canvas, scale: asked.scale, positions: []) {
        CacheUse(cache: kept.caches[$0], computed: pass.computed)
      }
      try predictor.predict(
        PredictionRequest(rows: rows, time: time, cancellation: cancellation), into: &prediction)
    }
    kept.origin = cache.origin
    kept.rowCount = count
    return passes.count * count
  }

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

  /// Returns what the predictor thinks of `positions`, with their `count` most probable tokens.
  ///
  /// `nil` where a logit is not a number. Shared out by `reader`.
  func opinions(of positions: [Int], count: Int, reader: any LogitsReader) -> [Opinion?] {
    // Nothing may have been asked yet.
    guard !positions.isEmpty else { return [] }
    let readings = reader.readings(
      of: guided, rows: positions.map(guided.rowIndex(of:)), draw: nil)
    let passes = isGuided ? prediction.rows : []
    let passReadings = passes.map { pass in
      reader.readings(of: pass, rows: positions.map(pass.rowIndex(of:)), draw: nil)
    }
    var opinions = [Opinion?](repeating: nil, count: positions.count)
    opinions.withUnsafeMutableBufferPointer { opinions in
      // Each place is written by one thread.
      nonisolated(unsafe) let opinions = opinions
      reader.forEach(count: positions.count) { index in
        guard let statistics = readings[index]?.statistics else { return }
        let position = positions[index]
        let tokens = withRow(of: position) { reader.largest(count, of: $0) }
        let each = zip(passes, passReadings).map { pass, readings in
          probabilities(of: tokens, in: pass, position, readings[index]?.statistics)
        }
        let all = probabilities(of: tokens, in: guided, position, statistics)
        opinions[index] = Opinion(
          position: position, entropy: statistics.entropy,
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

  private func probabilities(
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
