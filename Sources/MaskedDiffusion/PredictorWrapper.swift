/// A predictor that asks another one, and is like it in all that it does not say itself.
///
/// What is asked differently, `predict(_:into:)` and where it matters the cache and the log
/// probabilities, each wrapper writes down.
package protocol PredictorWrapper: MaskPredictor {
  /// The predictor that is asked.
  var model: any MaskPredictor { get }
}

extension PredictorWrapper {
  package var maskToken: TokenID { model.maskToken }
  package var vocabularySize: Int { model.vocabularySize }
  package var embeddingCount: Int { model.embeddingCount }
  package var contextLength: Int { model.contextLength }
  package var endOfTextTokens: [TokenID] { model.endOfTextTokens }
  package var attention: AttentionPattern { model.attention }
  package var isShifted: Bool { model.isShifted }
  package var readsTime: Bool { model.readsTime }
  package var beginsTexts: Bool { model.beginsTexts }
  package var givesAttention: Bool { model.givesAttention }
  package var logitsReader: any LogitsReader { model.logitsReader }
}
