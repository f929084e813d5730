import MaskedDiffusion
import Synchronization

/// A model that counts the time spent in it, and the positions it computes.
final class TimedPredictor: PredictorWrapper {
  let model: any MaskPredictor
  private let spent = Mutex(Duration.zero)
  private let computed = Mutex(0)

  init(_ model: any MaskPredictor) { self.model = model }

  /// The time since this was called last.
  @discardableResult
  func reset() -> Duration {
    spent.withLock { spent in
      defer { spent = .zero }
      return spent
    }
  }

  /// The positions that were computed, in all calls.
  var computedCount: Int { computed.withLock { $0 } }

  var endOfTextTokens: [TokenID] { [] }

  func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    let start = ContinuousClock.now
    try model.predict(request, into: &prediction)
    let duration = ContinuousClock.now - start
    spent.withLock { $0 += duration }
    let all = request.rows.reduce(0) { $0 + ($1.cache?.computed?.count ?? $1.tokens.count) }
    let count = prediction.computedCount ?? all
    computed.withLock { $0 += count }
  }

  func makeCache() -> (any PredictionCache)? { model.makeCache() }
}
