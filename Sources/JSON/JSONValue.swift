/// A parsed JSON document, or a part of one.
///
/// Tokenizer files are read with this rather than with `JSONDecoder`, because a Swift dictionary
/// keyed by `String` takes canonically equivalent keys for one key, and a vocabulary may hold both
/// “é” as one scalar and “é” as two. Here the members of an object keep their order and spelling.
package enum JSONValue: Sendable {
  /// The literal `null`.
  case null
  /// `true` or `false`.
  case boolean(Bool)
  /// A number without fraction and exponent that fits 64 bits.
  case integer(Int)
  /// Any other number.
  case number(Double)
  /// A string, its scalars unchanged.
  case string(String)
  /// The elements of an array.
  case array([JSONValue])
  /// The members of an object in the order of the file, repeated keys included.
  case object([Member])

  /// A key of an object with its value.
  package struct Member: Sendable {
    /// The key, its scalars unchanged.
    package let key: String
    /// What the key stands for.
    package let value: JSONValue

    /// Creates a member.
    package init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// Returns the value of `key`, the last one if it is repeated, or `nil` if this is no object or
  /// has no such member.
  package subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    // Scalar by scalar: `==` takes canonically equivalent keys for one key.
    return members.last { $0.key.utf8.elementsEqual(key.utf8) }?.value
  }

  /// A few words that say what this is, for messages.
  package var summary: String {
    switch self {
    case .null: "null"
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): "“\(value.shortened)”"
    case .array(let elements): "an array of \(elements.count)"
    case .object(let members): "an object of \(members.count)"
    }
  }
}

extension String {
  /// At most 40 scalars of the string, control characters escaped, for messages.
  package var shortened: String {
    var result = ""
    for (count, scalar) in unicodeScalars.enumerated() {
      if count == 40 { return result + "…" }
      result += scalar.escaped(asASCII: false)
    }
    return result
  }
}
