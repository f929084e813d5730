internal import JSON
internal import MaskedDiffusion

/// What `tokenizer_config.json` and `special_tokens_map.json` say about a tokenizer.
package struct TokenizerConfiguration: Sendable {
  /// The name of the Python class, such as `DreamTokenizer`.
  package private(set) var className: String?
  /// The added tokens it describes.
  package private(set) var addedTokens: [AddedTokenRule] = []
  /// What is written as `mask_token` and the like, by that name.
  private var contents: [String: String] = [:]

  /// Whether a token is put before every text, and whether texts are written in lower case; `nil`
  /// where nothing is said.
  package private(set) var addsBeginning: Bool?
  package private(set) var isLowercase: Bool?

  private static let purposes = [
    "bos_token", "eos_token", "mask_token", "pad_token", "unk_token",
  ]

  /// Says nothing.
  package init() {}

  /// Says only what tokens with a purpose are written as, by names such as `mask_token`.
  package init(contents: [String: String]) { self.contents = contents }

  /// Reads the two files of `directory`, as far as they exist.
  package init(directory: String) throws(TokenizerError) {
    if let field = try TokenizerFile.document(directory, "special_tokens_map.json") {
      try readContents(field)
    }
    if let field = try TokenizerFile.document(directory, "tokenizer_config.json") {
      try readContents(field)
      className = try field["tokenizer_class"].optionalString()
      if !field["add_bos_token"].isNull {
        addsBeginning = try field["add_bos_token"].boolean(default: false)
      }
      if !field["do_lower_case"].isNull {
        isLowercase = try field["do_lower_case"].boolean(default: true)
      }
      for (key, rule) in try field["added_tokens_decoder"].members() {
        guard let id = TokenID(key), id >= 0 else {
          throw rule.malformed(expected: "a name that is a token identifier")
        }
        addedTokens.append(try AddedTokenRule(rule, id: id))
      }
    }
  }

  /// Returns the rules that `rules`, which come from a better source, lack.
  ///
  /// Transformers adds the tokens of `tokenizer_config.json` to those of `tokenizer.json`. One that
  /// the vocabulary has keeps the identifier it has there.
  ///
  /// - Parameters:
  ///   - rules: The tokens known already.
  ///   - vocabulary: The tokens of the model.
  /// - Returns: The rules that are missing.
  func additions(to rules: [AddedTokenRule], in vocabulary: Vocabulary) -> [AddedTokenRule] {
    var spellings = Set(rules.map { Spelling($0.token.content) })
    var taken = Set(rules.map(\.token.id))
    var additions: [AddedTokenRule] = []
    for rule in addedTokens where spellings.insert(Spelling(rule.token.content)).inserted {
      let content = rule.token.content
      let known = vocabulary.token(spelled: content)
      let isFree = vocabulary.spelling(of: rule.token.id) == nil && !taken.contains(rule.token.id)
      guard let id = known ?? (isFree ? rule.token.id : nil) else { continue }
      taken.insert(id)
      var rule = rule
      rule.token = AddedToken(id: id, content: content, isSpecial: rule.token.isSpecial)
      additions.append(rule)
    }
    // A token with a purpose is found in texts even where nothing says that it is an added one.
    for content in contents.values.sorted() where spellings.insert(Spelling(content)).inserted {
      guard let id = vocabulary.token(spelled: content) else { continue }
      additions.append(AddedTokenRule(AddedToken(id: id, content: content, isSpecial: true)))
    }
    return additions
  }

  /// A token is given as its text, or as an object with its text as `content`.
  private mutating func readContents(_ field: JSONField) throws(TokenizerError) {
    for purpose in Self.purposes {
      let token = field[purpose]
      if case .object = token.value {
        contents[purpose] = try token["content"].string()
      } else if let content = try token.optionalString() {
        contents[purpose] = content
      }
    }
  }

  /// Returns the tokens with a purpose.
  func roles(
    in vocabulary: Vocabulary, addedTokens: [AddedToken], unknownToken: TokenID?
  ) -> TokenRoles {
    func token(_ purpose: String, customary: [String]) -> TokenID? {
      if let content = contents[purpose] { return vocabulary.token(spelled: content) }
      for name in customary {
        if let token = addedTokens.first(where: { $0.content == name }) { return token.id }
      }
      return nil
    }
    var roles = TokenRoles()
    roles.mask = token("mask_token", customary: ["<|mdm_mask|>", "<|mask|>", "[MASK]", "<mask>"])
    roles.endOfText = token("eos_token", customary: ["<|endoftext|>", "</s>"])
    roles.beginningOfText = token(
      "bos_token", customary: ["<|startoftext|>", "<|beginoftext|>", "<s>"])
    roles.padding = token("pad_token", customary: ["<pad>", "[PAD]"])
    roles.unknown = token("unk_token", customary: []) ?? unknownToken
    return roles
  }
}
