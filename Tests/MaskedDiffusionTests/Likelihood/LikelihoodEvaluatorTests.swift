import MaskedDiffusion
import Testing
import _TestSupport

@Suite struct LikelihoodEvaluatorTests {
  private let questions = [
    LikelihoodQuestion(prompt: [3, 1, 4], answer: [5, 9, 2]),
    LikelihoodQuestion(prompt: [], answer: [1]),
    LikelihoodQuestion(prompt: [2, 2], answer: [0, 10, 4, 7, 7], suffix: [6]),
  ]
  private let seeds: [UInt64] = [4, 5, 6]

  @Test(arguments: LikelihoodRegistry.all)
  func batchesChangeNothing(_ entry: LikelihoodRegistry.Entry) throws {
    let estimator = entry.make([:])
    for guidance in [Float(0), 1.5] {
      var evaluator = LikelihoodEvaluator(predictor: .hashing(), guidanceScale: guidance)
      let together = try evaluator.estimates(
        of: questions, seeds: seeds, by: estimator, sampleCount: 20)
      evaluator.batchPositions = 1
      let rowByRow = try evaluator.estimates(
        of: questions, seeds: seeds, by: estimator, sampleCount: 20)
      #expect(together == rowByRow)
      for (index, question) in questions.enumerated() {
        let alone = try evaluator.estimate(
          of: question, by: estimator, sampleCount: 20, seed: seeds[index])
        #expect(alone == together[index])
      }
    }
  }

  @Test(arguments: ["monte-carlo", "exact-count", "orders"])
  func theSeedDecides(_ name: String) throws {
    let estimator = try LikelihoodRegistry.estimator(for: AlgorithmSelection(name))
    let evaluator = LikelihoodEvaluator(predictor: .hashing())
    let values = try [7, 7, 8].map { seed in
      try evaluator.estimate(of: questions[2], by: estimator, sampleCount: 40, seed: seed).samples
    }
    #expect(values[0] == values[1])
    #expect(values[0] != values[2])
    let fewer = try evaluator.estimate(of: questions[2], by: estimator, sampleCount: 16, seed: 7)
    #expect(Array(values[0].prefix(16)) == fewer.samples, "more samples go on from fewer")
  }

  @Test func aMaskingThatManySamplesShareIsComputedOnce() throws {
    let evaluator = LikelihoodEvaluator(predictor: .hashing())
    let estimate = try evaluator.estimate(
      of: questions[1], by: MonteCarloLikelihood(parameters: [:]), sampleCount: 500)
    #expect(estimate.forwardPassCount == 1)
  }

  @Test func rowsOfARequestStayWithinTheLimits() throws {
    let widths = Recorder()
    let predictor = CountingPredictor(base: .hashing(), recorder: widths)
    var evaluator = LikelihoodEvaluator(predictor: predictor)
    evaluator.batchPositions = 20
    _ = try evaluator.estimate(of: questions[2], by: EnumeratedLikelihood(parameters: [:]))
    #expect(widths.positions.allSatisfy { $0 <= 20 })
    #expect(widths.positions.reduce(0, +) == 31 * 8)
    evaluator.batchPositions = 10_000
    evaluator.batchLogits = 12 * 11
    _ = try evaluator.estimate(of: questions[2], by: EnumeratedLikelihood(parameters: [:]))
    #expect(widths.logits.suffix(5).allSatisfy { $0 <= 12 * 11 })
  }

  @Test(arguments: [
    (LikelihoodQuestion(prompt: [1], answer: []), LikelihoodError.emptyAnswer),
    (
      LikelihoodQuestion(prompt: [1], answer: [2, 12]),
      .tokenOutOfRange(token: 12, position: 2, embeddingCount: 12)
    ),
    (
      LikelihoodQuestion(prompt: [-1], answer: [2]),
      .tokenOutOfRange(token: -1, position: 0, embeddingCount: 12)
    ),
    (
      LikelihoodQuestion(prompt: [1], answer: [2, 11]),
      .neverPredicted(token: 11, offset: 1, maskToken: 11)
    ),
    (
      LikelihoodQuestion(prompt: Array(repeating: 1, count: 4096), answer: [2]),
      .tooLong(positions: 4097, contextLength: 4096)
    ),
  ])
  func saysWhatIsWrongWithAQuestion(_ question: LikelihoodQuestion, _ error: LikelihoodError) {
    #expect(throws: error) {
      try LikelihoodEvaluator(predictor: .hashing())
        .estimate(of: question, by: ChainRuleLikelihood(parameters: [:]))
    }
  }

  @Test func longAnswersAreNotEnumerated() {
    let question = LikelihoodQuestion(prompt: [], answer: Array(repeating: 1, count: 13))
    #expect(throws: LikelihoodError.tooLongToEnumerate(length: 13, longest: 12)) {
      try LikelihoodEvaluator(predictor: .hashing())
        .estimate(of: question, by: EnumeratedLikelihood(parameters: [:]))
    }
  }

  @Test func logitsThatAreNotNumbersAreNamed() {
    let predictor = ScriptedPredictor(vocabularySize: 3, maskToken: 3) { _, position in
      position == 2 ? [0, .nan, 1] : [0, 1, 2]
    }
    #expect(throws: LikelihoodError.prediction(.notFinite(position: 2))) {
      try LikelihoodEvaluator(predictor: predictor).estimate(
        of: LikelihoodQuestion(prompt: [0], answer: [1, 2]),
        by: ChainRuleLikelihood(parameters: [:]))
    }
  }

  @Test func aTokenOfProbabilityZeroMakesTheAnswerImpossible() throws {
    let predictor = ScriptedPredictor(vocabularySize: 2, maskToken: 2) { _, _ in [0, -.infinity] }
    let estimate = try LikelihoodEvaluator(predictor: predictor).estimate(
      of: LikelihoodQuestion(prompt: [], answer: [0, 1]),
      by: ExactCountLikelihood(parameters: [:]), sampleCount: 64)
    #expect(estimate.negativeLogLikelihood == .infinity)
    #expect(estimate.standardError == nil)
  }

  @Test func estimatorsAreFoundByName() throws {
    #expect(
      LikelihoodRegistry.all.map(\.description)
        == ["monte-carlo", "exact-count", "chain-rule", "exact", "orders"])
    #expect(
      throws: SamplerError.unknownAlgorithm(
        kind: "estimator", name: "chainrule", nearest: "chain-rule")
    ) { try LikelihoodRegistry.entry(for: AlgorithmSelection("chainrule")) }
    #expect(throws: SamplerError.self) {
      try LikelihoodRegistry.entry(for: AlgorithmSelection(parsing: "monte-carlo:group=0"))
    }
  }
}

private final class Recorder: @unchecked Sendable {
  var positions: [Int] = []
  var logits: [Int] = []
}

/// Notes the size of every request.
private struct CountingPredictor: MaskPredictor {
  let base: ScriptedPredictor
  let recorder: Recorder

  var maskToken: TokenID { base.maskToken }
  var vocabularySize: Int { base.vocabularySize }
  var embeddingCount: Int { base.embeddingCount }
  var contextLength: Int { base.contextLength }
  var endOfTextTokens: [TokenID] { [] }

  func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    recorder.positions.append(request.rows.reduce(0) { $0 + $1.tokens.count })
    recorder.logits.append(request.rows.reduce(0) { $0 + $1.wanted.count * vocabularySize })
    try base.predict(request, into: &prediction)
  }
}

extension MaskPredictor where Self == ScriptedPredictor {
  /// The predictor with made-up arithmetic.
  static func hashing() -> ScriptedPredictor { .hashing(isShifted: false) }
}
