import Testing

@testable import ClosedWorld

@Suite struct LexerTests {
  @Test func wordsNumbersMarksAndSpacesArePieces() {
    #expect(
      Lexer.pieces(of: "\"I broke 12,\" she said.").map(\.text) == [
        "\"", "I", " ", "broke", " ", "12", ",", "\"", " ", "she", " ", "said", ".",
      ])
  }

  @Test func spaceAroundATextIsLeftOutAndRunsInsideAreOneSpace() {
    let pieces = Lexer.pieces(of: "  one \t two\n")
    #expect(pieces.map(\.text) == ["one", " ", "two"])
    #expect(pieces.map(\.start) == [2, 5, 8])
    #expect(pieces.map(\.end) == [5, 8, 11])
  }

  @Test(arguments: ["", " ", "\n\n"]) func nothingHasNoPieces(_ text: String) {
    #expect(Lexer.pieces(of: text).isEmpty)
  }
}
