/// A part of what is known of a model: a title, lines to read, and what is wrong.
public struct ModelSection: Equatable, Sendable {
  /// A line.
  public struct Line: Equatable, Sendable {
    /// What it is about.
    public var label: String
    /// What is said about it.
    public var text: String

    /// Creates a line.
    public init(_ label: String, _ text: String) {
      self.label = label
      self.text = text
    }
  }

  /// Something that is wrong, or that nobody said.
  public struct Remark: Equatable, Sendable {
    /// How bad it is.
    public enum Severity: Equatable, Sendable {
      /// The model is useless until it is mended.
      case illness
      /// It works, but probably not as meant.
      case warning
      /// Worth knowing.
      case note
    }

    /// How bad it is.
    public var severity: Severity
    /// What is wrong.
    public var sentence: String
    /// What to do about it; empty where nothing needs to be done.
    public var advice: String

    /// Creates a remark.
    public init(_ severity: Severity, _ sentence: String, advice: String = "") {
      self.severity = severity
      self.sentence = sentence
      self.advice = advice
    }
  }

  /// The title, a word or two.
  public var title: String
  /// The lines.
  public var lines: [Line]
  /// What is wrong.
  public var remarks: [Remark]

  /// Creates a section.
  public init(_ title: String, lines: [Line] = [], remarks: [Remark] = []) {
    self.title = title
    self.lines = lines
    self.remarks = remarks
  }
}

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
