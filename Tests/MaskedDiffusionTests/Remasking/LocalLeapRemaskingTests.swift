import MaskedDiffusion
import Testing

@Suite struct LocalLeapRemaskingTests {
  private func unmasked(
    _ confidences: [Double], kappa: Double = 0.9, tau: Double = 0.75, window: Double
  ) -> [Int] {
    LocalLeapRemasking(
      parameters: ["kappa": .number(kappa), "tau": .number(tau), "window": .number(window)]
    ).decision(in: .adaptive(confidences: confidences)).unmasked
  }

  @Test func lessIsAskedOfCandidatesNearAnAnchor() {
    // The anchor is 4; 0, 2, 5, 6, 7 and 9 reach 0.75, at distances 4, 2, 1, 2, 3 and 5.
    let confidences = [0.8, 0.3, 0.8, 0.7, 0.95, 0.76, 0.8, 0.8, 0.2, 0.75]
    #expect(unmasked(confidences, window: 0) == [4])
    #expect(unmasked(confidences, window: 1) == [4, 5])
    #expect(unmasked(confidences, window: 2) == [2, 4, 5, 6])
    #expect(unmasked(confidences, window: 3) == [2, 4, 5, 6, 7])
    #expect(unmasked(confidences, window: 4) == [0, 2, 4, 5, 6, 7])
    #expect(unmasked(confidences, window: 5) == [0, 2, 4, 5, 6, 7, 9])
    let published = LocalLeapRemasking(parameters: [:])
      .decision(in: .adaptive(confidences: confidences))
    #expect(published == StepDecision(unmasked: [0, 2, 4, 5, 6, 7]))
  }

  @Test func distancesCountPositionsThatAreNotMasked() {
    let candidates = [(3, 0.9), (6, 0.8), (8, 0.8)].map { position, confidence in
      Candidate(
        position: position, token: 1,
        unmodified: Candidate.Assessment(confidence: confidence, margin: 0, entropy: 1))
    }
    let decision = LocalLeapRemasking(parameters: [:]).decision(in: .adaptive(candidates))
    #expect(decision.unmasked == [3, 6])
  }

  @Test func whatIsKeptNearAnAnchorIsNoAnchor() {
    #expect(unmasked([0.95, 0.1, 0.8, 0.1, 0.8], window: 2) == [0, 2])
  }

  @Test func everyAnchorHasItsNeighbours() {
    #expect(unmasked([0.8, 0.9, 0.1, 0.8, 0.1, 0.1, 0.8, 0.9], window: 1) == [0, 1, 6, 7])
  }

  @Test func withoutAnAnchorOnlyTheBestIsKept() {
    #expect(unmasked([0.8, 0.89, 0.88], window: 4) == [1])
    #expect(unmasked([0.8, 0.8, 0.8], window: 4) == [0])
    #expect(unmasked([0.01], window: 4) == [0])
  }

  @Test func allThatAreCertainAreKept() {
    #expect(unmasked([1, 1, 1], kappa: 1, tau: 1, window: 0) == [0, 1, 2])
  }

  @Test(arguments: [(0.0, 0.5), (4.0, 0.95)])
  func withoutAWindowOrALowerThresholdItIsConfidenceThreshold(_ window: Double, _ tau: Double) {
    let context = StepContext.adaptive(confidences: [0.8, 0.92, 0.99, 0.6, 0.9])
    let threshold = ConfidenceThresholdRemasking(parameters: ["tau": .number(0.9)])
    let leap = LocalLeapRemasking(parameters: ["tau": .number(tau), "window": .number(window)])
    #expect(threshold.decision(in: context).unmasked == [1, 2, 4])
    #expect(leap.decision(in: context) == threshold.decision(in: context))
  }
}
