extension Playground {
  /// Returns the screen of a state: which panel goes where.
  public static func screen(for state: State) -> Screen {
    var screen = Screen(size: state.size, symbols: state.symbols)
    let panels = PanelLayout(state)
    let status = StatusLine(state)
    status.drawTitle(on: &screen, in: panels.title)
    drawCanvases(state, panels, on: &screen)
    for row in panels.separator.row..<panels.separator.endRow where !panels.separator.isEmpty {
      screen.write(
        String(state.symbols.separator), row: row, column: panels.separator.column, role: .border)
    }
    for panel in Panel.allCases where panel != .canvas && !panels[panel].isEmpty {
      drawTitle(of: panel, state, panels, on: &screen)
      panel.row.draw(state, &screen, panels.content(of: panel, state))
    }
    status.drawCaption(on: &screen, in: panels.caption)
    status.drawStatus(on: &screen, in: panels.status)
    status.drawHints(on: &screen, in: panels.hints)
    state.mode?.content.draw(state, on: &screen, panels)
    return screen
  }

  private static func drawCanvases(
    _ state: State, _ panels: PanelLayout, on screen: inout Screen
  ) {
    let branches =
      state.view.compared.isEmpty
      ? [state.session.shown] : state.view.compared.compactMap { state.session.branch($0) }
    for (branch, rect) in zip(branches, panels.canvases) {
      CanvasPanel(state, branch, lineSpacing: panels.lineSpacing).draw(on: &screen, in: rect)
    }
  }

  /// Draws a panel's title, and a bar at its left edge where it has the keyboard.
  private static func drawTitle(
    of panel: Panel, _ state: State, _ panels: PanelLayout, on screen: inout Screen
  ) {
    let rect = panels[panel]
    let hasFocus = state.view.focus == panel && !state.view.isPresenting
    let title = panel.row.title(state)
    if !title.isEmpty {
      let shown = TextSanitizer(symbols: state.symbols)
        .graphemes(of: hasFocus ? " \(title) " : title)
        .truncated(toWidth: rect.columns, ellipsis: state.symbols.ellipsis)
      screen.write(
        shown, row: rect.row, column: rect.column, role: hasFocus ? .focusTitle : .title,
        within: rect)
    }
    guard hasFocus else { return }
    for row in rect.row..<rect.endRow {
      screen.write(
        String(state.symbols.focusBar), row: row, column: rect.column - 1, role: .focus)
    }
  }
}
