extension JSONValue {
  /// Parses a document that must be an object, each of whose members occurs once.
  ///
  /// A reader that silently takes the first or the last of two would see other settings, or other
  /// tensors, than the program that wrote the file.
  ///
  /// - Returns: The members by name; of canonically equivalent names, the first.
  /// - Throws: What is wrong, in a few words.
  package static func uniqueMembers(
    of bytes: UnsafeRawBufferPointer
  ) throws(JSONProblem) -> [String: JSONValue] {
    dictionary(try uniqueMemberList(of: bytes))
  }

  /// Parses a document that must be an object, each of whose members occurs once.
  ///
  /// - Returns: The members in the order of the file.
  /// - Throws: What is wrong, in a few words.
  package static func uniqueMemberList(
    of bytes: UnsafeRawBufferPointer
  ) throws(JSONProblem) -> [Member] {
    try JSONValue.object(try memberList(of: bytes)).uniqueMemberList() ?? []
  }

  /// Parses a document that must be an object.
  ///
  /// - Returns: The members in the order of the file, repeated ones included.
  /// - Throws: What is wrong, in a few words.
  package static func memberList(
    of bytes: UnsafeRawBufferPointer
  ) throws(JSONProblem) -> [Member] {
    let document: JSONValue
    do throws(JSONSyntaxError) {
      document = try JSONParser.parse(Array(bytes))
    } catch {
      throw JSONProblem(description: "\(error.problem) at byte \(error.offset)")
    }
    guard case .object(let members) = document else {
      throw JSONProblem(description: "not an object")
    }
    return members
  }

  /// Returns the members by name, or `nil` if this is no object.
  ///
  /// - Throws: That a member occurs twice.
  package func uniqueMembers() throws(JSONProblem) -> [String: JSONValue]? {
    try uniqueMemberList().map(Self.dictionary)
  }

  private func uniqueMemberList() throws(JSONProblem) -> [Member]? {
    guard case .object(let list) = self else { return nil }
    var names = Set<Spelling>(minimumCapacity: list.count)
    for member in list where !names.insert(Spelling(member.key)).inserted {
      throw JSONProblem(description: "'\(member.key.shortened)' occurs twice")
    }
    return list
  }

  private static func dictionary(_ members: [Member]) -> [String: JSONValue] {
    Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first }
  }
}

/// What is wrong with a JSON document, in a few words.
package struct JSONProblem: Error, Equatable, CustomStringConvertible {
  /// One phrase.
  package let description: String

  /// Creates a problem.
  package init(description: String) { self.description = description }
}

extension JSONValue {
  /// Whether this is `null`.
  package var isNull: Bool {
    if case .null = self { true } else { false }
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
    if case .boolean(let truth) = self { truth } else { nil }
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
