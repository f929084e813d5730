import MaskedDiffusion

/// Where the run stands, and what was said last.
package struct StatusLine {
  private let state: Playground.State

  /// Creates the line.
  package init(_ state: Playground.State) { self.state = state }

  /// The title: program, model, and the branch with its step.
  package func drawTitle(on screen: inout Screen, in rect: Rect) {
    let model = state.model
    var parts = [model.info.name, model.info.family]
    parts += model.info.parameterCount.map { [Numbers.count($0)] } ?? []
    parts.append(model.info.precision)
    if !model.isLoaded, !model.info.name.isEmpty { parts.append("replay") }
    let dot = " \(state.symbols.dot) "
    let text = parts.filter { !$0.isEmpty }.joined(separator: dot)
    let end = screen.write(
      "unmask", row: rect.row, column: rect.column + 1, role: .focus, within: rect)
    let branch = state.session.shown
    let sign = state.isRunning ? state.symbols.play : state.symbols.pause
    let right =
      "\(branch.name): \(state.visibleSettings.strategy.name) \(sign) step "
      + "\(branch.clamped(state.session.step)) of \(state.plannedSteps)"
    let room = rect.endColumn - end - 3
    let shown = TextSanitizer(symbols: state.symbols).graphemes(of: right)
      .truncated(toWidth: room, ellipsis: state.symbols.ellipsis)
    screen.write(
      shown, row: rect.row, column: rect.endColumn - 1 - shown.width, role: .title, within: rect)
    screen.write(
      TextSanitizer(symbols: state.symbols).graphemes(of: text)
        .truncated(toWidth: max(0, room - shown.width - 3), ellipsis: state.symbols.ellipsis),
      row: rect.row, column: end + 2, role: .dim, within: rect)
  }

  /// The numbers of the run up to the step that is shown.
  package func drawStatus(on screen: inout Screen, in rect: Rect) {
    screen.fill(rect, role: .status)
    let branch = state.session.shown
    let step = branch.clamped(state.session.step)
    let totals = branch.totals(ofFirst: step)
    var parts = [
      "step \(step) of \(state.plannedSteps)",
      Playground.State.counted(totals.forwards, "forward"),
    ]
    if let rate = totals.tokensPerForward {
      parts.append("\(Numbers.fixed(rate, 1)) tokens/forward")
    }
    if step > 0 {
      parts.append("\(Numbers.milliseconds(totals.milliseconds / Double(step)))/step")
    }
    parts.append("\(state.frame.maskedCount) masked")
    var left = parts.joined(separator: " \(state.symbols.dot) ")
    if state.waiting.step != nil { left += "  computing" }
    screen.write(left, row: rect.row, column: rect.column + 1, role: .status, within: rect)
    let delay = state.preferences.delayMilliseconds
    let right = "\(state.preferences.colouring.rawValue)  \(delay) ms"
    if CharacterWidth.width(of: left) + CharacterWidth.width(of: right) + 4 < rect.columns {
      screen.write(
        right, row: rect.row, endColumn: rect.endColumn - 1, role: .status, within: rect)
    }
  }

  /// The last message, else keys.
  package func drawHints(on screen: inout Screen, in rect: Rect) {
    guard let notice = state.notice else { return drawKeys(on: &screen, in: rect) }
    let role: StyleRole =
      switch notice.kind {
      case .error: .error
      case .warning: .warning
      case .progress: .dim
      case .success: .text
      }
    let marker = state.symbols.marker(for: role).map { "\($0) " } ?? ""
    let text = state.symbols.isUnicode ? notice.text : notice.text.replacingArrows()
    let end = screen.write(
      marker + text, row: rect.row, column: rect.column + 1, role: role, within: rect)
    if let hint = notice.hint {
      let plain = state.symbols.isUnicode ? hint : hint.replacingArrows()
      screen.write(plain, row: rect.row, column: end + 2, role: .dim, within: rect)
    }
  }

  private func drawKeys(on screen: inout Screen, in rect: Rect) {
    let actions: [(Action, String)]
    switch state.focus {
    case .canvas:
      actions = [
        (.run, state.isRunning ? "pause" : "run"), (.forward, "step"), (.branch, "branch"),
        (.type, "edit"), (.mask, "mask"), (.lock, "lock"), (.colours, "colours"),
        (.nextPanel, "panel"), (.palette, "command"), (.help, "help"), (.quit, "quit"),
      ]
    case .inspector:
      actions = [(.chooseDown, "choose"), (.accept, "put it"), (.nextPanel, "panel")]
    case .settings:
      actions = [
        (.chooseDown, "choose"), (.increase, "change"), (.accept, "type a value"),
        (.reset, "default"), (.nextPanel, "panel"),
      ]
    case .branches:
      actions = [
        (.chooseDown, "choose"), (.delete, "delete"), (.compare, "compare"), (.nextPanel, "panel"),
      ]
    }
    var column = rect.column + 1
    for (action, label) in actions {
      let key = Keymap.key(for: action)
      let text = state.symbols.isUnicode ? key : key.replacingArrows()
      let width = CharacterWidth.width(of: text) + 1 + label.count
      guard column + width <= rect.endColumn else { return }
      column = screen.write(text, row: rect.row, column: column, role: .key, within: rect)
      column = screen.write(
        " " + label, row: rect.row, column: column, role: .dim, within: rect)
      column = screen.write("  ", row: rect.row, column: column, within: rect)
    }
  }
}
