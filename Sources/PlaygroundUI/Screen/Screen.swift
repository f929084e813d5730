/// A grid of cells: everything a panel draws on, and all a terminal is asked to show.
///
/// Drawing outside the grid does nothing, so panels need not check for room. Text is sanitized on
/// its way in: no cell can hold a control character.
public struct Screen: Equatable, Sendable {
  /// The number of rows and columns.
  public let size: ScreenSize

  /// The symbols panels draw with, and the sanitizer replaces with.
  public let symbols: Symbols

  /// Where the terminal shows its own cursor, for input methods and screen readers; `nil` hides it.
  public var cursor: ScreenPoint?

  private var cells: [Cell]

  /// Creates a blank screen.
  public init(size: ScreenSize, symbols: Symbols = .unicode) {
    self.size = size
    self.symbols = symbols
    let (count, overflows) = size.rows.multipliedReportingOverflow(by: size.columns)
    precondition(!overflows, "a screen of \(size.rows) × \(size.columns) cells")
    cells = Array(repeating: .blank(), count: count)
  }

  /// The rectangle of all cells.
  public var bounds: Rect { Rect(size) }

  /// Returns a cell; outside the screen a blank one.
  public subscript(row: Int, column: Int) -> Cell {
    bounds.contains(row: row, column: column) ? cells[row * size.columns + column] : .blank()
  }

  /// Returns the cells of a row of the screen.
  public func row(_ row: Int) -> ArraySlice<Cell> {
    guard row >= 0, row < size.rows else { return [] }
    return cells[row * size.columns..<(row + 1) * size.columns]
  }

  /// Returns some cells of a row, as far as they lie in the screen.
  public func row(_ row: Int, columns: Range<Int>) -> ArraySlice<Cell> {
    let cells = self.row(row)
    let columns = columns.clamped(to: 0..<cells.count)
    return cells[cells.startIndex + columns.lowerBound..<cells.startIndex + columns.upperBound]
  }

  /// Writes text from a cell to the right, as far as there is room.
  ///
  /// Newlines and tabs become symbols. A wide character that does not fit in the last column
  /// becomes a blank.
  ///
  /// - Parameters:
  ///   - text: Any text; it is sanitized.
  ///   - row: The row.
  ///   - column: The column of the first character; may lie to the left of the room, then the text
  ///     is cut at its beginning.
  ///   - role: What the text means.
  ///   - clip: The room; by default the whole screen.
  /// - Returns: The column after the text, whether or not all of it was drawn.
  @discardableResult
  public mutating func write(
    _ text: some StringProtocol, row: Int, column: Int, role: StyleRole = .text,
    within clip: Rect? = nil
  ) -> Int {
    write(
      TextSanitizer(symbols: symbols).graphemes(of: text), row: row, column: column, role: role,
      within: clip)
  }

  /// Writes graphemes from a cell to the right, as far as there is room.
  ///
  /// - Returns: The column after the text, whether or not all of it was drawn.
  @discardableResult
  public mutating func write(
    _ graphemes: some Sequence<Grapheme>, row: Int, column: Int, role: StyleRole = .text,
    within clip: Rect? = nil
  ) -> Int {
    let room = clip?.intersection(bounds) ?? bounds
    var column = min(max(column, -1_000_000), 1_000_000)
    for grapheme in graphemes {
      put(grapheme, row: row, column: column, role: role, within: room)
      column += grapheme.width
    }
    return column
  }

  /// Writes text that ends before `endColumn`, the usual way to align numbers.
  public mutating func write(
    _ text: some StringProtocol, row: Int, endColumn: Int, role: StyleRole = .text,
    within clip: Rect? = nil
  ) {
    let graphemes = TextSanitizer(symbols: symbols).graphemes(of: text)
    let end = min(max(endColumn, -1_000_000), 1_000_000)
    write(graphemes, row: row, column: end - graphemes.width, role: role, within: clip)
  }

  /// Fills a rectangle with a character, which must be one cell wide, or else with blanks.
  public mutating func fill(_ rect: Rect, with character: Character = " ", role: StyleRole = .text)
  {
    let graphemes = TextSanitizer(symbols: symbols).graphemes(of: String(character))
    let single = graphemes.count == 1 && graphemes[0].width == 1
    let grapheme = single ? graphemes[0] : Grapheme(unchecked: " ", width: 1)
    let room = rect.intersection(bounds)
    for row in room.row..<room.endRow {
      for column in room.column..<room.endColumn {
        put(grapheme, row: row, column: column, role: role, within: room)
      }
    }
  }

  /// Changes what the cells of a rectangle mean and leaves their characters.
  ///
  /// A wide character of which only one half lies in the rectangle changes as a whole.
  public mutating func setRole(_ role: StyleRole, in rect: Rect) {
    let room = rect.intersection(bounds)
    guard !room.isEmpty else { return }
    for row in room.row..<room.endRow {
      let start = row * size.columns
      var first = room.column
      var last = room.endColumn - 1
      if cells[start + first].isContinuation { first -= 1 }
      if cells[start + last].width == 2 { last += 1 }
      for column in first...last { cells[start + column].role = role }
    }
  }

  /// Draws another screen over this one, its top left cell at `row`, `column`.
  public mutating func draw(_ other: Screen, row: Int, column: Int) {
    let room = Rect(row: row, column: column, rows: other.size.rows, columns: other.size.columns)
      .intersection(bounds)
    for target in room.row..<room.endRow {
      for cell in room.column..<room.endColumn {
        let source = other[target - row, cell - column]
        if source.isContinuation && cell > room.column { continue }
        let grapheme = Grapheme(unchecked: source.character, width: max(1, Int(source.width)))
        put(grapheme, row: target, column: cell, role: source.role, within: room)
      }
    }
  }

  /// Draws a frame along the inner edge of a rectangle, with a title in its upper line.
  public mutating func drawFrame(
    _ rect: Rect, title: String = "", role: StyleRole = .border, titleRole: StyleRole = .title
  ) {
    guard rect.rows >= 2, rect.columns >= 2 else { return }
    let line = String(repeating: symbols.horizontal, count: rect.columns - 2)
    let corners = symbols.corners
    write("\(corners[0])\(line)\(corners[1])", row: rect.row, column: rect.column, role: role)
    write(
      "\(corners[2])\(line)\(corners[3])", row: rect.endRow - 1, column: rect.column, role: role)
    for row in rect.row + 1..<rect.endRow - 1 {
      write(String(symbols.vertical), row: row, column: rect.column, role: role)
      write(String(symbols.vertical), row: row, column: rect.endColumn - 1, role: role)
    }
    guard !title.isEmpty, rect.columns > 4 else { return }
    let room = rect.inset(left: 1, right: 1)
    let shown = TextSanitizer(symbols: symbols).graphemes(of: " \(title) ")
      .truncated(toWidth: room.columns, ellipsis: symbols.ellipsis)
    write(shown, row: rect.row, column: rect.column + 1, role: titleRole, within: room)
  }

  /// Puts one grapheme into its cells, as far as they lie in `room`, which lies in the screen.
  private mutating func put(
    _ grapheme: Grapheme, row: Int, column: Int, role: StyleRole, within room: Rect
  ) {
    guard row >= room.row, row < room.endRow else { return }
    let isWhole = column >= room.column && column + grapheme.width <= room.endColumn
    for offset in 0..<grapheme.width where room.contains(row: row, column: column + offset) {
      clear(row: row, column: column + offset)
      let cell: Cell =
        !isWhole ? .blank(role) : offset == 0 ? Cell(grapheme, role: role) : .continuation(role)
      cells[row * size.columns + column + offset] = cell
    }
  }

  /// Blanks the other half of a wide character before one half is overwritten.
  private mutating func clear(row: Int, column: Int) {
    let index = row * size.columns + column
    if cells[index].isContinuation {
      cells[index - 1] = .blank(cells[index - 1].role)
      cells[index] = .blank(cells[index].role)
    } else if cells[index].width == 2 {
      cells[index + 1] = .blank(cells[index + 1].role)
    }
  }
}

extension Screen {
  /// The characters of the screen, a line a row, without blanks at the right.
  public var text: String {
    lines { $0.isContinuation ? nil : $0.character }
  }

  /// The characters, then the letters of the roles: what golden tests compare.
  ///
  /// Blanks at the right of the characters and plain text at the right of the roles are left out.
  public var transcript: String {
    let roles = lines(blank: StyleRole.text.letter) { $0.role.letter }
    return "\(text)\n--- roles\n\(roles)\n"
  }

  private func lines(blank: Character = " ", _ letter: (Cell) -> Character?) -> String {
    (0..<size.rows).map { number in
      var line = row(number).compactMap(letter)
      while line.last == blank { line.removeLast() }
      return String(line)
    }.joined(separator: "\n")
  }
}
