public import JSON

/// Why a tokenizer could not be loaded.
public enum TokenizerError: Error, Equatable, Sendable {
  /// There is no tokenizer at `path`; `found` are files there that cannot be used.
  case notFound(path: String, found: [String])
  /// A file could not be read.
  case unreadable(path: String, reason: String)
  /// A file is something else.
  case mistaken(path: String, MistakenFile)
  /// A file is not JSON.
  case notJSON(path: String, offset: Int, problem: String)
  /// A field does not hold what it should.
  case malformed(path: String, field: String, found: String, expected: String)
  /// A field asks for something that is not implemented.
  case unsupported(path: String, field: String, found: String, supported: [String])
  /// A token has an identifier that is used, or is in the vocabulary with another one.
  case conflictingToken(path: String, token: String, id: Int, other: String)
  /// A token's identifier is negative or far beyond the number of tokens.
  case idOutOfRange(path: String, token: String, id: Int, limit: Int)
  /// A merge names or makes something that is not in the vocabulary.
  case unknownMerge(path: String, index: Int, token: String)
}

extension TokenizerError: CustomStringConvertible {
  /// One sentence: the file, what was found, what was expected.
  public var description: String {
    switch self {
    case .notFound(let path, let found):
      "\(path): no tokenizer here, expected tokenizer.json, vocab.json with merges.txt, "
        + "tokenizer.model or vocab.txt"
        + (found.isEmpty ? "" : ", found \(found.joined(separator: ", "))")
    case .unreadable(let path, let reason):
      "\(path): cannot be read: \(reason)"
    case .mistaken(let path, let kind): "\(path): \(kind.description)"
    case .notJSON(let path, let offset, let problem):
      "\(path): not valid JSON at byte \(offset): \(problem)"
    case .malformed(let path, let field, let found, let expected):
      "\(path): \(field) is \(found), expected \(expected)"
    case .unsupported(let path, let field, let found, let supported):
      "\(path): \(field) is \(found), supported: \(supported.joined(separator: ", "))"
    case .conflictingToken(let path, let token, let id, let other):
      "\(path): token “\(token.shortened)” has id \(id), which conflicts with \(other)"
    case .idOutOfRange(let path, let token, let id, let limit):
      "\(path): token “\(token.shortened)” has id \(id), expected 0 to \(limit - 1)"
    case .unknownMerge(let path, let index, let token):
      "\(path): merge \(index) needs “\(token.shortened)”, which is not in the vocabulary"
    }
  }

  /// What may help, if anything is known.
  public var hint: String? {
    switch self {
    case .notFound:
      "name a tokenizer.json, or the folder that holds it"
    case .unreadable: nil
    case .mistaken(let path, let kind): kind.hint(path: path)
    case .notJSON: "the file may be cut off; fetch it again"
    case .malformed, .conflictingToken, .idOutOfRange: "the file may be damaged; fetch it again"
    case .unsupported: "this kind of tokenizer is not implemented; the file may well be in order"
    case .unknownMerge: "vocabulary and merges must come from the same model"
    }
  }
}
