internal import JSON
internal import MaskedDiffusion

/// The merges of a tokenizer as its files list them.
package struct MergeList: Sendable {
  private let path: String
  private var pairs: [(left: String, right: String)] = []

  /// Reads an array of strings like `"t h"`, or of pairs like `["t", "h"]`.
  package init(_ field: JSONField) throws(TokenizerError) {
    path = field.path
    guard case .array(let elements) = field.value else {
      throw field.malformed(expected: "an array of merges")
    }
    pairs.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      guard let pair = Self.pair(element) else {
        throw .malformed(
          path: path, field: "\(field.name)[\(index)]", found: element.summary,
          expected: "two tokens")
      }
      pairs.append(pair)
    }
  }

  /// Reads texts like `"t h"`, which messages say are the elements of `field`.
  package init(lines: [String], path: String, field: String) throws(TokenizerError) {
    self.path = path
    pairs.reserveCapacity(lines.count)
    for (index, line) in lines.enumerated() {
      guard let pair = Self.pair(line[...]) else {
        throw .malformed(
          path: path, field: "\(field)[\(index)]", found: "“\(line.shortened)”",
          expected: "two tokens with a space between them")
      }
      pairs.append(pair)
    }
  }

  /// Reads the lines of `merges.txt`, which may begin with a version.
  package init(text: String, path: String) throws(TokenizerError) {
    self.path = path
    let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      var line = Substring(line)
      if line.utf8.last == 0x0D { line.unicodeScalars.removeLast() }
      if line.isEmpty || index == 0 && line.hasPrefix("#version") { continue }
      guard let pair = Self.pair(line) else {
        throw .malformed(
          path: path, field: "line \(index + 1)", found: "“\(String(line).shortened)”",
          expected: "two tokens with a space between them")
      }
      pairs.append(pair)
    }
  }

  private static func pair(_ element: JSONValue) -> (left: String, right: String)? {
    switch element {
    case .string(let line): return pair(line[...])
    case .array(let parts):
      guard parts.count == 2, case .string(let left) = parts[0], case .string(let right) = parts[1]
      else { return nil }
      return (left, right)
    default: return nil
    }
  }

  private static func pair(_ line: Substring) -> (left: String, right: String)? {
    let parts = line.utf8.split(separator: 0x20, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
    return (String(Substring(parts[0])), String(Substring(parts[1])))
  }

  /// Returns the merges with the identifiers of `vocabulary`.
  ///
  /// - Parameters:
  ///   - vocabulary: The tokens.
  ///   - prefix: What stands before tokens inside a word; the token of a pair has it once.
  /// - Returns: The merges.
  /// - Throws: ``TokenizerError/unknownMerge(path:index:token:)``.
  package func table(
    for vocabulary: Vocabulary, prefix: String = ""
  ) throws(TokenizerError) -> MergeTable {
    var table = MergeTable(capacity: pairs.count)
    for (index, pair) in pairs.enumerated() {
      table.insert(
        try token(pair.left, of: vocabulary, index: index),
        try token(pair.right, of: vocabulary, index: index),
        MergeTable.Merge(
          rank: Int32(clamping: index),
          token: try token(
            pair.left + pair.right.withoutPrefix(prefix),
            of: vocabulary, index: index)))
    }
    return table
  }

  private func token(
    _ spelling: String, of vocabulary: Vocabulary, index: Int
  ) throws(TokenizerError) -> TokenID {
    guard let token = vocabulary.token(spelled: spelling) else {
      throw .unknownMerge(path: path, index: index, token: spelling)
    }
    return token
  }
}
