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
