package import MaskedDiffusion

/// What the predictor thinks of the position under the cursor.
package struct InspectorPanel {
  private let state: Playground.State
  private let model: Model
  private let frame: Frame
  private let point: Point
  private let position: Int
  /// What the panel shows, and the step that used it; `nil` when it is what is likely now.
  private let source: (opinion: Opinion, step: Int?)?
  /// The best guess at the points so far, the latest first.
  private let history: [(step: Int, guess: Point.Guess)]

  /// The rows from which there is room for a table of guidance below the candidates.
  private static let tableRows = 14
  /// The rows below which candidates come before all else in a lesson.
  private static let shortRows = 9

  static let row = PanelRow(
    name: "inspector",
    help: """
      What the model thinks of the position under the cursor: the most probable tokens with their \
      numbers and probabilities. Entropy says how open the place is, as a share of the most there \
      could be; margin is the distance from the first to the second. While a run goes on, it shows \
      the distribution the step used. Enter puts the chosen token into the text.
      """,
    place: .right,
    hints: { state in
      [
        (.chooseDown, "choose"), (.accept, "put it"), (.follow, "follow"), (.nextPanel, "panel"),
      ]
    },
    title: { InspectorPanel($0).title },
    wish: { state, size in
      // Lessons speak of the candidates, unless a page is about the settings.
      let isSpokenOf = state.view.lesson.map { $0.current.look?.panel != .settings } ?? false
      let least = isSpokenOf ? min(size.rows, shortRows + 1) : min(9, max(5, size.rows / 2))
      return PanelRow.Wish(least: least, best: 17)
    },
    draw: { InspectorPanel($0).draw(on: &$1, in: $2) },
    click: { state, click, _ in
      let index = click.row - InspectorPanel(state).headingRows(click.rect)
      if (0..<Playground.candidateCount).contains(index) { state.view.chosenCandidate = index }
    })

  /// Creates the panel.
  package init(_ state: Playground.State) {
    self.state = state
    model = state.model
    frame = state.frame
    point = state.session.point
    position = state.view.cursor
    source = state.shownOpinion
    history = state.session.shown.guesses(at: state.view.cursor, upTo: state.session.step)
  }

  private var title: String {
    guard frame.tokens.indices.contains(position) else { return "inspector" }
    var what: String
    if frame.isMasked(position) {
      what = frame.isLocked[position] ? "locked mask" : "masked"
    } else if frame.isGiven[position] {
      what = "prompt"
    } else if let commitment = frame.commitments[position] {
      what = "kept in step \(commitment.step)" + (frame.isLocked[position] ? ", locked" : "")
    } else {
      what = "typed"
    }
    if let step = source?.step {
      what += frame.commitments[position]?.step == step ? ", seen then" : ", before step \(step)"
    }
    return "position \(position) \(state.symbols.dot) \(what)"
  }

  /// Draws the panel.
  package func draw(on screen: inout Screen, in rect: Rect) {
    guard rect.rows > 0, frame.tokens.indices.contains(position) else { return }
    var row = rect.row
    if let opinion = source?.opinion {
      row = drawCandidates(opinion, on: &screen, in: rect, row)
      let numbers = numbers(opinion, rect)
      row = draw(
        isShort(rect) ? Array(numbers.prefix(2)) : numbers, row: row, on: &screen, in: rect)
    } else if let guess = point.guess(at: position) {
      row = draw(
        ["best guess", "\(text(guess.token)) \(Numbers.share(Double(guess.probability)))"],
        row: row, on: &screen, in: rect)
    } else {
      screen.write(emptyText, row: row, column: rect.column + 1, role: .dim, within: rect)
      row += 1
    }
    row = drawFate(row, on: &screen, in: rect)
    if let fault = point.verdict?.fault(at: position) {
      row = draw(["fault", fault.reason], row: row, on: &screen, in: rect)
    }
    row = drawGuesses(row, on: &screen, in: rect)
    if let opinion = source?.opinion { row = drawGuidance(opinion, row, on: &screen, in: rect) }
    row = drawTally(row, on: &screen, in: rect)
    drawHistory(row, on: &screen, in: rect)
  }

  private var emptyText: String {
    if frame.isGiven[position] { return "given, not predicted" }
    if state.requests.look != nil || state.requests.step != nil { return "computing" }
    if state.isRunning, !frame.isMasked(position) { return "pause to see what is likely now" }
    return state.canCompute(state.session.shown) ? "nothing to predict" : "no candidates recorded"
  }

  private func text(_ token: TokenID) -> String {
    TokenText.graphemes(model, token, symbols: state.symbols, marksSpaces: true).text
  }

  // MARK: Candidates

  /// The rows above the first candidate.
  private func headingRows(_ rect: Rect) -> Int { isTight(rect) && isGuided ? 1 : 0 }

  private func isTight(_ rect: Rect) -> Bool { rect.rows < Self.tableRows }

  private func isShort(_ rect: Rect) -> Bool {
    state.view.lesson != nil && rect.rows < Self.shortRows
  }

  private var isGuided: Bool { source?.opinion.top.contains { $0.conditional != nil } ?? false }

  private func drawCandidates(
    _ opinion: Opinion, on screen: inout Screen, in rect: Rect, _ row: Int
  ) -> Int {
    let heading = headingRows(rect)
    if heading > 0 {
      drawShareHeading(row: row, on: &screen, in: rect)
    }
    let table = isGuided && !isTight(rect) ? 6 : 0
    // Numbers and what became of the token stand below them.
    let below = isShort(rect) ? (frame.isMasked(position) ? 1 : 2) : 3
    let room = max(1, min(opinion.top.count, rect.rows - below - table - heading))
    for (index, candidate) in opinion.top.prefix(room).enumerated() {
      draw(candidate, index, row: row + heading + index, on: &screen, in: rect)
    }
    return row + heading + min(room, opinion.top.count)
  }

  private func draw(
    _ candidate: Opinion.TokenProbability, _ index: Int, row: Int, on screen: inout Screen,
    in rect: Rect
  ) {
    let isChosen = state.view.focus == .inspector && index == state.view.chosenCandidate
    let isThere = candidate.token == frame.tokens[position]
    let word = min(14, max(8, rect.columns / 3))
    let isWide = rect.columns >= 36
    screen.write(
      isChosen ? String(state.symbols.play) : isThere ? String(state.symbols.check) : " ", row: row,
      column: rect.column, role: .focus, within: rect)
    let graphemes = TokenText.graphemes(
      model, candidate.token, symbols: state.symbols, marksSpaces: true)
    let isNarrow = isTight(rect) && candidate.conditional != nil
    screen.write(
      graphemes.truncated(
        toWidth: isNarrow ? min(word, rect.columns - shareColumns(rect).width) : word,
        ellipsis: state.symbols.ellipsis),
      row: row, column: rect.column + 1, role: isChosen ? .selection : isThere ? .title : .text,
      within: rect)
    let end = rect.endColumn - 1
    if isNarrow {
      drawShares(candidate, row: row, on: &screen, in: rect)
      return
    }
    let start = rect.column + word + 2 + (isWide ? 7 : 0)
    if isWide {
      screen.write(
        "\(candidate.token)", row: row, endColumn: rect.column + word + 7, role: .dim, within: rect)
    }
    // What rounds to nothing is drawn as nothing.
    let share = candidate.probability < 0.005 ? 0 : candidate.probability
    screen.write(
      state.symbols.bar(share: share, cells: max(0, end - 6 - start)), row: row, column: start,
      role: .bar, within: rect)
    screen.write(Numbers.share(candidate.probability), row: row, endColumn: end, within: rect)
  }

  /// How far from the right the columns of ``drawShares(_:row:on:in:)`` end, and what they take.
  private func shareColumns(_ rect: Rect) -> (with: Int, without: Int, width: Int) {
    rect.columns >= 30 ? (17, 8, 24) : (13, 7, 20)
  }

  private func drawShareHeading(row: Int, on screen: inout Screen, in rect: Rect) {
    screen.write(
      rect.columns >= 30 ? "with prompt  without  guided" : "prompt  none guided", row: row,
      endColumn: rect.endColumn - 1, role: .dim, within: rect)
  }

  /// The probability with the prompt, without it and guided, under their headings.
  private func drawShares(
    _ entry: Opinion.TokenProbability, row: Int, on screen: inout Screen, in rect: Rect
  ) {
    let end = rect.endColumn - 1, columns = shareColumns(rect)
    let (with, without) = (entry.conditional ?? 0, entry.unconditional ?? 0)
    screen.write(Numbers.share(with), row: row, endColumn: end - columns.with, within: rect)
    screen.write(Numbers.share(without), row: row, endColumn: end - columns.without, within: rect)
    screen.write(Numbers.share(entry.probability), row: row, endColumn: end, within: rect)
    guard abs(entry.probability - with) >= 0.005 else { return }
    screen.write(
      String(entry.probability > with ? state.symbols.up : state.symbols.down), row: row,
      column: end, role: .barAlternate, within: rect)
  }

  private func numbers(_ opinion: Opinion, _ rect: Rect) -> [String] {
    var entropy = Numbers.fixed(opinion.entropy, 2)
    let vocabulary = model.info.embeddingCount
    if vocabulary > 1, vocabulary < .max {
      let most = Numbers.logarithm(Double(vocabulary))
      let share = Int((min(1, opinion.entropy / most) * 100).rounded())
      entropy += (rect.columns >= 30 ? " of \(Numbers.fixed(most, 2))" : "") + ", \(share) %"
    } else {
      entropy += " nats"
    }
    return ["entropy", entropy, "margin", Numbers.share(opinion.margin)]
  }

  /// Draws captions with their values, a pair a row.
  private func draw(
    _ pairs: [String], row: Int, on screen: inout Screen, in rect: Rect
  ) -> Int {
    for index in stride(from: 0, to: pairs.count - 1, by: 2) {
      let line = row + index / 2
      screen.write(pairs[index], row: line, column: rect.column + 1, role: .dim, within: rect)
      screen.write(pairs[index + 1], row: line, column: rect.column + 10, within: rect)
    }
    return row + pairs.count / 2
  }

  // MARK: What became of it

  /// How probable the token was when it was kept, and how probable it is now.
  private func drawFate(_ row: Int, on screen: inout Screen, in rect: Rect) -> Int {
    if let noising = state.view.noising, noising.branch == state.session.shownID,
      frame.isMasked(position), noising.original.tokens.indices.contains(position),
      !noising.original.isMasked(position)
    {
      return drawLoss(noising.original.tokens[position], row, on: &screen, in: rect)
    }
    guard let commitment = frame.commitments[position] else {
      guard let trail = frame.trails[position] else { return row }
      return draw(
        ["was", trail.map(text).joined(separator: " ")], row: row, on: &screen, in: rect)
    }
    let opinion = source?.step == nil ? source?.opinion : nil
    let now = opinion?.top.first { $0.token == frame.tokens[position] }?.probability
    let nowText =
      now.map(Numbers.share)
      ?? opinion.flatMap { $0.top.last.map { "below " + Numbers.share($0.probability) } } ?? "–"
    let arrow = state.symbols.isUnicode ? "→" : ">"
    let between = rect.columns >= 30 ? "  now" : " \(arrow)"
    return draw(
      ["then", "\(Numbers.share(commitment.confidence))\(between) \(nowText)"], row: row,
      on: &screen, in: rect)
  }

  /// What stood at a position that was masked by hand, and the loss of the prediction.
  private func drawLoss(
    _ token: TokenID, _ row: Int, on screen: inout Screen, in rect: Rect
  ) -> Int {
    let opinion = source?.step == nil ? source?.opinion : nil
    let entry = opinion?.top.first { $0.token == token }
    let least = opinion?.top.last?.probability
    var text = self.text(token)
    if let probability = entry?.probability ?? least {
      let loss = -Numbers.logarithm(max(probability, 1e-12))
      text += "  loss \(entry == nil ? "over " : "")\(Numbers.fixed(loss, 2))"
    }
    return draw(["was", text], row: row, on: &screen, in: rect)
  }

  /// The best guess over the steps, where it changed.
  private func drawGuesses(_ row: Int, on screen: inout Screen, in rect: Rect) -> Int {
    var guesses: [TokenID] = []
    for (_, guess) in history where guess.token != guesses.last { guesses.append(guess.token) }
    guard guesses.count > 1 else { return row }
    let arrow = state.symbols.isUnicode ? " → " : " > "
    var shown = ""
    for token in guesses {
      let longer = text(token) + (shown.isEmpty ? "" : arrow + shown)
      if CharacterWidth.width(of: longer) > rect.columns - 12 {
        shown = String(state.symbols.ellipsis) + arrow + shown
        break
      }
      shown = longer
    }
    return draw(["guesses", shown], row: row, on: &screen, in: rect)
  }

  /// The probability with the prompt, without it and guided, side by side.
  private func drawGuidance(
    _ opinion: Opinion, _ row: Int, on screen: inout Screen, in rect: Rect
  ) -> Int {
    let moved = opinion.top.filter { $0.conditional != nil && $0.unconditional != nil }
    guard !moved.isEmpty, !isTight(rect), row + 2 < rect.endRow else { return row }
    let first = row + (rect.endRow - row > 6 ? 1 : 0)
    if rect.columns >= 38 {
      screen.write("guidance", row: first, column: rect.column, role: .title, within: rect)
    }
    drawShareHeading(row: first, on: &screen, in: rect)
    let room = max(0, min(4, rect.endRow - first - 1))
    for (index, entry) in moved.prefix(room).enumerated() {
      let line = first + 1 + index
      screen.write(
        TokenText.graphemes(model, entry.token, symbols: state.symbols, marksSpaces: true)
          .truncated(
            toWidth: rect.columns - shareColumns(rect).width, ellipsis: state.symbols.ellipsis),
        row: line, column: rect.column + 1, within: rect)
      drawShares(entry, row: line, on: &screen, in: rect)
    }
    return first + 1 + min(room, moved.count)
  }

  private func drawTally(_ row: Int, on screen: inout Screen, in rect: Rect) -> Int {
    guard let tally = state.view.handTally else { return row }
    let (count, of) = (tally.choices, rect.columns < 30 ? "/" : " of ")
    let lines = [
      "like \(state.session.settings.strategy.name):",
      "place \(tally.samePosition)\(of)\(count), token \(tally.sameToken)\(of)\(count)",
    ]
    let top = min(row, rect.endRow - lines.count)
    for (index, line) in lines.enumerated() where top + index >= rect.row {
      screen.fill(
        Rect(row: top + index, column: rect.column, rows: 1, columns: rect.columns)
          .intersection(rect))
      screen.write(line, row: top + index, column: rect.column + 1, role: .title, within: rect)
    }
    return top + lines.count
  }

  /// The best guess after each step, the newest last, where there is room to spare.
  private func drawHistory(_ row: Int, on screen: inout Screen, in rect: Rect) {
    let room = rect.endRow - row - 2
    guard room >= 3, history.count > 1 else { return }
    screen.write(
      "best guess by step", row: row + 1, column: rect.column, role: .title, within: rect)
    let barWidth = max(0, rect.columns - 27)
    for (index, entry) in history.prefix(room).reversed().enumerated() {
      let line = row + 2 + index
      let probability = Double(entry.guess.probability)
      screen.write(
        Numbers.padded("\(entry.step)", to: 4), row: line, column: rect.column, role: .dim,
        within: rect)
      let word = TokenText.graphemes(
        model, entry.guess.token, symbols: state.symbols, marksSpaces: true)
      screen.write(
        word.truncated(toWidth: 12, ellipsis: state.symbols.ellipsis), row: line,
        column: rect.column + 6, within: rect)
      screen.write(
        state.symbols.bar(share: probability < 0.005 ? 0 : probability, cells: barWidth),
        row: line, column: rect.column + 19, role: .bar, within: rect)
      screen.write(
        Numbers.share(probability), row: line, endColumn: rect.endColumn - 1, within: rect)
    }
  }
}

extension Playground.State {
  /// What the inspector shows: what the predictor thinks of the position under the cursor now, else
  /// what it thought when the last step was decided, else when the token there was kept.
  package var shownOpinion: (opinion: Opinion, step: Int?)? {
    let branch = session.shown
    let step = branch.clamped(session.step)
    if let opinion = session.point.opinion(at: view.cursor) { return (opinion, nil) }
    guard step > 0, session.point.editedCanvas == nil else { return nil }
    if let opinion = branch.point(step - 1).opinion(at: view.cursor) { return (opinion, step) }
    let commitments = frame.commitments
    guard commitments.indices.contains(view.cursor), let kept = commitments[view.cursor]?.step,
      kept > 0, kept <= step, let opinion = branch.point(kept - 1).opinion(at: view.cursor)
    else { return nil }
    return (opinion, kept)
  }
}
