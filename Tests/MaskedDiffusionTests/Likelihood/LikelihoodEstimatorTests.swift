import Foundation
import MaskedDiffusion
import Testing
import _TestSupport

/// Values for the formula predictor, prompt 3 1 4 and answer 5 9 2, were computed by enumeration
/// in another program.
@Suite struct LikelihoodEstimatorTests {
  private let formula = LikelihoodQuestion(prompt: [3, 1, 4], answer: [5, 9, 2])

  private func estimate(
    _ name: String, samples: Int = 1, seed: UInt64 = 0, guidance: Float = 0,
    of question: LikelihoodQuestion? = nil, with predictor: any MaskPredictor = .hashing()
  ) throws -> LikelihoodEstimate {
    let estimator = try LikelihoodRegistry.estimator(for: AlgorithmSelection(parsing: name))
    return try LikelihoodEvaluator(predictor: predictor, guidanceScale: guidance)
      .estimate(of: question ?? formula, by: estimator, sampleCount: samples, seed: seed)
  }

  @Test func theChainRuleIsTheValueOfTheOrderFromLeftToRight() throws {
    let plain = try estimate("chain-rule")
    #expect(abs(plain.negativeLogLikelihood - 18.344133) < 2e-6)
    for (found, expected) in zip(plain.tokens, [3.924963, 11.023235, 3.395935]) {
      #expect(abs(found - expected) < 2e-6)
    }
    #expect(plain.standardError == 0)
    #expect(!plain.isGuided)
    #expect(plain.forwardPassCount == 3)
    let guided = try estimate("chain-rule", guidance: 0.8)
    #expect(abs(guided.negativeLogLikelihood - 40.697372) < 2e-5)
    #expect(guided.isGuided)
    #expect(guided.forwardPassCount == 6)
  }

  @Test func enumerationIsTheMeanOverAllOrdersOfTheChainRule() throws {
    let exact = try estimate("exact")
    #expect(abs(exact.negativeLogLikelihood - 17.909376) < 2e-6)
    #expect(exact.forwardPassCount == 7)
    #expect(
      abs(try estimate("exact", guidance: 0.8).negativeLogLikelihood - 29.807278) < 2e-5)
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    let chains = try LikelihoodEvaluator(predictor: .hashing())
      .values(of: [orders.map { AnswerMasking.chain(in: $0) }], for: [formula])[0]
    let expected = [18.344133, 14.219013, 9.995910, 25.286051, 17.048530, 22.562623]
    for (found, expected) in zip(chains.samples.sorted(), expected.sorted()) {
      #expect(abs(found - expected) < 2e-6)
    }
    #expect(abs(chains.negativeLogLikelihood - exact.negativeLogLikelihood) < 1e-9)
    #expect(chains.forwardPassCount == 7, "orders share the answers they mask alike")
  }

  @Test(arguments: [1, 2, 4, 5])
  func theIdentityHoldsForAnswersOfEveryLength(_ length: Int) throws {
    let question = LikelihoodQuestion(
      prompt: [7], answer: Array([2, 10, 0, 6, 3].prefix(length)), suffix: [1, 8])
    let exact = try estimate("exact", of: question)
    let chains = Self.permutations(of: Array(0..<length)).map { AnswerMasking.chain(in: $0) }
    let mean = try LikelihoodEvaluator(predictor: .hashing()).values(of: [chains], for: [question])[
      0]
    #expect(abs(mean.negativeLogLikelihood - exact.negativeLogLikelihood) < 1e-9)
    for (found, expected) in zip(mean.tokens, exact.tokens) {
      #expect(abs(found - expected) < 1e-9)
    }
  }

  @Test(
    arguments: [
      "monte-carlo", "exact-count", "orders", "exact-count:group=1", "monte-carlo:group=7",
    ],
    [UInt64(1), 2, 3, 4])
  func estimatesLieWithinThreeStandardErrorsOfTheExactValue(_ name: String, _ seed: UInt64) throws {
    for guidance in [Float(0), 0.8] {
      let exact = try estimate("exact", guidance: guidance).negativeLogLikelihood
      let found = try estimate(name, samples: 4200, seed: seed, guidance: guidance)
      let error = try #require(found.standardError)
      #expect(error > 0 && error < 2)
      #expect(abs(found.negativeLogLikelihood - exact) < 3 * error)
      #expect(abs(found.tokens.reduce(0, +) - found.negativeLogLikelihood) < 1e-9)
    }
  }

  /// A predictor that knows the distribution of the answer gives it, whoever asks.
  @Test(arguments: ["exact", "chain-rule", "orders", "monte-carlo", "exact-count"])
  func thePosteriorOfAKnownDistributionHasItsLikelihood(_ name: String) throws {
    let world = JointDistribution(vocabularySize: 3, length: 4, seed: 5)
    for answer in [[0, 1, 2, 0], [2, 2, 1, 1], [1, 0, 0, 2]] as [[TokenID]] {
      let found = try estimate(
        name, samples: 4000, of: LikelihoodQuestion(prompt: [], answer: answer),
        with: world.predictor)
      let expected = world.negativeLogLikelihood(of: answer)
      let error = try #require(found.standardError)
      #expect(abs(found.negativeLogLikelihood - expected) < max(1e-4, 3 * error))
      if name == "orders" { #expect(error < 1e-5, "all orders agree") }
    }
  }

  @Test func everyOrderOfThreeChildrenHasItsProbability() throws {
    let model = PermutationModel(parameters: [:])
    for order in PermutationModel.orders {
      let question = LikelihoodQuestion(prompt: [], answer: order.children)
      for name in ["exact", "chain-rule", "orders"] {
        let found = try estimate(name, samples: 20, of: question, with: model)
        #expect(abs(found.negativeLogLikelihood + log(order.probability)) < 1e-6)
      }
    }
  }

  @Test func exactCountsAreUniformWhereRoundingIsNot() throws {
    let estimator = try LikelihoodRegistry.estimator(for: AlgorithmSelection("exact-count"))
    let random = SeededRandomSource(seed: 9)
    var counts = [Int](repeating: 0, count: 25)
    for index in 0..<24_000 {
      let sample = try estimator.sample(index, length: 24, random: random)
      counts[sample[0].masked.count] += 1
      #expect(sample[0].weight == 24 / Double(sample[0].masked.count))
    }
    #expect(counts[0] == 0)
    for count in counts.dropFirst() { #expect((900...1100).contains(count)) }
  }

  @Test func antitheticTimesOfAGroupAreSpreadEvenly() throws {
    let estimator = try LikelihoodRegistry.estimator(
      for: AlgorithmSelection(parsing: "exact-count:group=8"))
    let random = SeededRandomSource(seed: 1)
    for group in 0..<20 {
      var counts: [Int] = []
      for index in group * 8..<group * 8 + 8 {
        counts.append(try estimator.sample(index, length: 8, random: random)[0].masked.count)
      }
      #expect(counts.sorted() == Array(1...8))
    }
  }

  private static func permutations(of values: [Int]) -> [[Int]] {
    guard values.count > 1 else { return [values] }
    return values.flatMap { first in
      permutations(of: values.filter { $0 != first }).map { [first] + $0 }
    }
  }
}

/// A table of probabilities of every text of a length, and the mask predictor that knows it.
private struct JointDistribution {
  let vocabularySize: Int
  let length: Int
  private let probabilities: [Double]

  init(vocabularySize: Int, length: Int, seed: UInt64) {
    self.vocabularySize = vocabularySize
    self.length = length
    var generator = SplitMix64(seed: seed)
    let count = (0..<length).reduce(1) { product, _ in product * vocabularySize }
    let weights = (0..<count).map { _ in generator.nextUniform() * generator.nextUniform() }
    let sum = weights.reduce(0, +)
    probabilities = weights.map { $0 / sum }
  }

  private func text(_ index: Int) -> [Int] {
    var rest = index
    return (0..<length).map { _ in
      defer { rest /= vocabularySize }
      return rest % vocabularySize
    }
  }

  func negativeLogLikelihood(of answer: [TokenID]) -> Double {
    let index = answer.reversed().reduce(0) { $0 * vocabularySize + Int($1) }
    return -log(probabilities[index])
  }

  var predictor: ScriptedPredictor {
    let (size, mask) = (vocabularySize, TokenID(vocabularySize))
    return ScriptedPredictor(vocabularySize: size, maskToken: mask) { [self] tokens, position in
      var marginal = [Double](repeating: 0, count: size)
      for (index, probability) in probabilities.enumerated() {
        let text = text(index)
        let agrees = zip(tokens, text).allSatisfy { $0 == mask || Int($0) == $1 }
        if agrees { marginal[text[position]] += probability }
      }
      return marginal.map { Float(log($0)) }
    }
  }
}
