import MaskedDiffusion

/// Model, sampler and strategy settings, with sliders made from descriptors.
package struct SettingsPanel {
  private let state: Playground.State
  private let settings: SamplerSettings
  private let fields: [SettingField]

  /// Creates the panel.
  package init(_ state: Playground.State) {
    self.state = state
    settings = state.visibleSettings
    fields = SettingField.fields(of: settings)
  }

  /// The field in a row of the panel.
  package static func field(
    atRow row: Int, _ rect: Rect, _ state: Playground.State
  ) -> SettingField? {
    let panel = SettingsPanel(state)
    let index = row - 1 + panel.first(rows: rect.rows - 1)
    return row >= 1 && panel.fields.indices.contains(index) ? panel.fields[index] : nil
  }

  /// The first field that is shown, so that the chosen one can be seen.
  private func first(rows: Int) -> Int {
    let chosen = fields.firstIndex(of: state.chosenSetting) ?? 0
    guard state.focus == .settings, rows > 0 else { return 0 }
    return max(0, min(chosen - rows / 2, fields.count - rows))
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
    for (index, field) in fields.dropFirst(first).prefix(max(0, rows)).enumerated() {
      draw(field, row: rect.row + 1 + index, on: &screen, in: rect)
    }
    if first + rows < fields.count {
      screen.write(
        String(state.symbols.down), row: rect.endRow - 1, endColumn: rect.endColumn, role: .dim,
        within: rect)
    }
  }

  private func draw(_ field: SettingField, row: Int, on screen: inout Screen, in rect: Rect) {
    let isChosen = state.focus == .settings && field == state.chosenSetting
    let isOwn: Bool
    switch field {
    case .strategyParameter, .scheduleParameter: isOwn = true
    default: isOwn = false
    }
    screen.write(
      isChosen ? String(state.symbols.play) : " ", row: row, column: rect.column, role: .focus,
      within: rect)
    screen.write(
      (isOwn ? "  " : "") + field.label, row: row, column: rect.column + 1,
      role: isChosen ? .focus : .dim, within: rect)
    let value = field.text(in: settings)
    let label = 13
    if let share = field.share(in: settings), rect.columns >= label + 16 {
      let width = min(12, rect.columns - label - 9)
      let knob = Int((share * Double(width - 1)).rounded())
      for cell in 0..<width {
        screen.write(
          String(cell == knob ? state.symbols.knob : state.symbols.horizontal), row: row,
          column: rect.column + label + cell, role: cell == knob ? .bar : .track, within: rect)
      }
    }
    screen.write(
      value, row: row, endColumn: rect.endColumn - 1, role: isChosen ? .selection : .text,
      within: rect)
  }
}
