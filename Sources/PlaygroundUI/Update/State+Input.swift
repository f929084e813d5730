import MaskedDiffusion

/// Keys, mouse and pasted text.
extension Playground.State {
  mutating func receive(_ key: Key, _ effects: inout Effects) {
    if entry != nil { return receiveInEntry(key, &effects) }
    if case .character(let character) = key, let digit = character.wholeNumberValue,
      character.isASCII
    {
      let last = compared.compactMap { session.branch($0)?.head }.max() ?? session.shown.head
      return scrub(to: (last * digit + 5) / 10)
    }
    guard let action = Keymap.action(for: key, in: focus) else {
      return say(.warning, "\(key) does nothing here", hint: "\(Keymap.key(for: .help)) is help")
    }
    if [.run, .forward, .newSeed, .type, .editPrompt].contains(action) { showsHints = false }
    perform(action, &effects)
  }

  private mutating func receiveInEntry(_ key: Key, _ effects: inout Effects) {
    if key == .control("z") { return effects.append(.suspend) }
    if key == .control("l") { return effects.append(.repaint) }
    if key == .escape || key == .control("c") {
      if case .search = entry { searchText = "" }
      return entry = nil
    }
    switch entry {
    case .help(let scroll): receiveInHelp(key, scroll: scroll)
    case .palette(let line, let chosen): receiveInPalette(key, line, chosen: chosen, &effects)
    case .search(var line):
      if key == .enter {
        entry = nil
        searchText = line.text
        if !searchText.isEmpty { showMatch(1) }
      } else if line.handle(key) {
        searchText = line.text
        entry = .search(line)
      }
    case .typing(var line):
      if key == .enter {
        entry = nil
        type(line.text, &effects)
      } else if line.handle(key) {
        entry = .typing(line)
      }
    case .prompt(let text): receiveInPrompt(key, text, &effects)
    case .setting(let field, var line):
      if key == .enter {
        entry = nil
        change(field, to: line.text, &effects)
      } else if line.handle(key) {
        entry = .setting(field, line)
      }
    case .quitQuestion: receiveInQuitQuestion(key, &effects)
    case nil: break
    }
  }

  private mutating func receiveInPrompt(
    _ key: Key, _ text: TextEditor, _ effects: inout Effects
  ) {
    var text = text
    switch key {
    case .enter:
      entry = nil
      newPrompt(text.text, &effects)
    case .special(.enter, .alt), .alt("\r"), .control("j"), .control("n"):
      text.insert("\n")
      entry = .prompt(text)
    default:
      if text.handle(key) { entry = .prompt(text) }
    }
  }

  private mutating func receiveInHelp(_ key: Key, scroll: Int) {
    switch key {
    case .up, .character("k"): entry = .help(scroll: max(0, scroll - 1))
    case .down, .character("j"): entry = .help(scroll: min(scroll + 1, 1_000))
    case .pageUp: entry = .help(scroll: max(0, scroll - 10))
    case .pageDown, .space: entry = .help(scroll: min(scroll + 10, 1_000))
    default: entry = nil
    }
  }

  private mutating func receiveInQuitQuestion(_ key: Key, _ effects: inout Effects) {
    switch key {
    case .character("y"), .character("q"): effects += [.cancel, .quit]
    case .character("s"):
      entry = nil
      perform(.save, &effects)
    default: entry = nil
    }
  }

  private mutating func receiveInPalette(
    _ key: Key, _ line: LineEditor, chosen: Int, _ effects: inout Effects
  ) {
    var line = line
    let completions = Palette.completions(of: line.textBeforePlace, in: self)
    switch key {
    case .enter:
      entry = nil
      Palette.run(line.text, in: &self, &effects)
    case .tab, .shiftTab:
      guard !completions.isEmpty else { return }
      let index = min(max(chosen, 0), completions.count - 1)
      entry = .palette(LineEditor(completions[index].line), chosen: 0)
    case .up: entry = .palette(line, chosen: max(0, chosen - 1))
    case .down: entry = .palette(line, chosen: min(chosen + 1, max(0, completions.count - 1)))
    case .backspace where line.text.isEmpty: entry = nil
    default:
      if line.handle(key) { entry = .palette(line, chosen: 0) }
    }
  }

  mutating func receivePaste(_ text: String) {
    switch entry {
    case .palette(var line, _):
      line.insert(text)
      entry = .palette(line, chosen: 0)
    case .search(var line):
      line.insert(text)
      searchText = line.text
      entry = .search(line)
    case .typing(var line):
      line.insert(text)
      entry = .typing(line)
    case .prompt(var editor):
      editor.insert(text)
      entry = .prompt(editor)
    case .setting(let field, var line):
      line.insert(text)
      entry = .setting(field, line)
    case .help, .quitQuestion: break
    case nil: say(.warning, "text was pasted", hint: "e types at the cursor, p edits the prompt")
    }
  }

  mutating func receive(_ mouse: MouseEvent, _ effects: inout Effects) {
    guard entry == nil, let panels = PanelLayout(self) else {
      if case .help(let scroll) = entry {
        if mouse.action == .wheelDown { entry = .help(scroll: min(scroll + 3, 1_000)) }
        if mouse.action == .wheelUp { entry = .help(scroll: max(0, scroll - 3)) }
      }
      return
    }
    let (row, column) = (mouse.point.row, mouse.point.column)
    switch mouse.action {
    case .wheelUp: scrollCanvas(by: -3)
    case .wheelDown: scrollCanvas(by: 3)
    case .press(.left), .drag(.left):
      if panels.timeline.contains(row: row, column: column) {
        dragTimeline(to: column, row: row, panels, isPress: mouse.action == .press(.left))
      } else if let index = panels.canvases.firstIndex(where: {
        $0.contains(row: row, column: column)
      }) {
        clickCanvas(index, row: row, column: column, panels, isPress: mouse.action == .press(.left))
      } else if panels.inspector.contains(row: row, column: column) {
        focus = .inspector
        if let index = InspectorPanel.candidate(atRow: row - panels.inspector.row) {
          chosenCandidate = index
        }
      } else if panels.settings.contains(row: row, column: column) {
        focus = .settings
        if let row = SettingsPanel.control(atRow: row - panels.settings.row, panels.settings, self)
        {
          chosenControl = row
        }
      }
    default: break
    }
  }

  private mutating func dragTimeline(
    to column: Int, row: Int, _ panels: PanelLayout, isPress: Bool
  ) {
    let timeline = TimelinePanel(self, panels)
    if isPress, let branch = timeline.branch(atRow: row) {
      if branch.id != session.shownID {
        isRunning = false
        session.show(branch.id, at: session.step)
      }
      focus = .branches
    }
    scrub(to: timeline.step(atColumn: column))
  }

  private mutating func clickCanvas(
    _ index: Int, row: Int, column: Int, _ panels: PanelLayout, isPress: Bool
  ) {
    if compared.indices.contains(index), isPress {
      session.show(compared[index], at: session.step)
    }
    guard let layout = canvasLayout(of: session.shown) else { return }
    let rect = panels.canvases[index]
    let line = row - CanvasPanel.textTop(rect, self) + scroll
    guard let position = layout.position(line: line, column: column - rect.column) else { return }
    if isPress {
      focus = .canvas
      selectionStart = nil
    } else if selectionStart == nil, position != cursor {
      selectionStart = cursor
    }
    cursor = position
    chosenCandidate = 0
    notice = nil
  }
}
