#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Keeps candidates that are confident, have been the first choice for some steps, and whose most
/// probable tokens hardly change.
///
/// How much they change is the Jensen–Shannon divergence of the top tokens of this step and the one
/// before, each made to add up to 1.
///
/// - SeeAlso: LESS, arXiv:2606.16908. Its code is not published: the rule is the abstract's, the
///   thresholds are this project's.
public struct LESSStrategy: SamplingStrategy {
  /// The descriptor of `less`.
  public static let descriptor = AlgorithmDescriptor(
    name: "less", summary: "Keep what is confident and has stayed the same for some steps",
    source: "LESS, arXiv:2606.16908 (abstract)",
    parameters: [
      ParameterDescriptor(
        name: "tau", summary: "the confidence that is enough",
        kind: .number(range: 0...1, defaultValue: 0.7)),
      ParameterDescriptor(
        name: "steps", summary: "the steps a token has to be the first choice",
        kind: .number(range: 1...64, defaultValue: 2)),
      ParameterDescriptor(
        name: "divergence", summary: "the divergence that is small enough, in nats",
        kind: .number(range: 0...1, defaultValue: 0.05)),
      ParameterDescriptor(
        name: "top", summary: "the tokens that are compared",
        kind: .number(range: 1...64, defaultValue: 8)),
    ])

  /// Paced by itself.
  public static let traits = StrategyTraits(pacing: .adaptive)

  /// The most probable tokens of each mask, and for how long the first has been the first.
  public struct Memory: StrategyMemory {
    var places: [Place] = []

    struct Place: Codable, Equatable, Sendable {
      var position: Int
      var streak: Int
      var tokens: [TokenID]
      var probabilities: [Double]
    }

    /// Creates a memory of nothing.
    public init() {}
  }

  private let confidence: Double
  private let streak: Int
  private let divergence: Double
  private let count: Int

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    confidence = Self.descriptor.number("tau", in: parameters)
    streak = Int(Self.descriptor.number("steps", in: parameters))
    divergence = Self.descriptor.number("divergence", in: parameters)
    count = Int(Self.descriptor.number("top", in: parameters))
  }

  /// Compares with the step before, then decides.
  public func move(
    in context: StepContext, memory: Memory, answers: [Answer]
  ) -> StrategyMove<Memory> {
    guard let answer = context.answer else { return .decide(StepDecision(unmasked: []), memory) }
    let known = Dictionary(uniqueKeysWithValues: memory.places.map { ($0.position, $0) })
    var next = Memory()
    var stable: [Candidate] = []
    let tops = answer.tops(count, at: context.candidates.map(\.position))
    for (candidate, top) in zip(context.candidates, tops) {
      let total = top.reduce(0) { $0 + $1.probability }
      var place = Memory.Place(
        position: candidate.position, streak: 1, tokens: top.map(\.token),
        probabilities: top.map { $0.probability / max(total, .leastNormalMagnitude) })
      if let old = known[candidate.position] {
        if old.tokens.first == place.tokens.first { place.streak = old.streak + 1 }
        if candidate.ranking.confidence >= confidence, place.streak >= streak,
          Self.divergence(of: old, from: place) <= divergence
        {
          stable.append(candidate)
        }
      }
      next.places.append(place)
    }
    var decision = StepDecision(unmasked: stable.map(\.position))
    if stable.isEmpty {
      decision.unmasked = context.positions(withHighest: { $0.ranking.confidence }, count: 1)
    } else {
      decision.reason = context.reason(
        for: decision, kept: "\(stable.count) of \(context.guesses) are sure and stay the same"
      ) { $0.ranking.confidence }
    }
    let kept = Set(decision.unmasked)
    next.places.removeAll { kept.contains($0.position) }
    return .decide(decision, next)
  }

  /// The Jensen–Shannon divergence, in nats.
  private static func divergence(of first: Memory.Place, from second: Memory.Place) -> Double {
    let p = Dictionary(uniqueKeysWithValues: zip(first.tokens, first.probabilities))
    let q = Dictionary(uniqueKeysWithValues: zip(second.tokens, second.probabilities))
    // In a fixed order, so that the sum is the same in every run.
    return Set(p.keys).union(q.keys).sorted().reduce(0) { sum, token in
      let (a, b) = (p[token] ?? 0, q[token] ?? 0)
      let middle = (a + b) / 2
      let left = a > 0 ? a * log(a / middle) : 0
      let right = b > 0 ? b * log(b / middle) : 0
      return sum + (left + right) / 2
    }
  }
}
