#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Keeps confident candidates, and trusts a token more the longer it has been the first choice.
///
/// In every step the credit of all tokens decays, and the first choice at each mask gains a power of its
/// probability; a token's probability is multiplied by (1 + credit)^λ.
///
/// - SeeAlso: dInfer `parallel_strategy.py` (credit).
public struct CreditStrategy: SamplingStrategy {
  /// The descriptor of `credit`.
  public static let descriptor = AlgorithmDescriptor(
    name: "credit", summary: "Keep what is confident or has long been the first choice",
    source: "dInfer parallel_strategy.py",
    parameters: [
      ParameterDescriptor(
        name: "tau", summary: "the confidence that is enough",
        kind: .number(range: 0...1, defaultValue: 0.9)),
      ParameterDescriptor(
        name: "decay", summary: "the part of the credit that is left after a step",
        kind: .number(range: 0...1, defaultValue: 0.8)),
      ParameterDescriptor(
        name: "power", summary: "the power of the probability that is gained",
        kind: .number(range: 0...10, defaultValue: 0.2)),
      ParameterDescriptor(
        name: "weight", summary: "how much the credit counts (lambda)",
        kind: .number(range: 0...10, defaultValue: 0.7)),
    ])

  /// Paced by itself.
  public static let traits = StrategyTraits(pacing: .adaptive)

  /// The credit of tokens at masked positions.
  public struct Memory: StrategyMemory {
    var credits: [Credit] = []

    struct Credit: Codable, Equatable, Sendable {
      var position: Int
      var tokens: [TokenID]
      var values: [Double]
    }

    /// Creates a memory of nothing.
    public init() {}
  }

  private let threshold: Double
  private let decay: Double
  private let power: Double
  private let weight: Double

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    threshold = Self.descriptor.number("tau", in: parameters)
    decay = Self.descriptor.number("decay", in: parameters)
    power = Self.descriptor.number("power", in: parameters)
    weight = Self.descriptor.number("weight", in: parameters)
  }

  /// Updates the credit, then keeps what it makes confident.
  public func move(
    in context: StepContext, memory: Memory, answers: [Answer]
  ) -> StrategyMove<Memory> {
    guard let answer = context.answer else { return .decide(StepDecision(unmasked: []), memory) }
    let known = Dictionary(uniqueKeysWithValues: memory.credits.map { ($0.position, $0) })
    var next = Memory()
    let boosted = context.candidates.map { candidate -> Candidate in
      let position = candidate.position
      let best = answer.best(at: position)
      var credit =
        known[position] ?? Memory.Credit(position: position, tokens: [], values: [])
      credit.values = credit.values.map { $0 * decay }
      let gain = pow(best.unmodified.confidence, power)
      if let index = credit.tokens.firstIndex(of: best.token) {
        credit.values[index] += gain
      } else {
        credit.tokens.append(best.token)
        credit.values.append(gain)
      }
      next.credits.append(credit)
      return self.boosted(best, by: credit, answer: answer)
    }
    let largest = boosted.map(\.ranking.confidence).max() ?? 0
    // Near ties of the best go together, as in the published code.
    let kept = boosted.filter { $0.ranking.confidence >= min(threshold, largest - 1e-5) }
    let keptPositions = Set(kept.map(\.position))
    next.credits.removeAll { keptPositions.contains($0.position) }
    var decision = StepDecision(
      unmasked: [],
      written: kept.map {
        .init(
          position: $0.position, token: $0.token, confidence: $0.unmodified.confidence,
          entropy: $0.unmodified.entropy)
      })
    decision.reason = StepReason(
      kept: "\(kept.count) of \(context.guesses) are trusted",
      best: kept.ranked { $0.ranking.confidence }.first.map {
        StepReason.Guess(position: $0.position, token: $0.token, value: $0.ranking.confidence)
      })
    return .decide(decision, next)
  }

  /// The first choice once every token's probability is multiplied by its boost.
  private func boosted(
    _ best: Candidate, by credit: Memory.Credit, answer: Answer
  ) -> Candidate {
    let boosts = credit.values.map { pow(1 + $0, weight) }
    let shares = credit.tokens.map { answer.probability(of: $0, at: best.position) }
    let total = 1 + zip(boosts, shares).reduce(0) { $0 + ($1.0 - 1) * $1.1 }
    // The best token has credit, so the first choice is among those that have.
    var first = 0
    for index in boosts.indices where boosts[index] * shares[index] > boosts[first] * shares[first]
    {
      first = index
    }
    var candidate = best
    candidate.token = credit.tokens[first]
    candidate.unmodified.confidence = shares[first]
    candidate.ranking = candidate.unmodified
    candidate.ranking.confidence = boosts[first] * shares[first] / total
    return candidate
  }
}
