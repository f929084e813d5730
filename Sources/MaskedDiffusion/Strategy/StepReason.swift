/// Why a step did what it did, as the strategy sees it: numbers and a few words, from which a
/// sentence is made.
public struct StepReason: Equatable, Sendable, Codable {
  /// What the kept tokens are, such as `the surest of 85 guesses`.
  public var kept: String
  /// The first of them by the strategy's own measure.
  public var best: Guess?
  /// The best guess that was not kept.
  public var next: Guess?
  /// Why tokens were masked again, such as `doubted now`; `nil` when none were.
  public var remasked: String?

  /// A token at a position and what the strategy measured it by.
  public struct Guess: Equatable, Sendable, Codable {
    /// The position.
    public var position: Int
    /// The token.
    public var token: TokenID
    /// The probability, margin, entropy or whatever is compared.
    public var value: Double

    /// Creates a guess.
    public init(position: Int, token: TokenID, value: Double) {
      self.position = position
      self.token = token
      self.value = value
    }
  }

  /// Creates a reason.
  public init(kept: String, best: Guess? = nil, next: Guess? = nil, remasked: String? = nil) {
    self.kept = kept
    self.best = best
    self.next = next
    self.remasked = remasked
  }
}

extension StepContext {
  /// Returns the reason of a strategy that ranks candidates and keeps the first.
  ///
  /// - Parameters:
  ///   - decision: What it decided.
  ///   - superlative: What the first are, such as `surest`.
  ///   - value: What the sentence shows; the measure itself unless given.
  ///   - measure: What is ranked by.
  /// - Returns: The reason.
  public func reason(
    for decision: StepDecision, superlative: String,
    value: ((Candidate) -> Double)? = nil, by measure: (Candidate) -> Double
  ) -> StepReason {
    let count = decision.unmasked.count
    guard count > 0 else {
      return reason(
        for: decision, kept: "the schedule asks for none in this step", value: value, by: measure)
    }
    let number = count == 1 ? "" : "\(count) "
    return reason(
      for: decision, kept: "the \(number)\(superlative) of \(guesses)", value: value, by: measure)
  }

  /// The number of candidates in words.
  public var guesses: String {
    candidates.count == 1 ? "1 guess" : "\(candidates.count) guesses"
  }

  /// Returns a reason in the strategy's own words.
  ///
  /// - Parameters:
  ///   - decision: What was decided.
  ///   - kept: What the kept tokens are.
  ///   - remasked: Why tokens were masked again.
  ///   - value: What the sentence shows; the measure itself unless given.
  ///   - measure: What is ranked by.
  /// - Returns: The reason.
  public func reason(
    for decision: StepDecision, kept: String, remasked: String = "doubted now",
    value: ((Candidate) -> Double)? = nil, by measure: (Candidate) -> Double
  ) -> StepReason {
    let keptPositions = Set(decision.unmasked)
    func best(_ isKept: Bool) -> StepReason.Guess? {
      var best: (candidate: Candidate, score: Double)?
      for candidate in candidates where keptPositions.contains(candidate.position) == isKept {
        let score = measure(candidate)
        if let best, best.score >= score { continue }
        best = (candidate, score)
      }
      return best.map {
        StepReason.Guess(
          position: $0.candidate.position, token: $0.candidate.token,
          value: value?($0.candidate) ?? $0.score)
      }
    }
    return StepReason(
      kept: kept, best: best(true), next: best(false),
      remasked: decision.remasked.isEmpty ? nil : remasked)
  }
}

extension TraceStep {
  /// Why the step did what it did, in one plain sentence.
  ///
  /// - Parameter piece: What a token shows, without quotation marks.
  /// - Returns: A sentence such as `step 12 kept " the" at 38: the surest of 85 guesses (.98); next
  ///   " path" (.95)`.
  public func sentence(piece: (TokenID) -> String) -> String {
    var parts: [String] = []
    if let kept = keptSentence(piece: piece) { parts.append(kept) }
    if !replaced.isEmpty { parts.append(replacedSentence(piece: piece)) }
    if !remasked.isEmpty {
      let cause = reason?.remasked.map { ": \($0)" } ?? ""
      parts.append("masked \(Self.places(remasked)) again\(cause)")
    }
    let grown = inserted.reduce(0) { $0 + $1.count } - deleted.count
    if !inserted.isEmpty || !deleted.isEmpty {
      parts.append("made the text \(abs(grown)) \(grown < 0 ? "shorter" : "longer")")
    }
    if parts.isEmpty { parts.append(reason.map { "kept nothing: \($0.kept)" } ?? "kept nothing") }
    return "step \(step) " + parts.joined(separator: "; it ")
  }

  private func keptSentence(piece: (TokenID) -> String) -> String? {
    guard let first = unmasked.max(by: { $0.confidence < $1.confidence }) else { return nil }
    let best =
      reason?.best
      ?? StepReason.Guess(position: first.position, token: first.token, value: first.confidence)
    let shown = "\"\(piece(best.token))\" at \(best.position)"
    var text = unmasked.count == 1 ? "kept \(shown)" : "kept \(unmasked.count), first \(shown)"
    guard let reason else { return "\(text) (\(Self.short(best.value)))" }
    text += ": \(reason.kept) (\(Self.short(best.value)))"
    if let next = reason.next {
      text += "; next \"\(piece(next.token))\" (\(Self.short(next.value)))"
    }
    return text
  }

  private func replacedSentence(piece: (TokenID) -> String) -> String {
    guard let first = replaced.first else { return "" }
    let what = "\"\(piece(first.old))\" by \"\(piece(first.token))\" at \(first.position)"
    return replaced.count == 1
      ? "replaced \(what)" : "replaced \(replaced.count), first \(what)"
  }

  private static func places(_ positions: [Int]) -> String {
    positions.count == 1 ? "\(positions[0])" : "\(positions.count) positions"
  }

  /// Two digits after the point, without the 0 before it.
  private static func short(_ value: Double) -> String {
    let hundredths = Int((abs(value) * 100).rounded())
    let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
    let digits = rest < 10 ? "0\(rest)" : "\(rest)"
    return (value < 0 && hundredths > 0 ? "-" : "") + (whole == 0 ? "" : "\(whole)") + ".\(digits)"
  }
}
