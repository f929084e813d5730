extension SplitPatternParser {
  /// What an escape stands for.
  enum Escape {
    case scalar(Unicode.Scalar)
    case part(ScalarSet.Part)
  }

  /// Reads what follows a backslash.
  mutating func escape(from start: Int) throws(SplitPatternError) -> Escape {
    guard let scalar = peek else { throw error("nothing after a backslash", from: start) }
    position += 1
    switch scalar {
    case "s": return .part(.whiteSpace)
    case "S": return .part(.not(.whiteSpace))
    case "d": return .part(.categories(.decimalNumber))
    case "D": return .part(.not(.categories(.decimalNumber)))
    case "w": return .part(.property(.wordEscape))
    case "W": return .part(.not(.property(.wordEscape)))
    case "h": return .part(.property(.xdigit))
    case "H": return .part(.not(.property(.xdigit)))
    case "p", "P": return .part(try property(isNegated: scalar == "P", from: start))
    case "n": return .scalar("\n")
    case "r": return .scalar("\r")
    case "t": return .scalar("\t")
    case "f": return .scalar("\u{C}")
    case "v": return .scalar("\u{B}")
    case "x", "u": return .scalar(try codePoint(isShort: scalar == "x", from: start))
    case "a"..."z", "A"..."Z", "0"..."9":
      throw error("an escape that is not implemented", from: start, isImplemented: false)
    default: return .scalar(scalar)
    }
  }

  /// Reads `{L}` or `{^L}` after `\p`.
  private mutating func property(
    isNegated: Bool, from start: Int
  ) throws(SplitPatternError) -> ScalarSet.Part {
    guard take("{") else { throw error("a property without braces", from: start) }
    let isNegated = take("^") != isNegated
    var name = ""
    while let scalar = peek, scalar != "}" {
      name.unicodeScalars.append(scalar)
      position += 1
    }
    guard take("}") else { throw error("a property without braces", from: start) }
    guard let part = Self.part(named: name) else {
      throw error("a property that is not known", from: start, isImplemented: false)
    }
    return isNegated ? .not(part) : part
  }

  /// The scalars that `name` means: a general category, a property or a script.
  private static func part(named name: String) -> ScalarSet.Part? {
    if name == "LC" || name == "L&" {
      return .set(ScalarSet(["Lu", "Ll", "Lt"].compactMap(Self.part(named:))))
    }
    if let categories = ScalarCategories(name: name) { return .categories(categories) }
    if let property = ScalarProperty(named: name) { return .property(property) }
    return UnicodeScripts.ranges(named: name).map { .ranges($0) }
  }

  /// Reads `41` or `{1F642}` after `\x`, or `0041` after `\u`.
  private mutating func codePoint(
    isShort: Bool, from start: Int
  ) throws(SplitPatternError) -> Unicode.Scalar {
    let hasBraces = isShort && take("{")
    let mostDigits = hasBraces ? 8 : isShort ? 2 : 4
    var value: UInt32 = 0
    var digits = 0
    while digits < mostDigits, let scalar = peek, scalar.isASCII,
      let digit = Character(scalar).hexDigitValue
    {
      value = value << 4 | UInt32(digit)
      digits += 1
      position += 1
    }
    guard digits > 0, !hasBraces || take("}"), let scalar = Unicode.Scalar(value) else {
      throw error("an escape that is no code point", from: start)
    }
    return scalar
  }

  /// Reads a set in brackets.
  mutating func bracketSet(
    ignoresCase: Bool, depth: Int = 0
  ) throws(SplitPatternError) -> ScalarSet {
    let start = position
    position += 1
    if depth > 8 { throw error("more than 8 levels of brackets", from: start) }
    let isNegated = take("^")
    var operands: [ScalarSet] = []
    var parts: [ScalarSet.Part] = []
    while let scalar = peek, scalar != "]" || parts.isEmpty && operands.isEmpty {
      if let part = try posixBracket() {
        parts.append(part)
      } else if scalar == "[" {
        parts.append(.set(try bracketSet(ignoresCase: ignoresCase, depth: depth + 1)))
      } else if take("&&") {
        operands.append(ScalarSet(parts, ignoresCase: ignoresCase))
        parts = []
      } else {
        parts.append(try setPart())
      }
    }
    if !take("]") { throw error("a bracket that is not closed", from: start) }
    if operands.isEmpty {
      return ScalarSet(parts, isNegated: isNegated, ignoresCase: ignoresCase)
    }
    operands.append(ScalarSet(parts, ignoresCase: ignoresCase))
    return ScalarSet([.intersection(operands)], isNegated: isNegated)
  }

  /// Reads `[:alpha:]` or `[:^alpha:]`; `nil` when something else is next.
  private mutating func posixBracket() throws(SplitPatternError) -> ScalarSet.Part? {
    let start = position
    guard take("[:") else { return nil }
    let isNegated = take("^")
    var name = ""
    while let scalar = peek, scalar.isASCII, scalar.properties.isAlphabetic {
      name.unicodeScalars.append(scalar)
      position += 1
    }
    guard take(":]") else {
      // `[[:]` is a set that holds a colon.
      position = start
      return nil
    }
    guard let property = ScalarProperty(named: name) else {
      throw error("a class that is not known", from: start, isImplemented: false)
    }
    return isNegated ? .not(.property(property)) : .property(property)
  }

  /// Reads a scalar, an escape or a range.
  private mutating func setPart() throws(SplitPatternError) -> ScalarSet.Part {
    let start = position
    let first: Unicode.Scalar
    switch try setScalar() {
    case .part(let part): return part
    case .scalar(let scalar): first = scalar
    }
    guard peek == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
      return .range(first.value...first.value)
    }
    position += 1
    guard case .scalar(let last) = try setScalar(), first <= last else {
      throw error("a range whose end is not after its beginning", from: start)
    }
    return .range(first.value...last.value)
  }

  private mutating func setScalar() throws(SplitPatternError) -> Escape {
    let start = position
    guard let scalar = peek else { throw error("a bracket that is not closed") }
    position += 1
    return scalar == "\\" ? try escape(from: start) : .scalar(scalar)
  }
}
