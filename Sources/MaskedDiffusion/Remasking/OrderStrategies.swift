/// Keeps the leftmost masks: the order of a left-to-right model.
///
/// - SeeAlso: SDAR `generate.py` (sequential); SMDM `suffix_greedy`.
public struct LeftToRightRemasking: RemaskingStrategy {
  /// The descriptor of `left-to-right`.
  public static let descriptor = AlgorithmDescriptor(
    name: "left-to-right", summary: "Keep the leftmost candidates",
    source: "SDAR sequential; the order of autoregressive models")

  /// Paced by the schedule.
  public static let traits = StrategyTraits(pacing: .scheduled)

  /// Creates the strategy; it has no parameters.
  public init(parameters: ParameterValues) {}

  /// Keeps the leftmost candidates.
  public func decision(in context: StepContext) -> StepDecision {
    StepDecision(unmasked: context.candidates.prefix(context.transferCount).map(\.position))
  }

  /// Says that the position decided.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(for: decision, superlative: "leftmost", value: { $0.ranking.confidence }) {
      -Double($0.position)
    }
  }
}

/// Unmasks one position at a time, drawn at random: exact sampling of the process in continuous time,
/// without steps in which nothing happens.
///
/// With temperature 1 the law is that of ``AncestralRemasking`` as its number of steps grows without
/// bound. Networks conditioned on time see the share of masks.
///
/// - SeeAlso: Zheng et al., “Masked Diffusion Models are Secretly Time-Agnostic Masked Models and
///   Exploit Inaccurate Categorical Sampling”, arXiv:2409.02908; bd3lms `diffusion.py`,
///   `first_hitting`.
public struct FirstHittingRemasking: RemaskingStrategy {
  /// The descriptor of `first-hitting`.
  public static let descriptor = AlgorithmDescriptor(
    name: "first-hitting", summary: "Unmask one position at a time, drawn at random",
    source: "First-hitting sampler, arXiv:2409.02908; BD3-LM, arXiv:2503.09573")

  /// Paced by itself.
  public static let traits = StrategyTraits(pacing: .adaptive)

  /// Creates the strategy; it has no parameters.
  public init(parameters: ParameterValues) {}

  /// Keeps the candidate chance picks.
  public func decision(in context: StepContext) -> StepDecision {
    StepDecision(
      unmasked: context.positions(
        withHighest: { context.uniform(for: .transfer, position: $0.position) }, count: 1))
  }

  /// Says that chance decided.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(for: decision, kept: "drawn from \(context.guesses)") {
      $0.ranking.confidence
    }
  }
}
