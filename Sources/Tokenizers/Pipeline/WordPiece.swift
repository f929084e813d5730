internal import JSON
package import MaskedDiffusion

/// WordPiece: the longest token that a word begins with, then the longest that goes on from there.
///
/// Schuster and Nakajima, “Japanese and Korean Voice Search”, 2012; as in BERT, a word that cannot
/// be covered is one unknown token.
package struct WordPiece: SubwordModel {
  package let vocabulary: Vocabulary
  package let unknownToken: TokenID?
  private let trie: ByteTrie
  /// The spelling in front of a token that goes on inside a word.
  private let prefix: [UInt8]
  /// Longer words are unknown.
  private let greatestWordLength: Int

  /// Reads the `model` of a tokenizer file.
  package init(_ field: JSONField) throws(TokenizerError) {
    let vocabulary = try Vocabulary(field["vocab"])
    let name = try field["unk_token"].optionalString() ?? "[UNK]"
    self.init(
      vocabulary: vocabulary, unknownToken: vocabulary.token(spelled: name),
      prefix: try field["continuing_subword_prefix"].optionalString() ?? "##",
      greatestWordLength: try field["max_input_chars_per_word"].count(default: 100))
  }

  /// Creates a model.
  package init(
    vocabulary: Vocabulary, unknownToken: TokenID?, prefix: String = "##",
    greatestWordLength: Int = 100
  ) {
    self.vocabulary = vocabulary
    self.unknownToken = unknownToken
    self.prefix = Array(prefix.utf8)
    self.greatestWordLength = greatestWordLength
    trie = ByteTrie(vocabulary)
  }

  package func append(_ piece: ArraySlice<Unicode.Scalar>, to tokens: inout [TokenID]) {
    let start = tokens.count
    guard piece.count <= greatestWordLength, appendPieces(of: piece, to: &tokens) else {
      tokens.removeLast(tokens.count - start)
      if let unknownToken { tokens.append(unknownToken) }
      return
    }
  }

  private func appendPieces(
    of piece: ArraySlice<Unicode.Scalar>, to tokens: inout [TokenID]
  ) -> Bool {
    let bytes = piece.flatMap { Array($0.utf8) }
    var position = 0
    while position < bytes.count {
      // A token never ends inside a character, because tokens are whole characters.
      let node = position == 0 ? ByteTrie.root : trie.node(after: prefix)
      guard let node, let match = trie.longestMatch(in: bytes[position...], from: node),
        match.length > 0
      else { return false }
      tokens.append(match.token)
      position += match.length
    }
    return true
  }
}

/// A vocabulary of whole words.
package struct WordLevel: SubwordModel {
  package let vocabulary: Vocabulary
  package let unknownToken: TokenID?

  /// Reads the `model` of a tokenizer file.
  package init(_ field: JSONField) throws(TokenizerError) {
    vocabulary = try Vocabulary(field["vocab"])
    unknownToken = vocabulary.token(
      spelled: try field["unk_token"].optionalString() ?? "<unk>")
  }

  package func append(_ piece: ArraySlice<Unicode.Scalar>, to tokens: inout [TokenID]) {
    if let token = vocabulary.token(spelled: String(piece)) ?? unknownToken { tokens.append(token) }
  }
}
