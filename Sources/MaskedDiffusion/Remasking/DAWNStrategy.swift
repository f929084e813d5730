/// Keeps confident candidates that do not lean on each other, and trusts those that lean on what is known.
///
/// A position leans on those it attends to. Positions that nearly all attend to are left out, because that
/// says nothing. What is very sure is kept; what leans on a sure token that is written needs less
/// confidence; of the rest those are kept, the surest first, that do not lean on each other.
///
/// - SeeAlso: DAWN, arXiv:2602.06953; `llada/generate.py`, `get_transfer_index_dawn`. That code goes on
///   picking when nothing is left to pick, and then overwrites the first token of the prompt; here the
///   set is the same without the surplus.
public struct DAWNStrategy: SamplingStrategy {
  /// The descriptor of `dawn`.
  public static let descriptor = AlgorithmDescriptor(
    name: "dawn", summary: "Keep confident candidates that do not attend to each other",
    source: "DAWN get_transfer_index_dawn, arXiv:2602.06953",
    parameters: [
      ParameterDescriptor(
        name: "sink", summary: "the mean attention above which a position does not count",
        kind: .number(range: 0...1, defaultValue: 0.01)),
      ParameterDescriptor(
        name: "edge", summary: "the attention that makes one position lean on another",
        kind: .number(range: 0...1, defaultValue: 0.07)),
      ParameterDescriptor(
        name: "induce", summary: "the confidence that is enough next to what is known",
        kind: .number(range: 0...1, defaultValue: 0.7)),
      ParameterDescriptor(
        name: "low", summary: "the confidence that is enough for positions that stand alone",
        kind: .number(range: 0...1, defaultValue: 0.7)),
      ParameterDescriptor(
        name: "sure", summary: "the confidence that is enough anywhere",
        kind: .number(range: 0...1, defaultValue: 0.9)),
      ParameterDescriptor(
        name: "layers", summary: "the share of layers, from the last, whose attention counts",
        kind: .number(range: 0...1, defaultValue: 0.125)),
    ])

  /// Paced by itself; asks who attends to whom.
  public static let traits = StrategyTraits(pacing: .adaptive, readsAttention: true)

  private let sink: Float
  private let edge: Float
  private let induced: Double
  private let low: Double
  private let sure: Double
  private let layers: Double

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    sink = Float(Self.descriptor.number("sink", in: parameters))
    edge = Float(Self.descriptor.number("edge", in: parameters))
    induced = Self.descriptor.number("induce", in: parameters)
    low = Self.descriptor.number("low", in: parameters)
    sure = Self.descriptor.number("sure", in: parameters)
    layers = Self.descriptor.number("layers", in: parameters)
  }

  /// Asks about everything up to the end of the block, and who attends to whom.
  public func opening(in context: StepContext, memory: NoMemory) -> Opening {
    var question = Question(context.canvas, wanted: Array(0..<context.block.upperBound))
    question.attentionShare = layers
    return .question(question)
  }

  /// Keeps what is sure, what leans on what is known, and what stands alone.
  public func move(
    in context: StepContext, memory: NoMemory, answers: [Answer]
  ) -> StrategyMove<NoMemory> {
    guard let answer = context.answer, let attention = answer.attention else {
      return .decide(StepDecision(unmasked: []), memory)
    }
    let leaning = Leaning(attention, sink: sink, edge: edge)
    let masked = context.candidates.ranked { $0.unmodified.confidence }
    let isSure = Set(masked.filter { $0.unmodified.confidence >= sure }.map(\.position))
    let known = (0..<context.block.upperBound).filter {
      !context.canvas.isMasked($0) && answer.best(at: $0).unmodified.confidence >= sure
    }
    let isInduced = Set(
      masked.filter { candidate in
        candidate.unmodified.confidence >= induced
          && known.contains { leaning.leans(candidate.position, on: $0) }
      }.map(\.position))
    let both = isSure.intersection(isInduced)
    var kept = isSure.union(isInduced)
    var apart: [Int] = []
    for candidate in masked where candidate.unmodified.confidence >= low {
      let position = candidate.position
      guard !kept.contains(position), !both.contains(where: { leaning.leans(position, on: $0) }),
        !apart.contains(where: { leaning.areNeighbours($0, position) })
      else { continue }
      apart.append(position)
    }
    kept.formUnion(apart)
    if kept.isEmpty, let best = masked.first { kept = [best.position] }
    var decision = StepDecision(unmasked: kept.sorted())
    decision.reason = context.reason(
      for: decision,
      kept: "\(isSure.count) sure, \(isInduced.subtracting(isSure).count) next to what is known, "
        + "\(apart.count) that stand alone"
    ) { $0.unmodified.confidence }
    return .decide(decision, memory)
  }
}

/// Which positions lean on which.
private struct Leaning {
  private let attention: AttentionMap
  private let isSink: [Bool]
  private let edge: Float

  init(_ attention: AttentionMap, sink: Float, edge: Float) {
    self.attention = attention
    self.edge = edge
    var sums = [Float](repeating: 0, count: attention.count)
    for position in 0..<attention.count {
      for other in 0..<attention.count { sums[other] += attention[position, other] }
    }
    isSink = sums.map { $0 / Float(max(1, attention.count)) > sink }
  }

  func leans(_ position: Int, on other: Int) -> Bool {
    position != other && (isSink[other] ? 0 : attention[position, other]) >= edge
  }

  func areNeighbours(_ one: Int, _ other: Int) -> Bool {
    leans(one, on: other) || leans(other, on: one)
  }
}
