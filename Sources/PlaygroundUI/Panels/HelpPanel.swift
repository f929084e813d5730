/// Every key and what it does, made from the keymap.
package struct HelpPanel {
  private enum Line {
    case heading(String)
    case key(String, String)
    case legend(StyleRole, String)
    case blank
  }

  private let symbols: Symbols

  /// Creates the panel.
  package init(symbols: Symbols) { self.symbols = symbols }

  private var lines: [Line] {
    var lines: [Line] = []
    for section in Keymap.sections {
      lines.append(.heading(section.title))
      for binding in section.bindings {
        let keys = binding.keys.map { symbols.isUnicode ? Keymap.text($0) : $0.description }
        lines.append(.key(keys.joined(separator: " "), binding.action.summary))
      }
      lines.append(.blank)
    }
    lines.append(.heading("More"))
    for other in Keymap.others { lines.append(.key(other.keys, other.summary)) }
    lines += [.blank, .heading("What colours mean")]
    lines += Self.legend.map { .legend($0.role, $0.text) }
    return lines
  }

  /// The roles of tokens in words.
  package static let legend: [(role: StyleRole, text: String)] = [
    (.prompt, "prompt: given at the start"),
    (.masked, "masked: not known yet"),
    (.ghost, "the best guess under a mask"),
    (.unmaskedNow, "unmasked in this step"),
    (.level1, "unmasked earlier: least sure, or oldest"),
    (.level3, "in the middle of the scale"),
    (.level5, "most sure, or newest"),
    (.remasked, "unmasked once, and masked again"),
    (.locked, "locked: steps leave it alone"),
    (.edited, "typed or chosen by you"),
    (.afterEnd, "after the end of the text"),
    (.differs, "differs from the compared run"),
    (.searchMatch, "found by the search"),
  ]

  /// Draws the panel over everything else.
  package func draw(on screen: inout Screen, scroll: Int) {
    let room = screen.bounds.inset(top: 1, left: 2, bottom: 2, right: 2)
    screen.fill(room)
    screen.drawFrame(room, title: "help", role: .border)
    let inner = room.inset(top: 1, left: 2, bottom: 1, right: 2)
    let columns = inner.columns >= 132 ? 3 : inner.columns >= 88 ? 2 : 1
    let all = lines
    let perColumn = columns == 1 ? inner.rows : max(inner.rows, (all.count + columns - 1) / columns)
    let offset = min(scroll, max(0, (columns == 1 ? all.count : perColumn) - inner.rows))
    for (index, part) in inner.columnParts(columns, gap: 3).enumerated() {
      let start = index * perColumn + offset
      for (row, line) in all.dropFirst(start).prefix(inner.rows).enumerated() {
        if columns > 1, row + offset >= perColumn { break }
        draw(line, row: part.row + row, on: &screen, in: part)
      }
    }
    let hasMore = offset + inner.rows < (columns == 1 ? all.count : perColumn)
    let hint = hasMore ? " \(symbols.down) more · any other key closes " : " any other key closes "
    screen.write(
      hint, row: room.endRow - 1, endColumn: room.endColumn - 2, role: .dim, within: room)
  }

  private func draw(_ line: Line, row: Int, on screen: inout Screen, in rect: Rect) {
    switch line {
    case .heading(let text):
      screen.write(text, row: row, column: rect.column, role: .title, within: rect)
    case .key(let keys, let text):
      let plain = symbols.isUnicode ? text : text.replacingArrows()
      let key = symbols.isUnicode ? keys : keys.replacingArrows()
      screen.write(key, row: row, column: rect.column + 1, role: .key, within: rect)
      screen.write(
        plain, row: row, column: rect.column + max(16, CharacterWidth.width(of: key) + 2),
        within: rect)
    case .legend(let role, let text):
      let marker = symbols.marker(for: role).map(String.init) ?? " "
      screen.write(marker, row: row, column: rect.column + 1, role: role, within: rect)
      screen.write("token", row: row, column: rect.column + 3, role: role, within: rect)
      screen.write(text, row: row, column: rect.column + 16, within: rect)
    case .blank: break
    }
  }
}
