package import Checkpoints
internal import Kernels
package import MaskedDiffusion

/// The predictor of every family: a described network with its weights.
package struct TransformerPredictor: MaskPredictor {
  /// The model.
  package let description: ModelDescription
  private let network: Transformer

  /// Loads the weights of `description`.
  ///
  /// - Parameters:
  ///   - description: The model.
  ///   - weights: The tensors.
  ///   - options: How to compute.
  ///   - progress: Told how far the conversion of the weights is.
  /// - Throws: ``ModelError/weights(_:)``.
  package init(
    _ description: ModelDescription, weights: Weights, options: ModelOptions,
    progress: LoadingProgress? = nil
  ) throws(ModelError) {
    self.description = description
    network = Transformer(
      architecture: description.architecture,
      weights: try TransformerWeights(
        description.architecture, from: weights, names: description.names),
      options: options, progress: progress)
  }

  package var maskToken: TokenID { description.maskToken }
  package var vocabularySize: Int { description.architecture.vocabularySize }
  package var embeddingCount: Int { description.embeddingCount }
  package var contextLength: Int { description.architecture.contextLength }
  package var endOfTextTokens: [TokenID] { description.endOfTextTokens }
  package var attention: AttentionPattern { description.architecture.attention }
  package var isShifted: Bool { description.architecture.isShifted }
  package var readsTime: Bool { description.architecture.conditioning?.readsNoise ?? false }
  package var givesAttention: Bool { true }
  package var logitsReader: any LogitsReader { KernelLogitsReader(kernels: network.kernels) }

  package func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    guard description.embeddingCount > description.architecture.embeddingCount else {
      try network.predict(request, into: &prediction)
      if description.architecture.substitutes, !request.isRaw {
        substitute(request, into: &prediction)
      }
      return
    }
    // The mask token has no row; the end of text, which every vocabulary has, is read in its place.
    let standIn = description.endOfTextTokens.first ?? 0
    var request = request
    for index in request.rows.indices {
      for place in request.rows[index].tokens.indices
      where request.rows[index].tokens[place] == description.maskToken {
        request.rows[index].tokens[place] = standIn
      }
    }
    try network.predict(request, into: &prediction)
  }

  /// What stands for minus infinity, which logits must not be.
  private static let impossible: Float = -1e6

  /// Lets known tokens predict themselves, and nothing the mask token.
  private func substitute(_ request: PredictionRequest, into prediction: inout Prediction) {
    let columns = vocabularySize, mask = Int(description.maskToken)
    for (index, row) in request.rows.enumerated() {
      for (place, position) in prediction.rows[index].positions.enumerated() {
        let token = row.tokens[position]
        let first = place * columns
        guard token != description.maskToken else {
          prediction.rows[index].values[first + mask] += Self.impossible
          continue
        }
        for column in first..<first + columns {
          prediction.rows[index].values[column] = Self.impossible
        }
        prediction.rows[index].values[first + Int(token)] = 0
      }
    }
  }

  package func makeCache() -> (any PredictionCache)? { network.makeCache() }
}
