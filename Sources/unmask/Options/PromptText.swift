package import Tokenizers
package import MaskedDiffusion

/// The words of a user as tokens, in which special tokens may be spelled without being meant.
package struct PromptText {
  private let tokenizer: any Tokenizer
  private let maskToken: TokenID
  private let isLiteral: Bool
  private let specials: [(scalars: [Unicode.Scalar], token: TokenID)]

  /// Prepares to read texts for a model.
  ///
  /// - Parameters:
  ///   - tokenizer: The translation.
  ///   - maskToken: The mask token, whose spelling is always text.
  ///   - isLiteral: Whether the spellings of all other special tokens are text too. Else a
  ///     backslash before one makes it text.
  package init(tokenizer: any Tokenizer, maskToken: TokenID, isLiteral: Bool) {
    self.tokenizer = tokenizer
    self.maskToken = maskToken
    self.isLiteral = isLiteral
    // Where the mask token is called `[MASK]`, the escape of holes has already been read.
    specials = tokenizer.addedTokens
      .filter { $0.isSpecial && !$0.content.isEmpty && $0.content != "[MASK]" }
      .map { (Array($0.content.unicodeScalars), $0.id) }
      .sorted { $0.scalars.count > $1.scalars.count }
  }

  /// Returns the tokens of `text`, with none added around it.
  package func tokens(of text: String) -> [TokenID] {
    if isLiteral { return tokenizer.encode(text, literal: .all) }
    let (unescaped, places) = unescaped(text)
    return tokenizer.encode(
      unescaped, literal: LiteralSpellings(tokens: [maskToken], places: places))
  }

  /// Leaves out the backslashes that make text of special tokens, and says where those stand.
  private func unescaped(_ text: String) -> (text: String, places: [Int: TokenID]) {
    guard text.utf8.contains(UInt8(ascii: "\\")), !specials.isEmpty else { return (text, [:]) }
    var rest = Array(text.unicodeScalars)[...]
    var result: [Unicode.Scalar] = []
    var places: [Int: TokenID] = [:]
    while let scalar = rest.first {
      let backslashes = rest.prefix { $0 == "\\" }
      guard !backslashes.isEmpty else {
        result.append(scalar)
        rest.removeFirst()
        continue
      }
      rest.removeFirst(backslashes.count)
      guard let special = specials.first(where: { rest.starts(with: $0.scalars) }) else {
        result += backslashes
        continue
      }
      result += backslashes.prefix(backslashes.count / 2)
      guard backslashes.count % 2 == 1 else { continue }
      places[result.count] = special.token
      result += special.scalars
      rest.removeFirst(special.scalars.count)
    }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: result)
    return (String(view), places)
  }
}
