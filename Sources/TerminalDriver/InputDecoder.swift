package import PlaygroundUI

/// Turns the bytes a terminal sends into events.
///
/// Understands what xterm and its descendants send, the Linux console, rxvt and tmux, and whatever
/// terminfo says beyond that. A sequence that nobody understands is swallowed as a whole, so that
/// it does not type letters.
///
/// - SeeAlso: “XTerm Control Sequences”; ECMA-48, section 5.4.
package struct InputDecoder {
  /// The bytes of a sequence that is not complete yet.
  private var pending: [UInt8] = []

  /// The text of a paste that has begun and not ended.
  private var paste: [UInt8]?

  /// What certain sequences mean on this terminal.
  private let definitions: [[UInt8]: Key]

  /// What the terminal has said about itself.
  package private(set) var answers = TerminalAnswers()

  /// The most bytes of one paste that are kept.
  package static let longestPaste = 1 << 20

  /// The most bytes a sequence may have before it is given up.
  private static let longestSequence = 64

  /// Creates a decoder with sequences beyond those that are understood anyway.
  package init(definitions: [[UInt8]: Key] = [:]) {
    self.definitions = definitions.filter { $0.key.first == 0x1B && $0.key.count > 1 }
  }

  /// Whether more bytes are needed to know what the last ones mean.
  package var isWaiting: Bool { paste != nil || !pending.isEmpty }

  /// Whether a paste has begun and not ended.
  package var isPasting: Bool { paste != nil }

  /// Returns the events that `bytes` complete.
  package mutating func events(from bytes: some Sequence<UInt8>) -> [TerminalEvent] {
    pending.append(contentsOf: bytes)
    var events: [TerminalEvent] = []
    var position = 0
    while position < pending.count {
      let step = paste == nil ? next(from: position) : pasteStep(from: position)
      guard case .consumed(let count, let event) = step else { break }
      position += count
      if let event { events.append(event) }
    }
    pending.removeFirst(position)
    return events
  }

  /// Returns the events of what was incomplete, taking it as it is: no more bytes have come for a
  /// while, so that an escape byte was the escape key.
  package mutating func flush() -> [TerminalEvent] {
    if let text = paste {
      let all = text + pending
      paste = nil
      pending = []
      return [.paste(String(decoding: all, as: UTF8.self))]
    }
    guard let first = pending.first else { return [] }
    let rest = Array(pending.dropFirst())
    pending = []
    guard first == 0x1B else { return events(from: rest) }
    // Escape and a letter is alt; without the letter, the key itself.
    guard let second = rest.first, (0x21..<0x7F).contains(second) else {
      return [.key(.escape)] + events(from: rest)
    }
    return [.key(.alt(Character(Unicode.Scalar(second))))] + events(from: rest.dropFirst())
  }

  /// What the bytes at a position turned out to be.
  private enum Step {
    case consumed(Int, TerminalEvent?)
    case incomplete
  }

  private mutating func next(from start: Int) -> Step {
    let byte = pending[start]
    switch byte {
    case 0x1B: return escape(from: start)
    case 0..<0x20, 0x7F: return .consumed(1, .key(Self.controlKey(byte)))
    default: return character(from: start)
    }
  }

  /// A scalar in UTF-8; bytes that are none are dropped.
  private func character(from start: Int) -> Step {
    let first = pending[start]
    let length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard length > 0, first < 0xF5 else { return .consumed(1, nil) }
    let bytes = pending[start...].prefix(length)
    if let wrong = bytes.dropFirst().firstIndex(where: { $0 & 0xC0 != 0x80 }) {
      return .consumed(wrong - start, nil)
    }
    guard bytes.count == length else { return .incomplete }
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.unicodeScalars.count == 1, text != "\u{FFFD}" else { return .consumed(length, nil) }
    return .consumed(length, .key(.character(Character(text))))
  }

  private static func controlKey(_ byte: UInt8) -> Key {
    switch byte {
    case 0x00: .control(" ")
    case 0x09: .tab
    case 0x0D: .enter
    case 0x08, 0x7F: .backspace
    case 0x01...0x1A: .control(Character(Unicode.Scalar(byte + 0x60)))
    default: .control(Character(Unicode.Scalar(byte + 0x40)))
    }
  }

  private mutating func escape(from start: Int) -> Step {
    if let (length, key) = defined(from: start) { return .consumed(length, .key(key)) }
    guard start + 1 < pending.count else { return .incomplete }
    switch pending[start + 1] {
    case UInt8(ascii: "["): return controlSequence(from: start)
    case UInt8(ascii: "O"): return singleShift(from: start)
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"):
      return string(from: start)
    case 0x1B: return .consumed(1, .key(.escape))
    case 0x0D: return .consumed(2, .key(.special(.enter, .alt)))
    case 0x09: return .consumed(2, .key(.special(.tab, .alt)))
    case 0x08, 0x7F: return .consumed(2, .key(.special(.backspace, .alt)))
    case 0..<0x20: return .consumed(1, .key(.escape))
    default: break
    }
    guard case .consumed(let length, let event) = character(from: start + 1) else {
      return .incomplete
    }
    guard case .key(.character(let character)) = event else { return .consumed(length + 1, nil) }
    return .consumed(length + 1, .key(.alt(character)))
  }

  /// The longest sequence of terminfo that stands here.
  private func defined(from start: Int) -> (length: Int, key: Key)? {
    definitions.filter { pending[start...].starts(with: $0.key) }
      .max { $0.key.count < $1.key.count }
      .map { ($0.key.count, $0.value) }
  }

  /// `ESC O` and a letter, before which rxvt and old xterms put a modifier.
  private func singleShift(from start: Int) -> Step {
    var position = start + 2
    var modifier = 0
    while position < pending.count, (0x30...0x39).contains(pending[position]) {
      modifier = min(modifier * 10 + Int(pending[position] - 0x30), 99)
      position += 1
    }
    guard position < pending.count else { return .incomplete }
    let sequence = ControlSequence(
      parameters: modifier > 0 ? [1, modifier] : [], prefix: nil, final: pending[position])
    return .consumed(position + 1 - start, sequence.key.map { .key($0) })
  }

  /// A string the terminal sends, such as an answer: up to a bell or a string terminator.
  private mutating func string(from start: Int) -> Step {
    guard start + 2 < pending.count else { return .incomplete }
    for position in pending.indices.dropFirst(start + 2) {
      if pending[position] == 0x07 {
        answers.read(pending[start + 2..<position], kind: pending[start + 1])
        return .consumed(position + 1 - start, nil)
      }
      if pending[position] == 0x5C, pending[position - 1] == 0x1B {
        answers.read(pending[start + 2..<max(start + 2, position - 1)], kind: pending[start + 1])
        return .consumed(position + 1 - start, nil)
      }
    }
    return pending.count - start > 4_096 ? .consumed(pending.count - start, nil) : .incomplete
  }

  private mutating func controlSequence(from start: Int) -> Step {
    var position = start + 2
    // The Linux console sends `ESC [ [ A` for F1.
    if position < pending.count, pending[position] == UInt8(ascii: "[") {
      guard position + 1 < pending.count else { return .incomplete }
      let number = Int(pending[position + 1]) - 0x40
      return .consumed(4, (1...5).contains(number) ? .key(.function(number)) : nil)
    }
    while position < pending.count, (0x20...0x3F).contains(pending[position]) { position += 1 }
    if position - start > Self.longestSequence { return .consumed(position - start, nil) }
    guard position < pending.count else { return .incomplete }
    let length = position + 1 - start
    // Something broken off by another key or sequence.
    guard (0x40...0x7E).contains(pending[position]) else { return .consumed(length - 1, nil) }
    let sequence = ControlSequence(
      body: pending[start + 2..<position], final: pending[position])
    if sequence.isX10Mouse {
      guard position + 3 < pending.count else { return .incomplete }
      let event = ControlSequence.x10Mouse(pending[position + 1...position + 3].map { Int($0) })
      return .consumed(length + 3, event)
    }
    if sequence.isPasteStart { paste = [] }
    answers.read(sequence)
    return .consumed(length, sequence.event)
  }

  private static let pasteEnd = Array("\u{1B}[201~".utf8)

  /// Text of a paste, up to its end or to what may be the beginning of its end.
  private mutating func pasteStep(from start: Int) -> Step {
    let rest = pending[start...]
    if rest.starts(with: Self.pasteEnd) {
      let text = String(decoding: paste ?? [], as: UTF8.self)
      paste = nil
      return .consumed(Self.pasteEnd.count, .paste(text))
    }
    if rest.first == 0x1B, Self.pasteEnd.starts(with: rest) { return .incomplete }
    let end = rest.dropFirst().firstIndex(of: 0x1B) ?? rest.endIndex
    let room = Self.longestPaste - (paste?.count ?? 0)
    paste?.append(contentsOf: rest[..<end].prefix(room))
    return .consumed(end - start, nil)
  }
}
