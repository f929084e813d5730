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

  static let row = PanelRow(
    name: "settings",
    help: """
      What decides the run from the next step on. The arrows choose and change, Enter types a value, \
      Backspace brings the default back; ✎ marks what is not the model's default. Changing one in \
      the past begins a branch, so nothing that was is lost.
      """,
    place: .right,
    hints: { _ in
      [
        (.chooseDown, "choose"), (.increase, "change"), (.accept, "type a value"),
        (.reset, "default"), (.nextPanel, "panel"),
      ]
    },
    title: { state in
      state.requests.queued == nil
        ? "settings" : "settings \(state.symbols.dot) from the next step"
    },
    wish: { state, _ in
      PanelRow.Wish(least: 5, best: ControlRow.rows(of: state).count + 1)
    },
    draw: { SettingsPanel($0).draw(on: &$1, in: $2) },
    click: { state, click, effects in
      let panel = SettingsPanel(state)
      guard let control = panel.control(atRow: click.row, click.rect) else { return }
      if click.isPress { state.view.chosenControl = control }
      guard
        let share = panel.share(atColumn: click.column, of: state.view.chosenControl, click.rect)
      else { return }
      state.slideControl(to: share, &effects)
    },
    caption: { $0.view.chosenControl.explanation(in: $0) })

  /// The column of the values' sliders.
  private static let labelWidth = 13

  /// The control in a row of what the panel draws.
  private func control(atRow row: Int, _ rect: Rect) -> ControlRow? {
    let index = row + first(rows: rect.rows)
    return row >= 0 && controls.indices.contains(index) ? controls[index] : nil
  }

  /// The cells of the slider of a control; `nil` where there is none.
  private func sliderWidth(_ control: ControlRow, _ rect: Rect) -> Int? {
    guard control.share(in: state) != nil, rect.columns >= Self.labelWidth + 16 else { return nil }
    return min(12, rect.columns - Self.labelWidth - 9)
  }

  /// Where on the slider of a control a column lies, in 0...1; `nil` beside it.
  private func share(atColumn column: Int, of control: ControlRow, _ rect: Rect) -> Double? {
    guard let width = sliderWidth(control, rect), width > 1,
      (-1...width).contains(column - Self.labelWidth)
    else { return nil }
    return min(max(Double(column - Self.labelWidth) / Double(width - 1), 0), 1)
  }

  /// The first control that is shown, so that the chosen one can be seen.
  private func first(rows: Int) -> Int {
    let chosen = controls.firstIndex(of: state.view.chosenControl) ?? 0
    guard state.view.focus == .settings, rows > 0 else { return 0 }
    return max(0, min(chosen - rows / 2, controls.count - rows))
  }

  /// Draws the panel.
  package func draw(on screen: inout Screen, in rect: Rect) {
    let rows = rect.rows
    let first = first(rows: rows)
    for (index, control) in controls.dropFirst(first).prefix(max(0, rows)).enumerated() {
      draw(control, row: rect.row + index, on: &screen, in: rect)
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
    let isChosen = state.view.focus == .settings && control == state.view.chosenControl
    let isChanged = control.isChanged(in: state)
    let mark = state.symbols.marker(for: .edited).map(String.init) ?? " "
    screen.write(
      isChosen ? String(state.symbols.play) : isChanged ? mark : " ", row: row,
      column: rect.column, role: isChanged && !isChosen ? .edited : .focus, within: rect)
    screen.write(
      (control.isIndented ? "  " : "") + control.label, row: row, column: rect.column + 1,
      role: isChosen ? .focus : .dim, within: rect)
    let label = Self.labelWidth
    if let share = control.share(in: state), let width = sliderWidth(control, rect) {
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
