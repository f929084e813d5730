/// Keeps the best candidate of every run of masks, so that runs are cut in two, and everything that is
/// confident; with `remask`, tokens the predictor has come to doubt compete as masks again.
///
/// - SeeAlso: dInfer `parallel_strategy.py` (hierarchy, hierarchy_remask).
public struct HierarchyRemasking: RemaskingStrategy {
  /// The descriptor of `hierarchy`.
  public static let descriptor = AlgorithmDescriptor(
    name: "hierarchy", summary: "Keep the best of every run of masks, and what is confident",
    source: "dInfer parallel_strategy.py",
    parameters: [
      ParameterDescriptor(
        name: "tau", summary: "the confidence that is enough anywhere",
        kind: .number(range: 0...1, defaultValue: 0.9)),
      ParameterDescriptor(
        name: "low", summary: "the confidence that is enough for the best of a run",
        kind: .number(range: 0...1, defaultValue: 0.4)),
    ])

  /// Paced by itself.
  public static let traits = StrategyTraits(pacing: .adaptive)

  private let high: Double
  private let low: Double

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    high = Self.descriptor.number("tau", in: parameters)
    low = Self.descriptor.number("low", in: parameters)
  }

  /// Keeps the best of each run, what is confident, and the best of all.
  public func decision(in context: StepContext) -> StepDecision {
    Self.kept(of: context.candidates, high: high, low: low)
  }

  /// Names the runs.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(for: decision, kept: "the surest of each run of masks, of \(context.guesses)") {
      $0.ranking.confidence
    }
  }

  static func kept(of candidates: [Candidate], high: Double, low: Double) -> StepDecision {
    var kept = Set(candidates.filter { $0.ranking.confidence > high }.map(\.position))
    var run: [Candidate] = []
    func close() {
      let best = run.map(\.ranking.confidence).max() ?? 0
      if best > low {
        kept.formUnion(run.filter { $0.ranking.confidence == best }.map(\.position))
      }
    }
    for candidate in candidates {
      if let last = run.last, last.position + 1 != candidate.position {
        close()
        run = []
      }
      run.append(candidate)
    }
    close()
    if let best = candidates.ranked(by: { $0.ranking.confidence }).first {
      kept.insert(best.position)
    }
    return StepDecision(unmasked: kept.sorted())
  }
}
