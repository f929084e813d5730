package import Checkpoints
package import MaskedDiffusion

/// Models of one architecture: how their configuration reads, and what their tensors are called.
///
/// A family describes a network; ``TransformerPredictor`` computes it.
package protocol ModelFamily: Sendable {
  /// The name of the family and how to recognise it.
  static var descriptor: ModelFamilyDescriptor { get }

  /// Describes the model in `files`, checked and completed from the tensors.
  ///
  /// - Throws: ``ModelError``.
  static func description(of files: ModelFiles) throws(ModelError) -> ModelDescription
}

/// The name of a family and how to recognise its models.
package struct ModelFamilyDescriptor: Sendable {
  /// The name, stored in traces: never changed.
  package var name: String
  /// The values of `model_type` in `config.json`.
  package var modelTypes: [String]
  /// What the tensors are called.
  package var names: TensorNames
  /// The sampler preset its authors use.
  package var defaultPreset: String
  /// One sentence.
  package var summary: String
  /// Whether weights without a configuration are of this family.
  package var recognizes: @Sendable (Weights) -> Bool

  /// Creates a descriptor; a family that does not say otherwise needs a configuration.
  package init(
    name: String, modelTypes: [String], names: TensorNames, defaultPreset: String, summary: String,
    recognizes: @escaping @Sendable (Weights) -> Bool = { _ in false }
  ) {
    self.name = name
    self.modelTypes = modelTypes
    self.names = names
    self.defaultPreset = defaultPreset
    self.summary = summary
    self.recognizes = recognizes
  }
}

/// The files of a model that say what it is.
package struct ModelFiles: Sendable {
  /// The tensors, whose shapes must agree with the configuration.
  package var weights: Weights
  /// `config.json`; `nil` when there is none.
  package var configuration: ConfigurationFile?
  /// `generation_config.json`; `nil` when there is none.
  package var generation: ConfigurationFile?
  /// Where the tokenizer's files are looked for.
  package var directory: String
  /// What the user knows better.
  package var overrides: ModelOverrides

  /// Creates the files of a model.
  package init(
    weights: Weights, configuration: ConfigurationFile? = nil,
    generation: ConfigurationFile? = nil, directory: String = ".",
    overrides: ModelOverrides = ModelOverrides()
  ) {
    self.weights = weights
    self.configuration = configuration
    self.generation = generation
    self.directory = directory
    self.overrides = overrides
  }

  /// The configuration of a model of `family`, which must be there.
  ///
  /// - Throws: ``ModelError/configurationMissing(weights:family:)``.
  package func configuration(
    for family: ModelFamilyDescriptor
  ) throws(ModelError) -> ConfigurationFile {
    guard let configuration else {
      throw .configurationMissing(weights: weights.path, family: family.name)
    }
    return configuration
  }
}

/// A model as a value: the network, and what its files say about tokens.
package struct ModelDescription: Equatable, Sendable {
  /// The network.
  package var architecture: Architecture
  /// What its tensors are called.
  package var names: TensorNames
  /// The token that stands for “not yet known”.
  package var maskToken: TokenID
  /// The tokens that end a text.
  package var endOfTextTokens: [TokenID]
  /// The preset that suits the model; `nil` leaves it to the family.
  package var defaultPreset: String?
  /// What was taken from where, as far as it can be overridden.
  package var findings: [Finding]
  /// Whether the model knows texts only between the special tokens its tokenizer puts around them.
  package var framesTexts = false
  /// What a user should know before the first run; `nil` where the files are clear.
  package var remark: String?

  /// Creates a description.
  package init(
    architecture: Architecture, names: TensorNames, maskToken: TokenID, endOfTextTokens: [TokenID],
    defaultPreset: String? = nil, findings: [Finding] = []
  ) {
    self.architecture = architecture
    self.names = names
    self.maskToken = maskToken
    self.endOfTextTokens = endOfTextTokens
    self.defaultPreset = defaultPreset
    self.findings = findings
  }

  /// The number of tokens that can be read, the mask token included.
  ///
  /// A mask token without a row of its own is one of a model that writes from left to right: no
  /// position that is asked about ever sees it.
  package var embeddingCount: Int { max(architecture.embeddingCount, Int(maskToken) + 1) }
}
