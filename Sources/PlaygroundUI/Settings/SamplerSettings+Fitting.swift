import MaskedDiffusion

extension SamplerSettings {
  /// The same settings, with blocks that need not divide where they could not be used otherwise.
  ///
  /// A published sampler may demand that blocks divide the answer and the steps. What is left of a
  /// run in progress seldom does, so there the sampler never demands it; it has to be recorded, or
  /// going back would compute something else than going on.
  ///
  /// - Parameters:
  ///   - answerLength: The number of positions of the answer.
  ///   - isUnderWay: Whether steps have been done before these settings come into force.
  /// - Returns: The settings; the rule for blocks is all that may differ.
  func fitting(answerLength: Int, isUnderWay: Bool) -> SamplerSettings {
    guard blockRule == .exact, let blockLength, blockLength > 0 else { return self }
    let blocks = answerLength / blockLength
    let divides = answerLength % blockLength == 0 && (blocks == 0 || steps % blocks == 0)
    guard isUnderWay || !divides else { return self }
    var settings = self
    settings.blockRule = .roundUp
    return settings
  }
}
