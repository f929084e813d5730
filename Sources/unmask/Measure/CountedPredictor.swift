import MaskedDiffusion
import Synchronization

/// A model that counts what it computes.
final class CountedPredictor: PredictorWrapper {
  let model: any MaskPredictor
  private let counts = Mutex((forwards: 0, visits: 0))

  init(_ model: any MaskPredictor) { self.model = model }

  /// The forward passes and the positions computed since this was called last.
  func reset() -> (forwards: Int, visits: Int) {
    counts.withLock { counts in
      defer { counts = (0, 0) }
      return counts
    }
  }

  func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    try model.predict(request, into: &prediction)
    let asked = request.rows.reduce(0) { $0 + ($1.cache?.computed?.count ?? $1.tokens.count) }
    let visits = prediction.computedCount ?? asked
    counts.withLock { counts in
      counts.forwards += request.rows.count
      counts.visits += visits
    }
  }

  func makeCache() -> (any PredictionCache)? { model.makeCache() }
}
