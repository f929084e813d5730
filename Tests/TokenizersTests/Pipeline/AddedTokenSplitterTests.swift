import Tokenizers
import Testing

@Suite struct AddedTokenSplitterTests {
  private func parts(_ tokens: String, _ text: String) throws -> [AddedTokenSplitter.Part] {
    var rules: [AddedTokenRule] = []
    for (id, token) in try field(tokens).elements().enumerated() {
      rules.append(try AddedTokenRule(token, id: Int32(id)))
    }
    let splitter = AddedTokenSplitter(rules) { Array($0.token.content.unicodeScalars) }
    return splitter.parts(of: Array(text.unicodeScalars))
  }

  @Test func cutsAtTokens() throws {
    #expect(
      try parts(#"[{"content": "<s>"}]"#, "a<s><s>b")
        == [.text(0..<1), .token(0), .token(0), .text(7..<8)])
    #expect(try parts(#"[{"content": "<s>"}]"#, "").isEmpty)
  }

  @Test func literalSpellingsAreLeftAsText() throws {
    var rules: [AddedTokenRule] = []
    for (id, token) in try field(#"[{"content": "ab"}, {"content": "abc"}]"#).elements()
      .enumerated()
    {
      rules.append(try AddedTokenRule(token, id: Int32(id)))
    }
    let splitter = AddedTokenSplitter(rules) { Array($0.token.content.unicodeScalars) }
    let text = Array("abcabc".unicodeScalars)
    #expect(
      splitter.parts(of: text) { token, offset in token == 1 && offset == 0 }
        == [.token(0), .text(2..<3), .token(1)])
    #expect(splitter.parts(of: text) { _, _ in true } == [.text(0..<6)])
  }

  @Test func prefersTheLeftmostThenTheLongest() throws {
    let tokens = #"[{"content": "ab"}, {"content": "abc"}, {"content": "bcd"}, {"content": "é!"}]"#
    #expect(try parts(tokens, "abcd") == [.token(1), .text(3..<4)])
    #expect(try parts(tokens, "abd") == [.token(0), .text(2..<3)])
    #expect(try parts(tokens, "xé!") == [.text(0..<1), .token(3)])
  }

  @Test func swallowsWhiteSpaceWhereTheTokenSaysSo() throws {
    #expect(
      try parts(#"[{"content": "<m>", "lstrip": true}]"#, "a \n<m> b")
        == [.text(0..<1), .token(0), .text(6..<8)])
    #expect(
      try parts(#"[{"content": "<m>", "rstrip": true}]"#, "a <m> \nb")
        == [.text(0..<2), .token(0), .text(7..<8)])
    #expect(
      try parts(#"[{"content": "<m>", "lstrip": true, "rstrip": true}]"#, "<m> <m>")
        == [.token(0), .token(0)])
  }

  @Test func singleWordsHaveNoWordNextToThem() throws {
    let tokens = #"[{"content": "the", "single_word": true}]"#
    #expect(try parts(tokens, "the, the") == [.token(0), .text(3..<5), .token(0)])
    #expect(try parts(tokens, "then bathe _the") == [.text(0..<15)])
  }

  @Test func tokensThatAreNotSpecialAreNormalizedUnlessToldOtherwise() throws {
    let special = try AddedTokenRule(field(#"{"content": "a", "special": true}"#), id: 0)
    #expect(!special.isNormalized)
    let plain = try AddedTokenRule(field(#"{"content": "a"}"#), id: 0)
    #expect(plain.isNormalized)
  }

  @Test func refusesTokensThatWouldTakeForever() throws {
    let content = String(repeating: "a", count: 1001)
    let field = try field(#"{"content": "\#(content)"}"#)
    #expect(throws: TokenizerError.self) { try AddedTokenRule(field, id: 0) }
  }
}
