package import MaskedDiffusion

/// Sessions as traces, and traces as sessions.
extension Session {
  /// Returns the branch that is shown and all that share its start as one trace.
  ///
  /// - Returns: The trace, and the names of branches left out because prompt, length or model
  ///   differ: a trace has one start.
  package func trace(models: [String: Model]) -> (trace: Trace, leftOut: [String]) {
    let root = shown
    let model = models[root.model]
    let start = root.start
    var header = TraceHeader(
      model: model?.info.identity
        ?? TraceHeader.ModelIdentity(
          name: root.model, family: "", configurationChecksum: "", precision: ""),
      settings: root.point(0).settings, prompt: Array(start.tokens[..<start.answer.lowerBound]),
      length: start.answer.count, suffix: Array(start.tokens[start.answer.upperBound...]),
      answer: start.answer, maskToken: start.maskToken,
      endOfTextTokens: model?.info.endOfTextTokens ?? [])
    // Gaps in a prompt have tokens between them that `length` cannot say: all of it is prompt then.
    if header.canvas != start.tokens {
      header.prompt = start.tokens
      header.length = 0
      header.suffix = []
    }
    let family = tree.map(\.branch).filter { $0.start == start && $0.model == root.model }
    var trace = Trace(header: header)
    var written: [Branch] = []
    for branch in family {
      let parent = written.first { $0.id == branch.parent } ?? written.first
      append(branch, leaving: parent, to: &trace)
      written.append(branch)
    }
    if let model { trace.header.pieces = Self.pieces(of: trace, model: model) }
    let names = Set(family.map(\.name))
    return (trace, branches.map(\.name).filter { !names.contains($0) })
  }

  private func append(_ branch: Branch, leaving parent: Branch?, to trace: inout Trace) {
    var first = 0
    if let parent {
      first = sharedSteps(parent, branch)
      trace.records.append(
        .branch(TraceBranch(name: branch.name, parent: parent.name, step: first)))
    }
    var settings = parent?.point(first).settings ?? trace.header.settings
    for number in first...branch.head {
      let point = branch.point(number)
      if number > first, var step = point.step {
        step.opinions = branch.point(number - 1).opinions.filter { !$0.top.isEmpty }
        trace.records.append(.step(step))
      }
      if let canvas = point.editedCanvas,
        number > first || parent?.point(number).editedCanvas != canvas
      {
        trace.records.append(
          .edit(
            TraceEdit(
              step: number, canvas: canvas.tokens,
              locked: canvas.tokens.indices.filter { canvas.isLocked[$0] },
              given: canvas.tokens.indices.filter { canvas.isGiven[$0] })))
      }
      if point.settings != settings {
        trace.records.append(.setting(step: number, settings: point.settings))
        settings = point.settings
      }
    }
  }

  /// The number of steps two branches have in common.
  private func sharedSteps(_ first: Branch, _ second: Branch) -> Int {
    var shared = 0
    while shared < min(first.head, second.head, second.departure),
      first.point(shared).settings == second.point(shared).settings,
      first.point(shared).editedCanvas == second.point(shared).editedCanvas,
      first.point(shared + 1).step == second.point(shared + 1).step
    {
      shared += 1
    }
    return shared
  }

  private static func pieces(of trace: Trace, model: Model) -> [TokenID: TokenPiece] {
    var tokens = Set(trace.header.canvas)
    for record in trace.records {
      switch record {
      case .step(let step):
        tokens.formUnion(step.canvas)
        for opinion in step.opinions { tokens.formUnion(opinion.top.map(\.token)) }
      case .edit(let edit): tokens.formUnion(edit.canvas)
      default: break
      }
    }
    return model.pieces.filter { tokens.contains($0.key) }
  }

  /// Creates a session that shows a trace.
  package init(_ trace: Trace) {
    let header = trace.header
    self.init(
      model: header.model.name, promptText: Self.promptText(of: trace),
      start: Self.start(of: header), settings: header.settings)
    change(shown.id) { $0.appendedLength = header.length }
    var current = shown.id
    for record in trace.records {
      switch record {
      case .step(let step):
        change(current) { branch in
          let settings = branch.settings
          branch.change(branch.head) { $0.record(step.opinions, coversUnmasked: false) }
          var step = step
          step.step = branch.head + 1
          step.opinions = []
          branch.append(Point(step: step, settings: settings))
        }
      case .setting(_, let settings):
        change(current) { $0.change($0.head) { $0.settings = settings } }
      case .edit(let edit):
        change(current) { branch in
          let canvas = Self.canvas(of: edit, on: branch)
          branch.change(branch.head) { $0.editedCanvas = canvas }
        }
      case .branch(let branch):
        let parent = self.branch(named: branch.parent)?.id ?? current
        guard let id = addBranch(leaving: parent, at: branch.step) else { continue }
        if self.branch(named: branch.name) == nil, !branch.name.isEmpty {
          change(id) { $0.name = branch.name }
        }
        current = id
      case .end(let end):
        change(current) { $0.isFinished = end.reason == "finished" }
      case .candidates, .pieces: break
      }
    }
    for branch in branches {
      let frame = Frame(branch, at: branch.head)
      if frame.maskedCount == 0 { change(branch.id) { $0.isFinished = true } }
    }
    trim()
  }

  private static func start(of header: TraceHeader) -> Canvas {
    let tokens = header.canvas
    let range = header.answer.clamped(to: 0..<tokens.count)
    var frame = Frame(Canvas(prompt: tokens, length: 0, maskToken: header.maskToken))
    frame.answer = range
    return frame.canvas
  }

  private static func promptText(of trace: Trace) -> String {
    let pieces = trace.pieces
    return trace.header.prompt.map { token in
      token == trace.header.maskToken
        ? "[MASK]" : String(decoding: pieces[token]?.bytes ?? [], as: UTF8.self)
    }.joined()
  }

  /// The canvas after an edit; tokens that were there before keep what is known of them.
  private static func canvas(of edit: TraceEdit, on branch: Branch) -> Canvas {
    let before = Frame(branch, at: branch.head)
    var frame = Frame(
      Canvas(prompt: edit.canvas, length: 0, maskToken: before.maskToken))
    let grown = edit.canvas.count - before.count
    let end = max(before.answer.lowerBound, before.answer.upperBound + grown)
    frame.answer = (before.answer.lowerBound..<end).clamped(to: 0..<edit.canvas.count)
    frame.isGiven = edit.canvas.map { _ in false }
    frame.isLocked = frame.isGiven
    for position in edit.given where edit.canvas.indices.contains(position) {
      frame.isGiven[position] = edit.canvas[position] != frame.maskToken
    }
    for position in edit.locked where edit.canvas.indices.contains(position) {
      frame.isLocked[position] = true
    }
    for position in edit.canvas.indices where position < before.count {
      let isSame = before.tokens[position] == edit.canvas[position]
      if isSame, !frame.isGiven[position] {
        frame.commitments[position] = before.commitments[position]
      }
    }
    return frame.canvas
  }
}

extension Playground.State {
  mutating func saveTrace(_ path: String, _ effects: inout [Playground.Effect]) {
    let (trace, leftOut) = session.trace(models: models)
    effects.append(.saveTrace(trace, path: path))
    requests.savedChanges = unsavedChanges
    if !leftOut.isEmpty {
      say(
        .warning, "without \(leftOut.joined(separator: ", ")): a trace has one start",
        hint: "show one of them and save it too")
    }
  }

  /// Shows a trace in place of everything else.
  mutating func open(_ trace: Trace, path: String, _ effects: inout [Playground.Effect]) {
    isRunning = false
    if requests.step != nil || requests.look != nil { effects.append(.cancel) }
    requests.step = nil
    requests.look = nil
    requests.tokens = [:]
    requests.goal = nil
    requests.queued = nil
    let header = trace.header
    let name = header.model.name
    if let known = models[name], known.isLoaded,
      known.info.configurationChecksum == header.model.configurationChecksum
    {
      models[name]?.pieces.merge(trace.pieces) { $1 }
    } else {
      models[name] = Model(
        info: ModelInfo(
          name: name, family: header.model.family, parameterCount: nil,
          precision: header.model.precision,
          configurationChecksum: header.model.configurationChecksum, maskToken: header.maskToken,
          endOfTextTokens: header.endOfTextTokens,
          contextLength: max(4_096, header.canvas.count), embeddingCount: .max,
          suggestedSettings: header.settings, suggestedLength: header.length),
        pieces: trace.pieces, isLoaded: false)
    }
    session = Session(trace)
    history = EditHistory()
    view.compared = []
    view.handTally = nil
    unsavedChanges = 0
    (view.cursor, view.scroll, view.selectionStart) = (header.answer.lowerBound, 0, nil)
    let steps = session.shown.head
    say(.success, "\(path): \(Self.counted(steps, "step")), space plays them")
  }
}
