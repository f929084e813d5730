/// The page of a model: its files and shape, what it cost so far, and its health once it was examined.
package struct ModelMode: ModeContent {
  private var scroll = 0
  private let name: String

  package var mode: Playground.Mode { .model(self) }

  /// Creates the page of the model called `name`.
  package init(of name: String) { self.name = name }

  // MARK: What it says

  private func sections(_ state: Playground.State) -> [ModelSection] {
    guard let model = state.models[name] else { return [ModelSection("no model")] }
    var sections = model.info.about
    if sections.isEmpty { sections = [Self.recorded(model.info)] }
    sections.append(Self.sitting(state, name))
    return sections + model.examination
  }

  /// What a recorded run says of its model.
  private static func recorded(_ info: ModelInfo) -> ModelSection {
    ModelSection(
      "model, as the recording says",
      lines: [
        .init("family", info.family), .init("computed in", info.precision),
        .init("mask token", "\(info.maskToken)"),
      ])
  }

  /// What the model did since the program began.
  private static func sitting(_ state: Playground.State, _ name: String) -> ModelSection {
    var section = ModelSection("in this sitting")
    var steps: [(forwards: Int, milliseconds: Double)] = []
    for branch in state.session.branches where branch.model == name {
      let first = branch.parent == nil ? 0 : branch.departure
      let (before, after) = (branch.totals(ofFirst: first), branch.totals(ofFirst: branch.head))
      steps.append(
        (after.forwards - before.forwards, after.milliseconds - before.milliseconds))
    }
    let forwards = steps.reduce(0) { $0 + $1.forwards }
    let milliseconds = steps.reduce(0) { $0 + $1.milliseconds }
    guard forwards > 0, milliseconds > 0 else {
      section.lines = [.init("forwards", "none yet")]
      return section
    }
    section.lines = [
      .init(
        "forwards",
        "\(forwards) in \(Numbers.milliseconds(milliseconds)): "
          + "\(Numbers.milliseconds(milliseconds / Double(forwards))) each, "
          + "\(Numbers.short((Double(forwards) / milliseconds * 10_000).rounded() / 10)) a second")
    ]
    return section
  }

  // MARK: Drawing

  private static let labelWidth = 18

  private struct Line {
    var label: [Grapheme] = []
    var text: [Grapheme] = []
    var role = StyleRole.text
  }

  private func lines(_ section: ModelSection, _ symbols: Symbols, width: Int) -> [Line] {
    let sanitizer = TextSanitizer(symbols: symbols)
    func wrapped(_ text: String, _ width: Int) -> [[Grapheme]] {
      WrappedText(
        symbols.isUnicode ? text : text.replacingArrows(), width: max(8, width), symbols: symbols
      ).lines
    }
    var lines = [Line(label: sanitizer.graphemes(of: section.title), role: .title)]
    for line in section.lines {
      var label = sanitizer.graphemes(of: " " + line.label)
      if label.width >= Self.labelWidth {
        lines.append(Line(label: label, role: .dim))
        label = []
      }
      for text in wrapped(line.text, width - Self.labelWidth) {
        lines.append(Line(label: label, text: text))
        label = []
      }
    }
    for remark in section.remarks {
      let role: StyleRole =
        switch remark.severity {
        case .illness: .error
        case .warning: .warning
        case .note: .caption
        }
      let marker = symbols.marker(for: role).map { "\($0) " } ?? ""
      lines += wrapped(marker + remark.sentence, width - 2).map {
        Line(label: sanitizer.graphemes(of: " ") + $0, role: role)
      }
      guard !remark.advice.isEmpty else { continue }
      lines += wrapped(remark.advice, width - 4).map {
        Line(label: sanitizer.graphemes(of: "   ") + $0, role: .dim)
      }
    }
    return lines
  }

  private func inner(_ size: ScreenSize) -> Rect {
    Rect(size).inset(bottom: 1).inset(top: 1, left: 2, bottom: 1, right: 2)
  }

  /// The lines in one column, or in two where there is room.
  private func columns(_ state: Playground.State) -> [[Line]] {
    let inner = inner(state.size)
    let count = inner.columns >= 130 ? 2 : 1
    let width = inner.columnParts(count, gap: 3).last?.columns ?? inner.columns
    let all = sections(state).map { lines($0, state.symbols, width: width) }
    let goal = (all.reduce(0) { $0 + $1.count + 1 } + count - 1) / count
    var columns: [[Line]] = [[]]
    for section in all {
      let last = columns[columns.count - 1]
      if !last.isEmpty, last.count + section.count / 2 > goal, columns.count < count {
        columns.append(section)
      } else {
        columns[columns.count - 1] += (last.isEmpty ? [] : [Line()]) + section
      }
    }
    return columns
  }

  private func limit(_ state: Playground.State) -> Int {
    max(0, (columns(state).map(\.count).max() ?? 0) - inner(state.size).rows)
  }

  package func draw(_ state: Playground.State, on screen: inout Screen, _ panels: PanelLayout) {
    screen.fill(screen.bounds)
    screen.drawFrame(
      screen.bounds.inset(bottom: 1), title: "model \(state.symbols.dot) \(name)", role: .border)
    let inner = inner(screen.size)
    let columns = columns(state)
    let offset = min(scroll, limit(state))
    for (part, lines) in zip(inner.columnParts(columns.count, gap: 3), columns) {
      for (row, line) in lines.dropFirst(offset).prefix(inner.rows).enumerated() {
        let labelRole: StyleRole = line.text.isEmpty ? line.role : .dim
        screen.write(
          line.label, row: part.row + row, column: part.column, role: labelRole, within: part)
        screen.write(
          line.text, row: part.row + row, column: part.column + Self.labelWidth, role: line.role,
          within: part)
      }
    }
    let more = offset < limit(state) ? "\(state.symbols.down) more  " : ""
    screen.write(
      more + hint(state), row: screen.size.rows - 1, column: 2, role: .dim)
  }

  private func hint(_ state: Playground.State) -> String {
    let sections = state.models[name]?.examination ?? []
    if state.requests.examination == name {
      return "examining: \(Playground.State.counted(sections.count, "part")) done, more to come"
    }
    guard state.models[name]?.isLoaded == true else {
      return "it is not loaded, so it cannot be examined  any other key closes"
    }
    guard !sections.isEmpty else {
      return "enter examines it: loss, faults, precisions, speed  any other key closes"
    }
    return "\(Self.summary(of: sections))  enter examines it again  any other key closes"
  }

  /// What is wrong, in a few words.
  private static func summary(of sections: [ModelSection]) -> String {
    let severities = sections.flatMap(\.remarks).map(\.severity)
    let illnesses = severities.count { $0 == .illness }
    let warnings = severities.count { $0 == .warning }
    let counts =
      (illnesses > 0 ? [illnesses == 1 ? "1 illness" : "\(illnesses) illnesses"] : [])
      + (warnings > 0 ? [Playground.State.counted(warnings, "warning")] : [])
    return counts.isEmpty ? "healthy" : counts.joined(separator: ", ")
  }

  // MARK: Keys

  package func receive(
    _ key: Key, in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    var next = self
    if let line = key.scrolled(from: scroll, limit: limit(state)) {
      next.scroll = line
      state.mode = next.mode
    } else if key == .enter {
      // What is found shows as it comes, below what was known before.
      state.examine(name, &effects)
      let known = columns(state)
      guard known.count == 1, state.requests.examination == name else { return }
      next.scroll = known[0].count + 1
      state.mode = next.mode
    } else {
      state.mode = nil
    }
  }

  package func receive(
    _ mouse: MouseEvent, in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    switch mouse.action {
    case .wheelDown, .wheelUp:
      let key: Key = mouse.action == .wheelDown ? .down : .up
      for _ in 0..<3 { state.mode?.content.receive(key, in: &state, &effects) }
    case .press(.left): state.mode = nil
    default: break
    }
  }
}
