internal import JSON
internal import MaskedDiffusion

/// Byte-level tokenizers published as `vocab.json`, `merges.txt` and `added_tokens.json`.
///
/// How text is cut is not in the files; it follows from the name of the Python class in
/// `tokenizer_config.json`.
enum VocabularyAndMerges {
  /// What a class does before the merges.
  private struct Style {
    let className: String
    let composes: Bool
    let expression: String
  }

  /// Dream's comes first: its files are the only published ones without `tokenizer.json`.
  private static let styles = [
    Style(className: "DreamTokenizer", composes: true, expression: PreTokenizer.qwen2Expression),
    Style(className: "Qwen2Tokenizer", composes: true, expression: PreTokenizer.qwen2Expression),
    Style(className: "GPT2Tokenizer", composes: false, expression: PreTokenizer.gpt2Expression),
  ]

  /// Returns the tokenizer whose files are in `directory`.
  static func load(_ directory: String) throws(TokenizerError) -> any Tokenizer {
    let configuration = try TokenizerConfiguration(directory: directory)
    let style = try style(of: configuration, directory: directory)
    guard let vocabularyField = try TokenizerFile.document(directory, "vocab.json") else {
      throw .notFound(path: directory, found: [])
    }
    let vocabulary = try Vocabulary(vocabularyField)
    let path = TokenizerFile.path(directory, "merges.txt")
    let merges = try MergeList(text: try TokenizerFile.text(path), path: path)
    let pattern = try SplitPattern(style.expression, for: vocabularyField)
    return try SubwordTokenizer(
      SubwordTokenizer.Parts(
        model: BytePairEncoding(vocabulary: vocabulary, merges: merges.table(for: vocabulary)),
        normalizer: style.composes ? .canonicalComposition : .sequence([]),
        preTokenizer: .byteLevel(addsSpace: false, pattern: pattern),
        decoder: .byteLevel, frame: SpecialTokenFrame(),
        addedTokens: addedTokens(configuration, directory: directory)),
      configuration: configuration)
  }

  private static func style(
    of configuration: TokenizerConfiguration, directory: String
  ) throws(TokenizerError) -> Style {
    guard let name = configuration.className else { return styles[0] }
    // A fast tokenizer is the same one, implemented elsewhere.
    let plain = name.hasSuffix("Fast") ? String(name.dropLast(4)) : name
    guard let style = styles.first(where: { $0.className == plain }) else {
      throw .unsupported(
        path: TokenizerFile.path(directory, "tokenizer_config.json"), field: "tokenizer_class",
        found: "“\(name.shortened)”", supported: styles.map(\.className))
    }
    return style
  }

  /// Returns the tokens of `added_tokens_decoder`, then those only `added_tokens.json` has.
  ///
  /// These tokenizers normalize the whole text before they look for added tokens.
  private static func addedTokens(
    _ configuration: TokenizerConfiguration, directory: String
  ) throws(TokenizerError) -> [AddedTokenRule] {
    var rules = configuration.addedTokens
    if let field = try TokenizerFile.document(directory, "added_tokens.json") {
      for (content, id) in try field.members() {
        let token = AddedToken(id: try id.token(), content: content, isSpecial: true)
        let isKnown = rules.contains { Spelling($0.token.content) == Spelling(content) }
        if !isKnown { rules.append(AddedTokenRule(token)) }
      }
    }
    for index in rules.indices { rules[index].isNormalized = true }
    return rules
  }
}
