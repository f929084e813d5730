package import Checkpoints
package import JSON
package import MaskedDiffusion

/// A JSON object of settings, such as `config.json`: its members, checked as they are read.
package struct ConfigurationFile: Sendable {
  /// The path of the file.
  package let path: String

  /// A checksum of its bytes.
  package let checksum: Checksum

  private let members: [String: JSONValue]

  /// What the keys of this section are written after, such as `rope_scaling.`; empty for the whole.
  private var prefix = ""

  /// The keys that occur more than once; which of their values counts is anybody's guess.
  private let repeated: Set<String>

  /// Numbers above this make no sense as a size, and their products could overflow.
  private static let sizeLimit = Int(Int32.max)

  /// Reads the file at `path`.
  ///
  /// - Throws: ``ModelError/unreadable(path:reason:)``,
  ///   ``ModelError/malformedConfiguration(path:reason:)``.
  package init(path: String) throws(ModelError) {
    let file: MappedFile
    do throws(WeightsError) {
      file = try MappedFile(path: path)
    } catch {
      guard case .unreadable(_, let reason) = error else { throw .weights(error) }
      throw .unreadable(path: path, reason: reason)
    }
    do throws(JSONProblem) {
      let list = try JSONValue.memberList(of: file.bytes)
      members = Dictionary(list.map { ($0.key, $0.value) }) { first, _ in first }
      repeated = Set(Dictionary(grouping: list, by: \.key).filter { $1.count > 1 }.keys)
    } catch {
      if let kind = MistakenFile(file.bytes) { throw .weights(.mistaken(path: path, kind)) }
      throw .malformedConfiguration(path: path, reason: error.description)
    }
    self.path = path
    checksum = Checksum(of: file.bytes)
  }

  /// Takes the metadata of a GGUF file for the configuration, lists of up to 4,096 numbers included.
  package init(_ metadata: GGUFMetadata) {
    var members: [String: JSONValue] = [:]
    for key in metadata.keys {
      switch metadata[key] {
      case nil: break
      case .integer(let number): members[key] = .integer(number)
      case .number(let number): members[key] = .number(number)
      case .truth(let truth): members[key] = .boolean(truth)
      case .text(let text): members[key] = .string(text)
      case .list(let list):
        guard list.count <= 4096 else { break }
        members[key] = list.integers.map { .array($0.map { .integer($0) }) }
      }
    }
    path = metadata.path
    self.members = members
    repeated = []
    let lines = members.map { "\($0.key) \($0.value)" }
    checksum = Checksum(of: lines.sorted().joined(separator: "\n").utf8)
  }

  /// Returns the section called `key`, or `nil` when it is missing, `null` or `false`.
  ///
  /// Its complaints name keys in full, such as `rope_scaling.factor`.
  package func section(_ key: String) throws(ModelError) -> ConfigurationFile? {
    let found = found(key)
    guard !found.isNull, found.truth != false else { return nil }
    do throws(JSONProblem) {
      guard let members = try found.uniqueMembers() else {
        throw JSONProblem(description: found.summary)
      }
      return ConfigurationFile(self, members: members, prefix: name(of: key) + ".")
    } catch {
      throw .invalidValue(
        path: path, key: name(of: key), found: error.description, expected: "an object")
    }
  }

  private init(_ whole: ConfigurationFile, members: [String: JSONValue], prefix: String) {
    path = whole.path
    checksum = whole.checksum
    self.members = members
    self.prefix = prefix
    repeated = []
  }

  /// The name of `key` in the whole file.
  package func name(of key: String) -> String { prefix + key }

  /// The members by name.
  package var all: [String: JSONValue] { members }

  /// Returns the member called `key`, `null` when it is missing.
  package subscript(key: String) -> JSONValue { found(key) }

  /// Returns the settings as they would be with the number `value` for `key`.
  package func replacing(_ key: String, with value: Int) -> ConfigurationFile {
    ConfigurationFile(
      self, members: members.merging([key: .integer(value)]) { $1 }, prefix: prefix)
  }

  /// Whether there is a member called `key` that is not `null`.
  package func has(_ key: String) -> Bool { !found(key).isNull }

  /// Returns the size called `key`, 1 or more, or `nil` when it is missing or `null`.
  package func size(_ key: String) throws(ModelError) -> Int? {
    try value(key, "a whole number of 1 or more") { value in
      value.wholeNumber.flatMap { (1...Self.sizeLimit).contains($0) ? $0 : nil }
    }
  }

  /// Returns the size called `key`, which must be there.
  package func requiredSize(_ key: String) throws(ModelError) -> Int {
    guard let size = try size(key) else { throw .missingKey(path: path, key: name(of: key)) }
    return size
  }

  /// Returns the whole number called `key`, 0 or more, or `nil` when it is missing or `null`.
  package func wholeNumber(_ key: String) throws(ModelError) -> Int? {
    try value(key, "a whole number of 0 or more") { value in
      value.wholeNumber.flatMap { $0 >= 0 ? $0 : nil }
    }
  }

  /// Returns the finite number called `key`, or `nil` when it is missing or `null`.
  package func number(_ key: String) throws(ModelError) -> Double? {
    try value(key, "a number") { value in value.double.flatMap { $0.isFinite ? $0 : nil } }
  }

  /// Returns the number above 0 called `key`, or `nil` when it is missing or `null`.
  package func positiveNumber(_ key: String) throws(ModelError) -> Double? {
    try value(key, "a number above 0 that single precision can hold") { value in
      value.double.flatMap { Float($0).isFinite && Float($0) > 0 ? $0 : nil }
    }
  }

  /// Returns the text called `key`, or `nil` when it is missing or `null`.
  package func text(_ key: String) throws(ModelError) -> String? {
    try value(key, "a text") { $0.text }
  }

  /// Returns the truth value called `key`, or `nil` when it is missing or `null`.
  package func flag(_ key: String) throws(ModelError) -> Bool? {
    try value(key, "true or false") { $0.truth }
  }

  /// Returns the token called `key`, below `bound`, or `nil` when it is missing or `null`.
  package func token(_ key: String, below bound: Int) throws(ModelError) -> TokenID? {
    try value(key, "a token from 0 to \(bound - 1)") { Self.token($0, below: bound) }
  }

  /// Returns the tokens called `key`, written as one number or as a list; none when it is missing.
  ///
  /// Those that are not below `bound` are left out: a model never predicts them.
  package func tokens(_ key: String, below bound: Int) throws(ModelError) -> [TokenID] {
    try value(key, "tokens, which are whole numbers") { value in
      let elements = value.elements ?? [value]
      guard elements.allSatisfy({ $0.wholeNumber != nil }) else { return nil }
      return elements.compactMap { Self.token($0, below: bound) }
    } ?? []
  }

  /// Returns the whole numbers of the list called `key`, or `nil` when it is missing or `null`.
  package func wholeNumbers(_ key: String) throws(ModelError) -> [Int]? {
    try value(key, "a list of whole numbers") { value in
      guard let elements = value.elements else { return nil }
      let numbers = elements.compactMap(\.wholeNumber)
      return numbers.count == elements.count ? numbers : nil
    }
  }

  /// Checks that the text called `key` is missing, `null`, or one of `values`.
  package func require(_ key: String, oneOf values: [String]) throws(ModelError) {
    let expected = values.map { "'\($0)'" }.joined(separator: " or ")
    _ = try value(key, expected) { $0.text.flatMap { values.contains($0) ? $0 : nil } }
  }

  /// Checks that the truth value called `key` is missing, `null`, or `truth`.
  package func require(_ key: String, _ truth: Bool) throws(ModelError) {
    _ = try value(key, "\(truth)") { $0.truth == truth ? truth : nil }
  }

  /// Checks that the number called `key` is missing, `null`, or `number`.
  package func require(_ key: String, _ number: Int) throws(ModelError) {
    _ = try value(key, "\(number)") { $0.wholeNumber == number ? number : nil }
  }

  private func found(_ key: String) -> JSONValue { members[key] ?? .null }

  private static func token(_ value: JSONValue, below bound: Int) -> TokenID? {
    value.wholeNumber.flatMap { (0..<bound).contains($0) ? TokenID(exactly: $0) : nil }
  }

  private func value<Value>(
    _ key: String, _ expected: String, _ convert: (JSONValue) -> Value?
  ) throws(ModelError) -> Value? {
    let found = found(key)
    if repeated.contains(key) {
      throw .invalidValue(
        path: path, key: name(of: key), found: "given twice", expected: "one value")
    }
    guard !found.isNull else { return nil }
    guard let value = convert(found) else {
      throw .invalidValue(
        path: path, key: name(of: key), found: found.summary, expected: expected)
    }
    return value
  }
}

extension ConfigurationFile {
  /// Keys of other networks that multiply, limit or cut what is computed, and the number that changes
  /// nothing where there is one.
  private static let foreignArithmetic: [(key: String, neutral: Double?)] = [
    ("attention_chunk_size", nil), ("attention_multiplier", nil),
    ("attn_logit_softcapping", nil), ("clip_qkv", nil), ("embedding_multiplier", 1),
    ("final_logit_softcapping", nil), ("logit_scale", 1), ("logits_scaling", 1),
    ("query_pre_attn_scalar", nil), ("residual_multiplier", 1),
  ]

  /// Refuses numbers that ask for arithmetic which no network here has.
  ///
  /// - Throws: ``ModelError/invalidValue(path:key:found:expected:)``.
  func refuseForeignArithmetic() throws(ModelError) {
    for (key, neutral) in Self.foreignArithmetic {
      guard let number = try number(key), number != neutral else { continue }
      throw .invalidValue(
        path: path, key: key, found: "\(number)", expected: "none: it is not implemented")
    }
  }
}
