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
        let keys = binding.keys.map { symbols.isUnicode ? Keymap.name(of: $0) : $0.description }
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
    (.level1, "unmasked earlier: least sure, oldest"),
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
    let count = inner.columns >= 132 ? 3 : inner.columns >= 88 ? 2 : 1
    let columns = columns(count)
    let longest = columns.map(\.count).max() ?? 0
    let offset = min(scroll, max(0, longest - inner.rows))
    for (part, lines) in zip(inner.columnParts(count, gap: 3), columns) {
      for (row, line) in lines.dropFirst(offset).prefix(inner.rows).enumerated() {
        draw(line, row: part.row + row, on: &screen, in: part)
      }
    }
    let more = offset + inner.rows < longest ? " \(symbols.down) more," : ""
    screen.write(
      "\(more) any other key closes ", row: room.endRow - 1, endColumn: room.endColumn - 2,
      role: .dim, within: room)
  }

  /// The lines in columns of about the same length; a section is never torn.
  private func columns(_ count: Int) -> [[Line]] {
    let all = lines
    var sections: [[Line]] = [[]]
    for line in all {
      if case .blank = line {
        sections.append([])
      } else {
        sections[sections.count - 1].append(line)
      }
    }
    var columns: [[Line]] = [[]]
    let goal = (all.count + count - 1) / count
    for section in sections {
      let last = columns[columns.count - 1]
      if !last.isEmpty, last.count + section.count / 2 > goal, columns.count < count {
        columns.append(section)
      } else {
        columns[columns.count - 1] += (last.isEmpty ? [] : [.blank]) + section
      }
    }
    return columns
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
