/// Keeps everything above a confidence where that is at least what the schedule asks for, else the most
/// confident as scheduled.
///
/// - SeeAlso: LLaDA2 (threshold 0.95, blocks of 32); SDAR `generate.py`, low_confidence_dynamic
///   (0.85, blocks of 8).
public struct QuotaThresholdRemasking: RemaskingStrategy {
  /// The descriptor of `quota-threshold`.
  public static let descriptor = AlgorithmDescriptor(
    name: "quota-threshold", summary: "Keep what is scheduled, more where more is confident",
    source: "LLaDA2; SDAR low_confidence_dynamic",
    parameters: [
      ParameterDescriptor(
        name: "tau", summary: "the confidence that is enough",
        kind: .number(range: 0...1, defaultValue: 0.95))
    ])

  /// At least as fast as the schedule.
  public static let traits = StrategyTraits(pacing: .atLeastScheduled)

  private let threshold: Double

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    threshold = Self.descriptor.number("tau", in: parameters)
  }

  /// Keeps all that are confident, if they are enough.
  public func decision(in context: StepContext) -> StepDecision {
    let sure = context.candidates.filter { $0.ranking.confidence > threshold }
    guard sure.count < context.transferCount || sure.isEmpty else {
      return StepDecision(unmasked: sure.map(\.position))
    }
    return StepDecision(
      unmasked: context.positions(
        withHighest: { $0.ranking.confidence }, count: context.transferCount))
  }

  /// Says whether the threshold was reached.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    let sure = context.candidates.count { $0.ranking.confidence > threshold }
    return context.reason(
      for: decision,
      kept: sure == decision.unmasked.count && sure > 0
        ? "\(sure) of \(context.guesses) are above \(threshold)"
        : "the surest of \(context.guesses), as scheduled"
    ) { $0.ranking.confidence }
  }
}

/// Keeps confident candidates, but of two that stand close together only the better one: neighbours
/// depend on each other most.
///
/// The distance shrinks as masks get fewer, to two: adjacent positions never go together.
///
/// - SeeAlso: Luxembourg et al., arXiv:2506.19037; DUS `generate.py`, the gap filter.
public struct SpacedThresholdRemasking: RemaskingStrategy {
  /// The descriptor of `spaced-threshold`.
  public static let descriptor = AlgorithmDescriptor(
    name: "spaced-threshold", summary: "Keep confident candidates that are not close together",
    source: "DUS generate.py, arXiv:2506.19037",
    parameters: [
      ParameterDescriptor(
        name: "tau", summary: "the confidence that is enough",
        kind: .number(range: 0...1, defaultValue: 0.9)),
      ParameterDescriptor(
        name: "gap", summary: "the distance while the whole block is masked",
        kind: .number(range: 1...1000, defaultValue: 8)),
    ])

  /// Paced by itself.
  public static let traits = StrategyTraits(pacing: .adaptive)

  private let threshold: Double
  private let gap: Int

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    threshold = Self.descriptor.number("tau", in: parameters)
    gap = Int(Self.descriptor.number("gap", in: parameters))
  }

  /// Keeps the best, then what is confident and far enough from everything kept.
  public func decision(in context: StepContext) -> StepDecision {
    let block = context.block.clamped(to: context.canvas.answer)
    let distance = max(2, context.candidates.count * gap / max(1, block.count))
    var kept: [Int] = []
    for candidate in context.rankedCandidates(by: { $0.ranking.confidence }) {
      guard kept.isEmpty || candidate.ranking.confidence >= threshold else { break }
      if kept.allSatisfy({ abs($0 - candidate.position) >= distance }) {
        kept.append(candidate.position)
      }
    }
    return StepDecision(unmasked: kept.sorted())
  }

  /// Names the distance.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(for: decision, kept: "the surest of \(context.guesses) that stand apart") {
      $0.ranking.confidence
    }
  }
}
