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
  ]

  /// A way to form tokens, as `model.type` of `tokenizer.json` names it.
  struct Model: Sendable {
    let name: String
    let make: @Sendable (_ field: JSONField) throws(TokenizerError) -> any SubwordModel
  }

  /// The models.
  static let models = [
    Model(name: "BPE") { field throws(TokenizerError) in try BytePairEncoding(field) }
  ]

  /// Reads the `model` of a tokenizer file; old files with merges do not say that it is BPE.
  static func model(_ field: JSONField) throws(TokenizerError) -> any SubwordModel {
    let type = field["type"]
    let name = type.isNull && !field["merges"].isNull ? "BPE" : try type.string()
    guard let model = models.first(where: { $0.name == name }) else {
      throw type.unsupported(models.map(\.name))
    }
    return try model.make(field)
  }
}
