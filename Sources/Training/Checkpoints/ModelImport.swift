internal import Checkpoints
package import Kernels
internal import Models

/// Reads a model as something to train.
package struct ModelImport: Sendable {
  package var path: String
  /// The most positions of a canvas from now on.
  package var contextLength: Int
  package var isCausal: Bool

  package init(path: String, contextLength: Int, isCausal: Bool) {
    self.path = path
    self.contextLength = contextLength
    self.isCausal = isCausal
  }

  /// Reads the network.
  ///
  /// - Throws: ``ModelError``, ``TrainingError/untrainable(path:reason:)`` for other families than
  ///   SMDM, or `WeightsError`.
  package func network() throws -> (shape: NetworkShape, parameters: Tensor) {
    let model = try ModelDirectory(path: path)
    guard model.family == SMDM.descriptor.name else {
      throw TrainingError.untrainable(
        path: path, reason: "it is of family \(model.family), expected \(SMDM.descriptor.name)")
    }
    let own = model.description.architecture
    let shape = NetworkShape(
      layerCount: own.layerCount, width: own.width, headCount: own.headCount,
      keyValueHeadCount: own.keyValueHeadCount, headSize: own.headSize,
      feedForwardWidth: own.feedForwardWidth, embeddingCount: own.embeddingCount,
      vocabularySize: own.vocabularySize, contextLength: contextLength,
      normEpsilon: own.normEpsilon, rotary: own.rotary, isCausal: isCausal)
    guard shape.isCausal || shape.embeddingCount == shape.vocabularySize + 1 else {
      throw TrainingError.untrainable(
        path: path, reason: "the mask is not the last row of the embedding")
    }
    let layout = ParameterLayout(shape)
    let parameters = Tensor(count: layout.count)
    let view = ParameterView(parameters, layout)
    for tensor in shape.modelTensors(layout) {
      tensor.store(try model.weights.tensor(tensor.name, tensor.shape).floats(), in: view)
    }
    return (shape, parameters)
  }
}
