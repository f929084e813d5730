internal import JSON
package import MaskedDiffusion

/// The spellings of tokens and their identifiers.
package struct Vocabulary: Sendable {
  private var spellings: [String?] = []
  private var tokens: [Spelling: TokenID] = [:]
  private let path: String
  private let limit: Int

  /// Creates an empty vocabulary.
  ///
  /// - Parameters:
  ///   - path: The file it is read from, for messages.
  ///   - capacity: About how many tokens it will have. Identifiers may have gaps, but not so many
  ///     that a table over all of them could not be afforded.
  package init(path: String, capacity: Int) {
    self.path = path
    limit = max(1 << 20, 8 * capacity)
    tokens.reserveCapacity(capacity)
    spellings.reserveCapacity(capacity)
  }

  /// Reads an object of spellings and identifiers.
  package init(_ field: JSONField) throws(TokenizerError) {
    guard case .object(let members) = field.value else {
      throw field.malformed(expected: "an object of tokens and identifiers")
    }
    self.init(path: field.path, capacity: members.count)
    for member in members {
      guard case .integer(let id) = member.value else {
        throw .malformed(
          path: path, field: "\(field.name).\(member.key.shortened)", found: member.value.summary,
          expected: "a token identifier")
      }
      try insert(member.key, as: id)
    }
  }

  /// One more than the largest identifier.
  package var count: Int { spellings.count }

  /// The spelling of `token`, or `nil` if there is no such token.
  package func spelling(of token: TokenID) -> String? {
    spellings.indices.contains(Int(token)) ? spellings[Int(token)] : nil
  }

  /// The token written as `spelling`.
  package func token(spelled spelling: String) -> TokenID? { tokens[Spelling(spelling)] }

  /// Refuses tokens around a text that are not in the vocabulary.
  func check(_ frame: SpecialTokenFrame) throws(TokenizerError) {
    for token in frame.before + frame.after where spelling(of: token) == nil {
      throw .malformed(
        path: path, field: "post_processor", found: "token \(token)",
        expected: "a token of the vocabulary")
    }
  }

  /// Calls `body` for every token, smallest identifier first.
  func forEach(_ body: (_ token: TokenID, _ spelling: String) -> Void) {
    for (id, spelling) in spellings.enumerated() {
      if let spelling { body(TokenID(truncatingIfNeeded: id), spelling) }
    }
  }

  /// Adds a token; one that is there already with the same identifier changes nothing.
  ///
  /// - Returns: The identifier.
  @discardableResult
  package mutating func insert(_ spelling: String, as id: Int) throws(TokenizerError) -> TokenID {
    guard id >= 0, id < limit, let token = TokenID(exactly: id) else {
      throw .idOutOfRange(path: path, token: spelling, id: id, limit: limit)
    }
    if let known = tokens.updateValue(token, forKey: Spelling(spelling)) {
      if known == token { return token }
      throw .conflictingToken(path: path, token: spelling, id: id, other: "its other id \(known)")
    }
    if id >= spellings.count {
      spellings += repeatElement(nil, count: id - spellings.count + 1)
    }
    if let other = spellings[id] {
      throw .conflictingToken(
        path: path, token: spelling, id: id, other: "“\(other.shortened)”")
    }
    spellings[id] = spelling
    return token
  }
}
