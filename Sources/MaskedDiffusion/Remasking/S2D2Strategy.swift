#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Drafts a block at once, and lets the same model, read from left to right, accept the draft token by
/// token.
///
/// A second forward pass shows at each mask of the first run only what is drafted before it. From left
/// to right a token is accepted with the probability min(1, q / p), where p is what the draft said and q
/// what the second pass says; the first one that is refused ends the round. Whatever is missing of the
/// step's share follows as SDAR has it. The second pass is spent where the draft promises that enough is
/// accepted.
///
/// - SeeAlso: S2D2, arXiv:2603.25702; `SDAR/generate_ssd_policy.py`. There is neither its hysteresis nor
///   its bandit here. Where tokens are the most probable ones, as at temperature 0, `accept=chance` is the
///   test that leaves the law of the model from left to right as it is.
public struct S2D2Strategy: SamplingStrategy {
  /// The descriptor of `s2d2`.
  public static let descriptor = AlgorithmDescriptor(
    name: "s2d2", summary: "Draft at once, accept what the model also says from left to right",
    source: "S2D2 generate_ssd_policy.py, arXiv:2603.25702",
    parameters: [
      ParameterDescriptor(
        name: "tau", summary: "the confidence that is enough without a second look",
        kind: .number(range: 0...1, defaultValue: 0.85)),
      ParameterDescriptor(
        name: "accept", summary: "by the ratio q / p, as published, or by the chance q",
        kind: .choice(options: ["ratio", "chance"], defaultValue: "ratio")),
      ParameterDescriptor(
        name: "power", summary: "the power of the ratio",
        kind: .number(range: 0.01...100, defaultValue: 1)),
      ParameterDescriptor(
        name: "refused",
        summary:
          "draw another token where one is refused, keep it (as published), or leave the mask",
        kind: .choice(options: ["draw", "keep", "mask"], defaultValue: "draw")),
      ParameterDescriptor(
        name: "policy", summary: "look again always, or where enough is expected to be accepted",
        kind: .choice(options: ["expected", "always"], defaultValue: "expected")),
      ParameterDescriptor(
        name: "run", summary: "the masks in a row it takes",
        kind: .number(range: 1...1024, defaultValue: 1)),
      ParameterDescriptor(
        name: "estimate", summary: "what says how likely a token is accepted",
        kind: .choice(options: ["entropy", "margin", "confidence"], defaultValue: "entropy")),
      ParameterDescriptor(
        name: "beta", summary: "the exponent of the estimate",
        kind: .number(range: 0...100, defaultValue: 1)),
      ParameterDescriptor(
        name: "cost", summary: "the tokens a second pass has to bring",
        kind: .number(range: 0...1000, defaultValue: 1)),
      ParameterDescriptor(
        name: "price", summary: "whether that is the cost, or the cost times what is confident",
        kind: .choice(options: ["fixed", "confident"], defaultValue: "fixed")),
    ])

  /// At least as fast as the schedule.
  public static let traits = StrategyTraits(pacing: .atLeastScheduled)

  private let threshold: Double
  private let acceptsByChance: Bool
  private let power: Double
  private let refused: String
  private let isPolicyAlways: Bool
  private let leastRun: Int
  private let estimate: String
  private let beta: Double
  private let cost: Double
  private let isPriceFixed: Bool

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    let descriptor = Self.descriptor
    threshold = descriptor.number("tau", in: parameters)
    acceptsByChance = descriptor.choice("accept", in: parameters) == "chance"
    power = descriptor.number("power", in: parameters)
    refused = descriptor.choice("refused", in: parameters)
    isPolicyAlways = descriptor.choice("policy", in: parameters) == "always"
    leastRun = Int(descriptor.number("run", in: parameters))
    estimate = descriptor.choice("estimate", in: parameters)
    beta = descriptor.number("beta", in: parameters)
    cost = descriptor.number("cost", in: parameters)
    isPriceFixed = descriptor.choice("price", in: parameters) == "fixed"
  }

  /// Looks again where that promises something, then accepts.
  public func move(
    in context: StepContext, memory: NoMemory, answers: [Answer]
  ) -> StrategyMove<NoMemory> {
    guard let draft = context.answer, let first = context.candidates.first else {
      return .decide(StepDecision(unmasked: []), memory)
    }
    let run = context.candidates.enumerated().prefix { index, candidate in
      candidate.position == first.position + index
    }.map(\.element)
    let second = SecondLook(run: run, context: context)
    var decision = StepDecision(unmasked: [])
    if isWorthwhile(run, in: context) {
      guard let answer = answers.first else { return .ask([second.question]) }
      decision = accepted(run, answer: answer, draft: draft, second, in: context)
    }
    let count = decision.unmasked.count + decision.written.count
    fill(&decision, in: context)
    decision.reason = context.reason(
      for: decision,
      kept: count == 0
        ? "of \(context.guesses) what is sure, or as scheduled"
        : "of \(run.count) drafted \(count) from left to right"
    ) { $0.unmodified.confidence }
    return .decide(decision, memory)
  }

  /// Whether a second pass is expected to bring more than it costs.
  private func isWorthwhile(_ run: [Candidate], in context: StepContext) -> Bool {
    guard run.count >= leastRun else { return false }
    guard !isPolicyAlways else { return true }
    let columns = Double(context.answer?.vocabularySize ?? 2)
    var all = 1.0
    let expected = run.reduce(0.0) { sum, candidate -> Double in
      let chance =
        switch estimate {
        case "margin": candidate.unmodified.margin > 0.05 ? 1 : 0.0
        case "confidence": pow(candidate.unmodified.confidence, beta)
        default: exp(-beta * candidate.unmodified.entropy / log(max(2, columns)))
        }
      all *= chance
      return sum + all
    }
    let confident = context.candidates.count { $0.unmodified.confidence > threshold }
    return expected - cost * (isPriceFixed ? 1 : Double(confident)) >= 0
  }

  /// What is accepted from left to right.
  private func accepted(
    _ run: [Candidate], answer: Answer, draft: Answer, _ second: SecondLook,
    in context: StepContext
  ) -> StepDecision {
    var decision = StepDecision(unmasked: [])
    for (index, candidate) in run.enumerated() {
      let row = second.row(of: index)
      let q = answer.probability(of: candidate.token, at: row)
      let p = candidate.unmodified.confidence
      let chance = acceptsByChance ? q : pow(q / max(p, .leastNormalMagnitude), power)
      guard context.uniform(for: .acceptance, position: candidate.position) >= min(1, chance) else {
        decision.unmasked.append(candidate.position)
        continue
      }
      switch refused {
      case "keep": decision.unmasked.append(candidate.position)
      case "draw":
        let token = replacement(
          of: candidate, second: answer.distribution(at: row),
          first: draft.distribution(at: candidate.position), in: context)
        decision.written = [
          StepDecision.Writing(
            position: candidate.position, token: token,
            confidence: answer.probability(of: token, at: row))
        ]
      default: break
      }
      break
    }
    return decision
  }

  /// Draws from what the second pass gives more to than the draft: (q − p)⁺, made to add up to 1.
  ///
  /// Where the draft is the most probable token, accepted with the chance q, it is q without that token.
  private func replacement(
    of candidate: Candidate, second q: [Double], first p: [Double], in context: StepContext
  ) -> TokenID {
    let refused = Int(candidate.token), mask = Int(context.canvas.maskToken)
    var rest = q.indices.map { token -> Double in
      acceptsByChance ? (token == refused ? 0 : q[token]) : max(0, q[token] - p[token])
    }
    if rest.indices.contains(mask) { rest[mask] = 0 }
    let share =
      context.uniform(for: .token, position: candidate.position) * rest.reduce(0, +)
    var sum = 0.0
    for token in rest.indices where rest[token] > 0 {
      sum += rest[token]
      if sum > share { return TokenID(token) }
    }
    return candidate.token
  }

  /// Adds what is missing of the step's share: everything confident where that is enough, else the
  /// best.
  private func fill(_ decision: inout StepDecision, in context: StepContext) {
    let missing =
      context.transferCount - decision.unmasked.count - decision.written.count
    guard missing > 0 else { return }
    let decided = Set(decision.unmasked + decision.written.map(\.position))
    let rest = context.candidates.filter { !decided.contains($0.position) }
      .ranked { $0.unmodified.confidence }
    let sure = rest.count { $0.unmodified.confidence > threshold }
    decision.unmasked += rest.prefix(max(missing, sure)).map(\.position)
    decision.unmasked.sort()
  }
}

/// The second pass: the run as it was drafted, which is read from left to right, and a mask beside each
/// of its tokens, which sees what comes before that token.
///
/// Where logits are shifted the masks are not needed: the row of a token is read off the one before.
private struct SecondLook {
  let run: [Candidate]
  let context: StepContext

  private var start: Int { run.first?.position ?? 0 }
  private var end: Int { start + run.count }

  /// The position of the question that says what stands at the `index`-th of the run.
  func row(of index: Int) -> Int { context.isShifted ? start + index : end + index }

  var question: Question {
    var tokens = Array(context.canvas.tokens[..<start]) + run.map(\.token)
    guard !context.isShifted else {
      var question = Question(tokens: tokens, wanted: Array(start..<end))
      question.attention = attention
      for position in sightStart..<end { question.sights[position] = [0..<position + 1] }
      return question
    }
    tokens += Array(repeating: context.canvas.maskToken, count: run.count)
    var question = Question(
      tokens: tokens, wanted: Array(end..<end + run.count),
      positionIDs: Array(0..<end) + Array(start..<end))
    question.attention = attention
    for position in sightStart..<end { question.sights[position] = [0..<position + 1] }
    for index in run.indices {
      question.sights[end + index] = [0..<start + index, end + index..<end + index + 1]
    }
    return question
  }

  /// What stands before the draft never sees it.
  private var attention: AttentionPattern? {
    if context.isOrdered { return nil }
    return start > 0
      ? .blockCausal(length: max(1, 2 * run.count), firstLength: start)
      : .blockCausal(length: max(1, 2 * run.count))
  }

  /// The first position that is read from left to right.
  private var sightStart: Int { context.isOrdered ? min(start, context.block.lowerBound) : start }
}
