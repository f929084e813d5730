import MaskedDiffusion

/// The prompt in a window of its own, with what it takes counted while it is typed.
package struct PromptMode: ModeContent {
  private var editor: TextEditor
  /// The number of tokens of what is typed, once the tokenizer has answered.
  package private(set) var tokenCount: Int?

  package var mode: Playground.Mode { .prompt(self) }

  /// The text.
  package var text: String { editor.text }

  /// Creates the mode with the prompt as it is.
  package init(_ text: String) { editor = TextEditor(text) }

  /// Takes the number of tokens of what is typed.
  package mutating func receive(tokenCount: Int) { self.tokenCount = tokenCount }

  /// Whether there is a gap to fill in the text, so that no masks are put after it.
  ///
  /// A backslash in front makes a gap text, and two are a backslash.
  package static func hasGap(_ text: String) -> Bool {
    var rest = text[...]
    var backslashes = 0
    while let character = rest.first {
      if backslashes % 2 == 0, rest.hasPrefix("[MASK]") || rest.hasPrefix("[MASK:") { return true }
      backslashes = character == "\\" ? backslashes + 1 : 0
      rest.removeFirst()
    }
    return false
  }

  /// The masks that will be put after the prompt.
  package func appendedLength(_ state: Playground.State) -> Int {
    state.appendedLength(for: editor.text)
  }

  package func draw(_ state: Playground.State, on screen: inout Screen, _ panels: PanelLayout) {
    let wanted = WrappedText(editor.text + " ", width: 52, symbols: state.symbols).lines.count + 4
    let size = ScreenSize(
      rows: min(max(8, wanted), max(8, screen.size.rows - 4)),
      columns: max(56, screen.size.columns * 2 / 3))
    let frame = screen.bounds.inset(top: 1, left: 1, bottom: 2, right: 1).centered(size)
    screen.fill(frame)
    let info = state.model.info
    let isConversation = info.isConversation(editor.text)
    screen.drawFrame(
      frame, title: isConversation ? "conversation" : "prompt", role: .focus, titleRole: .focus)
    drawCount(state, on: &screen, frame)
    let inner = frame.inset(top: 1, left: 2, bottom: 1, right: 2)
    let (rows, place) = lines(width: inner.columns, symbols: state.symbols)
    let first = max(0, min(place.row, rows.count - 1) - inner.rows + 1)
    for (index, line) in rows.dropFirst(first).prefix(inner.rows).enumerated() {
      screen.write(line, row: inner.row + index, column: inner.column, within: inner)
      if let role = info.chatRoles.first(where: { line.text.hasPrefix($0 + ":") }) {
        screen.setRole(
          .key,
          in: Rect(
            row: inner.row + index, column: inner.column, rows: 1, columns: role.count + 1
          ).intersection(inner))
      }
    }
    let cursor = Rect(
      row: inner.row + place.row - first, column: inner.column + place.column, rows: 1, columns: 1)
    screen.setRole(.cursor, in: cursor.intersection(inner))
    screen.cursor = ScreenPoint(row: cursor.row, column: min(cursor.column, inner.endColumn - 1))
    screen.write(
      info.chatRoles.isEmpty
        ? " enter starts  alt-enter new line  [MASK] a gap  esc "
        : " enter starts  tab next turn  alt-enter new line  esc ", row: frame.endRow - 1,
      column: frame.column + 2, role: .dim, within: frame.inset(left: 1, right: 1))
  }

  /// What the run will take of the positions the model has.
  private func drawCount(_ state: Playground.State, on screen: inout Screen, _ frame: Rect) {
    guard let tokenCount else { return }
    let length = appendedLength(state)
    let room = state.model.info.contextLength
    let masks = length > 0 ? " + \(length) masks" : ", gaps included"
    screen.write(
      " \(tokenCount)\(masks) of \(room) positions ", row: frame.row,
      endColumn: frame.endColumn - 2,
      role: tokenCount + length > room ? .error : .dim, within: frame)
  }

  /// The text in lines of at most `width` cells, and where the next character goes.
  ///
  /// Words stay together where they can; the blank between two lines stays at the end of the first.
  private func lines(width: Int, symbols: Symbols) -> (rows: [[Grapheme]], place: ScreenPoint) {
    let sanitizer = TextSanitizer(symbols: symbols)
    var rows: [[Grapheme]] = [[]]
    var places: [ScreenPoint] = []
    var wordStart = 0
    for character in editor.characters {
      let row = rows.count - 1
      places.append(ScreenPoint(row: row, column: rows[row].width))
      guard character != "\n" else {
        rows.append([])
        wordStart = places.count
        continue
      }
      let graphemes = sanitizer.graphemes(of: String(character))
      if rows[row].width + graphemes.width > width {
        Self.breakLine(&rows, &places, from: wordStart, isBlank: character == " ")
      }
      rows[rows.count - 1] += graphemes
      if character == " " { wordStart = places.count }
    }
    let last = ScreenPoint(row: rows.count - 1, column: rows[rows.count - 1].width)
    if last.column >= width { rows.append([]) }
    let end = last.column >= width ? ScreenPoint(row: rows.count - 1, column: 0) : last
    return (rows, places.indices.contains(editor.place) ? places[editor.place] : end)
  }

  /// Begins a new line, and takes the word that has begun along.
  private static func breakLine(
    _ rows: inout [[Grapheme]], _ places: inout [ScreenPoint], from wordStart: Int, isBlank: Bool
  ) {
    let row = rows.count - 1
    let first = places.indices.contains(wordStart) ? places[wordStart] : places[places.count - 1]
    guard !isBlank, first.row == row, first.column > 0, wordStart < places.count - 1 else {
      rows.append([])
      places[places.count - 1] = ScreenPoint(row: row + 1, column: 0)
      return
    }
    var kept: [Grapheme] = []
    var width = 0
    for grapheme in rows[row] where width < first.column {
      kept.append(grapheme)
      width += grapheme.width
    }
    rows.append(Array(rows[row].dropFirst(kept.count)))
    rows[row] = kept
    for index in wordStart..<places.count {
      places[index] = ScreenPoint(row: row + 1, column: places[index].column - first.column)
    }
  }

  package func receive(
    _ key: Key, in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    var next = self
    switch key {
    case .enter: state.submitPrompt(self, &effects)
    case .special(.enter, .alt), .alt("\r"), .control("j"), .control("n"):
      next.editor.insert("\n")
      next.changed(in: &state, &effects)
    case .tab where !state.model.info.chatRoles.isEmpty:
      next.beginTurn(state.model.info)
      next.changed(in: &state, &effects)
    default:
      guard next.editor.handle(key) else { return }
      next.changed(in: &state, &effects)
    }
  }

  /// Begins the next turn of a conversation; of a text that is none, makes what the user says.
  private mutating func beginTurn(_ info: ModelInfo) {
    guard info.isConversation(text) else {
      editor = TextEditor("user: " + text)
      return
    }
    let last = text.split(separator: "\n").compactMap { line in
      info.chatRoles.first { line.hasPrefix($0 + ":") }
    }.last
    editor = TextEditor(text + "\n" + (last == "user" ? "assistant: " : "user: "))
  }

  package func receive(
    pasted text: String, in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    var next = self
    next.editor.insert(text)
    next.changed(in: &state, &effects)
  }

  /// Asks for the tokens of what is typed now.
  private mutating func changed(
    in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    state.mode = mode
    state.preview(editor.text, isPrompt: true, &effects)
  }
}
