package import MaskedDiffusion

/// An added token with the rules by which it is found.
package struct AddedTokenRule: Equatable, Sendable {
  /// The token.
  package var token: AddedToken
  /// Whether it counts only where no word goes on before or after it.
  package var isSingleWord = false
  /// Whether it swallows white space before it.
  package var stripsLeft = false
  /// Whether it swallows white space after it.
  package var stripsRight = false
  /// Whether it is looked for in the normalized text rather than in the original.
  package var isNormalized = false

  /// Longer ones are refused: looking for them takes time at every place in a text.
  private static let greatestLength = 1000

  /// Creates a rule that finds `token` wherever it is written.
  package init(_ token: AddedToken) { self.token = token }

  /// Reads the description of `token` as in `added_tokens`.
  package init(_ field: JSONField, id: TokenID) throws(TokenizerError) {
    let isSpecial = try field["special"].boolean(default: false)
    let content = try field["content"].string()
    if content.unicodeScalars.count > Self.greatestLength {
      throw field["content"].malformed(expected: "at most \(Self.greatestLength) characters")
    }
    token = AddedToken(id: id, content: content, isSpecial: isSpecial)
    isSingleWord = try field["single_word"].boolean(default: false)
    stripsLeft = try field["lstrip"].boolean(default: false)
    stripsRight = try field["rstrip"].boolean(default: false)
    isNormalized = try field["normalized"].boolean(default: !isSpecial)
  }
}

/// A finder of added tokens in a text: leftmost first, the longest of those that begin there.
package struct AddedTokenSplitter: Sendable {
  /// A step on the way from the first scalar of a token to its last.
  private struct Node: Sendable {
    var children: [Unicode.Scalar: Int] = [:]
    var rule: Int?
  }

  private let rules: [AddedTokenRule]
  private var nodes = [Node()]
  /// Whether a token begins with each of the ASCII scalars; most positions end the search here.
  private var opensToken = [Bool](repeating: false, count: 128)

  /// Creates a finder of the tokens of `rules`, written as `content` says.
  package init(
    _ rules: [AddedTokenRule], content: (AddedTokenRule) -> [Unicode.Scalar]
  ) {
    self.rules = rules
    for (index, rule) in rules.enumerated() {
      let content = content(rule)
      guard let first = content.first else { continue }
      if first.isASCII { opensToken[Int(first.value)] = true }
      var node = 0
      for scalar in content {
        if let child = nodes[node].children[scalar] {
          node = child
        } else {
          nodes.append(Node())
          nodes[node].children[scalar] = nodes.count - 1
          node = nodes.count - 1
        }
      }
      nodes[node].rule = index
    }
  }

  /// A part of a text: an added token, or what is between two of them.
  package enum Part: Equatable, Sendable {
    case token(TokenID)
    case text(Range<Int>)
  }

  /// Returns the parts of `text`, in order.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - isLiteral: Whether a token that begins at an offset is ordinary text.
  /// - Returns: The parts.
  package func parts(
    of text: [Unicode.Scalar],
    isLiteral: (_ token: TokenID, _ offset: Int) -> Bool = { _, _ in false }
  ) -> [Part] {
    var parts: [Part] = []
    var partStart = 0
    var position = 0
    while position < text.count {
      guard let match = match(in: text, at: position, isLiteral) else {
        position += 1
        continue
      }
      let rule = rules[match.rule]
      var (start, end) = (position, match.end)
      position = end
      if rule.isSingleWord, !isWord(start..<end, in: text) { continue }
      if rule.stripsLeft {
        while start > partStart, text[start - 1].properties.isWhitespace { start -= 1 }
      }
      if rule.stripsRight {
        while end < text.count, text[end].properties.isWhitespace { end += 1 }
      }
      if start > partStart { parts.append(.text(partStart..<start)) }
      parts.append(.token(rule.token.id))
      partStart = end
      position = end
    }
    if partStart < text.count { parts.append(.text(partStart..<text.count)) }
    return parts
  }

  private func match(
    in text: [Unicode.Scalar], at start: Int,
    _ isLiteral: (_ token: TokenID, _ offset: Int) -> Bool
  ) -> (rule: Int, end: Int)? {
    if text[start].isASCII, !opensToken[Int(text[start].value)] { return nil }
    var longest: (rule: Int, end: Int)?
    var node = 0
    var position = start
    while position < text.count, let child = nodes[node].children[text[position]] {
      node = child
      position += 1
      if let rule = nodes[node].rule, !isLiteral(rules[rule].token.id, start) {
        longest = (rule, position)
      }
    }
    return longest
  }

  private func isWord(_ range: Range<Int>, in text: [Unicode.Scalar]) -> Bool {
    let continuesBefore = range.lowerBound > 0 && text[range.lowerBound - 1].isInWord
    let continuesAfter = range.upperBound < text.count && text[range.upperBound].isInWord
    return !continuesBefore && !continuesAfter
  }
}

extension Unicode.Scalar {
  /// Whether a word can contain the scalar: `\w` of Unicode Technical Standard 18.
  fileprivate var isInWord: Bool {
    let others: ScalarCategories = [.mark, .decimalNumber, .connectorPunctuation]
    return properties.isAlphabetic || properties.isJoinControl
      || others.contains(ScalarCategories(of: self))
  }
}
