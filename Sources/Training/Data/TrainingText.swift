package import MaskedDiffusion
package import Tokenizers

/// A text to learn from.
package struct TrainingText: Equatable, Sendable {
  /// What stands before the text and is read, not learnt; empty for plain texts.
  package var prompt: String
  package var text: String

  package init(_ text: String, prompt: String = "") {
    self.text = text
    self.prompt = prompt
  }
}

extension TrainingText {
  /// The tokens of prompt and text, without what the tokenizer puts before every text: objectives add
  /// what a network begins with.
  ///
  /// - Returns: The tokens, and how many of them are the prompt.
  package func tokens(_ tokenizer: any Tokenizer) -> (tokens: [TokenID], promptLength: Int) {
    let begins = tokenizer.encode("")
    func bare(_ text: String) -> [TokenID] {
      guard !text.isEmpty else { return [] }
      let tokens = tokenizer.encode(text)
      return tokens.starts(with: begins) ? Array(tokens.dropFirst(begins.count)) : tokens
    }
    let prompt = bare(prompt)
    return (prompt + bare(text), prompt.count)
  }
}
