import MaskedDiffusion

/// A model that knows the tokens that end a text, also those only its tokenizer names.
struct EndOfTextPredictor: PredictorWrapper {
  let model: any MaskPredictor
  let endOfTextTokens: [TokenID]

  /// Creates the predictor; tokens that `model` cannot predict are left out.
  init(_ model: any MaskPredictor, endOfTextTokens: [TokenID]) {
    self.model = model
    self.endOfTextTokens = endOfTextTokens.reduce(into: []) { tokens, token in
      guard (0..<model.vocabularySize).contains(Int(token)), !tokens.contains(token) else { return }
      tokens.append(token)
    }
  }

  func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    try model.predict(request, into: &prediction)
  }

  func logProbabilities(
    of targets: [[TokenID]], in request: PredictionRequest
  ) throws(PredictionError) -> [[Double]] {
    try model.logProbabilities(of: targets, in: request)
  }

  func makeCache() -> (any PredictionCache)? { model.makeCache() }

}
