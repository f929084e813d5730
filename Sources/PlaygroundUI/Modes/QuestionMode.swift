/// The question whether to quit although there are changes nobody has saved.
package struct QuestionMode: ModeContent {
  package var mode: Playground.Mode { .question(self) }

  package func draw(_ state: Playground.State, on screen: inout Screen, _ panels: PanelLayout) {
    let line = panels.hints
    screen.fill(line)
    let count = Playground.State.counted(state.unsavedChanges, "unsaved change")
    let end = screen.write(
      "\(count): quit?", row: line.row, column: line.column + 1, role: .warning, within: line)
    screen.write(
      "y quits, s saves, any other key stays", row: line.row, column: end + 2, role: .dim,
      within: line)
  }

  package func receive(
    _ key: Key, in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    switch key {
    case .character("y"), .character("q"): effects += [.cancel, .quit]
    case .character("s"):
      state.mode = nil
      state.perform(.save, &effects)
    default: state.mode = nil
    }
  }
}
