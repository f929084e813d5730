internal import MaskedDiffusion

/// Dream models and what was made of them: Dream-Coder, DiffuCoder, DreamOn.
///
/// Qwen2.5 with attention in both directions. The logits of a position are the output of the one
/// before, as in the model it was trained from.
///
/// - SeeAlso: Ye et al., “Dream 7B”, arXiv:2508.15487; `modeling_dream.py`, `generation_utils.py`.
package enum Dream: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "dream", modelTypes: ["Dream", "dream"], names: .transformers,
    defaultPreset: "dream-entropy",
    summary: "Dream, Dream-Coder and DiffuCoder (arXiv:2508.15487)")

  package static func description(of files: ModelFiles) throws(ModelError) -> ModelDescription {
    try TransformersConfiguration(files, family: descriptor).description(
      .init(biases: .queryKeyValue, isShifted: true))
  }
}
