/// Help: the panel with the keyboard first, then every key, what words mean, and what colours say.
package struct HelpPanel {
  private enum Line {
    case heading(String)
    case key(String, String)
    case legend(StyleRole, String)
    case paragraph(String)
    case blank

    var text: String {
      switch self {
      case .heading(let text), .paragraph(let text), .legend(_, let text): text
      case .key(let keys, let text): keys + " " + text
      case .blank: ""
      }
    }
  }

  private let symbols: Symbols
  private let keymap: Keymap
  private let panel: Playground.Panel
  private let query: String

  /// Creates the panel.
  ///
  /// - Parameters:
  ///   - state: The state, whose keys are listed.
  ///   - panel: The panel that is explained first.
  ///   - query: Only sections that hold this text are shown; empty shows all.
  package init(_ state: Playground.State, about panel: Playground.Panel, query: String = "") {
    symbols = state.symbols
    keymap = state.keymap
    self.panel = panel
    self.query = query.lowercased()
  }

  // MARK: What it says

  private var sections: [[Line]] {
    var sections: [[Line]] = [[.heading(panel.row.name), .paragraph(panel.row.help)]]
    for section in keymap.sections
    where section.group.panels.map({ $0.contains(panel) }) ?? true || !query.isEmpty {
      sections.append(keyLines(section))
    }
    sections.append(
      [.heading("More")] + Keymap.others.map { .key($0.keys, $0.summary) })
    for section in keymap.sections
    where section.group.panels.map({ !$0.contains(panel) }) ?? false && query.isEmpty {
      sections.append(keyLines(section))
    }
    sections.append(
      [.heading("Panels")]
        + Playground.Panel.allCases.filter { $0 != panel }
        .flatMap { [Line.paragraph("\($0.row.name): \($0.row.help)")] })
    sections.append(
      [.heading("Words")] + Glossary.words.map { .paragraph("\($0.word): \($0.meaning)") })
    sections.append(
      [.heading("What colours mean")] + Self.legend.map { .legend($0.role, $0.text) })
    return query.isEmpty ? sections : found(in: sections)
  }

  private func keyLines(_ section: Keymap.Section) -> [Line] {
    [.heading(section.title)]
      + section.bindings.map { binding in
        let keys = binding.keys.map { symbols.isUnicode ? Keymap.name(of: $0) : $0.description }
        return .key(keys.joined(separator: " "), binding.action.summary)
      }
  }

  /// The lines that hold what is looked for, under their headings.
  private func found(in sections: [[Line]]) -> [[Line]] {
    let found = sections.compactMap { section -> [Line]? in
      guard let heading = section.first else { return nil }
      let hits = section.dropFirst().filter { $0.text.lowercased().contains(query) }
      return hits.isEmpty ? nil : [heading] + hits
    }
    return found.isEmpty ? [[.paragraph("nothing in the help holds '\(query)'")]] : found
  }

  /// The roles of tokens in words.
  package static let legend: [(role: StyleRole, text: String)] = [
    (.prompt, "prompt: given at the start"),
    (.masked, "masked: not known yet"),
    (.fog1, "masked, and the model is not sure of it"),
    (.fog3, "masked, and in the middle of the scale"),
    (.fog5, "masked, and the model is sure of it"),
    (.next, "masked, and kept in the next step"),
    (.other, "what a second strategy would keep"),
    (.ghost, "the best guess under a mask"),
    (.unmaskedNow, "kept in this step"),
    (.level1, "kept earlier: least sure, oldest"),
    (.level3, "in the middle of the scale"),
    (.level5, "most sure, or newest"),
    (.remasked, "kept once, and masked again"),
    (.locked, "locked: steps leave it alone"),
    (.edited, "typed or chosen by you"),
    (.afterEnd, "after the end of the text"),
    (.differs, "differs from the compared run"),
    (.fault, "contradicts the rest: found by the checker of the closed world"),
    (.searchMatch, "found by the search"),
  ]

  // MARK: Layout

  /// A line as it is drawn: part of a paragraph, or all of a short line.
  private enum Drawn {
    case line(Line)
    case text([Grapheme])
    /// The rest of the summary of a key.
    case more([Grapheme])
  }

  private static let keyWidth = 16

  private func drawn(_ section: [Line], width: Int) -> [Drawn] {
    section.flatMap { line -> [Drawn] in
      switch line {
      case .paragraph(let text):
        return WrappedText(plain(text), width: width - 1, symbols: symbols).lines.map { .text($0) }
      case .key(let keys, let text):
        let start = max(Self.keyWidth, CharacterWidth.width(of: keys) + 2)
        let rows = WrappedText(plain(text), width: width - start, symbols: symbols).lines
        return [.line(.key(keys, rows[0].text))] + rows.dropFirst().map { .more($0) }
      case .heading, .legend, .blank: return [.line(line)]
      }
    }
  }

  private func plain(_ text: String) -> String {
    symbols.isUnicode ? text : text.replacingArrows()
  }

  private func inner(_ size: ScreenSize) -> Rect {
    Rect(size).inset(bottom: 1).inset(top: 1, left: 2, bottom: 1, right: 2)
  }

  private func columns(in size: ScreenSize) -> [[Drawn]] {
    let inner = inner(size)
    let count = inner.columns >= 150 ? 3 : inner.columns >= 100 ? 2 : 1
    let width = inner.columnParts(count, gap: 3).last?.columns ?? inner.columns
    let all = sections.map { drawn($0, width: width) }
    let goal = (all.reduce(0) { $0 + $1.count + 1 } + count - 1) / count
    var columns: [[Drawn]] = [[]]
    for section in all {
      let last = columns[columns.count - 1]
      if !last.isEmpty, last.count + section.count / 2 > goal, columns.count < count {
        columns.append(section)
      } else {
        columns[columns.count - 1] += (last.isEmpty ? [] : [.line(.blank)]) + section
      }
    }
    return columns
  }

  /// The number of lines that cannot be seen at once: how far it can be scrolled.
  package func longest(in size: ScreenSize) -> Int {
    max(0, (columns(in: size).map(\.count).max() ?? 0) - inner(size).rows)
  }

  /// Draws the panel over everything else.
  package func draw(on screen: inout Screen, scroll: Int, search: String) {
    let room = screen.bounds.inset(bottom: 1)
    screen.fill(screen.bounds)
    screen.drawFrame(room, title: "help", role: .border)
    let inner = inner(screen.size)
    let columns = columns(in: screen.size)
    let longest = columns.map(\.count).max() ?? 0
    let offset = min(scroll, max(0, longest - inner.rows))
    let count = inner.columns >= 150 ? 3 : inner.columns >= 100 ? 2 : 1
    for (part, lines) in zip(inner.columnParts(count, gap: 3), columns) {
      for (row, line) in lines.dropFirst(offset).prefix(inner.rows).enumerated() {
        draw(line, row: part.row + row, on: &screen, in: part)
      }
    }
    let more = offset + inner.rows < longest ? "\(symbols.down) more  " : ""
    let keys = search.isEmpty ? "\(more)/ searches  any other key closes" : search
    screen.write(
      plain(keys), row: screen.size.rows - 1, column: 2, role: search.isEmpty ? .dim : .key)
  }

  private func draw(_ line: Drawn, row: Int, on screen: inout Screen, in rect: Rect) {
    switch line {
    case .text(let text):
      screen.write(text, row: row, column: rect.column + 1, within: rect)
    case .more(let text):
      screen.write(text, row: row, column: rect.column + Self.keyWidth, within: rect)
    case .line(let line): draw(line, row: row, on: &screen, in: rect)
    }
  }

  private func draw(_ line: Line, row: Int, on screen: inout Screen, in rect: Rect) {
    switch line {
    case .heading(let text):
      screen.write(text, row: row, column: rect.column, role: .title, within: rect)
    case .key(let keys, let text):
      let key = plain(keys)
      screen.write(key, row: row, column: rect.column + 1, role: .key, within: rect)
      screen.write(
        plain(text), row: row,
        column: rect.column + max(Self.keyWidth, CharacterWidth.width(of: key) + 2), within: rect)
    case .legend(let role, let text):
      let marker = symbols.marker(for: role).map(String.init) ?? " "
      screen.write(marker, row: row, column: rect.column + 1, role: role, within: rect)
      screen.write("token", row: row, column: rect.column + 3, role: role, within: rect)
      screen.write(text, row: row, column: rect.column + Self.keyWidth, within: rect)
    case .paragraph, .blank: break
    }
  }
}
