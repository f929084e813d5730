import MaskedDiffusion
import PlaygroundUI
import Testing

@Suite("The text of tokens")
struct TokenTextTests {
  private func model(_ pieces: [[UInt8]]) -> Model {
    var model = Model(info: StoryModel.info(), isLoaded: false)
    model.info.maskToken = 99
    model.info.endOfTextTokens = [50]
    for (index, bytes) in pieces.enumerated() {
      model.pieces[TokenID(index)] = TokenPiece(bytes: bytes)
    }
    return model
  }

  private func text(
    _ tokens: [TokenID], _ pieces: [[UInt8]], ghosts: [Int: TokenID] = [:]
  ) -> TokenText {
    TokenText(
      Frame(Canvas(prompt: tokens, length: 0, maskToken: 99)), model: model(pieces),
      symbols: .unicode, masks: TokenText.MaskStyle(ghosts: ghosts))
  }

  private func drawn(_ text: TokenText) -> String {
    String(text.glyphs.map(\.grapheme.character))
  }

  @Test func aCharacterOfSeveralTokensBelongsToTheFirst() {
    let fox = Array("🦊".utf8)
    let text = text([0, 1, 2], [Array(fox[..<2]), Array(fox[2...]), Array("!".utf8)])
    #expect(drawn(text) == "🦊!")
    #expect(text.glyphs.map(\.position) == [0, 2])
  }

  @Test func aMarkJoinsTheLetterOfTheTokenBefore() {
    let text = text([0, 1], [Array("e".utf8), Array("\u{301}x".utf8)])
    #expect(drawn(text) == "e\u{301}x")
    #expect(text.glyphs.map(\.position) == [0, 1])
  }

  @Test func bytesThatAreNotYetACharacterAreReplaced() {
    let text = text([0, 99, 1], [[0xF0, 0x9F], [0xA6, 0x8A, 0x41]])
    #expect(drawn(text) == "\u{FFFD} ░░░\u{FFFD}\u{FFFD}A")
  }

  @Test func masksKeepAWidthAndGhostsFollowAMaskCell() {
    #expect(drawn(text([99], [])) == " ░░░")
    let pieces = [Array(" kite".utf8), Array(".".utf8), Array(" incomprehensible".utf8)]
    #expect(drawn(text([99], pieces, ghosts: [0: 0])) == "░kite")
    #expect(drawn(text([99], pieces, ghosts: [0: 1])) == "░.  ")
    #expect(drawn(text([99], pieces, ghosts: [0: 2])) == "░incomprehe…")
  }

  @Test func endOfTextAndUnknownTokensAreSymbols() {
    #expect(drawn(text([50], [])) == "∎")
    #expect(drawn(text([7], [])) == "⟨7⟩")
    #expect(drawn(text([-3], [])) == "⟨-3⟩")
  }

  @Test func controlsCannotReachTheScreen() {
    let text = text([0], [Array("\u{1B}[2J\u{202E}a\tb".utf8)])
    #expect(drawn(text) == "␛[2J⇄a⇥b")
  }
}
