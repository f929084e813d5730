import MaskedDiffusion

/// Every step so far: entropy, counts, and the tree of branches.
package struct TimelinePanel {
  private let state: Playground.State
  private let rect: Rect
  private let charts: [Chart]
  private let scale: TimeScale
  private let left: Int
  private let branches: [Branch]
  private let firstBranch: Int

  /// A number for each step, drawn in one row or several.
  private struct Chart {
    var name: String
    var values: [Double]
    var rows: Int
    /// What the number is at the step that is shown.
    var current: String
  }

  /// The columns at the left, for names.
  private static let namesWidth = 13
  /// The columns at the right, for numbers.
  private static let numbersWidth = 22

  static let row = PanelRow(
    name: "timeline and branches",
    help: """
      Every step so far: how open the masked positions were (entropy), how many tokens each step \
      kept and masked again. Below, the branches: each begins where something was changed, and says \
      what. Click or drag to go to a step; in this panel the arrows choose a branch.
      """,
    place: .bottom,
    hints: { _ in
      [
        (.chooseDown, "choose"), (.compare, "compare"), (.delete, "delete"), (.forward, "step"),
        (.nextPanel, "panel"),
      ]
    },
    title: { _ in "" },
    wish: { state, _ in
      let tree = min(
        state.session.branches.count,
        max(1, (state.size.rows - 12) / (state.size.rows < 30 ? 5 : 3)))
      return PanelRow.Wish(least: 2, best: chartRows(state) + tree)
    },
    draw: { TimelinePanel($0, $2).draw(on: &$1) },
    click: { state, click, _ in
      let timeline = TimelinePanel(state, click.rect)
      if click.isPress, let branch = timeline.branch(atRow: click.row),
        branch.id != state.session.shownID
      {
        state.isRunning = false
        state.session.show(branch.id, at: state.session.step)
      }
      state.scrub(to: timeline.step(atColumn: click.rect.column + click.column))
    })

  /// The rows of the charts: a line each, and more where there is room.
  private static func chartRows(_ state: Playground.State) -> Int {
    heights(state).reduce(0, +)
  }

  /// The rows of each chart: entropy, tokens kept, tokens masked again.
  private static func heights(_ state: Playground.State) -> [Int] {
    guard !state.view.isPresenting else { return [1] }
    let remasks = state.session.shown.columns.totals.last?.remasked ?? 0 > 0
    switch state.size.rows {
    case 45...: return [3, 3] + (remasks ? [2] : [])
    case 30...: return [1, 1] + (remasks ? [1] : [])
    default: return [1]
    }
  }

  /// Creates the panel for its part of the screen.
  package init(_ state: Playground.State, _ rect: Rect) {
    self.state = state
    self.rect = rect
    let branch = state.session.shown
    let heights = Self.heights(state)
    let all = Self.charts(of: branch, state)
    charts = zip(all, heights).map { chart, rows in
      Chart(name: chart.name, values: chart.values, rows: rows, current: chart.current)
    }
    branches = state.session.tree.map(\.branch)
    left = rect.column + (state.view.isPresenting ? 9 : Self.namesWidth)
    let numbers = state.view.isPresenting ? 0 : Self.numbersWidth
    scale = TimeScale(steps: state.plannedSteps, columns: rect.endColumn - left - numbers)
    let treeRows = max(0, rect.rows - heights.reduce(0, +))
    let shown = branches.firstIndex { $0.id == state.session.shownID } ?? 0
    firstBranch = max(0, min(shown - treeRows / 2, branches.count - treeRows))
  }

  private static func charts(
    of branch: Branch, _ state: Playground.State
  ) -> [(name: String, values: [Double], current: String)] {
    let point = state.session.point
    let entropy = point.step?.meanEntropy ?? Playground.State.meanEntropy(of: point)
    let noise = point.step.map { step in
      let (before, after) = (Int((step.time * 100).rounded()), Int((step.nextTime * 100).rounded()))
      return before == after && before == 0 ? "" : "  noise \(before) → \(after) %"
    }
    return [
      ("entropy", branch.columns.entropies, entropy.map { "\(Numbers.fixed($0, 2)) nats" } ?? ""),
      ("kept", branch.columns.unmaskedCounts, "\(point.step?.unmasked.count ?? 0)\(noise ?? "")"),
      ("again", branch.columns.remaskedCounts, "\(point.step?.remasked.count ?? 0)"),
    ]
  }

  private var chartRows: Int { charts.reduce(0) { $0 + $1.rows } }
  private var treeRows: Int { max(0, rect.rows - chartRows) }

  /// The step nearest to a column of the screen.
  package func step(atColumn column: Int) -> Int { scale.step(at: column - left) }

  /// The branch in a row of the panel, `nil` in the charts.
  package func branch(atRow row: Int) -> Branch? {
    let index = row - chartRows + firstBranch
    return row >= chartRows && branches.indices.contains(index) ? branches[index] : nil
  }

  /// Draws the panel.
  package func draw(on screen: inout Screen) {
    var row = rect.row
    for chart in charts {
      draw(chart, row: row, on: &screen)
      row += chart.rows
    }
    for (offset, branch) in branches.dropFirst(firstBranch).prefix(treeRows).enumerated() {
      drawBranch(branch, row: row + offset, on: &screen)
    }
    drawScrollMarks(row, on: &screen)
  }

  private func drawScrollMarks(_ row: Int, on screen: inout Screen) {
    guard treeRows > 0 else { return }
    if firstBranch > 0 {
      screen.write(String(state.symbols.up), row: row, endColumn: rect.endColumn, role: .dim)
    }
    if firstBranch + treeRows < branches.count {
      screen.write(
        String(state.symbols.down), row: rect.endRow - 1, endColumn: rect.endColumn, role: .dim)
    }
  }

  // MARK: Charts

  /// The largest value of the steps that share a column stands for them; `nil` where no step is.
  private func heights(_ values: [Double]) -> [Double?] {
    var heights = [Double?](repeating: nil, count: scale.used)
    for (step, value) in values.enumerated() where step > 0 {
      let column = scale.column(of: step)
      for column in max(0, column - scale.stride + 1)...column {
        heights[column] = max(heights[column] ?? 0, value)
      }
    }
    return heights
  }

  /// Draws a value for each step as bars; the largest stands at the axis where there is room.
  private func draw(_ chart: Chart, row: Int, on screen: inout Screen) {
    screen.write(chart.name, row: row, column: rect.column, role: .dim, within: rect)
    let heights = heights(chart.values)
    let top = heights.compactMap(\.self).filter(\.isFinite).max() ?? 0
    if chart.rows > 1 {
      screen.write(
        "0", row: row + chart.rows - 1, endColumn: left - 1, role: .dim, within: rect)
      screen.write(
        Numbers.short((top * 10).rounded() / 10), row: row, endColumn: left - 1, role: .dim,
        within: rect)
    }
    let current = scale.column(of: state.session.shown.clamped(state.session.step))
    for column in 0..<scale.used {
      drawColumn(
        heights[column], top: top, rows: chart.rows, row: row, column: left + column,
        isCurrent: column == current, on: &screen)
    }
    guard !state.view.isPresenting else { return }
    let text = chart.current
    screen.write(
      state.symbols.isUnicode ? text : text.replacingArrows(), row: row,
      column: rect.endColumn - Self.numbersWidth + 2, role: .text, within: rect)
  }

  private func drawColumn(
    _ height: Double?, top: Double, rows: Int, row: Int, column: Int, isCurrent: Bool,
    on screen: inout Screen
  ) {
    guard let height else {
      screen.write(
        String(state.symbols.dot), row: row + rows - 1, column: column,
        role: isCurrent ? .playhead : .track, within: rect)
      return
    }
    for level in 0..<rows {
      // Each row shows its part of the height; the lowest always shows something.
      let share = top > 0 ? height / top * Double(rows) - Double(rows - 1 - level) : 0
      guard share > 0 || level == rows - 1 else { continue }
      screen.write(
        state.symbols.sparkline([min(max(share, 0), 1)], maximum: 1), row: row + level,
        column: column, role: isCurrent ? .playhead : .bar, within: rect)
    }
  }

  // MARK: Branches

  private func drawBranch(_ branch: Branch, row: Int, on screen: inout Screen) {
    let isShown = branch.id == state.session.shownID
    let isCompared = state.view.compared.contains(branch.id)
    let nameRole: StyleRole =
      isShown
      ? (state.view.focus == .branches && !state.view.isPresenting ? .focusTitle : .title)
      : isCompared ? .text : .dim
    let name = String(branch.name.prefix(Self.namesWidth - 2))
    screen.write(
      isShown ? String(state.symbols.play) : " ", row: row, column: rect.column,
      role: .playhead)
    screen.write(name, row: row, column: rect.column + 1, role: nameRole, within: rect)
    let parent = branch.parent.flatMap { state.session.branch($0) }
    let first = parent == nil ? 0 : branch.departure
    let current = state.shownStep(of: branch)
    let start = scale.column(of: first)
    if parent != nil {
      screen.write(
        String(state.symbols.lastBranch.prefix(1)), row: row, column: left + start, role: .branch,
        within: rect)
    }
    let begin = start + (parent == nil ? 0 : 1)
    let last = scale.column(of: branch.head)
    if begin <= last {
      for column in begin...last {
        screen.write(
          String(symbol(atColumn: column, from: first)), row: row, column: left + column,
          role: isShown ? .branch : .track, within: rect)
      }
    }
    if isShown || isCompared {
      screen.write(
        String(state.symbols.currentStep), row: row, column: left + scale.column(of: current),
        role: .playhead, within: rect)
    }
    drawChanges(of: branch, parent, row: row, column: left + max(last, start) + 2, on: &screen)
  }

  /// A dot for a step; where several share a column, a line, which looks like no data.
  private func symbol(atColumn column: Int, from first: Int) -> Character {
    guard !scale.isCrowded else { return state.symbols.link }
    let step = scale.step(at: column)
    return scale.column(of: step) == column && step >= first
      ? state.symbols.step : state.symbols.link
  }

  private func drawChanges(
    of branch: Branch, _ parent: Branch?, row: Int, column: Int, on screen: inout Screen
  ) {
    let changes = branch.changes(from: parent, state.model(of: branch)).joined(separator: ", ")
    let text = branch.isFinished && changes.isEmpty ? "finished" : changes
    let room = rect.endColumn - 1 - column
    guard !text.isEmpty, room > 4 else { return }
    let plain = state.symbols.isUnicode ? text : text.replacingArrows()
    screen.write(
      TextSanitizer(symbols: state.symbols).graphemes(of: plain)
        .truncated(toWidth: room, ellipsis: state.symbols.ellipsis),
      row: row, column: column, role: .dim, within: rect)
  }
}

extension Playground.State {
  /// The number of steps the branch will have taken as planned; at least those it has.
  package var plannedSteps: Int {
    let branch = session.shown
    let runs = view.compared.compactMap { session.branch($0) }
    let heads = ([branch] + runs).map(\.head).max() ?? 0
    if branch.isFinished, runs.isEmpty { return max(1, heads) }
    let planned = branch.point(branch.head).state?.plannedSteps ?? branch.settings.steps
    let byHand = branch.totals(ofFirst: branch.head).byHand
    return max(heads, min(planned, 1_000_000) + byHand, 1)
  }
}
