import PlaygroundUI
import Testing

@Suite struct TextSanitizerTests {
  @Test(
    "what cannot be drawn is replaced",
    arguments: [
      ("plain text", "plain text", "plain text"),
      ("a\nb\r\nc\rd\u{2028}e", "a⏎b⏎c⏎d⏎e", "a$b$c$d$e"),
      ("a\tb", "a⇥b", "a>b"),
      ("\u{1B}[31mred\u{7}\u{0}\u{7F}", "␛[31mred␇␀␡", "?[31mred???"),
      ("\u{9B}31m\u{85}", "\u{FFFD}31m\u{FFFD}", "?31m?"),
      ("a\u{202E}b\u{2066}c\u{200F}", "a⇄b⇄c⇄", "a?b?c?"),
      ("a\u{200B}b\u{FEFF}\u{AD}", "a◌b◌◌", "a?b??"),
      ("\u{301}x", "◌\u{301}x", "?x"),
      ("\u{E000}\u{FFFE}\u{378}", "\u{FFFD}\u{FFFD}\u{FFFD}", "???"),
      ("a\u{A0}b\u{2003}c", "a b c", "a b c"),
      ("é e\u{301} 日", "é e\u{301} 日", "? ? ??"),
      ("👩‍🔬👍🏽🇩🇪", "👩‍🔬👍🏽🇩🇪", "??????"),
      ("a\u{200D}", "a", "a"),
      ("a\u{E0041}\u{E0042}", "a", "a"),
      ("\u{3164}\u{115F}", "◌◌", "??"),
      ("", "", ""),
    ])
  func replacement(text: String, unicode: String, ascii: String) {
    #expect(scalars(TextSanitizer().sanitized(text)) == scalars(unicode))
    #expect(TextSanitizer(symbols: .ascii).sanitized(text) == ascii)
  }

  @Test func invalidBytesBecomeReplacementCharacters() {
    #expect(TextSanitizer().sanitized(bytes: [0x61, 0xE2, 0x82, 0x62, 0xFF, 0xC0]) == "a�b��")
    #expect(TextSanitizer().sanitized(bytes: [0xE6, 0x97, 0xA5]) == "日")
  }

  @Test func newlinesMayBeKept() {
    let sanitizer = TextSanitizer(keepsNewlines: true)
    #expect(sanitizer.sanitized("a\r\n\u{1B}b\n\n") == "a\n␛b\n\n")
    #expect(sanitizer.sanitized("") == "")
  }

  @Test func conjunctsWiderThanTwoCellsAreSplit() {
    let graphemes = TextSanitizer().graphemes(of: "क्ष्म्य")
    #expect(graphemes.allSatisfy { (1...2).contains($0.width) })
    #expect(graphemes.text.unicodeScalars.elementsEqual("क्ष्म्य".unicodeScalars))
  }

  @Test func endlessMarksAreCut() {
    let text = "a" + String(repeating: "\u{301}", count: 10_000)
    let graphemes = TextSanitizer().graphemes(of: text)
    #expect(graphemes.count == 1)
    #expect(graphemes.text.unicodeScalars.count <= 16)
  }

  @Test("nothing dangerous comes out, whatever goes in", arguments: [false, true])
  func fuzz(isUnicode: Bool) {
    let sanitizer = TextSanitizer(symbols: isUnicode ? .unicode : .ascii)
    var random = Xorshift(state: 0x9E37_79B9_7F4A_7C15)
    for _ in 0..<3_000 {
      let bytes = (0..<random.below(60)).map { _ in UInt8(random.below(256)) }
      check(sanitizer, String(decoding: bytes, as: UTF8.self))
      let scalars = (0..<random.below(20)).compactMap { _ in
        Unicode.Scalar(
          random.below(4) > 0
            ? Self.interesting[random.below(Self.interesting.count)]
            : UInt32(random.below(0x11_0000)))
      }
      check(sanitizer, String(String.UnicodeScalarView(scalars)))
    }
  }

  private func check(_ sanitizer: TextSanitizer, _ text: String) {
    let graphemes = sanitizer.graphemes(of: text)
    for grapheme in graphemes {
      #expect((1...2).contains(grapheme.width), "\(scalars(text))")
      #expect(CharacterWidth.width(of: grapheme.character) == grapheme.width, "\(scalars(text))")
    }
    for scalar in sanitizer.sanitized(text).unicodeScalars {
      #expect(!Self.forbidden(scalar), "\(scalars(text))")
      #expect(sanitizer.symbols.isUnicode || scalar.isASCII, "\(scalars(text))")
    }
  }

  private func scalars(_ text: String) -> [String] {
    text.unicodeScalars.map { String($0.value, radix: 16) }
  }

  private static func forbidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x61C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F,
      0xFEFF, 0xFFFE, 0xFFFF:
      true
    default: false
    }
  }

  /// Scalars that make trouble together.
  private static let interesting: [UInt32] = [
    0x1B, 0x5B, 0x9B, 0x0A, 0x0D, 0x09, 0x200D, 0x200C, 0x200B, 0x202E, 0x2066, 0xFE0F, 0xFE0E,
    0x301, 0x20E3, 0x31, 0x1F469, 0x1F52C, 0x1F3FD, 0x1F1E9, 0x1F1EA, 0x1F3F4, 0xE0067, 0xE007F,
    0x915, 0x94D, 0x937, 0x93F, 0x1100, 0x1161, 0x11A8, 0xAC00, 0xE33, 0x600, 0x65E5, 0x3164, 0x61,
    0x5D0, 0x627, 0xAD, 0x302E, 0xD800, 0x10FFFF,
  ]
}

/// A small generator, so that a failure can be repeated.
struct Xorshift: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
