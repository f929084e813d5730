import MaskedDiffusion

/// Where the run stands, what the step did, what colours mean, and what was said last.
package struct StatusLine {
  private let state: Playground.State

  /// Creates the line.
  package init(_ state: Playground.State) { self.state = state }

  private var separator: String { " \(state.symbols.dot) " }

  /// The title: program, model, and the branch with its step.
  package func drawTitle(on screen: inout Screen, in rect: Rect) {
    guard !rect.isEmpty else { return }
    let model = state.model
    var parts = [model.info.name, model.info.family]
    if let count = model.info.parameterCount, count > 0 { parts.append(Numbers.count(count)) }
    parts.append(model.info.precision)
    if !model.isLoaded, !model.info.name.isEmpty { parts.append("replay") }
    let text = parts.filter { !$0.isEmpty }.joined(separator: separator)
    let end = screen.write(
      "unmask", row: rect.row, column: rect.column + 1, role: .focus, within: rect)
    let room = rect.endColumn - end - 3
    let shown = TextSanitizer(symbols: state.symbols).graphemes(of: place)
      .truncated(toWidth: room, ellipsis: state.symbols.ellipsis)
    screen.write(
      shown, row: rect.row, column: rect.endColumn - 1 - shown.width, role: .title, within: rect)
    screen.write(
      TextSanitizer(symbols: state.symbols).graphemes(of: text)
        .truncated(toWidth: max(0, room - shown.width - 3), ellipsis: state.symbols.ellipsis),
      row: rect.row, column: end + 2, role: .dim, within: rect)
  }

  /// The branch, what decides in it, and the step; with blocks also which one is written.
  private var place: String {
    let branch = state.session.shown
    let sign = state.isRunning ? state.symbols.play : state.symbols.pause
    var text =
      "\(branch.name): \(state.visibleSettings.strategy.name) \(sign) step "
      + "\(branch.clamped(state.session.step)) of \(state.plannedSteps)"
    if let block { text += ", block \(block)" }
    return text
  }

  /// The block that the step belongs to, such as `2 of 4`; those before it are finished.
  private var block: String? {
    guard let step = state.session.point.step else { return nil }
    let blocks = AnswerBlocks(
      state.session.shown, at: state.session.step, answer: state.frame.answer)
    return blocks.name(ofBlock: step.block)
  }

  /// The sentence that says what the step did and why.
  package func drawCaption(on screen: inout Screen, in rect: Rect) {
    guard !rect.isEmpty else { return }
    let caption = caption
    let lines = WrappedText(caption.text, width: rect.columns, symbols: state.symbols)
      .lines(limit: rect.rows)
    for (row, line) in lines.enumerated() {
      screen.write(
        line, row: rect.row + row, column: rect.column,
        role: caption.isWarning ? .warning : .caption, within: rect)
    }
  }

  /// The sentence, and whether it warns.
  private var caption: (text: String, isWarning: Bool) {
    let sentence = StepSentence(state)
    let chosen =
      state.view.isPresenting
      ? nil : state.view.focus.row.caption(state) ?? LikelihoodPanel.row.caption(state)
    let shown = state.raceSentence ?? chosen ?? sentence.text
    return (
      state.symbols.isUnicode ? shown : shown.replacingArrows(),
      sentence.isWarning && chosen == nil && state.view.race == nil
    )
  }

  /// The rows of the sentence: the same in all steps, so that nothing moves, but for one more where a
  /// run ends with something wrong.
  package func captionRows(columns: Int) -> Int {
    let usual = state.size.rows >= 22 ? 2 : 1
    guard state.session.shown.isFinished, state.session.isAtHead else { return usual }
    let caption = caption
    guard caption.isWarning else { return usual }
    let lines = WrappedText(caption.text, width: columns, symbols: state.symbols)
      .lines(limit: usual + 1)
    return max(usual, lines.count)
  }

  /// The numbers of the run up to the step that is shown, and the legend of the colours.
  package func drawStatus(on screen: inout Screen, in rect: Rect) {
    guard !rect.isEmpty else { return }
    screen.fill(rect, role: .status)
    let branch = state.session.shown
    let step = branch.clamped(state.session.step)
    let totals = branch.totals(ofFirst: step)
    // In the order in which they are left out last.
    var parts = [
      "\(state.frame.maskedCount) masked", Playground.State.counted(totals.forwards, "forward"),
    ]
    if state.requests.step != nil { parts.insert("computing", at: 0) }
    if let rate = totals.tokensPerForward { parts.append("\(Numbers.fixed(rate, 1)) per forward") }
    if step > 0 {
      parts.append("\(Numbers.milliseconds(totals.milliseconds / Double(step)))/step")
    }
    let delay = "\(separator)delay \(state.preferences.delayMilliseconds) ms"
    let legend = Legend(state)
    let isWide = rect.columns >= 60 + legend.width + delay.count
    let room = rect.columns - legend.width - (isWide ? delay.count : 0) - 5
    var left = ""
    for part in parts {
      let longer = left.isEmpty ? part : left + separator + part
      if CharacterWidth.width(of: longer) > room, !left.isEmpty { break }
      left = longer
    }
    screen.write(left, row: rect.row, column: rect.column + 1, role: .status, within: rect)
    var end = rect.endColumn - 1
    if isWide {
      screen.write(delay, row: rect.row, endColumn: end, role: .status, within: rect)
      end -= delay.count
    }
    legend.draw(on: &screen, row: rect.row, endColumn: end, in: rect)
  }

  /// The last message, in as many lines as it takes, else keys.
  package func drawHints(on screen: inout Screen, in rect: Rect) {
    guard !rect.isEmpty else { return }
    guard let notice = state.view.notice else {
      if !state.view.isPresenting { drawKeys(on: &screen, in: rect) }
      return
    }
    let role: StyleRole =
      switch notice.kind {
      case .error: .error
      case .warning: .warning
      case .progress: .dim
      case .success: .text
      }
    let marker = state.symbols.marker(for: role).map { "\($0) " } ?? ""
    let isUnicode = state.symbols.isUnicode
    let text = marker + (isUnicode ? notice.text : notice.text.replacingArrows())
    let hint = notice.hint.map { isUnicode ? $0 : $0.replacingArrows() } ?? ""
    draw(text, role: role, hint: hint, on: &screen, in: rect)
  }

  /// Draws a message and what to do about it, in as many lines as they take, the last of them `rect`.
  package func draw(
    _ text: String, role: StyleRole, hint: String, on screen: inout Screen, in rect: Rect
  ) {
    let width = rect.columns - 2
    screen.fill(rect)
    if CharacterWidth.width(of: text) + 2 + CharacterWidth.width(of: hint) <= width {
      let end = screen.write(text, row: rect.row, column: rect.column + 1, role: role, within: rect)
      screen.write(hint, row: rect.row, column: end + 2, role: .dim, within: rect)
      return
    }
    let limit = max(1, min(Self.noticeLines, screen.size.rows - 1))
    // What to do comes last and is never cut before the message is.
    let hints =
      hint.isEmpty
      ? []
      : WrappedText(hint, width: width, symbols: state.symbols).lines(limit: max(1, limit - 1))
    let lines =
      WrappedText(text, width: width, symbols: state.symbols)
      .lines(limit: max(1, limit - hints.count)).map { ($0, role) } + hints.map { ($0, .dim) }
    let top = rect.row - lines.count + 1
    screen.fill(Rect(row: top, column: rect.column, rows: lines.count, columns: rect.columns))
    for (row, line) in lines.enumerated() {
      screen.write(line.0, row: top + row, column: rect.column + 1, role: line.1)
    }
  }

  /// The most lines a message takes.
  private static let noticeLines = 5

  /// A key in the last line, and what a click on it does.
  package struct KeyHint {
    package var action: Action
    package var key: String
    package var label: String
    package var columns: Range<Int>
  }

  /// The keys that are shown in the last line; the ways out are the last to go.
  package func keyHints(in rect: Rect) -> [KeyHint] {
    let ways: [PanelRow.Hint] = [(.palette, "command"), (.help, "help"), (.quit, "quit")]
    func hint(_ item: PanelRow.Hint, at column: Int) -> KeyHint {
      let key = state.keymap.key(for: item.action)
      let text = state.symbols.isUnicode ? key : key.replacingArrows()
      let width = CharacterWidth.width(of: text) + 1 + CharacterWidth.width(of: item.label)
      return KeyHint(
        action: item.action, key: text, label: item.label, columns: column..<column + width)
    }
    let reserved = ways.reduce(0) { $0 + hint($1, at: 0).columns.count + 2 }
    var column = rect.column + 1
    var shown: [KeyHint] = []
    for item in state.view.focus.row.hints(state) {
      let next = hint(item, at: column)
      guard next.columns.upperBound + 2 + reserved <= rect.endColumn + 2 else { break }
      shown.append(next)
      column = next.columns.upperBound + 2
    }
    for item in ways {
      let next = hint(item, at: column)
      guard next.columns.upperBound <= rect.endColumn else { break }
      shown.append(next)
      column = next.columns.upperBound + 2
    }
    return shown
  }

  private func drawKeys(on screen: inout Screen, in rect: Rect) {
    for hint in keyHints(in: rect) {
      let end = screen.write(
        hint.key, row: rect.row, column: hint.columns.lowerBound, role: .key, within: rect)
      screen.write(" " + hint.label, row: rect.row, column: end, role: .dim, within: rect)
    }
  }
}
