import Tokenizers
import Testing

@Suite struct NormalizerTests {
  @Test(arguments: [
    ("null", " A", " A"),
    (#"{"type": "NFC"}"#, "e\u{301}", "é"),
    (#"{"type": "Prepend", "prepend": "▁"}"#, "a", "▁a"),
    (#"{"type": "Prepend", "prepend": "▁"}"#, "", ""),
    (#"{"type": "Replace", "pattern": {"String": " "}, "content": "▁"}"#, "a b", "a▁b"),
    (#"{"type": "Lowercase"}"#, "ÄİΣ", "äi\u{307}σ"),
    (#"{"type": "Strip"}"#, " \na b\t", "a b"),
    (#"{"type": "Strip", "strip_left": false}"#, " a ", " a"),
    (#"{"type": "Strip", "strip_right": false}"#, " a ", "a "),
    (#"{"type": "ByteLevel"}"#, " é", "ĠÃ©"),
    (#"{"type": "NFKC"}"#, "ﬁ ½ Ⅷ ｶﾞ", "fi 1\u{2044}2 VIII ガ"),
    (#"{"type": "NFKD"}"#, "é㎏각", "e\u{301}kg\u{1100}\u{1161}\u{11A8}"),
    (#"{"type": "NFD"}"#, "é ﬁ", "e\u{301} ﬁ"),
    (#"{"type": "StripAccents"}"#, "e\u{301}a\u{308}", "ea"),
    (#"{"type": "Nmt"}"#, "a\tb\u{200B}c\u{7}", "a b c"),
    (#"{"type": "BertNormalizer"}"#, "Ü\u{0}b漢\te", "ub 漢  e"),
    (
      #"{"type": "BertNormalizer", "lowercase": false, "handle_chinese_chars": false}"#, "É漢",
      "É漢"
    ),
    (
      #"{"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": " "}, {"type": "ByteLevel"}]}"#,
      "a", "Ġa"
    ),
  ])
  func changesTexts(json: String, text: String, expected: String) throws {
    let normalizer = try Normalizer(field(json))
    let result = normalizer.apply(to: Array(text.unicodeScalars))
    #expect(result == Array(expected.unicodeScalars))
  }

  @Test func namesATypeItDoesNotKnow() throws {
    let field = try field(#"{"type": "Unheard"}"#)
    #expect {
      try Normalizer(field)
    } throws: { error in
      guard case .unsupported(_, "type", "“Unheard”", let supported)? = error as? TokenizerError
      else { return false }
      return supported.contains("NFC")
    }
  }

  @Test func refusesStepsThatWouldBlowUpATextTogether() throws {
    let step = #"{"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaaaa"}"#
    let steps = Array(repeating: step, count: 5).joined(separator: ",")
    let field = try field(#"{"type": "Sequence", "normalizers": [\#(steps)]}"#)
    #expect(throws: TokenizerError.self) { try Normalizer(field) }
  }
}
