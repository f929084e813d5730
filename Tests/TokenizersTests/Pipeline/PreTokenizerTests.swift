import Tokenizers
import Testing

/// The expected pieces were computed with the package tokenizers 0.22.1.
@Suite struct PreTokenizerTests {
  private func pieces(_ json: String, _ text: String, opensText: Bool = true) throws -> [String] {
    var pieces: [String] = []
    let preTokenizer = try PreTokenizer(field(json))
    preTokenizer.split(Array(text.unicodeScalars)[...], opensText: opensText) { piece, _ in
      pieces.append(piece.map(String.init).joined())
    }
    return pieces
  }

  @Test(arguments: [
    ("null", "a b", ["a b"]),
    (
      #"{"type": "ByteLevel"}"#, "Hello  world's it'S",
      ["ĠHello", "Ġ", "Ġworld", "'s", "Ġit", "'", "S"]
    ),
    (#"{"type": "ByteLevel", "add_prefix_space": false}"#, "a b", ["a", "Ġb"]),
    (#"{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}"#, "a é", ["aĠÃ©"]),
    (
      #"{"type": "Digits", "individual_digits": true}"#, "a12٣½²x",
      ["a", "1", "2", "٣", "½", "²", "x"]
    ),
    (#"{"type": "Digits"}"#, "a12٣½²x", ["a", "12٣½²", "x"]),
    (
      #"{"type": "Split", "pattern": {"String": " "}, "behavior": "Isolated"}"#, "a b",
      ["a", " ", "b"]
    ),
    (
      #"{"type": "Split", "pattern": {"Regex": "[a-z]+"}, "behavior": "Removed", "invert": true}"#,
      "ab1c", ["ab", "c"]
    ),
    (#"{"type": "WhitespaceSplit"}"#, " a\n b ", ["a", "b"]),
    (#"{"type": "Whitespace"}"#, "it's 5%, né_1", ["it", "'", "s", "5", "%,", "né_1"]),
    (#"{"type": "Punctuation"}"#, "a,b$「c", ["a", ",", "b", "$", "「", "c"]),
    (#"{"type": "BertPreTokenizer"}"#, "a b?!", ["a", "b", "?", "!"]),
    (#"{"type": "CharDelimiterSplit", "delimiter": "-"}"#, "a-b--c", ["a", "b", "c"]),
    (
      #"{"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true}, {"type": "ByteLevel", "add_prefix_space": false}]}"#,
      "abc 12", ["abc", "Ġ", "1", "2"]
    ),
  ])
  func cutsTexts(json: String, text: String, expected: [String]) throws {
    #expect(try pieces(json, text) == expected)
  }

  @Test func emptyTextsHaveNoPieces() throws {
    #expect(try pieces(#"{"type": "ByteLevel"}"#, "").isEmpty)
    #expect(try pieces("null", "").isEmpty)
  }

  @Test func onlyTheFirstPieceOpensTheText() throws {
    let json = #"""
      {"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"String": "-"}, "behavior": "Removed"},
        {"type": "Metaspace", "prepend_scheme": "first", "split": false}]}
      """#
    #expect(try pieces(json, "a-b") == ["▁a", "b"])
    #expect(try pieces(json, "-b") == ["b"])
    #expect(try pieces(json, "a-b", opensText: false) == ["a", "b"])
  }

  @Test(arguments: [
    #"{"type": "UnicodeScripts"}"#, #"{"type": 1}"#, "{}", "[]",
    #"{"type": "Split", "pattern": {"String": " "}, "behavior": "Sideways"}"#,
    #"{"type": "Split", "pattern": {"String": " "}}"#,
    #"{"type": "Metaspace", "replacement": "ab"}"#,
  ])
  func refusesOtherDescriptions(json: String) throws {
    let field = try field(json)
    #expect(throws: TokenizerError.self) { try PreTokenizer(field) }
  }

  @Test func refusesStepsThatWouldExhaustTheStack() throws {
    let steps = Array(repeating: #"{"type": "Digits"}"#, count: 8).joined(separator: ",")
    var json = #"{"type": "Sequence", "pretokenizers": [\#(steps)]}"#
    for _ in 0..<2 {
      let inner = Array(repeating: json, count: 8).joined(separator: ",")
      json = #"{"type": "Sequence", "pretokenizers": [\#(inner)]}"#
    }
    let field = try field(json)
    #expect(throws: TokenizerError.self) { try PreTokenizer(field) }
  }
}
