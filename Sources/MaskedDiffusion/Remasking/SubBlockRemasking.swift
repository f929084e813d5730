/// Works on one part of a block after the other, from left to right; in it keeps every candidate above a
/// confidence, and always the best one.
///
/// - SeeAlso: Wu et al., “Fast-dLLM v2”, arXiv:2509.26328; `modeling.py`, `generate`
///   (`small_block_size`, `threshold`).
public struct SubBlockRemasking: RemaskingStrategy {
  /// The descriptor of `sub-blocks`.
  public static let descriptor = AlgorithmDescriptor(
    name: "sub-blocks",
    summary: "Keep every confident candidate of the first part of the block that has masks",
    source: "Fast-dLLM v2 generate(small_block_size=8), arXiv:2509.26328",
    parameters: [
      ParameterDescriptor(
        name: "tau", summary: "the confidence that is enough",
        kind: .number(range: 0...1, defaultValue: 0.9)),
      ParameterDescriptor(
        name: "size", summary: "positions of a part, counted from the first of the canvas",
        kind: .number(range: 1...1024, defaultValue: 8)),
    ])

  /// Paced by itself.
  public static let traits = StrategyTraits(pacing: .adaptive)

  private let threshold: Double
  private let size: Int

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    threshold = Self.descriptor.number("tau", in: parameters)
    size = max(1, Int(Self.descriptor.number("size", in: parameters)))
  }

  /// Keeps the best candidate of the part and every other above the threshold.
  public func decision(in context: StepContext) -> StepDecision {
    guard let part = context.candidates.first.map({ $0.position / size }) else {
      return StepDecision(unmasked: [])
    }
    let ranked = context.rankedCandidates { $0.ranking.confidence }
      .filter { $0.position / size == part }
    let sure = ranked.count { $0.ranking.confidence > threshold }
    return StepDecision(unmasked: ranked.prefix(max(1, sure)).map(\.position).sorted())
  }

  /// Names the part.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(for: decision, kept: "the surest of a part of \(size) positions") {
      $0.ranking.confidence
    }
  }
}
