import MaskedDiffusion

/// What each action does.
extension Playground.State {
  mutating func perform(_ action: Action, _ effects: inout Effects) {
    action.row.perform(&self, &effects)
  }

  static func next<Value: CaseIterable & Equatable>(after value: Value, by offset: Int = 1) -> Value
  {
    let all = Array(Value.allCases)
    let index = all.firstIndex(of: value) ?? 0
    return all[((index + offset) % all.count + all.count) % all.count]
  }

  /// The name to save under: the one saved under before, else one made from the branch.
  var suggestedTrace: String {
    writtenFiles.last { $0.hasSuffix(".jsonl") } ?? "\(suggestedFile).jsonl"
  }

  /// A name for a picture that this session has not written.
  var suggestedPicture: String {
    var number = 1
    while true {
      let name = suggestedFile + (number > 1 ? "-\(number)" : "") + ".txt"
      if !writtenFiles.contains(name) { return name }
      number += 1
    }
  }

  private var suggestedFile: String {
    let name = session.shown.name.filter { $0.isLetter || $0.isNumber || $0 == "-" }
    return "run-" + (name.isEmpty ? "a" : name)
  }

  /// Shows a step; one that does not exist is said so.
  mutating func goTo(step: Int) {
    let last = view.compared.compactMap { session.branch($0)?.head }.max() ?? session.shown.head
    scrub(to: step)
    if step > last {
      say(.warning, "step \(step) is not there yet: the last one is \(last)")
    }
  }

  /// Shows the last step so far.
  mutating func showLast() {
    scrub(to: Int.max)
    if session.step == 0 {
      say(.warning, "there is no step yet", hint: "\(keymap.key(for: .run)) runs")
    }
  }

  mutating func scrub(to step: Int) {
    isRunning = false
    requests.tick = nil
    (requests.goal, requests.ahead) = (nil, nil)
    view.notice = nil
    guard view.race == nil else { return showRace(step: step) }
    let last =
      view.compared.compactMap { session.branch($0)?.head }.max() ?? session.shown.head
    let step = min(max(step, 0), last)
    if step > session.shown.head,
      let longest = view.compared.compactMap({ session.branch($0) })
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

  mutating func toggleHand(_ effects: inout Effects) {
    isRunning = false
    if view.handTally == nil {
      view.handTally = HandTally()
      session.changePoint { $0.isProposalKnown = false }
      say(
        .success, "decoding by hand: ↑ ↓ choose a candidate, enter puts it",
        hint: "the tally compares with \(session.settings.strategy.name)")
      view.focus = .inspector
      view.isFollowing = false
      if frame.count > view.cursor, !frame.isMasked(view.cursor) { moveCursor(toMask: 1) }
    } else {
      view.handTally = nil
      view.focus = .canvas
      say(.success, "the strategy decides again")
    }
  }

  mutating func choose(_ offset: Int) {
    switch view.focus {
    case .canvas, .map, .likelihood: moveCursor(lines: offset)
    case .inspector: view.chosenCandidate = max(0, view.chosenCandidate + offset)
    case .settings:
      let rows = ControlRow.rows(of: self)
      let index = (rows.firstIndex(of: view.chosenControl) ?? 0) + offset
      view.chosenControl = rows[min(max(index, 0), rows.count - 1)]
    case .branches: showBranch(offset: offset)
    case .lesson: chooseAnswer(offset)
    }
  }

  mutating func accept(_ effects: inout Effects) {
    switch view.focus {
    case .canvas where view.handTally == nil, .map: view.focus = .inspector
    case .canvas, .inspector: acceptCandidate(&effects)
    case .settings: editControl()
    case .branches: view.focus = .canvas
    case .likelihood: drawMoreSamples(&effects)
    case .lesson: turnPage(&effects)
    }
  }

  mutating func cancel(_ effects: inout Effects) {
    if requests.step != nil {
      isRunning = false
      cancelWork(&effects)
      session.changePoint { $0.hasLookFailed = true }
      say(.warning, "stopped", hint: "\(keymap.key(for: .run)) goes on")
    } else if view.selectionStart != nil {
      view.selectionStart = nil
    } else if view.focus != .canvas, view.focus != .lesson {
      view.focus = view.lesson == nil ? .canvas : .lesson
    } else if view.isPresenting {
      view.isPresenting = false
    } else if !view.compared.isEmpty {
      view.compared = []
    } else {
      view.searchText = ""
      view.notice = nil
    }
  }
}

/// What is looked at, and how.
extension Playground.State {
  mutating func toggleGhosts() {
    preferences.showsGhosts.toggle()
    say(.success, "guesses are \(preferences.showsGhosts ? "shown" : "hidden")")
  }

  mutating func nextColouring() {
    preferences.colouring = Self.next(after: preferences.colouring)
    let ends = preferences.colouring.ends
    say(
      .success, "colours show \(preferences.colouring.summary)",
      hint: "from \(ends.low) to \(ends.high)")
  }

  mutating func nextTheme() {
    preferences.theme = Self.next(after: preferences.theme)
    say(.success, "the theme is \(preferences.theme.rawValue)")
  }

  mutating func toggleTypedIsPrompt() {
    preferences.typedCountsAsPrompt.toggle()
    say(
      .success,
      "typed text counts as \(preferences.typedCountsAsPrompt ? "prompt" : "answer") for guidance")
  }

  mutating func toggleSelection() {
    guard view.selectionStart == nil else { return view.selectionStart = nil }
    view.selectionStart = view.cursor
    view.isFollowing = false
    let (mask, lock) = (keymap.key(for: .mask), keymap.key(for: .lock))
    say(.success, "a selection begins here", hint: "\(mask) masks it, \(lock) locks it")
  }

  mutating func toggleFollowing() {
    view.isFollowing.toggle()
    preferences.followsKept = view.isFollowing
    say(
      .success,
      view.isFollowing ? "the cursor follows the token just kept" : "the cursor stays where it is")
  }

  mutating func toggleMap(_ effects: inout Effects) {
    guard view.compared.isEmpty else {
      return say(.warning, "there is no map of runs side by side", hint: "escape ends comparing")
    }
    endLikelihood(&effects)
    view.isMapLarge.toggle()
    view.focus = view.isMapLarge ? .map : .canvas
  }

  mutating func togglePresenting() {
    view.isPresenting.toggle()
    if view.isPresenting { view.compared = [] }
    view.notice = nil
    scrollToCursor()
  }

  mutating func toggleOverlay() {
    guard view.overlay == nil else {
      view.overlay = nil
      forgetOverlay()
      return say(.success, "only what the strategy of the run keeps is marked")
    }
    mode = .palette(PaletteMode("overlay "))
  }

  /// Marks what a second strategy would keep in the next step.
  mutating func showOverlay(of strategy: AlgorithmSelection) {
    view.overlay = strategy
    forgetOverlay()
    say(
      .success,
      "\(symbols.other) is what \(strategy.name) would keep besides; no \(symbols.other): the same",
      hint: "\(keymap.key(for: .overlay)) ends it")
  }

  private mutating func forgetOverlay() {
    session.changePoint { point in
      point.otherProposal = nil
      point.otherStrategy = nil
      point.isProposalKnown = false
    }
  }

  mutating func quit(_ effects: inout Effects) {
    if unsavedChanges > 0 {
      mode = .question(QuestionMode())
    } else {
      effects += [.cancel, .quit]
    }
  }
}

extension Preferences.Colouring {
  /// What the colours say, in words.
  package var summary: String {
    switch self {
    case .confidence: "how probable a token was"
    case .entropy: "how certain the predictor was"
    case .margin: "how far the best token was ahead of the second"
    case .order: "which tokens came first"
    case .age: "how long ago a token came"
    }
  }
}
