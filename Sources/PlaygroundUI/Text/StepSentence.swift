import MaskedDiffusion

/// One sentence that says what the step that is shown did and why, or why the run stopped.
///
/// It is made from the record of the step and what the predictor thought before it, so that a
/// recorded run is explained as well as one that is computed now.
package struct StepSentence {
  /// The sentence; empty where there is nothing to say.
  package private(set) var text = ""
  /// Whether it warns of something.
  package private(set) var isWarning = false

  private let branch: Branch
  private let model: Model
  private let frame: Frame
  private let point: Point
  private let step: Int
  private let symbols: Symbols

  /// Creates the sentence for what a state shows.
  package init(_ state: Playground.State) {
    branch = state.session.shown
    model = state.model
    frame = state.frame
    point = state.session.point
    step = state.session.shown.clamped(state.session.step)
    symbols = state.symbols
    guard frame.count > 0 else { return }
    text = noiseSentence(state) ?? point.step.map { sentence(of: $0) } ?? startSentence
    if step == branch.head, branch.isFinished {
      text += " " + RunEnd(state).text
      let warnings = RunEnd(state).warnings
      isWarning = !warnings.isEmpty
      text += warnings.map { " \($0)" }.joined()
    } else if let warning = maskWarning {
      isWarning = true
      text += " " + warning
    }
  }

  private func quoted(_ token: TokenID) -> String {
    let word = TokenText.graphemes(model, token, symbols: symbols)
      .truncated(toWidth: 16, ellipsis: symbols.ellipsis).text
    return "\"\(word)\""
  }

  private func probability(_ value: Double) -> String { Numbers.probability(value) }

  // MARK: Before the first step

  /// What the forward process did to a text, and what the model makes of it.
  private func noiseSentence(_ state: Playground.State) -> String? {
    guard let noising = state.view.noising, noising.branch == branch.id, point.step == nil else {
      return nil
    }
    let (masked, all) = (noising.positions.count { frame.isMasked($0) }, noising.positions.count)
    let text = "t \(Numbers.fixed(noising.time, 2)): \(masked) of \(all) tokens masked"
    guard let loss = noising.loss(at: point, of: frame) else { return text + "." }
    let bound = loss.isLowerBound ? "at least " : ""
    return text + "; the model's first guess is right at \(loss.found) of \(loss.count), mean loss "
      + "\(bound)\(Numbers.fixed(loss.mean, 2)) nats."
  }

  private var startSentence: String {
    let masks = Playground.State.counted(frame.maskedCount, "mask")
    let guesses = point.guesses.filter { frame.tokens.indices.contains(Int($0.position)) }
      .filter { frame.isMasked(Int($0.position)) }
    guard let best = guesses.max(by: { $0.probability < $1.probability }),
      let open = guesses.max(by: { $0.entropy < $1.entropy })
    else {
      return frame.maskedCount == 0 && frame.step == 0
        ? "A finished text: :noise 0.5 masks half of it." : "\(masks), nothing decided yet."
    }
    return "\(masks), nothing decided yet. The surest guess is \(quoted(best.token)) at "
      + "\(best.position) (\(probability(Double(best.probability)))); position \(open.position) is "
      + "the most open."
  }

  // MARK: A step

  private func sentence(of record: TraceStep) -> String {
    if point.isByHand { return handSentence(record) }
    let number = "Step \(step)"
    var text: String
    switch record.unmasked.count {
    case 0: text = "\(number) kept nothing"
    case 1: text = "\(number) kept \(named(record.unmasked[0]))\(reason(record))"
    default:
      let ranked = record.unmasked.sorted { $0.confidence > $1.confidence }
      text = "\(number) kept \(record.unmasked.count) tokens"
      if record.unmasked.count < guessCount { text += " of \(guessCount) guesses" }
      text += ", from \(named(ranked[0])) (\(probability(ranked[0].confidence))) to "
      text += "\(named(ranked[ranked.count - 1])) "
      text += "(\(probability(ranked[ranked.count - 1].confidence)))"
    }
    if let other = bestPassedOver(record) {
      text += "; best of the others \(quoted(other.token)) at \(other.position) "
      text += "(\(probability(Double(other.probability))))"
    }
    if !record.remasked.isEmpty { text += "; " + remaskedSentence(record) }
    return text + "."
  }

  private func named(_ unmasking: TraceStep.Unmasking) -> String {
    "\(quoted(unmasking.token)) at \(unmasking.position)"
  }

  /// What the predictor thought of the masks before the step; tokens that stood there already are
  /// left out.
  private var guesses: [Point.Guess] {
    guard step > 0 else { return [] }
    return branch.point(step - 1).guesses.filter { guess in
      let position = Int(guess.position)
      guard frame.tokens.indices.contains(position) else { return false }
      return frame.unmaskedNow.contains(position)
        || frame.isMasked(position) && !frame.remaskedNow.contains(position)
    }
  }

  private var guessCount: Int {
    let count = guesses.count
    return count > 0 ? count : frame.maskedCount + frame.unmaskedNow.count
  }

  private func reason(_ record: TraceStep) -> String {
    let kept = record.unmasked[0]
    let rank = guesses.count { Double($0.probability) > kept.confidence + 1e-6 } + 1
    let count = guessCount
    guard !guesses.isEmpty else { return " (\(probability(kept.confidence)))" }
    let place =
      rank == 1
      ? "the surest of \(count) guesses" : "guess \(rank) of \(count) by confidence"
    return ": \(place) (\(probability(kept.confidence)))"
  }

  /// The surest guess that was not kept.
  private func bestPassedOver(_ record: TraceStep) -> Point.Guess? {
    let kept = Set(record.unmasked.map(\.position))
    return guesses.filter {
      !kept.contains(Int($0.position)) && frame.answer.contains(Int($0.position))
    }
    .max { $0.probability < $1.probability }
  }

  private func remaskedSentence(_ record: TraceStep) -> String {
    guard record.remasked.count == 1, let position = record.remasked.first,
      let token = frame.trails[position]?.last
    else { return "masked \(record.remasked.count) again" }
    return "masked \(quoted(token)) at \(position) again"
  }

  private func handSentence(_ record: TraceStep) -> String {
    guard let chosen = record.unmasked.first else { return "" }
    let guess = step > 0 ? branch.point(step - 1).guess(at: chosen.position) : nil
    var text = "You put \(named(chosen)) (\(probability(chosen.confidence)))"
    if let guess, guess.token != chosen.token {
      text += "; the model's own guess there was \(quoted(guess.token)) "
      text += "(\(probability(Double(guess.probability))))"
    }
    return text + "."
  }

  // MARK: Warnings

  /// A model that predicts its own mask never fills that place.
  private var maskWarning: String? {
    let count = guesses.count { $0.token == frame.maskToken }
    guard count > 0 else { return nil }
    return "The model predicts its own mask at \(Playground.State.counted(count, "position")): "
      + "forbid-mask yes forbids it."
  }
}

/// Why a run stopped, and what is wrong with how it ended.
package struct RunEnd {
  private let branch: Branch
  private let model: Model
  private let frame: Frame

  /// Creates the end of the run that a state shows.
  package init(_ state: Playground.State) {
    self.init(state.session.shown, state.model)
  }

  /// Creates the end of a run.
  package init(_ branch: Branch, _ model: Model) {
    self.branch = branch
    self.model = model
    frame = Frame(branch, at: branch.head)
  }

  private var end: Int? { frame.end(endOfText: model.endOfText) }

  /// Why the run stopped, in one sentence.
  package var text: String {
    let steps = Playground.State.counted(branch.head, "step")
    if frame.maskedCount == 0 { return "Finished after \(steps): nothing is masked any more." }
    if let end, (0..<end).allSatisfy({ !frame.isMasked($0) || frame.isLocked[$0] }) {
      return "Finished after \(steps): the text ends at position \(end - 1)."
    }
    let masks = Playground.State.counted(frame.maskedCount, "position")
    return "Stopped after \(steps): no step is left, and \(masks) stay masked."
  }

  /// What is wrong, a sentence each.
  package var warnings: [String] {
    var warnings: [String] = []
    // Without an end of text it is no text, and a token may well stand twice.
    let repeated = model.endOfText.isEmpty ? 0 : Repetition(frame, model: model).count
    if repeated > 0 {
      warnings.append(
        "\(Playground.State.counted(repeated, "word")) in a row repeated: fewer tokens a step help."
      )
    }
    if end == nil, !model.endOfText.isEmpty, frame.maskedCount == 0, endsOpen {
      warnings.append("The canvas was too short for the text to end: > or :length makes it longer.")
    }
    return warnings
  }

  /// Whether answer and canvas end together, so that the end is not what somebody typed.
  private var endsOpen: Bool {
    frame.answer.upperBound == frame.count && branch.settings.endOfText != .forbid
      && !branch.start.tokens.isEmpty && branch.start.tokens.last == frame.maskToken
  }
}

/// Words that stand twice in a row in the answer: what too few steps do to a text.
package struct Repetition {
  /// The number of words or marks that repeat the one before.
  package private(set) var count = 0

  /// Counts in a frame; what is given or typed does not count.
  package init(_ frame: Frame, model: Model) {
    let ends = model.endOfText
    for position in frame.answer.dropFirst() where position < frame.count {
      let (token, before) = (frame.tokens[position], frame.tokens[position - 1])
      guard !frame.isMasked(position), !frame.isMasked(position - 1), !ends.contains(token),
        frame.commitments[position] != nil || frame.commitments[position - 1] != nil
      else { continue }
      let (word, last) = (model.bytes(of: token), model.bytes(of: before))
      // Parts of a word, digits and line breaks may well come twice.
      guard Self.isWordOrMark(word), Self.plain(word) == Self.plain(last) else { continue }
      count += 1
    }
  }

  private static func isWordOrMark(_ bytes: [UInt8]) -> Bool {
    guard let first = bytes.first else { return false }
    if first == UInt8(ascii: " ") { return bytes.count > 1 }
    return bytes.count == 1
      && [UInt8(ascii: ","), UInt8(ascii: "."), UInt8(ascii: "?")].contains(first)
  }

  private static func plain(_ bytes: [UInt8]) -> [UInt8] {
    bytes.drop { $0 == UInt8(ascii: " ") }.map { (65...90).contains($0) ? $0 + 32 : $0 }
  }
}
