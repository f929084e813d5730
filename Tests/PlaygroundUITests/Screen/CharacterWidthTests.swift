import PlaygroundUI
import Testing

@Suite struct CharacterWidthTests {
  @Test(
    "graphemes take the cells terminals give them",
    arguments: [
      ("a", 1), ("é", 1), ("e\u{301}", 1), ("ß", 1), ("░", 1), ("█", 1), ("─", 1), ("→", 1),
      ("日", 2), ("한", 2), ("ｱ", 1), ("Ａ", 2), ("　", 2), ("𠀀", 2), ("ก", 1), ("กำ", 2), ("ש", 1),
      ("ع", 1), ("☃", 1), ("❤", 1), ("❤\u{FE0F}", 2), ("⌚", 2), ("😀", 2), ("👍🏽", 2), ("👩‍🔬", 2),
      ("👨‍👩‍👧‍👦", 2), ("🇩🇪", 2), ("🇩", 1), ("1\u{FE0F}\u{20E3}", 2), ("1", 1), ("क", 1),
      ("\u{1B}", 0), ("\n", 0), ("\u{301}", 0), ("\u{200B}", 0), ("\u{FEFF}", 0), ("\u{9B}", 0),
      ("\u{AD}", 1), ("\u{110B}\u{1161}", 2),
    ] as [(Character, Int)])
  func width(character: Character, cells: Int) {
    #expect(CharacterWidth.width(of: character) == cells)
  }

  @Test func textTakesTheSumOfItsGraphemes() {
    #expect(CharacterWidth.width(of: "日本 e\u{301}!") == 7)
    #expect(CharacterWidth.width(of: "") == 0)
  }

  @Test func wideRangesAscendAndDoNotTouch() {
    let ranges = CharacterWidth.wideRanges
    for (left, right) in zip(ranges, ranges.dropFirst()) {
      #expect(left.upperBound + 1 < right.lowerBound)
    }
  }

  @Test func noCharacterBelow1100IsWide() throws {
    for value in UInt32(0)..<0x1100 {
      let scalar = try #require(Unicode.Scalar(value))
      #expect(CharacterWidth.width(of: scalar) < 2)
    }
  }
}
