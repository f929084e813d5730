import MaskedDiffusion
import Testing

@Suite struct ReMDMRemaskingTests {
  /// Counts how often a masked and an unmasked position change in a step from t to s.
  private func rates(
    _ parameters: ParameterValues, from time: Float, to nextTime: Float, confidences: [Double] = [1]
  ) -> (unmask: Double, remask: [Double]) {
    let strategy = ReMDMRemasking(parameters: parameters)
    let assessment = Candidate.Assessment(confidence: 1, margin: 1, entropy: 0)
    var unmasked = 0
    var remasked = Array(repeating: 0, count: confidences.count)
    let draws = 40_000
    for step in 0..<draws {
      let decision = strategy.decision(
        in: StepContext(
          candidates: [Candidate(position: 0, token: 1, unmodified: assessment)],
          unmasked: confidences.enumerated().map {
            UnmaskedToken(position: $0.offset + 1, token: 1, confidence: $0.element)
          },
          plan: PlannedStep(
            time: time, nextTime: nextTime, alpha: 1 - time, nextAlpha: 1 - nextTime,
            transferProbability: 0, transferCount: 0),
          maskedTarget: 0, isLast: false, step: step, random: SeededRandomSource(seed: 5)))
      unmasked += decision.unmasked.count
      for position in decision.remasked { remasked[position - 1] += 1 }
    }
    return (Double(unmasked) / Double(draws), remasked.map { Double($0) / Double(draws) })
  }

  // Four standard errors of a rate of 0.3 in 40,000 draws.
  private let bound = 0.0092

  @Test func aStepFromThreeQuartersToHalfUnmasksAtThePublishedRate() {
    // σ = 0.015: (0.5 − 0.985 · 0.25) / 0.75; without remasking it would be a third.
    let capped = rates(["rule": .choice("cap"), "eta": .number(0.015)], from: 0.75, to: 0.5)
    #expect(abs(capped.unmask - 0.338333) < bound)
    #expect(abs(capped.remask[0] - 0.015) < bound / 3)
    let plain = rates(["rule": .choice("cap"), "eta": .number(0)], from: 0.75, to: 0.5)
    #expect(abs(plain.unmask - 0.333333) < bound)
    #expect(plain.remask[0] == 0)
  }

  @Test func rescaleIsAShareOfTheLargestSigma() {
    // The largest is min(1, (1 − α(s)) / α(t)) = 0.25 / 0.5.
    let result = rates(["rule": .choice("rescale"), "eta": .number(0.5)], from: 0.5, to: 0.25)
    #expect(abs(result.remask[0] - 0.25) < bound)
  }

  @Test func confPrefersTokensUnmaskedWithLittleConfidence() {
    let result = rates(
      ["rule": .choice("conf")], from: 0.5, to: 0.25, confidences: [0.05, 0.95])
    // σ 0.5, shared out by softmax(−confidence): 0.7109 and 0.2891.
    #expect(abs(result.remask[0] - 0.5 * 0.7109) < bound)
    #expect(abs(result.remask[1] - 0.5 * 0.2891) < bound)
  }

  @Test func loopHoldsTheShareInTheMiddleAndDoesNotRemaskOutside() {
    let parameters: ParameterValues = ["rule": .choice("loop")]
    let middle = rates(parameters, from: 0.4, to: 0.39)
    // η α / (1 − α) = 0.02 · 9
    #expect(abs(middle.unmask - 0.18) < bound)
    #expect(abs(middle.remask[0] - 0.02) < bound / 3)
    #expect(rates(parameters, from: 0.9, to: 0.8).remask == [0])
    #expect(rates(parameters, from: 0.04, to: 0.03).remask == [0])
  }
}
