import JSON

extension JSONValue {
  /// The value as a JSON document.
  var document: String {
    switch self {
    case .null, .boolean, .integer: summary
    case .number(let number): number.isFinite ? "\(number)" : "1e999"
    case .string(let text): Self.quoted(text)
    case .array(let elements): "[\(elements.map(\.document).joined(separator: ","))]"
    case .object(let members):
      "{\(members.map { "\(Self.quoted($0.key)):\($0.value.document)" }.joined(separator: ","))}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      if scalar.value < 0x20 || scalar == "\"" || scalar == "\\" {
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)"
      } else {
        quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
