import MaskedDiffusion

/// Model, sampler and strategy settings, with sliders made from descriptors.
package struct SettingsPanel {
  private let state: Playground.State
  private let controls: [ControlRow]

  /// Creates the panel.
  package init(_ state: Playground.State) {
    self.state = state
    controls = ControlRow.rows(of: state)
  }

  /// The control in a row of the panel.
  package static func control(
    atRow row: Int, _ rect: Rect, _ state: Playground.State
  ) -> ControlRow? {
    let panel = SettingsPanel(state)
    let index = row - 1 + panel.first(rows: rect.rows - 1)
    return row >= 1 && panel.controls.indices.contains(index) ? panel.controls[index] : nil
  }

  /// The first control that is shown, so that the chosen one can be seen.
  private func first(rows: Int) -> Int {
    let chosen = controls.firstIndex(of: state.chosenControl) ?? 0
    guard state.focus == .settings, rows > 0 else { return 0 }
    return max(0, min(chosen - rows / 2, controls.count - rows))
  }

  /// Draws the panel.
  package func draw(on screen: inout Screen, in rect: Rect) {
    let hasFocus = state.focus == .settings
    let title =
      state.queued == nil ? "settings" : "settings \(state.symbols.dot) from the next step"
    screen.write(
      title, row: rect.row, column: rect.column, role: hasFocus ? .focus : .title, within: rect)
    let rows = rect.rows - 1
    let first = first(rows: rows)
    for (index, control) in controls.dropFirst(first).prefix(max(0, rows)).enumerated() {
      draw(control, row: rect.row + 1 + index, on: &screen, in: rect)
    }
    if first + rows < controls.count {
      screen.write(
        String(state.symbols.down), row: rect.endRow - 1, endColumn: rect.endColumn, role: .dim,
        within: rect)
    }
  }

  private func draw(
    _ control: ControlRow, row: Int, on screen: inout Screen, in rect: Rect
  ) {
    let isChosen = state.focus == .settings && control == state.chosenControl
    screen.write(
      isChosen ? String(state.symbols.play) : " ", row: row, column: rect.column, role: .focus,
      within: rect)
    screen.write(
      (control.isIndented ? "  " : "") + control.label, row: row, column: rect.column + 1,
      role: isChosen ? .focus : .dim, within: rect)
    let label = 13
    if let share = control.share(in: state), rect.columns >= label + 16 {
      let width = min(12, rect.columns - label - 9)
      let knob = Int((share * Double(width - 1)).rounded())
      for cell in 0..<width {
        screen.write(
          String(cell == knob ? state.symbols.knob : state.symbols.horizontal), row: row,
          column: rect.column + label + cell, role: cell == knob ? .bar : .track, within: rect)
      }
    }
    let value = TextSanitizer(symbols: state.symbols).graphemes(of: control.text(in: state))
      .truncated(toWidth: max(0, rect.columns - label), ellipsis: state.symbols.ellipsis)
    screen.write(
      value, row: row, column: rect.endColumn - 1 - value.width,
      role: isChosen ? .selection : .text, within: rect)
  }
}
