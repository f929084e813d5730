/// Why a text is not a JSON document.
package struct JSONSyntaxError: Error, Equatable, Sendable {
  /// The number of bytes before the place.
  package let offset: Int
  /// What is wrong there, in a few words.
  package let problem: String

  /// Creates an error.
  package init(offset: Int, problem: String) {
    self.offset = offset
    self.problem = problem
  }
}

/// A reader of JSON (RFC 8259), one pass over the bytes.
///
/// Strict but for what common programs write: a byte order mark in front (Windows editors) is
/// skipped, and `NaN`, `Infinity` and `-Infinity` (Python) are numbers. Whoever needs a number checks
/// that it is finite.
package struct JSONParser {
  /// Deeper documents are refused, so that none can exhaust the stack.
  private static let greatestDepth = 64

  private let bytes: [UInt8]
  private var position = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Returns the document written in `bytes`.
  ///
  /// - Complexity: O(`bytes.count`)
  package static func parse(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONValue {
    var parser = JSONParser(bytes)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
    let value = try parser.value(depth: 0)
    parser.skipWhiteSpace()
    if parser.position < bytes.count { throw parser.error("text after the end of the document") }
    return value
  }

  private func error(_ problem: String) -> JSONSyntaxError {
    JSONSyntaxError(offset: position, problem: problem)
  }

  private mutating func skipWhiteSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  /// Skips white space, then takes `byte` if it is next.
  private mutating func take(_ byte: UInt8) -> Bool {
    skipWhiteSpace()
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    skipWhiteSpace()
    if depth > Self.greatestDepth { throw error("more than \(Self.greatestDepth) levels") }
    guard position < bytes.count else { throw error("end of file where a value should be") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .boolean(true))
    case UInt8(ascii: "f"): return try literal("false", .boolean(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "N"): return try literal("NaN", .number(.nan))
    case UInt8(ascii: "I"): return try literal("Infinity", .number(.infinity))
    default: return try number()
    }
  }

  private mutating func literal(
    _ word: StaticString, _ value: JSONValue
  ) throws(JSONSyntaxError) -> JSONValue {
    let end = position + word.utf8CodeUnitCount
    let matches = word.withUTF8Buffer {
      end <= bytes.count && $0.elementsEqual(bytes[position..<end])
    }
    if !matches { throw error("no JSON value") }
    position = end
    return value
  }

  private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    position += 1
    var members: [JSONValue.Member] = []
    if take(UInt8(ascii: "}")) { return .object(members) }
    repeat {
      skipWhiteSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw error("no key where one should be")
      }
      let key = try string()
      if !take(UInt8(ascii: ":")) { throw error("no colon after a key") }
      members.append(JSONValue.Member(key: key, value: try value(depth: depth + 1)))
    } while take(UInt8(ascii: ","))
    if !take(UInt8(ascii: "}")) { throw error("no comma or closing brace in an object") }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    position += 1
    var elements: [JSONValue] = []
    if take(UInt8(ascii: "]")) { return .array(elements) }
    repeat {
      elements.append(try value(depth: depth + 1))
    } while take(UInt8(ascii: ","))
    if !take(UInt8(ascii: "]")) { throw error("no comma or closing bracket in an array") }
    return .array(elements)
  }
}

extension JSONParser {
  /// Reads a number; what overflows 64 bits becomes a `Double`.
  private mutating func number() throws(JSONSyntaxError) -> JSONValue {
    let start = position
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    let firstDigit = position
    if firstDigit > start, position < bytes.count, bytes[position] == UInt8(ascii: "I") {
      return try literal("Infinity", .number(-.infinity))
    }
    skipDigits()
    if position == firstDigit {
      position = start
      throw error("no JSON value")
    }
    if bytes[firstDigit] == UInt8(ascii: "0"), position > firstDigit + 1 {
      throw error("a number that starts with 0")
    }
    var isInteger = true
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      if skipDigits() == 0 { throw error("no digit after a decimal point") }
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if position < bytes.count, bytes[position] == 0x2B || bytes[position] == 0x2D {
        position += 1
      }
      if skipDigits() == 0 { throw error("no digit in an exponent") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let integer = Int(text) { return .integer(integer) }
    return .number(Double(text) ?? .nan)
  }

  @discardableResult
  private mutating func skipDigits() -> Int {
    let start = position
    while position < bytes.count, bytes[position] &- 0x30 < 10 { position += 1 }
    return position - start
  }

  private mutating func string() throws(JSONSyntaxError) -> String {
    position += 1
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let text = try text(of: bytes[start..<position])
        position += 1
        return text
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
      if byte < 0x20 { throw error("a control character inside a string") }
      position += 1
    }
    throw error("end of file inside a string")
  }

  private func text(of slice: some Collection<UInt8>) throws(JSONSyntaxError) -> String {
    guard let text = String(validating: slice, as: UTF8.self) else {
      throw error("a string that is not UTF-8")
    }
    return text
  }

  /// Reads the rest of a string that has a backslash at `position`.
  private mutating func escapedString(from start: Int) throws(JSONSyntaxError) -> String {
    var unescaped = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      if byte < 0x20 { throw error("a control character inside a string") }
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return try text(of: unescaped)
      case UInt8(ascii: "\\"): unescaped += String(try escape()).utf8
      default: unescaped.append(byte)
      }
    }
    throw error("end of file inside a string")
  }

  /// Reads what follows a backslash.
  private mutating func escape() throws(JSONSyntaxError) -> Unicode.Scalar {
    guard position < bytes.count else { throw error("end of file inside a string") }
    position += 1
    switch bytes[position - 1] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw error("an unknown escape in a string")
    }
  }

  /// Reads the four digits after `\u`, and a second escape when they are half a pair.
  private mutating func unicodeEscape() throws(JSONSyntaxError) -> Unicode.Scalar {
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    else { throw error("half a surrogate pair") }
    position += 2
    let second = try codeUnit()
    guard first < 0xDC00, (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(
        0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
    else { throw error("half a surrogate pair") }
    return scalar
  }

  private mutating func codeUnit() throws(JSONSyntaxError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard position < bytes.count,
        let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
      else { throw error("an escape without four hexadecimal digits") }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }
}
