/// Why a likelihood was not estimated.
public enum LikelihoodError: Error, Equatable, Sendable {
  /// There is no token to score.
  case emptyAnswer
  /// Prompt and answer take more positions than the predictor can read.
  case tooLong(positions: Int, contextLength: Int)
  /// A token is not a row of the embedding matrix.
  case tokenOutOfRange(token: TokenID, position: Int, embeddingCount: Int)
  /// A token of the answer is the mask, or has no logit.
  case neverPredicted(token: TokenID, offset: Int, maskToken: TokenID)
  /// The answer has too many partly masked versions to try them all.
  case tooLongToEnumerate(length: Int, longest: Int)
  /// Estimators need at least one sample.
  case sampleCount(Int)
  /// A model that writes from left to right was asked for the first token of a text.
  case nothingBefore
  /// A model that writes from left to right was asked with the prompt masked.
  case unguidable
  /// The mask predictor did not answer.
  case prediction(PredictionError)
}

extension LikelihoodError: CustomStringConvertible {
  /// One sentence: what was found and what was expected.
  public var description: String {
    switch self {
    case .emptyAnswer: "the answer is empty, expected at least one token"
    case .tooLong(let positions, let contextLength):
      "prompt and answer take \(positions) positions, expected at most \(contextLength)"
    case .tokenOutOfRange(let token, let position, let count):
      "token \(token) at position \(position) is outside the embedding, expected 0...\(count - 1)"
    case .neverPredicted(let token, let offset, let maskToken):
      token == maskToken
        ? "token \(token) at position \(offset) of the answer is the mask, expected a token to score"
        : "token \(token) at position \(offset) of the answer has no logit: the model reads it but "
          + "never predicts it"
    case .tooLongToEnumerate(let length, let longest):
      "the answer has \(length) tokens, expected at most \(longest) to try every way to mask them"
    case .sampleCount(let count): "samples is \(count), expected 1 or more"
    case .nothingBefore:
      "the prompt is empty, expected at least one token: a model that writes from left to right "
        + "predicts each token from those before it"
    case .unguidable:
      "the model writes from left to right and has no mask to hide the prompt with, expected guidance 0"
    case .prediction(let error): error.description
    }
  }

  /// What to do about it, where that is known.
  public var hint: String? {
    switch self {
    case .tooLongToEnumerate: "estimate it: --estimator exact-count or monte-carlo"
    case .tooLong: "shorten the prompt"
    case .prediction(let error): error.hint
    case .emptyAnswer, .tokenOutOfRange, .neverPredicted, .sampleCount, .nothingBefore, .unguidable:
      nil
    }
  }
}
