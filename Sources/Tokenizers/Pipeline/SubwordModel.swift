package import MaskedDiffusion

/// The part of a tokenizer that forms tokens inside a piece of text.
package protocol SubwordModel: Sendable {
  /// The tokens that can be formed.
  var vocabulary: Vocabulary { get }

  /// The token for what the vocabulary cannot express, if there is one.
  var unknownToken: TokenID? { get }

  /// Appends the tokens of `piece` to `tokens`.
  func append(_ piece: ArraySlice<Unicode.Scalar>, to tokens: inout [TokenID])
}
