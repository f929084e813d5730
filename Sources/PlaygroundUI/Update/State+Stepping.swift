import MaskedDiffusion

/// Steps and looks: what is asked of the runtime, and what comes back.
extension Playground.State {
  /// How to get to a point: from the nearest state kept, over what happened since.
  package func origin(of branch: Branch, at step: Int) -> Playground.Origin {
    var start = branch.clamped(step)
    while start > 0, branch.point(start).state == nil || branch.point(start).isByHand { start -= 1 }
    let first = branch.point(start)
    var origin = Playground.Origin(
      state: first.state ?? SamplerState(canvas: branch.start),
      settings: start == 0 ? first.settings : branch.point(start - 1).settings, legs: [])
    for index in start...branch.clamped(step) {
      let point = branch.point(index)
      let isReached = index == start
      if !isReached, !point.isByHand { origin.legs[origin.legs.count - 1].steps += 1 }
      var canvas = point.editedCanvas
      if canvas == nil, point.isByHand { canvas = Frame(branch, at: index).canvas }
      if isReached || canvas != nil || origin.legs.last?.settings != point.settings {
        origin.legs.append(
          Playground.Origin.Leg(canvas: canvas, settings: point.settings, steps: 0))
      }
    }
    return origin
  }

  /// Whether steps of the branch can be computed.
  func canCompute(_ branch: Branch) -> Bool { models[branch.model]?.isLoaded == true }

  /// Asks for the step after the last one of a branch, unless one is being computed.
  mutating func requestStep(of id: BranchID, _ effects: inout Effects) {
    guard requests.step == nil, let branch = session.branch(id) else { return }
    guard canCompute(branch) else {
      isRunning = false
      say(
        .warning,
        "this is a replay: \(branch.model.isEmpty ? "no model" : branch.model) is not loaded",
        hint: "load it with :model NAME to go on from here")
      return
    }
    let number = requests.next()
    requests.step = Playground.Requests.Place(number: number, branch: id, step: branch.head)
    effects.append(
      .step(
        Playground.StepRequest(
          number: number, model: branch.model, origin: origin(of: branch, at: branch.head))))
  }

  mutating func receive(_ report: Playground.StepReport, _ effects: inout Effects) {
    guard let place = requests.step, place.number == report.number else { return }
    requests.step = nil
    guard let branch = session.branch(place.branch), branch.head == place.step else { return }
    let follows = session.shownID == place.branch && session.step == place.step
    session.change(place.branch) { branch in
      if var step = report.step {
        branch.change(place.step) { point in
          guard point.opinions.isEmpty, !step.opinions.isEmpty else { return }
          point.record(step.opinions, coversUnmasked: false)
        }
        // Steps chosen by hand are not counted by the sampler.
        step.step = branch.head + 1
        step.opinions = []
        var point = Point(step: step, settings: branch.settings, state: report.state)
        point.visits = report.visits
        branch.append(point)
      }
      let isWritten =
        branch.endsWithTheLastMask && Frame(branch, at: branch.head).maskedCount == 0
      branch.isFinished = report.isFinished || report.step == nil || isWritten
    }
    if follows, view.compared.isEmpty {
      session.show(step: place.step + 1)
      if let step = session.point.step { followKept(step) }
    }
    applyQueuedSettings()
    session.trim()
    if view.compared.isEmpty {
      if session.branch(place.branch)?.isFinished == true { finish() }
      goOn(&effects)
    } else if view.race != nil {
      continueRace(&effects)
    } else if requests.goal == session.step + 1 {
      advanceCompared(&effects)
    }
  }

  private mutating func finish() {
    isRunning = false
    view.notice = nil
  }

  /// The answer up to the end of the text, without masks.
  func writtenTokens(of branch: Branch) -> [TokenID] {
    let frame = Frame(branch, at: session.step)
    let end = frame.end(endOfText: model(of: branch).endOfText) ?? frame.count
    return frame.tokens[..<min(end, frame.count)].filter {
      $0 != frame.maskToken && !model(of: branch).endOfText.contains($0)
    }
  }

  /// While running: the next step after the delay.
  mutating func goOn(_ effects: inout Effects) {
    if let goal = requests.ahead { return goOn(to: goal, &effects) }
    guard isRunning else { return }
    if preferences.delayMilliseconds == 0 {
      advance(&effects)
    } else {
      scheduleTick(&effects)
    }
  }

  mutating func scheduleTick(_ effects: inout Effects) {
    let number = requests.next()
    requests.tick = number
    effects.append(
      .scheduleTick(number: number, milliseconds: max(1, preferences.delayMilliseconds)))
  }

  mutating func receiveTick(_ number: Int, _ effects: inout Effects) {
    guard requests.tick == number else { return }
    requests.tick = nil
    if isRunning { advance(&effects) }
  }

  /// One step forward: over what is recorded, then by the model.
  mutating func advance(_ effects: inout Effects) {
    guard view.compared.isEmpty else { return advanceCompared(&effects) }
    let branch = session.shown
    if session.step < branch.head {
      session.show(step: session.step + 1)
      if let step = session.point.step { followKept(step) }
      if session.isAtHead && (branch.isFinished || !canCompute(branch)) { isRunning = false }
      // Recorded steps cost nothing; without a delay they would all be shown at once.
      if isRunning { scheduleTick(&effects) }
    } else if branch.isFinished || frame.maskedCount == 0 && branch.endsWithTheLastMask {
      isRunning = false
      say(
        .success, "the run is finished",
        hint: "← goes back, \(keymap.key(for: .restart)) starts again, "
          + "\(keymap.key(for: .newSeed)) with another seed")
    } else {
      requestStep(of: branch.id, &effects)
    }
  }

  /// Several steps forward, as one step several times.
  mutating func advance(steps: Int, _ effects: inout Effects) {
    let before = view.race?.time ?? Double(session.step)
    let goal = Playground.Requests.Place(
      number: 0, branch: session.shownID, step: session.step + steps)
    scrub(to: goal.step)
    let isMoved = (view.race?.time ?? Double(session.step)) > before
    guard view.race == nil else { return isMoved ? () : advance(&effects) }
    guard session.step < goal.step, !isMoved || !isShownFinished else { return }
    requests.ahead = goal
    advance(&effects)
    if requests.step == nil { requests.ahead = nil }
  }

  /// Whether no step of what is shown is left.
  private var isShownFinished: Bool {
    let shown =
      view.compared.isEmpty ? [session.shown] : view.compared.compactMap { session.branch($0) }
    return shown.allSatisfy(\.isFinished)
  }

  /// The next step on the way to one that was asked for.
  private mutating func goOn(to goal: Playground.Requests.Place, _ effects: inout Effects) {
    let isElsewhere = view.compared.isEmpty && session.shownID != goal.branch
    guard session.step < goal.step, !isElsewhere, !isShownFinished else {
      requests.ahead = nil
      return
    }
    advance(&effects)
    if requests.step == nil { requests.ahead = nil }
  }

  /// Starts or stops the run.
  mutating func toggleRun(_ effects: inout Effects) {
    isRunning.toggle()
    (requests.tick, requests.ahead) = (nil, nil)
    view.notice = nil
    if isRunning { advance(&effects) }
  }

  /// Drops all work for the model; its answers are then ignored.
  mutating func cancelWork(_ effects: inout Effects) {
    guard requests.step != nil || requests.look != nil else { return }
    requests.step = nil
    requests.look = nil
    (requests.goal, requests.ahead) = (nil, nil)
    applyQueuedSettings()
    effects.append(.cancel)
  }
}

/// Looks.
extension Playground.State {
  /// Asks what the predictor thinks of the canvas that is shown, if that is wanted and not known.
  mutating func requestLook(_ effects: inout Effects) {
    let branch = session.shown
    let point = session.point
    let (step, wantsAll) = (session.step, needsUnmaskedOpinions)
    let wantsProposal =
      (view.handTally != nil || !isRunning) && !branch.isFinished && !point.isProposalKnown
    guard requests.step == nil, canCompute(branch), !point.hasLookFailed, branch.start.count > 0,
      point.opinions.isEmpty || (wantsAll && !point.coversUnmasked) || wantsProposal
    else { return }
    guard wantsAll || frame.maskedCount > 0 else { return }
    let coversUnmasked = wantsAll || point.coversUnmasked
    if let look = requests.look {
      let isSame =
        look.branch == branch.id && look.step == step && (look.coversUnmasked || !wantsAll)
        && (look.wantsProposal || !wantsProposal)
      guard !isSame else { return }
      effects.append(.cancel)
    }
    let number = requests.next()
    requests.look = Playground.Requests.Place(
      number: number, branch: branch.id, step: step, coversUnmasked: coversUnmasked,
      wantsProposal: wantsProposal)
    effects.append(
      .look(
        Playground.LookRequest(
          number: number, model: branch.model, origin: origin(of: branch, at: step),
          coversUnmasked: coversUnmasked, wantsProposal: wantsProposal,
          overlay: wantsProposal ? view.overlay : nil)))
  }

  /// Whether the cursor rests on an unmasked position of the answer.
  private var needsUnmaskedOpinions: Bool {
    let frame = frame
    return !isRunning && frame.answer.contains(view.cursor) && view.cursor < frame.count
      && !frame.isMasked(view.cursor)
  }

  mutating func receive(_ report: Playground.LookReport) {
    guard let look = requests.look, look.number == report.number else { return }
    requests.look = nil
    let overlay = view.overlay
    session.change(look.branch) { branch in
      guard look.step <= branch.head else { return }
      branch.change(look.step) { point in
        point.record(report.opinions, coversUnmasked: look.coversUnmasked)
        if look.wantsProposal {
          point.proposal = report.proposal
          point.otherProposal = report.overlay
          point.otherStrategy = report.overlay == nil ? nil : overlay
          point.isProposalKnown = true
        }
        // An empty answer is an answer: it is not asked for again.
        if report.opinions.isEmpty { point.hasLookFailed = true }
      }
    }
    if look.branch == session.shownID, look.step == 0 { followOpenMask() }
    session.trim()
  }
}
