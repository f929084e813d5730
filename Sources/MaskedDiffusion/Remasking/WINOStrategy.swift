/// Unmasks generously, and masks again what the rest of the text does not support.
///
/// Beside the block the predictor sees a second one, all masks, whose rows see everything but the token
/// they stand in for: they say how probable each written token is without itself. Both are computed in
/// one forward pass. Fewer tokens are masked again than the step before wrote, so a run ends.
///
/// - SeeAlso: Hong et al., “Wide-In, Narrow-Out: Revokable Decoding for Efficient and Effective DLLMs”,
///   arXiv:2507.18578; WINO-DLLM `LLaDA/decoding.py`, `decoding_wino`.
public struct WINOStrategy: SamplingStrategy {
  /// The descriptor of `wino`.
  public static let descriptor = AlgorithmDescriptor(
    name: "wino", summary: "Unmask generously, mask again what the rest does not support",
    source: "WINO decoding_wino, arXiv:2507.18578",
    parameters: [
      ParameterDescriptor(
        name: "in", summary: "the confidence that is enough to unmask",
        kind: .number(range: 0...1, defaultValue: 0.6)),
      ParameterDescriptor(
        name: "out", summary: "the confidence below which a token is masked again",
        kind: .number(range: 0...1, defaultValue: 0.9)),
    ])

  /// Paced by itself; masks again.
  public static let traits = StrategyTraits(pacing: .adaptive, remasks: true)

  /// How many tokens the step before wrote.
  public struct Memory: StrategyMemory {
    var lastCount = 30

    /// Creates the memory of a block that begins.
    public init() {}
  }

  private let unmaskThreshold: Double
  private let remaskThreshold: Double

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    unmaskThreshold = Self.descriptor.number("in", in: parameters)
    remaskThreshold = Self.descriptor.number("out", in: parameters)
  }

  /// Asks about the masks, and in a second block about the tokens that are written.
  public func opening(in context: StepContext, memory: Memory) -> Opening {
    let canvas = context.canvas
    let block = context.block.clamped(to: canvas.answer)
    let masked = canvas.openPositions(in: 0..<context.block.upperBound)
    let written = canvas.remaskablePositions(in: block)
    // Group 1 are the shadows; each position of the block is a group of its own.
    var memberships = [UInt32](repeating: 0, count: canvas.count)
    var hidden = [UInt32](repeating: 1, count: canvas.count)
    for (index, position) in block.enumerated() { memberships[position] = UInt32(index + 2) }
    memberships += [UInt32](repeating: 1, count: block.count)
    hidden += (0..<block.count).map { UInt32($0 + 2) }
    var question = Question(
      tokens: canvas.tokens + [TokenID](repeating: canvas.maskToken, count: block.count),
      wanted: masked + written.map { Self.shadow(of: $0, block: block, in: canvas) },
      positionIDs: Array(0..<canvas.count) + Array(block))
    question.groups = AttentionGroups(memberships: memberships, hidden: hidden)
    return .question(question)
  }

  private static func shadow(of position: Int, block: Range<Int>, in canvas: Canvas) -> Int {
    canvas.count + position - block.lowerBound
  }

  /// Unmasks what is confident, and masks again what was written before and is not supported.
  public func move(
    in context: StepContext, memory: Memory, answers: [Answer]
  ) -> StrategyMove<Memory> {
    guard let answer = context.answer else { return .decide(StepDecision(unmasked: []), memory) }
    let ranked = context.rankedCandidates { $0.ranking.confidence }
    let most = min(max(ranked.count * 7 / 10, 5), 20)
    let sure = ranked.prefix { $0.ranking.confidence > unmaskThreshold }.count
    let kept = ranked.prefix(max(1, min(sure, most)))
    let lastCount = context.stepInBlock == 0 ? Memory().lastCount : memory.lastCount
    var decision = StepDecision(unmasked: kept.map(\.position).sorted())
    if kept.count > 1 {
      let block = context.block.clamped(to: context.canvas.answer)
      var doubted: [(position: Int, support: Double)] = []
      for token in context.unmasked where block.contains(token.position) {
        let shadow = Self.shadow(of: token.position, block: block, in: context.canvas)
        let support = answer.probability(of: token.token, at: shadow)
        if support < remaskThreshold { doubted.append((token.position, support)) }
      }
      doubted.sort {
        $0.support != $1.support ? $0.support < $1.support : $0.position < $1.position
      }
      let count = doubted.count >= lastCount ? lastCount - 1 : doubted.count
      decision.remasked = doubted.prefix(count).map(\.position).sorted()
    }
    var next = Memory()
    next.lastCount = kept.count
    return .decide(decision, next)
  }

  /// Says what the rest of the text supports.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(
      for: decision, kept: "of \(context.guesses) those above \(unmaskThreshold)",
      remasked: "the rest of the text does not support it"
    ) { $0.ranking.confidence }
  }
}
