package import Checkpoints

extension ModelDirectory {
  /// Returns the model as it would be with other weights, another configuration, or another
  /// convention of which output belongs to a position; what the user said of it holds on.
  ///
  /// - Throws: ``ModelError``.
  package func replacing(
    weights: Weights? = nil, configuration: ConfigurationFile? = nil, isShifted: Bool? = nil
  ) throws(ModelError) -> ModelDirectory {
    var overrides = overrides
    if let isShifted { overrides.isShifted = isShifted }
    return try ModelDirectory(
      self, weights: weights ?? self.weights, configuration: configuration ?? configurationFile,
      overrides: overrides)
  }

  private init(
    _ original: ModelDirectory, weights: Weights, configuration: ConfigurationFile?,
    overrides: ModelOverrides
  ) throws(ModelError) {
    name = original.name
    path = original.path
    directory = original.directory
    checksum = original.checksum
    generationDefaults = original.generationDefaults
    generationFile = original.generationFile
    configurationFile = configuration
    self.overrides = overrides
    self.weights = weights
    entry = original.entry
    description = try Self.description(
      original.entry,
      ModelFiles(
        weights: weights, configuration: configuration, generation: original.generationFile,
        directory: original.directory, overrides: overrides))
    usedWeights = weights.restricted(to: description.names.all(in: description.architecture))
  }
}
