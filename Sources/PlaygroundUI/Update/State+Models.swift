/// Examining a model, and warning of what its files leave open.
extension Playground.State {
  /// Asks for an examination of a model, section by section; one that goes on is not begun again.
  mutating func examine(_ name: String, _ effects: inout Effects) {
    guard models[name]?.isLoaded == true else {
      return say(.warning, "\(name) is not loaded", hint: "load it with :model NAME")
    }
    guard requests.examination == nil else { return }
    models[name]?.examination = []
    requests.examination = name
    effects.append(.examine(model: name))
  }

  /// Takes a section, or that there are no more.
  mutating func receive(_ section: ModelSection?, about name: String) {
    guard requests.examination == name else { return }
    guard let section else { return requests.examination = nil }
    models[name]?.examination.append(section)
  }

  /// Says once what the files of the model that is shown leave open.
  mutating func sayWhatIsOpen() {
    let name = session.shown.model
    guard let model = models[name], !model.hasWarned, let first = model.info.remarks.first else {
      return
    }
    models[name]?.hasWarned = true
    say(.warning, first, hint: "\(keymap.key(for: .modelPage)) says more about the model")
  }

  /// Says where blocks are not those that the model was trained to write.
  mutating func warnOfBlocks() {
    let settings = visibleSettings
    guard let trained = model.info.trainedBlockLength, let length = settings.blockLength,
      length != trained, length > 1
    else { return }
    say(
      .warning, "blocks of \(length) positions: the model was trained to write blocks of \(trained)"
    )
  }
}
