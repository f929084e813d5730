/// What `unmask check` found out about one model.
struct CheckPage {
  /// The name of the model.
  var name: String
  /// A line about it: family, size, precision.
  var summary: String
  /// The parts of the page, in order.
  var sections: [CheckSection] = []

  /// Everything found wrong, the worst first.
  var findings: [CheckFinding] {
    sections.flatMap(\.findings).sorted { $0.severity < $1.severity }
  }

  /// Whether something is wrong that makes the model useless.
  var isIll: Bool { findings.contains { $0.severity == .illness } }

  /// Whether somebody stopped the examinations.
  var isInterrupted = false

  /// What could not be examined, and why.
  var unexamined: [(title: String, reason: String)] {
    sections.compactMap { section in section.unexamined.map { (section.title, $0) } }
  }

  /// Whether it was looked at what the model makes of texts.
  var isExamined: Bool {
    !isInterrupted && !unexamined.contains { $0.title == LossExamination.title }
  }

  /// Whether nothing is wrong that makes the model useless, as far as could be seen, which is far
  /// enough to say so.
  var isHealthy: Bool { !isIll && isExamined }

  /// The page in a line.
  var verdict: String {
    if isIll {
      let count = findings.count { $0.severity == .illness }
      return "not healthy: \(count) \(count == 1 ? "illness" : "illnesses")"
        + (isInterrupted ? ", stopped before the end" : "")
    }
    if isInterrupted { return "stopped before the end; nothing found wrong until then" }
    guard !unexamined.isEmpty else { return "healthy" }
    let titles = unexamined.map(\.title)
    let list =
      titles.count == 1
      ? titles[0] : titles.dropLast().joined(separator: ", ") + " and " + titles[titles.count - 1]
    let reason = unexamined[0].reason
    return isExamined
      ? "healthy; \(list) not examined: \(reason)"
      : "cannot be said to be healthy: \(list) not examined: \(reason)"
  }

  /// Every figure, in order.
  var measures: [CheckMeasure] { sections.flatMap(\.measures) }
}

/// A part of the page: what one examination found.
struct CheckSection {
  /// The title, one word.
  var title: String
  /// Lines to read, each a label and a text.
  var lines: [(label: String, text: String)] = []
  /// Figures, which two models can be compared by.
  var measures: [CheckMeasure] = []
  /// Rows of bars, drawn below the lines.
  var bars: [CheckBar] = []
  /// What is wrong.
  var findings: [CheckFinding] = []
  /// Texts the model wrote.
  var samples: [String] = []

  /// Why what the section is about could not be looked at; `nil` where it was.
  private(set) var unexamined: String?

  /// Creates an empty section.
  init(_ title: String) { self.title = title }

  /// Adds a line.
  mutating func line(_ label: String, _ text: String) { lines.append((label, text)) }

  /// Says that what the section is about could not be looked at.
  mutating func leaveOut(_ reason: String, label: String = "none") {
    unexamined = reason
    line(label, reason)
  }

  /// Adds a finding.
  mutating func find(
    _ severity: CheckFinding.Severity, _ name: String, _ sentence: String, advice: String
  ) {
    findings.append(
      CheckFinding(severity: severity, name: name, sentence: sentence, advice: advice))
  }
}

/// A figure.
struct CheckMeasure {
  /// Which way is better.
  enum Direction: String {
    case lower
    case higher
    case neither
  }

  /// The name programs know it by.
  var name: String
  /// The name people read.
  var label: String
  /// The value.
  var value: Double
  /// The digits after the point worth reading.
  var digits: Int
  /// The unit, empty for a bare number.
  var unit = ""
  /// Which way is better.
  var better: Direction
  /// A difference below this means nothing.
  var noise: Double
  /// What kind of figure it is where models differ in that, such as `a bound`; of two kinds, neither
  /// is better.
  var kind = ""

  /// The value with its kind.
  var kindText: String { kind.isEmpty ? text : "\(text), \(kind)" }

  /// The value as it is read.
  var text: String { fixed(value, digits) + (unit.isEmpty ? "" : " \(unit)") }
}

/// One place of a picture: a bar with its value.
struct CheckBar {
  /// What the bars are about.
  var group: String
  /// Where the bar stands, such as a time.
  var label: String
  /// Its value.
  var value: Double
  /// The value of a full bar.
  var full: Double
}

/// Something that is wrong with a model, and what to do.
struct CheckFinding: Equatable {
  /// How bad it is, the worst first.
  enum Severity: String, Comparable, CaseIterable {
    /// The model is useless until it is mended.
    case illness
    /// It works, but probably not as meant.
    case warning
    /// Worth knowing.
    case note

    static func < (a: Severity, b: Severity) -> Bool {
      let order = Severity.allCases
      return (order.firstIndex(of: a) ?? 0) < (order.firstIndex(of: b) ?? 0)
    }
  }

  /// How bad it is.
  var severity: Severity
  /// The name programs know it by, such as `mask-token`.
  var name: String
  /// What is wrong.
  var sentence: String
  /// What to do about it.
  var advice: String
}
