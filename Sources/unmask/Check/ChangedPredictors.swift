import MaskedDiffusion

/// A predictor whose logits are read from neighbouring positions.
struct ShiftedPredictor: PredictorWrapper {
  let model: any MaskPredictor
  /// Position i is read from output i − offset.
  let offset: Int

  func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    var shifted = request
    for index in shifted.rows.indices {
      let last = shifted.rows[index].tokens.count - 1
      shifted.rows[index].wanted = request.rows[index].wanted.map {
        min(last, max(0, $0 - offset))
      }
    }
    try model.predict(shifted, into: &prediction)
    for index in prediction.rows.indices {
      prediction.rows[index].positions = request.rows[index].wanted
    }
  }
}

/// A predictor that is asked with another token for the mask.
struct RemaskedPredictor: PredictorWrapper {
  let model: any MaskPredictor
  let maskToken: TokenID

  func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    try model.predict(request, into: &prediction)
  }
}
