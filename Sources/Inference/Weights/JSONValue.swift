/// A JSON document, or a part of one.
package enum JSONValue: Equatable, Sendable {
  /// The word `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number written without fraction and exponent that fits.
  case integer(Int)
  /// Any other number.
  case number(Double)
  /// A text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Members by name.
  case object([String: JSONValue])
}

extension JSONValue {
  /// The members, if this is an object.
  package var members: [String: JSONValue]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The elements, if this is an array.
  package var elements: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The text, if this is a string.
  package var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The truth value, if this is one.
  package var truth: Bool? {
    if case .bool(let truth) = self { truth } else { nil }
  }

  /// The whole number, if this is one: `96` or, as some programs write it, `96.0`.
  package var wholeNumber: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The number, if this is one.
  package var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}

extension JSONValue: CustomStringConvertible {
  /// The value as error messages show it, shortened when it is long.
  package var description: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): "\"\(value.prefix(60))\""
    case .array(let elements):
      elements.count > 8
        ? "a list of \(elements.count)"
        : "[\(elements.map(\.description).joined(separator: ", "))]"
    case .object(let members): "an object with \(members.count) members"
    }
  }
}

/// Where and why a text is not JSON.
package struct JSONError: Error, Equatable, CustomStringConvertible {
  /// The place, counted in bytes from the start of the document.
  package var offset: Int

  /// What was found, or what was expected there.
  package var reason: String

  /// Creates the error of `reason` at `offset`.
  package init(offset: Int, reason: String) {
    self.offset = offset
    self.reason = reason
  }

  /// The place and the reason.
  package var description: String { "\(reason) at byte \(offset)" }
}
