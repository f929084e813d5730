#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Keeps the most confident candidates.
///
/// - SeeAlso: SMDM `diff_sample` (“greddy”); LLaDA `generate` (low_confidence, arXiv:2502.09992);
///   Dream `diffusion_generate` (maskgit_plus).
public struct LowConfidenceRemasking: RemaskingStrategy {
  /// The descriptor of `low-confidence`.
  public static let descriptor = AlgorithmDescriptor(
    name: "low-confidence", summary: "Keep the most confident candidates, remask the others",
    source: "SMDM greddy; LLaDA low_confidence, arXiv:2502.09992; Dream maskgit_plus",
    parameters: [OrderNoise.parameter])

  /// Paced by the schedule.
  public static let traits = StrategyTraits(pacing: .scheduled)

  private let noise: OrderNoise

  /// Creates the strategy.
  public init(parameters: ParameterValues) { noise = OrderNoise(parameters, of: Self.descriptor) }

  /// Keeps the candidates with the highest confidence.
  public func decision(in context: StepContext) -> StepDecision {
    noise.decision(in: context) { $0.ranking.confidence }
  }
}

/// Keeps the candidates whose probability is farthest ahead of the second best.
///
/// - SeeAlso: Kim et al., arXiv:2502.06768; Dream `diffusion_generate` (topk_margin).
public struct MarginRemasking: RemaskingStrategy {
  /// The descriptor of `margin`.
  public static let descriptor = AlgorithmDescriptor(
    name: "margin", summary: "Keep the candidates farthest ahead of the second best",
    source: "Dream topk_margin; arXiv:2502.06768", parameters: [OrderNoise.parameter])

  /// Paced by the schedule.
  public static let traits = StrategyTraits(pacing: .scheduled)

  private let noise: OrderNoise

  /// Creates the strategy.
  public init(parameters: ParameterValues) { noise = OrderNoise(parameters, of: Self.descriptor) }

  /// Keeps the candidates with the largest margin.
  public func decision(in context: StepContext) -> StepDecision {
    noise.decision(in: context) { $0.ranking.margin }
  }

  /// Says how far the best is ahead.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(
      for: decision, superlative: "farthest ahead of their second choice"
    ) { $0.ranking.margin }
  }
}

/// Keeps the candidates of the distributions with the least entropy.
///
/// - SeeAlso: Dream `diffusion_generate` (entropy); RND1 `rnd/sampling.py`.
public struct EntropyRemasking: RemaskingStrategy {
  /// The descriptor of `entropy`.
  public static let descriptor = AlgorithmDescriptor(
    name: "entropy", summary: "Keep the candidates of the least uncertain positions",
    source: "Dream entropy; RND1", parameters: [OrderNoise.parameter])

  /// Paced by the schedule.
  public static let traits = StrategyTraits(pacing: .scheduled)

  private let noise: OrderNoise

  /// Creates the strategy.
  public init(parameters: ParameterValues) { noise = OrderNoise(parameters, of: Self.descriptor) }

  /// Keeps the candidates with the least entropy.
  public func decision(in context: StepContext) -> StepDecision {
    noise.decision(in: context) { -$0.ranking.entropy }
  }

  /// Says how uncertain the best is, in nats.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(
      for: decision, superlative: "least uncertain", value: { $0.ranking.entropy }
    ) { -$0.ranking.entropy }
  }
}

/// Keeps candidates chosen uniformly at random.
///
/// - SeeAlso: LLaDA `generate` (random, arXiv:2502.09992): ancestral sampling with fixed counts.
public struct RandomRemasking: RemaskingStrategy {
  /// The descriptor of `random`.
  public static let descriptor = AlgorithmDescriptor(
    name: "random", summary: "Keep candidates chosen at random",
    source: "LLaDA random, arXiv:2502.09992")

  /// Paced by the schedule.
  public static let traits = StrategyTraits(pacing: .scheduled)

  /// Creates the strategy; it has no parameters.
  public init(parameters: ParameterValues) {}

  /// Keeps candidates at random.
  public func decision(in context: StepContext) -> StepDecision {
    StepDecision(
      unmasked: context.positions(
        withHighest: { context.uniform(for: .transfer, position: $0.position) },
        count: context.transferCount))
  }

  /// Says that chance decided.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(for: decision, kept: "drawn from \(context.guesses)") { $0.ranking.confidence }
  }
}

/// Noise on the order in which positions are unmasked (`alg_temp` in Dream).
///
/// Positions are drawn without replacement with probabilities softmax(score / temperature): the
/// largest score / temperature + Gumbel noise come first, which has the same law.
private struct OrderNoise {
  static let parameter = ParameterDescriptor(
    name: "alg-temp", summary: "noise on the order of positions; 0 takes the best",
    kind: .number(range: 0...100, defaultValue: 0))

  private let temperature: Double

  init(_ parameters: ParameterValues, of descriptor: AlgorithmDescriptor) {
    temperature = descriptor.number(Self.parameter.name, in: parameters)
  }

  func decision(
    in context: StepContext, score: (Candidate) -> Double
  ) -> StepDecision {
    let positions = context.positions(
      withHighest: { candidate in
        guard temperature > 0 else { return score(candidate) }
        let uniform = context.uniform(for: .transfer, position: candidate.position)
        return score(candidate) / temperature - log(-log(uniform))
      }, count: context.transferCount)
    return StepDecision(unmasked: positions)
  }
}
