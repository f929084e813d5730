/// Finds the length of an answer: it grows until its end looks like the end of a text, and a mask the
/// predictor knows nothing about becomes several.
///
/// - SeeAlso: Li et al., “Beyond Fixed: Training-Free Variable-Length Denoising for Diffusion Large
///   Language Models” (DAEDAL), arXiv:2508.00819. In the published code inserting at the greatest length
///   pushes written tokens off the end; here nothing is inserted then.
public struct DAEDALStrategy: SamplingStrategy {
  /// The descriptor of `daedal`.
  public static let descriptor = AlgorithmDescriptor(
    name: "daedal", summary: "Let the answer grow until its end looks like one",
    source: "DAEDAL, arXiv:2508.00819",
    parameters: [
      ParameterDescriptor(
        name: "max", summary: "the greatest length of the answer",
        kind: .number(range: 1...65536, defaultValue: 2048)),
      ParameterDescriptor(
        name: "grow", summary: "the masks that are added at once",
        kind: .number(range: 1...1024, defaultValue: 8)),
      ParameterDescriptor(
        name: "tail", summary: "the positions an end is judged by",
        kind: .number(range: 1...1024, defaultValue: 32)),
      ParameterDescriptor(
        name: "start", summary: "the certainty of the end that stops the first growth",
        kind: .number(range: 0...1, defaultValue: 0.5)),
      ParameterDescriptor(
        name: "end", summary: "the certainty of the end that stops later growth",
        kind: .number(range: 0...1, defaultValue: 0.9)),
      ParameterDescriptor(
        name: "tau", summary: "the confidence that is enough to unmask",
        kind: .number(range: 0...1, defaultValue: 0.9)),
      ParameterDescriptor(
        name: "low", summary: "the confidence below which a mask becomes several",
        kind: .number(range: 0...1, defaultValue: 0.1)),
      ParameterDescriptor(
        name: "window", summary: "the positions that are filled together",
        kind: .number(range: 1...65536, defaultValue: 32)),
    ])

  /// Paced by itself; reads the whole answer.
  public static let traits = StrategyTraits(pacing: .adaptive)

  /// How far the answer is.
  public struct Memory: StrategyMemory {
    /// Whether the answer has its first length.
    var isGrown = false
    /// The first position of the window, counted from the start of the answer.
    var offset = 0

    /// Creates the memory of a run that begins.
    public init() {}
  }

  private let greatest: Int
  private let growth: Int
  private let length: EndOfTextLength
  private let start: Double
  private let end: Double
  private let threshold: Double
  private let low: Double
  private let window: Int

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    greatest = Int(Self.descriptor.number("max", in: parameters))
    growth = Int(Self.descriptor.number("grow", in: parameters))
    length = EndOfTextLength(tail: Int(Self.descriptor.number("tail", in: parameters)))
    start = Self.descriptor.number("start", in: parameters)
    end = Self.descriptor.number("end", in: parameters)
    threshold = Self.descriptor.number("tau", in: parameters)
    low = Self.descriptor.number("low", in: parameters)
    window = Int(Self.descriptor.number("window", in: parameters))
  }

  /// Asks about the whole answer: its end is judged too.
  public func opening(in context: StepContext, memory: Memory) -> Opening {
    EndOfTextLength.question(in: context)
  }

  /// Grows or fills.
  public func move(
    in context: StepContext, memory: Memory, answers: [Answer]
  ) -> StrategyMove<Memory> {
    guard let answer = context.answer else { return .decide(StepDecision(unmasked: []), memory) }
    let room = min(context.room, max(0, greatest - context.canvas.answer.count))
    let certainty = length.certainty(of: answer, in: context)
    guard let token = context.endOfTextTokens.first, !memory.isGrown else {
      // Without a token that ends texts nothing says how long this one should be.
      let growsMore = certainty < end && !context.endOfTextTokens.isEmpty
      return fill(context, memory, room: room, growsMore: growsMore)
    }
    let last = context.canvas.answer.upperBound
    var decision = StepDecision(unmasked: [])
    var next = memory
    if certainty < start, room > 0 {
      decision.insertions = [.init(before: last, count: min(growth, room))]
      decision.reason = StepReason(kept: "the end is not in sight yet")
    } else {
      next.isGrown = true
      let count = min(length.tail / 2, room)
      if count > 0 { decision.insertions = [.init(before: last, count: count, token: token)] }
      decision.reason = StepReason(kept: "the end of the text is in sight")
    }
    return .decide(decision, next)
  }

  private func fill(
    _ context: StepContext, _ memory: Memory, room: Int, growsMore: Bool
  ) -> StrategyMove<Memory> {
    var next = memory
    let masked = EndOfTextLength.window(of: context, offset: &next.offset, length: window)
    var decision = StepDecision(unmasked: EndOfTextLength.filled(masked, above: threshold))
    let doubtful = masked.filter {
      $0.unmodified.confidence < low && !decision.unmasked.contains($0.position)
    }
    if growsMore, room > 0, let least = doubtful.ranked(by: { -$0.unmodified.confidence }).first {
      // The mask itself is one of them.
      let count = min(growth - 1, room)
      if count > 0 { decision.insertions = [.init(before: least.position, count: count)] }
    }
    return .decide(decision, next)
  }
}
