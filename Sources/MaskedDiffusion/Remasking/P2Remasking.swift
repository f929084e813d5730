#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Path planning: in every step the positions with the lowest scores are masked, whether they were
/// unmasked before or not, so that a token the predictor has come to doubt is written again.
///
/// - SeeAlso: Peng et al., “Path Planning for Masked Diffusion Model Sampling”, arXiv:2502.03540;
///   `path_planning_sampler`.
public struct P2Remasking: RemaskingStrategy {
  /// The descriptor of `p2`.
  public static let descriptor = AlgorithmDescriptor(
    name: "p2", summary: "Keep the best positions, old and new; mask the others again",
    source: "P2 path_planning_sampler, arXiv:2502.03540",
    parameters: [
      ParameterDescriptor(
        name: "eta", summary: "above 1 masks unmasked tokens again more readily; 0 never does",
        kind: .number(range: 0...100, defaultValue: 1)),
      ParameterDescriptor(
        name: "alpha", summary: "weight of log-confidence; the rest is the negative entropy",
        kind: .number(range: 0...1, defaultValue: 1)),
    ])

  /// Paced by the schedule; masks again and reads what it would put at unmasked positions.
  public static let traits = StrategyTraits(
    pacing: .scheduled, remasks: true, readsUnmasked: true)

  private let eta: Double
  private let alpha: Double

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    eta = Self.descriptor.number("eta", in: parameters)
    alpha = Self.descriptor.number("alpha", in: parameters)
  }

  /// Masks the ``StepContext/maskedTarget`` positions with the lowest scores, keeps the others.
  public func decision(in context: StepContext) -> StepDecision {
    let masked = context.candidates.map { (position: $0.position, score: score($0), isOld: false) }
    let old = context.unmasked.compactMap { token in
      token.candidate.map {
        (position: token.position, score: eta > 0 ? eta * score($0) : .infinity, isOld: true)
      }
    }
    // Lower scores are masked first; among equals the later position.
    let order = (masked + old).sorted {
      $0.score != $1.score ? $0.score < $1.score : $0.position > $1.position
    }
    let target = min(context.isLast ? 0 : context.maskedTarget, order.count)
    return StepDecision(
      unmasked: order[target...].filter { !$0.isOld }.map(\.position).sorted(),
      remasked: order[..<target].filter(\.isOld).map(\.position).sorted())
  }

  /// Says that old and new compete.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(
      for: decision, kept: "the best of \(context.guesses) and of what stood there",
      remasked: "no longer among the best", value: { $0.ranking.confidence }, by: score)
  }

  /// α ln p − (1 − α) H, at most 0.
  private func score(_ candidate: Candidate) -> Double {
    var score = 0.0
    if alpha > 0 { score += alpha * log(max(candidate.ranking.confidence, .leastNormalMagnitude)) }
    if alpha < 1 { score -= (1 - alpha) * candidate.unmodified.entropy }
    return score
  }
}
