import Tokenizers
import Testing

@Suite struct TokenizerGoldenTests {
  static let names = [
    "bytelevel-llada-a", "bytelevel-qwen-a", "closed-world", "dream-slow-a", "sentencepiece-a",
  ]

  @Test(arguments: names) func encodesAsThePublishedCodeDoes(name: String) throws {
    let fixture = TokenizerFixture(name)
    let tokenizer = try fixture.tokenizer()
    let golden = try fixture.golden()
    #expect(golden.encode.count > 200)
    for encoding in golden.encode {
      let text = encoding.text
      let tokens = tokenizer.encode(text)
      #expect(tokens == encoding.ids, "\(text.debugDescription)")
      let framed = tokenizer.encode(text, addingSpecialTokens: true)
      #expect(framed == encoding.idsWithSpecial ?? encoding.ids, "\(text.debugDescription)")
      if let spellings = encoding.tokens {
        #expect(tokens.map { tokenizer.spelling(of: $0) } == spellings)
      }
    }
  }

  @Test(arguments: names) func decodesAsThePublishedCodeDoes(name: String) throws {
    let fixture = TokenizerFixture(name)
    let tokenizer = try fixture.tokenizer()
    let golden = try fixture.golden()
    for encoding in golden.encode {
      let text = tokenizer.decode(encoding.ids)
      #expect(text.bytes == encoding.decoded.bytes, "\(encoding.ids)")
      let plain = tokenizer.decode(encoding.ids, skippingSpecialTokens: true)
      #expect(plain.bytes == encoding.decodedSkipSpecial.bytes, "\(encoding.ids)")
    }
    for decoding in golden.decode ?? [] {
      #expect(tokenizer.decode(decoding.ids).bytes == decoding.decoded.bytes, "\(decoding.ids)")
      let plain = tokenizer.decode(decoding.ids, skippingSpecialTokens: true)
      #expect(plain.bytes == decoding.decodedSkipSpecial?.bytes, "\(decoding.ids)")
    }
  }

  @Test(arguments: names.filter { $0 != "closed-world" })
  func replacesBrokenUTF8AsThePublishedCodeDoes(name: String) throws {
    let fixture = TokenizerFixture(name)
    let tokenizer = try fixture.tokenizer()
    for decoding in try #require(try fixture.golden().decodeBytes) {
      #expect(tokenizer.decode(decoding.ids).bytes == decoding.decoded.bytes, "\(decoding.ids)")
      let digits = decoding.ids.flatMap { tokenizer.bytes(of: $0) ?? [] }.map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
      #expect(digits.joined() == decoding.bytes)
    }
  }

  @Test func metaspaceVariantDiffersWhereThePublishedCodeDoes() throws {
    let fixture = TokenizerFixture("sentencepiece-a")
    let tokenizer = try fixture.tokenizer("tokenizer-metaspace.json")
    for encoding in try fixture.golden().encode {
      let ids = encoding.metaspaceIds ?? encoding.ids
      #expect(tokenizer.encode(encoding.text) == ids, "\(encoding.text.debugDescription)")
      let decoded = encoding.metaspaceDecoded ?? encoding.decoded
      #expect(tokenizer.decode(ids).bytes == decoded.bytes, "\(ids)")
    }
  }

  @Test(arguments: ["llada-chat", "qwen3-chat", "dream-chat"])
  func findsSpecialTokensInsideChats(name: String) throws {
    let fixture = TokenizerFixture(name)
    let tokenizer = try fixture.tokenizer()
    let chats = try fixture.chats()
    #expect(!chats.isEmpty)
    for chat in chats {
      #expect(tokenizer.encode(chat.rendered) == chat.ids, "\(chat.rendered.debugDescription)")
    }
  }
}
