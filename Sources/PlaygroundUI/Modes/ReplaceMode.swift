/// The question whether a file that is there already may be replaced.
package struct ReplaceMode: ModeContent {
  private let file: Playground.OccupiedFile

  package var mode: Playground.Mode { .replace(self) }

  /// Creates the question about a file.
  package init(_ file: Playground.OccupiedFile) { self.file = file }

  package func draw(_ state: Playground.State, on screen: inout Screen, _ panels: PanelLayout) {
    let sanitizer = TextSanitizer(symbols: state.symbols)
    StatusLine(state).draw(
      sanitizer.sanitized("\(file.path) exists."), role: .warning,
      hint: sanitizer.sanitized("y replaces it, n writes \(file.freePath), any other key nothing"),
      on: &screen, in: panels.hints)
  }

  package func receive(
    _ key: Key, in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    state.mode = nil
    switch key {
    case .character("y"): write(file.path, replaces: true, in: &state, &effects)
    case .character("n"): write(file.freePath, replaces: false, in: &state, &effects)
    default: state.say(.warning, "nothing was written")
    }
  }

  private func write(
    _ path: String, replaces: Bool, in state: inout Playground.State,
    _ effects: inout [Playground.Effect]
  ) {
    switch file.content {
    case .trace: state.saveTrace(path, replaces: replaces, &effects)
    case .screen: state.exportScreen(path, replaces: replaces, &effects)
    }
  }
}
