import MaskedDiffusion

/// What the predictor thinks of the position under the cursor.
package struct InspectorPanel {
  private let state: Playground.State
  private let model: Model
  private let frame: Frame
  private let point: Point
  private let position: Int
  /// The best guess at the points so far, the latest first.
  private let history: [(step: Int, guess: Point.Guess)]

  /// The row of the first candidate, from the top of the panel.
  private static let firstCandidateRow = 1
  /// The rows from which there is room for a table of guidance.
  private static let tableRows = 15

  /// Creates the panel.
  package init(_ state: Playground.State) {
    self.state = state
    model = state.model
    frame = state.frame
    point = state.session.point
    position = state.cursor
    history = state.session.shown.guesses(at: state.cursor, upTo: state.session.step)
  }

  /// The candidate in a row of the panel.
  package static func candidate(atRow row: Int) -> Int? {
    let index = row - firstCandidateRow
    return (0..<Playground.candidateCount).contains(index) ? index : nil
  }

  /// Draws the panel.
  package func draw(on screen: inout Screen, in rect: Rect) {
    guard rect.rows > 0, frame.tokens.indices.contains(position) else { return }
    let hasFocus = state.focus == .inspector
    screen.write(
      title, row: rect.row, column: rect.column, role: hasFocus ? .focus : .title, within: rect)
    var row = rect.row + Self.firstCandidateRow
    let opinion = point.opinion(at: position)
    if let opinion {
      row = drawCandidates(opinion, on: &screen, in: rect, row)
      row = draw(numbers(opinion), row: row, on: &screen, in: rect)
    } else if let guess = point.guess(at: position) {
      row = draw(
        ["best guess", "\(text(guess.token)) \(Numbers.probability(Double(guess.probability)))"],
        row: row, on: &screen, in: rect)
    } else {
      screen.write(emptyText, row: row, column: rect.column + 1, role: .dim, within: rect)
      row += 1
    }
    row = drawFate(row, opinion, on: &screen, in: rect)
    row = drawGuesses(row, on: &screen, in: rect)
    if let opinion { row = drawGuidance(opinion, row, on: &screen, in: rect) }
    row = drawTally(row, on: &screen, in: rect)
    drawHistory(row, on: &screen, in: rect)
  }

  private var title: String {
    let what: String
    if frame.isMasked(position) {
      what = frame.isLocked[position] ? "locked mask" : "masked"
    } else if frame.isGiven[position] {
      what = "prompt"
    } else if let commitment = frame.commitments[position] {
      what = "step \(commitment.step)" + (frame.isLocked[position] ? ", locked" : "")
    } else {
      what = "typed"
    }
    return "position \(position) \(state.symbols.dot) \(what)"
  }

  private var emptyText: String {
    if frame.isGiven[position] { return "given, not predicted" }
    if state.isRunning, !frame.isMasked(position) { return "pause to see what is likely now" }
    if state.waiting.look != nil || state.waiting.step != nil { return "computing" }
    return state.canCompute(state.session.shown) ? "nothing to predict" : "no candidates recorded"
  }

  private func text(_ token: TokenID) -> String {
    TokenText.graphemes(model, token, symbols: state.symbols, marksSpaces: true).text
  }

  private func drawCandidates(
    _ opinion: Opinion, on screen: inout Screen, in rect: Rect, _ row: Int
  ) -> Int {
    let isGuided = opinion.top.contains { $0.conditional != nil }
    let table = isGuided && rect.rows >= Self.tableRows ? 7 : 0
    let room = max(1, min(opinion.top.count, rect.rows - 4 - table))
    let word = min(14, max(8, rect.columns / 3))
    let barWidth = max(0, rect.columns - word - 7)
    for (index, candidate) in opinion.top.prefix(room).enumerated() {
      let isChosen = state.focus == .inspector && index == state.chosenCandidate
      let isThere = candidate.token == frame.tokens[position]
      let graphemes = TokenText.graphemes(
        model, candidate.token, symbols: state.symbols, marksSpaces: true)
      let line = row + index
      screen.write(
        isChosen ? String(state.symbols.play) : isThere ? "=" : " ", row: line,
        column: rect.column, role: .focus, within: rect)
      screen.write(
        graphemes.truncated(toWidth: word, ellipsis: state.symbols.ellipsis), row: line,
        column: rect.column + 1, role: isChosen ? .selection : isThere ? .title : .text,
        within: rect)
      if rect.rows < Self.tableRows, let moved = movedText(candidate) {
        screen.write(
          moved, row: line, column: rect.column + word + 2, role: .barAlternate, within: rect)
      } else {
        // What rounds to nothing is drawn as nothing.
        let share = candidate.probability < 0.005 ? 0 : candidate.probability
        screen.write(
          state.symbols.bar(share: share, cells: barWidth), row: line,
          column: rect.column + word + 2, role: .bar, within: rect)
      }
      screen.write(
        Numbers.probability(candidate.probability), row: line, endColumn: rect.endColumn - 1,
        within: rect)
    }
    return row + min(room, opinion.top.count)
  }

  /// Both passes in few characters, and where guidance moved the candidate.
  private func movedText(_ entry: Opinion.TokenProbability) -> String? {
    guard let with = entry.conditional, let without = entry.unconditional else { return nil }
    return "c\(Numbers.probability(with)) u\(Numbers.probability(without))\(sign(entry, with))"
  }

  /// An arrow where guidance moved a candidate up or down.
  private func sign(_ entry: Opinion.TokenProbability, _ with: Double) -> String {
    guard abs(entry.probability - with) >= 0.005 else { return " " }
    return String(entry.probability > with ? state.symbols.up : state.symbols.down)
  }

  private func numbers(_ opinion: Opinion) -> [String] {
    [
      "entropy",
      "\(Numbers.fixed(opinion.entropy, 2)) nats  \(Numbers.fixed(opinion.entropy / natsPerBit, 2)) bits",
      "margin", Numbers.probability(opinion.margin),
    ]
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

  /// When the token came, how probable it was then, and how probable it is now.
  private func drawFate(
    _ row: Int, _ opinion: Opinion?, on screen: inout Screen, in rect: Rect
  ) -> Int {
    guard let commitment = frame.commitments[position] else {
      guard let trail = frame.trails[position] else { return row }
      return draw(
        ["was", trail.map(text).joined(separator: " ")], row: row, on: &screen, in: rect)
    }
    let now = opinion?.top.first { $0.token == frame.tokens[position] }?.probability
    let nowText =
      now.map(Numbers.probability)
      ?? opinion.flatMap { $0.top.last.map { "below " + Numbers.probability($0.probability) } }
      ?? "–"
    return draw(
      ["then", "\(Numbers.probability(commitment.confidence))  now \(nowText)"], row: row,
      on: &screen, in: rect)
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

  /// Conditional, unconditional and guided probability side by side.
  private func drawGuidance(
    _ opinion: Opinion, _ row: Int, on screen: inout Screen, in rect: Rect
  ) -> Int {
    let moved = opinion.top.filter { $0.conditional != nil && $0.unconditional != nil }
    guard !moved.isEmpty, rect.rows >= Self.tableRows, row + 2 < rect.endRow else {
      return row
    }
    let first = row + (rect.endRow - row > 6 ? 1 : 0)
    screen.write(
      "guidance", row: first, column: rect.column, role: .title, within: rect)
    screen.write(
      "cond  unco  both", row: first, endColumn: rect.endColumn - 3, role: .dim, within: rect)
    let room = max(0, min(4, rect.endRow - first - 1))
    for (index, entry) in moved.prefix(room).enumerated() {
      let (with, without) = (entry.conditional ?? 0, entry.unconditional ?? 0)
      let line = first + 1 + index
      let numbers = [with, without, entry.probability].map(Numbers.probability)
        .joined(separator: "   ")
      screen.write(text(entry.token), row: line, column: rect.column + 1, within: rect)
      screen.write("   " + numbers, row: line, endColumn: rect.endColumn - 3, within: rect)
      screen.write(
        sign(entry, with), row: line, endColumn: rect.endColumn - 1, role: .barAlternate,
        within: rect)
    }
    return first + 1 + min(room, moved.count)
  }

  private func drawTally(_ row: Int, on screen: inout Screen, in rect: Rect) -> Int {
    guard let tally = state.handTally else { return row }
    let text =
      "by hand \(tally.choices): position \(tally.samePosition), token \(tally.sameToken) alike"
    let line = min(row, rect.endRow - 1)
    screen.fill(
      Rect(row: line, column: rect.column, rows: 1, columns: rect.columns).intersection(rect))
    screen.write(text, row: line, column: rect.column, role: .title, within: rect)
    return line + 1
  }

  /// The best guess after each step, the newest last, where there is room to spare.
  private func drawHistory(_ row: Int, on screen: inout Screen, in rect: Rect) {
    let room = rect.endRow - row - 3
    guard room >= 3 else { return }
    guard history.count > 1 else { return }
    screen.write(
      "best guess by step", row: row + 1, column: rect.column, role: .title, within: rect)
    let barWidth = max(0, rect.columns - 26)
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
        Numbers.probability(probability), row: line, endColumn: rect.endColumn - 1, within: rect)
    }
  }
}
