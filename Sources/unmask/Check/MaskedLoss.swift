import Glibc
import MaskedDiffusion

/// How well a predictor finds masked tokens of texts at one share of masks.
struct MaskedLoss {
  /// The share of masked tokens.
  let time: Double
  /// The masked tokens.
  private(set) var count = 0
  /// The entropies, summed.
  private(set) var entropySum = 0.0
  /// The masks whose most probable token is the right one.
  private(set) var correctCount = 0
  /// The probability of the mask itself, summed.
  private(set) var maskSum = 0.0
  /// The probability of the most probable token, and whether it is right, for every mask.
  private(set) var guesses: [(confidence: Double, isCorrect: Bool)] = []

  /// −ln p of the right token of every mask, by text.
  private(set) var losses: [[Double]] = []
  /// −ln p of the right tokens, summed.
  private var lossSum = 0.0

  /// The mean of −ln p of the right tokens, in nats.
  var loss: Double { lossSum / Double(max(1, count)) }
  /// The mean entropy, in nats.
  var entropy: Double { entropySum / Double(max(1, count)) }
  /// The share of right guesses.
  var accuracy: Double { Double(correctCount) / Double(max(1, count)) }
  /// The mean probability of the mask.
  var maskProbability: Double { maskSum / Double(max(1, count)) }

  /// Measures the loss at `time` on `rows`; the same masks for every predictor.
  ///
  /// A predictor that writes from left to right has no masks: every token is found from those before
  /// it, whatever the time. Others find the masks of `maskings` drawings.
  ///
  /// - Throws: ``PredictionError``.
  init(
    of predictor: any MaskPredictor, on rows: [[TokenID]], time: Double, maskings: Int = 1
  ) throws(PredictionError) {
    self.time = time
    losses = Array(repeating: [], count: rows.count)
    for (index, tokens) in rows.enumerated() {
      guard predictor.attention != .causal else {
        let wanted = Array(tokens.indices.dropFirst(predictor.beginsTexts ? 0 : 1))
        try add(PredictionRow(tokens: tokens, wanted: wanted), targets: tokens, index, predictor)
        continue
      }
      for seed in 0..<max(1, maskings) {
        let masked = Self.masked(tokens, time: time, row: index, seed: UInt64(seed))
        var canvas = tokens
        for position in masked { canvas[position] = predictor.maskToken }
        try add(
          PredictionRow(tokens: canvas, wanted: masked), targets: tokens, index, predictor)
      }
    }
  }

  /// The positions that are masked.
  private static func masked(
    _ tokens: [TokenID], time: Double, row: Int, seed: UInt64
  ) -> [Int] {
    let random = SeededRandomSource(seed: seed)
    let count = min(tokens.count, max(1, Int((Double(tokens.count) * time).rounded())))
    let keys = tokens.indices.map { random.uniform(for: .masking, step: row, position: $0) }
    let order = tokens.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
    return order.prefix(count).sorted()
  }

  private mutating func add(
    _ row: PredictionRow, targets: [TokenID], _ index: Int, _ predictor: any MaskPredictor
  ) throws(PredictionError) {
    let logits = try predictor.prediction(
      for: PredictionRequest(rows: [row], time: Float(time))
    ).rows[0]
    let readings = predictor.logitsReader.readings(
      of: logits, rows: Array(logits.positions.indices), draw: nil)
    for (row, position) in logits.positions.enumerated() {
      guard let statistics = readings[row]?.statistics else { throw .notFinite(position: position) }
      let values = logits[row: row]
      let first = values.startIndex
      let target = targets[position]
      count += 1
      let loss = statistics.logSumExp - Double(values[first + Int(target)])
      losses[index].append(loss)
      lossSum += loss
      entropySum += statistics.entropy
      let isCorrect = statistics.argmax == target
      if isCorrect { correctCount += 1 }
      if Int(predictor.maskToken) < logits.vocabularySize {
        let logit = values[first + Int(predictor.maskToken)]
        maskSum += statistics.probability(ofLogit: Double(logit))
      }
      guesses.append((statistics.probability(ofLogit: statistics.largest), isCorrect))
    }
  }
}

/// How often guesses are right that were made with some confidence.
struct Calibration {
  /// Guesses with about the same confidence.
  struct Bin {
    var count = 0
    var confidence = 0.0
    var correct = 0
    /// Their mean confidence.
    var meanConfidence: Double { confidence / Double(max(1, count)) }
    /// The share that is right.
    var accuracy: Double { Double(correct) / Double(max(1, count)) }
  }

  /// Ten bins from confidence 0 to 1.
  private(set) var bins = [Bin](repeating: Bin(), count: 10)

  /// Sorts `guesses` into bins.
  init(_ guesses: [(confidence: Double, isCorrect: Bool)]) {
    for guess in guesses {
      let index = min(9, max(0, Int(guess.confidence * 10)))
      bins[index].count += 1
      bins[index].confidence += guess.confidence
      if guess.isCorrect { bins[index].correct += 1 }
    }
  }

  /// The mean distance between confidence and share of right guesses (expected calibration error).
  ///
  /// - SeeAlso: Guo et al., “On Calibration of Modern Neural Networks”, arXiv:1706.04599.
  var error: Double {
    let total = bins.reduce(0) { $0 + $1.count }
    return bins.reduce(0) {
      $0 + Double($1.count) / Double(max(1, total)) * abs($1.meanConfidence - $1.accuracy)
    }
  }
}
