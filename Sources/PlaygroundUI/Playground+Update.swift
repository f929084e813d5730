import MaskedDiffusion

extension Playground {
  /// Changes the state as a message demands, and says what the runtime has to do.
  ///
  /// Any message is allowed in any state; what does not fit is ignored or explained in the status
  /// line.
  public static func update(_ state: inout State, with message: Message) -> [Effect] {
    var effects: [Effect] = []
    switch message {
    case .event(let event): state.receive(event, &effects)
    case .action(let action): state.perform(action, &effects)
    case .tick(let number): state.receiveTick(number, &effects)
    case .stepped(let report): state.receive(report, &effects)
    case .looked(let report): state.receive(report)
    case .pieces(let model, let pieces): state.models[model]?.pieces.merge(pieces) { $1 }
    case .loaded(let info): state.receive(info, &effects)
    case .available(let models): state.availableModels = models
    case .judged(let report): state.receive(report)
    case .scored(let report): state.receive(report, &effects)
    case .examined(let model, let section): state.receive(section, about: model)
    case .tokenized(let report): state.receive(report, &effects)
    case .opened(let trace, let path): state.open(trace, path: path, &effects)
    case .done(let text): state.say(.success, text)
    case .wrote(let text, let path): state.receiveWritten(path, text)
    case .occupied(let file): state.receive(file)
    case .failed(let failure): state.receive(failure)
    }
    state.settle(&effects)
    return effects
  }
}

extension Playground.State {
  typealias Effects = [Playground.Effect]

  /// Brings everything that depends on something else into line with it.
  mutating func settle(_ effects: inout Effects) {
    view.compared.removeAll { session.branch($0) == nil }
    if view.compared.count < 2 { (view.compared, view.race) = ([], nil) }
    let count = frame.count
    view.cursor = min(max(view.cursor, 0), max(0, count - 1))
    view.selectionStart = view.selectionStart.map { min(max($0, 0), max(0, count - 1)) }
    if !ControlRow.rows(of: self).contains(view.chosenControl) {
      view.chosenControl = .setting(SettingField("steps"))
    }
    let candidates = shownOpinion?.opinion.top.count ?? 0
    view.chosenCandidate = min(max(view.chosenCandidate, 0), max(0, candidates - 1))
    closeLikelihoodOfOtherText(&effects)
    if let noising = view.noising, session.branch(noising.branch) == nil { view.noising = nil }
    if let first = requests.firstLesson, session.shown.start.count > 0, requests.tokens.isEmpty,
      !availableModels.isEmpty || lesson(named: first)?.needs.isEmpty != false
    {
      requests.firstLesson = nil
      openLesson(named: first, &effects)
    }
    goOnWithLesson(&effects)
    sayComplaints()
    if view.lesson == nil, view.focus == .lesson { view.focus = .canvas }
    requestLook(&effects)
    requestVerdicts(&effects)
  }

  /// Says something in the status line.
  mutating func say(
    _ kind: Playground.Notice.Kind, _ text: String, hint: String? = nil
  ) {
    view.notice = Playground.Notice(kind, text, hint: hint)
  }

  mutating func receive(_ event: TerminalEvent, _ effects: inout Effects) {
    switch event {
    case .key(let key): receive(key, &effects)
    case .mouse(let mouse): receive(mouse, &effects)
    case .paste(let text): receivePaste(text, &effects)
    case .resize(let size):
      self.size = size
      scrollToCursor()
    case .wake: break
    case .suspend: effects.append(.suspend)
    case .resume: effects.append(.repaint)
    case .terminate: effects += [.cancel, .quit]
    }
  }

  mutating func receiveWritten(_ path: String, _ text: String) {
    if let save = requests.save, save.path == path {
      unsavedChanges = max(0, unsavedChanges - save.changes)
      requests.save = nil
    }
    writtenFiles.removeAll { $0 == path }
    writtenFiles.append(path)
    say(.success, text)
  }

  mutating func receive(_ file: Playground.OccupiedFile) {
    if requests.save?.path == file.path { requests.save = nil }
    mode = .replace(ReplaceMode(file))
  }

  mutating func receive(_ failure: Playground.Failure) {
    if failure.number == nil { (requests.save, requests.startsRace) = (nil, false) }
    if let number = failure.number {
      if requests.step?.number == number {
        requests.step = nil
        isRunning = false
        applyQueuedSettings()
      } else if let look = requests.look, look.number == number {
        requests.look = nil
        session.change(look.branch) { $0.change(look.step) { $0.hasLookFailed = true } }
      } else if requests.score == number {
        requests.score = nil
      } else if let place = requests.verdicts.removeValue(forKey: number) {
        // What cannot be judged once is not asked about again.
        if let branch = session.branch(place.branch) { models[branch.model]?.hasChecker = false }
        return
      } else {
        // An answer nobody waits for any more, or to text that is not finished.
        guard let purpose = requests.tokens.removeValue(forKey: number), purpose != .preview else {
          return
        }
      }
    }
    if failure.number == nil, isOpening { requests.complaints.append(failure.text) }
    say(.error, failure.text, hint: failure.hint)
  }

  /// Says what went wrong before there was anything to see.
  private mutating func sayComplaints() {
    guard !requests.complaints.isEmpty, frame.count > 0 else { return }
    let others = view.notice.map { $0.kind == .warning ? [$0.text] : [] } ?? []
    say(.error, (requests.complaints + others).joined(separator: "; "))
    requests.complaints = []
  }

  mutating func receive(_ info: ModelInfo, _ effects: inout Effects) {
    let pieces = models[info.name]?.pieces ?? [:]
    models[info.name] = Model(info: info, pieces: pieces, isLoaded: true)
    view.notice = nil
    switch requests.opening {
    case .model(_, let prompt, let length, let settings):
      requests.opening = nil
      let prompt = prompt ?? info.suggestedPrompt
      let example = info.examples.first { $0.prompt == prompt }
      startRun(
        model: info.name, text: prompt,
        length: length ?? example?.length ?? info.suggestedLength,
        settings: settings.map { self.settings($0, for: info) } ?? info.suggestedSettings,
        besides: requests.openingBesides, &effects)
      requests.openingBesides = nil
    default:
      say(.success, "\(info.name) is loaded")
    }
  }
}
