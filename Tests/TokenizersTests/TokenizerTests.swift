import Tokenizers
import MaskedDiffusion
import Testing

@Suite struct TokenizerTests {
  @Test func aPieceIsTextWhereItsBytesAreAndDigitsWhereTheyAreNot() throws {
    var json = TokenizerJSON()
    json.vocabulary = #"{"Ġa": 0, "Ã©": 1, "Ã": 2, "©a": 3, "Ċ": 4, "âĤ": 5, "ðŁĻĤâ": 6}"#
    json.merges = "[]"
    let tokenizer = try json.tokenizer()
    let pieces = (0..<9).map { tokenizer.piece(of: TokenID($0)) }
    #expect(
      pieces == [
        " a", "é", "<0xC3>", "<0xA9>a", "\n", "<0xE2><0x82>", "🙂<0xE2>", "<end>", "\u{FFFD}",
      ])
  }

  @Test func adjacentPiecesShareACharacterThatDecodingJoins() throws {
    let tokenizer = try TokenizerFixture("bytelevel-llada-a").tokenizer()
    let tokens = tokenizer.encode("€")
    #expect(tokens.count > 1)
    #expect(tokens.flatMap { tokenizer.bytes(of: $0) ?? [] } == Array("€".utf8))
    #expect(tokenizer.decode(tokens) == "€")
    #expect(tokens.map { tokenizer.decode([$0]) }.joined() != "€")
  }

  @Test(arguments: [
    ("bytelevel-llada-a", "<|mdm_mask|>", "<|endoftext|>", "<|startoftext|>"),
    ("bytelevel-qwen-a", "<|mask|>", "<|im_end|>", nil),
    ("dream-slow-a", "<|mask|>", "<|endoftext|>", "<|beginoftext|>"),
    ("sentencepiece-a", nil, "</s>", "<s>"),
    ("closed-world", nil, "<|endoftext|>", nil),
  ])
  func knowsTheTokensWithAPurpose(
    name: String, mask: String?, end: String?, beginning: String?
  ) throws {
    let tokenizer = try TokenizerFixture(name).tokenizer()
    func spelling(_ token: TokenID?) -> String? { token.flatMap { tokenizer.spelling(of: $0) } }
    #expect(spelling(tokenizer.roles.mask) == mask)
    #expect(spelling(tokenizer.roles.endOfText) == end)
    #expect(spelling(tokenizer.roles.beginningOfText) == beginning)
  }

  @Test func knowsWhichAddedTokensAreSpecial() throws {
    let tokenizer = try TokenizerFixture("bytelevel-qwen-a").tokenizer()
    #expect(tokenizer.addedTokens.count == 14)
    #expect(tokenizer.addedTokens.map(\.id) == Array(400..<414))
    #expect(tokenizer.isSpecial(try #require(tokenizer.token(named: "<|im_start|>"))))
    #expect(!tokenizer.isSpecial(try #require(tokenizer.token(named: "<think>"))))
    #expect(!tokenizer.isSpecial(0))
  }
}
