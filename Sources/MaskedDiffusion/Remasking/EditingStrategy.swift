/// Keeps every candidate above a confidence, at least the best, and replaces unmasked tokens where the
/// predictor is sure of another one; goes on when no mask is left, until nothing is replaced.
///
/// - SeeAlso: LLaDA2.1 (`editing_threshold`); SGLang `srt/dllm/algorithm`, JointThreshold; the port
///   in S2D2, arXiv:2603.25702.
public struct EditingStrategy: SamplingStrategy {
  /// The descriptor of `edit`.
  public static let descriptor = AlgorithmDescriptor(
    name: "edit", summary: "Keep confident candidates, and replace tokens that look wrong now",
    source: "LLaDA2.1; SGLang JointThreshold",
    parameters: [
      ParameterDescriptor(
        name: "tau", summary: "the confidence that is enough to unmask",
        kind: .number(range: 0...1, defaultValue: 0.7)),
      ParameterDescriptor(
        name: "edit", summary: "the confidence that is enough to replace",
        kind: .number(range: 0...1, defaultValue: 0.5)),
      ParameterDescriptor(
        name: "post", summary: "the steps after the last mask, at most",
        kind: .number(range: 0...1000, defaultValue: 16)),
    ])

  /// Paced by itself, until nothing is replaced any more.
  public static let traits = StrategyTraits(
    pacing: .adaptive, readsUnmasked: true, decidesEnd: true)

  /// The steps since the last mask.
  public struct Memory: StrategyMemory {
    var postSteps = 0

    /// Creates a memory of nothing.
    public init() {}
  }

  private let threshold: Double
  private let editThreshold: Double
  private let postLimit: Int

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    threshold = Self.descriptor.number("tau", in: parameters)
    editThreshold = Self.descriptor.number("edit", in: parameters)
    postLimit = Int(Self.descriptor.number("post", in: parameters))
  }

  /// Unmasks and replaces in one step.
  public func move(
    in context: StepContext, memory: Memory, answers: [Answer]
  ) -> StrategyMove<Memory> {
    let sure = context.candidates.filter { $0.unmodified.confidence > threshold }.map(\.position)
    var decision = StepDecision(
      unmasked: sure.isEmpty
        ? context.positions(withHighest: { $0.unmodified.confidence }, count: 1) : sure)
    decision.written = context.unmasked.compactMap { token in
      guard let candidate = token.candidate, candidate.token != token.token,
        candidate.unmodified.confidence > editThreshold
      else { return nil }
      return StepDecision.Writing(
        position: token.position, token: candidate.token,
        confidence: candidate.unmodified.confidence, entropy: candidate.unmodified.entropy)
    }
    var next = Memory()
    if context.candidates.isEmpty {
      next.postSteps = memory.postSteps + 1
      decision.endsBlock = decision.written.isEmpty || next.postSteps >= postLimit
    } else {
      decision.endsBlock = postLimit == 0 && decision.unmasked.count == context.candidates.count
    }
    // A block that is finished leaves nothing to remember to the next.
    return .decide(decision, decision.endsBlock ? Memory() : next)
  }

  /// Says whether the threshold was reached.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    let enough = context.candidates.count { $0.unmodified.confidence > threshold }
    return context.reason(
      for: decision,
      kept: enough == 0
        ? "the surest of \(context.guesses), none is above \(threshold)"
        : "\(enough) of \(context.guesses) are above \(threshold)"
    ) { $0.unmodified.confidence }
  }
}
