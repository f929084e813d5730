import Foundation
import JSON
import MaskedDiffusion
import Testing
import Tokenizers

/// Tokenizers of every kind that are published, against what the packages that made them say.
@Suite struct PublishedKindsTests {
  @Test(arguments: ["wordpiece-a", "unigram-a", "sentencepiece-bpe", "sentencepiece-unigram"])
  func cutsTextsAsThePackageDoesThatMadeIt(_ name: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/\(name)")
    let tokenizer = try TokenizerFile.load(folder.path)
    let golden = try JSONParser.parse(
      Array(Data(contentsOf: folder.appending(path: "golden.json"))))
    let texts = try #require(golden["texts"]?.elements).compactMap(\.text)
    let ids = try #require(golden["ids"]?.elements)
    #expect(texts.count == ids.count && texts.count > 10)
    for (text, expected) in zip(texts, ids) {
      let expected = expected.elements?.compactMap(\.wholeNumber).map { TokenID($0) }
      #expect(tokenizer.encode(text) == expected, "\(text)")
    }
  }

  @Test func damagedModelsAreRefused() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/sentencepiece-unigram/tokenizer.model")
    let bytes = [UInt8](try Data(contentsOf: path))
    var random = SystemRandomNumberGenerator()
    for length in stride(from: 0, to: bytes.count, by: 997) {
      var damaged = Array(bytes[..<length])
      for _ in 0..<3 where !damaged.isEmpty {
        damaged[Int.random(in: damaged.indices, using: &random)] = .random(in: 0...255)
      }
      // Whatever it is, it ends with a tokenizer or an error.
      let file = try? SentencePieceFile(damaged, path: "m")
      _ = try? file?.tokenizer(TokenizerConfiguration()).encode("The fox played. ﬁ")
    }
    #expect(throws: TokenizerError.self) { try SentencePieceFile([0xFF, 0xFF], path: "m") }
    #expect(throws: TokenizerError.self) { try SentencePieceFile([], path: "m") }
  }

  @Test(arguments: [
    (#"\w+"#, "né_1 ²-", ["né_1", "²"]),
    (#"\d{1,3}(?=(?:\d{3})*\b)"#, "1234567", ["1", "234", "567"]),
    (#"\p{Han}+"#, "漢字かな", ["漢字"]), (#"(?<=\p{L})\p{N}"#, "a1 2b3", ["1", "3"]),
    (#"(?<!a|bc)x"#, "axbcxdx", ["x"]), (#"[\p{L}&&[^\p{Lu}]]+"#, "aBcd", ["a", "cd"]),
    ("[[:alpha:]]+|[[:^space:][:punct:]]", "a1!", ["a", "1", "!"]), (#"\Bb"#, "b ab", ["b"]),
    (#"\p{Cyrillic}+|\p{Lowercase_Letter}+"#, "ПривеTab", ["Приве", "ab"]),
    (#"\h+"#, "xFFz", ["FF"]),
  ])
  func patternsMeanWhatOnigurumaMeansByThem(
    _ expression: String, text: String, expected: [String]
  ) throws {
    let scalars = Array(text.unicodeScalars)
    let matches = try SplitPattern(expression).matches(in: scalars[...])
    #expect(
      matches.map { range in
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view)
      } == expected)
  }
}
