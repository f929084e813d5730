#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Keeps confident candidates that are no common words, the further left the rather.
///
/// The score is e^(−λ i) · min(−p ln f, α): i is the position in the answer, p the confidence, and f how
/// common the token is. Confidence alone writes the ends of texts and commonplaces first.
///
/// - SeeAlso: PC-Sampler, arXiv:2508.13021; Information-Gain-Sampler `generators/base.py`. Those read f
///   off a corpus; here it is the mean of what the predictor expects at all masks in the first step, which
///   needs none: the 64 most common tokens, the others alike.
public struct PCStrategy: SamplingStrategy {
  /// The descriptor of `pc`.
  public static let descriptor = AlgorithmDescriptor(
    name: "pc", summary: "Keep confident candidates that are not common, further left the rather",
    source: "PC-Sampler, arXiv:2508.13021",
    parameters: [
      ParameterDescriptor(
        name: "lambda", summary: "how much positions further right are put off",
        kind: .number(range: 0...10, defaultValue: 1)),
      ParameterDescriptor(
        name: "alpha", summary: "the most that being rare counts",
        kind: .number(range: 0...100, defaultValue: 1)),
    ])

  /// As fast as the schedule.
  public static let traits = StrategyTraits(pacing: .scheduled)

  /// How common tokens are.
  public struct Memory: StrategyMemory {
    var tokens: [TokenID] = []
    var shares: [Double] = []
    /// The share of each token that is not among them.
    var rest = 0.0

    /// Creates a memory of nothing.
    public init() {}
  }

  private static let listed = 64
  private let decay: Double
  private let most: Double

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    decay = Self.descriptor.number("lambda", in: parameters)
    most = Self.descriptor.number("alpha", in: parameters)
  }

  /// Learns in the first step what is common, and ranks.
  public func move(
    in context: StepContext, memory: Memory, answers: [Answer]
  ) -> StrategyMove<Memory> {
    guard let answer = context.answer else { return .decide(StepDecision(unmasked: []), memory) }
    let common = memory.tokens.isEmpty ? Self.common(in: context, answer) : memory
    let shares = Dictionary(uniqueKeysWithValues: zip(common.tokens, common.shares))
    let start = context.canvas.answer.lowerBound
    func score(_ candidate: Candidate) -> Double {
      let share = shares[candidate.token] ?? common.rest
      let rarity = min(-candidate.unmodified.confidence * log(share + 1e-10), most)
      return exp(-decay * Double(max(0, candidate.position - start))) * rarity
    }
    var decision = StepDecision(
      unmasked: context.positions(withHighest: score, count: context.transferCount))
    decision.reason = context.reason(
      for: decision, superlative: "surest that is rare and on the left", by: score)
    return .decide(decision, common)
  }

  private static func common(in context: StepContext, _ answer: Answer) -> Memory {
    var mean: [Double] = []
    for candidate in context.candidates {
      let distribution = answer.distribution(at: candidate.position)
      if mean.isEmpty { mean = [Double](repeating: 0, count: distribution.count) }
      for token in distribution.indices { mean[token] += distribution[token] }
    }
    let count = Double(max(1, context.candidates.count))
    let ranked = mean.indices.sorted {
      mean[$0] != mean[$1] ? mean[$0] > mean[$1] : $0 < $1
    }.prefix(listed)
    var memory = Memory()
    memory.tokens = ranked.map { TokenID($0) }
    memory.shares = ranked.map { mean[$0] / count }
    let left = max(0, 1 - memory.shares.reduce(0, +))
    memory.rest = left / Double(max(1, mean.count - ranked.count))
    return memory
  }
}
