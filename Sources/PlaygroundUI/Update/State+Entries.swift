import MaskedDiffusion

/// What is typed, and where it goes.
extension Playground.State {
  /// Asks for the tokens of text typed at the cursor.
  mutating func type(_ text: String, _ effects: inout Effects) {
    guard !text.isEmpty else { return }
    let branch = session.shown
    guard canCompute(branch) else {
      return say(
        .warning, "typing needs the model's tokenizer",
        hint: "load the model with :model NAME")
    }
    let number = waiting.next()
    waiting.tokens[number] = .typing(
      branch: branch.id, step: session.step, position: cursor)
    effects.append(
      .tokenize(
        Playground.TokenizeRequest(
          number: number, model: branch.model, text: text, readsMasks: true)))
  }

  /// Starts a run of another prompt; length and settings stay.
  mutating func newPrompt(_ text: String, _ effects: inout Effects) {
    let branch = session.shown
    startRun(
      model: branch.model, text: text, length: branch.appendedLength,
      settings: visibleSettings, &effects)
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
    guard models[name]?.isLoaded != true else {
      return startRun(
        model: name, text: branch.promptText, length: branch.appendedLength,
        settings: settings, besides: besides, &effects)
    }
    isRunning = false
    say(.progress, "loading \(name)")
    if branch.model != name {
      let isFirst = branch.start.count == 0
      opening = .model(
        name, prompt: branch.promptText, length: isFirst ? nil : branch.appendedLength,
        settings: isFirst ? nil : settings)
      openingBesides = besides
    }
    effects.append(.load(model: name))
  }

  /// Changes a setting to what was typed.
  mutating func change(_ field: SettingField, to text: String, _ effects: inout Effects) {
    do {
      let settings = try field.changed(visibleSettings, to: text)
      changeSettings(to: settings, &effects)
      if notice?.kind != .warning {
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
