import MaskedDiffusion

extension StepContext {
  /// A step of a strategy that sets its own pace.
  static func adaptive(_ candidates: [Candidate]) -> StepContext {
    StepContext(
      candidates: candidates,
      plan: PlannedStep(
        time: 1, nextTime: 1, alpha: 0, nextAlpha: 0, transferProbability: 1, transferCount: 1),
      maskedTarget: 0, isLast: false, step: 1, random: SeededRandomSource(seed: 1))
  }

  /// The same, with a confidence for each position from 0 on; what is unmodified says the opposite.
  static func adaptive(confidences: [Double]) -> StepContext {
    adaptive(
      confidences.enumerated().map { position, confidence in
        Candidate(
          position: position, token: 1,
          ranking: Candidate.Assessment(confidence: confidence, margin: 0, entropy: 1),
          unmodified: Candidate.Assessment(confidence: 1 - confidence, margin: 0, entropy: 1))
      })
  }
}
