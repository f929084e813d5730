/// A value in a template: Python's, as far as chat templates know them.
package indirect enum TemplateValue: Sendable {
  /// What a name stands for that nobody has set; the text says which name.
  case undefined(String)
  /// None.
  case none
  /// True or False.
  case bool(Bool)
  /// A whole number.
  case int(Int)
  /// Any other number.
  case double(Double)
  /// A text. Lengths and positions count Unicode scalars, as Python does.
  case string(String)
  /// A list or tuple.
  case list([TemplateValue])
  /// A dictionary whose order is that of its source.
  case dictionary(TemplateDictionary)
  /// What `namespace()` made: the one thing a loop can change outside itself.
  case namespace(TemplateNamespace)
  /// What `{% macro %}` made.
  case macro(TemplateMacro)
}

/// Keys and values in the order in which they were written.
package struct TemplateDictionary: Sendable {
  /// The members; no key stands twice.
  package private(set) var members: [(key: String, value: TemplateValue)] = []
  private var places: [[Unicode.Scalar]: Int] = [:]

  /// Creates a dictionary; where a key stands twice the last value counts.
  package init(_ members: [(key: String, value: TemplateValue)] = []) {
    for member in members { self[key: member.key] = member.value }
  }

  /// The value of `key`.
  package subscript(key key: String) -> TemplateValue? {
    get { places[Array(key.unicodeScalars)].map { members[$0].value } }
    set {
      guard let newValue else { return }
      let name = Array(key.unicodeScalars)
      if let place = places[name] {
        members[place].value = newValue
      } else {
        places[name] = members.count
        members.append((key, newValue))
      }
    }
  }
}

/// A set of variables that is shared by everybody who holds it.
package final class TemplateNamespace: @unchecked Sendable {
  // Made and changed by one rendering only, which runs on one thread.

  var members: TemplateDictionary

  init(_ members: TemplateDictionary) { self.members = members }
}

/// A part of a template that is called like a function.
package struct TemplateMacro: Sendable {
  let name: String
  let parameters: [(name: String, defaultValue: TemplateExpression?)]
  let body: [TemplateStatement]
}

extension TemplateValue {
  /// Whether the value counts as true in a condition.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .int(let value): value != 0
    case .double(let value): value != 0
    case .string(let text): !text.isEmpty
    case .list(let elements): !elements.isEmpty
    case .dictionary(let dictionary): !dictionary.members.isEmpty
    case .namespace, .macro: true
    }
  }

  /// The kind of value, for messages.
  var kind: String {
    switch self {
    case .undefined(let name): "undefined ('\(name)')"
    case .none: "none"
    case .bool: "a truth value"
    case .int, .double: "a number"
    case .string: "a text"
    case .list: "a list"
    case .dictionary: "a dictionary"
    case .namespace: "a namespace"
    case .macro: "a macro"
    }
  }

  /// The number, where the value is one; True counts as 1.
  var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }

  /// The whole number, where the value is one.
  var integer: Int? {
    switch self {
    case .int(let value): value
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }

  /// The text, where the value is one.
  var text: String? { if case .string(let text) = self { text } else { nil } }

  /// Whether two values are equal, as `==` in a template says.
  ///
  /// Texts are equal when their scalars are; Swift would also take two spellings of the same
  /// character for equal.
  func isEqual(to other: TemplateValue) -> Bool {
    switch (self, other) {
    case (.undefined, .undefined), (.none, .none): true
    case (.string(let left), .string(let right)):
      left.unicodeScalars.elementsEqual(right.unicodeScalars)
    case (.list(let left), .list(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.isEqual(to: $1) }
    case (.dictionary(let left), .dictionary(let right)):
      left.members.count == right.members.count
        && left.members.allSatisfy { key, value in right[key: key].map(value.isEqual(to:)) ?? false
        }
    case (.namespace(let left), .namespace(let right)): left === right
    default: number != nil && number == other.number
    }
  }
}

/// The text of values.
extension TemplateValue {
  /// What the value prints as, Python's `str`.
  var printed: String {
    switch self {
    case .undefined: ""
    case .string(let text): text
    default: represented
    }
  }

  /// The value as Python's `repr` writes it: texts stand in quotes.
  var represented: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "None"
    case .bool(let value): value ? "True" : "False"
    case .int(let value): String(value)
    case .double(let value): Self.printed(value)
    case .string(let text): Self.quoted(text)
    case .list(let elements): "[" + elements.map(\.represented).joined(separator: ", ") + "]"
    case .dictionary(let dictionary):
      "{"
        + dictionary.members.map { "\(Self.quoted($0.key)): \($0.value.represented)" }
        .joined(separator: ", ") + "}"
    case .namespace: "<Namespace>"
    case .macro(let macro): "<Macro '\(macro.name)'>"
    }
  }

  private static func printed(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    return "\(value)"
  }

  private static func quoted(_ text: String) -> String {
    let mark: Unicode.Scalar = text.contains("'") && !text.contains("\"") ? "\"" : "'"
    var quoted = String(mark)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case mark: quoted += "\\" + String(scalar)
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + String(mark)
  }
}
