/// Drafts some tokens at once, then reads them from left to right with the same network and keeps the
/// beginning that is what it would have written itself.
///
/// A round drafts the masks behind the last token in one pass, in which they see each other; the second
/// pass is causal. Its first disagreement gives one token more. The text is the greedy one from left to
/// right, whatever is drafted; good drafts only make it cheaper.
///
/// - SeeAlso: Nemotron (remote code), `linear_spec_generate`; SGLang LinearSpec. Text that stands in
///   the way is taken as it is.
public struct LinearSpeculationStrategy: SamplingStrategy {
  /// The descriptor of `linear-speculation`.
  public static let descriptor = AlgorithmDescriptor(
    name: "linear-speculation",
    summary: "Draft some tokens at once, keep those the model writes from left to right too",
    source: "Nemotron linear_spec_generate; SGLang LinearSpec",
    parameters: [
      ParameterDescriptor(
        name: "draft", summary: "the tokens of a round, the last written one included",
        kind: .number(range: 2...4096, defaultValue: 32))
    ])

  /// Paced by itself.
  public static let traits = StrategyTraits(pacing: .adaptive)

  /// Where the last round ended, and what comes next there.
  public struct Memory: StrategyMemory {
    /// The position behind the last round; `nil` before the first.
    var next: Int?

    /// Creates the memory of a run that begins.
    public init() {}
  }

  private let draftCount: Int

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    draftCount = Int(Self.descriptor.number("draft", in: parameters))
  }

  /// Asks in ``move(in:memory:answers:)`` alone.
  public func opening(in context: StepContext, memory: Memory) -> Opening { .nothing }

  /// Reads the text so far, drafts, reads the draft, and keeps its beginning.
  public func move(
    in context: StepContext, memory: Memory, answers: [Answer]
  ) -> StrategyMove<Memory> {
    let canvas = context.canvas
    guard let first = canvas.openPositions(in: 0..<context.block.upperBound).first else {
      return .decide(StepDecision(unmasked: []), memory)
    }
    var round = Round(context: context, known: first - 1)
    var rest = answers[...]
    // The round before has left off behind a token it wrote; elsewhere the first token is read off
    // what stands before it.
    if memory.next != first || first == 0 {
      guard let answer = rest.popFirst() else { return .ask([round.reading(for: [first])]) }
      round.write(answer, at: first)
      round.known = first
    }
    let drafted =
      round.known
      + 1..<max(
        round.known + 1, min(round.known + draftCount, context.block.upperBound))
    let masks = canvas.openPositions(in: drafted)
    if !masks.isEmpty {
      guard let answer = rest.popFirst() else { return .ask([round.drafting(masks, drafted)]) }
      for position in masks { round.tokens[position] = answer.best(at: position).token }
    }
    let judged = (drafted.lowerBound...drafted.upperBound).filter {
      $0 < context.block.upperBound && canvas.isOpen($0)
    }
    guard !judged.isEmpty else { return .decide(round.decision, Memory()) }
    guard let answer = rest.popFirst() else { return .ask([round.reading(for: judged)]) }
    var next = Memory()
    for position in judged {
      let draft = round.tokens[position]
      round.write(answer, at: position)
      if position == drafted.upperBound || round.tokens[position] != draft {
        next.next = position + 1
        break
      }
    }
    return .decide(round.decision, next)
  }

  /// Says how much of the draft was kept.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    StepReason(kept: "what the model writes from left to right too")
  }
}

/// A round in the making.
private struct Round {
  let context: StepContext
  /// The last position whose token is known.
  var known: Int
  /// The canvas with what is drafted or written.
  var tokens: [TokenID]
  private var written: [StepDecision.Writing] = []

  init(context: StepContext, known: Int) {
    self.context = context
    self.known = known
    tokens = context.canvas.tokens
  }

  var decision: StepDecision { StepDecision(unmasked: [], written: written) }

  /// The row that says which token stands at `position`: that of the token before it, which models whose
  /// logits are shifted give as the position's own.
  private func row(for position: Int) -> Int {
    context.isShifted ? position : max(0, position - 1)
  }

  /// A causal pass that says what comes at `positions`, which are ascending and not none.
  func reading(for positions: [Int]) -> Question {
    let rows = positions.map(row(for:))
    var question = Question(tokens: Array(tokens[...(rows.last ?? 0)]), wanted: rows)
    question.attention = .causal
    return question
  }

  /// A pass in which the draft and the last token see each other, and all that stands before.
  func drafting(_ masks: [Int], _ drafted: Range<Int>) -> Question {
    var question = Question(tokens: Array(tokens[..<drafted.upperBound]), wanted: masks)
    question.attention =
      known > 0
      ? .blockCausal(length: drafted.upperBound - known, firstLength: known)
      : .blockCausal(length: drafted.upperBound)
    return question
  }

  /// Writes what `answer` says about `position`.
  mutating func write(_ answer: Answer, at position: Int) {
    let best = answer.best(at: row(for: position))
    tokens[position] = best.token
    written.append(
      StepDecision.Writing(
        position: position, token: best.token, confidence: best.unmodified.confidence,
        entropy: best.unmodified.entropy))
  }
}
