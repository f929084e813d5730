package import Checkpoints
package import MaskedDiffusion

/// Models of one architecture: how their configuration reads, what their tensors are called, and
/// the forward pass.
package protocol ModelFamily: MaskPredictor {
  /// What the configuration says, checked and completed from the tensors.
  associatedtype Configuration: ModelConfiguration

  /// The name of the family and how to recognise it.
  static var descriptor: ModelFamilyDescriptor { get }

  /// Reads the configuration of a model.
  ///
  /// - Parameters:
  ///   - file: `config.json`; `nil` when there is none.
  ///   - weights: The tensors, whose shapes must agree with it.
  /// - Returns: The configuration, checked and completed from the tensors.
  /// - Throws: ``ModelError``.
  static func configuration(
    file: ConfigurationFile?, weights: Weights
  ) throws(ModelError) -> Configuration

  /// Creates the model.
  ///
  /// - Parameters:
  ///   - configuration: What ``configuration(file:weights:)`` returned.
  ///   - weights: The tensors.
  ///   - options: How to compute.
  ///   - progress: Told how far the conversion of the weights is.
  /// - Throws: ``ModelError``.
  init(
    configuration: Configuration, weights: Weights, options: ModelOptions,
    progress: LoadingProgress?
  ) throws(ModelError)
}

/// What callers may want to know about a model before it is loaded.
package protocol ModelConfiguration: Sendable {
  /// The dimensions of the network.
  var shape: TransformerShape { get }

  /// The token that stands for “not yet known”.
  var maskToken: TokenID { get }

  /// The tokens that end a text.
  var endOfTextTokens: [TokenID] { get }
}

/// The name of a family and how to recognise its models.
package struct ModelFamilyDescriptor: Sendable {
  /// The name, stored in traces: never changed.
  package var name: String
  /// The values of `model_type` in `config.json`.
  package var modelTypes: [String]
  /// A tensor that models of this family, and of no other, have.
  package var characteristicTensor: String
  /// The embedding matrix.
  package var embeddingTensor: String
  /// The head, unless the embedding is the head too.
  package var headTensor: String
  /// The sampler preset its authors use.
  package var defaultPreset: String
  /// One sentence.
  package var summary: String
}
