/// Reads statements from the parts of a template.
struct TemplateParser {
  /// The deepest nesting of statements and expressions; a conversation needs ten.
  static let depthLimit = 100

  private let segments: [TemplateSegment]
  private let source: String
  private var place = 0
  private var depth = 0
  var line = 1
  /// The tokens of the part that is being read, and how far it is read.
  var tokens: [TemplateToken] = []
  var next = 0

  init(segments: [TemplateSegment], source: String) {
    self.segments = segments
    self.source = source
  }

  /// Returns the statements of the whole template.
  ///
  /// - Throws: ``TemplateError`` of syntax, or that names what is not implemented.
  mutating func parsed() throws(TemplateError) -> [TemplateStatement] {
    let body = try statements(until: [])
    return body
  }

  func error(_ cause: TemplateError.Cause) -> TemplateError {
    TemplateError(source: source, line: line, cause: cause)
  }

  func unexpected(_ expected: String) -> TemplateError {
    error(.syntax(found: token.description, expected: expected))
  }

  mutating func nested<Value>(
    _ read: (inout TemplateParser) throws(TemplateError) -> Value
  ) throws(TemplateError) -> Value {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else {
      throw error(.budget("it is nested more than \(Self.depthLimit) deep"))
    }
    return try read(&self)
  }
}

/// Tokens of the part that is being read.
extension TemplateParser {
  var token: TemplateToken { next < tokens.count ? tokens[next] : .end }

  mutating func take(_ mark: String) -> Bool {
    guard token == .mark(mark) else { return false }
    next += 1
    return true
  }

  mutating func take(keyword: String) -> Bool {
    guard token == .name(keyword) else { return false }
    next += 1
    return true
  }

  mutating func expect(_ mark: String) throws(TemplateError) {
    guard take(mark) else { throw unexpected("'\(mark)'") }
  }

  mutating func expectName() throws(TemplateError) -> String {
    guard case .name(let name) = token else { throw unexpected("a name") }
    next += 1
    return name
  }

  mutating func expectEnd() throws(TemplateError) {
    guard token == .end else { throw unexpected("the end of the expression") }
  }
}

/// Statements.
extension TemplateParser {
  /// Reads statements up to one that begins with a word of `ends`, whose tokens are then at hand.
  private mutating func statements(
    until ends: Set<String>
  ) throws(TemplateError) -> [TemplateStatement] {
    var body: [TemplateStatement] = []
    while place < segments.count {
      let segment = segments[place]
      line = segment.line
      place += 1
      switch segment.kind {
      case .text(let text):
        body.append(TemplateStatement(line: segment.line, kind: .text(text)))
      case .output(let tokens):
        self.tokens = tokens
        next = 0
        let value = try expression()
        try expectEnd()
        body.append(TemplateStatement(line: segment.line, kind: .output(value)))
      case .statement(let tokens):
        self.tokens = tokens
        next = 0
        let word = try expectName()
        if ends.contains(word) { return body }
        let kind = try nested { parser throws(TemplateError) in try parser.statement(word) }
        body.append(TemplateStatement(line: segment.line, kind: kind))
      }
    }
    guard ends.isEmpty else {
      throw error(
        .syntax(
          found: "the end of the template",
          expected: ends.sorted().map { "{% \($0) %}" }.joined(separator: " or ")))
    }
    return body
  }

  /// The word that ended the statements before.
  private var endWord: String {
    if case .name(let name) = tokens.first { name } else { "" }
  }

  private mutating func statement(_ word: String) throws(TemplateError) -> TemplateStatement.Kind {
    switch word {
    case "if": return try conditional()
    case "for": return .loop(try loop())
    case "set": return try setting()
    case "macro": return .macro(try macro())
    case "break":
      try expectEnd()
      return .leaveLoop
    case "continue":
      try expectEnd()
      return .nextTurn
    // Marks what an assistant wrote, for training; it changes no text.
    case "generation":
      try expectEnd()
      return .group(try statements(until: ["endgeneration"]))
    default:
      if word.hasPrefix("end") || word == "else" || word == "elif" {
        throw error(.syntax(found: "{% \(word) %}", expected: "what it belongs to before it"))
      }
      throw error(.unsupported("{% \(word) %}"))
    }
  }

  private mutating func conditional() throws(TemplateError) -> TemplateStatement.Kind {
    var branches: [(condition: TemplateExpression, body: [TemplateStatement])] = []
    repeat {
      let condition = try expression()
      try expectEnd()
      branches.append((condition, try statements(until: ["elif", "else", "endif"])))
    } while endWord == "elif"
    var otherwise: [TemplateStatement] = []
    if endWord == "else" { otherwise = try statements(until: ["endif"]) }
    return .conditional(branches: branches, otherwise: otherwise)
  }

  private mutating func loop() throws(TemplateError) -> TemplateLoop {
    var names = [try expectName()]
    while take(",") { names.append(try expectName()) }
    guard take(keyword: "in") else { throw unexpected("'in'") }
    let values = try disjunction()
    let condition = take(keyword: "if") ? try expression() : nil
    if token == .name("recursive") { throw error(.unsupported("a recursive loop")) }
    try expectEnd()
    let body = try statements(until: ["else", "endfor"])
    let otherwise = endWord == "else" ? try statements(until: ["endfor"]) : []
    return TemplateLoop(
      names: names, values: values, condition: condition, body: body, otherwise: otherwise)
  }

  private mutating func setting() throws(TemplateError) -> TemplateStatement.Kind {
    var targets = [try setTarget()]
    while take(",") { targets.append(try setTarget()) }
    if take("=") {
      let value = try tuple()
      try expectEnd()
      return .set(targets: targets, value: value)
    }
    guard targets.count == 1, token == .end else { throw unexpected("'='") }
    return .setBlock(target: targets[0], body: try statements(until: ["endset"]))
  }

  private mutating func setTarget() throws(TemplateError) -> TemplateStatement.SetTarget {
    let name = try expectName()
    return TemplateStatement.SetTarget(name: name, member: take(".") ? try expectName() : nil)
  }

  private mutating func macro() throws(TemplateError) -> TemplateMacro {
    let name = try expectName()
    try expect("(")
    var parameters: [(name: String, defaultValue: TemplateExpression?)] = []
    while !take(")") {
      if !parameters.isEmpty { try expect(",") }
      let parameter = try expectName()
      parameters.append((parameter, take("=") ? try expression() : nil))
    }
    try expectEnd()
    return TemplateMacro(
      name: name, parameters: parameters, body: try statements(until: ["endmacro"]))
  }
}
