package import Checkpoints

extension ModelDirectory {
  /// Returns the model as it would be with other weights, or another configuration.
  ///
  /// - Throws: ``ModelError``.
  package func replacing(
    weights: Weights? = nil, configuration: ConfigurationFile? = nil
  ) throws(ModelError) -> ModelDirectory {
    try ModelDirectory(
      self, weights: weights ?? self.weights, configuration: configuration ?? configurationFile)
  }

  private init(
    _ original: ModelDirectory, weights: Weights, configuration: ConfigurationFile?
  ) throws(ModelError) {
    name = original.name
    path = original.path
    directory = original.directory
    checksum = original.checksum
    generationDefaults = original.generationDefaults
    generationFile = original.generationFile
    configurationFile = configuration
    self.weights = weights
    entry = original.entry
    description = try Self.description(
      original.entry,
      ModelFiles(
        weights: weights, configuration: configuration, generation: original.generationFile,
        directory: original.directory))
    usedWeights = weights.restricted(to: description.names.all(in: description.architecture))
  }
}
