internal import MaskedDiffusion

/// Qwen2.5 models that dllm made masked diffusion models of.
///
/// Attention goes in both directions, or in blocks (`bd3lm`): no file says which a model was trained
/// for, so its name decides.
///
/// - SeeAlso: github.com/ZHZisZZ/dllm, `pipelines/a2d/models/qwen2/modeling_qwen2.py`.
package enum A2DQwen2: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "a2d-qwen2", modelTypes: ["a2d-qwen2"], names: .transformers, defaultPreset: "dllm",
    summary: "Qwen2.5 as a diffusion model (dllm)")

  package static func description(of files: ModelFiles) throws(ModelError) -> ModelDescription {
    try TransformersConfiguration(files, family: descriptor)
      .description(.init(biases: .queryKeyValue)).named(after: files)
  }
}

/// Qwen3 models that dllm made masked diffusion models of.
///
/// - SeeAlso: github.com/ZHZisZZ/dllm, `pipelines/a2d/models/qwen3/modeling_qwen3.py`.
package enum A2DQwen3: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "a2d-qwen3", modelTypes: ["a2d-qwen3"], names: .transformers, defaultPreset: "dllm",
    summary: "Qwen3 as a diffusion model (dllm)")

  package static func description(of files: ModelFiles) throws(ModelError) -> ModelDescription {
    try TransformersConfiguration(files, family: descriptor)
      .description(.init(normalizesHeads: true)).named(after: files)
  }
}

extension ModelDescription {
  /// The same model, with the preset that its name speaks of.
  fileprivate func named(after files: ModelFiles) -> ModelDescription {
    var model = self
    let isBlockwise = files.directory.lowercased().contains("bd3lm")
    model.defaultPreset = isBlockwise ? "bd3lm" : "dllm"
    model.findings.append(
      Finding(
        "preset", isBlockwise ? "bd3lm" : "dllm",
        source: isBlockwise ? "the name" : "the name, which does not say bd3lm",
        isBlockwise ? "--preset dllm" : "--preset bd3lm"))
    return model
  }
}
