import MaskedDiffusion
import PlaygroundUI
import Synchronization
import _TestSupport

@testable import unmask

/// A predictor that counts its calls and can be made to compute until it is cancelled.
final class CountingPredictor: MaskPredictor {
  private let model = ScriptedPredictor.hashing()
  private let count = Atomic<Int>(0)
  private let waits = Atomic<Bool>(false)
  private let working = Atomic<Bool>(false)

  var calls: Int { count.load(ordering: .relaxed) }
  /// Whether it computes right now.
  var isWorking: Bool { working.load(ordering: .relaxed) }
  /// Whether a call goes on until it is cancelled.
  func setWaiting(_ isWaiting: Bool) { waits.store(isWaiting, ordering: .relaxed) }

  var maskToken: TokenID { model.maskToken }
  var vocabularySize: Int { model.vocabularySize }
  var embeddingCount: Int { model.embeddingCount }
  var contextLength: Int { 64 }
  var endOfTextTokens: [TokenID] { [] }

  func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    count.add(1, ordering: .relaxed)
    working.store(true, ordering: .relaxed)
    defer { working.store(false, ordering: .relaxed) }
    while waits.load(ordering: .relaxed) {
      if request.cancellation?.isRaised == true { throw .cancelled }
    }
    try model.predict(request, into: &prediction)
  }
}

/// A model for the playground that needs no files; prompts are lists of tokens.
enum ScriptedModel {
  static let settings = SamplerSettings(
    steps: 6, strategy: AlgorithmSelection("low-confidence"),
    schedule: AlgorithmSelection("uniform"), recordedCandidates: Playground.candidateCount)

  static func playable(
    _ predictor: any MaskPredictor, name: String = "scripted", path: String = "/models/scripted"
  ) -> PlayableModel {
    PlayableModel(
      info: ModelInfo(
        name: name, family: "scripted", parameterCount: nil, precision: "",
        maskToken: predictor.maskToken, endOfTextTokens: predictor.endOfTextTokens,
        contextLength: predictor.contextLength, embeddingCount: predictor.embeddingCount,
        suggestedSettings: settings, suggestedLength: 12),
      predictor: predictor, tokenizer: nil, path: path)
  }

  static func work(_ predictor: any MaskPredictor) -> PlaygroundWork {
    let model = playable(predictor)
    return PlaygroundWork(
      shelf: ModelShelf { name throws in
        guard name == "scripted" else { throw UsageError("no model called '\(name)'") }
        return model
      })
  }

  /// The playground at its beginning, with no time between steps.
  static func start() -> (state: Playground.State, effects: [Playground.Effect]) {
    Playground.start(
      .model("scripted", prompt: "1,2,3", length: nil, settings: nil),
      size: ScreenSize(rows: 28, columns: 100),
      preferences: Preferences(delayMilliseconds: 0, showsHints: false))
  }
}
