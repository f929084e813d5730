import MaskedDiffusion

/// One sentence that says what the step that is shown did and why, or why the run stopped.
///
/// The strategy supplies the words, which are part of the step's record, so that a recorded run is
/// explained as well as one that is computed now.
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
    text = noiseSentence(state) ?? handEdit ?? point.step.map { sentence(of: $0) } ?? startSentence
    if step == branch.head, branch.isFinished {
      // What is wrong is read first; what the last step did may be cut.
      let end = RunEnd(state)
      var sentences = end.warnings + (maskWarning.map { [$0] } ?? [])
      isWarning = !sentences.isEmpty
      if let verdict = point.verdict {
        isWarning = isWarning || verdict.isValid == false
        sentences.insert(sentence(of: verdict, cursor: state.view.cursor), at: 0)
      }
      text = (sentences + [end.text, text]).joined(separator: " ")
    } else if let warning = maskWarning {
      isWarning = true
      text += " " + warning
    }
  }

  private func sentence(of verdict: TextVerdict, cursor: Int) -> String {
    verdict.sentence(at: cursor) { position in
      frame.tokens.indices.contains(position) ? quoted(frame.tokens[position]) : "what stands"
    }
  }

  private func piece(_ token: TokenID) -> String {
    TokenText.graphemes(model, token, symbols: symbols)
      .truncated(toWidth: 16, ellipsis: symbols.ellipsis).text
  }

  private func quoted(_ token: TokenID) -> String { "\"\(piece(token))\"" }

  /// As the sentences of steps write it: two digits after the point.
  private func probability(_ value: Double) -> String {
    value >= 0.995 ? Numbers.fixed(value, 2) : Numbers.probability(value)
  }

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

  /// That the canvas is no longer what the step made of it.
  private var handEdit: String? {
    guard step > 0, point.editedCanvas != nil else { return nil }
    return "Changed by hand after step \(step); the next step goes on from what stands here."
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

  /// What the strategy says of the step.
  private func sentence(of record: TraceStep) -> String {
    if point.isByHand { return handSentence(record) }
    let text = record.sentence { piece($0) }
    return text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  private func named(_ unmasking: TraceStep.Unmasking) -> String {
    "\(quoted(unmasking.token)) at \(unmasking.position)"
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
    guard step > 0 else { return nil }
    let count = branch.point(step - 1).guesses.count { guess in
      let position = Int(guess.position)
      return guess.token == frame.maskToken && frame.tokens.indices.contains(position)
        && frame.isMasked(position)
    }
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
