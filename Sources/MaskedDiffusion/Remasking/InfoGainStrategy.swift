#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Tries several positions and keeps the one after which least uncertainty is left.
///
/// One of them is the most confident; the others are drawn, confident ones more often. Each makes a
/// text that is one token longer, and one forward pass each, computed together, says how uncertain the
/// masks that are left would be.
///
/// - SeeAlso: “Information-Gain sampler”, arXiv:2602.18176; `src/samplers/info_gain.py`. That code reuses
///   the pass of the winner in the next step; here the next step asks again.
public struct InfoGainStrategy: SamplingStrategy {
  /// The descriptor of `info-gain`.
  public static let descriptor = AlgorithmDescriptor(
    name: "info-gain", summary: "Try several positions, keep the one that leaves least uncertainty",
    source: "Information-Gain-Sampler info_gain.py, arXiv:2602.18176",
    parameters: [
      ParameterDescriptor(
        name: "tries", summary: "the positions tried, at most",
        kind: .number(range: 1...64, defaultValue: 8)),
      ParameterDescriptor(
        name: "noise", summary: "the temperature with which they are drawn",
        kind: .number(range: 0.001...100, defaultValue: 0.2)),
      ParameterDescriptor(
        name: "bypass", summary: "the confidence of all masks at which all are kept at once",
        kind: .number(range: 0...1, defaultValue: 0.8)),
      ParameterDescriptor(
        name: "score", summary: "whether the uncertainty of the token itself counts too",
        kind: .choice(options: ["gain", "lookum"], defaultValue: "gain")),
    ])

  /// Paced by itself.
  public static let traits = StrategyTraits(pacing: .adaptive)

  private let tries: Int
  private let temperature: Double
  private let bypass: Double
  private let countsOwn: Bool

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    tries = Int(Self.descriptor.number("tries", in: parameters))
    temperature = Self.descriptor.number("noise", in: parameters)
    bypass = Self.descriptor.number("bypass", in: parameters)
    countsOwn = Self.descriptor.choice("score", in: parameters) == "gain"
  }

  /// Tries, then keeps the best.
  public func move(
    in context: StepContext, memory: NoMemory, answers: [Answer]
  ) -> StrategyMove<NoMemory> {
    let masked = context.candidates
    if masked.count <= 1 || masked.allSatisfy({ $0.ranking.confidence >= bypass }) {
      return .decide(StepDecision(unmasked: masked.map(\.position)), memory)
    }
    let tried = tried(in: context)
    guard tried.count > 1 else {
      return .decide(StepDecision(unmasked: tried.map(\.position)), memory)
    }
    guard answers.count == tried.count else {
      return .ask(
        tried.map { candidate in
          var tokens = context.canvas.tokens
          tokens[candidate.position] = candidate.token
          return Question(
            tokens: tokens, wanted: masked.map(\.position).filter { $0 != candidate.position })
        })
    }
    let scores = zip(tried, answers).map { candidate, answer in
      let left = answer.positions.map { answer.best(at: $0).unmodified.entropy }
      let mean = left.reduce(0, +) / Double(max(1, left.count))
      return -mean - (countsOwn ? candidate.unmodified.entropy : 0)
    }
    var best = 0
    for index in scores.indices where scores[index] > scores[best] { best = index }
    var decision = StepDecision(unmasked: [tried[best].position])
    decision.reason = StepReason(
      kept: "of \(tried.count) tried, it leaves the least uncertainty",
      best: StepReason.Guess(
        position: tried[best].position, token: tried[best].token, value: scores[best]))
    return .decide(decision, memory)
  }

  /// The most confident candidate, and others drawn with noise; each once.
  private func tried(in context: StepContext) -> [Candidate] {
    let ranked = context.rankedCandidates { $0.ranking.confidence }
    var tried = Array(ranked.prefix(1))
    for number in 1..<max(2, tries) where tried.count < tries {
      let drawn = context.candidates.ranked { candidate in
        let uniform = context.random.uniform(
          for: .order, step: context.step * 64 + number, position: candidate.position)
        return candidate.ranking.confidence / temperature - log(-log(uniform))
      }
      if let first = drawn.first, !tried.contains(where: { $0.position == first.position }) {
        tried.append(first)
      }
    }
    return tried
  }
}
