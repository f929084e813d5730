internal import PlaygroundUI

/// A control sequence of a terminal: numbers and a final letter that says what they mean.
struct ControlSequence: Equatable {
  /// The numbers before the final letter; missing ones are 0.
  var parameters: [Int]
  /// `<`, `?` or another sign before the numbers.
  var prefix: UInt8?
  /// The letter that ends the sequence.
  var final: UInt8

  /// Creates a sequence from its parts.
  init(parameters: [Int], prefix: UInt8?, final: UInt8) {
    self.parameters = parameters
    self.prefix = prefix
    self.final = final
  }

  /// Reads what stands between `ESC [` and the final letter.
  init(body: some Collection<UInt8>, final: UInt8) {
    let prefix = body.first.flatMap { (0x3C...0x3F).contains($0) ? $0 : nil }
    let numbers = prefix == nil ? Array(body) : Array(body.dropFirst())
    self.init(
      parameters: numbers.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        .prefix(8).map { digits in
          digits.prefix { (0x30...0x39).contains($0) }.reduce(0) {
            min($0 * 10 + Int($1 - 0x30), 1_000_000)
          }
        }, prefix: prefix, final: final)
  }

  /// Whether text follows that was pasted.
  var isPasteStart: Bool { final == UInt8(ascii: "~") && parameters.first == 200 }

  /// Whether a mouse report in the oldest form follows: three bytes.
  var isX10Mouse: Bool { final == UInt8(ascii: "M") && prefix == nil && parameters == [0] }

  /// What the sequence means; `nil` if nothing.
  var event: TerminalEvent? {
    if prefix == UInt8(ascii: "<") { return mouse }
    return prefix == nil ? key.map { .key($0) } : nil
  }

  /// The key the sequence stands for.
  var key: Key? {
    if final == UInt8(ascii: "u") { return character(code: parameter(0)) }
    if final == UInt8(ascii: "~"), parameter(0) == 27 { return character(code: parameter(2)) }
    if final == UInt8(ascii: "Z") { return .special(.tab, modifiers.union(.shift)) }
    return special.map { .special($0, modifiers) }
  }

  private func parameter(_ index: Int) -> Int {
    index < parameters.count ? parameters[index] : 0
  }

  /// The second number is 1 plus a bit for each modifier.
  private var modifiers: KeyModifiers {
    KeyModifiers(rawValue: UInt8(max(0, min(parameter(1), 256) - 1) & 7))
  }

  private var special: SpecialKey? {
    switch final {
    case UInt8(ascii: "A"), UInt8(ascii: "a"): .up
    case UInt8(ascii: "B"), UInt8(ascii: "b"): .down
    case UInt8(ascii: "C"), UInt8(ascii: "c"): prefix == nil ? .right : nil
    case UInt8(ascii: "D"), UInt8(ascii: "d"): .left
    case UInt8(ascii: "H"): .home
    case UInt8(ascii: "F"): .end
    case UInt8(ascii: "M"): .enter
    case UInt8(ascii: "P"): .function(1)
    case UInt8(ascii: "Q"): .function(2)
    case UInt8(ascii: "R"): .function(3)
    case UInt8(ascii: "S"): .function(4)
    case UInt8(ascii: "~"), UInt8(ascii: "$"), UInt8(ascii: "^"): numbered
    default: nil
    }
  }

  private var numbered: SpecialKey? {
    switch parameter(0) {
    case 1, 7: .home
    case 2: .insert
    case 3: .delete
    case 4, 8: .end
    case 5: .pageUp
    case 6: .pageDown
    case 11...15: .function(parameter(0) - 10)
    case 17...21: .function(parameter(0) - 11)
    case 23...24: .function(parameter(0) - 12)
    default: nil
    }
  }

  /// A key that types a character, sent with its code because of its modifiers.
  private func character(code: Int) -> Key? {
    switch code {
    case 9: return .special(.tab, modifiers)
    case 13: return .special(.enter, modifiers)
    case 27: return .special(.escape, modifiers)
    case 8, 127: return .special(.backspace, modifiers)
    default: break
    }
    guard code >= 0x20, let scalar = Unicode.Scalar(UInt32(code)) else { return nil }
    let character = Character(scalar)
    if modifiers.contains(.control) {
      return character.isASCII ? .control(Character(character.lowercased())) : nil
    }
    return modifiers.contains(.alt) ? .alt(character) : .character(character)
  }

  // MARK: Mouse

  /// A report in decimal numbers: buttons, column and row from 1; `m` ends a release.
  private var mouse: TerminalEvent? {
    guard parameters.count == 3 else { return nil }
    let isRelease = final == UInt8(ascii: "m")
    guard isRelease || final == UInt8(ascii: "M") else { return nil }
    return Self.mouse(
      code: parameter(0), column: parameter(1), row: parameter(2), isRelease: isRelease)
  }

  /// A report in three bytes, each 32 more than its number.
  static func x10Mouse(_ bytes: [Int]) -> TerminalEvent? {
    guard bytes.count == 3 else { return nil }
    // A release does not say which button; the left one is most likely.
    let isRelease = (bytes[0] - 32) & 0x43 == 3
    let code = isRelease ? bytes[0] - 35 : bytes[0] - 32
    return mouse(code: code, column: bytes[1] - 32, row: bytes[2] - 32, isRelease: isRelease)
  }

  private static func mouse(
    code: Int, column: Int, row: Int, isRelease: Bool
  ) -> TerminalEvent? {
    guard code >= 0, column >= 1, row >= 1 else { return nil }
    var modifiers: KeyModifiers = []
    if code & 4 != 0 { modifiers.insert(.shift) }
    if code & 8 != 0 { modifiers.insert(.alt) }
    if code & 16 != 0 { modifiers.insert(.control) }
    guard let action = action(code: code & ~28, isRelease: isRelease) else { return nil }
    let point = ScreenPoint(row: row - 1, column: column - 1)
    return .mouse(MouseEvent(action, at: point, modifiers: modifiers))
  }

  private static func action(code: Int, isRelease: Bool) -> MouseEvent.Action? {
    if code == 64 { return .wheelUp }
    if code == 65 { return .wheelDown }
    let buttons: [MouseEvent.Button] = [.left, .middle, .right]
    guard code & 0xC0 == 0, code & 3 < buttons.count else { return nil }
    let button = buttons[code & 3]
    return isRelease ? .release(button) : code & 32 != 0 ? .drag(button) : .press(button)
  }
}
