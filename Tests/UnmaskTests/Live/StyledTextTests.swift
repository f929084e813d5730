import PlaygroundUI
import Testing
import unmask

@Suite struct StyledTextTests {
  @Test func wordsAreKeptTogetherAndMasksMayBreak() {
    #expect(
      lines(["The quick", " brown", nil, nil, " fox"], columns: 11) == [
        "The quick", "brown░░ fox",
      ])
    #expect(lines(["ab", nil, nil, nil, nil], columns: 4) == ["ab░░", "░░"])
    #expect(lines(["abcdefghij"], columns: 4) == ["abcd", "efgh", "ij"])
  }

  @Test func lineBreaksOfTheTextStay() {
    #expect(lines(["a\n", "\nb"], columns: 10) == ["a", "", "b"])
    #expect(lines([], columns: 10) == [""])
  }

  @Test func wideCharactersTakeTwoCells() {
    #expect(lines(["日本語"], columns: 4) == ["日本", "語"])
  }

  @Test func aCharacterSpreadOverTokensTakesTheRoleOfTheFirst() {
    let bytes = Array("é".utf8)
    let text = StyledText(
      [
        StyledText.Token(content: .bytes([bytes[0]]), role: .level1),
        StyledText.Token(content: .bytes([bytes[1]]), role: .level5),
      ], symbols: .unicode)
    #expect(text.elements.map(\.role) == [.level1])
    #expect(text.elements.first?.grapheme.character == "é")
  }

  @Test func bytesThatAreNoCharacterYetAreReplaced() {
    #expect(lines([.bytes([0xC3]), nil, .bytes([0x28])], columns: 10) == ["�░("])
  }

  @Test func nothingInATextCommandsTheTerminal() {
    #expect(lines(["a\u{1B}[2Jb\u{7}"], columns: 20) == ["a␛[2Jb␇"])
  }

  /// A token written as text, or `nil` for a mask.
  private enum Piece: ExpressibleByStringLiteral, ExpressibleByNilLiteral {
    case mask
    case bytes([UInt8])

    init(stringLiteral value: String) { self = .bytes(Array(value.utf8)) }
    init(nilLiteral: ()) { self = .mask }
  }

  private func lines(_ pieces: [Piece], columns: Int) -> [String] {
    let tokens = pieces.map { piece in
      switch piece {
      case .mask: StyledText.Token(content: .mask(guess: nil), role: .masked)
      case .bytes(let bytes): StyledText.Token(content: .bytes(bytes), role: .level5)
      }
    }
    return StyledText(tokens, symbols: .unicode).lines(columns: columns).map { line in
      String(line.map(\.grapheme.character))
    }
  }
}
