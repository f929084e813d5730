/// A token of an expression.
enum TemplateToken: Equatable, Sendable {
  case name(String)
  case string(String)
  case int(Int)
  case double(Double)
  case mark(String)
  case end

  /// The token, for messages.
  var description: String {
    switch self {
    case .name(let name): "'\(name)'"
    case .string: "a text"
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case .mark(let mark): "'\(mark)'"
    case .end: "the end"
    }
  }
}

/// A part of a template between two borders.
struct TemplateSegment: Sendable {
  enum Kind: Sendable {
    case text(String)
    /// The tokens between `{{` and `}}`.
    case output([TemplateToken])
    /// The tokens between `{%` and `%}`.
    case statement([TemplateToken])
  }

  var kind: Kind
  var line: Int
}

/// Cuts a template into text, outputs and statements.
///
/// Blanks are treated as `transformers` asks Jinja to: the line break after a statement is dropped
/// (`trim_blocks`), and so are the blanks before a statement that begins its line
/// (`lstrip_blocks`). A `-` inside a border drops all blank space beyond it, a `+` keeps it.
struct TemplateLexer {
  private let scalars: [Unicode.Scalar]
  private let source: String
  private var place = 0
  private var line = 1
  private var segments: [TemplateSegment] = []
  private var text = String.UnicodeScalarView()
  private var textLine = 1
  /// Whether the text that follows loses its first line break, or all blank space.
  private var cut = Cut.nothing

  private enum Cut { case nothing, lineBreak, space }

  init(_ text: String, source: String) {
    self.source = source
    var scalars: [Unicode.Scalar] = []
    for scalar in text.unicodeScalars {
      if scalar == "\n", scalars.last == "\r" { scalars.removeLast() }
      scalars.append(scalar)
    }
    // Jinja drops one line break at the end of a template.
    if scalars.last == "\n" { scalars.removeLast() }
    self.scalars = scalars
  }

  /// Returns the parts of the template.
  ///
  /// - Throws: ``TemplateError`` of syntax.
  mutating func segmented() throws(TemplateError) -> [TemplateSegment] {
    while place < scalars.count {
      if matches("{{") {
        try readOutput()
      } else if matches("{%") {
        try readStatement()
      } else if matches("{#") {
        try skipComment()
      } else {
        appendText(scalars[place])
        advance()
      }
    }
    closeText()
    return segments
  }

  func error(_ found: String, expected: String) -> TemplateError {
    TemplateError(
      source: source, line: line, cause: .syntax(found: found, expected: expected))
  }
}

/// Text and borders.
extension TemplateLexer {
  private func matches(_ text: String, at offset: Int = 0) -> Bool {
    let pattern = text.unicodeScalars
    return place + offset + pattern.count <= scalars.count
      && scalars[(place + offset)...].starts(with: pattern)
  }

  private mutating func advance(_ count: Int = 1) {
    for _ in 0..<count where place < scalars.count {
      if scalars[place] == "\n" { line += 1 }
      place += 1
    }
  }

  private mutating func appendText(_ scalar: Unicode.Scalar) {
    switch cut {
    case .nothing: break
    case .lineBreak:
      cut = .nothing
      if scalar == "\n" { return }
    case .space:
      if scalar.properties.isWhitespace { return }
      cut = .nothing
    }
    if text.isEmpty { textLine = line }
    text.append(scalar)
  }

  private mutating func closeText() {
    guard !text.isEmpty else { return }
    segments.append(TemplateSegment(kind: .text(String(text)), line: textLine))
    text = String.UnicodeScalarView()
  }

  /// Drops what an opening border takes away from the text before it, and reads the border.
  private mutating func open(stripsLine: Bool) {
    let sign = place + 2 < scalars.count ? scalars[place + 2] : " "
    if sign == "-" {
      while text.last?.properties.isWhitespace ?? false { text.removeLast() }
    } else if stripsLine, sign != "+" {
      var rest = text
      while rest.last == " " || rest.last == "\t" { rest.removeLast() }
      // Only where nothing but blanks stands before it in its line.
      let beginsLine = rest.isEmpty ? beginsLineAfterSegments(dropped: text) : rest.last == "\n"
      if beginsLine { text = rest }
    }
    closeText()
    advance(sign == "-" || sign == "+" ? 3 : 2)
    cut = .nothing
  }

  /// Whether text of blanks alone stands at the start of a line: at the start of the template, or
  /// after a statement whose line break was dropped.
  private func beginsLineAfterSegments(dropped: String.UnicodeScalarView) -> Bool {
    let start = place - dropped.count
    return start == 0 || scalars[start - 1] == "\n"
  }

  private mutating func close(_ border: String, trimsLine: Bool) {
    let sign = scalars[place]
    advance(border.unicodeScalars.count + (sign == "-" || sign == "+" ? 1 : 0))
    cut = sign == "-" ? .space : trimsLine && sign != "+" ? .lineBreak : .nothing
  }

  private func isBorder(_ border: String) -> Bool {
    matches(border) || matches("-" + border) || (border != "}}" && matches("+" + border))
  }

  private mutating func skipComment() throws(TemplateError) {
    open(stripsLine: true)
    while !isBorder("#}") {
      guard place < scalars.count else { throw error("the end", expected: "'#}'") }
      advance()
    }
    close("#}", trimsLine: true)
  }

  private mutating func readOutput() throws(TemplateError) {
    open(stripsLine: false)
    let start = line
    let tokens = try tokens(until: "}}")
    close("}}", trimsLine: false)
    segments.append(TemplateSegment(kind: .output(tokens), line: start))
  }

  private mutating func readStatement() throws(TemplateError) {
    open(stripsLine: true)
    let start = line
    let tokens = try tokens(until: "%}")
    close("%}", trimsLine: true)
    if tokens == [.name("raw")] {
      try readRaw()
    } else {
      segments.append(TemplateSegment(kind: .statement(tokens), line: start))
    }
  }

  /// Text up to `{% endraw %}` in which nothing has a meaning.
  private mutating func readRaw() throws(TemplateError) {
    while place < scalars.count {
      if matches("{%") {
        var ahead = self
        ahead.open(stripsLine: true)
        if let tokens = try? ahead.tokens(until: "%}"), tokens == [.name("endraw")] {
          self = ahead
          close("%}", trimsLine: true)
          return
        }
      }
      appendText(scalars[place])
      advance()
    }
    throw error("the end", expected: "{% endraw %}")
  }
}

/// Tokens of expressions.
extension TemplateLexer {
  private static let marks = [
    "**", "//", "==", "!=", "<=", ">=", "{", "}", "[", "]", "(", ")", "+", "-", "*", "/", "%", "~",
    "|", ".", ",", ":", "=", "<", ">",
  ]

  private mutating func tokens(until border: String) throws(TemplateError) -> [TemplateToken] {
    var tokens: [TemplateToken] = []
    var depth = 0
    while place < scalars.count {
      let scalar = scalars[place]
      if depth == 0, isBorder(border) { return tokens }
      if scalar.properties.isWhitespace {
        advance()
      } else if scalar == "'" || scalar == "\"" {
        tokens.append(.string(try readString()))
      } else if ("0"..."9").contains(scalar) {
        tokens.append(try readNumber())
      } else if scalar == "_" || scalar.properties.isAlphabetic {
        tokens.append(.name(readName()))
      } else if let mark = Self.marks.first(where: { matches($0) }) {
        if "{[(".contains(mark) { depth += 1 }
        if "}])".contains(mark) { depth = max(0, depth - 1) }
        tokens.append(.mark(mark))
        advance(mark.unicodeScalars.count)
      } else {
        throw error("'\(scalar)'", expected: "an expression")
      }
    }
    throw error("the end", expected: "'\(border)'")
  }

  private mutating func readName() -> String {
    var name = String.UnicodeScalarView()
    while place < scalars.count {
      let scalar = scalars[place]
      guard
        scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
      else { break }
      name.append(scalar)
      advance()
    }
    return String(name)
  }

  private mutating func readNumber() throws(TemplateError) -> TemplateToken {
    var digits = ""
    var isWhole = true
    while place < scalars.count {
      let scalar = scalars[place]
      let isPoint =
        scalar == "." && place + 1 < scalars.count && ("0"..."9").contains(scalars[place + 1])
      guard ("0"..."9").contains(scalar) || scalar == "_" || (isPoint && isWhole) else { break }
      if isPoint { isWhole = false }
      if scalar != "_" { digits.unicodeScalars.append(scalar) }
      advance()
    }
    if isWhole, let value = Int(digits) { return .int(value) }
    guard !isWhole, let value = Double(digits) else {
      throw error(digits, expected: "a number of at most 64 bits")
    }
    return .double(value)
  }

  private mutating func readString() throws(TemplateError) -> String {
    let quote = scalars[place]
    advance()
    var text = String.UnicodeScalarView()
    while place < scalars.count, scalars[place] != quote {
      if scalars[place] == "\\" {
        advance()
        text.append(contentsOf: try readEscape())
      } else {
        text.append(scalars[place])
        advance()
      }
    }
    guard place < scalars.count else { throw error("the end", expected: "a closing quote") }
    advance()
    return String(text)
  }

  private mutating func readEscape() throws(TemplateError) -> [Unicode.Scalar] {
    guard place < scalars.count else { throw error("the end", expected: "an escape") }
    let scalar = scalars[place]
    advance()
    switch scalar {
    case "n": return ["\n"]
    case "t": return ["\t"]
    case "r": return ["\r"]
    case "0": return ["\0"]
    case "\n": return []
    case "x": return [try readCode(digits: 2)]
    case "u": return [try readCode(digits: 4)]
    case "U": return [try readCode(digits: 8)]
    case "\\", "'", "\"": return [scalar]
    default: return ["\\", scalar]
    }
  }

  private mutating func readCode(digits count: Int) throws(TemplateError) -> Unicode.Scalar {
    var digits = ""
    while digits.count < count, place < scalars.count, scalars[place].properties.isASCIIHexDigit {
      digits.unicodeScalars.append(scalars[place])
      advance()
    }
    guard digits.count == count, let code = UInt32(digits, radix: 16),
      let scalar = Unicode.Scalar(code)
    else { throw error("'\(digits)'", expected: "\(count) hexadecimal digits of a character") }
    return scalar
  }
}
