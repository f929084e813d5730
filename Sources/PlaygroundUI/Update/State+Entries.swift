import MaskedDiffusion

/// What is typed, and where it goes.
extension Playground.State {
  /// Asks for the tokens of text typed at the cursor.
  mutating func type(_ text: String, inserts: Bool = false, _ effects: inout Effects) {
    guard !text.isEmpty else { return }
    let branch = session.shown
    guard canCompute(branch) else {
      return say(
        .warning, "typing needs the model's tokenizer",
        hint: "load the model with :model NAME")
    }
    let number = requests.next()
    requests.tokens[number] = .typing(
      branch: branch.id, step: session.step, position: view.cursor, inserts: inserts)
    effects.append(
      .tokenize(
        Playground.TokenizeRequest(
          number: number, model: branch.model, text: text, readsMasks: true)))
  }

  /// Asks for the tokens of text that is being typed, to show what it will do.
  mutating func preview(_ text: String, isPrompt: Bool = false, _ effects: inout Effects) {
    for (number, purpose) in requests.tokens where purpose == .preview {
      requests.tokens[number] = nil
    }
    guard canCompute(session.shown) else { return }
    let number = requests.next()
    requests.tokens[number] = .preview
    effects.append(
      .tokenize(
        Playground.TokenizeRequest(
          number: number, model: session.shown.model, text: text, readsMasks: true,
          isPrompt: isPrompt)))
  }

  /// Takes the tokens of text that is being typed.
  mutating func receivePreview(_ tokens: [TokenID]) {
    switch mode {
    case .typing(var typing):
      typing.receive(tokens)
      mode = typing.mode
    case .prompt(var prompt):
      prompt.receive(tokenCount: tokens.count)
      mode = prompt.mode
    default: break
    }
  }

  /// Opens the line for text at the cursor.
  mutating func beginTyping(_ effects: inout Effects) {
    view.isFollowing = false
    mode = .typing(TypingMode())
  }

  /// Opens the window for the prompt.
  mutating func editPrompt(_ effects: inout Effects) {
    let prompt = PromptMode(session.shown.promptText)
    mode = prompt.mode
    preview(prompt.text, isPrompt: true, &effects)
  }

  /// Starts a run of the prompt that was typed; one that is too long stays to be shortened.
  mutating func submitPrompt(_ prompt: PromptMode, _ effects: inout Effects) {
    let room = model.info.contextLength
    let length = appendedLength(for: prompt.text)
    if let count = prompt.tokenCount, count + length > room {
      mode = prompt.mode
      return say(
        .error, "prompt and answer take \(count) + \(length) positions, expected at most \(room)",
        hint: count < room
          ? ":length \(room - count) is the longest answer that fits" : "shorten the prompt")
    }
    mode = nil
    newPrompt(prompt.text, &effects)
  }

  /// The masks put after a prompt: none where it has gaps, so that only those are filled in.
  func appendedLength(for prompt: String) -> Int {
    let branch = session.shown
    if PromptMode.hasGap(prompt) {
      // Masks after a text with gaps are there because the user asked for them.
      return PromptMode.hasGap(branch.promptText) ? branch.appendedLength : 0
    }
    let length = branch.appendedLength
    return length > 0 ? length : model.info.suggestedLength
  }

  /// Starts a run of another prompt; length and settings stay, but for what gaps need.
  mutating func newPrompt(_ text: String, _ effects: inout Effects) {
    let branch = session.shown
    startRun(
      model: branch.model, text: text, length: appendedLength(for: text),
      settings: visibleSettings, &effects)
  }

  /// Starts a run of one of the model's examples.
  mutating func startExample(_ name: String, _ effects: inout Effects) {
    let examples = model.info.examples
    guard let example = examples.first(where: { $0.name == name }) else {
      let near = nearestName(to: name, in: examples.map(\.name))
      return say(
        .warning,
        examples.isEmpty
          ? "\(model.info.name) brings no examples" : "there is no example called '\(name)'",
        hint: near.map { "did you mean '\($0)'?" })
    }
    start(example, visibleSettings, &effects)
  }

  /// Starts one of the model's examples; where nobody chose the steps, a longer text gets more of them.
  private mutating func start(
    _ example: Example, _ settings: SamplerSettings, _ effects: inout Effects
  ) {
    let info = model.info
    func usualSteps(_ length: Int) -> Int {
      max(1, info.suggestedSettings.steps * length / max(1, info.suggestedLength))
    }
    let length =
      example.length ?? (PromptMode.hasGap(example.prompt) ? 0 : info.suggestedLength)
    var settings = settings
    let usual = [info.suggestedSettings.steps, usualSteps(session.shown.appendedLength)]
    if length > 0, usual.contains(settings.steps) { settings.steps = usualSteps(length) }
    startRun(
      model: session.shown.model, text: example.prompt, length: length, settings: settings,
      &effects)
  }

  /// Starts the example after the one that is shown.
  ///
  /// - Returns: Whether the prompt is one of the model's examples.
  mutating func startNextExample(_ settings: SamplerSettings, _ effects: inout Effects) -> Bool {
    let examples = model.info.examples
    guard canCompute(session.shown), examples.count > 1,
      let index = examples.firstIndex(where: { $0.prompt == session.shown.promptText })
    else { return false }
    start(examples[(index + 1) % examples.count], settings, &effects)
    return true
  }

  /// Starts a run of another length.
  mutating func newLength(_ length: Int, _ effects: inout Effects) {
    let branch = session.shown
    startRun(
      model: branch.model, text: branch.promptText, length: length, settings: visibleSettings,
      &effects)
  }

  /// Starts a run of another model, after loading it where that is needed.
  ///
  /// With `besides`, the run starts with that one's settings and is compared with it.
  mutating func newModel(
    _ name: String, besides: BranchID? = nil, _ effects: inout Effects
  ) {
    let branch = session.shown
    let settings = besides == nil ? visibleSettings : branch.point(0).settings
    if let known = models[name], known.isLoaded {
      return startRun(
        model: name, text: branch.promptText, length: branch.appendedLength,
        settings: self.settings(settings, for: known.info), besides: besides, &effects)
    }
    isRunning = false
    say(.progress, "loading \(name)")
    if branch.model != name {
      let isFirst = branch.start.count == 0
      requests.opening = .model(
        name, prompt: branch.promptText, length: isFirst ? nil : branch.appendedLength,
        settings: isFirst ? nil : settings)
      requests.openingBesides = besides
    }
    effects.append(.load(model: name))
  }

  /// Settings for another model: those in force, unless only one of the two looks both ways; seed and
  /// temperature stay even then.
  func settings(_ settings: SamplerSettings, for info: ModelInfo) -> SamplerSettings {
    guard info.isBidirectional != model.info.isBidirectional else { return settings }
    var own = info.suggestedSettings
    own.seed = settings.seed
    own.temperature = settings.temperature
    return own
  }

  /// Starts a run of the same model in another precision.
  mutating func newPrecision(
    _ precision: String, besides: BranchID? = nil, _ effects: inout Effects
  ) {
    let known = model.info.precisions
    guard known.contains(precision) else {
      return say(
        .error,
        known.isEmpty
          ? "\(model.info.name) has but one precision"
          : "precision is '\(precision)', expected \(known.joined(separator: ", "))")
    }
    newModel(
      ModelInfo.name(session.shown.model, precision: precision), besides: besides, &effects)
  }

  /// Changes a setting to what was typed.
  mutating func change(_ field: SettingField, to text: String, _ effects: inout Effects) {
    do {
      let settings = try field.changed(visibleSettings, to: text, pieces: model.pieces)
      changeSettings(to: settings, &effects)
      if view.notice?.kind != .warning {
        say(.success, "\(field.label) is \(field.text(in: settings))")
      }
    } catch { say(.error, error.description, hint: error.hint) }
  }

  mutating func copyText(_ effects: inout Effects) {
    let text = model.text(of: writtenTokens(of: session.shown))
    guard !text.isEmpty else { return say(.warning, "there is no text yet") }
    effects.append(.copyText(text))
  }
}
