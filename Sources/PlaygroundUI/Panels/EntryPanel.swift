import MaskedDiffusion

/// What is being typed: the palette, the prompt, a value, a question.
package struct EntryPanel {
  private let state: Playground.State

  /// Creates the panel.
  package init(_ state: Playground.State) { self.state = state }

  /// Draws the panel over the screen; the last line is where lines are typed.
  package func draw(on screen: inout Screen, _ panels: PanelLayout) {
    let line = panels.hints
    switch state.entry {
    case .help(let scroll): HelpPanel(symbols: state.symbols).draw(on: &screen, scroll: scroll)
    case .palette(let editor, let chosen):
      drawLine(":", editor, on: &screen, in: line)
      drawCompletions(editor, chosen: chosen, on: &screen, above: line.row)
    case .search(let editor):
      drawLine("/", editor, on: &screen, in: line)
    case .typing(let editor):
      drawLine("type at \(state.cursor): ", editor, on: &screen, in: line)
    case .setting(let field, let editor):
      drawLine("\(field.label): ", editor, on: &screen, in: line)
      let settings = state.visibleSettings
      let text = field.options(in: settings).map(\.name).joined(separator: "  ")
      let summary = text.isEmpty ? field.summary(in: settings) : text
      screen.fill(panels.status)
      screen.write(
        summary, row: panels.status.row, column: panels.status.column + 1, role: .dim,
        within: panels.status)
    case .prompt(let editor): drawPrompt(editor, on: &screen)
    case .quitQuestion:
      screen.fill(line)
      let count = Playground.State.counted(state.unsavedChanges, "unsaved change")
      let end = screen.write(
        "\(count): quit?", row: line.row, column: line.column + 1, role: .warning, within: line)
      screen.write(
        "y quits, s saves, any other key stays", row: line.row, column: end + 2, role: .dim,
        within: line)
    case nil: break
    }
  }

  private func drawLine(
    _ caption: String, _ editor: LineEditor, on screen: inout Screen, in rect: Rect
  ) {
    screen.fill(rect)
    let start = screen.write(
      caption, row: rect.row, column: rect.column + 1, role: .key, within: rect)
    let sanitizer = TextSanitizer(symbols: state.symbols)
    let before = sanitizer.graphemes(of: editor.textBeforePlace)
    let after = sanitizer.graphemes(of: String(editor.text.dropFirst(editor.textBeforePlace.count)))
    let room = Rect(row: rect.row, column: start, rows: 1, columns: rect.endColumn - start)
    // The place where the next character goes is always in sight.
    let shift = max(0, before.width + 1 - room.columns)
    screen.write(before, row: rect.row, column: start - shift, within: room)
    screen.write(after, row: rect.row, column: start - shift + before.width, within: room)
    let place = start - shift + before.width
    screen.setRole(
      .cursor, in: Rect(row: rect.row, column: place, rows: 1, columns: 1).intersection(room))
    screen.cursor = ScreenPoint(row: rect.row, column: min(place, max(0, rect.endColumn - 1)))
  }

  private func drawCompletions(
    _ editor: LineEditor, chosen: Int, on screen: inout Screen, above row: Int
  ) {
    let all = Palette.completions(of: editor.textBeforePlace, in: state)
    let rows = min(all.count, max(4, screen.size.rows / 3), max(0, row - 2))
    guard rows > 0 else { return }
    let chosen = min(max(chosen, 0), all.count - 1)
    let first = max(0, min(chosen - rows / 2, all.count - rows))
    let rect = Rect(row: row - rows, column: 0, rows: rows, columns: screen.size.columns)
    screen.fill(rect)
    for (index, completion) in all.dropFirst(first).prefix(rows).enumerated() {
      let isChosen = first + index == chosen
      let line = rect.row + index
      screen.write(
        isChosen ? String(state.symbols.play) : " ", row: line, column: 1, role: .focus,
        within: rect)
      screen.write(
        completion.name, row: line, column: 3, role: isChosen ? .selection : .key, within: rect)
      let plain =
        state.symbols.isUnicode ? completion.summary : completion.summary.replacingArrows()
      screen.write(
        plain, row: line, column: max(24, 5 + CharacterWidth.width(of: completion.name)),
        role: .dim, within: rect)
    }
  }

  private func drawPrompt(_ editor: TextEditor, on screen: inout Screen) {
    let size = ScreenSize(
      rows: max(8, screen.size.rows / 2), columns: max(56, screen.size.columns * 2 / 3))
    let frame = screen.bounds.inset(top: 1, left: 1, bottom: 2, right: 1).centered(size)
    screen.fill(frame)
    screen.drawFrame(frame, title: "prompt", role: .focus, titleRole: .focus)
    let inner = frame.inset(top: 1, left: 2, bottom: 1, right: 2)
    let (rows, place) = lines(of: editor, width: inner.columns)
    let first = max(0, min(place.row, rows.count - 1) - inner.rows + 1)
    for (index, line) in rows.dropFirst(first).prefix(inner.rows).enumerated() {
      screen.write(line, row: inner.row + index, column: inner.column, within: inner)
    }
    let cursor = Rect(
      row: inner.row + place.row - first, column: inner.column + place.column, rows: 1, columns: 1)
    screen.setRole(.cursor, in: cursor.intersection(inner))
    screen.cursor = ScreenPoint(row: cursor.row, column: min(cursor.column, inner.endColumn - 1))
    screen.write(
      " enter starts  alt-enter new line  [MASK] a gap  esc ", row: frame.endRow - 1,
      column: frame.column + 2, role: .dim, within: frame.inset(left: 1, right: 1))
  }

  /// The text in lines of at most `width` cells, and where the next character goes.
  private func lines(
    of editor: TextEditor, width: Int
  ) -> (rows: [[Grapheme]], place: ScreenPoint) {
    let sanitizer = TextSanitizer(symbols: state.symbols)
    var rows: [[Grapheme]] = [[]]
    var column = 0
    var place = ScreenPoint(row: 0, column: 0)
    for (index, character) in editor.characters.enumerated() {
      if character == "\n" {
        if index == editor.place { place = ScreenPoint(row: rows.count - 1, column: column) }
        rows.append([])
        column = 0
        continue
      }
      let graphemes = sanitizer.graphemes(of: String(character))
      if column + graphemes.width > width {
        rows.append([])
        column = 0
      }
      if index == editor.place { place = ScreenPoint(row: rows.count - 1, column: column) }
      rows[rows.count - 1] += graphemes
      column += graphemes.width
    }
    if editor.place >= editor.characters.count {
      if column >= width {
        rows.append([])
        column = 0
      }
      place = ScreenPoint(row: rows.count - 1, column: column)
    }
    return (rows, place)
  }
}
