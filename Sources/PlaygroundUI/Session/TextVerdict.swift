/// What a checker that knows the truth says of a finished text.
public struct TextVerdict: Equatable, Sendable {
  /// Whether the text can be true; `nil` when it resembles nothing that the checker knows.
  public var isValid: Bool?
  /// What does not agree with the rest, in the order of the text.
  public var faults: [Fault]

  /// Positions that do not agree with the rest, and why.
  public struct Fault: Equatable, Sendable {
    /// The positions of the canvas; at least one.
    public var positions: ClosedRange<Int>
    /// The reason, in a few words.
    public var reason: String

    /// Creates a fault.
    public init(positions: ClosedRange<Int>, reason: String) {
      self.positions = positions
      self.reason = reason
    }
  }

  /// Creates a verdict.
  public init(isValid: Bool?, faults: [Fault]) {
    self.isValid = isValid
    self.faults = faults
  }

  /// The verdict in two or three words.
  package var summary: String {
    switch isValid {
    case true?: "valid"
    case false?: Playground.State.counted(faults.count, "fault")
    case nil: "like nothing known"
    }
  }

  /// The verdict in a sentence; the fault at a position comes before the others.
  ///
  /// - Parameters:
  ///   - position: Where the cursor is.
  ///   - word: The word at a position, as it is written in sentences.
  /// - Returns: The sentence.
  package func sentence(at position: Int, word: (Int) -> String) -> String {
    guard isValid != true else { return "The checker finds no fault." }
    guard let fault = fault(at: position) ?? faults.first else {
      return "The checker knows no text like this."
    }
    let count = Playground.State.counted(faults.count, "fault")
    let first = fault.positions.lowerBound
    return "The checker finds \(count); \(word(first)) at \(first): \(fault.reason)."
  }

  /// The fault that a position belongs to.
  package func fault(at position: Int) -> Fault? {
    faults.first { $0.positions.contains(position) }
  }
}

/// Asking for verdicts.
extension Playground.State {
  /// Asks what a checker says of the finished texts that are shown, where that is not known yet.
  mutating func requestVerdicts(_ effects: inout Effects) {
    let shown = view.compared.isEmpty ? [session.shownID] : view.compared
    for id in shown {
      guard let branch = session.branch(id), models[branch.model]?.hasChecker != false,
        canCompute(branch), !requests.verdicts.values.contains(where: { $0.branch == id })
      else { continue }
      let step = shownStep(of: branch)
      let frame = Frame(branch, at: step)
      guard branch.point(step).verdict == nil, frame.count > 0 else { continue }
      let end = frame.end(endOfText: model(of: branch).endOfText) ?? frame.count
      guard end > 0, (0..<end).allSatisfy({ !frame.isMasked($0) }) else { continue }
      let number = requests.next()
      requests.verdicts[number] = Playground.Requests.Place(
        number: number, branch: id, step: step)
      effects.append(
        .judge(
          Playground.JudgeRequest(
            number: number, model: branch.model, tokens: Array(frame.tokens[..<end]))))
    }
  }

  /// Takes a verdict.
  mutating func receive(_ report: Playground.JudgeReport) {
    guard let place = requests.verdicts.removeValue(forKey: report.number),
      let branch = session.branch(place.branch)
    else { return }
    models[branch.model]?.hasChecker = report.verdict != nil
    guard place.step <= branch.head,
      Frame(branch, at: place.step).tokens.starts(with: report.tokens)
    else { return }
    session.change(place.branch) { $0.change(place.step) { $0.verdict = report.verdict } }
  }
}
