import MaskedDiffusion

/// Every step so far: entropy, counts, and the tree of branches.
package struct TimelinePanel {
  private let state: Playground.State
  private let rect: Rect
  private let treeRows: Int
  private let hasCounts: Bool
  private let scale: TimeScale
  private let left: Int
  private let branches: [Branch]
  private let firstBranch: Int

  /// The columns at the right, for numbers.
  private static let numbersWidth = 34

  /// Creates the panel for its part of the screen.
  package init(_ state: Playground.State, _ panels: PanelLayout) {
    self.state = state
    rect = panels.timeline.inset(left: 1, right: 1)
    treeRows = panels.treeRows
    hasCounts = panels.hasCounts
    branches = state.session.tree.map(\.branch)
    let longestName = branches.map { $0.name.count }.max() ?? 1
    left = rect.column + min(longestName, 8) + 2
    let columns = rect.endColumn - left - Self.numbersWidth
    scale = TimeScale(steps: state.plannedSteps, columns: columns)
    let shown = branches.firstIndex { $0.id == state.session.shownID } ?? 0
    firstBranch = max(0, min(shown - treeRows / 2, branches.count - treeRows))
  }

  /// The step nearest to a column of the screen.
  package func step(atColumn column: Int) -> Int { scale.step(at: column - left) }

  /// The branch in a row of the screen, `nil` in the sparkline.
  package func branch(atRow row: Int) -> Branch? {
    let index = row - rect.row - 1 - (hasCounts ? 1 : 0) + firstBranch
    return row > rect.row + (hasCounts ? 1 : 0) && branches.indices.contains(index)
      ? branches[index] : nil
  }

  /// Draws the panel.
  package func draw(on screen: inout Screen) {
    let branch = state.session.shown
    drawSpark(branch.columns.entropies, label: "H", row: rect.row, on: &screen)
    drawNumbers(on: &screen)
    if hasCounts {
      drawSpark(branch.columns.unmaskedCounts, label: "+", row: rect.row + 1, on: &screen)
      drawStepTime(on: &screen)
    }
    let top = rect.row + 1 + (hasCounts ? 1 : 0)
    for (offset, branch) in branches.dropFirst(firstBranch).prefix(treeRows).enumerated() {
      drawBranch(branch, row: top + offset, on: &screen)
    }
  }

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

  /// Draws a value for each step as bars.
  private func drawSpark(_ values: [Double], label: String, row: Int, on screen: inout Screen) {
    screen.write(label, row: row, column: rect.column, role: .dim)
    let top = values.filter(\.isFinite).max() ?? 0
    let heights = heights(values)
    let current = scale.column(of: state.session.shown.clamped(state.session.step))
    for column in 0..<scale.used {
      if let height = heights[column] {
        let spark = state.symbols.sparkline([height], maximum: top)
        screen.write(
          spark, row: row, column: left + column, role: column == current ? .playhead : .bar,
          within: rect)
      } else {
        screen.write(
          String(state.symbols.dot), row: row, column: left + column,
          role: column == current ? .playhead : .track, within: rect)
      }
    }
  }

  private func drawNumbers(on screen: inout Screen) {
    let point = state.session.point
    var parts: [String] = []
    if let entropy = point.step?.meanEntropy ?? Playground.State.meanEntropy(of: point) {
      parts.append("entropy \(Numbers.padded(Numbers.fixed(entropy, 2), to: 4))")
    }
    if let step = point.step {
      let minus = step.remasked.isEmpty ? "" : " −\(step.remasked.count)"
      parts.append("+\(step.unmasked.count)\(minus)")
    }
    parts.append("left \(Numbers.padded("\(state.frame.maskedCount)", to: 3))")
    let text = parts.joined(separator: "  ")
    screen.write(
      state.symbols.isUnicode ? text : text.replacingArrows(), row: rect.row,
      endColumn: rect.endColumn, role: .text, within: rect)
  }

  private func drawStepTime(on screen: inout Screen) {
    guard let step = state.session.point.step else { return }
    let text =
      "t \(Numbers.fixed(Double(step.time), 2)) to \(Numbers.fixed(Double(step.nextTime), 2))"
    screen.write(
      text, row: rect.row + 1, endColumn: rect.endColumn, role: .dim, within: rect)
  }

  private func drawBranch(_ branch: Branch, row: Int, on screen: inout Screen) {
    let isShown = branch.id == state.session.shownID
    let isCompared = state.compared.contains(branch.id)
    let nameRole: StyleRole =
      isShown ? (state.focus == .branches ? .focus : .title) : isCompared ? .text : .dim
    let name = String(branch.name.prefix(8))
    screen.write(
      isShown ? String(state.symbols.play) : " ", row: row, column: rect.column - 1,
      role: .playhead)
    screen.write(name, row: row, column: rect.column, role: nameRole, within: rect)
    let parent = branch.parent.flatMap { state.session.branch($0) }
    let first = parent == nil ? 0 : branch.departure
    let current = branch.clamped(state.session.step)
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
        let step = scale.step(at: column)
        let isStep = scale.column(of: step) == column && step >= first
        let symbol = isStep ? state.symbols.step : state.symbols.link
        screen.write(
          String(symbol), row: row, column: left + column, role: isShown ? .branch : .track,
          within: rect)
      }
    }
    if isShown || isCompared {
      screen.write(
        String(state.symbols.currentStep), row: row, column: left + scale.column(of: current),
        role: .playhead, within: rect)
    }
    drawChanges(of: branch, parent, row: row, column: left + max(last, start) + 2, on: &screen)
  }

  private func drawChanges(
    of branch: Branch, _ parent: Branch?, row: Int, column: Int, on screen: inout Screen
  ) {
    let changes = branch.changes(from: parent).joined(separator: ", ")
    let text = branch.isFinished && changes.isEmpty ? "finished" : changes
    let room = rect.endColumn - column
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
    let compared = compared.compactMap { session.branch($0) }
    let heads = ([branch] + compared).map(\.head).max() ?? 0
    if branch.isFinished, compared.isEmpty { return max(1, heads) }
    let planned = branch.point(branch.head).state?.plannedSteps ?? branch.settings.steps
    let byHand = branch.totals(ofFirst: branch.head).byHand
    return max(heads, min(planned, 1_000_000) + byHand, 1)
  }
}
