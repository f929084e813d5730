import MaskedDiffusion

/// A row of the panel of controls: a setting of the sampler, or something a run starts with.
package enum ControlRow: Hashable, Sendable {
  /// A setting of the sampler.
  case setting(SettingField)
  /// The model; another one starts a branch at step 0.
  case model
  /// The number of masks; another one starts a branch at step 0.
  case length
  /// The time between two steps.
  case delay
  /// The share of a finished text that is masked; there is one only then.
  case noise

  /// The rows that exist in a state, in the order the panel shows them.
  package static func rows(of state: Playground.State) -> [ControlRow] {
    var rows: [ControlRow] = SettingField.fields(of: state.visibleSettings).map { .setting($0) }
    // What is changed often stands in front.
    let seed = rows.firstIndex(of: .setting(SettingField("seed"))).map { $0 + 1 } ?? rows.count
    rows.insert(.length, at: seed)
    return (state.view.noising == nil ? [] : [.noise]) + rows + [.model, .delay]
  }

  /// The name in the panel.
  package var label: String {
    switch self {
    case .setting(let field): field.label
    case .model: "model"
    case .length: "length"
    case .delay: "delay"
    case .noise: "noise"
    }
  }

  /// The value in words.
  package func text(in state: Playground.State) -> String {
    switch self {
    case .setting(let field): field.text(in: state.visibleSettings)
    case .model: state.session.shown.model
    case .length: "\(state.session.shown.appendedLength)"
    case .delay: "\(state.preferences.delayMilliseconds) ms"
    case .noise: Numbers.fixed(state.view.noising?.time ?? 0, 2)
    }
  }

  /// What it does, and what its value means, in sentences.
  package func explanation(in state: Playground.State) -> String {
    switch self {
    case .setting(let field):
      let settings = state.visibleSettings
      let value = field.plainText(in: settings)
      let option = field.options(in: settings).first { $0.name == value && !$0.summary.isEmpty }
      return "\(field.label): \(field.summary(in: settings))"
        + (option.map { " \(value): \($0.summary)" } ?? "")
    case .model: return "model: Another one starts a run of its own."
    case .length: return "length: The masks after the prompt; another number starts a new run."
    case .delay: return "delay: The time between two steps while a run goes on."
    case .noise: return "noise: The share of the finished text that is masked."
    }
  }

  /// Whether the value is not the one the model suggests.
  package func isChanged(in state: Playground.State) -> Bool {
    switch self {
    case .setting(let field):
      var suggested = state.model.info.suggestedSettings
      suggested.recordedCandidates = Playground.candidateCount
      return field.isChanged(state.visibleSettings, from: suggested)
    case .length:
      let length = state.session.shown.appendedLength
      return length > 0 && length != state.model.info.suggestedLength
    case .delay: return state.preferences.delayMilliseconds != Preferences().delayMilliseconds
    case .model, .noise: return false
    }
  }

  /// Where the value lies on its slider, in 0...1; `nil` when there is none.
  package func share(in state: Playground.State) -> Double? {
    switch self {
    case .setting(let field): field.share(in: state.visibleSettings)
    case .delay: min(1, Double(state.preferences.delayMilliseconds) / 1_000)
    case .noise: state.view.noising?.time
    case .model, .length: nil
    }
  }

  /// Whether the row belongs to the strategy or schedule above it.
  package var isIndented: Bool {
    switch self {
    case .setting(let field): field.parent != nil
    case .model, .length, .delay, .noise: false
    }
  }
}

extension Playground.State {
  /// Moves the chosen control.
  mutating func adjustControl(by count: Int, _ effects: inout Effects) {
    switch view.chosenControl {
    case .setting(let field):
      let settings = visibleSettings
      let length = session.shown.start.answer.count
      guard let moved = field.moved(settings, by: count, answerLength: length) else {
        return say(
          .success, "\(field.label) is \(field.text(in: settings)), at the end",
          hint: "\(keymap.key(for: .accept)) types a value")
      }
      changeSettings(to: moved, &effects)
    case .delay: changeDelay(count)
    case .noise:
      let noising = view.noising
      noise(
        to: (noising?.time ?? 0) + Double(count) * 0.05, noising?.manner ?? .chance, &effects)
    case .length, .model: editControl()
    }
  }

  /// Moves the slider of the chosen control to `share` of its length, in 0...1.
  mutating func slideControl(to share: Double, _ effects: inout Effects) {
    switch view.chosenControl {
    case .setting(let field):
      guard let settings = field.placed(visibleSettings, atShare: share) else { return }
      changeSettings(to: settings, &effects)
    case .delay: preferences.delayMilliseconds = Int((share * 50).rounded()) * 20
    case .noise: noise(to: (share * 20).rounded() / 20, view.noising?.manner ?? .chance, &effects)
    case .model, .length: break
    }
  }

  /// Types a value for the chosen control.
  mutating func editControl() {
    switch view.chosenControl {
    case .setting(let field) where !field.options(in: visibleSettings).isEmpty:
      // Words come with a sentence each.
      mode = .palette(PaletteMode(field.label + " "))
    case .setting(let field):
      mode = .setting(SettingMode(field, field.text(in: visibleSettings)))
    case .model: mode = .palette(PaletteMode("model "))
    case .length: mode = .palette(PaletteMode("length "))
    case .delay: mode = .palette(PaletteMode("delay "))
    case .noise: mode = .palette(PaletteMode("noise "))
    }
  }

  /// Gives the chosen control its default.
  mutating func resetControl(_ effects: inout Effects) {
    switch view.chosenControl {
    case .setting(let field):
      changeSettings(
        to: field.reset(visibleSettings, to: model.info.suggestedSettings), &effects)
    case .delay: preferences.delayMilliseconds = Preferences().delayMilliseconds
    case .noise: noise(to: 0, view.noising?.manner ?? .chance, &effects)
    case .length, .model: say(.warning, "another \(view.chosenControl.label) starts another run")
    }
  }
}
