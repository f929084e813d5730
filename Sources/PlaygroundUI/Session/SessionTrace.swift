package import MaskedDiffusion

/// Sessions as trees of recorded runs, and trees as sessions.
extension Session {
  /// Returns every branch, as a trace holds them; each run with its own start.
  package func trace(models: [String: Model]) -> Trace {
    let order = tree.map(\.branch)
    let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1.id, $0) })
    return RunTree(
      order.enumerated().map { index, branch in
        // A branch stands behind the one it left, unless that one was deleted.
        let parent = branch.parent.flatMap { places[$0] }.flatMap { $0 < index ? $0 : nil }
        return recorded(
          branch, leaving: parent.map { order[$0] }, place: parent, models[branch.model])
      }
    ).trace
  }

  private func recorded(
    _ branch: Branch, leaving parent: Branch?, place: Int?, _ model: Model?
  ) -> RunTree.Branch {
    let hasOwnStart =
      parent.map { $0.start != branch.start || $0.model != branch.model } ?? true
    var points: [RunTree.Point] = []
    for number in 0...branch.head {
      let point = branch.point(number)
      var step = point.step
      step?.isByHand = point.isByHand
      step?.opinions =
        number == 0 ? [] : branch.point(number - 1).opinions.filter { !$0.top.isEmpty }
      points.append(
        RunTree.Point(step: step, edit: point.editedCanvas, settings: point.settings))
    }
    let totals = branch.totals(ofFirst: branch.head)
    let end = TraceEnd(
      text: model.map { $0.text(of: finalTokens(of: branch, $0)) } ?? "", steps: branch.head,
      forwards: totals.forwards, milliseconds: totals.milliseconds)
    return RunTree.Branch(
      name: branch.name, parent: place, departure: hasOwnStart ? 0 : branch.departure,
      start: header(of: branch, model, points: points), hasOwnStart: hasOwnStart, points: points,
      end: branch.isFinished ? end : nil)
  }

  private func finalTokens(of branch: Branch, _ model: Model) -> [TokenID] {
    let frame = Frame(branch, at: branch.head)
    let end = frame.end(endOfText: model.endOfText) ?? frame.count
    return frame.tokens.prefix(end).filter {
      $0 != frame.maskToken && !model.endOfText.contains($0)
    }
  }

  private func header(
    of branch: Branch, _ model: Model?, points: [RunTree.Point]
  ) -> TraceHeader {
    var header = TraceHeader(
      model: model?.info.identity
        ?? TraceHeader.ModelIdentity(
          name: branch.model, family: "", configurationChecksum: "", precision: ""),
      settings: points[0].settings, prompt: [], length: 0, answer: branch.start.answer,
      maskToken: branch.start.maskToken, endOfTextTokens: model?.info.endOfTextTokens ?? []
    ).starting(on: branch.start)
    if let model { header.pieces = Self.pieces(of: branch.start, points, model: model) }
    return header
  }

  private static func pieces(
    of start: Canvas, _ points: [RunTree.Point], model: Model
  ) -> [TokenID: TokenPiece] {
    var tokens = Set(start.tokens)
    for point in points {
      if let step = point.step {
        tokens.formUnion(step.canvas)
        tokens.formUnion(step.unmasked.map(\.token))
        for opinion in step.opinions { tokens.formUnion(opinion.top.map(\.token)) }
      }
      if let edit = point.edit { tokens.formUnion(edit.tokens) }
    }
    return model.pieces.filter { tokens.contains($0.key) }
  }

  /// Creates a session that shows a trace.
  package init(_ trace: Trace) {
    let tree = RunTree(trace)
    let first = tree.branches[0]
    self.init(
      model: first.start.model.name, promptText: Self.promptText(of: first.start),
      start: first.start.startCanvas, settings: first.start.settings)
    var ids: [BranchID?] = []
    for branch in tree.branches {
      let id = ids.isEmpty ? shownID : begin(branch, leaving: branch.parent.flatMap { ids[$0] })
      ids.append(id)
      if let id { fill(id, branch) }
    }
    show(shownID, at: 0)
    trim()
  }

  private mutating func begin(
    _ branch: RunTree.Branch, leaving parent: BranchID?
  ) -> BranchID? {
    let id: BranchID?
    if branch.hasOwnStart {
      id = addRun(
        model: branch.start.model.name, promptText: Self.promptText(of: branch.start),
        start: branch.start.startCanvas, settings: branch.start.settings, parent: parent)
    } else {
      id = addBranch(leaving: parent ?? shownID, at: branch.departure)
    }
    if let id, self.branch(named: branch.name) == nil { change(id) { $0.name = branch.name } }
    return id
  }

  /// Adds what a branch does not share with the one it left.
  private mutating func fill(_ id: BranchID, _ recorded: RunTree.Branch) {
    change(id) { branch in
      if recorded.hasOwnStart { branch.appendedLength = recorded.start.length }
      for number in branch.head...max(branch.head, recorded.head) {
        let point = recorded.points[number]
        if number > branch.head, var step = point.step {
          branch.change(branch.head) { $0.record(step.opinions, coversUnmasked: false) }
          let isByHand = step.isByHand
          step.opinions = []
          branch.append(Point(step: step, settings: point.settings, isByHand: isByHand))
        }
        branch.change(branch.head) {
          $0.editedCanvas = point.edit
          $0.settings = point.settings
        }
      }
      let isWritten =
        Frame(branch, at: branch.head).maskedCount == 0 && branch.endsWithTheLastMask
      branch.isFinished = isWritten || recorded.end?.reason == "finished"
    }
  }

  /// The prompt as it would be typed.
  private static func promptText(of start: TraceHeader) -> String {
    start.prompt.map { token in
      token == start.maskToken
        ? "[MASK]" : String(decoding: start.pieces[token]?.bytes ?? [], as: UTF8.self)
    }.joined()
  }
}

extension Playground.State {
  /// Writes the runs to a file; one that somebody else has written is not replaced unasked.
  mutating func saveTrace(
    _ path: String, replaces: Bool = false, _ effects: inout [Playground.Effect]
  ) {
    let target = Playground.FileTarget(path, replaces: replaces || writtenFiles.contains(path))
    effects.append(.saveTrace(session.trace(models: models), to: target))
    requests.save = Playground.Requests.Save(path: path, changes: unsavedChanges)
  }

  /// Writes the screen, or the run as a picture, to a file.
  mutating func exportScreen(
    _ path: String, replaces: Bool = false, _ effects: inout [Playground.Effect]
  ) {
    effects.append(
      .exportScreen(
        to: Playground.FileTarget(path, replaces: replaces || writtenFiles.contains(path))))
  }

  /// Shows a trace in place of everything else.
  mutating func open(_ trace: Trace, path: String, _ effects: inout [Playground.Effect]) {
    isRunning = false
    if requests.step != nil || requests.look != nil { effects.append(.cancel) }
    requests.step = nil
    requests.look = nil
    requests.tokens = [:]
    (requests.goal, requests.ahead) = (nil, nil)
    requests.queued = nil
    let tree = RunTree(trace)
    for branch in tree.branches where branch.hasOwnStart { learn(of: branch.start) }
    session = Session(trace)
    history = EditHistory()
    view.compared = []
    view.handTally = nil
    unsavedChanges = 0
    (view.cursor, view.scroll, view.selectionStart) = (trace.header.answer.lowerBound, 0, nil)
    let steps = session.shown.head
    say(.success, "\(path): \(Self.counted(steps, "step")), space plays them")
  }

  /// Remembers what a recorded run says of its model, unless that model is loaded.
  private mutating func learn(of start: TraceHeader) {
    let name = start.model.name
    if let known = models[name],
      known.info.configurationChecksum == start.model.configurationChecksum
    {
      models[name]?.pieces.merge(start.pieces) { $1 }
      return
    }
    models[name] = Model(
      info: ModelInfo(
        name: name, family: start.model.family, parameterCount: nil,
        precision: start.model.precision,
        configurationChecksum: start.model.configurationChecksum, maskToken: start.maskToken,
        endOfTextTokens: start.endOfTextTokens, contextLength: max(4_096, start.canvas.count),
        embeddingCount: .max, suggestedSettings: start.settings, suggestedLength: start.length),
      pieces: start.pieces, isLoaded: false)
  }
}
