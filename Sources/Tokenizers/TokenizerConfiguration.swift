internal import MaskedDiffusion

/// What `tokenizer_config.json` and `special_tokens_map.json` say about a tokenizer.
package struct TokenizerConfiguration: Sendable {
  /// The name of the Python class, such as `DreamTokenizer`.
  package private(set) var className: String?
  /// The added tokens it describes.
  package private(set) var addedTokens: [AddedTokenRule] = []
  /// What is written as `mask_token` and the like, by that name.
  private var contents: [String: String] = [:]

  private static let purposes = [
    "bos_token", "eos_token", "mask_token", "pad_token", "unk_token",
  ]

  /// Says nothing.
  package init() {}

  /// Reads the two files of `directory`, as far as they exist.
  package init(directory: String) throws(TokenizerError) {
    if let field = try TokenizerFile.document(directory, "special_tokens_map.json") {
      try readContents(field)
    }
    if let field = try TokenizerFile.document(directory, "tokenizer_config.json") {
      try readContents(field)
      className = try field["tokenizer_class"].optionalString()
      for (key, rule) in try field["added_tokens_decoder"].members() {
        guard let id = TokenID(key), id >= 0 else {
          throw rule.malformed(expected: "a name that is a token identifier")
        }
        addedTokens.append(try AddedTokenRule(rule, id: id))
      }
    }
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
