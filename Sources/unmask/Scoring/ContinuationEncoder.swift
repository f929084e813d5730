import Tokenizers
import MaskedDiffusion

/// Cuts a text and what follows it into tokens, so that both together are the tokens of the whole.
struct ContinuationEncoder {
  let tokenizer: any Tokenizer

  /// Returns the tokens of `context` and of `continuation`.
  ///
  /// Blanks at the end of the context go to the continuation, because tokens of words bring their
  /// blank along. The continuation is what the whole has beyond the tokens of the context, as in
  /// lm-evaluation-harness (`_encode_pair`).
  func tokens(of context: String, _ continuation: String) -> LikelihoodQuestion {
    let blanks = context.reversed().prefix { $0.isWhitespace }.count
    let text = String(context.dropLast(blanks))
    let whole = tokenizer.encode(context + continuation)
    // A tokenizer may put a token before every text, also before an empty one.
    let prompt = tokenizer.encode(text)
    return LikelihoodQuestion(
      prompt: Array(whole.prefix(prompt.count)), answer: Array(whole.dropFirst(prompt.count)))
  }
}
