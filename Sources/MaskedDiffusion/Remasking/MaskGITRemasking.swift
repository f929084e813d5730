#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Keeps the most confident candidates with noise on their order, less of it from step to step.
///
/// Ranked by ln p + τ (1 − ρ) · Gumbel noise, where ρ is the share of steps done after this one.
///
/// - SeeAlso: Chang et al., “MaskGIT”, arXiv:2202.04200; `maskgit/libml/parallel_decode.py`, whose last
///   iteration is returned before it masks again: here the last step keeps everything.
public struct MaskGITRemasking: RemaskingStrategy {
  /// The descriptor of `maskgit`.
  public static let descriptor = AlgorithmDescriptor(
    name: "maskgit", summary: "Keep the most confident, with noise that fades",
    source: "MaskGIT parallel_decode.py, arXiv:2202.04200",
    parameters: [
      ParameterDescriptor(
        name: "noise", summary: "noise on the order in the first step",
        kind: .number(range: 0...100, defaultValue: 1))
    ])

  /// Paced by the schedule.
  public static let traits = StrategyTraits(pacing: .scheduled)

  private let noise: Double

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    noise = Self.descriptor.number("noise", in: parameters)
  }

  /// Keeps the best.
  public func decision(in context: StepContext) -> StepDecision {
    let left = 1 - Double(context.stepInBlock + 1) / Double(max(1, context.blockSteps))
    return StepDecision(
      unmasked: context.positions(
        withHighest: { candidate in
          let score = log(max(candidate.ranking.confidence, .leastNormalMagnitude))
          guard noise > 0, left > 0 else { return score }
          let uniform = context.uniform(for: .transfer, position: candidate.position)
          return score - noise * left * log(-log(uniform))
        }, count: context.transferCount))
  }
}
