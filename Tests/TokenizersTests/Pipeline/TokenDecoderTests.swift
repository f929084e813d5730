import Tokenizers
import Testing

/// The expected texts were computed with the package tokenizers 0.22.1.
@Suite struct TokenDecoderTests {
  @Test(arguments: [
    ("null", ["a", "b"], "a b"),
    (#"{"type": "ByteLevel"}"#, ["Ġa", "b c", "Ã"], " ab c\u{FFFD}"),
    (#"{"type": "ByteLevel"}"#, ["â", "Ĥ¬", "â"], "€\u{FFFD}"),
    (#"{"type": "ByteFallback"}"#, ["<0xE2>", "<0x82>", "a", "<0x0a>"], "\u{FFFD}\u{FFFD}a\n"),
    (#"{"type": "ByteFallback"}"#, ["<0xC3>", "<0xA9>", "<0x1>"], "é<0x1>"),
    (#"{"type": "Fuse"}"#, ["a", "b"], "ab"),
    (#"{"type": "Replace", "pattern": {"Regex": "a+"}, "content": "b"}"#, ["caat", "aa"], "cbtb"),
    (#"{"type": "Strip", "content": " ", "start": 1, "stop": 2}"#, ["  a   ", " "], " a "),
    (#"{"type": "Metaspace"}"#, ["▁▁a▁", "▁b"], "a b"),
    (
      #"{"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}"#,
      [" a", " b"], "a b"
    ),
  ])
  func decodes(json: String, spellings: [String], expected: String) throws {
    #expect(try TokenDecoder(field(json)).text(of: spellings).bytes == expected.bytes)
  }

  @Test(
    arguments: [
      (#"{"type": "ByteLevel"}"#, "Ã", [0xC3]),
      (#"{"type": "ByteFallback"}"#, "<0xC3>", [0xC3]),
      (#"{"type": "ByteFallback"}"#, "<0xG3>", Array("<0xG3>".utf8)),
      (#"{"type": "Metaspace"}"#, "▁a", [0x20, 0x61]),
      (
        #"{"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}"#,
        "▁a", [0x20, 0x61]
      ),
    ] as [(String, String, [UInt8])])
  func knowsTheBytesOfOneToken(json: String, spelling: String, bytes: [UInt8]) throws {
    #expect(try TokenDecoder(field(json)).bytes(of: spelling) == bytes)
  }

  @Test(arguments: [
    #"{"type": "CTC"}"#, "{}", #"{"type": "Strip"}"#, #"{"type": "Strip", "content": "ab"}"#,
    #"{"type": "Strip", "content": " ", "start": -1}"#,
  ])
  func refusesOtherDescriptions(json: String) throws {
    let field = try field(json)
    #expect(throws: TokenizerError.self) { try TokenDecoder(field) }
  }
}
