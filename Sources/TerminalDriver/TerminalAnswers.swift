/// What a terminal has said about itself when it was asked.
package struct TerminalAnswers: Equatable, Sendable {
  /// How bright the background is, in 0...1; `nil` when the terminal did not say.
  package private(set) var backgroundLuminance: Double?
  /// Whether it shows frames as a whole (mode 2026).
  package private(set) var synchronizes = false
  /// Whether it has answered the question that every terminal answers; nothing more comes then.
  package private(set) var isComplete = false

  /// The questions: the background (OSC 11), the mode, and what every terminal answers.
  static let questions = "\u{1B}]11;?\u{1B}\\\u{1B}[?2026$p\u{1B}[c"

  /// Reads a string; only that of the background, `11;rgb:RRRR/GGGG/BBBB`, says something.
  mutating func read(_ body: some Collection<UInt8>, kind: UInt8) {
    guard kind == UInt8(ascii: "]") else { return }
    let text = String(decoding: body, as: UTF8.self)
    guard text.hasPrefix("11;rgb:") || text.hasPrefix("11;rgba:") else { return }
    let channels = text.drop { $0 != ":" }.dropFirst().split(separator: "/").prefix(3)
      .compactMap { digits -> Double? in
        guard (1...4).contains(digits.count), let value = Int(digits, radix: 16) else { return nil }
        return Double(value) / Double((1 << (4 * digits.count)) - 1)
      }
    guard channels.count == 3 else { return }
    backgroundLuminance = 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
  }

  /// Reads a control sequence; what is a key says nothing.
  mutating func read(_ sequence: ControlSequence) {
    guard sequence.prefix == UInt8(ascii: "?") else { return }
    if sequence.final == UInt8(ascii: "c") { isComplete = true }
    if sequence.final == UInt8(ascii: "y"), sequence.parameters.first == 2026 {
      synchronizes = [1, 2, 3].contains(sequence.parameters.dropFirst().first ?? 0)
    }
  }
}
