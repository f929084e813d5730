/// Unmasks positions that are far apart together, without looking at confidence: neighbours depend on
/// each other most, so they are never written at once until the last step.
///
/// A block of B positions takes about log₂ B steps.
///
/// - SeeAlso: Luxembourg et al., “Plan for Speed: Dilated Scheduling for Masked Diffusion Language
///   Models” (DUS), arXiv:2506.19037; `generate.py`.
public struct DilatedRemasking: RemaskingStrategy {
  /// The descriptor of `dilated`.
  public static let descriptor = AlgorithmDescriptor(
    name: "dilated", summary: "Unmask positions far apart first, then those between",
    source: "DUS generate.py, arXiv:2506.19037",
    parameters: [
      ParameterDescriptor(
        name: "levels", summary: "multiples of a stride that halves, or midpoints of halves",
        kind: .choice(options: ["dilated", "binary"], defaultValue: "dilated"))
    ])

  /// Paced by itself.
  public static let traits = StrategyTraits(pacing: .adaptive)

  private let isBinary: Bool

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    isBinary = Self.descriptor.choice("levels", in: parameters) == "binary"
  }

  /// Keeps the next level that has masks.
  public func decision(in context: StepContext) -> StepDecision {
    let block = context.block.clamped(to: context.canvas.answer)
    let open = context.candidates.map(\.position)
    let levels = isBinary ? Self.binary(block.count) : Self.dilated(block.count)
    for level in levels {
      let positions = Set(level.map { block.lowerBound + $0 }).intersection(open)
      if !positions.isEmpty { return StepDecision(unmasked: positions.sorted()) }
    }
    return StepDecision(unmasked: open)
  }

  /// Names the level.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(for: decision, kept: "far apart, of \(context.guesses)") {
      $0.ranking.confidence
    }
  }

  /// Multiples of B/2, B/4, …, 1 that are not in an earlier level.
  static func dilated(_ count: Int) -> [[Int]] {
    var levels: [[Int]] = []
    var seen: Set<Int> = []
    var step = max(1, count / 2)
    while true {
      let level = stride(from: 0, to: count, by: step).filter { seen.insert($0).inserted }
      if !level.isEmpty { levels.append(level) }
      if step == 1 { break }
      step = max(1, step / 2)
    }
    return merged(levels)
  }

  /// The midpoints of intervals that are halved again and again.
  static func binary(_ count: Int) -> [[Int]] {
    var levels: [[Int]] = []
    var intervals = count > 0 ? [0...count - 1] : []
    while !intervals.isEmpty {
      levels.append(intervals.map { ($0.lowerBound + $0.upperBound) / 2 })
      intervals = intervals.flatMap { interval -> [ClosedRange<Int>] in
        let middle = (interval.lowerBound + interval.upperBound) / 2
        var halves: [ClosedRange<Int>] = []
        if interval.lowerBound < middle { halves.append(interval.lowerBound...middle - 1) }
        if middle < interval.upperBound { halves.append(middle + 1...interval.upperBound) }
        return halves
      }
    }
    return merged(levels)
  }

  /// A last level shorter than the one before is written with it.
  private static func merged(_ levels: [[Int]]) -> [[Int]] {
    guard levels.count >= 2, levels[levels.count - 1].count < levels[levels.count - 2].count else {
      return levels
    }
    return levels.dropLast(2) + [levels[levels.count - 2] + levels[levels.count - 1]]
  }
}
