internal import MaskedDiffusion

/// ModernBERT and what was made of it, masked diffusion models among it.
///
/// Rotary positions, norms without biases in front of the residuals, GeGLU, and blocks of which most
/// see their neighbourhood only.
///
/// - SeeAlso: Warner et al., “ModernBERT”, arXiv:2412.13663;
///   `transformers/models/modernbert/modeling_modernbert.py`, `ModernBertForMaskedLM`.
package enum ModernBERT: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "modernbert", modelTypes: ["modernbert"], names: names,
    defaultPreset: "dllm", summary: "ModernBERT as a diffusion model (arXiv:2412.13663)")

  private static let names = TensorNames.modernBERT

  /// The mask token of the published models.
  private static let publishedMaskToken = 50_284

  package static func description(of files: ModelFiles) throws(ModelError) -> ModelDescription {
    let (weights, file) = (files.weights, try files.configuration(for: descriptor))
    try refuseUnsupported(file)
    let embedding = try weights.sizes(ofMatrix: names[.embedding])
    let layers = weights.layerCount { names[.projection, layer: $0] }
    let gate = try weights.sizes(ofMatrix: names[.packedGate, layer: 0])
    let width = try file.size(
      "hidden_size", in: weights, tensor: names[.embedding], says: embedding.columns)
    let heads = try file.requiredSize("num_attention_heads")
    guard width % heads == 0 else {
      throw .invalidValue(
        path: file.path, key: "num_attention_heads", found: "\(heads)",
        expected: "a divisor of \(width)")
    }
    let count = try file.size(
      "vocab_size", in: weights, tensor: names[.embedding], says: embedding.rows)
    var architecture = Architecture(
      layerCount: try file.size(
        "num_hidden_layers", in: weights, tensor: names[.projection, layer: layers],
        says: layers),
      width: width, headCount: heads, keyValueHeadCount: heads, headSize: width / heads,
      feedForwardWidth: try file.size(
        "intermediate_size", in: weights, tensor: names[.packedGate, layer: 0],
        says: gate.rows / 2),
      embeddingCount: count, vocabularySize: count,
      contextLength: try file.requiredSize("max_position_embeddings"),
      normEpsilon: Float(try file.positiveNumber("norm_eps") ?? 1e-5),
      rotary: try rotary(file, "full_attention", key: "global_rope_theta", 160_000),
      biases: .head, attentionLayout: .stacked,
      isHeadTied: try file.flag("tie_word_embeddings") ?? true)
    architecture.normalizesEmbedding = true
    architecture.norm = .layer(hasBias: false)
    architecture.feedForward = .geGLU
    architecture.transformsHead = true
    architecture.localAttention = Architecture.LocalAttention(
      radius: (try file.size("local_attention") ?? 128) / 2,
      interval: try file.size("global_attn_every_n_layers") ?? 3,
      rotary: try rotary(file, "sliding_attention", key: "local_rope_theta", 10_000))
    try architecture.checkHeads(
      file, keyValueHeadsKey: "num_attention_heads", headSizeKey: "num_attention_heads")
    return try ModelDescription(
      maskedLanguageModel: architecture, names, files, publishedMaskToken: publishedMaskToken)
  }

  /// Newer files say the bases of both kinds of blocks in `rope_parameters`.
  private static func rotary(
    _ file: ConfigurationFile, _ kind: String, key: String, _ fallback: Double
  ) throws(ModelError) -> Rotary {
    if let section = try file.section("rope_parameters")?.section(kind) {
      try section.require("rope_type", oneOf: ["default"])
      if let base = try section.positiveNumber("rope_theta") { return Rotary(base: Float(base)) }
    }
    return Rotary(base: Float(try file.positiveNumber(key) ?? fallback))
  }

  /// Refuses what the configuration class allows and no published model uses.
  private static func refuseUnsupported(_ file: ConfigurationFile) throws(ModelError) {
    try file.require("hidden_activation", oneOf: ["gelu"])
    try file.require("classifier_activation", oneOf: ["gelu"])
    for key in ["attention_bias", "mlp_bias", "norm_bias", "classifier_bias"] {
      try file.require(key, false)
    }
    try file.require("decoder_bias", true)
    guard let section = try file.section("rope_scaling") else { return }
    try section.require("rope_type", oneOf: ["default"])
  }
}
