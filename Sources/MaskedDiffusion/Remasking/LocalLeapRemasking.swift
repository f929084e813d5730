/// Keeps every candidate whose confidence reaches a threshold, and asks less of those near one that
/// does: a token the predictor is sure of makes its neighbours reliable.
///
/// With a window of 0, or `tau` not below `kappa`, this is ``ConfidenceThresholdRemasking``. Ranked
/// by the distribution the settings name, as that is.
///
/// - SeeAlso: Kong et al., “Accelerating Diffusion LLM Inference via Local Determinism Propagation”,
///   arXiv:2510.07081; `get_transfer_index`.
public struct LocalLeapRemasking: RemaskingStrategy {
  /// The descriptor of `local-leap`.
  public static let descriptor = AlgorithmDescriptor(
    name: "local-leap",
    summary: "Keep confident candidates, less confident ones around them, and always the best",
    source: "LocalLeap get_transfer_index, arXiv:2510.07081",
    parameters: [
      ParameterDescriptor(
        name: "kappa", summary: "the confidence that is enough anywhere, and makes an anchor",
        kind: .number(range: 0...1, defaultValue: 0.9)),
      ParameterDescriptor(
        name: "tau", summary: "the confidence that is enough near an anchor",
        kind: .number(range: 0...1, defaultValue: 0.75)),
      ParameterDescriptor(
        name: "window", summary: "how many positions away is near",
        kind: .number(range: 0...100, defaultValue: 4)),
    ])

  /// Paced by itself.
  public static let traits = StrategyTraits(pacing: .adaptive)

  private let anchorThreshold: Double
  private let nearThreshold: Double
  private let window: Double

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    anchorThreshold = Self.descriptor.number("kappa", in: parameters)
    nearThreshold = Self.descriptor.number("tau", in: parameters)
    window = Self.descriptor.number("window", in: parameters)
  }

  /// Keeps the best candidate, the anchors, and what is confident enough near an anchor.
  public func decision(in context: StepContext) -> StepDecision {
    let ranked = context.rankedCandidates { $0.ranking.confidence }
    let anchors = ranked.prefix { $0.ranking.confidence >= anchorThreshold }.map(\.position)
    let near = ranked.dropFirst(max(1, anchors.count)).filter { candidate in
      candidate.ranking.confidence >= nearThreshold
        && anchors.contains { Double(abs($0 - candidate.position)) <= window }
    }
    return StepDecision(
      unmasked: (ranked.prefix(max(1, anchors.count)) + near).map(\.position).sorted())
  }

  /// Says what was an anchor.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(
      for: decision,
      kept: "of \(context.guesses) those that are sure, and less sure ones beside them"
    ) { $0.ranking.confidence }
  }
}
