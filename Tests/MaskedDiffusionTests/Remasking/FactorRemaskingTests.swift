import MaskedDiffusion
import Testing

@Suite struct FactorRemaskingTests {
  private func unmasked(_ confidences: [Double], factor: Double) -> [Int] {
    FactorRemasking(parameters: ["factor": .number(factor)])
      .decision(in: .adaptive(confidences: confidences)).unmasked
  }

  @Test func ranksAreKeptWhileTheirDoubtIsAllowed() {
    // By rank 0.95, 0.9, 0.8, 0.5: 2 · 0.05, 3 · 0.1, 4 · 0.2 and 5 · 0.5.
    let confidences = [0.5, 0.95, 0.8, 0.9]
    #expect(unmasked(confidences, factor: 0.05) == [1])
    #expect(unmasked(confidences, factor: 0.2) == [1])
    #expect(unmasked(confidences, factor: 0.5) == [1, 3])
    #expect(unmasked(confidences, factor: 1) == [1, 2, 3])
    #expect(unmasked(confidences, factor: 2.4) == [1, 2, 3])
    #expect(unmasked(confidences, factor: 2.6) == [0, 1, 2, 3])
  }

  @Test func theFactorIsOneUnlessGiven() {
    let decision = FactorRemasking(parameters: [:])
      .decision(in: .adaptive(confidences: [0.5, 0.95, 0.8, 0.9]))
    #expect(decision == StepDecision(unmasked: [1, 2, 3]))
  }

  @Test func aProductThatEqualsTheFactorIsAllowed() {
    // 2 · 0.25, 3 · 0.25 and 4 · 0.25, all exact; among equals the lower positions come first.
    #expect(unmasked([0.75, 0.75, 0.75], factor: 0.75) == [0, 1])
  }

  @Test func theLastRankIsHeldToTheRuleToo() {
    // 4 · 0.9: published code would keep it because it is the only one that fails.
    #expect(unmasked([0.95, 0.9, 0.1], factor: 1) == [0, 1])
  }

  @Test func theBestIsKeptHoweverDoubtful() {
    #expect(unmasked([0.25, 0.5, 0.125], factor: 0) == [1])
    #expect(unmasked([0.01], factor: 0) == [0])
  }

  @Test func factorZeroKeepsOneOrAllThatAreCertain() {
    #expect(unmasked([1, 1, 1], factor: 0) == [0, 1, 2])
    #expect(unmasked([1, 0.999, 1], factor: 0) == [0, 2])
  }

  @Test func theLargestFactorKeepsEverythingInABlockOfAHundred() {
    #expect(unmasked(Array(repeating: 0.01, count: 100), factor: 100).count == 100)
  }
}
