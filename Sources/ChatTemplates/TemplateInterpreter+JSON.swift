/// `tojson`, as `transformers` has it: Python's `json.dumps` with characters as they are.
extension TemplateInterpreter {
  mutating func json(
    _ value: TemplateValue, _ arguments: EvaluatedArguments
  ) throws(TemplateError) -> String {
    let sortsKeys = arguments.named.first { $0.name == "sort_keys" }?.value.isTrue ?? false
    let indent = arguments.value(0, "indent")
    guard (0...64).contains(indent?.integer ?? 0) else {
      throw problem("'tojson' indents by 0 to 64")
    }
    let width = indent?.text ?? indent?.integer.map { String(repeating: " ", count: $0) }
    let known: Set = ["indent", "sort_keys", "ensure_ascii"]
    if let other = arguments.named.first(where: { !known.contains($0.name) }) {
      throw error(.unsupported("'tojson' with '\(other.name)'"))
    }
    let isASCII = arguments.named.first { $0.name == "ensure_ascii" }?.value.isTrue ?? false
    var writer = JSONText(indent: width, sortsKeys: sortsKeys, isASCII: isASCII)
    guard writer.write(value, depth: 0) else {
      throw problem("'tojson' cannot write \(value.kind)")
    }
    try pay(writer.text.utf8.count)
    return writer.text
  }
}

/// JSON in Python's spelling.
private struct JSONText {
  let indent: String?
  let sortsKeys: Bool
  let isASCII: Bool
  private(set) var text = ""

  init(indent: String?, sortsKeys: Bool, isASCII: Bool) {
    self.indent = indent
    self.sortsKeys = sortsKeys
    self.isASCII = isASCII
  }

  /// Appends `value`; `false` when it holds something JSON has no form for.
  mutating func write(_ value: TemplateValue, depth: Int) -> Bool {
    switch value {
    case .none: text += "null"
    case .bool(let isTrue): text += isTrue ? "true" : "false"
    case .int, .double: text += value.printed
    case .string(let string): write(string)
    case .list(let elements):
      return write(elements, "[", "]", depth) { writer, element in
        writer.write(element, depth: depth + 1)
      }
    case .dictionary(let dictionary):
      let members =
        sortsKeys ? dictionary.members.sorted { $0.key < $1.key } : dictionary.members
      return write(members, "{", "}", depth) { writer, member in
        writer.write(member.key)
        writer.text += ": "
        return writer.write(member.value, depth: depth + 1)
      }
    case .undefined, .namespace, .macro: return false
    }
    return true
  }

  private mutating func write<Element>(
    _ elements: [Element], _ opening: String, _ closing: String, _ depth: Int,
    _ writeElement: (inout JSONText, Element) -> Bool
  ) -> Bool {
    text += opening
    for (index, element) in elements.enumerated() {
      if index > 0 { text += indent == nil ? ", " : "," }
      breakLine(depth + 1)
      guard writeElement(&self, element) else { return false }
    }
    if !elements.isEmpty { breakLine(depth) }
    text += closing
    return true
  }

  private mutating func breakLine(_ depth: Int) {
    guard let indent else { return }
    text += "\n" + String(repeating: indent, count: depth)
  }

  private mutating func write(_ string: String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{8}": text += "\\b"
      case "\u{C}": text += "\\f"
      default:
        guard scalar.value < 0x20 || (isASCII && scalar.value > 0x7E) else {
          text.unicodeScalars.append(scalar)
          continue
        }
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
    }
    text += "\""
  }
}
