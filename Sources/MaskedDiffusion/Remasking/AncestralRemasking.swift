/// Unmasks each masked position with the probability the reverse process gives it.
///
/// With temperature 1 and without guidance this samples the process exactly, up to the number of
/// steps.
///
/// - SeeAlso: SMDM `diff_sample` (origin, arXiv:2410.18514); MDLM `_ddpm_update`
///   (arXiv:2406.07524).
public struct AncestralRemasking: RemaskingStrategy {
  /// The descriptor of `ancestral`.
  public static let descriptor = AlgorithmDescriptor(
    name: "ancestral", summary: "Unmask each position with its probability: exact sampling",
    source: "SMDM origin, arXiv:2410.18514; MDLM, arXiv:2406.07524; Dream origin")

  /// Paced by the schedule's probabilities.
  public static let traits = StrategyTraits(pacing: .ancestral)

  /// Creates the strategy; it has no parameters.
  public init(parameters: ParameterValues) {}

  /// Keeps each candidate with the planned probability, all of them in the last step.
  public func decision(in context: StepContext) -> StepDecision {
    StepDecision(
      unmasked: context.candidates.map(\.position).filter { position in
        context.isLast
          || context.uniform(for: .transfer, position: position)
            < Double(context.plan.transferProbability)
      })
  }

  /// Says that chance decided.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(
      for: decision,
      kept: context.isLast
        ? "all that was left" : "drawn from \(context.guesses), each with the same chance"
    ) { $0.ranking.confidence }
  }
}
