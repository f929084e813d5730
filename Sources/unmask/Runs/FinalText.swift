package import Tokenizers
package import MaskedDiffusion

/// The text of a canvas: prompt, answer up to its end, suffix.
package struct FinalText {
  /// The positions that belong to the text, ascending.
  package let positions: [Int]
  private let tokens: [TokenID]
  private let maskToken: TokenID

  /// Finds the text in a canvas.
  ///
  /// - Parameters:
  ///   - tokens: The canvas; shape `[positions]`.
  ///   - header: What the run was started with; says what an end-of-text token means.
  package init(tokens: [TokenID], header: TraceHeader) {
    self.tokens = tokens
    maskToken = header.maskToken
    let given = header.canvas
    var kept = Array(tokens.indices)
    if [.stop, .last].contains(header.settings.endOfText),
      let end = header.answer.first(where: {
        given[$0] == header.maskToken && header.endOfTextTokens.contains(tokens[$0])
      })
    {
      kept.removeSubrange(end..<header.answer.upperBound)
    }
    positions = kept
  }

  /// Returns the text; positions that are still masked are written `[MASK]`, as prompts write them.
  ///
  /// Special tokens are part of it. Tokens between masks are decoded together, because a character
  /// may be spread over several.
  package func text(_ tokenizer: any Tokenizer) -> String {
    positions.map { tokens[$0] }
      .split(separator: maskToken, omittingEmptySubsequences: false)
      .map { tokenizer.decode(Array($0)) }
      .joined(separator: "[MASK]")
  }
}
