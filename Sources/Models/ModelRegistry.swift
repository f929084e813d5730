package import Checkpoints
internal import MaskedDiffusion

/// The model families.
package enum ModelRegistry {
  /// A family: how to recognise and describe its models.
  package struct Entry: Sendable {
    package let descriptor: ModelFamilyDescriptor
    package let description: @Sendable (ModelFiles) throws(ModelError) -> ModelDescription

    init<Family: ModelFamily>(_ family: Family.Type) {
      descriptor = family.descriptor
      description = { files throws(ModelError) in try family.description(of: files) }
    }
  }

  /// Every family.
  package static let all: [Entry] = [
    Entry(SMDM.self),
    Entry(LLaDA.self),
    Entry(LLaDAMoE.self),
    Entry(Dream.self),
    Entry(A2DQwen2.self),
    Entry(A2DQwen3.self),
    Entry(SDAR.self),
    Entry(FastDLLM2.self),
    Entry(RND1.self),
    Entry(MDLM.self),
    Entry(BERT.self),
    Entry(RoBERTa.self),
    Entry(ModernBERT.self),
    Entry(SMDMAutoregressive.self),
    Entry(Llama.self),
    Entry(Qwen2.self),
    Entry(Qwen3.self),
    Entry(Qwen3MoE.self),
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
    all.first {
      $0.descriptor.recognizes(weights)
        || $0.descriptor.recognizes(weights.unwrapped(to: $0.descriptor.names[.embedding]))
    }
  }
}
