import Tokenizers
import Testing

/// The expected pieces were computed with Oniguruma, through the package tokenizers 0.22.1.
@Suite struct SplitPatternTests {
  private func pieces(_ expression: String, _ text: String) throws -> [String] {
    let scalars = Array(text.unicodeScalars)
    let matches = try SplitPattern(expression).matches(in: scalars[...])
    return SplitBehavior.isolated.pieces(of: scalars[...], at: matches).map { range in
      scalars[range].map(String.init).joined()
    }
  }

  @Test(arguments: [
    (#"\d{3}"#, "1234567 a", ["123", "456", "7 a"]),
    (#"\d{1,3}+"#, "1234567 a", ["1234567", " a"]),
    (#"\d{3}?"#, "1234567 a", ["123", "456", "7", " ", "a"]),
    (#"\d{1,3}?"#, "1234567 a", ["1", "2", "3", "4", "5", "6", "7", " a"]),
    (#"\d{,2}"#, "1234567 a", ["12", "34", "56", "7", " ", "a"]),
    (#"a{b"#, "aa{b", ["a", "a{b"]),
    ("a*", "baab", ["b", "aa", "b"]),
    ("a|", "bab", ["b", "a", "b"]),
  ])
  func countsRepetitions(expression: String, text: String, expected: [String]) throws {
    #expect(try pieces(expression, text) == expected)
  }

  @Test(arguments: [
    ("a+ab", "xaab", ["x", "aab"]),
    ("a++ab|b", "xaab", ["xaa", "b"]),
    ("(?:a|ab)c", "abc ac", ["abc", " ", "ac"]),
    ("(?>a|ab)c", "abc ac", ["abc ", "ac"]),
    ("<.+>", "<a><b>", ["<a><b>"]),
    ("<.+?>", "<a><b>", ["<a>", "<b>"]),
    ("(?:ab){2,3}", "abababab", ["ababab", "ab"]),
    ("(?:ab){2,3}?", "abababab", ["abab", "abab"]),
    ("(?:ab)*abc", "xababc", ["x", "ababc"]),
    ("(?:ab)*+abc|c", "xababc", ["xabab", "c"]),
  ])
  func backtracksUnlessForbidden(expression: String, text: String, expected: [String]) throws {
    #expect(try pieces(expression, text) == expected)
  }

  @Test(arguments: [
    (
      #"\s"#, "a\u{1C}b\u{85}c\u{200B}d\u{A0}e\u{180E}f",
      ["a\u{1C}b", "\u{85}", "c\u{200B}d", "\u{A0}", "e\u{180E}f"]
    ),
    (#"[^\S\n]+"#, "a  \n b", ["a", "  ", "\n", " ", "b"]),
    (#"\p{^L}+"#, "ab漢字12", ["ab漢字", "12"]),
    (#"\P{L}+"#, "ab漢字12", ["ab漢字", "12"]),
    (#"\p{Lu}\p{Ll}"#, "Ab aB", ["Ab", " aB"]),
    (#"\d+"#, "1٣² ½", ["1٣", "² ½"]),
    (#"a\x41\x{42}\u0043"#, "xaABC", ["x", "aABC"]),
    ("[]a]", "a]", ["a", "]"]),
    ("[a-c-]", "b-d", ["b", "-", "d"]),
    ("[a[bc]]+", "xabcd", ["x", "abc", "d"]),
    (".", "a\nb\r", ["a", "\n", "b", "\r"]),
  ])
  func knowsSetsOfScalars(expression: String, text: String, expected: [String]) throws {
    #expect(try pieces(expression, text) == expected)
  }

  @Test(arguments: [
    ("(?i:'s)", "a's b'S c'ſ d", ["a", "'s", " b", "'S", " c", "'ſ", " d"]),
    ("(?i:[sk])", "sSſk\u{212A}x", ["s", "S", "ſ", "k", "\u{212A}", "x"]),
    ("(?i)a(?-i:b)", "AbAB", ["Ab", "AB"]),
  ])
  func ignoresCaseWhereAsked(expression: String, text: String, expected: [String]) throws {
    #expect(try pieces(expression, text).map(\.bytes) == expected.map(\.bytes))
  }

  @Test(arguments: [
    (#"\s+(?!\S)|\s+"#, "a   b  ", ["a", "  ", " ", "b", "  "]),
    (#"a(?=b)"#, "abac", ["a", "bac"]),
    ("^a", "a\na b", ["a", "\n", "a", " b"]),
    ("a$", "a\na b a", ["a", "\na b ", "a"]),
    (#"\Aa|b\z"#, "aa\nbb", ["a", "a\nb", "b"]),
  ])
  func looksAround(expression: String, text: String, expected: [String]) throws {
    #expect(try pieces(expression, text) == expected)
  }

  @Test func cutsAtALiteral() {
    let scalars = Array("a.b..".unicodeScalars)
    #expect(SplitPattern(literal: ["."]).matches(in: scalars[...]) == [1..<2, 3..<4, 4..<5])
  }

  @Test func givesUpOnCatastrophicBacktracking() throws {
    let pattern = try SplitPattern("(?:a|a|b)+c|b")
    let scalars = Array(String(repeating: "a", count: 40).unicodeScalars + "b".unicodeScalars)
    #expect(pattern.matches(in: scalars[...]).isEmpty)
  }

  @Test func matchesLongTextsInLinearTime() throws {
    let pattern = try SplitPattern(
      #"[^\r\n\p{L}\p{N}]?+\p{L}+| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"#)
    for character in ["a", " ", "!"] {
      let scalars = Array(String(repeating: character, count: 100_000).unicodeScalars)
      #expect(pattern.matches(in: scalars[...]) == [0..<100_000])
    }
  }
}
