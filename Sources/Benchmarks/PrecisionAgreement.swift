package import MaskedDiffusion

/// How far the predictions of two predictors of the same vocabulary agree.
///
/// Summed over positions: whether both find the same token most probable, and the
/// Kullback-Leibler divergence KL(p‖q) = Σ p log(p/q) of the first's distribution p from the
/// second's, q.
package struct PrecisionAgreement: Equatable, Sendable {
  /// The positions compared.
  package private(set) var positionCount = 0
  /// Those at which the most probable token is the same.
  package private(set) var agreeingCount = 0
  /// The sum of KL(p‖q), in nats.
  package private(set) var divergenceSum = 0.0

  /// Creates an empty comparison.
  package init() {}

  /// The share of positions with the same most probable token, 0 to 1.
  package var argmaxAgreement: Double { Double(agreeingCount) / Double(max(1, positionCount)) }

  /// The mean of KL(p‖q), in nats.
  package var meanDivergence: Double { divergenceSum / Double(max(1, positionCount)) }

  /// Asks both for the logits `request` wants, and compares them.
  ///
  /// - Throws: ``PredictionError``.
  package mutating func compare(
    _ exact: any MaskPredictor, _ reduced: any MaskPredictor, on request: PredictionRequest
  ) throws(PredictionError) {
    let (first, second) = (
      try exact.prediction(for: request), try reduced.prediction(for: request)
    )
    for (p, q) in zip(first.rows, second.rows) {
      for row in p.positions.indices {
        p[row: row].withUnsafeBufferPointer { p in
          q[row: row].withUnsafeBufferPointer { q in add(p, q) }
        }
      }
    }
  }

  private mutating func add(_ p: UnsafeBufferPointer<Float>, _ q: UnsafeBufferPointer<Float>) {
    guard let pStatistics = RowStatistics(p), let qStatistics = RowStatistics(q) else { return }
    positionCount += 1
    if pStatistics.argmax == qStatistics.argmax { agreeingCount += 1 }
    for (x, y) in zip(p, q) where x > -.infinity {
      let difference = Double(x - y) - pStatistics.logSumExp + qStatistics.logSumExp
      divergenceSum += pStatistics.probability(ofLogit: Double(x)) * difference
    }
  }
}

extension PrecisionAgreement {
  /// Compares two predictors on canvases as they occur while `exact` writes `texts` texts of
  /// `length` positions, drawn at temperature 1: at their masked positions, every fourth of 32
  /// steps.
  ///
  /// - Throws: ``SamplerError``.
  package init(
    of reduced: any MaskPredictor, with exact: any MaskPredictor, texts: Int, length: Int
  ) throws(SamplerError) {
    self.init()
    let canvas = Canvas(prompt: [], length: length, maskToken: exact.maskToken)
    for seed in 0..<texts {
      let settings = SamplerSettings(
        steps: 32, strategy: AlgorithmSelection("low-confidence"),
        schedule: AlgorithmSelection("uniform"), temperature: 1, seed: UInt64(seed))
      var sampler = try Sampler(predictor: exact, canvas: canvas, settings: settings)
      repeat {
        if sampler.state.step % 4 == 0 { try compare(exact, reduced, at: sampler.state.canvas) }
      } while try sampler.step() != nil
    }
  }

  private mutating func compare(
    _ exact: any MaskPredictor, _ reduced: any MaskPredictor, at canvas: Canvas
  ) throws(SamplerError) {
    let wanted = canvas.maskedPositions
    guard !wanted.isEmpty else { return }
    let row = PredictionRow(tokens: canvas.tokens, wanted: wanted)
    do {
      try compare(exact, reduced, on: PredictionRequest(rows: [row], time: nil))
    } catch { throw .prediction(error) }
  }
}
