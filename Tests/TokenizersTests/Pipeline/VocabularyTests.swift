import Tokenizers
import Testing

@Suite struct VocabularyTests {
  @Test func findsTokensAndSpellings() throws {
    let vocabulary = try Vocabulary(field(#"{"a": 0, "é": 1, "e\u0301": 2, "b": 5}"#))
    #expect(vocabulary.count == 6)
    #expect(vocabulary.token(spelled: "é") == 1)
    #expect(vocabulary.token(spelled: "e\u{301}") == 2)
    #expect(vocabulary.token(spelled: "c") == nil)
    #expect(vocabulary.spelling(of: 5) == "b")
    for token: Int32 in [-1, 3, 6, .max, .min] { #expect(vocabulary.spelling(of: token) == nil) }
  }

  @Test(arguments: [
    (
      #"{"a": 0, "b": 0}"#,
      TokenizerError.conflictingToken(
        path: "t.json", token: "b", id: 0, other: "“a”")
    ),
    (
      #"{"a": 0, "a": 1}"#,
      .conflictingToken(
        path: "t.json", token: "a", id: 1, other: "its other id 0")
    ),
    (#"{"a": -1}"#, .idOutOfRange(path: "t.json", token: "a", id: -1, limit: 1_048_576)),
    (
      #"{"a": 2147483647}"#,
      .idOutOfRange(
        path: "t.json", token: "a", id: 2_147_483_647, limit: 1_048_576)
    ),
    (
      #"{"a": 9223372036854775807}"#,
      .idOutOfRange(
        path: "t.json", token: "a", id: .max, limit: 1_048_576)
    ),
    (
      #"{"a": "0"}"#,
      .malformed(
        path: "t.json", field: ".a", found: "“0”", expected: "a token identifier")
    ),
    (
      "[]",
      .malformed(
        path: "t.json", field: "the document", found: "an array of 0",
        expected: "an object of tokens and identifiers")
    ),
  ])
  func refusesContradictions(json: String, expected: TokenizerError) throws {
    let field = try field(json)
    #expect(throws: expected) { try Vocabulary(field) }
  }

  @Test func insertingAKnownTokenAgainChangesNothing() throws {
    var vocabulary = try Vocabulary(field(#"{"a": 0}"#))
    try vocabulary.insert("a", as: 0)
    #expect(vocabulary.count == 1)
  }
}
