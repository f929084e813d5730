/// The question whether to quit although there are changes nobody has saved.
package struct QuestionMode: ModeContent {
  package var mode: Playground.Mode { .question(self) }

  package func draw(_ state: Playground.State, on screen: inout Screen, _ panels: PanelLayout) {
    let count = Playground.State.counted(state.unsavedChanges, "unsaved change")
    StatusLine(state).draw(
      "\(count): quit?", role: .warning, hint: "y quits, s saves, any other key stays",
      on: &screen, in: panels.hints)
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
