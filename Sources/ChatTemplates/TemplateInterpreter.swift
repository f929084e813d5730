/// Runs a template: statements write text, expressions have values.
///
/// A template comes with a model and may be hostile, so everything it computes is paid for out of a
/// budget: a conversation needs thousands of operations, never millions.
struct TemplateInterpreter {
  /// The most operations a rendering may take.
  static let operationLimit = 500_000
  /// The most Unicode scalars, or elements, a single value or the result may have.
  static let sizeLimit = 8_000_000
  /// The deepest nesting of macro calls.
  static let callLimit = 40

  let source: String
  /// Variables, innermost scope last.
  var scopes: [TemplateDictionary]
  var line = 1
  private var output = ""
  private var outputSize = 0
  private var operations = 0
  private var callDepth = 0

  /// Why a loop's body was left early.
  private enum Flow { case onward, leaveLoop, nextTurn }

  init(source: String, variables: TemplateDictionary) {
    self.source = source
    scopes = [variables]
  }

  /// Returns the text that `statements` write.
  mutating func rendered(_ statements: [TemplateStatement]) throws(TemplateError) -> String {
    _ = try run(statements)
    return output
  }

  func error(_ cause: TemplateError.Cause) -> TemplateError {
    TemplateError(source: source, line: line, cause: cause)
  }

  func problem(_ text: String) -> TemplateError { error(.evaluation(text)) }

  /// Pays for `count` operations.
  mutating func pay(_ count: Int = 1) throws(TemplateError) {
    guard count <= Self.sizeLimit else {
      throw error(.budget("a value would have more than \(Self.sizeLimit) parts"))
    }
    // Long texts are copied in blocks, so a part of a text is cheaper than an operation.
    operations += 1 + count / 16
    guard operations <= Self.operationLimit else {
      throw error(.budget("it takes more than \(Self.operationLimit) operations"))
    }
  }

  private mutating func write(_ text: String) throws(TemplateError) {
    let size = text.utf8.count
    try pay(size)
    outputSize += size
    guard outputSize <= Self.sizeLimit else {
      throw error(.budget("it writes more than \(Self.sizeLimit) bytes"))
    }
    output += text
  }
}

/// Variables.
extension TemplateInterpreter {
  func variable(_ name: String) -> TemplateValue? {
    for scope in scopes.reversed() {
      if let value = scope[key: name] { return value }
    }
    return nil
  }

  private mutating func set(
    _ target: TemplateStatement.SetTarget, to value: TemplateValue
  ) throws(TemplateError) {
    guard let member = target.member else {
      scopes[scopes.count - 1][key: target.name] = value
      return
    }
    guard case .namespace(let namespace)? = variable(target.name) else {
      throw problem("'\(target.name)' is no namespace, so '\(target.name).\(member)' cannot be set")
    }
    namespace.members[key: member] = value
  }

  private mutating func assign(
    _ value: TemplateValue, to names: [String]
  ) throws(TemplateError) {
    guard names.count > 1 else {
      scopes[scopes.count - 1][key: names[0]] = value
      return
    }
    for (name, element) in zip(names, try unpacked(value, count: names.count)) {
      scopes[scopes.count - 1][key: name] = element
    }
  }

  private func unpacked(
    _ value: TemplateValue, count: Int
  ) throws(TemplateError) -> [TemplateValue] {
    guard case .list(let elements) = value, elements.count == count else {
      throw problem("\(value.kind) is given to \(count) names")
    }
    return elements
  }
}

/// Statements.
extension TemplateInterpreter {
  private mutating func run(_ statements: [TemplateStatement]) throws(TemplateError) -> Flow {
    for statement in statements {
      line = statement.line
      try pay()
      let flow = try run(statement)
      if flow != .onward { return flow }
    }
    return .onward
  }

  private mutating func run(_ statement: TemplateStatement) throws(TemplateError) -> Flow {
    switch statement.kind {
    case .text(let text): try write(text)
    case .output(let expression): try write(try printed(try value(of: expression)))
    case .conditional(let branches, let otherwise):
      for branch in branches where try value(of: branch.condition).isTrue {
        return try run(branch.body)
      }
      return try run(otherwise)
    case .loop(let loop): try run(loop)
    case .set(let targets, let expression):
      let value = try value(of: expression)
      guard targets.count > 1 else {
        try set(targets[0], to: value)
        break
      }
      for (target, element) in zip(targets, try unpacked(value, count: targets.count)) {
        try set(target, to: element)
      }
    case .setBlock(let target, let body):
      try set(target, to: .string(try captured(body)))
    case .macro(let macro): scopes[scopes.count - 1][key: macro.name] = .macro(macro)
    case .leaveLoop: return .leaveLoop
    case .nextTurn: return .nextTurn
    case .group(let body): return try run(body)
    }
    return .onward
  }

  /// The text that `body` writes, kept out of the result.
  private mutating func captured(
    _ body: [TemplateStatement]
  ) throws(TemplateError) -> String {
    let outer = output
    output = ""
    scopes.append(TemplateDictionary())
    defer {
      output = outer
      scopes.removeLast()
    }
    _ = try run(body)
    return output
  }

  private mutating func run(_ loop: TemplateLoop) throws(TemplateError) {
    var elements = try self.elements(of: try value(of: loop.values))
    if let condition = loop.condition {
      var kept: [TemplateValue] = []
      for element in elements {
        scopes.append(TemplateDictionary())
        defer { scopes.removeLast() }
        try assign(element, to: loop.names)
        if try value(of: condition).isTrue { kept.append(element) }
      }
      elements = kept
    }
    for (index, element) in elements.enumerated() {
      try pay(16)
      scopes.append(TemplateDictionary([("loop", Self.loopState(elements, at: index))]))
      defer { scopes.removeLast() }
      try assign(element, to: loop.names)
      if try run(loop.body) == .leaveLoop { return }
    }
    if elements.isEmpty { _ = try run(loop.otherwise) }
  }

  /// What `loop` stands for inside a loop.
  private static func loopState(_ elements: [TemplateValue], at index: Int) -> TemplateValue {
    let count = elements.count
    var state = TemplateDictionary([
      ("index", .int(index + 1)), ("index0", .int(index)),
      ("revindex", .int(count - index)), ("revindex0", .int(count - index - 1)),
      ("first", .bool(index == 0)), ("last", .bool(index == count - 1)), ("length", .int(count)),
    ])
    if index > 0 { state[key: "previtem"] = elements[index - 1] }
    if index + 1 < count { state[key: "nextitem"] = elements[index + 1] }
    return .dictionary(state)
  }

  /// Calls a macro; it sees the outermost variables and its own.
  mutating func call(
    _ macro: TemplateMacro, _ positional: [TemplateValue],
    _ named: [(name: String, value: TemplateValue)]
  ) throws(TemplateError) -> TemplateValue {
    guard callDepth < Self.callLimit else {
      throw error(.budget("macros call each other more than \(Self.callLimit) deep"))
    }
    guard positional.count <= macro.parameters.count else {
      throw problem(
        "macro '\(macro.name)' takes \(macro.parameters.count) arguments, \(positional.count) given"
      )
    }
    var variables = TemplateDictionary()
    for (index, parameter) in macro.parameters.enumerated() {
      if index < positional.count {
        variables[key: parameter.name] = positional[index]
      } else if let given = named.first(where: { $0.name == parameter.name }) {
        variables[key: parameter.name] = given.value
      } else if let defaultValue = parameter.defaultValue {
        variables[key: parameter.name] = try value(of: defaultValue)
      } else {
        variables[key: parameter.name] = .undefined(parameter.name)
      }
    }
    let outer = scopes
    callDepth += 1
    defer {
      scopes = outer
      callDepth -= 1
    }
    scopes = [outer[0], variables]
    return .string(try captured(macro.body))
  }
}
