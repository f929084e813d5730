import Tokenizers
import MaskedDiffusion
import Testing

@Suite struct BytePairEncodingTests {
  private func tokens(_ text: String, _ json: String) throws -> [TokenID] {
    var tokens: [TokenID] = [99]
    try BytePairEncoding(field(json)).append(Array(text.unicodeScalars)[...], to: &tokens)
    return tokens
  }

  private let vocabulary =
    #""vocab": {"a": 0, "b": 1, "c": 2, "ab": 3, "bc": 4, "abc": 5, "?": 6, "<0xC3>": 7, "<0xA9>": 8}"#

  @Test func mergesInTheOrderTheMergesWereLearned() throws {
    #expect(try tokens("abc", #"{\#(vocabulary), "merges": ["a b", "b c"]}"#) == [99, 3, 2])
    #expect(try tokens("abc", #"{\#(vocabulary), "merges": ["b c", "a b"]}"#) == [99, 0, 4])
    #expect(try tokens("abc", #"{\#(vocabulary), "merges": ["b c", "a bc"]}"#) == [99, 5])
  }

  @Test func aWholePieceCanBeATokenWithoutMerges() throws {
    #expect(
      try tokens("abc", #"{\#(vocabulary), "merges": [], "ignore_merges": true}"#) == [99, 5])
    #expect(try tokens("abc", #"{\#(vocabulary), "merges": []}"#) == [99, 0, 1, 2])
  }

  @Test func unknownCharactersBecomeTheUnknownTokenOrNothing() throws {
    #expect(try tokens("axyb", #"{\#(vocabulary), "merges": []}"#) == [99, 0, 1])
    #expect(
      try tokens("axyb", #"{\#(vocabulary), "merges": [], "unk_token": "?"}"#)
        == [99, 0, 6, 6, 1])
    #expect(
      try tokens("axybx", #"{\#(vocabulary), "merges": [], "unk_token": "?", "fuse_unk": true}"#)
        == [99, 0, 6, 1, 6])
  }

  @Test func unknownCharactersFallBackToTheirBytesIfAllAreTokens() throws {
    let json = #"{\#(vocabulary), "merges": [], "unk_token": "?", "byte_fallback": true}"#
    #expect(try tokens("aéè", json) == [99, 0, 7, 8, 6])
  }

  @Test func longPiecesMergeLikeShortOnes() throws {
    let json = #"{\#(vocabulary), "merges": ["b c", "a b"]}"#
    let short = try tokens("abcab", json).dropFirst()
    let long = try tokens(String(repeating: "abcab", count: 100), json).dropFirst()
    #expect(Array(long) == (0..<100).flatMap { _ in short })
  }

  @Test(arguments: [
    #""unk_token": 1"#, #""continuing_subword_prefix": 1"#, #""byte_fallback": 1"#,
  ])
  func refusesWhatItCannotDo(member: String) throws {
    let field = try field(#"{\#(vocabulary), "merges": [], \#(member)}"#)
    #expect(throws: TokenizerError.self) { try BytePairEncoding(field) }
  }

  @Test func anUnknownTokenThatTheVocabularyLacksIsNotNeeded() throws {
    #expect(
      try tokens("axb", #"{\#(vocabulary), "merges": [], "unk_token": "<nowhere>"}"#)
        == tokens("ab", #"{\#(vocabulary), "merges": []}"#))
  }

  @Test func affixesMarkWhereWordsGoOnAndEnd() throws {
    let suffix =
      #"{"vocab": {"a": 0, "b": 1, "b</w>": 2, "ab</w>": 3}, "merges": ["a b</w>"], "end_of_word_suffix": "</w>"}"#
    #expect(try tokens("ab", suffix) == [99, 3])
    #expect(try tokens("bab", suffix) == [99, 1, 3])
    let prefix =
      ###"{"vocab": {"a": 0, "##b": 1, "ab": 2}, "merges": ["a ##b"], "continuing_subword_prefix": "##"}"###
    #expect(try tokens("ab", prefix) == [99, 2])
    #expect(try tokens("abb", prefix) == [99, 2, 1])
  }

  @Test func takesEmptyAffixesForNone() throws {
    let affixes = #""continuing_subword_prefix": "", "end_of_word_suffix": """#
    #expect(try tokens("ab", #"{\#(vocabulary), "merges": ["a b"], \#(affixes)}"#) == [99, 3])
  }
}
