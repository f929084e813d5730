/// Follows an order of positions that is given: a position is open once all positions that come before
/// it in the order are written.
///
/// A template cuts the answer into levels, each of which waits for the one before; or the order is
/// written down position by position. Nothing is written against the order: where fewer positions are
/// open than a step's share, the rest follows after the last step, level by level.
///
/// - SeeAlso: dLLM-Reason `scheduler/dag_scheduler.py`, `graph/templates.py`, whose schedulers lose
///   the part of a count that is not spent and fill the rest against the order.
public struct OrderGraphRemasking: RemaskingStrategy {
  /// The descriptor of `order-graph`.
  public static let descriptor = AlgorithmDescriptor(
    name: "order-graph", summary: "Follow a given order of the parts of the answer",
    source: "dLLM-Reason dag_scheduler.py",
    parameters: [
      ParameterDescriptor(
        name: "order", summary: "which parts wait for which",
        kind: .choice(options: Template.allCases.map(\.rawValue), defaultValue: "cot")),
      ParameterDescriptor(
        name: "graph", summary: "an order of your own instead, such as 0-3>8>4-7/9>10+12",
        kind: .order),
      ParameterDescriptor(
        name: "keep", summary: "the most confident of what is open, or all of it",
        kind: .choice(options: ["topk", "all-ready"], defaultValue: "topk")),
    ])

  /// Paced by itself, in at least as many steps as there are levels.
  public static let traits = StrategyTraits(pacing: .adaptive)

  /// Which parts of the answer wait for which.
  public enum Template: String, CaseIterable, Sendable {
    /// Four equal parts, left to right.
    case cot
    /// The last fifth, then the rest in three parts.
    case answerFirst = "answer-first"
    /// Every third position, then those after them, then the rest.
    case skeleton
    /// From both ends to the middle, in four parts.
    case bidirectional
    /// Even positions, then odd ones.
    case interleaved
    /// One position after the other.
    case linear

    /// Returns the positions of each level, counted from the start of an answer of `count`.
    func levels(_ count: Int) -> [[Int]] {
      let all = Array(0..<count)
      let levels: [[Int]]
      switch self {
      case .cot: levels = Self.parts(all, 4)
      case .answerFirst:
        let last = count - count * 4 / 5
        levels = [Array(all.suffix(last))] + Self.parts(Array(all.dropLast(last)), 3)
      case .skeleton: levels = (0..<3).map { rest in all.filter { $0 % 3 == rest } }
      case .bidirectional:
        let outsideIn = all.sorted { min($0, count - 1 - $0) < min($1, count - 1 - $1) }
        levels = Self.parts(outsideIn, 4)
      case .interleaved: levels = (0..<2).map { rest in all.filter { $0 % 2 == rest } }
      case .linear: levels = all.map { [$0] }
      }
      return levels.filter { !$0.isEmpty }
    }

    /// Equal parts; the last takes the remainder.
    private static func parts(_ positions: [Int], _ count: Int) -> [[Int]] {
      let size = max(1, positions.count / count)
      return (0..<count).map { part in
        let rest = positions.dropFirst(part * size)
        return Array(part == count - 1 ? rest : rest.prefix(size))
      }
    }
  }

  private let template: Template
  private let graph: PositionOrder?
  private let keepsAll: Bool

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    template = Template(rawValue: Self.descriptor.choice("order", in: parameters)) ?? .cot
    graph = PositionOrder(Self.descriptor.choice("graph", in: parameters))
    keepsAll = Self.descriptor.choice("keep", in: parameters) == "all-ready"
  }

  /// Keeps the best of what is open.
  public func decision(in context: StepContext) -> StepDecision {
    let open = open(in: context)
    guard !keepsAll else { return StepDecision(unmasked: open.map(\.position)) }
    let count = Self.quota(in: context) ?? open.count
    return StepDecision(
      unmasked: open.ranked { $0.ranking.confidence }.prefix(count).map(\.position).sorted())
  }

  /// Names what is open.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(
      for: decision, kept: "the surest of \(open(in: context).count) whose turn it is"
    ) { $0.ranking.confidence }
  }

  /// The share of a step when all that was masked is split evenly (LLaDA); `nil` after the last step,
  /// when everything that is open is kept.
  private static func quota(in context: StepContext) -> Int? {
    guard context.stepInBlock < context.blockSteps else { return nil }
    let masked = context.block.count { !context.canvas.isGiven[$0] }
    let (quotient, remainder) = masked.quotientAndRemainder(dividingBy: context.blockSteps)
    return max(1, quotient + (context.stepInBlock < remainder ? 1 : 0))
  }

  /// The candidates that wait for nothing that is masked.
  private func open(in context: StepContext) -> [Candidate] {
    let answer = context.canvas.answer
    if let graph {
      let open = context.candidates.filter { candidate in
        (graph.before[candidate.position - answer.lowerBound] ?? []).allSatisfy {
          $0 >= answer.count || !context.canvas.isOpen(answer.lowerBound + $0)
        }
      }
      return open.isEmpty ? context.candidates : open
    }
    for level in template.levels(answer.count) {
      let positions = Set(level.map { answer.lowerBound + $0 })
      let open = context.candidates.filter { positions.contains($0.position) }
      if !open.isEmpty { return open }
      // A later block may hold what is left of a level: this block does not wait for it.
    }
    return context.candidates
  }
}
