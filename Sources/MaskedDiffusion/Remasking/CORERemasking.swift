#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Keeps the most confident candidates, and now and then looks again at tokens the context hardly
/// supports: they are masked together in a second forward pass, and the token the rest of the text
/// speaks against most is replaced.
///
/// Tokens at the end of a block are left alone: too little stands after them to judge by.
///
/// - SeeAlso: “CORE: Context-Robust Remasking for Diffusion Language Models”, arXiv:2602.04096;
///   `generate.py`.
public struct CORERemasking: SamplingStrategy {
  /// The descriptor of `core`.
  public static let descriptor = AlgorithmDescriptor(
    name: "core", summary: "Most confident first; now and then doubtful tokens are looked at again",
    source: "CORE generate.py, arXiv:2602.04096",
    parameters: [
      ParameterDescriptor(
        name: "every", summary: "the steps between two second looks",
        kind: .number(range: 1...1000, defaultValue: 8)),
      ParameterDescriptor(
        name: "looks", summary: "the tokens looked at again together",
        kind: .number(range: 1...1000, defaultValue: 32)),
      ParameterDescriptor(
        name: "count", summary: "the tokens replaced at most",
        kind: .number(range: 1...1000, defaultValue: 1)),
      ParameterDescriptor(
        name: "tau", summary: "the confidence a new token needs",
        kind: .number(range: 0...1, defaultValue: 0.3)),
      ParameterDescriptor(
        name: "tail", summary: "the last positions of a block, which are left alone",
        kind: .number(range: 0...1000, defaultValue: 16)),
    ])

  /// Paced by the schedule; reads unmasked positions and replaces some.
  public static let traits = StrategyTraits(pacing: .scheduled, readsUnmasked: true)

  private let interval: Int
  private let lookCount: Int
  private let replacementCount: Int
  private let confidence: Double
  private let tail: Int

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    interval = Int(Self.descriptor.number("every", in: parameters))
    lookCount = Int(Self.descriptor.number("looks", in: parameters))
    replacementCount = Int(Self.descriptor.number("count", in: parameters))
    confidence = Self.descriptor.number("tau", in: parameters)
    tail = Int(Self.descriptor.number("tail", in: parameters))
  }

  /// Asks a second time where it is due, then decides.
  public func move(
    in context: StepContext, memory: NoMemory, answers: [Answer]
  ) -> StrategyMove<NoMemory> {
    var decision = StepDecision(
      unmasked: context.positions(
        withHighest: { $0.ranking.confidence }, count: context.transferCount))
    guard let second = answers.first else {
      let doubtful = doubtful(in: context)
      guard doubtful.isEmpty else { return .ask([masked(doubtful, in: context.canvas)]) }
      return .decide(decision, memory)
    }
    let replacements = second.positions
      .map { (best: second.best(at: $0), old: context.canvas.tokens[$0]) }
      .filter { $0.best.token != $0.old && $0.best.unmodified.confidence >= confidence }
      .map {
        (best: $0.best, support: log(second.probability(of: $0.old, at: $0.best.position) + 1e-10))
      }
      .sorted { $0.support < $1.support }
    decision.written = replacements.prefix(min(replacementCount, context.plan.transferCount))
      .map(\.best)
      .map {
        StepDecision.Writing(
          position: $0.position, token: $0.token, confidence: $0.unmodified.confidence,
          entropy: $0.unmodified.entropy)
      }
      .sorted { $0.position < $1.position }
    return .decide(decision, memory)
  }

  /// The unmasked positions of the block with the smallest margins, in the middle half of its steps.
  private func doubtful(in context: StepContext) -> [Int] {
    let step = context.stepInBlock
    let middle = context.blockSteps / 4..<context.blockSteps * 3 / 4
    guard step % interval == 0, middle.contains(step) else { return [] }
    return context.unmasked
      .filter { $0.position < context.block.upperBound - tail }
      .compactMap(\.candidate)
      .ranked { -$0.unmodified.margin }
      .prefix(lookCount).map(\.position).sorted()
  }

  private func masked(_ positions: [Int], in canvas: Canvas) -> Question {
    var tokens = canvas.tokens
    for position in positions { tokens[position] = canvas.maskToken }
    return Question(tokens: tokens, wanted: positions)
  }
}
