import Foundation

/// Arguments of a call, computed.
struct EvaluatedArguments {
  var positional: [TemplateValue] = []
  var named: [(name: String, value: TemplateValue)] = []

  /// The argument at `index`, or the one called `name`.
  func value(_ index: Int, _ name: String) -> TemplateValue? {
    index < positional.count ? positional[index] : named.first { $0.name == name }?.value
  }
}

/// Calls of functions, macros and methods.
extension TemplateInterpreter {
  mutating func evaluated(
    _ arguments: TemplateArguments
  ) throws(TemplateError) -> EvaluatedArguments {
    var result = EvaluatedArguments()
    for argument in arguments.positional { result.positional.append(try value(of: argument)) }
    for argument in arguments.named {
      result.named.append((argument.name, try value(of: argument.value)))
    }
    return result
  }

  mutating func call(
    _ function: TemplateExpression, _ written: TemplateArguments
  ) throws(TemplateError) -> TemplateValue {
    let arguments = try evaluated(written)
    switch function {
    case .attribute(let target, let name):
      return try call(method: name, of: try value(of: target), arguments)
    case .name(let name):
      if let value = variable(name) {
        guard case .macro(let macro) = value else {
          throw problem("'\(name)' is \(value.kind), no function")
        }
        return try call(macro, arguments.positional, arguments.named)
      }
      return try call(name, arguments)
    default: throw error(.unsupported("a call of what is no name"))
    }
  }

  /// The functions every template may call.
  private mutating func call(
    _ name: String, _ arguments: EvaluatedArguments
  ) throws(TemplateError) -> TemplateValue {
    switch name {
    case "namespace": return .namespace(TemplateNamespace(TemplateDictionary(members(arguments))))
    case "dict": return .dictionary(TemplateDictionary(members(arguments)))
    case "range": return try range(arguments)
    case "raise_exception":
      throw error(.raised(arguments.positional.first?.printed ?? "no reason given"))
    case "strftime_now":
      let format = arguments.positional.first?.text ?? "%Y-%m-%d"
      return .string(Self.date(Date(), format: format))
    default: throw error(.unsupported("the function '\(name)'"))
    }
  }

  private func members(_ arguments: EvaluatedArguments) -> [(key: String, value: TemplateValue)] {
    var members: [(key: String, value: TemplateValue)] = []
    if case .dictionary(let dictionary)? = arguments.positional.first {
      members = dictionary.members
    }
    return members + arguments.named.map { (key: $0.name, value: $0.value) }
  }

  private mutating func range(
    _ arguments: EvaluatedArguments
  ) throws(TemplateError) -> TemplateValue {
    let bounds = arguments.positional.compactMap(\.integer)
    guard (1...3).contains(bounds.count), bounds.count == arguments.positional.count else {
      throw problem("range takes one to three whole numbers")
    }
    let (start, end) = bounds.count == 1 ? (0, bounds[0]) : (bounds[0], bounds[1])
    let step = bounds.count == 3 ? bounds[2] : 1
    guard step != 0 else { throw problem("range has steps of 0") }
    let (distance, overflows) = end.subtractingReportingOverflow(start)
    let count = overflows ? Int.max : max(0, Int(clamping: Int(distance / max(1, abs(step)))))
    try pay(count == .max ? .max : count + 1)
    return .list(stride(from: start, to: end, by: step).map { .int($0) })
  }

  /// A date as C's `strftime` writes it, in English.
  static func date(_ date: Date, format: String) -> String {
    var seconds = time_t(date.timeIntervalSince1970)
    var parts = tm()
    localtime_r(&seconds, &parts)
    var buffer = [CChar](repeating: 0, count: 256)
    let count = strftime(&buffer, buffer.count, format, &parts)
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Methods.
extension TemplateInterpreter {
  private mutating func call(
    method name: String, of value: TemplateValue, _ arguments: EvaluatedArguments
  ) throws(TemplateError) -> TemplateValue {
    try pay(size(of: value))
    switch value {
    case .string(let text): return try call(textMethod: name, Scalars(text), arguments)
    case .dictionary(let dictionary):
      if case .macro(let macro)? = dictionary[key: name] {
        return try call(macro, arguments.positional, arguments.named)
      }
      return try call(dictionaryMethod: name, dictionary, arguments)
    case .namespace(let namespace):
      return try call(dictionaryMethod: name, namespace.members, arguments)
    case .list(let elements):
      guard let sought = arguments.positional.first else { break }
      if name == "count" { return .int(elements.count { $0.isEqual(to: sought) }) }
      if name == "index" {
        guard let place = elements.firstIndex(where: { $0.isEqual(to: sought) }) else {
          throw problem("a list does not hold what 'index' looks for")
        }
        return .int(place)
      }
    case .undefined(let missing):
      throw problem("'\(missing)' is undefined, so it has no method '\(name)'")
    case .none, .bool, .int, .double, .macro: break
    }
    throw error(.unsupported("the method '\(name)' of \(value.kind)"))
  }

  private func call(
    dictionaryMethod name: String, _ dictionary: TemplateDictionary,
    _ arguments: EvaluatedArguments
  ) throws(TemplateError) -> TemplateValue {
    switch name {
    case "items": return .list(dictionary.members.map { .list([.string($0.key), $0.value]) })
    case "keys": return .list(dictionary.members.map { .string($0.key) })
    case "values": return .list(dictionary.members.map(\.value))
    case "get":
      guard let key = arguments.positional.first else { throw problem("'get' takes a key") }
      return key.text.flatMap { dictionary[key: $0] } ?? arguments.value(1, "default") ?? .none
    default: throw error(.unsupported("the method '\(name)' of a dictionary"))
    }
  }

  private func call(
    textMethod name: String, _ text: Scalars, _ arguments: EvaluatedArguments
  ) throws(TemplateError) -> TemplateValue {
    func argument(_ index: Int) throws(TemplateError) -> Scalars {
      guard let value = arguments.positional.dropFirst(index).first?.text else {
        throw problem("'\(name)' takes a text")
      }
      return Scalars(value)
    }
    /// The texts of an argument that may be one text or a tuple of them.
    func alternatives() throws(TemplateError) -> [Scalars] {
      guard case .list(let values)? = arguments.positional.first else { return [try argument(0)] }
      return values.compactMap(\.text).map { Scalars($0) }
    }
    let dropped = arguments.positional.first?.text.map { Scalars($0) }
    switch name {
    case "startswith": return .bool(try alternatives().contains { text.hasPrefix($0) })
    case "endswith": return .bool(try alternatives().contains { text.hasSuffix($0) })
    case "strip": return .string(text.stripped(dropped).text)
    case "lstrip": return .string(text.stripped(dropped, end: false).text)
    case "rstrip": return .string(text.stripped(dropped, start: false).text)
    case "removeprefix":
      let prefix = try argument(0)
      guard text.hasPrefix(prefix) else { return .string(text.text) }
      return .string(Scalars(text.scalars.dropFirst(prefix.scalars.count)).text)
    case "removesuffix":
      let suffix = try argument(0)
      guard text.hasSuffix(suffix) else { return .string(text.text) }
      return .string(Scalars(text.scalars.dropLast(suffix.scalars.count)).text)
    case "split", "rsplit": return try split(text, arguments, fromEnd: name == "rsplit")
    case "splitlines":
      let lines = text.text.split(omittingEmptySubsequences: false) { $0.isNewline }.map(
        String.init)
      return .list((lines.last == "" ? lines.dropLast() : lines[...]).map { .string($0) })
    case "upper": return .string(text.text.uppercased())
    case "lower": return .string(text.text.lowercased())
    case "title": return .string(Self.titled(text))
    case "capitalize": return .string(Self.capitalized(text))
    case "replace":
      let limit = arguments.value(2, "count")?.integer ?? -1
      return .string(
        text.replacing(try argument(0), with: try argument(1), limit: limit < 0 ? .max : limit).text
      )
    case "find": return .int(text.firstPlace(of: try argument(0)) ?? -1)
    case "rfind": return .int(text.lastPlace(of: try argument(0)) ?? -1)
    case "count": return .int(text.split(try argument(0), limit: .max).count - 1)
    case "join":
      guard case .list(let elements)? = arguments.positional.first else {
        throw problem("'join' takes a list")
      }
      return .string(elements.map(\.printed).joined(separator: text.text))
    case "isdigit": return .bool(isAll(text) { $0.properties.numericType != nil })
    case "isalpha": return .bool(isAll(text) { $0.properties.isAlphabetic })
    case "isspace": return .bool(isAll(text, Scalars.isSpace))
    case "isupper":
      return .bool(text.text == text.text.uppercased() && text.text != text.text.lowercased())
    case "islower":
      return .bool(text.text == text.text.lowercased() && text.text != text.text.uppercased())
    default: throw error(.unsupported("the method '\(name)' of a text"))
    }
  }

  private func isAll(_ text: Scalars, _ holds: (Unicode.Scalar) -> Bool) -> Bool {
    !text.scalars.isEmpty && text.scalars.allSatisfy(holds)
  }

  private func split(
    _ text: Scalars, _ arguments: EvaluatedArguments, fromEnd: Bool
  ) throws(TemplateError) -> TemplateValue {
    let given = arguments.value(1, "maxsplit")?.integer ?? -1
    let limit = given < 0 ? Int.max : given
    guard let separator = arguments.value(0, "sep")?.text.map({ Scalars($0) }) else {
      return .list(text.words(limit: limit).map { .string($0.text) })
    }
    guard !separator.scalars.isEmpty else { throw problem("a text is split at an empty text") }
    let parts =
      fromEnd ? text.splitFromEnd(separator, limit: limit) : text.split(separator, limit: limit)
    return .list(parts.map { .string($0.text) })
  }

  static func capitalized(_ text: Scalars) -> String {
    String(text.text.prefix(1)).uppercased() + text.text.dropFirst().lowercased()
  }

  static func titled(_ text: Scalars) -> String {
    var result = ""
    var isInside = false
    for character in text.text {
      result += isInside ? character.lowercased() : character.uppercased()
      isInside = character.isLetter
    }
    return result
  }
}
