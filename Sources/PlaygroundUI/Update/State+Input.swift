import MaskedDiffusion

/// Keys, mouse and pasted text.
extension Playground.State {
  mutating func receive(_ key: Key, _ effects: inout Effects) {
    if let mode { return receive(key, in: mode, &effects) }
    if case .character(let character) = key, let digit = character.wholeNumberValue,
      character.isASCII
    {
      let last = view.compared.compactMap { session.branch($0)?.head }.max() ?? session.shown.head
      guard last > 0 else {
        return say(.warning, "there is no step to go to yet", hint: "\(keymap.key(for: .run)) runs")
      }
      return scrub(to: (last * digit + 5) / 10)
    }
    guard let action = keymap.action(for: key, in: view.focus) else {
      return say(.warning, "\(key) does nothing here", hint: "\(keymap.key(for: .help)) is help")
    }
    if [.run, .forward, .newSeed, .type, .editPrompt].contains(action) { view.showsHints = false }
    perform(action, &effects)
  }

  private mutating func receive(
    _ key: Key, in mode: Playground.Mode, _ effects: inout Effects
  ) {
    if key == .control("z") { return effects.append(.suspend) }
    if key == .control("l") { return effects.append(.repaint) }
    if key == .escape || key == .control("c") {
      mode.content.cancel(in: &self)
      self.mode = nil
      return
    }
    mode.content.receive(key, in: &self, &effects)
  }

  mutating func receivePaste(_ text: String, _ effects: inout Effects) {
    guard let mode else {
      return say(
        .warning, "text was pasted",
        hint: "\(keymap.key(for: .type)) types at the cursor, "
          + "\(keymap.key(for: .editPrompt)) edits the prompt")
    }
    mode.content.receive(pasted: text, in: &self, &effects)
  }

  mutating func receive(_ mouse: MouseEvent, _ effects: inout Effects) {
    if let mode { return mode.content.receive(mouse, in: &self, &effects) }
    let panels = PanelLayout(self)
    switch mouse.action {
    case .wheelUp: turnWheel(-1, at: mouse.point, panels, &effects)
    case .wheelDown: turnWheel(1, at: mouse.point, panels, &effects)
    case .press(.left): click(mouse.point, panels, isPress: true, &effects)
    case .drag(.left): click(mouse.point, panels, isPress: false, &effects)
    default: break
    }
  }

  /// The wheel scrolls the text, and moves what is chosen in a list.
  private mutating func turnWheel(
    _ direction: Int, at point: ScreenPoint, _ panels: PanelLayout, _ effects: inout Effects
  ) {
    switch panels.panel(atRow: point.row, column: point.column) {
    case .lesson: scrollLesson(by: direction)
    case .settings, .inspector, .branches:
      if let panel = panels.panel(atRow: point.row, column: point.column) { view.focus = panel }
      choose(direction)
    case .canvas, .map, .likelihood, nil: scrollCanvas(by: direction * 3)
    }
  }

  private mutating func click(
    _ point: ScreenPoint, _ panels: PanelLayout, isPress: Bool, _ effects: inout Effects
  ) {
    let (row, column) = (point.row, point.column)
    if panels.hints.contains(row: row, column: column) {
      guard isPress else { return }
      if view.notice != nil { return view.notice = nil }
      let hints = StatusLine(self).keyHints(in: panels.hints)
      if let hint = hints.first(where: { $0.columns.contains(column) }) {
        perform(hint.action, &effects)
      }
      return
    }
    guard let panel = panels.panel(atRow: row, column: column) else { return }
    // A drag belongs to the panel it began in.
    guard isPress || panel == view.focus || panel == .branches else { return }
    if isPress { view.focus = panel }
    let rect = panels.content(of: panel, self)
    panel.row.click(
      &self,
      PanelRow.Click(
        row: row - rect.row, column: column - rect.column, rect: rect, isPress: isPress),
      &effects)
  }

  /// Puts the cursor where the text was clicked, and selects where the pointer was dragged.
  mutating func clickCanvas(_ click: PanelRow.Click) {
    let panels = PanelLayout(self)
    let (row, column) = (click.rect.row + click.row, click.rect.column + click.column)
    guard
      let index = panels.canvases.firstIndex(where: { $0.contains(row: row, column: column) })
    else { return }
    if view.compared.indices.contains(index), click.isPress {
      session.show(view.compared[index], at: session.step)
    }
    guard let layout = canvasLayout(of: session.shown) else { return }
    let rect = panels.canvases[index]
    let line = (row - CanvasPanel.textTop(rect, self)) / panels.lineSpacing + view.scroll
    guard let position = layout.position(line: line, column: column - rect.column) else { return }
    if click.isPress {
      view.selectionStart = nil
    } else if view.selectionStart == nil, position != view.cursor {
      view.selectionStart = view.cursor
    }
    view.isFollowing = false
    view.cursor = position
    view.chosenCandidate = 0
    view.notice = nil
  }
}
