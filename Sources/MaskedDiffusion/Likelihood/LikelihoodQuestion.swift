/// A text of which one part, the answer, is scored given the rest.
public struct LikelihoodQuestion: Equatable, Sendable {
  /// The tokens before the answer, possibly none; masks in it stay masks.
  public var prompt: [TokenID]
  /// The tokens to score; at least one, and no mask.
  public var answer: [TokenID]
  /// The tokens after the answer; always visible.
  public var suffix: [TokenID]

  /// Creates a question.
  public init(prompt: [TokenID], answer: [TokenID], suffix: [TokenID] = []) {
    self.prompt = prompt
    self.answer = answer
    self.suffix = suffix
  }

  /// The number of positions of the whole text.
  public var positionCount: Int { prompt.count + answer.count + suffix.count }

  /// Checks that `predictor` can be asked.
  ///
  /// - Throws: ``LikelihoodError``: no answer, a text that is too long, or a token that cannot be
  ///   read or predicted.
  public func check(against predictor: any MaskPredictor) throws(LikelihoodError) {
    guard !answer.isEmpty else { throw .emptyAnswer }
    guard positionCount <= predictor.contextLength else {
      throw .tooLong(positions: positionCount, contextLength: predictor.contextLength)
    }
    for (position, token) in (prompt + answer + suffix).enumerated()
    where !(0..<predictor.embeddingCount).contains(Int(token)) {
      throw .tokenOutOfRange(
        token: token, position: position, embeddingCount: predictor.embeddingCount)
    }
    for (offset, token) in answer.enumerated()
    where token == predictor.maskToken || Int(token) >= predictor.vocabularySize {
      throw .neverPredicted(token: token, offset: offset, maskToken: predictor.maskToken)
    }
  }

  /// The text with the answer's tokens at `offsets` masked; with `hidesPrompt` also every token
  /// around the answer (the unconditional pass of guidance).
  func tokens(masking offsets: [Int], maskToken: TokenID, hidesPrompt: Bool = false) -> [TokenID] {
    var masked = answer
    for offset in offsets { masked[offset] = maskToken }
    guard hidesPrompt else { return prompt + masked + suffix }
    return Array(repeating: maskToken, count: prompt.count) + masked
      + Array(repeating: maskToken, count: suffix.count)
  }
}

/// One partly masked version of an answer, and what it contributes to a likelihood.
public struct AnswerMasking: Equatable, Sendable {
  /// The masked offsets of the answer, ascending.
  public var masked: [Int]
  /// The masked offsets whose tokens are scored, ascending.
  public var scored: [Int]
  /// What the negative log probability of each scored token is multiplied by.
  public var weight: Double

  /// Creates a masking that scores every masked token unless told otherwise.
  public init(masked: [Int], scored: [Int]? = nil, weight: Double) {
    self.masked = masked
    self.scored = scored ?? masked
    self.weight = weight
  }
}
