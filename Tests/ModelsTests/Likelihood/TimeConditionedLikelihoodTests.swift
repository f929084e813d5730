import Foundation
import MaskedDiffusion
import Models
import Testing
import _TestSupport

/// A network that reads how much is masked is told the share of every masking.
@Suite struct TimeConditionedLikelihoodTests {
  private let question = LikelihoodQuestion(prompt: [5, 9], answer: [2, 60, 17])

  private func predictor() throws -> any MaskPredictor {
    try LoadedModel(
      ModelDirectory(path: Fixture.path("mdlm/tiny-time")),
      options: ModelOptions(precision: .float32)
    ).predictor
  }

  /// −ln p of each token of `masked`, asked one masking at a time.
  private func losses(
    masked: [Int], time: Float, _ predictor: any MaskPredictor
  ) throws -> [Int: Double] {
    var canvas = question.prompt + question.answer
    for place in masked { canvas[2 + place] = predictor.maskToken }
    let logits = try predictor.prediction(
      for: PredictionRequest(
        rows: [PredictionRow(tokens: canvas, wanted: masked.map { $0 + 2 })], time: time)
    ).rows[0]
    var losses: [Int: Double] = [:]
    for (row, place) in masked.enumerated() {
      let values = logits[row: row].map(Double.init)
      let largest = try #require(values.max())
      let total = largest + log(values.reduce(0) { $0 + exp($1 - largest) })
      losses[place] = total - values[Int(question.answer[place])]
    }
    return losses
  }

  /// The expectation over all maskings: k of the 3 tokens, the number and the set equally likely.
  private func enumerated(
    _ predictor: any MaskPredictor, time: (_ masked: Int) -> Float
  ) throws -> Double {
    let setCounts = [1: 3.0, 2: 3.0, 3: 1.0]
    return try (1..<8).reduce(0) { sum, bits in
      let masked = (0..<3).filter { bits >> $0 & 1 == 1 }
      let losses = try losses(masked: masked, time: time(masked.count), predictor)
      let weight = 1 / (Double(masked.count) * (setCounts[masked.count] ?? 1))
      return sum + weight * losses.values.reduce(0, +)
    }
  }

  @Test func theExactBoundTellsEveryMaskingItsShare() throws {
    let predictor = try predictor()
    #expect(predictor.readsTime)
    let found = try LikelihoodEvaluator(predictor: predictor).estimate(
      of: question, by: EnumeratedLikelihood(parameters: [:]))
    let expected = try enumerated(predictor) { Float($0) / 3 }
    #expect(abs(found.negativeLogLikelihood - expected) < 1e-3)
    let deaf = try enumerated(predictor) { _ in 1 }
    #expect(abs(found.negativeLogLikelihood - deaf) > 1e-2, "time makes a difference here")
  }

  @Test func theChainRuleIsToldWhatIsLeft() throws {
    let predictor = try predictor()
    let found = try LikelihoodEvaluator(predictor: predictor).estimate(
      of: question, by: ChainRuleLikelihood(parameters: [:]))
    for place in 0..<3 {
      let masked = Array(place..<3)
      let losses = try losses(masked: masked, time: Float(masked.count) / 3, predictor)
      #expect(abs(found.tokens[place] - (losses[place] ?? .nan)) < 1e-3)
    }
  }

  @Test func theEstimatorsAimAtTheEnumeration() throws {
    let evaluator = LikelihoodEvaluator(predictor: try predictor())
    let exact = try evaluator.estimate(of: question, by: EnumeratedLikelihood(parameters: [:]))
    let estimators: [any LikelihoodEstimator] = [
      MonteCarloLikelihood(parameters: [:]), ExactCountLikelihood(parameters: [:]),
      RandomOrderLikelihood(parameters: [:]),
    ]
    for estimator in estimators {
      let estimate = try evaluator.estimate(of: question, by: estimator, sampleCount: 1024)
      let error = try #require(estimate.standardError)
      #expect(abs(estimate.negativeLogLikelihood - exact.negativeLogLikelihood) < 3 * error + 1e-3)
    }
  }
}
