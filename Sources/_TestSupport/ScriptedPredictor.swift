public import MaskedDiffusion

/// A mask predictor whose logits are a function written in a test.
public struct ScriptedPredictor: MaskPredictor {
  /// The mask token.
  public var maskToken: TokenID
  /// The number of columns of a row of logits.
  public var vocabularySize: Int
  /// The number of tokens that can be read; one more than the columns unless the mask is one.
  public var embeddingCount: Int
  /// The largest number of positions.
  public var contextLength = 4096
  /// The tokens that end a text.
  public var endOfTextTokens: [TokenID]

  private let logits: @Sendable (_ tokens: [TokenID], _ position: Int) -> [Float]

  /// Creates a predictor; `logits` returns one row, of `vocabularySize` values.
  public init(
    vocabularySize: Int, maskToken: TokenID, endOfTextTokens: [TokenID] = [],
    logits: @escaping @Sendable (_ tokens: [TokenID], _ position: Int) -> [Float]
  ) {
    self.vocabularySize = vocabularySize
    self.maskToken = maskToken
    self.endOfTextTokens = endOfTextTokens
    embeddingCount = max(vocabularySize, Int(maskToken) + 1)
    self.logits = logits
  }

  /// It says who attends to whom.
  public var givesAttention: Bool { true }

  /// Calls the function for every wanted position of every row.
  public func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    if request.cancellation?.isRaised == true { throw .cancelled }
    prediction.rows = request.rows.map { row in
      Logits(
        positions: row.wanted, vocabularySize: vocabularySize,
        values: row.wanted.flatMap { logits(row.tokens, $0) })
    }
    // Everybody attends to all alike, and twice as much to the left neighbour.
    prediction.attention = request.rows.map { row in
      guard row.attentionShare != nil else { return nil }
      var map = AttentionMap(count: row.tokens.count)
      for position in row.tokens.indices {
        let sum = Float(row.tokens.count + (position > 0 ? 1 : 0))
        for other in row.tokens.indices { map[position, other] = 1 / sum }
        if position > 0 { map[position, position - 1] = 2 / sum }
      }
      return map
    }
  }
}

extension ScriptedPredictor {
  /// A denoiser of 11 tokens and mask 11 with made-up arithmetic for logits, for which the results
  /// of published samplers are known.
  ///
  /// The whole canvas enters through a hash, so that every unmasked token changes every logit.
  /// With `isShifted`, row i is what row i − 1 would be (Dream's convention).
  public static func hashing(isShifted: Bool = false) -> ScriptedPredictor {
    ScriptedPredictor(vocabularySize: 12, maskToken: 11) { tokens, position in
      let h = tokens.enumerated().reduce(0) { $0 + ($1.offset + 1) * (Int($1.element) + 1) } % 101
      let i = isShifted ? max(0, position - 1) : position
      return (0..<12).map { v in
        let sum = 31 * i + 17 * v + 7 * h + 3 * i * v + 5 * v * v + h * v
        return v == 11 ? -100 : Float(sum % 97) / 8 - 6
      }
    }
  }
}
