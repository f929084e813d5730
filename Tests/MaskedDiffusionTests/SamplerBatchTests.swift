import MaskedDiffusion
import Synchronization
import Testing
import _TestSupport

/// A formula that counts how often it is asked.
private final class CountingModel: MaskPredictor {
  let model = FormulaModel(parameters: [:])
  let calls = Mutex(0)

  var maskToken: TokenID { model.maskToken }
  var vocabularySize: Int { model.vocabularySize }
  var embeddingCount: Int { model.embeddingCount }
  var contextLength: Int { model.contextLength }
  var endOfTextTokens: [TokenID] { [] }
  var givesAttention: Bool { true }

  func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    calls.withLock { $0 += 1 }
    try model.predict(request, into: &prediction)
  }
}

@Suite struct SamplerBatchTests {
  private func samplers(_ strategy: String, _ model: CountingModel) throws -> [Sampler] {
    try (0..<4).map { seed in
      try Sampler(
        predictor: model, canvas: Canvas(prompt: [3, 1, TokenID(seed)], length: 8, maskToken: 11),
        settings: SamplerSettings(
          steps: 5, strategy: AlgorithmSelection(strategy),
          schedule: AlgorithmSelection("uniform"), temperature: 1, guidanceScale: 0.5,
          forbidsMaskToken: true, seed: UInt64(seed)))
    }
  }

  @Test(arguments: RemaskingRegistry.all)
  func runsTogetherAreTheRunsAlone(_ entry: RemaskingRegistry.Entry) throws {
    let name = entry.descriptor.name
    var together = try samplers(name, CountingModel())
    var alone = together
    var steps = 0
    while true {
      let records = try Sampler.step(&together)
      for (index, record) in records.enumerated() {
        let single = try alone[index].step()
        #expect(record?.canvas == single?.canvas)
        #expect(record?.forwards == single?.forwards)
      }
      steps += 1
      try #require(steps < 400)
      if records.allSatisfy({ $0 == nil }) { break }
    }
    #expect(together.map(\.state) == alone.map(\.state))
  }

  @Test func onePassAnswersAll() throws {
    let model = CountingModel()
    var together = try samplers("low-confidence", model)
    while try Sampler.step(&together).contains(where: { $0 != nil }) {}
    #expect(model.calls.withLock { $0 } == 5)
  }
}
