internal import MaskedDiffusion

/// Masked diffusion language models by Sahoo et al.: a diffusion transformer for text.
///
/// Norms and residuals depend on the noise, or on a constant where the model is not conditioned on time.
/// A known token predicts itself.
///
/// - SeeAlso: Sahoo et al., “Simple and Effective Masked Diffusion Language Models”,
///   arXiv:2406.07524; github.com/kuleshov-group/mdlm, `models/dit.py`, `diffusion.py`.
package enum MDLM: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "mdlm", modelTypes: ["mdlm"], names: names, defaultPreset: "ddpm-cache",
    summary: "MDLM, a diffusion transformer (arXiv:2406.07524)",
    recognizes: { $0.tensors[names[.modulation, layer: 0]] != nil })

  private static let names = TensorNames.mdlm

  package static func description(of files: ModelFiles) throws(ModelError) -> ModelDescription {
    let (weights, file) = (files.weights, try files.configuration(for: descriptor))
    let embedding = try weights.sizes(ofMatrix: names[.embedding])
    let layers = weights.layerCount { names[.attentionNorm, layer: $0] }
    let up = try weights.sizes(ofMatrix: names[.up, layer: 0])
    let condition = try weights.sizes(ofMatrix: names[.noise])
    let width = try file.size(
      "hidden_dim", in: weights, tensor: names[.embedding], says: embedding.columns)
    let heads = try file.requiredSize("n_heads")
    guard width % heads == 0 else {
      throw .invalidValue(
        path: file.path, key: "n_heads", found: "\(heads)", expected: "a divisor of \(width)")
    }
    let count = try file.size(
      "vocab_size", in: weights, tensor: names[.embedding], says: embedding.rows)
    var architecture = Architecture(
      layerCount: try file.size(
        "n_blocks", in: weights, tensor: names[.attentionNorm, layer: layers], says: layers),
      width: width, headCount: heads, keyValueHeadCount: heads, headSize: width / heads,
      feedForwardWidth: up.rows, embeddingCount: count, vocabularySize: count,
      contextLength: try file.requiredSize("model_length"), normEpsilon: 1e-5,
      rotary: Rotary(base: 10_000), biases: [.feedForward, .head], attentionLayout: .stacked)
    architecture.norm = .layer(hasBias: false)
    architecture.feedForward = .gelu(isApproximate: true)
    architecture.conditioning = Architecture.Conditioning(
      width: try file.size(
        "cond_dim", in: weights, tensor: names[.noise], says: condition.rows),
      readsNoise: try file.flag("time_conditioning") ?? false)
    architecture.substitutes = true
    try architecture.checkHeads(file, keyValueHeadsKey: "n_heads", headSizeKey: "n_heads")
    // The mask is the last token: GPT-2's vocabulary and one more.
    let mask = try TokenFiles(files).maskToken(below: count, published: count - 1)
    return ModelDescription(
      architecture: architecture, names: names, maskToken: mask.token,
      endOfTextTokens: try file.tokens("eos_token_id", below: count),
      findings: [
        Finding("mask token", "\(mask.token)", source: mask.source, "--mask-token"),
        Finding(
          "time", architecture.conditioning?.readsNoise == true ? "read" : "not read",
          source: file.has("time_conditioning") ? "config.json, time_conditioning" : "the family"),
      ])
  }
}
