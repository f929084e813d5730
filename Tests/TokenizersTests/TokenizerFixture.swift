import Foundation
import Tokenizers
import MaskedDiffusion

/// A folder of tokenizer files and what the published code makes of texts and tokens with them.
struct TokenizerFixture {
  /// The folder all tokenizer fixtures are in.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

  let directory: URL

  init(_ name: String) { directory = Self.root.appending(path: name) }

  /// The path of a file of the fixture.
  func path(_ file: String) -> String {
    directory.appending(path: file).path(percentEncoded: false)
  }

  /// The tokenizer of the whole folder, or of one file in it.
  func tokenizer(_ file: String? = nil) throws -> any Tokenizer {
    try TokenizerFile.load(file.map(path) ?? directory.path(percentEncoded: false))
  }

  /// The bytes of a file of the fixture.
  func bytes(_ file: String) throws -> [UInt8] {
    Array(try Data(contentsOf: directory.appending(path: file)))
  }

  /// What the published code gives.
  func golden() throws -> GoldenTokenization {
    try JSONDecoder().decode(GoldenTokenization.self, from: Data(try bytes("golden.json")))
  }

  /// The chats of the fixture as text and as tokens.
  func chats() throws -> [GoldenChats.Case] {
    try JSONDecoder().decode(GoldenChats.self, from: Data(try bytes("chat_golden.json"))).cases
  }
}

/// The content of a fixture's `golden.json`.
struct GoldenTokenization: Decodable {
  struct Encoding: Decodable {
    let text: String
    let ids: [TokenID]
    let tokens: [String]?
    let decoded: String
    let decodedSkipSpecial: String
    let idsWithSpecial: [TokenID]?
    let metaspaceIds: [TokenID]?
    let metaspaceDecoded: String?

    enum CodingKeys: String, CodingKey {
      case text, ids, tokens, decoded
      case decodedSkipSpecial = "decoded_skip_special"
      case idsWithSpecial = "ids_with_special"
      case metaspaceIds = "metaspace_ids"
      case metaspaceDecoded = "metaspace_decoded"
    }
  }

  struct Decoding: Decodable {
    let ids: [TokenID]
    let decoded: String
    let decodedSkipSpecial: String?
    /// The bytes the tokens stand for, in hexadecimal digits.
    let bytes: String?

    enum CodingKeys: String, CodingKey {
      case ids, decoded, bytes
      case decodedSkipSpecial = "decoded_skip_special"
    }
  }

  let encode: [Encoding]
  let decode: [Decoding]?
  let decodeBytes: [Decoding]?

  enum CodingKeys: String, CodingKey {
    case encode, decode
    case decodeBytes = "decode_bytes"
  }
}

/// The content of a fixture's `chat_golden.json`.
struct GoldenChats: Decodable {
  struct Case: Decodable {
    let rendered: String
    let ids: [TokenID]
  }

  let cases: [Case]
}

extension String {
  /// The bytes of the string; strings themselves compare up to canonical equivalence.
  var bytes: [UInt8] { Array(utf8) }
}
