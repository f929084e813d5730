extension Playground {
  /// What the keyboard writes into, if not the panels.
  ///
  /// A mode is a file with a ``ModeContent``, and a case here.
  package enum Mode: Equatable, Sendable {
    case help(HelpMode)
    case palette(PaletteMode)
    case search(SearchMode)
    case typing(TypingMode)
    case prompt(PromptMode)
    case setting(SettingMode)
    case question(QuestionMode)
    case replace(ReplaceMode)
    case model(ModelMode)

    /// What the mode shows and does.
    package var content: any ModeContent {
      switch self {
      case .help(let mode): mode
      case .palette(let mode): mode
      case .search(let mode): mode
      case .typing(let mode): mode
      case .prompt(let mode): mode
      case .setting(let mode): mode
      case .question(let mode): mode
      case .replace(let mode): mode
      case .model(let mode): mode
      }
    }
  }
}

/// What a mode shows, and what it does with keys, pasted text and the mouse.
///
/// A mode is a value in the state; to change, it puts its successor there.
package protocol ModeContent: Equatable, Sendable {
  /// The case of the mode that holds this content.
  var mode: Playground.Mode { get }

  /// Draws the mode over the screen.
  func draw(_ state: Playground.State, on screen: inout Screen, _ panels: PanelLayout)

  /// Takes a key; escape and control-C have closed the mode already.
  func receive(_ key: Key, in state: inout Playground.State, _ effects: inout [Playground.Effect])

  /// Takes pasted text.
  func receive(
    pasted text: String, in state: inout Playground.State, _ effects: inout [Playground.Effect])

  /// Takes what was done with the mouse.
  func receive(
    _ mouse: MouseEvent, in state: inout Playground.State, _ effects: inout [Playground.Effect])

  /// Undoes what the mode changed while it was open, when it is closed without an end.
  func cancel(in state: inout Playground.State)
}

extension ModeContent {
  package func receive(
    pasted text: String, in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {}

  package func receive(
    _ mouse: MouseEvent, in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {}

  package func cancel(in state: inout Playground.State) {}
}

extension Key {
  /// Returns where a text is scrolled to by the key, in lines; `nil` for a key that does not scroll.
  package func scrolled(from line: Int, limit: Int) -> Int? {
    let target: Int? =
      switch self {
      case .up, .character("k"): line - 1
      case .down, .character("j"): line + 1
      case .pageUp: line - 10
      case .pageDown, .space: line + 10
      case .home: 0
      case .end: limit
      default: nil
      }
    return target.map { min(max($0, 0), max(0, limit)) }
  }
}

/// A line that is typed at the bottom of the screen.
package struct EntryLine {
  private let state: Playground.State

  /// Creates the line.
  package init(_ state: Playground.State) { self.state = state }

  /// Draws a caption and what is typed, so that the place where the next character goes is in sight.
  package func draw(
    _ caption: String, _ editor: LineEditor, on screen: inout Screen, in rect: Rect
  ) {
    screen.fill(rect)
    let start = screen.write(
      caption, row: rect.row, column: rect.column + 1, role: .key, within: rect)
    let sanitizer = TextSanitizer(symbols: state.symbols)
    let before = sanitizer.graphemes(of: editor.textBeforePlace)
    let after = sanitizer.graphemes(of: String(editor.text.dropFirst(editor.textBeforePlace.count)))
    let room = Rect(row: rect.row, column: start, rows: 1, columns: rect.endColumn - start)
    let shift = max(0, before.width + 1 - room.columns)
    let role: StyleRole = editor.isFresh ? .selection : .text
    screen.write(before, row: rect.row, column: start - shift, role: role, within: room)
    screen.write(after, row: rect.row, column: start - shift + before.width, within: room)
    let place = start - shift + before.width
    screen.setRole(
      .cursor, in: Rect(row: rect.row, column: place, rows: 1, columns: 1).intersection(room))
    screen.cursor = ScreenPoint(row: rect.row, column: min(place, max(0, rect.endColumn - 1)))
  }

  /// Draws lines of explanation above the line that is typed.
  package func explain(_ lines: [String], on screen: inout Screen, above row: Int) {
    var texts: [[Grapheme]] = []
    for line in lines where !line.isEmpty {
      let plain = state.symbols.isUnicode ? line : line.replacingArrows()
      texts += WrappedText(plain, width: screen.size.columns - 2, symbols: state.symbols)
        .lines(limit: 3)
    }
    let rows = min(texts.count, max(0, row))
    screen.fill(Rect(row: row - rows, column: 0, rows: rows, columns: screen.size.columns))
    for (index, text) in texts.suffix(rows).enumerated() {
      screen.write(text, row: row - rows + index, column: 1, role: .dim)
    }
  }
}
