/// Keeps the longest run of surest candidates whose entropies, without the largest, add up to no
/// more than a bound.
///
/// The sum bounds the total correlation of the tokens, which drawing them independently of each
/// other loses. One alone loses nothing, so the best is always kept.
///
/// Order and entropies are read off the distribution the settings name: what is lost depends on the
/// distribution tokens are drawn from, and with temperature or filters that is `filtered`.
///
/// - SeeAlso: Ben-Hamu et al., “Accelerated Sampling from Masked Diffusion Models via Entropy
///   Bounded Unmasking”, arXiv:2505.24857.
public struct EntropyBoundedRemasking: RemaskingStrategy {
  /// The descriptor of `entropy-bounded`.
  public static let descriptor = AlgorithmDescriptor(
    name: "entropy-bounded",
    summary: "Keep the surest candidates up to a sum of entropies, and always the best",
    source: "EB-Sampler, arXiv:2505.24857",
    parameters: [
      ParameterDescriptor(
        name: "gamma", summary: "the bound, in nats; the largest entropy is left out",
        kind: .number(range: 0...100, defaultValue: 0.1)),
      ParameterDescriptor(
        name: "order", summary: "what says how sure a candidate is",
        kind: .choice(
          options: Order.allCases.map(\.rawValue), defaultValue: Order.entropy.rawValue)),
    ])

  /// Paced by itself.
  public static let traits = StrategyTraits(pacing: .adaptive)

  /// What candidates are ordered by.
  public enum Order: String, CaseIterable, Sendable {
    /// The least entropy first.
    case entropy
    /// The highest confidence first.
    case confidence
    /// The largest margin first.
    case margin

    func score(of candidate: Candidate) -> Double {
      switch self {
      case .entropy: -candidate.ranking.entropy
      case .confidence: candidate.ranking.confidence
      case .margin: candidate.ranking.margin
      }
    }
  }

  private let bound: Double
  private let order: Order

  /// Creates the strategy; `gamma` is the bound in nats.
  public init(parameters: ParameterValues) {
    bound = Self.descriptor.number("gamma", in: parameters)
    order =
      Order(rawValue: Self.descriptor.choice("order", in: parameters)) ?? .entropy
  }

  /// Keeps the best candidate and those that follow while the bound holds.
  public func decision(in context: StepContext) -> StepDecision {
    var largest = 0.0
    // Kept as a sum: small entropies would be lost in the difference of two large numbers.
    var others = 0.0
    var unmasked: [Int] = []
    for candidate in context.rankedCandidates(by: order.score(of:)) {
      let entropy = candidate.ranking.entropy
      others += min(largest, entropy)
      largest = max(largest, entropy)
      guard others <= bound else { break }
      unmasked.append(candidate.position)
    }
    return StepDecision(unmasked: unmasked.sorted())
  }

  /// Says what the bound is.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(
      for: decision, kept: "as many of \(context.guesses) as stay within \(bound) nats together",
      by: order.score(of:))
  }
}
