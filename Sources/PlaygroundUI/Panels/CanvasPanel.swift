import MaskedDiffusion

/// Prompt and answer, coloured by fate.
package struct CanvasPanel {
  private let state: Playground.State
  private let branch: Branch
  private let model: Model
  private let frame: Frame
  private let end: Int?
  private let matches: Set<Int>
  /// Positions in which another compared run differs.
  private let differences: Set<Int>
  /// What a checker says of the text.
  private let verdict: TextVerdict?
  private let lineSpacing: Int
  /// What the predictor thinks of masked positions now, or thought before the last step.
  private let guesses: [Int: Point.Guess]
  /// Positions that get a token in the next step, and those a second strategy would choose.
  private let (next, other): (Set<Int>, Set<Int>)
  /// The block that is being written, where there are several.
  private let block: Range<Int>?
  private let blocks: AnswerBlocks

  static let row = PanelRow(
    name: "canvas",
    help: """
      The text as far as it is known. Bars are masks: the higher and brighter, the surer the model \
      is of what will stand there; those marked are kept in the next step. Space runs, the arrows \
      step and go back, and changing anything in the past begins a branch. Where text is written in \
      blocks, a line stands between them: those of the block that is being written are bright, masks \
      of blocks to come wait.
      """,
    place: .left,
    hints: { state in
      [
        (.run, state.isRunning ? "pause" : "run"), (.forward, "step"), (.ghosts, "guesses"),
        (.colours, "colours"), (.type, "edit"), (.mask, "mask"), (.lock, "lock"),
        (.branch, "branch"), (.versus, "compare"), (.nextPanel, "panel"),
      ]
    },
    title: { _ in "" },
    wish: { state, size in
      guard !state.view.isMapLarge else { return nil }
      let lines = PanelLayout.expectedLines(state, columns: size.columns)
      let hints = state.view.showsHints ? 4 : 0
      let roomy = state.preferences.canvas == .flowing ? 2 * lines + 3 : lines
      let isRoomy = size.rows >= roomy + 11
      // A likelihood is asked for to be seen.
      let most = state.view.likelihood == nil ? size.rows : max(3, size.rows - 6)
      return PanelRow.Wish(
        least: min(most, lines + hints), best: min(most, isRoomy ? roomy : lines))
    },
    draw: { _, _, _ in },
    click: { state, click, _ in state.clickCanvas(click) })

  /// Creates the panel of a branch.
  package init(_ state: Playground.State, _ branch: Branch, lineSpacing: Int = 1) {
    self.state = state
    self.branch = branch
    self.lineSpacing = max(1, lineSpacing)
    model = state.model(of: branch)
    frame = Frame(branch, at: state.shownStep(of: branch))
    end = frame.end(endOfText: model.endOfText)
    matches = state.matches(in: frame, model: model)
    differences = RunDifference(state, branch, frame).positions
    blocks = AnswerBlocks(branch, at: state.shownStep(of: branch), answer: frame.answer)
    block = blocks.current(in: frame)
    guesses = Self.guesses(of: branch, at: state.shownStep(of: branch))
    let point = branch.point(state.shownStep(of: branch))
    verdict = point.verdict
    next = Set(point.proposal?.unmasked.map(\.position) ?? [])
    other = Set(point.otherProposal?.unmasked.map(\.position) ?? [])
  }

  /// What the predictor thinks of each position; while that is computed, what it thought before.
  private static func guesses(of branch: Branch, at step: Int) -> [Int: Point.Guess] {
    let step = branch.clamped(step)
    var guesses = branch.point(step).guesses
    if guesses.isEmpty, step > 0 { guesses = branch.point(step - 1).guesses }
    return Dictionary(guesses.map { (Int($0.position), $0) }, uniquingKeysWith: { $1 })
  }

  /// The row of the first line of text; compared runs have a heading above it.
  package static func textTop(_ rect: Rect, _ state: Playground.State) -> Int {
    rect.row + (state.view.compared.isEmpty ? 0 : 1)
  }

  /// Draws the canvas; compared runs get a heading and totals.
  package func draw(on screen: inout Screen, in rect: Rect) {
    // The large map stands in its place.
    guard !rect.isEmpty else { return }
    var room = rect
    if !state.view.compared.isEmpty {
      (_, room) = rect.splitTop(1)
      var totals: Rect
      (room, totals) = room.splitBottom(rect.columns >= 60 ? 2 : 3)
      drawHeading(on: &screen, in: rect)
      drawTotals(on: &screen, in: totals)
    }
    let layout = CanvasLayout(frame, of: branch, state: state, width: rect.columns)
    let inked = Set(
      layout.lines.joined()
        .filter { $0.glyph.grapheme.character != " " && $0.glyph.kind != .boundary }
        .map(\.glyph.position))
    let isLong = layout.lines.count * lineSpacing > room.rows + lineSpacing - 1
    let top = min(state.view.scroll, max(0, layout.lines.count - 1))
    let shownLines = (room.rows + lineSpacing - 1) / lineSpacing
    for (row, line) in layout.lines.dropFirst(top).prefix(shownLines).enumerated() {
      for placed in line {
        screen.write(
          [grapheme(of: placed.glyph)], row: room.row + row * lineSpacing,
          column: rect.column + placed.column,
          role: role(of: placed.glyph, inked: inked), within: room)
      }
    }
    drawCursorAtEmptyToken(on: &screen, layout, room, top)
    if isLong {
      drawScrollMarks(
        on: &screen, room, above: top > 0, below: top + shownLines < layout.lines.count)
    }
    drawHints(on: &screen, in: room, usedRows: (layout.lines.count - top) * lineSpacing)
  }

  /// What is drawn for a glyph: cells of special masks have symbols of their own.
  private func grapheme(of glyph: TokenText.Glyph) -> Grapheme {
    let position = glyph.position
    guard glyph.kind == .mask, glyph.grapheme.character == state.symbols.mask else {
      return glyph.grapheme
    }
    let marker: Character?
    if frame.remaskedNow.contains(position) {
      marker = state.symbols.marker(for: .remasked)
    } else if frame.isLocked[position] {
      marker = state.symbols.marker(for: .locked)
    } else {
      marker = fogGlyph(position)
    }
    guard let marker else { return glyph.grapheme }
    return Grapheme(unchecked: marker, width: 1)
  }

  /// The sign of a mask: how sure the predictor is of it, or that it is about to be kept.
  private func fogGlyph(_ position: Int) -> Character? {
    if next.contains(position) {
      return state.preferences.theme == .monochrome
        ? state.symbols.nextUncolored : state.symbols.next
    }
    if other.contains(position) { return state.symbols.other }
    guard let share = fogShare(position) else { return nil }
    let index = StyleRole.fog.firstIndex(of: .fog(at: share)) ?? 0
    return state.symbols.fog[min(index, state.symbols.fog.count - 1)]
  }

  /// Where a mask lies on the chosen scale; `nil` where that is not known or the scale is of time.
  private func fogShare(_ position: Int) -> Double? {
    guard let guess = guesses[position], !isWaiting(position) else { return nil }
    switch state.preferences.colouring {
    case .confidence: return Double(guess.probability)
    case .entropy: return Numbers.certainty(entropy: Double(guess.entropy))
    case .margin: return Double(guess.margin)
    case .order, .age: return nil
    }
  }

  /// Whether a mask belongs to a block that has not been begun.
  private func isWaiting(_ position: Int) -> Bool {
    block.map { position >= $0.upperBound && frame.answer.contains(position) } ?? false
  }

  /// Whether the line before a position is an edge of the block that is being written.
  private func isEdge(_ boundary: TokenText.Glyph) -> Bool {
    guard let block else { return false }
    // In a grid the line stands behind the last position of a block.
    let place =
      state.preferences.canvas == .grid ? boundary.position + 1 : boundary.position
    return place == block.lowerBound || place == block.upperBound
  }

  /// The role of a glyph: what the user looks for comes before what the token is.
  ///
  /// The blank before a word stays plain, unless the token is nothing but blanks.
  private func role(of glyph: TokenText.Glyph, inked: Set<Int>) -> StyleRole {
    let position = glyph.position
    if glyph.kind == .boundary { return isEdge(glyph) ? .focus : .border }
    let isBlank = glyph.grapheme.character == " " && inked.contains(position)
    if isBlank, state.view.selectionStart == nil { return .text }
    let isShown = state.session.shownID == branch.id
    if isShown, position == state.view.cursor { return .cursor }
    if isShown, state.view.selectionStart != nil, state.selection.contains(position) {
      return .selection
    }
    if matches.contains(position) { return .searchMatch }
    let role = tokenRole(position)
    if verdict?.fault(at: position) != nil { return .fault }
    if differences.contains(position), !frame.isMasked(position) { return .differs }
    let isGhost =
      role == .masked && state.preferences.showsGhosts
      && glyph.grapheme.character != state.symbols.mask
    return isGhost ? .ghost : role
  }

  /// The role of the token at a position.
  package func tokenRole(_ position: Int) -> StyleRole {
    guard frame.tokens.indices.contains(position) else { return .text }
    if frame.isMasked(position) {
      if frame.isLocked[position] { return .locked }
      if frame.remaskedNow.contains(position) { return .remasked }
      if next.contains(position) { return .next }
      if other.contains(position) { return .other }
      if frame.trails[position] != nil { return .remasked }
      return fogShare(position).map { .fog(at: $0) } ?? .masked
    }
    if frame.isGiven[position] { return .prompt }
    if frame.isTyped(position) { return .edited }
    if let end, position >= end { return .afterEnd }
    if frame.unmaskedNow.contains(position) { return .unmaskedNow }
    if frame.isLocked[position] { return .locked }
    return .level(at: share(of: position))
  }

  /// Where a token lies on the chosen scale: 0 least sure or oldest, 1 most sure or newest.
  private func share(of position: Int) -> Double {
    guard let commitment = frame.commitments[position] else { return 1 }
    let steps = Double(max(1, frame.step))
    return switch state.preferences.colouring {
    case .confidence: commitment.confidence
    case .entropy: Numbers.certainty(entropy: commitment.entropy)
    case .margin: margin(of: position, keptIn: commitment.step) ?? commitment.confidence
    case .order: 1 - Double(commitment.step - 1) / Double(max(1, branch.head))
    case .age: Double(commitment.step) / steps
    }
  }

  /// How far the best token was ahead when the token was kept; `nil` where that is not recorded.
  private func margin(of position: Int, keptIn step: Int) -> Double? {
    guard step > 0, step <= branch.head else { return nil }
    return branch.point(step - 1).guess(at: position).map { Double($0.margin) }
  }

  /// A token whose bytes belong to its neighbour has no glyph: mark where it would be.
  private func drawCursorAtEmptyToken(
    on screen: inout Screen, _ layout: CanvasLayout, _ room: Rect, _ top: Int
  ) {
    let cursor = state.view.cursor
    guard state.session.shownID == branch.id, cursor < frame.count,
      layout.lineOfPosition[cursor] == nil
    else { return }
    let before = (0..<cursor).last { layout.lineOfPosition[$0] != nil }
    guard let before, let line = layout.lineOfPosition[before],
      let column = layout.columnOfPosition[before]
    else { return }
    screen.setRole(
      .cursor,
      in: Rect(
        row: room.row + (line - top) * lineSpacing, column: room.column + column, rows: 1,
        columns: 1
      )
      .intersection(room))
  }

  private func drawScrollMarks(on screen: inout Screen, _ room: Rect, above: Bool, below: Bool) {
    let column = room.endColumn
    if above {
      screen.write(String(state.symbols.up), row: room.row, column: column, role: .dim)
    }
    if below {
      screen.write(String(state.symbols.down), row: room.endRow - 1, column: column, role: .dim)
    }
  }
}

/// What stands around the text.
extension CanvasPanel {
  /// The name of the run and what it differs in from the others.
  private func drawHeading(on screen: inout Screen, in rect: Rect) {
    let isShown = state.session.shownID == branch.id
    let text = "\(branch.name): \(RunDifference.title(of: branch, state))"
    screen.write(
      TextSanitizer(symbols: state.symbols).graphemes(of: text)
        .truncated(toWidth: rect.columns, ellipsis: state.symbols.ellipsis),
      row: rect.row, column: rect.column, role: isShown ? .focus : .title, within: rect)
  }

  /// Lines of figures: what the run cost, and how sure it was.
  private func drawTotals(on screen: inout Screen, in rect: Rect) {
    let step = state.shownStep(of: branch)
    let totals = branch.totals(ofFirst: step)
    let isDone = branch.isFinished && step == branch.head
    let left = isDone ? "finished" : "\(frame.maskedCount) left"
    let forwards = Playground.State.counted(totals.forwards, "forward")
    let pace = totals.tokensPerForward.map { "\(Numbers.fixed($0, 1)) per forward" }
    var first: [String?] = [
      left, forwards,
      totals.forwards > 0
        ? "\(Numbers.milliseconds(totals.milliseconds / Double(max(1, step))))/step" : nil, pace,
    ]
    if let race = state.view.race {
      // A clock stops when its run is done.
      let clock = isDone ? totals.milliseconds : max(totals.milliseconds, race.time)
      let visits = Double(totals.visits) / Double(max(1, totals.unmasked))
      first = [
        Numbers.seconds(clock), forwards,
        totals.visits > 0 ? "\(Numbers.fixed(visits, 1)) visits a token" : pace, left,
      ]
    }
    let separator = " \(state.symbols.dot) "
    var lines = [""]
    for part in first.compactMap(\.self) + quality {
      let line = lines[lines.count - 1]
      if line.isEmpty {
        lines[lines.count - 1] = part
      } else if line.count + separator.count + part.count <= rect.columns {
        lines[lines.count - 1] += separator + part
      } else {
        lines.append(part)
      }
    }
    for (row, line) in lines.prefix(rect.rows).enumerated() {
      screen.write(line, row: rect.row + row, column: rect.column, role: .dim, within: rect)
    }
  }

  /// How good the text is, and how sure the model was of it.
  private var quality: [String] {
    var parts =
      (verdict.map { [$0.summary] } ?? [])
      + [Playground.State.counted(differences.count, "difference")]
    let kept = frame.commitments.compactMap(\.self)
    guard !kept.isEmpty else { return parts }
    let count = Double(kept.count)
    parts += [
      "kept at \(Numbers.probability(kept.reduce(0) { $0 + $1.confidence } / count))",
      "entropy \(Numbers.fixed(kept.reduce(0) { $0 + $1.entropy } / count, 2))",
      "\(Repetition(frame, model: model).count) repeated",
    ]
    return parts
  }

  /// Three lines for the first minutes, below the text where there is room; the last, which offers the
  /// first lesson, where there is little.
  private func drawHints(on screen: inout Screen, in rect: Rect, usedRows: Int) {
    let room = rect.rows - usedRows
    guard state.view.showsHints, state.view.compared.isEmpty, room >= 2, frame.count > 0 else {
      return
    }
    var lines = [
      "\(String(state.symbols.fog)) are masks: the higher, the surer.",
      "\(key(.forward)) keeps the surest guesses, \(key(.back)) goes back.",
      "New here? \(key(.lesson)): the first lesson.",
    ]
    if room < 5 { lines.removeFirst(2) }
    for (index, line) in lines.enumerated() {
      let text = state.symbols.isUnicode ? line : line.replacingArrows()
      screen.write(
        text, row: rect.endRow - lines.count + index, column: rect.column, role: .dim,
        within: rect)
    }
  }
}

extension CanvasPanel {
  private func key(_ action: Action) -> String { state.keymap.key(for: action) }
}

extension String {
  /// The text with arrows spelt out, for terminals without them.
  func replacingArrows() -> String {
    var text = ""
    for character in self {
      switch character {
      // Between words an arrow is not a key.
      case "→" where text.last == " ": text += ">"
      case "←": text += "left"
      case "→": text += "right"
      case "↑": text += "up"
      case "↓": text += "down"
      case "·": text += "-"
      case "–", "−": text += "-"
      case "…": text += "..."
      default: text.append(character)
      }
    }
    return text
  }
}
