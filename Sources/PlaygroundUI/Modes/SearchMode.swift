/// Text looked for in the canvas, found while it is typed.
package struct SearchMode: ModeContent {
  private var line = LineEditor()

  package var mode: Playground.Mode { .search(self) }

  package func draw(_ state: Playground.State, on screen: inout Screen, _ panels: PanelLayout) {
    EntryLine(state).draw("/", line, on: &screen, in: panels.hints)
  }

  package func receive(
    _ key: Key, in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    var next = self
    if key == .enter {
      state.mode = nil
      state.view.searchText = line.text
      if !line.text.isEmpty { state.showMatch(1) }
    } else if next.line.handle(key) {
      state.view.searchText = next.line.text
      state.mode = next.mode
    }
  }

  package func receive(
    pasted text: String, in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    var next = self
    next.line.insert(text)
    state.view.searchText = next.line.text
    state.mode = next.mode
  }

  package func cancel(in state: inout Playground.State) { state.view.searchText = "" }
}
