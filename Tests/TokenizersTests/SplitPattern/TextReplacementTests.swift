import Tokenizers
import Testing

@Suite struct TextReplacementTests {
  @Test(arguments: [
    (#"{"pattern": {"String": " "}, "content": "▁"}"#, "a b  c", "a▁b▁▁c"),
    (#"{"pattern": {"String": "th"}, "content": ""}"#, "the path", "e pa"),
    (#"{"pattern": {"String": "a.c"}, "content": "-"}"#, "abc a.c", "abc -"),
    (#"{"pattern": {"Regex": "\\s+"}, "content": " "}"#, "a\n\n b", "a b"),
  ])
  func replacesEveryMatch(json: String, text: String, expected: String) throws {
    let replacement = try TextReplacement(field(json))
    let result = replacement.apply(to: Array(text.unicodeScalars))
    #expect(result == Array(expected.unicodeScalars))
  }

  @Test(arguments: [
    #"{"content": "x"}"#, #"{"pattern": "a", "content": "x"}"#,
    #"{"pattern": {"Regex": "("}, "content": "x"}"#, #"{"pattern": {"String": "a"}}"#,
  ])
  func refusesOtherDescriptions(json: String) throws {
    let field = try field(json)
    #expect(throws: TokenizerError.self) { try TextReplacement(field) }
  }

  @Test func refusesContentThatWouldBlowUpTexts() throws {
    let content = String(repeating: "x", count: 65)
    let field = try field(#"{"pattern": {"String": "a"}, "content": "\#(content)"}"#)
    #expect(throws: TokenizerError.self) { try TextReplacement(field) }
  }
}
