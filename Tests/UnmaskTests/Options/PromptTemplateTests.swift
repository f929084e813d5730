import Tokenizers
import MaskedDiffusion
import Testing
import unmask

@Suite struct PromptTemplateTests {
  @Test func holesArePiecesBetweenTexts() throws {
    #expect(
      try PromptTemplate(parsing: "The [MASK] sat").pieces == [
        .text("The "), .masks(1), .text(" sat"),
      ])
    #expect(try PromptTemplate(parsing: "[MASK:8][MASK]").pieces == [.masks(8), .masks(1)])
    #expect(try PromptTemplate(parsing: "").pieces.isEmpty)
  }

  @Test(arguments: ["[MASK", "[MASK:]", "[MASK:x]", "[MASK:-1]", "[mask]", "[MASK: 3]", "[MASK:3"])
  func whatOnlyLooksLikeAHoleIsText(_ text: String) throws {
    #expect(try PromptTemplate(parsing: text).pieces == [.text(text)])
  }

  @Test(arguments: ["0", "65537", "99999999999999999999"])
  func aHoleHasAReasonableSize(_ digits: String) {
    #expect(throws: PromptError.holeOutOfRange(digits)) {
      try PromptTemplate(parsing: "[MASK:\(digits)]")
    }
  }

  @Test(
    arguments: [
      (#"a \[MASK] b"#, [.text("a [MASK] b")]), (#"\[MASK:0]"#, [.text("[MASK:0]")]),
      (#"\\[MASK]"#, [.text(#"\"#), .masks(1)]), (#"\\\[MASK]"#, [.text(#"\[MASK]"#)]),
      (#"C:\dir\ [MASK"#, [.text(#"C:\dir\ [MASK"#)]),
    ] as [(String, [PromptTemplate.Piece])])
  func aBackslashBeforeAHoleMakesItText(_ text: String, pieces: [PromptTemplate.Piece]) throws {
    #expect(try PromptTemplate(parsing: text).pieces == pieces)
  }

  @Test func aLiteralTextHasNoHoles() {
    let template = PromptTemplate(literal: #"\[MASK] [MASK:0]"#)
    #expect(template.pieces == [.text(#"\[MASK] [MASK:0]"#)])
    #expect(!template.hasMasks)
  }

  @Test func theSpellingOfTheMaskTokenIsText() throws {
    let tokenizer = try tokenizer("bytelevel-llada-a")
    let mask = try #require(tokenizer.token(named: "<|mdm_mask|>"))
    let tokens = try PromptTemplate(parsing: "a <|mdm_mask|> b").tokens(
      tokenizer: tokenizer, maskToken: mask)
    #expect(!tokens.contains(mask))
    #expect(tokenizer.decode(tokens) == "a <|mdm_mask|> b")
  }

  @Test func aBackslashBeforeASpecialTokenMakesItText() throws {
    let tokenizer = try tokenizer("bytelevel-llada-a")
    let end = try #require(tokenizer.token(named: "<|endoftext|>"))
    func tokens(_ text: String) throws -> [TokenID] {
      try self.tokens(of: text, "bytelevel-llada-a")
    }
    #expect(try tokens("a<|endoftext|>").last == end)
    let escaped = try tokens(#"a\<|endoftext|><|endoftext|>"#)
    #expect(escaped.count { $0 == end } == 1 && escaped.last == end)
    #expect(tokenizer.decode(escaped) == "a<|endoftext|><|endoftext|>")
    #expect(try tokens(#"a\\<|endoftext|>"#) == tokenizer.encode(#"a\"#) + [end])
    #expect(try tokens(#"a\b\"#) == tokenizer.encode(#"a\b\"#))
    let literal = PromptTemplate(literal: "<|endoftext|>").tokens(
      tokenizer: tokenizer, maskToken: 999)
    #expect(!literal.contains(end) && tokenizer.decode(literal) == "<|endoftext|>")
  }

  @Test(arguments: [
    "a [MASK] b", #"\[MASK:3]"#, #"\\[MASK]"#, "x<|endoftext|>[MASK", #"\<|endoftext|>\"#,
    "é [MASK]",
  ])
  func anEscapedTextMeansItself(_ text: String) throws {
    let tokenizer = try tokenizer("bytelevel-llada-a")
    let template = try PromptTemplate(parsing: PromptTemplate.escaped(text, for: tokenizer))
    #expect(!template.hasMasks)
    #expect(
      template.tokens(tokenizer: tokenizer, maskToken: 999)
        == tokenizer.encode(text, literal: .all))
  }

  @Test func oneBlankBeforeAHoleBelongsToIt() throws {
    let tokens = try tokens(of: "a [MASK] b  [MASK]", "bytelevel-llada-a")
    let tokenizer = try tokenizer("bytelevel-llada-a")
    #expect(tokens == tokenizer.encode("a") + [999] + tokenizer.encode(" b ") + [999])
  }

  @Test func aTokenizerThatAddsBlanksDoesNotDoubleThem() throws {
    let tokens = try tokens(of: "The [MASK] sat", "sentencepiece-a")
    let tokenizer = try tokenizer("sentencepiece-a")
    #expect(tokens == tokenizer.encode("The") + [999] + tokenizer.encode("sat"))
  }

  @Test func tokensAreNumbersBetweenCommas() throws {
    #expect(try TokenList.tokens(parsing: "5, 1024,7 ") == [5, 1024, 7])
    #expect(try TokenList.tokens(parsing: " ").isEmpty)
    for text in ["5,", "5 6", "5;6", "2147483648", "1.5"] {
      #expect(throws: PromptError.self) { try TokenList.tokens(parsing: text) }
    }
  }

  private func tokenizer(_ name: String) throws -> any Tokenizer {
    try TokenizerFile.load(Fixture.path("tokenizer/\(name)"))
  }

  private func tokens(of text: String, _ name: String) throws -> [TokenID] {
    try PromptTemplate(parsing: text).tokens(tokenizer: try tokenizer(name), maskToken: 999)
  }
}
