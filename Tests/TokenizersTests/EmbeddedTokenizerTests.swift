import Foundation
import JSON
import MaskedDiffusion
import Testing

@testable import Tokenizers

/// Tokenizers as the metadata of a GGUF file holds them.
@Suite struct EmbeddedTokenizerTests {
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures")

  private func json(_ name: String) throws -> JSONValue {
    try JSONParser.parse(Array(Data(contentsOf: Self.fixtures.appending(path: name))))
  }

  /// The texts of a golden file, and what they are cut into.
  private func goldens(_ name: String) throws -> [(text: String, ids: [TokenID])] {
    let golden = try json("\(name)/golden.json")
    let texts = try #require(golden["texts"]?.elements).compactMap(\.text)
    let ids = try #require(golden["ids"]?.elements).map { ids in
      (ids.elements ?? []).compactMap(\.wholeNumber).map { TokenID($0) }
    }
    try #require(texts.count == ids.count && texts.count > 10)
    return Array(zip(texts, ids))
  }

  /// Every name cuts texts as the package of PyPI does by the expressions it stands for.
  @Test func namesCutTextsAsTheTokenizersTheyStandForDo() throws {
    let file = try json("pretokenizers.json")
    let texts = try #require(file["texts"]?.elements).compactMap(\.text)
    guard case .object(let members)? = file["lengths"] else { throw CancellationError() }
    let names = members.map(\.key)
    #expect(texts.count == 10 && names.count > 20)
    for name in names {
      let style = try EmbeddedPreTokenizer(named: name, path: "m.gguf")
      let preTokenizer = try style.preTokenizer(path: "m.gguf")
      for (index, text) in texts.enumerated() {
        let lengths = file["lengths"]?[name]?.elements?[index].elements?.compactMap(\.wholeNumber)
        let scalars = Array(text.unicodeScalars)
        var rest = scalars[...]
        // After the last step, which cuts nothing, a byte of UTF-8 is a character.
        let expected = try #require(lengths).map { count in
          defer { rest = rest.dropFirst(count) }
          return rest.prefix(count).reduce(0) { $0 + UTF8.width($1) }
        }
        var found: [Int] = []
        preTokenizer.split(scalars[...], opensText: true) { piece, _ in found.append(piece.count) }
        #expect(found == expected, "\(name): \(text.debugDescription)")
      }
    }
  }

  @Test func everyNameHasAPreTokenizer() throws {
    var names: Set<String> = []
    for style in EmbeddedPreTokenizer.all {
      _ = try style.preTokenizer(path: "m.gguf")
      for name in style.names { #expect(names.insert(name).inserted, "\(name)") }
    }
    #expect(names.isSuperset(of: ["tekken", "gpt-4o", "deepseek-llm", "deepseek-v3", "smollm"]))
  }

  @Test func anUnknownNameIsRefusedWithThoseThatAreKnown() {
    let error = #expect(throws: TokenizerError.self) {
      try EmbeddedPreTokenizer(named: "afmoe", path: "m.gguf")
    }
    #expect(error?.description.contains("“afmoe”") == true)
    #expect(error?.description.contains("tekken") == true)
  }

  /// Words have `▁` in front there, and what goes on inside a word has no `##`.
  @Test func wordPiecesAreFoundAsInTheFileTheyCameFrom() throws {
    guard case .object(let vocabulary)? = try json("wordpiece-a/tokenizer.json")["model"]?["vocab"]
    else { throw CancellationError() }
    var embedded = EmbeddedTokenizer(path: "m.gguf", model: "bert")
    for member in vocabulary {
      let spelling = member.key
      let isControl = spelling.hasPrefix("[") && spelling.hasSuffix("]") && spelling.count > 2
      try #require(member.value.wholeNumber == embedded.tokens.count)
      embedded.types.append(isControl ? 3 : 1)
      embedded.tokens.append(
        isControl
          ? spelling
          : spelling.hasPrefix("##") ? String(spelling.dropFirst(2)) : "\u{2581}" + spelling)
    }
    let tokenizer = try embedded.tokenizer()
    for (text, ids) in try goldens("wordpiece-a") {
      #expect(tokenizer.encode(text) == ids, "\(text)")
      let framed = tokenizer.encode(text, addingSpecialTokens: true)
      #expect(framed == [2] + ids + [3], "\(text)")
    }
    #expect(tokenizer.roles.mask == 4)
  }

  @Test func unigramsAreFoundAsInTheModelTheyCameFrom() throws {
    let path = Self.fixtures.appending(path: "sentencepiece-unigram/tokenizer.model")
    let bytes = [UInt8](try Data(contentsOf: path))
    let model = try SentencePieceFile(bytes, path: path.path)
    var embedded = EmbeddedTokenizer(path: "m.gguf", model: "t5")
    embedded.tokens = model.pieces.map(\.text)
    embedded.scores = model.pieces.map(\.score)
    embedded.types = model.pieces.map(\.type.rawValue)
    embedded.addsBlank = model.normalization.addsBlank
    embedded.mergesBlanks = model.normalization.mergesBlanks
    embedded.characterMap = try Self.characterMap(bytes)
    embedded.purposes["eos_token"] = 2
    let tokenizer = try embedded.tokenizer()
    for (text, ids) in try goldens("sentencepiece-unigram") {
      #expect(tokenizer.encode(text) == ids, "\(text)")
      #expect(tokenizer.encode(text, addingSpecialTokens: true) == ids + [2], "\(text)")
    }
    embedded.characterMap = [1, 2, 3]
    #expect(throws: TokenizerError.self) { try embedded.tokenizer() }
  }

  /// The map of characters inside a sentencepiece model: field 2 of its field 3.
  private static func characterMap(_ bytes: [UInt8]) throws -> [UInt8] {
    var reader = ProtocolBufferReader(bytes[...])
    while let field = try reader.next() {
      guard field.number == 3, case .bytes(let normalizer) = field.value else { continue }
      var inner = ProtocolBufferReader(normalizer)
      while let field = try inner.next() {
        if field.number == 2, case .bytes(let map) = field.value { return Array(map) }
      }
    }
    return []
  }
}
