import Foundation
import MaskedDiffusion
import Testing
import Tokenizers
import Training

@Suite("Training of tokenizers")
struct TokenizerTrainingTests {
  private struct Known: Decodable {
    struct Encoding: Decodable {
      var text: String
      var tokens: [TokenID]
    }
    var texts: [String]
    var vocabulary: [String]
    var merges: [[String]]
    var encodings: [Encoding]
  }

  private static func known() throws -> Known {
    try JSONDecoder().decode(
      Known.self, from: Data(contentsOf: Reference.folder.appending(path: "tokenizer.json")))
  }

  @Test func bytePairsAreThoseOfTheTokenizersPackage() throws {
    let known = try Self.known()
    let document = try TokenizerDocument(
      bytePairsOf: known.texts, vocabularySize: known.vocabulary.count)
    #expect(document.vocabulary == known.vocabulary)
    #expect(document.merges.map { [$0.left, $0.right] } == known.merges)
    let tokenizer = try document.tokenizer()
    for encoding in known.encodings {
      #expect(tokenizer.encode(encoding.text) == encoding.tokens)
      #expect(tokenizer.decode(encoding.tokens) == encoding.text)
    }
    #expect(tokenizer.roles.endOfText == 0)
  }

  @Test func aWordIsOneTokenAndTheRestIsSpelled() throws {
    let document = try TokenizerDocument(
      wordsOf: ["a red fox", "a red kite", "the red fox"], vocabularySize: 260)
    #expect(document.vocabulary.count == 260)
    #expect(document.vocabulary.suffix(3) == ["Ġred", "Ġfox", "the"])
    let tokenizer = try document.tokenizer()
    #expect(tokenizer.encode(" red fox") == [257, 258])
    let spelled = tokenizer.encode(" ox é")
    #expect(spelled.count == 6 && spelled.allSatisfy { $0 < 257 })
    #expect(tokenizer.decode(spelled) == " ox é")
  }
}
