extension JSONValue {
  /// Parses a whole document.
  ///
  /// Stricter than most readers where files that describe weights need it: a member that occurs
  /// twice is an error, not a silent choice, and nothing may follow the document but blanks.
  /// Laxer in one point: `NaN`, `Infinity` and `-Infinity`, which Python writes, are numbers.
  package init(parsing bytes: UnsafeRawBufferPointer) throws(JSONError) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.document()
  }

  /// Parses a whole document held in an array.
  package init(parsing bytes: [UInt8]) throws(JSONError) {
    self = try bytes.withUnsafeBufferPointer { bytes throws(JSONError) in
      try JSONValue(parsing: UnsafeRawBufferPointer(bytes))
    }
  }
}

/// A recursive-descent parser for RFC 8259.
private struct JSONParser {
  /// Deeper nesting than any real file has, and far less than the stack can hold.
  static let depthLimit = 100

  let bytes: UnsafeRawBufferPointer
  var offset = 0
  var depth = 0

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value()
    skipBlanks()
    guard offset == bytes.count else { throw error("unexpected text after the document") }
    return value
  }

  mutating func value() throws(JSONError) -> JSONValue {
    skipBlanks()
    guard let byte = peek else { throw error("unexpected end") }
    switch byte {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "N"): return try word("NaN", .number(.nan))
    case UInt8(ascii: "I"): return try word("Infinity", .number(.infinity))
    default: return try number()
    }
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    try enter()
    defer { depth -= 1 }
    var members: [String: JSONValue] = [:]
    guard !take("}") else { return .object(members) }
    repeat {
      skipBlanks()
      let start = offset
      guard peek == UInt8(ascii: "\"") else { throw error("expected a member name") }
      let name = try string()
      guard take(":") else { throw error("expected ':'") }
      let value = try value()
      guard members.updateValue(value, forKey: name) == nil else {
        throw JSONError(offset: start, reason: "'\(name.prefix(60))' occurs twice")
      }
    } while take(",")
    guard take("}") else { throw error("expected ',' or '}'") }
    return .object(members)
  }

  private mutating func array() throws(JSONError) -> JSONValue {
    try enter()
    defer { depth -= 1 }
    var elements: [JSONValue] = []
    guard !take("]") else { return .array(elements) }
    repeat {
      elements.append(try value())
    } while take(",")
    guard take("]") else { throw error("expected ',' or ']'") }
    return .array(elements)
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = offset
    _ = takeByte("-")
    if peek == UInt8(ascii: "I") { return try word("Infinity", .number(-.infinity)) }
    var isWhole = true
    let leadingZero = peek == UInt8(ascii: "0")
    let digits = takeDigits()
    guard digits > 0, !leadingZero || digits == 1 else {
      throw JSONError(offset: start, reason: "expected a value")
    }
    if takeByte(".") {
      isWhole = false
      guard takeDigits() > 0 else { throw error("expected a digit") }
    }
    if takeByte("e") || takeByte("E") {
      isWhole = false
      if !takeByte("-") { _ = takeByte("+") }
      guard takeDigits() > 0 else { throw error("expected a digit") }
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    if isWhole, let value = Int(text) { return .integer(value) }
    guard let value = Double(text) else {
      throw JSONError(offset: start, reason: "expected a number")
    }
    return .number(value)
  }

  private mutating func string() throws(JSONError) -> String {
    let start = offset
    offset += 1
    var units: [UInt8] = []
    while let byte = peek {
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: units, as: UTF8.self) else {
          throw JSONError(offset: start, reason: "a text that is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): try escape(into: &units)
      case ..<0x20: throw JSONError(offset: offset - 1, reason: "a control character in a text")
      default: units.append(byte)
      }
    }
    throw JSONError(offset: start, reason: "a text without end")
  }

  /// Reads what follows a backslash and appends it in UTF-8.
  private mutating func escape(into units: inout [UInt8]) throws(JSONError) {
    guard let byte = peek else { throw error("unexpected end") }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): units.append(byte)
    case UInt8(ascii: "b"): units.append(0x08)
    case UInt8(ascii: "f"): units.append(0x0C)
    case UInt8(ascii: "n"): units.append(0x0A)
    case UInt8(ascii: "r"): units.append(0x0D)
    case UInt8(ascii: "t"): units.append(0x09)
    case UInt8(ascii: "u"): units.append(contentsOf: try escapedScalar())
    default: throw JSONError(offset: offset - 1, reason: "an unknown escape")
    }
  }

  /// Reads the four digits after `\u`, and the low half of a surrogate pair after a high one.
  private mutating func escapedScalar() throws(JSONError) -> String.UTF8View {
    let start = offset
    var code = try hexadecimalDigits()
    if (0xD800..<0xDC00).contains(code), takeByte("\\"), takeByte("u") {
      let low = try hexadecimalDigits()
      guard (0xDC00..<0xE000).contains(low) else {
        throw JSONError(offset: start, reason: "half a surrogate pair")
      }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw JSONError(offset: start, reason: "half a surrogate pair")
    }
    return String(Character(scalar)).utf8
  }

  private mutating func hexadecimalDigits() throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("expected a hexadecimal digit")
      }
      offset += 1
      code = code << 4 | UInt32(digit)
    }
    return code
  }

  // MARK: - Single bytes

  private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private func error(_ reason: String) -> JSONError { JSONError(offset: offset, reason: reason) }

  /// Takes the opening bracket at the current place.
  private mutating func enter() throws(JSONError) {
    depth += 1
    guard depth <= Self.depthLimit else { throw error("more than \(Self.depthLimit) levels") }
    offset += 1
  }

  private mutating func skipBlanks() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      offset += 1
    }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    skipBlanks()
    return takeByte(scalar)
  }

  private mutating func takeByte(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: scalar) else { return false }
    offset += 1
    return true
  }

  private mutating func takeDigits() -> Int {
    let start = offset
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
    return offset - start
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError)
    -> JSONValue
  {
    let text = word.description.utf8
    guard bytes.dropFirst(offset).starts(with: text) else { throw error("expected a value") }
    offset += text.count
    return value
  }
}
