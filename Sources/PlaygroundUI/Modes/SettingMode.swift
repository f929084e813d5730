/// A value typed for a setting.
package struct SettingMode: ModeContent {
  private let field: SettingField
  private var line: LineEditor

  package var mode: Playground.Mode { .setting(self) }

  /// Creates the mode with the value as it is: the first character typed replaces it.
  package init(_ field: SettingField, _ text: String) {
    self.field = field
    line = LineEditor(replacing: text)
  }

  package func draw(_ state: Playground.State, on screen: inout Screen, _ panels: PanelLayout) {
    EntryLine(state).draw("\(field.label): ", line, on: &screen, in: panels.hints)
    let settings = state.visibleSettings
    EntryLine(state).explain(
      [field.summary(in: settings), field.range(in: settings)], on: &screen,
      above: panels.hints.row)
  }

  package func receive(
    _ key: Key, in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    var next = self
    if key == .enter {
      state.mode = nil
      state.change(field, to: line.text, &effects)
    } else if next.line.handle(key) {
      state.mode = next.mode
    }
  }

  package func receive(
    pasted text: String, in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    var next = self
    next.line.insert(text)
    state.mode = next.mode
  }
}
