import MaskedDiffusion

/// What each action does.
extension Playground.State {
  mutating func perform(_ action: Action, _ effects: inout Effects) {
    switch action {
    case .run: toggleRun(&effects)
    case .forward:
      isRunning = false
      advance(&effects)
    case .back: scrub(to: session.step - 1)
    case .first: scrub(to: 0)
    case .last: scrub(to: Int.max)
    case .pageBack: scrub(to: session.step - 10)
    case .pageForward: scrub(to: session.step + 10)
    case .restart: restart(newSeed: false, &effects)
    case .newSeed: restart(newSeed: true, &effects)
    case .faster: changeDelay(-1)
    case .slower: changeDelay(1)
    case .tokenLeft: moveCursor(by: -1)
    case .tokenRight: moveCursor(by: 1)
    case .lineUp: moveCursor(lines: -1)
    case .lineDown: moveCursor(lines: 1)
    case .nextMask: moveCursor(toMask: 1)
    case .previousMask: moveCursor(toMask: -1)
    case .select: selectionStart = selectionStart == nil ? cursor : nil
    case .branch: branchOff(&effects)
    case .nextBranch: showBranch(offset: 1)
    case .previousBranch: showBranch(offset: -1)
    case .delete: deleteBranch(&effects)
    default: performEdit(action, &effects)
    }
  }

  private mutating func performEdit(_ action: Action, _ effects: inout Effects) {
    switch action {
    case .type: entry = .typing(LineEditor())
    case .editPrompt: entry = .prompt(TextEditor(session.shown.promptText))
    case .mask: maskSelection(&effects)
    case .lock: lockSelection(&effects)
    case .grow: resizeAnswer(by: 1, &effects)
    case .shrink: resizeAnswer(by: -1, &effects)
    case .undo: undo(&effects)
    case .redo: redo(&effects)
    case .typedIsPrompt:
      preferences.typedCountsAsPrompt.toggle()
      say(
        .success,
        "typed text counts as \(preferences.typedCountsAsPrompt ? "prompt" : "answer") for guidance"
      )
    case .hand: toggleHand(&effects)
    case .compare: compare([], &effects)
    default: performView(action, &effects)
    }
  }

  private mutating func performView(_ action: Action, _ effects: inout Effects) {
    switch action {
    case .ghosts:
      preferences.showsGhosts.toggle()
      say(.success, "ghosts are \(preferences.showsGhosts ? "on" : "off")")
    case .colours:
      preferences.colouring = Self.next(after: preferences.colouring)
      say(.success, "colours show \(preferences.colouring.summary)")
    case .grid:
      preferences.canvas = Self.next(after: preferences.canvas)
      scrollToCursor()
    case .theme:
      preferences.theme = Self.next(after: preferences.theme)
      say(.success, "the theme is \(preferences.theme.rawValue)")
    case .nextPanel: moveFocus(by: 1)
    case .previousPanel: moveFocus(by: -1)
    case .palette: entry = .palette(LineEditor(), chosen: 0)
    case .search: entry = .search(LineEditor())
    case .nextMatch: showMatch(1)
    case .previousMatch: showMatch(-1)
    case .open: entry = .palette(LineEditor("open "), chosen: 0)
    case .save: entry = .palette(LineEditor("save \(suggestedFile).jsonl"), chosen: 0)
    case .export: entry = .palette(LineEditor("export \(suggestedFile).txt"), chosen: 0)
    case .copy: copyText(&effects)
    case .saveSettings: effects.append(.savePreferences(preferences))
    default: performInPanel(action, &effects)
    }
  }

  private mutating func performInPanel(_ action: Action, _ effects: inout Effects) {
    switch action {
    case .chooseUp: choose(-1)
    case .chooseDown: choose(1)
    case .decrease: adjustControl(by: -1, &effects)
    case .increase: adjustControl(by: 1, &effects)
    case .accept: accept(&effects)
    case .reset: resetControl(&effects)
    case .help: entry = .help(scroll: 0)
    case .cancel: cancel(&effects)
    case .redraw: effects.append(.repaint)
    case .suspend: effects.append(.suspend)
    case .quit:
      if unsavedChanges > 0 { entry = .quitQuestion } else { effects += [.cancel, .quit] }
    default: break
    }
  }

  /// Gives the keyboard to the next panel that is on the screen.
  private mutating func moveFocus(by offset: Int) {
    let hasSide = PanelLayout(self).map { !$0.inspector.isEmpty } ?? true
    repeat {
      focus = Self.next(after: focus, by: offset)
    } while !hasSide && (focus == .inspector || focus == .settings)
  }

  static func next<Value: CaseIterable & Equatable>(after value: Value, by offset: Int = 1) -> Value
  {
    let all = Array(Value.allCases)
    let index = all.firstIndex(of: value) ?? 0
    return all[((index + offset) % all.count + all.count) % all.count]
  }

  /// A file name made from the branch.
  private var suggestedFile: String {
    let name = session.shown.name.filter { $0.isLetter || $0.isNumber || $0 == "-" }
    return "run-" + (name.isEmpty ? "a" : name)
  }

  mutating func scrub(to step: Int) {
    isRunning = false
    waiting.tick = nil
    waiting.goal = nil
    notice = nil
    let last =
      compared.compactMap { session.branch($0)?.head }.max() ?? session.shown.head
    let step = min(max(step, 0), last)
    if step > session.shown.head,
      let longest = compared.compactMap({ session.branch($0) })
        .first(where: { $0.head >= step })
    {
      session.show(longest.id, at: step)
    }
    session.show(step: step)
  }

  /// The delays `+` and `-` step through.
  private static let delays = [0, 15, 30, 60, 120, 250, 500, 1_000, 2_000]

  mutating func changeDelay(_ direction: Int) {
    let now = preferences.delayMilliseconds
    let next =
      direction < 0
      ? Self.delays.last { $0 < now } ?? 0 : Self.delays.first { $0 > now } ?? now
    preferences.delayMilliseconds = next
    say(.success, next == 0 ? "no delay between steps" : "\(next) ms between steps")
  }

  private mutating func toggleHand(_ effects: inout Effects) {
    isRunning = false
    if handTally == nil {
      handTally = HandTally()
      session.changePoint { $0.isProposalKnown = false }
      say(
        .success, "decoding by hand: ↑ ↓ choose a candidate, enter puts it",
        hint: "the tally compares with \(session.settings.strategy.name)")
      focus = .inspector
      if frame.count > cursor, !frame.isMasked(cursor) { moveCursor(toMask: 1) }
    } else {
      handTally = nil
      focus = .canvas
      say(.success, "the strategy decides again")
    }
  }

  private mutating func choose(_ offset: Int) {
    switch focus {
    case .canvas: moveCursor(lines: offset)
    case .inspector: chosenCandidate = max(0, chosenCandidate + offset)
    case .settings:
      let rows = ControlRow.rows(of: self)
      let index = (rows.firstIndex(of: chosenControl) ?? 0) + offset
      chosenControl = rows[min(max(index, 0), rows.count - 1)]
    case .branches: showBranch(offset: offset)
    }
  }

  private mutating func accept(_ effects: inout Effects) {
    switch focus {
    case .canvas where handTally == nil: focus = .inspector
    case .canvas, .inspector: acceptCandidate(&effects)
    case .settings: editControl()
    case .branches: focus = .canvas
    }
  }

  private mutating func cancel(_ effects: inout Effects) {
    if waiting.step != nil {
      isRunning = false
      cancelWork(&effects)
      session.changePoint { $0.hasLookFailed = true }
      say(.warning, "stopped", hint: "\(Keymap.key(for: .run)) goes on")
    } else if selectionStart != nil {
      selectionStart = nil
    } else if focus != .canvas {
      focus = .canvas
    } else if !compared.isEmpty {
      compared = []
    } else {
      searchText = ""
      notice = nil
    }
  }
}

extension Preferences.Colouring {
  /// What the colours say, in words.
  package var summary: String {
    switch self {
    case .confidence: "how probable a token was"
    case .entropy: "how certain the predictor was"
    case .order: "which tokens came first"
    case .age: "how long ago a token came"
    }
  }
}
