import MaskedDiffusion

/// Changes of the canvas by hand, and undoing them.
extension Playground.State {
  /// Changes what is shown as `body` says, on a branch of its own where there is a future already.
  ///
  /// `body` finds the point that is shown at the end of the branch. Undo calls the change `title`.
  ///
  /// - Returns: Whether there was room for the change.
  @discardableResult
  mutating func changeBranch(
    _ title: String, _ effects: inout Effects, _ body: (inout Branch) -> Void
  ) -> Bool {
    let place = (branch: session.shownID, step: session.step)
    isRunning = false
    if requests.step?.branch == session.shownID || requests.look != nil { cancelWork(&effects) }
    var before: Branch? = session.shown
    if !session.isAtHead {
      guard let id = session.addBranch(leaving: session.shownID, at: session.step) else {
        say(.warning, "there are \(Session.branchLimit) branches", hint: "delete some with :delete")
        return false
      }
      session.show(id, at: place.step)
      before = nil
    }
    session.change(session.shownID, body)
    history.record(
      EditHistory.Entry(
        title: title, before: before.map(Self.withoutOpinions),
        after: Self.withoutOpinions(session.shown), view: place))
    unsavedChanges += 1
    view.notice = nil
    return true
  }

  /// Undo keeps no candidates: they would be kept twice.
  private static func withoutOpinions(_ branch: Branch) -> Branch {
    var branch = branch
    for step in 0...branch.head where !branch.point(step).opinions.isEmpty {
      branch.change(step) { $0.opinions = [] }
    }
    return branch
  }

  /// Changes the canvas that is shown.
  mutating func changeCanvas(
    _ title: String, _ effects: inout Effects, _ body: (inout Canvas) -> Void
  ) {
    var canvas = frame.canvas
    guard canvas.count > 0 else { return say(.warning, "there is no canvas yet") }
    let before = canvas
    body(&canvas)
    guard canvas != before else { return }
    let isDone = changeBranch(title, &effects) { branch in
      branch.change(branch.head) { point in
        point.editedCanvas = canvas
        point.settings = point.settings.fitting(
          answerLength: canvas.answer.count, isUnderWay: false)
        point.forgetOpinions()
      }
      branch.isFinished = false
    }
    if isDone { say(.success, title, hint: "\(keymap.key(for: .undo)) takes it back") }
  }

  mutating func maskSelection(_ effects: inout Effects) {
    let frame = frame
    let positions = selection.filter { $0 < frame.count && !frame.isMasked($0) }
    guard !positions.isEmpty else { return say(.warning, "these positions are masked already") }
    changeCanvas("masked \(Self.counted(positions.count, "token"))", &effects) { canvas in
      for position in positions {
        canvas.put(canvas.maskToken, at: position)
      }
    }
    view.selectionStart = nil
  }

  mutating func lockSelection(_ effects: inout Effects) {
    let frame = frame
    let positions = selection.filter { $0 < frame.count }
    guard let first = positions.first else { return }
    let locks = !frame.isLocked[first]
    let title = "\(locks ? "locked" : "unlocked") \(Self.counted(positions.count, "position"))"
    changeCanvas(title, &effects) { canvas in
      for position in positions { canvas.setLocked(locks, at: position) }
    }
    view.selectionStart = nil
  }

  static func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
  }

  mutating func resizeAnswer(by count: Int, _ effects: inout Effects) {
    let room = model.info.contextLength
    guard count < 0 || frame.count + count <= room else {
      return say(.warning, "the canvas takes at most \(room) positions with this model")
    }
    guard count > 0 || frame.answer.count > 1 else {
      return say(.warning, "the answer has only one position")
    }
    let title =
      "\(count > 0 ? "grew" : "shrank") the canvas by \(Self.counted(abs(count), "position"))"
    changeCanvas(title, &effects) { $0.growAnswer(by: count) }
  }

  /// Puts tokens over those from `position` on, as far as the canvas reaches.
  mutating func put(
    _ tokens: [TokenID], at position: Int, title: String? = nil, _ effects: inout Effects
  ) {
    let isGiven = preferences.typedCountsAsPrompt
    let room = max(0, frame.count - position)
    guard !tokens.isEmpty else { return say(.warning, "nothing was typed") }
    let title = title ?? "typed \(Self.counted(min(tokens.count, room), "token"))"
    changeCanvas(title, &effects) { canvas in
      for (offset, token) in tokens.prefix(room).enumerated() {
        canvas.put(token, at: position + offset, isGiven: isGiven)
      }
    }
    if tokens.count > room {
      say(
        .warning, "\(Self.counted(tokens.count - room, "token")) did not fit",
        hint: "\(keymap.key(for: .grow)) grows the canvas")
    }
    view.cursor = min(position + tokens.count, max(0, frame.count - 1))
  }

  /// Puts tokens before the one at `position`; the canvas grows by as many.
  mutating func insert(_ tokens: [TokenID], at position: Int, _ effects: inout Effects) {
    guard !tokens.isEmpty else { return say(.warning, "nothing was typed") }
    let room = model.info.contextLength
    guard frame.count + tokens.count <= room else {
      return say(
        .warning, "the canvas takes at most \(room) positions with this model",
        hint: "without inserting, typed text replaces what is there")
    }
    let answer = frame.answer
    guard answer.contains(position) || position == answer.upperBound else {
      return say(.warning, "text can be inserted into the answer, not into the prompt")
    }
    let inserted = frame.inserting(
      tokens, at: position, isGiven: preferences.typedCountsAsPrompt)
    changeCanvas("inserted \(Self.counted(tokens.count, "token"))", &effects) {
      $0 = inserted.canvas
    }
    view.cursor = min(position + tokens.count, max(0, frame.count - 1))
  }

  /// Puts the candidate chosen in the inspector; by hand, that is a step of the run.
  mutating func acceptCandidate(_ effects: inout Effects) {
    let opinion = session.point.opinion(at: view.cursor)
    guard let opinion, opinion.top.indices.contains(view.chosenCandidate) else {
      return say(
        .warning, "no candidates are known for this position",
        hint: canCompute(session.shown) ? "they are being computed" : nil)
    }
    let candidate = opinion.top[view.chosenCandidate]
    guard view.handTally != nil else {
      let word = TokenText.plain(model, candidate.token, symbols: symbols).text
      return put([candidate.token], at: view.cursor, title: "chose \"\(word)\"", &effects)
    }
    guard frame.isMasked(view.cursor), !frame.isLocked[view.cursor],
      candidate.token != frame.maskToken
    else {
      return say(.warning, "by hand only open masks get a token", hint: "] goes to the next")
    }
    stepByHand(candidate, opinion, &effects)
  }

  private mutating func stepByHand(
    _ candidate: Opinion.TokenProbability, _ opinion: Opinion, _ effects: inout Effects
  ) {
    let position = view.cursor
    let point = session.point
    var tokens = frame.tokens
    tokens[position] = candidate.token
    let step = TraceStep(
      step: session.step + 1, time: point.proposal?.time ?? 0,
      nextTime: point.proposal?.nextTime ?? 0, block: 0..<frame.count, forwards: 1,
      unmasked: [
        TraceStep.Unmasking(
          position: position, token: candidate.token, confidence: candidate.probability,
          entropy: opinion.entropy)
      ],
      remasked: [], canvas: tokens, meanEntropy: Self.meanEntropy(of: point))
    let isDone = changeBranch("a step by hand", &effects) { branch in
      branch.append(Point(step: step, settings: branch.settings, isByHand: true))
    }
    guard isDone else { return }
    session.show(step: session.shown.head)
    view.handTally?.count(position: position, token: candidate.token, at: point)
    view.chosenCandidate = 0
    moveCursor(toMask: 1)
  }

  static func meanEntropy(of point: Point) -> Double? {
    guard !point.guesses.isEmpty else { return nil }
    return point.guesses.reduce(0) { $0 + Double($1.entropy) } / Double(point.guesses.count)
  }

  mutating func undo(_ effects: inout Effects) {
    guard let entry = history.popDone() else { return say(.warning, "nothing to undo") }
    bring(entry.before, inPlaceOf: entry.after, &effects)
    if entry.before == nil { session.show(entry.view.branch, at: entry.view.step) }
    say(.success, "undone: \(entry.title)", hint: "\(keymap.key(for: .redo)) does it again")
  }

  mutating func redo(_ effects: inout Effects) {
    guard let entry = history.popUndone() else { return say(.warning, "nothing to redo") }
    bring(entry.after, inPlaceOf: entry.before, &effects)
    say(.success, "done again: \(entry.title)")
  }

  /// A branch that went through all points of `wanted`, and maybe on from there.
  private func branch(like wanted: Branch) -> Branch? {
    session.branches.first { branch in
      guard branch.model == wanted.model, branch.start == wanted.start, branch.head >= wanted.head
      else { return false }
      return (0...wanted.head).allSatisfy { step in
        let (one, other) = (branch.point(step), wanted.point(step))
        return one.step == other.step && one.editedCanvas == other.editedCanvas
          && one.settings == other.settings
      }
    }
  }

  /// Puts one version of a branch in place of another; steps done since then are kept, on the
  /// branch as it is.
  private mutating func bring(
    _ wanted: Branch?, inPlaceOf current: Branch?, _ effects: inout Effects
  ) {
    isRunning = false
    cancelWork(&effects)
    let now = current.flatMap { session.branch($0.id) }
    let hasMovedOn = now.map { $0.steps.count != current?.steps.count } ?? false
    if let wanted {
      if hasMovedOn, let same = branch(like: wanted) {
        session.show(same.id, at: wanted.head)
      } else if hasMovedOn {
        guard let id = session.addBranch(leaving: wanted.id, at: wanted.head) else { return }
        session.change(id) { $0 = wanted.copied(id: id, name: $0.name) }
        session.show(id, at: wanted.head)
      } else {
        session.restore(wanted)
        session.show(wanted.id, at: wanted.head)
      }
    } else if let current, !hasMovedOn {
      session.remove(current.id)
    }
    unsavedChanges += 1
  }
}
