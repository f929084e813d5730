package import Checkpoints
package import MaskedDiffusion

/// The model families.
package enum ModelRegistry {
  /// A family: how to recognise, describe and create its models.
  package struct Entry: Sendable {
    package let descriptor: ModelFamilyDescriptor
    package let configuration:
      @Sendable (ConfigurationFile?, Weights) throws(ModelError) -> any ModelConfiguration
    package let predictor:
      @Sendable (ConfigurationFile?, Weights, ModelOptions, LoadingProgress?) throws(ModelError)
        -> any MaskPredictor

    init<Family: ModelFamily>(_ family: Family.Type) {
      descriptor = family.descriptor
      configuration = { file, weights throws(ModelError) in
        try family.configuration(file: file, weights: weights)
      }
      predictor = { file, weights, options, progress throws(ModelError) in
        let configuration = try family.configuration(file: file, weights: weights)
        return try family.init(
          configuration: configuration, weights: weights, options: options, progress: progress)
      }
    }
  }

  /// Every family.
  package static let all: [Entry] = [
    Entry(SMDM.self),
    Entry(LLaDA.self),
  ]

  /// The names, for messages.
  package static var names: [String] { all.map(\.descriptor.name) }

  /// Returns the family a configuration names, or `nil` when it names none.
  ///
  /// - Throws: ``ModelError/unknownFamily(path:found:known:)``.
  package static func family(named file: ConfigurationFile?) throws(ModelError) -> Entry? {
    guard let file, let type = try file.text("model_type") else { return nil }
    guard let entry = all.first(where: { $0.descriptor.modelTypes.contains(type) }) else {
      throw .unknownFamily(
        path: file.path, found: type, known: all.flatMap(\.descriptor.modelTypes))
    }
    return entry
  }

  /// Returns the family the tensors belong to, or `nil` when it is not known.
  package static func family(of weights: Weights) -> Entry? {
    all.first { weights.tensors[$0.descriptor.characteristicTensor] != nil }
  }
}
