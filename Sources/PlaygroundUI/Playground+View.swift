extension Playground {
  /// Returns the screen of a state: which panel goes where.
  public static func screen(for state: State) -> Screen {
    var screen = Screen(size: state.size, symbols: state.symbols)
    guard let panels = PanelLayout(state) else {
      drawTooSmall(on: &screen)
      return screen
    }
    let status = StatusLine(state)
    status.drawTitle(on: &screen, in: panels.title)
    let branches =
      state.compared.isEmpty
      ? [state.session.shown] : state.compared.compactMap { state.session.branch($0) }
    for (branch, rect) in zip(branches, panels.canvases) {
      CanvasPanel(state, branch).draw(on: &screen, in: rect)
    }
    for row in panels.separator.row..<panels.separator.endRow
    where !panels.separator.isEmpty {
      screen.write(
        String(state.symbols.separator), row: row, column: panels.separator.column, role: .border)
    }
    if !panels.inspector.isEmpty {
      InspectorPanel(state).draw(on: &screen, in: panels.inspector)
      SettingsPanel(state).draw(on: &screen, in: panels.settings)
    }
    TimelinePanel(state, panels).draw(on: &screen)
    status.drawStatus(on: &screen, in: panels.status)
    status.drawHints(on: &screen, in: panels.hints)
    EntryPanel(state).draw(on: &screen, panels)
    return screen
  }

  private static func drawTooSmall(on screen: inout Screen) {
    let lines = [
      "unmask needs \(smallestSize.columns) columns and \(smallestSize.rows) rows;",
      "this terminal has \(screen.size.columns) and \(screen.size.rows).",
    ]
    for (row, line) in lines.enumerated() {
      screen.write(line, row: row, column: 0)
    }
  }
}
