internal import MaskedDiffusion

/// RND1, a Qwen3-MoE network that was trained on as a diffusion model.
///
/// - SeeAlso: github.com/RadicalNumerics/RND1, `modeling_rnd.py`; the logits of a position are the
///   output of the one before, as in the model it was made of.
package enum RND1: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "rnd1", modelTypes: ["rnd1"], names: .transformers, defaultPreset: "dream-entropy",
    summary: "RND1, a mixture of experts (Radical Numerics)")

  package static func description(of files: ModelFiles) throws(ModelError) -> ModelDescription {
    try TransformersConfiguration(files, family: descriptor).description(
      .init(
        normalizesHeads: true, isShifted: true, hasExperts: true, publishedMaskToken: 151_669))
  }
}

/// Qwen3-MoE models, which write from left to right.
///
/// - SeeAlso: Yang et al., arXiv:2505.09388; `transformers/models/qwen3_moe/modeling_qwen3_moe.py`.
package enum Qwen3MoE: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "qwen3-moe", modelTypes: ["qwen3_moe"], names: .transformers,
    defaultPreset: "autoregressive",
    summary: "Qwen3 with a mixture of experts, from left to right (arXiv:2505.09388)")

  package static func description(of files: ModelFiles) throws(ModelError) -> ModelDescription {
    try TransformersConfiguration(files, family: descriptor).description(
      .init(normalizesHeads: true, attention: .causal, isShifted: true, hasExperts: true))
  }
}

extension ConfigurationFile {
  /// The experts, by the keys of Qwen3-MoE.
  ///
  /// - Parameter layerCount: The number of blocks.
  /// - Returns: The experts.
  /// - Throws: ``ModelError/missingKey(path:key:)``,
  ///   ``ModelError/invalidValue(path:key:found:expected:)``.
  func qwenExperts(layerCount: Int) throws(ModelError) -> Architecture.Experts {
    let count = try requiredSize("num_experts")
    let chosen = try requiredSize("num_experts_per_tok")
    guard chosen <= count else {
      throw .invalidValue(
        path: path, key: "num_experts_per_tok", found: "\(chosen)",
        expected: "at most the \(count) experts")
    }
    let stride = try size("decoder_sparse_step") ?? 1
    let plain = try wholeNumbers("mlp_only_layers") ?? []
    return Architecture.Experts(
      count: count, perPosition: chosen, width: try requiredSize("moe_intermediate_size"),
      normalizesWeights: try flag("norm_topk_prob") ?? false,
      layers: (0..<layerCount).map { ($0 + 1) % stride == 0 && !plain.contains($0) })
  }
}
