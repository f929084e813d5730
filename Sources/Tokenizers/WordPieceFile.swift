internal import JSON
internal import MaskedDiffusion

/// WordPiece tokenizers published as `vocab.txt`, a token a line, as the original BERT is.
enum WordPieceFile {
  /// Returns the tokenizer whose files are in `directory`.
  static func load(_ directory: String) throws(TokenizerError) -> any Tokenizer {
    let configuration = try TokenizerConfiguration(directory: directory)
    let path = TokenizerFile.path(directory, "vocab.txt")
    let text = try TokenizerFile.text(path)
    var vocabulary = Vocabulary(path: path, capacity: text.utf8.count / 8)
    var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    for (id, line) in lines.enumerated() {
      let spelling = String(Substring(line.last == 0x0D ? line.dropLast() : line))
      if vocabulary.token(spelled: spelling) == nil { try vocabulary.insert(spelling, as: id) }
    }
    let before = vocabulary.token(spelled: "[CLS]"), after = vocabulary.token(spelled: "[SEP]")
    return try tokenizer(
      vocabulary, configuration, isLowercase: true, path: path,
      addedTokens: specialTokens(in: vocabulary),
      frame: SpecialTokenFrame(
        before: before.map { [$0] } ?? [], after: after.map { [$0] } ?? []))
  }

  /// The tokens of BERT that stand for no text.
  static func specialTokens(in vocabulary: Vocabulary) -> [AddedTokenRule] {
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].compactMap { name in
      vocabulary.token(spelled: name).map {
        AddedTokenRule(AddedToken(id: $0, content: name, isSpecial: true))
      }
    }
  }

  /// Returns a tokenizer that does to texts what BERT does.
  static func tokenizer(
    _ vocabulary: Vocabulary, _ configuration: TokenizerConfiguration, isLowercase: Bool,
    path: String, addedTokens: [AddedTokenRule], frame: SpecialTokenFrame
  ) throws(TokenizerError) -> any Tokenizer {
    var normalization = BertNormalization()
    normalization.isLowercase = configuration.isLowercase ?? isLowercase
    normalization.stripsAccents = normalization.isLowercase
    let field = JSONField(path: path, value: .null)
    return try SubwordTokenizer(
      SubwordTokenizer.Parts(
        model: WordPiece(
          vocabulary: vocabulary, unknownToken: vocabulary.token(spelled: "[UNK]")),
        normalizer: .bert(normalization), preTokenizer: try .bert(for: field),
        decoder: .wordPiece(prefix: "##", cleansUp: true), frame: frame,
        addedTokens: addedTokens),
      configuration: configuration)
  }
}
