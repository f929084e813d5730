package import MaskedDiffusion

/// New runs, other settings, branches.
extension Playground.State {
  /// Asks for the tokens of a prompt; the run starts when they are there.
  mutating func startRun(
    model: String, text: String, length: Int, settings: SamplerSettings,
    besides: BranchID? = nil, _ effects: inout Effects
  ) {
    guard models[model]?.isLoaded == true else {
      return say(.warning, "\(model) is not loaded", hint: "load it with :model NAME")
    }
    let number = requests.next()
    requests.tokens[number] = .start(
      model: model, text: text, length: length, settings: settings, besides: besides)
    effects.append(
      .tokenize(
        Playground.TokenizeRequest(
          number: number, model: model, text: text, readsMasks: true, isPrompt: true)))
  }

  mutating func receive(_ report: Playground.TokenizeReport, _ effects: inout Effects) {
    switch requests.tokens.removeValue(forKey: report.number) {
    case .start(let model, let text, let length, let settings, let besides):
      let compared = view.compared
      start(
        model: model, text: text, tokens: report.tokens, length: length, settings: settings,
        replacing: besides == nil, &effects)
      if let besides, session.branch(besides) != nil, session.shownID != besides {
        // One more beside those that are compared already.
        view.compared =
          compared.contains(besides) && compared.count < 4
          ? compared + [session.shownID] : [besides, session.shownID]
        if requests.startsRace { beginRace() }
      }
    case .typing(let branch, let step, let position, let inserts):
      guard session.branch(branch) != nil else { return }
      session.show(branch, at: step)
      if inserts {
        insert(report.tokens, at: position, &effects)
      } else {
        put(report.tokens, at: position, &effects)
      }
    case .draft(let model, let text, let settings):
      start(
        model: model, text: text, tokens: report.tokens, length: 0, settings: settings,
        replacing: true, isDraft: true, &effects)
    case .preview: receivePreview(report.tokens)
    case nil: break
    }
  }

  /// Begins a run: in place of one that has not begun, else on a branch of its own.
  private mutating func start(
    model name: String, text: String, tokens: [TokenID], length: Int,
    settings: SamplerSettings, replacing: Bool, isDraft: Bool = false, _ effects: inout Effects
  ) {
    guard let model = models[name] else { return }
    let room = model.info.contextLength
    guard tokens.count <= room, length <= room - tokens.count else {
      var prompt = PromptMode(text)
      prompt.receive(tokenCount: tokens.count)
      mode = prompt.mode
      return say(
        .error,
        "prompt and answer take \(tokens.count) + \(length) positions, expected at most \(room)",
        hint: tokens.count < room
          ? ":length \(room - tokens.count) is the longest answer that fits"
          : "shorten the prompt")
    }
    let canvas =
      isDraft
      ? Self.draft(of: tokens, maskToken: model.info.maskToken)
      : Canvas(
        prompt: tokens, length: max(0, length), maskToken: model.info.maskToken,
        answersPrompt: tokens.contains(model.info.maskToken))
    view.noising = nil
    guard canvas.tokens.contains(canvas.maskToken) || isDraft && !tokens.isEmpty else {
      return say(.error, "nothing is masked", hint: "give a :length, or put [MASK] into the text")
    }
    var settings = settings
    settings.steps = steps(settings.steps, on: canvas, text: text, model.info)
    if !isDraft { settings.endOfText = endOfText(settings.endOfText, on: canvas, model.info) }
    settings.recordedCandidates = Playground.candidateCount
    settings = settings.fitting(answerLength: canvas.answer.count, isUnderWay: false)
    isRunning = false
    cancelWork(&effects)
    if replacing, session.branches.count == 1, session.shown.head == 0, !session.shown.hasEdits {
      session = Session(model: name, promptText: text, start: canvas, settings: settings)
    } else {
      guard
        let id = session.addRun(
          model: name, promptText: text, start: canvas, settings: settings)
      else { return say(.warning, "there are \(Session.branchLimit) branches") }
      session.show(id, at: 0)
      unsavedChanges += 1
    }
    session.change(session.shownID) { $0.appendedLength = max(0, length) }
    (view.compared, view.race) = ([], nil)
    view.notice = nil
    view.isFollowing = preferences.followsKept
    view.cursor = canvas.tokens.firstIndex(of: canvas.maskToken) ?? 0
    view.selectionStart = nil
    view.scroll = 0
    warnOfBlocks()
    sayWhatIsOpen()
  }

  /// The steps of a new run: those of now, but as many as gaps need where nobody chose any.
  private func steps(
    _ steps: Int, on canvas: Canvas, text: String, _ info: ModelInfo
  ) -> Int {
    let suggested = info.suggestedSettings.steps, branch = session.shown
    let fitted = branch.start.fittingSteps(suggested, forLength: info.suggestedLength)
    guard PromptMode.hasGap(text) else {
      return PromptMode.hasGap(branch.promptText) && steps == fitted ? suggested : steps
    }
    return [suggested, fitted].contains(steps)
      ? canvas.fittingSteps(suggested, forLength: info.suggestedLength) : steps
  }

  /// What the end of a text means on a new canvas: what is usual there, unless the model or somebody has
  /// said something else.
  private func endOfText(
    _ policy: EndOfTextPolicy, on canvas: Canvas, _ info: ModelInfo
  ) -> EndOfTextPolicy {
    let own = info.suggestedSettings.endOfText
    guard own == .stop, !info.endOfTextIsChosen else { return policy }
    let isUsual = policy == own || policy == session.shown.start.usualEndOfText
    return isUsual ? canvas.usualEndOfText : policy
  }

  /// A canvas that is all answer, and written already.
  private static func draft(of tokens: [TokenID], maskToken: TokenID) -> Canvas {
    var canvas = Canvas(prompt: [], length: tokens.count, maskToken: maskToken)
    for (position, token) in tokens.enumerated() { canvas.put(token, at: position) }
    return canvas
  }

  /// Changes the settings of the next step; while one is computed, those of the step after it.
  mutating func changeSettings(to settings: SamplerSettings, _ effects: inout Effects) {
    guard settings != session.settings else {
      requests.queued = nil
      return
    }
    let settings = settings.fitting(
      answerLength: frame.answer.count, isUnderWay: session.step > 0)
    if let step = requests.step, step.branch == session.shownID, session.isAtHead {
      requests.queued = Playground.QueuedSettings(branch: session.shownID, settings: settings)
      return
    }
    if !session.isAtHead {
      guard let id = session.addBranch(leaving: session.shownID, at: session.step) else {
        return say(.warning, "there are \(Session.branchLimit) branches")
      }
      if let index = view.compared.firstIndex(of: session.shownID) { view.compared[index] = id }
      session.show(id, at: session.step)
      unsavedChanges += 1
    }
    let isOtherDistribution = !settings.predictsAlike(session.settings)
    session.changePoint { point in
      point.settings = settings
      point.proposal = nil
      point.isProposalKnown = false
      if isOtherDistribution { point.forgetOpinions() }
    }
    if isOtherDistribution, requests.look != nil {
      requests.look = nil
      effects.append(.cancel)
    }
    if settings.steps > session.step, frame.maskedCount > 0 {
      session.change(session.shownID) { $0.isFinished = false }
    }
    view.notice = nil
    warnOfBlocks()
  }

  /// Puts settings into force that were changed while a step was computed.
  mutating func applyQueuedSettings() {
    guard let queued = requests.queued else { return }
    requests.queued = nil
    session.change(queued.branch) { branch in
      let settings = queued.settings.fitting(
        answerLength: branch.start.answer.count, isUnderWay: branch.head > 0)
      branch.change(branch.head) { $0.settings = settings }
    }
  }

  /// The settings as the user sees them: those queued, if there are.
  package var visibleSettings: SamplerSettings {
    guard let queued = requests.queued, queued.branch == session.shownID else {
      return session.settings
    }
    return queued.settings
  }

  /// Shows the start again, with the settings as they are.
  mutating func restart(newSeed: Bool, _ effects: inout Effects) {
    isRunning = false
    cancelWork(&effects)
    var settings = visibleSettings
    if newSeed {
      settings.seed &+= 1
      if startNextExample(settings, &effects) { return }
    }
    let isSame = session.shown.point(0).settings == settings
    session.show(step: 0)
    view.notice = nil
    guard !isSame else { return }
    changeSettings(to: settings, &effects)
  }

  /// Branches off where the view stands.
  mutating func branchOff(_ effects: inout Effects) {
    if requests.step?.branch == session.shownID { cancelWork(&effects) }
    isRunning = false
    guard let id = session.addBranch(leaving: session.shownID, at: session.step) else {
      return say(.warning, "there are \(Session.branchLimit) branches", hint: "delete some")
    }
    session.show(id, at: session.step)
    unsavedChanges += 1
    say(
      .success, "branch \(session.shown.name) leaves here",
      hint: "change a setting or a token, then \(keymap.key(for: .run))")
  }

  /// Shows the next branch of the tree, or the one before.
  mutating func showBranch(offset: Int) {
    let tree = session.tree
    guard let index = tree.firstIndex(where: { $0.branch.id == session.shownID }), tree.count > 1
    else { return say(.warning, "there is only one branch", hint: "b branches off here") }
    isRunning = false
    let next = view.compared.isEmpty ? nil : view.compared.firstIndex(of: session.shownID)
    if let next {
      let count = view.compared.count
      session.show(view.compared[((next + offset) % count + count) % count], at: session.step)
    } else {
      let count = tree.count
      session.show(tree[((index + offset) % count + count) % count].branch.id, at: session.step)
    }
    view.notice = nil
  }

  /// Deletes the branch that is shown.
  mutating func deleteBranch(_ effects: inout Effects) {
    isRunning = false
    cancelWork(&effects)
    let name = session.shown.name
    guard session.remove(session.shownID) else {
      return say(.warning, "the last branch stays")
    }
    unsavedChanges += 1
    say(.success, "branch \(name) is deleted")
  }

  /// Names the branch that is shown.
  mutating func nameBranch(_ name: String) {
    let clean = String(TextSanitizer(symbols: symbols).sanitized(name).prefix(24))
    guard !clean.isEmpty else { return say(.warning, "a branch needs a name") }
    if let other = session.branch(named: clean), other.id != session.shownID {
      return say(.warning, "another branch is called \(clean)")
    }
    session.change(session.shownID) { $0.name = clean }
    unsavedChanges += 1
    say(.success, "the branch is called \(clean)")
  }
}

/// Runs side by side.
extension Playground.State {
  /// Shows branches side by side; none given ends it or takes the branch and the one it left.
  mutating func compare(_ names: [String], _ effects: inout Effects) {
    isRunning = false
    if names.isEmpty, !view.compared.isEmpty {
      view.compared = []
      return
    }
    var found: [BranchID] = []
    for name in names {
      guard let branch = session.branch(named: name) else {
        return say(
          .warning, "no branch is called \(name)",
          hint: "there are \(session.names.joined(separator: ", "))")
      }
      if !found.contains(branch.id) { found.append(branch.id) }
    }
    if found.count < 2 {
      if !found.contains(session.shownID) { found.insert(session.shownID, at: 0) }
      let others = [session.shown.parent].compactMap { $0 } + session.branches.map(\.id)
      for other in others where found.count < 2 && !found.contains(other) {
        if session.branch(other) != nil { found.insert(other, at: 0) }
      }
    }
    guard found.count >= 2 else {
      return say(
        .warning, "there is nothing to compare with",
        hint: "\(keymap.key(for: .versus)) runs the same start with another setting beside this")
    }
    view.compared = Array(found.prefix(4))
    if !view.compared.contains(session.shownID) { session.show(view.compared[0], at: session.step) }
    view.notice = nil
  }

  /// Runs the same start with another setting beside the branch that is shown.
  mutating func versus(_ field: SettingField, _ text: String, _ effects: inout Effects) {
    let shown = session.shownID
    do {
      let settings = try field.changed(
        session.shown.point(0).settings, to: text, pieces: model.pieces
      )
      .fitting(answerLength: session.shown.start.answer.count, isUnderWay: false)
      guard view.compared.count < 4 else { return say(.warning, "four runs are compared already") }
      guard let id = session.addBranch(leaving: shown, at: 0) else {
        return say(.warning, "there are \(Session.branchLimit) branches")
      }
      session.change(id) { $0.change(0) { $0.settings = settings } }
      view.compared = view.compared.isEmpty ? [shown, id] : view.compared + [id]
      session.show(id, at: 0)
      unsavedChanges += 1
    } catch { say(.error, error.description, hint: error.hint) }
  }

  /// One step forward in every compared run; those that are behind are computed.
  mutating func advanceCompared(_ effects: inout Effects) {
    guard view.race == nil else { return advanceRace(&effects) }
    guard requests.step == nil else { return }
    let step = session.step
    requests.goal = step + 1
    let branches = view.compared.compactMap { session.branch($0) }
    let behind = branches.filter { $0.head <= step && !$0.isFinished && canCompute($0) }
    if let next = behind.first { return requestStep(of: next.id, &effects) }
    requests.goal = nil
    guard let longest = branches.max(by: { $0.head < $1.head }), longest.head > step else {
      // Who pressed a key wants to know; the headings say it of a run that ended.
      if !isRunning { say(.success, "all runs are finished") }
      isRunning = false
      return
    }
    // The view stands in the longest run, so that it can go on where others have ended.
    if session.shown.head <= step { session.show(longest.id, at: step) }
    session.show(step: step + 1)
    goOn(&effects)
  }
}
