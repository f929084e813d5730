internal import MaskedDiffusion

/// Llama models, which write from left to right.
///
/// - SeeAlso: Touvron et al., arXiv:2302.13971; `transformers/models/llama/modeling_llama.py`.
package enum Llama: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "llama", modelTypes: ["llama"], names: .transformers, defaultPreset: "autoregressive",
    summary: "Llama, from left to right (arXiv:2302.13971)")

  package static func description(of files: ModelFiles) throws(ModelError) -> ModelDescription {
    try TransformersConfiguration(files, family: descriptor).description(
      .init(attention: .causal, isShifted: true))
  }
}

/// Qwen2 and Qwen2.5 models, which write from left to right.
///
/// - SeeAlso: Yang et al., arXiv:2407.10671; `transformers/models/qwen2/modeling_qwen2.py`.
package enum Qwen2: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "qwen2", modelTypes: ["qwen2"], names: .transformers, defaultPreset: "autoregressive",
    summary: "Qwen2 and Qwen2.5, from left to right (arXiv:2407.10671)")

  package static func description(of files: ModelFiles) throws(ModelError) -> ModelDescription {
    try TransformersConfiguration(files, family: descriptor).description(
      .init(biases: .queryKeyValue, attention: .causal, isShifted: true))
  }
}

/// Qwen3 models, which write from left to right.
///
/// - SeeAlso: Yang et al., arXiv:2505.09388; `transformers/models/qwen3/modeling_qwen3.py`.
package enum Qwen3: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "qwen3", modelTypes: ["qwen3"], names: .transformers, defaultPreset: "autoregressive",
    summary: "Qwen3, from left to right (arXiv:2505.09388)")

  package static func description(of files: ModelFiles) throws(ModelError) -> ModelDescription {
    try TransformersConfiguration(files, family: descriptor).description(
      .init(normalizesHeads: true, attention: .causal, isShifted: true))
  }
}
