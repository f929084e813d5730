/// The command palette: a line, and what it could become.
package struct PaletteMode: ModeContent {
  package private(set) var line: LineEditor
  private var chosen = 0

  package var mode: Playground.Mode { .palette(self) }

  /// Creates the palette with something typed already.
  package init(_ text: String = "", chosen: Int = 0) {
    line = LineEditor(text)
    self.chosen = chosen
  }

  package func draw(_ state: Playground.State, on screen: inout Screen, _ panels: PanelLayout) {
    EntryLine(state).draw(":", line, on: &screen, in: panels.hints)
    drawCompletions(state, on: &screen, above: panels.hints.row)
  }

  private func drawCompletions(
    _ state: Playground.State, on screen: inout Screen, above row: Int
  ) {
    let all = Palette.completions(of: line.textBeforePlace, in: state)
    guard !all.isEmpty else {
      if !line.text.contains(" ") {
        EntryLine(state).explain(["no command matches"], on: &screen, above: row)
      } else if let summary = Palette.summary(of: line.text, in: state) {
        EntryLine(state).explain([summary], on: &screen, above: row)
      }
      return
    }
    let rows = min(all.count, max(4, screen.size.rows / 3), max(0, row - 1))
    guard rows > 0 else { return }
    let chosen = min(max(chosen, 0), all.count - 1)
    let first = max(0, min(chosen - rows / 2, all.count - rows))
    let rect = Rect(row: row - rows, column: 0, rows: rows, columns: screen.size.columns)
    screen.fill(rect)
    let names = min(28, all.map { CharacterWidth.width(of: $0.name) }.max() ?? 0)
    for (index, completion) in all.dropFirst(first).prefix(rows).enumerated() {
      let room = Rect(row: rect.row + index, column: 0, rows: 1, columns: rect.columns)
      draw(completion, isChosen: first + index == chosen, names, state, on: &screen, in: room)
    }
    let end = screen.size.columns
    if first > 0 {
      screen.write(String(state.symbols.up), row: rect.row, endColumn: end, role: .dim)
    }
    if first + rows < all.count {
      screen.write(String(state.symbols.down), row: rect.endRow - 1, endColumn: end, role: .dim)
    }
  }

  private func draw(
    _ completion: Palette.Completion, isChosen: Bool, _ names: Int, _ state: Playground.State,
    on screen: inout Screen, in rect: Rect
  ) {
    screen.write(
      isChosen ? String(state.symbols.play) : " ", row: rect.row, column: 1, role: .focus,
      within: rect)
    screen.write(
      completion.name, row: rect.row, column: 3, role: isChosen ? .selection : .key, within: rect)
    let key = state.symbols.isUnicode ? completion.key : completion.key.replacingArrows()
    let keyWidth = CharacterWidth.width(of: key)
    let summary =
      state.symbols.isUnicode ? completion.summary : completion.summary.replacingArrows()
    let column = max(5 + names, 5 + CharacterWidth.width(of: completion.name))
    let room = rect.columns - column - keyWidth - 4
    screen.write(
      TextSanitizer(symbols: state.symbols).graphemes(of: summary)
        .truncated(toWidth: max(0, room), ellipsis: state.symbols.ellipsis),
      row: rect.row, column: column, role: .dim, within: rect)
    screen.write(key, row: rect.row, endColumn: rect.endColumn - 2, role: .key, within: rect)
  }

  package func receive(
    _ key: Key, in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    var next = self
    let completions = Palette.completions(of: line.textBeforePlace, in: state)
    let last = max(0, completions.count - 1)
    switch key {
    case .enter:
      state.mode = nil
      return Palette.run(runLine(completions), in: &state, &effects)
    case .tab, .shiftTab:
      guard !completions.isEmpty else { return }
      next = PaletteMode(completions[min(max(chosen, 0), last)].line)
    case .up: next.chosen = chosen > 0 ? chosen - 1 : last
    case .down: next.chosen = chosen < last ? chosen + 1 : 0
    case .backspace where line.text.isEmpty: return state.mode = nil
    default:
      guard next.line.handle(key) else { return }
      next.chosen = 0
    }
    state.mode = next.mode
  }

  /// The line to run: what was chosen with the arrows counts, else what was typed.
  private func runLine(_ completions: [Palette.Completion]) -> String {
    let isBare = line.text.hasSuffix(" ") && !completions.isEmpty
    guard chosen > 0 || isBare, completions.indices.contains(chosen) else { return line.text }
    return completions[chosen].line
  }

  package func receive(
    pasted text: String, in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    var next = self
    next.line.insert(text)
    next.chosen = 0
    state.mode = next.mode
  }
}
