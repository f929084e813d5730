/// Keeps the longest run of most confident candidates in which rank r, from 1, has
/// (r + 1)(1 − confidence) ≤ f.
///
/// With f = 1 and the most probable tokens, a run written at once is what writing one token at a
/// time would give (theorem 1 of the paper). The product never falls with the rank, so the run ends
/// at the first that fails. Published code keeps one candidate more when only the last fails; this
/// does not.
///
/// Ranked by the distribution the settings name, as ``ConfidenceThresholdRemasking`` is.
///
/// - SeeAlso: Wu et al., “Fast-dLLM”, arXiv:2505.22618; `get_transfer_index_dynamic`.
public struct FactorRemasking: RemaskingStrategy {
  /// The descriptor of `factor`.
  public static let descriptor = AlgorithmDescriptor(
    name: "factor",
    summary: "Keep the more candidates the more confident they are, and always the best",
    source: "Fast-dLLM get_transfer_index_dynamic, arXiv:2505.22618",
    parameters: [
      ParameterDescriptor(
        name: "factor", summary: "doubt allowed: (rank + 1) times 1 minus confidence",
        kind: .number(range: 0...100, defaultValue: 1))
    ])

  /// Paced by itself.
  public static let traits = StrategyTraits(pacing: .adaptive)

  private let factor: Double

  /// Creates the strategy; `factor` is f.
  public init(parameters: ParameterValues) {
    factor = Self.descriptor.number("factor", in: parameters)
  }

  /// Keeps the best candidate and those that follow while their doubt is allowed.
  public func decision(in context: StepContext) -> StepDecision {
    let ranked = context.rankedCandidates { $0.ranking.confidence }
    let run = ranked.enumerated().prefix { index, candidate in
      Double(index + 2) * (1 - candidate.ranking.confidence) <= factor
    }
    return StepDecision(unmasked: ranked.prefix(max(1, run.count)).map(\.position).sorted())
  }

  /// Says how many were sure enough together.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(
      for: decision, kept: "as many of \(context.guesses) as are sure enough together"
    ) { $0.ranking.confidence }
  }
}
