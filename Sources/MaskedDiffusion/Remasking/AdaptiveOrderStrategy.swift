/// Finds an order by itself: a position waits for those that are surer and expect similar tokens.
///
/// How similar the distributions of two masks are is their cosine, averaged over the steps. A candidate's
/// confidence is multiplied by the share of the positions it waits for that are written.
///
/// - SeeAlso: dLLM-Reason `scheduler/dag_scheduler.py`, `adaptive_dynamic`. Tokens less probable than one
///   in a thousand are left out of the cosine.
public struct AdaptiveOrderStrategy: SamplingStrategy {
  /// The descriptor of `adaptive-order`.
  public static let descriptor = AlgorithmDescriptor(
    name: "adaptive-order", summary: "Let similar positions wait for the surer ones among them",
    source: "dLLM-Reason dag_scheduler.py (adaptive_dynamic)",
    parameters: [
      ParameterDescriptor(
        name: "similar", summary: "the cosine from which on two positions are similar",
        kind: .number(range: 0...1, defaultValue: 0.3)),
      ParameterDescriptor(
        name: "momentum", summary: "the part of the average that is left after a step",
        kind: .number(range: 0...1, defaultValue: 0.5)),
    ])

  /// As fast as the schedule.
  public static let traits = StrategyTraits(pacing: .scheduled)

  /// How similar positions are, and how sure they were.
  public struct Memory: StrategyMemory {
    /// The positions, ascending.
    var positions: [Int] = []
    /// The confidence of each when it was last a mask.
    var confidences: [Double] = []
    /// The cosine of each with each, row-major.
    var cosines: [Float] = []

    /// Creates a memory of nothing.
    public init() {}
  }

  private let similar: Float
  private let momentum: Float

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    similar = Float(Self.descriptor.number("similar", in: parameters))
    momentum = Float(Self.descriptor.number("momentum", in: parameters))
  }

  /// Brings the cosines up to date, and ranks.
  public func move(
    in context: StepContext, memory: Memory, answers: [Answer]
  ) -> StrategyMove<Memory> {
    guard let answer = context.answer else { return .decide(StepDecision(unmasked: []), memory) }
    let next = updated(memory, with: context.candidates, answer)
    let places = Dictionary(
      uniqueKeysWithValues: next.positions.enumerated().map { ($0.element, $0.offset) })
    let count = next.positions.count
    let isMasked = Set(context.candidates.map(\.position))
    func score(_ candidate: Candidate) -> Double {
      guard let place = places[candidate.position] else { return 0 }
      var awaited = 0
      var written = 0
      for other in 0..<count
      where other != place && next.cosines[other * count + place] > similar
        && next.confidences[other] > next.confidences[place]
      {
        awaited += 1
        if !isMasked.contains(next.positions[other]) { written += 1 }
      }
      let share = awaited == 0 ? 1 : Double(written) / Double(awaited)
      return candidate.unmodified.confidence * share
    }
    let scores = Dictionary(
      uniqueKeysWithValues: context.candidates.map { ($0.position, score($0)) })
    let measure: (Candidate) -> Double = { scores[$0.position] ?? 0 }
    var decision = StepDecision(
      unmasked: context.positions(withHighest: measure, count: context.transferCount))
    decision.reason = context.reason(
      for: decision, superlative: "surest that wait for nothing", by: measure)
    return .decide(decision, next)
  }

  private func updated(
    _ memory: Memory, with candidates: [Candidate], _ answer: Answer
  ) -> Memory {
    var next = Memory()
    next.positions = Set(memory.positions + candidates.map(\.position)).sorted()
    let count = next.positions.count
    let old = Dictionary(
      uniqueKeysWithValues: memory.positions.enumerated().map { ($0.element, $0.offset) })
    let now = Dictionary(
      uniqueKeysWithValues: candidates.enumerated().map { ($0.element.position, $0.offset) })
    let cosines = answer.cosines(of: candidates.map(\.position))
    next.confidences = next.positions.map { position in
      now[position].map { candidates[$0].unmodified.confidence }
        ?? old[position].map { memory.confidences[$0] } ?? 0
    }
    next.cosines = Array(repeating: 0, count: count * count)
    for (row, position) in next.positions.enumerated() {
      for (column, other) in next.positions.enumerated() {
        var known: Float?
        if let i = old[position], let j = old[other] {
          known = memory.cosines[i * memory.positions.count + j]
        }
        if let i = now[position], let j = now[other] {
          let cosine = cosines[i * candidates.count + j]
          known = known.map { momentum * $0 + (1 - momentum) * cosine } ?? cosine
        }
        next.cosines[row * count + column] = known ?? 0
      }
    }
    return next
  }
}

extension Answer {
  /// Returns the cosine of the distributions at each two of `positions`, shape
  /// `[positions, positions]`.
  func cosines(of positions: [Int]) -> [Float] {
    let lists = likely(at: positions, least: 1e-3)
    let lengths = lists.map { list in
      list.reduce(0) { $0 + $1.probability * $1.probability }.squareRoot()
    }
    var cosines = [Float](repeating: 1, count: positions.count * positions.count)
    var row = [Float](repeating: 0, count: vocabularySize)
    for i in positions.indices {
      for entry in lists[i] { row[entry.token] = entry.probability }
      for j in positions.indices where j > i {
        let product = lists[j].reduce(Float(0)) { $0 + $1.probability * row[$1.token] }
        let cosine = product / max(lengths[i] * lengths[j], .leastNormalMagnitude)
        cosines[i * positions.count + j] = cosine
        cosines[j * positions.count + i] = cosine
      }
      for entry in lists[i] { row[entry.token] = 0 }
    }
    return cosines
  }
}
