import MaskedDiffusion
import Synchronization

/// A model that counts the time spent in it.
final class TimedPredictor: MaskPredictor {
  private let model: any MaskPredictor
  private let spent = Mutex(Duration.zero)

  init(_ model: any MaskPredictor) { self.model = model }

  /// The time since this was called last.
  @discardableResult
  func reset() -> Duration {
    spent.withLock { spent in
      defer { spent = .zero }
      return spent
    }
  }

  var maskToken: TokenID { model.maskToken }
  var vocabularySize: Int { model.vocabularySize }
  var embeddingCount: Int { model.embeddingCount }
  var contextLength: Int { model.contextLength }
  var endOfTextTokens: [TokenID] { [] }
  var logitsReader: any LogitsReader { model.logitsReader }

  func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    let start = ContinuousClock.now
    try model.predict(request, into: &prediction)
    let duration = ContinuousClock.now - start
    spent.withLock { $0 += duration }
  }

  func makeCache() -> (any PredictionCache)? { model.makeCache() }
}
