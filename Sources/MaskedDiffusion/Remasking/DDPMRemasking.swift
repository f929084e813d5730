#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Draws, at each masked position, one of the tokens or the mask itself.
///
/// The mask has the weight 1 − π, the tokens share π as the predictor says, where π is the probability
/// with which the reverse process unmasks a position. With Gumbel noise all are drawn at once, from the
/// same numbers as in the published sampler; otherwise a number of its own decides about the mask,
/// which samples the same distribution.
///
/// - SeeAlso: Sahoo et al., arXiv:2406.07524; github.com/kuleshov-group/mdlm, `diffusion.py`,
///   `_ddpm_update`, `_ddpm_caching_update`.
public struct DDPMRemasking: RemaskingStrategy {
  /// The descriptor of `ddpm`.
  public static let descriptor = AlgorithmDescriptor(
    name: "ddpm", summary: "Draw a token or the mask at each position: exact sampling",
    source: "MDLM diffusion.py _ddpm_caching_update, arXiv:2406.07524")

  /// Paced by the schedule's probabilities.
  public static let traits = StrategyTraits(pacing: .ancestral)

  /// Creates the strategy; it has no parameters.
  public init(parameters: ParameterValues) {}

  /// Keeps each candidate that wins against the mask, all of them in the last step.
  public func decision(in context: StepContext) -> StepDecision {
    let share = Double(context.plan.transferProbability)
    return StepDecision(
      unmasked: context.candidates.filter { candidate in
        if context.isLast { return true }
        let uniform = context.uniform(for: .transfer, position: candidate.position)
        guard let score = candidate.drawnScore else { return uniform < share }
        return score + log(share) > log(1 - share) - log(-log(uniform))
      }.map(\.position))
  }

  /// Says that chance decided.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(
      for: decision,
      kept: context.isLast
        ? "all that was left" : "drawn from \(context.guesses), against the mask"
    ) { $0.ranking.confidence }
  }
}
