/// Keeps every candidate whose confidence reaches a threshold, and always the best one.
///
/// - SeeAlso: Wu et al., “Fast-dLLM”, arXiv:2505.22618; `llada/generate.py`, `get_transfer_index`.
public struct ConfidenceThresholdRemasking: RemaskingStrategy {
  /// The descriptor of `confidence-threshold`.
  public static let descriptor = AlgorithmDescriptor(
    name: "confidence-threshold",
    summary: "Keep every candidate above a confidence, and always the best",
    source: "Fast-dLLM get_transfer_index, arXiv:2505.22618",
    parameters: [
      ParameterDescriptor(
        name: "tau", summary: "the confidence that is enough",
        kind: .number(range: 0...1, defaultValue: 0.9))
    ])

  /// Paced by itself.
  public static let traits = StrategyTraits(pacing: .adaptive)

  private let threshold: Double

  /// Creates the strategy; `tau` is the threshold.
  public init(parameters: ParameterValues) {
    threshold = Self.descriptor.number("tau", in: parameters)
  }

  /// Keeps the best candidate and every other that reaches the threshold.
  public func decision(in context: StepContext) -> StepDecision {
    let enough = context.candidates.count { $0.ranking.confidence >= threshold }
    return StepDecision(
      unmasked: context.positions(withHighest: { $0.ranking.confidence }, count: max(1, enough)))
  }

  /// Says whether the threshold was reached.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    let enough = context.candidates.count { $0.ranking.confidence >= threshold }
    return context.reason(
      for: decision,
      kept: enough == 0
        ? "the surest of \(context.guesses), none reaches \(threshold)"
        : "\(enough) of \(context.guesses) reach \(threshold)"
    ) { $0.ranking.confidence }
  }
}
