/// Filters: `value | name(arguments)`.
extension TemplateInterpreter {
  mutating func filtered(
    _ value: TemplateValue, by name: String, _ arguments: EvaluatedArguments
  ) throws(TemplateError) -> TemplateValue {
    try pay(size(of: value))
    switch name {
    case "default", "d":
      let replacesFalse = arguments.value(1, "boolean")?.isTrue ?? false
      let isMissing: Bool =
        if case .undefined = value { true } else { replacesFalse && !value.isTrue }
      return isMissing ? arguments.value(0, "default_value") ?? .string("") : value
    case "tojson": return .string(try json(value, arguments))
    case "trim", "upper", "lower", "title", "capitalize", "replace", "string", "indent":
      return try filtered(text: Scalars(try printed(value)), by: name, arguments)
    case "length", "count":
      if case .string(let text) = value { return .int(text.unicodeScalars.count) }
      return .int(try elements(of: value).count)
    case "int", "float", "abs", "round": return try filtered(number: value, by: name, arguments)
    case "items", "dictsort": return try filtered(dictionary: value, by: name)
    default: return try filtered(elements: try elements(of: value), by: name, arguments, of: value)
    }
  }

  private func filtered(
    text: Scalars, by name: String, _ arguments: EvaluatedArguments
  ) throws(TemplateError) -> TemplateValue {
    switch name {
    case "trim":
      return .string(text.stripped(arguments.value(0, "chars")?.text.map { Scalars($0) }).text)
    case "upper": return .string(text.text.uppercased())
    case "lower": return .string(text.text.lowercased())
    case "title": return .string(Self.titled(text))
    case "capitalize": return .string(Self.capitalized(text))
    case "replace":
      guard let old = arguments.value(0, "old")?.text, let new = arguments.value(1, "new")?.text
      else {
        throw problem("'replace' takes two texts")
      }
      let limit = arguments.value(2, "count")?.integer ?? .max
      return .string(text.replacing(Scalars(old), with: Scalars(new), limit: limit).text)
    case "indent": return .string(try indented(text.text, arguments))
    default: return .string(text.text)
    }
  }

  private func indented(
    _ text: String, _ arguments: EvaluatedArguments
  ) throws(TemplateError) -> String {
    let width = arguments.value(0, "width")
    let count = width?.integer ?? 4
    guard (0...1000).contains(count) else { throw problem("'indent' takes a width of 0 to 1000") }
    let blank = width?.text ?? String(repeating: " ", count: count)
    let isFirstIndented = arguments.value(1, "first")?.isTrue ?? false
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.enumerated().map { index, line in
      (index == 0 && !isFirstIndented) || (index > 0 && line.isEmpty) ? String(line) : blank + line
    }.joined(separator: "\n")
  }

  private func filtered(
    number value: TemplateValue, by name: String, _ arguments: EvaluatedArguments
  ) throws(TemplateError) -> TemplateValue {
    let number = value.number ?? value.text.flatMap { Double($0.filter { !$0.isWhitespace }) }
    switch name {
    case "int":
      if let whole = value.integer { return .int(whole) }
      return number.flatMap { Int(exactly: $0.rounded(.towardZero)) }.map { .int($0) }
        ?? arguments.value(0, "default") ?? .int(0)
    case "float": return number.map { .double($0) } ?? arguments.value(0, "default") ?? .double(0)
    case "abs":
      if let whole = value.integer, whole != .min { return .int(abs(whole)) }
      guard let number else { throw problem("\(value.kind) has no absolute value") }
      return .double(abs(number))
    default:
      guard let number, arguments.positional.isEmpty, arguments.named.isEmpty else {
        throw error(.unsupported("'round' with arguments"))
      }
      return .double(number.rounded(.toNearestOrEven))
    }
  }

  private func filtered(
    dictionary value: TemplateValue, by name: String
  ) throws(TemplateError) -> TemplateValue {
    if case .undefined = value { return .list([]) }
    guard case .dictionary(let dictionary) = value else {
      throw problem("'\(name)' takes a dictionary, not \(value.kind)")
    }
    let members =
      name == "items"
      ? dictionary.members
      : dictionary.members.sorted {
        $0.key.lowercased() < $1.key.lowercased()
      }
    return .list(members.map { .list([.string($0.key), $0.value]) })
  }

  private mutating func filtered(
    elements: [TemplateValue], by name: String, _ arguments: EvaluatedArguments,
    of value: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    switch name {
    case "list": return .list(elements)
    case "first": return elements.first ?? .undefined("the first element of nothing")
    case "last": return elements.last ?? .undefined("the last element of nothing")
    case "reverse":
      if case .string(let text) = value {
        return .string(Scalars(text.unicodeScalars.reversed()).text)
      }
      return .list(elements.reversed())
    case "join":
      let separator = arguments.value(0, "d")?.printed ?? ""
      let shown = try arguments.value(1, "attribute").map { name throws(TemplateError) in
        try elements.map { element throws(TemplateError) in try member(name, of: element) }
      }
      return .string((shown ?? elements).map(\.printed).joined(separator: separator))
    case "map":
      if let name = arguments.named.first(where: { $0.name == "attribute" })?.value {
        return .list(
          try elements.map { element throws(TemplateError) in try member(name, of: element) })
      }
      guard let filter = arguments.positional.first?.text else {
        throw problem("'map' takes a filter")
      }
      let rest = EvaluatedArguments(positional: Array(arguments.positional.dropFirst()))
      var mapped: [TemplateValue] = []
      for element in elements { mapped.append(try filtered(element, by: filter, rest)) }
      return .list(mapped)
    case "select", "reject", "selectattr", "rejectattr":
      return .list(try selected(elements, by: name, arguments))
    case "sum":
      let numbers = elements.compactMap(\.number)
      guard numbers.count == elements.count else { throw problem("'sum' takes numbers") }
      let total = numbers.reduce(0, +)
      return elements.allSatisfy { $0.integer != nil } && abs(total) < 1e15
        ? .int(Int(total)) : .double(total)
    case "unique":
      var kept: [TemplateValue] = []
      for element in elements {
        try pay(kept.count)
        if !kept.contains(where: { $0.isEqual(to: element) }) { kept.append(element) }
      }
      return .list(kept)
    default: throw error(.unsupported("the filter '\(name)'"))
    }
  }

  private func member(
    _ name: TemplateValue, of element: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    guard let name = name.text else { throw problem("an attribute's name is \(name.kind)") }
    switch element {
    case .dictionary(let dictionary): return dictionary[key: name] ?? .undefined(name)
    case .namespace(let namespace): return namespace.members[key: name] ?? .undefined(name)
    default: return .undefined(name)
    }
  }

  private func selected(
    _ elements: [TemplateValue], by name: String, _ arguments: EvaluatedArguments
  ) throws(TemplateError) -> [TemplateValue] {
    let isKept = name.hasPrefix("select")
    let isAttribute = name.hasSuffix("attr")
    let tests = isAttribute ? Array(arguments.positional.dropFirst()) : arguments.positional
    var kept: [TemplateValue] = []
    for element in elements {
      var value = element
      if isAttribute {
        guard let name = arguments.positional.first else { throw problem("'\(name)' takes a name") }
        value = try member(name, of: element)
      }
      if try passes(value, tests) == isKept { kept.append(element) }
    }
    return kept
  }

  private func passes(
    _ value: TemplateValue, _ arguments: [TemplateValue]
  ) throws(TemplateError) -> Bool {
    guard let name = arguments.first?.text else { return value.isTrue }
    return try test(value, name, Array(arguments.dropFirst()))
  }
}

/// Tests: `value is name(arguments)`.
extension TemplateInterpreter {
  func test(
    _ value: TemplateValue, _ name: String, _ arguments: [TemplateValue]
  ) throws(TemplateError) -> Bool {
    switch (name, value) {
    case ("defined", .undefined): return false
    case ("defined", _): return true
    case ("undefined", .undefined): return true
    case ("undefined", _): return false
    case ("none", .none): return true
    case ("none", _): return false
    case ("string", _): return value.text != nil
    case ("boolean", .bool): return true
    case ("boolean", _): return false
    case ("true", .bool(let isTrue)): return isTrue
    case ("false", .bool(let isTrue)): return !isTrue
    case ("true", _), ("false", _): return false
    case ("number", .int), ("number", .double), ("number", .bool): return true
    case ("number", _): return false
    case ("integer", .int): return true
    case ("integer", _): return false
    case ("float", .double): return true
    case ("float", _): return false
    case ("mapping", .dictionary): return true
    case ("mapping", _): return false
    case ("iterable", .list), ("iterable", .string), ("iterable", .dictionary): return true
    case ("sequence", .list), ("sequence", .string), ("sequence", .dictionary): return true
    case ("iterable", _), ("sequence", _): return false
    default: return try comparison(value, name, arguments)
    }
  }

  private func comparison(
    _ value: TemplateValue, _ name: String, _ arguments: [TemplateValue]
  ) throws(TemplateError) -> Bool {
    switch name {
    case "odd", "even":
      guard let whole = value.integer else { throw problem("'\(name)' takes a whole number") }
      return (whole % 2 == 0) == (name == "even")
    case "lower", "upper":
      return value.printed
        == (name == "lower" ? value.printed.lowercased() : value.printed.uppercased())
    default: break
    }
    guard let other = arguments.first else { throw error(.unsupported("the test '\(name)'")) }
    switch name {
    case "equalto", "eq", "==", "sameas": return value.isEqual(to: other)
    case "ne", "!=": return !value.isEqual(to: other)
    case "lt", "<", "lessthan": return try precedes(value, other)
    case "gt", ">", "greaterthan": return try precedes(other, value)
    case "le", "<=": return !(try precedes(other, value))
    case "ge", ">=": return !(try precedes(value, other))
    case "in":
      guard case .list(let elements) = other else {
        return Scalars(other.printed).contains(Scalars(value.printed))
      }
      return elements.contains { $0.isEqual(to: value) }
    case "divisibleby":
      guard let whole = value.integer, let divisor = other.integer, divisor != 0 else {
        throw problem("'divisibleby' takes whole numbers")
      }
      return divisor == -1 || whole % divisor == 0
    default: throw error(.unsupported("the test '\(name)'"))
    }
  }
}
