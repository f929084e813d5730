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
    case .tokenized(let report): state.receive(report, &effects)
    case .opened(let trace, let path): state.open(trace, path: path, &effects)
    case .done(let text): state.receiveDone(text)
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
    compared.removeAll { session.branch($0) == nil }
    if compared.count < 2 { compared = [] }
    let count = frame.count
    cursor = min(max(cursor, 0), max(0, count - 1))
    selectionStart = selectionStart.map { min(max($0, 0), max(0, count - 1)) }
    if !ControlRow.rows(of: self).contains(chosenControl) {
      chosenControl = .setting(SettingField("steps"))
    }
    let candidates = session.point.opinion(at: cursor)?.top.count ?? 0
    chosenCandidate = min(max(chosenCandidate, 0), max(0, candidates - 1))
    requestLook(&effects)
  }

  /// Says something in the status line.
  mutating func say(
    _ kind: Playground.Notice.Kind, _ text: String, hint: String? = nil
  ) {
    notice = Playground.Notice(kind, text, hint: hint)
  }

  mutating func receive(_ event: TerminalEvent, _ effects: inout Effects) {
    switch event {
    case .key(let key): receive(key, &effects)
    case .mouse(let mouse): receive(mouse, &effects)
    case .paste(let text): receivePaste(text)
    case .resize(let size):
      self.size = size
      scrollToCursor()
    case .wake: break
    case .suspend: effects.append(.suspend)
    case .resume: effects.append(.repaint)
    case .terminate: effects += [.cancel, .quit]
    }
  }

  mutating func receiveDone(_ text: String) {
    unsavedChanges = max(0, unsavedChanges - (waiting.savedChanges ?? 0))
    waiting.savedChanges = nil
    say(.success, text)
  }

  mutating func receive(_ failure: Playground.Failure) {
    if failure.number == nil { waiting.savedChanges = nil }
    if let number = failure.number {
      if waiting.step?.number == number {
        waiting.step = nil
        isRunning = false
        applyQueuedSettings()
      } else if let look = waiting.look, look.number == number {
        waiting.look = nil
        session.change(look.branch) { $0.change(look.step) { $0.hasLookFailed = true } }
      } else if waiting.tokens.removeValue(forKey: number) == nil {
        // An answer nobody waits for any more.
        return
      }
    }
    say(.error, failure.text, hint: failure.hint)
  }

  mutating func receive(_ info: ModelInfo, _ effects: inout Effects) {
    let pieces = models[info.name]?.pieces ?? [:]
    models[info.name] = Model(info: info, pieces: pieces, isLoaded: true)
    notice = nil
    switch opening {
    case .model(_, let prompt, let length, let settings):
      opening = nil
      startRun(
        model: info.name, text: prompt, length: length ?? info.suggestedLength,
        settings: settings ?? info.suggestedSettings, besides: openingBesides, &effects)
      openingBesides = nil
    default:
      say(.success, "\(info.name) is loaded")
    }
  }
}
