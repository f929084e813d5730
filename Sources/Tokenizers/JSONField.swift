package import JSON
package import MaskedDiffusion

/// A value inside a JSON file that knows where it is, so that a complaint can say so.
package struct JSONField {
  /// The path of the file.
  package let path: String
  /// Where the value is, such as `model.merges[3]`.
  package let name: String
  /// The value; `null` when the file does not have it.
  package let value: JSONValue

  /// Returns the whole document of a file.
  package init(path: String, value: JSONValue) {
    self.init(path: path, name: "", value: value)
  }

  private init(path: String, name: String, value: JSONValue) {
    self.path = path
    self.name = name
    self.value = value
  }

  /// Returns a member of the object, `null` when it is missing.
  package subscript(key: String) -> JSONField {
    JSONField(
      path: path, name: name.isEmpty ? key : "\(name).\(key)", value: value[key] ?? .null)
  }

  /// Whether the value is missing or `null`.
  package var isNull: Bool {
    if case .null = value { true } else { false }
  }

  /// Returns the complaint that this value is not as expected.
  package func malformed(expected: String) -> TokenizerError {
    .malformed(
      path: path, field: name.isEmpty ? "the document" : name, found: value.summary,
      expected: expected)
  }

  /// Returns the text.
  package func string() throws(TokenizerError) -> String {
    guard case .string(let text) = value else { throw malformed(expected: "a string") }
    return text
  }

  /// Returns the text, or `nil` if there is none.
  package func optionalString() throws(TokenizerError) -> String? {
    isNull ? nil : try string()
  }

  /// Returns the truth value, or `fallback` if there is none.
  package func boolean(default fallback: Bool) throws(TokenizerError) -> Bool {
    if isNull { return fallback }
    guard case .boolean(let flag) = value else { throw malformed(expected: "true or false") }
    return flag
  }

  /// Returns a number of things, 0 or more, or `fallback` if there is none.
  package func count(default fallback: Int) throws(TokenizerError) -> Int {
    if isNull { return fallback }
    guard case .integer(let count) = value, count >= 0 else {
      throw malformed(expected: "a number, 0 or more")
    }
    return count
  }

  /// Returns a token identifier.
  package func token() throws(TokenizerError) -> TokenID {
    guard case .integer(let integer) = value, let token = TokenID(exactly: integer), token >= 0
    else { throw malformed(expected: "a token identifier, 0 or more") }
    return token
  }

  /// Returns the elements of an array; none if it is missing.
  package func elements() throws(TokenizerError) -> [JSONField] {
    if isNull { return [] }
    guard case .array(let values) = value else { throw malformed(expected: "an array") }
    return values.enumerated().map { index, value in
      JSONField(path: path, name: "\(name)[\(index)]", value: value)
    }
  }

  /// Returns the members of an object; none if it is missing.
  package func members() throws(TokenizerError) -> [(key: String, field: JSONField)] {
    if isNull { return [] }
    guard case .object(let members) = value else { throw malformed(expected: "an object") }
    return members.map { member in
      (
        key: member.key,
        field: JSONField(path: path, name: "\(name).\(member.key.shortened)", value: member.value)
      )
    }
  }
}
