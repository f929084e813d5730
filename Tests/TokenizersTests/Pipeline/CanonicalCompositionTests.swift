import Tokenizers
import Testing

/// The expected results follow from UnicodeData.txt and UAX #15.
@Suite struct CanonicalCompositionTests {
  @Test(arguments: [
    ("e\u{301}", "é"),
    ("abc e\u{301} d\u{323}\u{307}", "abc é \u{1E0D}\u{307}"),
    ("\u{1112}\u{1161}\u{11AB}", "한"),
    ("\u{212B}\u{2126}", "\u{C5}\u{3A9}"),
    ("a\u{345}\u{301}", "\u{E1}\u{345}"),
    ("\u{344}", "\u{308}\u{301}"),
    ("\u{958}", "\u{915}\u{93C}"),
    ("\u{F81}", "\u{F71}\u{F80}"),
    ("\u{1DF6}\u{F81}", "\u{F71}\u{F80}\u{1DF6}"),
    ("\u{F75}\u{F71}", "\u{F71}\u{F71}\u{F74}"),
    ("\u{AC00}\u{11A8}", "\u{AC01}"),
    ("\u{100059}\u{308}", "\u{100059}\u{308}"),
    ("\u{11099}\u{110BA}", "\u{1109A}"),
    ("\u{1105}\u{1176}", "\u{1105}\u{1176}"),
    ("\u{1113}\u{1161}", "\u{1113}\u{1161}"),
    ("><\u{338}", ">\u{226E}"),
    ("", ""),
  ])
  func composesCharacters(text: String, expected: String) {
    let result = CanonicalComposition.apply(to: Array(text.unicodeScalars))
    #expect(result == Array(expected.unicodeScalars))
  }

  @Test func leavesLatin1Alone() {
    let text = (0..<0x300).compactMap(Unicode.Scalar.init)
    #expect(CanonicalComposition.apply(to: text) == text)
  }
}
