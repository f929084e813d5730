/// Expressions, in the order of Jinja's precedence: each level reads the next tighter one.
extension TemplateParser {
  /// Reads `a if condition else b`, or any tighter expression.
  mutating func expression() throws(TemplateError) -> TemplateExpression {
    try nested { parser throws(TemplateError) in
      var value = try parser.disjunction()
      while parser.take(keyword: "if") {
        let condition = try parser.disjunction()
        let otherwise = parser.take(keyword: "else") ? try parser.expression() : nil
        value = .choice(condition: condition, then: value, otherwise: otherwise)
      }
      return value
    }
  }

  /// `a, b`: a tuple without parentheses.
  mutating func tuple() throws(TemplateError) -> TemplateExpression {
    let first = try expression()
    guard token == .mark(",") else { return first }
    var elements = [first]
    while take(","), token != .end { elements.append(try expression()) }
    return .list(elements)
  }

  mutating func disjunction() throws(TemplateError) -> TemplateExpression {
    var value = try conjunction()
    while take(keyword: "or") { value = .or(value, try conjunction()) }
    return value
  }

  private mutating func conjunction() throws(TemplateError) -> TemplateExpression {
    var value = try negation()
    while take(keyword: "and") { value = .and(value, try negation()) }
    return value
  }

  private mutating func negation() throws(TemplateError) -> TemplateExpression {
    guard take(keyword: "not") else { return try comparison() }
    return .not(try nested { parser throws(TemplateError) in try parser.negation() })
  }

  private mutating func comparison() throws(TemplateError) -> TemplateExpression {
    let first = try sum()
    var others: [(TemplateExpression.Comparison, TemplateExpression)] = []
    while let comparison = takeComparison() { others.append((comparison, try sum())) }
    return others.isEmpty ? first : .comparison(first, others)
  }

  private mutating func takeComparison() -> TemplateExpression.Comparison? {
    switch token {
    case .mark(let mark):
      guard let comparison = TemplateExpression.Comparison(rawValue: mark) else { return nil }
      next += 1
      return comparison
    case .name("in"):
      next += 1
      return .contained
    case .name("not") where next + 1 < tokens.count && tokens[next + 1] == .name("in"):
      next += 2
      return .notContained
    case .name, .string, .int, .double, .end: return nil
    }
  }

  private mutating func sum() throws(TemplateError) -> TemplateExpression {
    var value = try concatenation()
    while true {
      if take("+") {
        value = .arithmetic(.plus, value, try concatenation())
      } else if take("-") {
        value = .arithmetic(.minus, value, try concatenation())
      } else {
        return value
      }
    }
  }

  private mutating func concatenation() throws(TemplateError) -> TemplateExpression {
    var value = try product()
    while take("~") { value = .concatenation(value, try product()) }
    return value
  }

  private mutating func product() throws(TemplateError) -> TemplateExpression {
    var value = try power()
    while case .mark(let mark) = token, ["*", "/", "//", "%"].contains(mark),
      let operation = TemplateExpression.Arithmetic(rawValue: mark)
    {
      next += 1
      value = .arithmetic(operation, value, try power())
    }
    return value
  }

  private mutating func power() throws(TemplateError) -> TemplateExpression {
    var value = try signed()
    while take("**") { value = .arithmetic(.power, value, try signed()) }
    return value
  }

  private mutating func signed() throws(TemplateError) -> TemplateExpression {
    if take("-") {
      let value = try nested { parser throws(TemplateError) in try parser.signedOperand() }
      return try filtered(.negative(value))
    }
    if take("+") {
      return try nested { parser throws(TemplateError) in try parser.signed() }
    }
    return try filtered(try postfix(try primary()))
  }

  /// A sign binds tighter than a filter.
  private mutating func signedOperand() throws(TemplateError) -> TemplateExpression {
    if take("-") {
      return .negative(try nested { parser throws(TemplateError) in try parser.signedOperand() })
    }
    return try postfix(try primary())
  }
}

/// The tightest levels.
extension TemplateParser {
  private mutating func primary() throws(TemplateError) -> TemplateExpression {
    let found = token
    next += 1
    switch found {
    case .string(var text):
      // Texts that stand side by side are one.
      while case .string(let more) = token {
        text += more
        next += 1
      }
      return .literal(.string(text))
    case .int(let value): return .literal(.int(value))
    case .double(let value): return .literal(.double(value))
    case .name("true"), .name("True"): return .literal(.bool(true))
    case .name("false"), .name("False"): return .literal(.bool(false))
    case .name("none"), .name("None"): return .literal(.none)
    case .name(let name): return .name(name)
    case .mark("("): return try parenthesis()
    case .mark("["): return .list(try elements(until: "]"))
    case .mark("{"): return try dictionary()
    case .mark, .end:
      next -= 1
      throw unexpected("a value")
    }
  }

  private mutating func parenthesis() throws(TemplateError) -> TemplateExpression {
    if take(")") { return .list([]) }
    let first = try expression()
    if take(")") { return first }
    try expect(",")
    return .list([first] + (try elements(until: ")")))
  }

  private mutating func elements(
    until mark: String
  ) throws(TemplateError) -> [TemplateExpression] {
    var elements: [TemplateExpression] = []
    while !take(mark) {
      elements.append(try expression())
      if token != .mark(mark) { try expect(",") }
    }
    return elements
  }

  private mutating func dictionary() throws(TemplateError) -> TemplateExpression {
    var members: [(key: TemplateExpression, value: TemplateExpression)] = []
    while !take("}") {
      let key = try expression()
      try expect(":")
      members.append((key, try expression()))
      if token != .mark("}") { try expect(",") }
    }
    return .dictionary(members)
  }

  private mutating func postfix(
    _ first: TemplateExpression
  ) throws(TemplateError) -> TemplateExpression {
    var value = first
    while true {
      if take(".") {
        if case .int(let index) = token {
          next += 1
          value = .item(value, .literal(.int(index)))
        } else {
          value = .attribute(value, try expectName())
        }
      } else if take("[") {
        value = try subscripted(value)
      } else if take("(") {
        value = .call(value, try arguments())
      } else {
        return value
      }
    }
  }

  private mutating func subscripted(
    _ value: TemplateExpression
  ) throws(TemplateError) -> TemplateExpression {
    let start = token == .mark(":") ? nil : try expression()
    guard take(":") else {
      try expect("]")
      guard let start else { throw unexpected("an index") }
      return .item(value, start)
    }
    let isBorder = [TemplateToken.mark(":"), .mark("]")].contains(token)
    let end = isBorder ? nil : try expression()
    let step = take(":") && token != .mark("]") ? try expression() : nil
    try expect("]")
    return .slice(value, start, end, step)
  }

  /// Reads arguments up to the closing parenthesis.
  private mutating func arguments() throws(TemplateError) -> TemplateArguments {
    var arguments = TemplateArguments()
    while !take(")") {
      if token == .mark("*") || token == .mark("**") {
        throw error(.unsupported("a call with * or **"))
      }
      if case .name(let name) = token, next + 1 < tokens.count, tokens[next + 1] == .mark("=") {
        next += 2
        arguments.named.append((name, try expression()))
      } else {
        arguments.positional.append(try expression())
      }
      if token != .mark(")") { try expect(",") }
    }
    return arguments
  }

  /// Filters and tests after a value.
  private mutating func filtered(
    _ first: TemplateExpression
  ) throws(TemplateError) -> TemplateExpression {
    var value = first
    while true {
      if take("|") {
        let name = try expectName()
        value = .filter(value, name, take("(") ? try arguments() : TemplateArguments())
      } else if take(keyword: "is") {
        let isNegated = take(keyword: "not")
        let name = try expectName()
        let test = TemplateExpression.test(value, name, try testArguments())
        value = isNegated ? .not(test) : test
      } else {
        return value
      }
    }
  }

  /// The argument of a test may stand without parentheses: `is divisibleby 3`.
  private mutating func testArguments() throws(TemplateError) -> TemplateArguments {
    if take("(") { return try arguments() }
    switch token {
    case .name("else"), .name("or"), .name("and"), .name("is"), .name("if"), .name("in"),
      .name("not"), .end:
      return TemplateArguments()
    case .mark(let mark) where mark != "[" && mark != "{": return TemplateArguments()
    case .mark, .name, .string, .int, .double:
      return TemplateArguments(positional: [try postfix(try primary())])
    }
  }
}
