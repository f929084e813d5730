#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes a draft, then masks the least confident share of it again and fills it anew, several times.
///
/// While it drafts, the order of positions is noisy, less so from step to step; while it refills, all
/// positions of a round are written at once.
///
/// - SeeAlso: the model card of DiffuRefill, whose decoder is not published: counts of the draft and
///   the shape of the annealing are this project's. Its falling temperature and
///   its penalty for repeated neighbours are settings of the preset.
public struct RefillStrategy: SamplingStrategy {
  /// The descriptor of `refill`.
  public static let descriptor = AlgorithmDescriptor(
    name: "refill", summary: "Write a draft, then mask its least confident part again and again",
    source: "DiffuRefill, model card",
    parameters: [
      ParameterDescriptor(
        name: "drafts", summary: "the steps of the draft",
        kind: .number(range: 1...1000, defaultValue: 12)),
      ParameterDescriptor(
        name: "rounds", summary: "how often part of it is masked again",
        kind: .number(range: 0...1000, defaultValue: 8)),
      ParameterDescriptor(
        name: "share", summary: "the part that is masked again",
        kind: .number(range: 0...1, defaultValue: 0.2)),
      ParameterDescriptor(
        name: "noise", summary: "noise on the order of the draft, less from step to step",
        kind: .number(range: 0...100, defaultValue: 2.5)),
    ])

  /// Paced by itself; masks again.
  public static let traits = StrategyTraits(pacing: .adaptive, remasks: true, decidesEnd: true)

  /// The steps of the draft and the rounds done.
  public struct Memory: StrategyMemory {
    var drafts = 0
    var rounds = 0

    /// Creates the memory of a run that begins.
    public init() {}
  }

  private let drafts: Int
  private let rounds: Int
  private let share: Double
  private let noise: Double

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    drafts = Int(Self.descriptor.number("drafts", in: parameters))
    rounds = Int(Self.descriptor.number("rounds", in: parameters))
    share = Self.descriptor.number("share", in: parameters)
    noise = Self.descriptor.number("noise", in: parameters)
  }

  /// Asks nothing in the steps that only mask.
  public func opening(in context: StepContext, memory: Memory) -> Opening {
    context.canvas.openCount(in: context.block) == 0 ? .nothing : .standard
  }

  /// Drafts, masks again, or fills.
  public func move(
    in context: StepContext, memory: Memory, answers: [Answer]
  ) -> StrategyMove<Memory> {
    var next = memory
    guard !context.candidates.isEmpty else { return remask(context, next) }
    if memory.drafts < drafts {
      next.drafts += 1
      let left = drafts - memory.drafts
      let count = (context.candidates.count + left - 1) / left
      let temperature = noise * Double(left - 1) / Double(drafts)
      let kept = context.positions(
        withHighest: { candidate in
          let uniform = context.uniform(for: .order, position: candidate.position)
          return log(max(candidate.ranking.confidence, .leastNormalMagnitude))
            - temperature * log(-log(uniform))
        }, count: count)
      var decision = StepDecision(unmasked: kept)
      decision.endsBlock = rounds == 0 && kept.count == context.candidates.count
      if kept.count == context.candidates.count { next.drafts = drafts }
      return .decide(decision, decision.endsBlock ? Memory() : next)
    }
    var decision = StepDecision(unmasked: context.candidates.map(\.position))
    decision.endsBlock = memory.rounds >= rounds
    return .decide(decision, decision.endsBlock ? Memory() : next)
  }

  private func remask(_ context: StepContext, _ memory: Memory) -> StrategyMove<Memory> {
    var next = memory
    next.rounds += 1
    let written = context.unmasked.sorted {
      $0.confidence != $1.confidence
        ? $0.confidence < $1.confidence : $0.position < $1.position
    }
    let count = Int((Double(written.count) * share).rounded(.up))
    var decision = StepDecision(
      unmasked: [], remasked: written.prefix(count).map(\.position).sorted())
    decision.reason = StepReason(
      kept: "a round begins", remasked: "the least sure of \(written.count) tokens")
    // Where nothing can be masked again there is nothing to fill either.
    decision.endsBlock = decision.remasked.isEmpty
    return .decide(decision, decision.endsBlock ? Memory() : next)
  }
}
