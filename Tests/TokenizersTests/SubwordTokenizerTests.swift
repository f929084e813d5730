import Tokenizers
import Testing

@Suite struct SubwordTokenizerTests {
  @Test func encodesAndDecodes() throws {
    let tokenizer = try TokenizerJSON().tokenizer()
    #expect(tokenizer.encode("abc a<end>ab") == [4, 6, 7, 3])
    #expect(tokenizer.decode([4, 6, 7, 3]) == "abc a<end>ab")
    #expect(tokenizer.decode([4, 6, 7, 3], skippingSpecialTokens: true) == "abc aab")
    #expect(tokenizer.vocabularySize == 8)
    #expect(tokenizer.token(named: "Ġa") == 6)
    #expect(tokenizer.token(named: " a") == nil)
  }

  @Test func identifiersWithoutTokenDecodeToTheReplacementCharacter() throws {
    let tokenizer = try TokenizerJSON().tokenizer()
    #expect(tokenizer.decode([0, 8, -1, .max, .min, 1]) == "a\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}b")
    for token: Int32 in [8, -1, .max, .min] {
      #expect(tokenizer.bytes(of: token) == nil)
      #expect(tokenizer.spelling(of: token) == nil)
      #expect(tokenizer.piece(of: token) == "\u{FFFD}")
      #expect(!tokenizer.isSpecial(token))
    }
  }

  @Test func framesTextsOnlyOnRequest() throws {
    var json = TokenizerJSON()
    json.postProcessor = #"{"type": "BertProcessing", "cls": ["c", 2], "sep": ["<end>", 7]}"#
    let tokenizer = try json.tokenizer()
    #expect(tokenizer.encode("ab", addingSpecialTokens: true) == [2, 3, 7])
    #expect(tokenizer.encode("ab", addingSpecialTokens: false) == [3])
    #expect(tokenizer.encode("") == [])
    #expect(tokenizer.encode("", addingSpecialTokens: true) == [2, 7])
  }

  @Test func looksForTokensInTheOriginalOrTheNormalizedText() throws {
    var json = TokenizerJSON()
    json.normalizer = #"{"type": "Lowercase"}"#
    json.addedTokens = #"[{"id": 7, "content": "AB", "normalized": false}]"#
    #expect(try json.tokenizer().encode("abAB") == [3, 7])
    json.addedTokens = #"[{"id": 7, "content": "AB", "normalized": true}]"#
    #expect(try json.tokenizer().encode("abAB") == [7, 7])
  }

  @Test func refusesFramesOfUnknownTokens() {
    var json = TokenizerJSON()
    json.postProcessor = #"{"type": "BertProcessing", "cls": ["c", 99], "sep": ["<end>", 7]}"#
    #expect(
      throws: TokenizerError.malformed(
        path: "t.json", field: "post_processor", found: "token 99",
        expected: "a token of the vocabulary")
    ) { try json.tokenizer() }
  }

  @Test func refusesAddedTokensThatTakeAnIdentifierInUse() {
    var json = TokenizerJSON()
    json.addedTokens = #"[{"id": 4, "content": "<end>"}]"#
    #expect(
      throws: TokenizerError.conflictingToken(
        path: "t.json", token: "<end>", id: 4, other: "“abc”")
    ) { try json.tokenizer() }
    json.addedTokens = #"[{"id": 9, "content": "abc"}]"#
    #expect(
      throws: TokenizerError.conflictingToken(
        path: "t.json", token: "abc", id: 9, other: "its other id 4")
    ) { try json.tokenizer() }
  }

  @Test func aLongWordWithoutSpacesTakesNoLongerThanText() throws {
    let tokenizer = try TokenizerFixture("closed-world").tokenizer()
    let word = String(repeating: "abcdefghij", count: 10_000)
    let clock = ContinuousClock()
    let duration = clock.measure { #expect(tokenizer.decode(tokenizer.encode(word)) == word) }
    #expect(duration < .seconds(20), "quadratic merging would take minutes")
  }
}
