/// The kinds of tokenizers that can be read.
///
/// A new way to form tokens is a type that conforms to `SubwordModel` and one line in `models`; a
/// new set of files is one line in ``layouts``.
public enum TokenizerRegistry {
  /// A set of files a tokenizer is published as.
  public struct Layout: Sendable {
    /// What the layout is called in messages.
    public let name: String
    /// The files that must be there.
    public let files: [String]
    /// Reads the files of a directory.
    let load: @Sendable (_ directory: String) throws(TokenizerError) -> any Tokenizer
  }

  /// The layouts, the preferred one first.
  public static let layouts = [
    Layout(name: "tokenizer.json", files: ["tokenizer.json"]) {
      directory throws(TokenizerError) in
      try TokenizerFile.load(
        document: TokenizerFile.path(directory, "tokenizer.json"),
        configuration: TokenizerConfiguration(directory: directory))
    },
    Layout(
      name: "vocab.json and merges.txt", files: ["vocab.json", "merges.txt"],
      load: VocabularyAndMerges.load),
    Layout(name: "tokenizer.model", files: ["tokenizer.model"]) {
      directory throws(TokenizerError) in
      try TokenizerFile.load(
        sentencePiece: TokenizerFile.path(directory, "tokenizer.model"),
        configuration: TokenizerConfiguration(directory: directory))
    },
    Layout(name: "vocab.txt", files: ["vocab.txt"]) { directory throws(TokenizerError) in
      try WordPieceFile.load(directory)
    },
  ]

  /// A way to form tokens, as `model.type` of `tokenizer.json` names it.
  struct Model: Sendable {
    let name: String
    let make: @Sendable (_ field: JSONField) throws(TokenizerError) -> any SubwordModel
  }

  /// The models.
  static let models = [
    Model(name: "BPE") { field throws(TokenizerError) in try BytePairEncoding(field) },
    Model(name: "WordPiece") { field throws(TokenizerError) in try WordPiece(field) },
    Model(name: "WordLevel") { field throws(TokenizerError) in try WordLevel(field) },
    Model(name: "Unigram") { field throws(TokenizerError) in try Unigram(field) },
  ]

  /// Reads the `model` of a tokenizer file; old files do not say which it is.
  static func model(_ field: JSONField) throws(TokenizerError) -> any SubwordModel {
    let type = field["type"]
    let name: String
    if !type.isNull {
      name = try type.string()
    } else if !field["merges"].isNull {
      name = "BPE"
    } else if !field["continuing_subword_prefix"].isNull {
      name = "WordPiece"
    } else if case .array = field["vocab"].value {
      name = "Unigram"
    } else {
      name = try type.string()
    }
    guard let model = models.first(where: { $0.name == name }) else {
      throw type.unsupported(models.map(\.name))
    }
    return try model.make(field)
  }
}
