/// Keeps the best of every run of masks, where tokens the predictor has come to doubt count as masks
/// again.
///
/// More tokens are kept than are doubted, so the masks get fewer in every step.
///
/// - SeeAlso: dInfer `parallel_strategy.py` (hierarchy_remask).
public struct HierarchyRemaskStrategy: RemaskingStrategy {
  /// The descriptor of `hierarchy-remask`.
  public static let descriptor = AlgorithmDescriptor(
    name: "hierarchy-remask", summary: "Keep the best of every run of masks and doubtful tokens",
    source: "dInfer parallel_strategy.py", parameters: HierarchyRemasking.descriptor.parameters)

  /// Paced by itself; masks again and reads what it would put at unmasked positions.
  public static let traits = StrategyTraits(pacing: .adaptive, remasks: true, readsUnmasked: true)

  private let high: Double
  private let low: Double

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    high = Self.descriptor.number("tau", in: parameters)
    low = Self.descriptor.number("low", in: parameters)
  }

  /// Keeps the best of each run; doubtful tokens that are not kept are masked again.
  public func decision(in context: StepContext) -> StepDecision {
    guard let answer = context.answer else { return StepDecision(unmasked: []) }
    let doubted = context.unmasked.filter {
      answer.isAnswered(at: $0.position)
        && answer.probability(of: $0.token, at: $0.position) < low
    }
    let pool = (context.candidates + doubted.compactMap(\.candidate))
      .sorted { $0.position < $1.position }
    var kept = Set(HierarchyRemasking.kept(of: pool, high: high, low: low).unmasked)
    for candidate in pool.ranked(by: { $0.ranking.confidence })
    where kept.count < doubted.count + 1 { kept.insert(candidate.position) }
    var decision = StepDecision(
      unmasked: context.candidates.map(\.position).filter(kept.contains),
      remasked: doubted.map(\.position).filter { !kept.contains($0) })
    decision.written = doubted.filter { kept.contains($0.position) }.compactMap { token in
      guard let candidate = token.candidate, candidate.token != token.token else { return nil }
      return StepDecision.Writing(
        position: token.position, token: candidate.token,
        confidence: candidate.unmodified.confidence, entropy: candidate.unmodified.entropy)
    }
    return decision
  }
}
