/// Searches with a beam: where nothing is confident, each of the best positions becomes a text of its
/// own; as soon as something is, the best text alone goes on.
///
/// The canvas is always the best text. The others are the strategy's memory; all are asked about in
/// one forward pass each, together. The score of a text is the sum of the probabilities its tokens had
/// when they were written, so that longer texts win, as in the published code.
///
/// - SeeAlso: “SOAR”, arXiv:2602.10953; `eval_llada8b/generate.py`, `generate_soar`. That code leaves
///   masks when there are fewer steps than masks; here a block goes on.
public struct SOARStrategy: SamplingStrategy {
  /// The descriptor of `soar`.
  public static let descriptor = AlgorithmDescriptor(
    name: "soar", summary: "Search with a beam of texts while nothing is confident",
    source: "SOAR generate_soar, arXiv:2602.10953",
    parameters: [
      ParameterDescriptor(
        name: "tau", summary: "the confidence that is enough to go on with one text",
        kind: .number(range: 0...1, defaultValue: 0.95)),
      ParameterDescriptor(
        name: "beam", summary: "the texts kept at most",
        kind: .number(range: 1...16, defaultValue: 2)),
      ParameterDescriptor(
        name: "most", summary: "the tokens unmasked at once at most",
        kind: .number(range: 1...1000, defaultValue: 5)),
    ])

  /// Paced by itself; what the canvas shows may change from one text to another.
  public static let traits = StrategyTraits(pacing: .adaptive, remasks: true)

  /// The texts besides the canvas, best first.
  public struct Memory: StrategyMemory {
    /// The score of the text on the canvas.
    var score = 0.0
    var others: [Text] = []

    struct Text: Codable, Equatable, Sendable {
      var tokens: [TokenID]
      var score: Double
    }

    /// Creates a memory of the canvas alone.
    public init() {}
  }

  private let threshold: Double
  private let beam: Int
  private let most: Int

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    threshold = Self.descriptor.number("tau", in: parameters)
    beam = Int(Self.descriptor.number("beam", in: parameters))
    most = Int(Self.descriptor.number("most", in: parameters))
  }

  /// Asks about the other texts, then writes the best child of any.
  public func move(
    in context: StepContext, memory: Memory, answers: [Answer]
  ) -> StrategyMove<Memory> {
    guard let own = context.answer else { return .decide(StepDecision(unmasked: []), memory) }
    let others = memory.others.filter { $0.tokens.count == context.canvas.count }
    guard answers.count == others.count else {
      return .ask(
        others.map { text in
          Question(tokens: text.tokens, wanted: masks(of: text.tokens, in: context))
        })
    }
    let texts =
      [(Memory.Text(tokens: context.canvas.tokens, score: memory.score), own)]
      + zip(others, answers)
    var children: [(text: Memory.Text, isSure: Bool, confidences: [Int: Double])] = []
    for (text, answer) in texts { children += self.children(of: text, answer: answer, context) }
    // Stable: among equals the child of the better parent, then of the better position.
    let ranked = children.enumerated().sorted {
      $0.element.text.score != $1.element.text.score
        ? $0.element.text.score > $1.element.text.score : $0.offset < $1.offset
    }.map(\.element)
    var kept: [(text: Memory.Text, isSure: Bool, confidences: [Int: Double])] = []
    let limit = children.contains(where: \.isSure) ? 1 : beam
    for child in ranked where kept.count < limit {
      if !kept.contains(where: { $0.text.tokens == child.text.tokens }) { kept.append(child) }
    }
    guard let best = kept.first else { return .decide(StepDecision(unmasked: []), memory) }
    var next = Memory()
    next.score = best.text.score
    next.others = kept.dropFirst().map(\.text)
    var decision = StepDecision(turning: context.canvas, into: best.text.tokens) {
      best.confidences[$0] ?? 0
    }
    decision.reason = StepReason(
      kept: kept.count > 1 ? "the best of \(kept.count) texts" : "the best text",
      remasked: decision.remasked.isEmpty ? nil : "another text is better now")
    return .decide(decision, next)
  }

  private func masks(of tokens: [TokenID], in context: StepContext) -> [Int] {
    (0..<context.block.upperBound).filter {
      tokens[$0] == context.canvas.maskToken && !context.canvas.isLocked[$0]
    }
  }

  private func children(
    of text: Memory.Text, answer: Answer, _ context: StepContext
  ) -> [(text: Memory.Text, isSure: Bool, confidences: [Int: Double])] {
    let ranked = masks(of: text.tokens, in: context).map { answer.best(at: $0) }
      .ranked { $0.unmodified.confidence }
    let sure = ranked.prefix(most).filter { $0.unmodified.confidence > threshold }
    let choices = sure.isEmpty ? ranked.prefix(beam).map { [$0] } : [Array(sure)]
    return choices.map { choice in
      var child = text
      var confidences: [Int: Double] = [:]
      for candidate in choice {
        child.tokens[candidate.position] = candidate.token
        child.score += candidate.unmodified.confidence
        confidences[candidate.position] = candidate.unmodified.confidence
      }
      return (child, !sure.isEmpty, confidences)
    }
  }
}
