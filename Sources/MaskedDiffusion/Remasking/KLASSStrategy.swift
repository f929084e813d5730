/// Keeps every candidate that is confident and whose distribution has stopped moving; where there is
/// none, as many of the most confident as the schedule asks for.
///
/// How far a distribution moved is the divergence Σ p ln(p / q) of what the predictor says now from
/// what it said in the step before. It has to stay small for several steps, so that nothing is kept
/// early in a block. In the first step q counts as 0.
///
/// - SeeAlso: Kim et al., “KLASS: KL-Guided Fast Inference in Masked Diffusion Models”,
///   arXiv:2511.05664; `src/model/llada_klass.py`.
public struct KLASSStrategy: SamplingStrategy {
  /// The descriptor of `klass`.
  public static let descriptor = AlgorithmDescriptor(
    name: "klass", summary: "Keep what is confident and no longer changes, else what is scheduled",
    source: "KLASS llada_klass.py, arXiv:2511.05664",
    parameters: [
      ParameterDescriptor(
        name: "tau", summary: "the confidence that is enough",
        kind: .number(range: 0...1, defaultValue: 0.9)),
      ParameterDescriptor(
        name: "kappa", summary: "the divergence that is small enough, in nats",
        kind: .number(range: 0...100, defaultValue: 0.01)),
      ParameterDescriptor(
        name: "history", summary: "the steps for which it has to be",
        kind: .number(range: 1...64, defaultValue: 2)),
    ])

  /// At least as fast as the schedule; reads the distributions of the step before.
  public static let traits = StrategyTraits(pacing: .atLeastScheduled, readsPrevious: true)

  /// The last divergences of each masked position.
  public struct Memory: StrategyMemory {
    var positions: [Int] = []
    var divergences: [[Double]] = []

    /// Creates a memory of nothing.
    public init() {}
  }

  private let confidence: Double
  private let divergence: Double
  private let history: Int

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    confidence = Self.descriptor.number("tau", in: parameters)
    divergence = Self.descriptor.number("kappa", in: parameters)
    history = Int(Self.descriptor.number("history", in: parameters))
  }

  /// Asks about every masked position: those of later blocks move too.
  public func opening(in context: StepContext, memory: Memory) -> Opening {
    .question(
      Question(context.canvas, wanted: context.canvas.openPositions(in: 0..<context.canvas.count)))
  }

  /// Decides, and remembers how far each distribution moved.
  public func move(
    in context: StepContext, memory: Memory, answers: [Answer]
  ) -> StrategyMove<Memory> {
    guard let answer = context.answer else { return .decide(StepDecision(unmasked: []), memory) }
    let known = Dictionary(uniqueKeysWithValues: zip(memory.positions, memory.divergences))
    var next = Memory()
    // The answer may cover positions that were looked at besides.
    let open = context.canvas.openPositions(in: 0..<context.canvas.count)
      .filter(answer.isAnswered)
    let moves = answer.divergences(from: context.previous, at: open)
    for (position, moved) in zip(open, moves) {
      next.positions.append(position)
      next.divergences.append(Array(((known[position] ?? []) + [moved]).suffix(history)))
    }
    let still = Set(
      zip(next.positions, next.divergences)
        .filter { $0.1.count == history && $0.1.allSatisfy { $0 < divergence } }.map(\.0))
    let ready = context.candidates.filter {
      $0.unmodified.confidence > confidence && still.contains($0.position)
    }
    let isEarly = context.stepInBlock < history - 1
    guard ready.isEmpty || isEarly else {
      var decision = StepDecision(unmasked: ready.map(\.position))
      decision.reason = context.reason(
        for: decision, kept: "\(ready.count) of \(context.guesses) are sure and no longer move"
      ) { $0.unmodified.confidence }
      return .decide(decision, next)
    }
    let scheduled = context.positions(
      withHighest: { $0.unmodified.confidence }, count: context.transferCount)
    return .decide(StepDecision(unmasked: scheduled), next)
  }
}
