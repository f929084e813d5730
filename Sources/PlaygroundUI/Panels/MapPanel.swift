import MaskedDiffusion

/// The whole run in one picture: steps from top to bottom, positions from left to right.
///
/// A mask is as high and bright as the predictor was sure of it; a sign says where a token was kept,
/// masked again or changed by hand; kept tokens stay as dots. Only as many steps as there are rows
/// are drawn, so the picture costs the same for a run of any length.
package struct MapPanel {
  private let state: Playground.State
  private let branch: Branch
  private let size: ScreenSize

  /// The columns for the numbers of steps.
  private static let labelWidth = 5
  /// The steps between two that are drawn, up to which every step in between is looked at.
  private static let walkLimit = 32

  static let row = PanelRow(
    name: "map of the run",
    help: """
      Every step of the run, from top to bottom, over every position, from left to right. Bars are \
      masks: the higher and brighter, the surer the model was. ● is a token being kept, · one that \
      is there, ↺ one masked again, ✎ one you changed. A click goes to that step and position.
      """,
    place: .left,
    hints: { _ in
      [
        (.forward, "step"), (.back, "back"), (.tokenLeft, "token"), (.runMap, "text or map"),
        (.colours, "colours"), (.nextPanel, "panel"),
      ]
    },
    title: { state in
      "map of the run \(state.symbols.dot) steps down, positions across"
    },
    wish: { state, _ in
      guard state.view.compared.isEmpty, state.view.likelihood == nil,
        state.session.shown.start.count > 0
      else { return nil }
      return PanelRow.Wish(least: 7, best: state.plannedSteps + 4)
    },
    draw: { state, screen, rect in MapPanel(state, rect.size).draw(on: &screen, in: rect) },
    click: { state, click, _ in
      let map = MapPanel(state, click.rect.size)
      if let step = map.step(atRow: click.row) { state.scrub(to: step) }
      if let position = map.position(atColumn: click.column) { state.setCursor(position) }
    })

  /// Creates the panel for a part of some size.
  package init(_ state: Playground.State, _ size: ScreenSize) {
    self.state = state
    self.size = size
    branch = state.session.shown
  }

  // MARK: Axes

  private var rows: Int { max(1, size.rows - 1) }
  private var columns: Int { max(1, size.columns - Self.labelWidth - 1) }
  private var steps: Int { max(state.plannedSteps, 1) }
  private var count: Int { max(1, branch.start.count) }

  /// The step drawn in a row: each has one where there is room, else they are spread evenly.
  private func step(inRow row: Int) -> Int {
    steps < rows ? row : row * steps / max(1, rows - 1)
  }

  private func step(atRow row: Int) -> Int? {
    row >= 0 && row < rows ? min(step(inRow: row), branch.head) : nil
  }

  private func row(ofStep step: Int) -> Int {
    guard steps >= rows else { return step }
    let row = step * max(1, rows - 1) / steps
    return row + 1 < rows && self.step(inRow: row + 1) <= step ? row + 1 : row
  }

  /// The positions in a column: one, several, or `nil` where there are none.
  private func positions(inColumn column: Int) -> Range<Int>? {
    guard count > columns else {
      let width = max(1, min(3, columns / count))
      let position = column / width
      return position < count ? position..<position + 1 : nil
    }
    let first = column * count / columns
    return first..<max(first + 1, (column + 1) * count / columns)
  }

  private func position(atColumn column: Int) -> Int? {
    positions(inColumn: column - Self.labelWidth)?.lowerBound
  }

  // MARK: Drawing

  /// Draws the map, its axis of positions below.
  package func draw(on screen: inout Screen, in rect: Rect) {
    guard rect.rows > 1, rect.columns > Self.labelWidth + 8 else { return }
    var frame = Frame(branch, at: 0)
    var cells: [Cell] = []
    let current = row(ofStep: branch.clamped(state.session.step))
    for row in 0..<rows {
      // Of the steps that share a row, the one that is shown stands for them.
      let step = row == current ? branch.clamped(state.session.step) : step(inRow: row)
      guard step <= steps, steps >= rows || row <= steps else { break }
      drawLabel(step, isCurrent: row == current, row: rect.row + row, on: &screen, in: rect)
      guard step <= branch.head else { continue }
      var seen = Seen()
      advance(&frame, to: step, &seen)
      cells = (0..<columns).map { cell(inColumn: $0, frame, seen, step) }
      draw(cells, row: rect.row + row, isCurrent: row == current, on: &screen, in: rect)
    }
    drawAxis(row: rect.endRow - 1, on: &screen, in: rect)
  }

  /// What happened between two steps that are drawn.
  private struct Seen {
    var kept: Set<Int> = []
    var remasked: Set<Int> = []
  }

  private struct Cell {
    var symbol: Character
    var role: StyleRole
  }

  /// Brings the frame to `step`, and remembers what happened on the way where it is not far.
  private func advance(_ frame: inout Frame, to step: Int, _ seen: inout Seen) {
    guard step > frame.step else {
      frame = Frame(branch, at: step)
      return
    }
    if step - frame.step > Self.walkLimit { frame = Frame(branch, at: step - 1) }
    while frame.step < step {
      frame.advance(over: branch)
      seen.kept.formUnion(frame.unmaskedNow)
      seen.remasked.formUnion(frame.remaskedNow)
    }
  }

  private func cell(inColumn column: Int, _ frame: Frame, _ seen: Seen, _ step: Int) -> Cell {
    let symbols = state.symbols
    guard let positions = positions(inColumn: column)?.clamped(to: 0..<frame.count),
      let first = positions.first
    else { return Cell(symbol: " ", role: .text) }
    if let position = positions.first(where: seen.kept.contains) {
      return Cell(symbol: symbols.step, role: frame.isMasked(position) ? .remasked : .playhead)
    }
    if positions.contains(where: seen.remasked.contains) {
      return Cell(symbol: symbols.marker(for: .remasked) ?? symbols.mask, role: .remasked)
    }
    if let position = positions.first(where: { frame.isMasked($0) }) {
      guard let share = share(of: position, atStep: step) else {
        return Cell(symbol: symbols.fog[0], role: .masked)
      }
      let role = StyleRole.fog(at: share)
      let level = StyleRole.fog.firstIndex(of: role) ?? 0
      return Cell(symbol: symbols.fog[min(level, symbols.fog.count - 1)], role: role)
    }
    if positions.contains(where: { frame.isTyped($0) }) {
      return Cell(symbol: symbols.marker(for: .edited) ?? symbols.dot, role: .edited)
    }
    return Cell(symbol: symbols.dot, role: frame.isGiven[first] ? .prompt : .track)
  }

  private func share(of position: Int, atStep step: Int) -> Double? {
    let guess =
      branch.point(step).guess(at: position)
      ?? (step > 0 ? branch.point(step - 1).guess(at: position) : nil)
    guard let guess else { return nil }
    switch state.preferences.colouring {
    case .confidence, .order, .age: return Double(guess.probability)
    case .margin: return Double(guess.margin)
    case .entropy: return Numbers.certainty(entropy: Double(guess.entropy))
    }
  }

  private func drawLabel(
    _ step: Int, isCurrent: Bool, row: Int, on screen: inout Screen, in rect: Rect
  ) {
    screen.write(
      isCurrent ? String(state.symbols.play) : " ", row: row, column: rect.column, role: .playhead,
      within: rect)
    screen.write(
      "\(step)", row: row, endColumn: rect.column + Self.labelWidth - 1,
      role: isCurrent ? .playhead : .dim, within: rect)
  }

  private func draw(
    _ cells: [Cell], row: Int, isCurrent: Bool, on screen: inout Screen, in rect: Rect
  ) {
    for (column, cell) in cells.enumerated() where cell.symbol != " " {
      let isCursor =
        isCurrent && positions(inColumn: column)?.contains(state.view.cursor) == true
      screen.write(
        String(cell.symbol), row: row, column: rect.column + Self.labelWidth + column,
        role: isCursor ? .cursor : cell.role, within: rect)
    }
  }

  private func drawAxis(row: Int, on screen: inout Screen, in rect: Rect) {
    screen.write("step", row: row, column: rect.column, role: .dim, within: rect)
    var position = 0
    let start = rect.column + Self.labelWidth
    while position < count {
      let column =
        count > columns ? position * columns / count : position * max(1, min(3, columns / count))
      screen.write("\(position)", row: row, column: start + column, role: .dim, within: rect)
      position += count > 160 ? 50 : count > 40 ? 20 : 10
    }
  }
}
