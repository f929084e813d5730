internal import Checkpoints
internal import JSON
internal import MaskedDiffusion

/// LLaDA with a mixture of experts in place of feed-forward layers.
///
/// - SeeAlso: Zhu et al., “LLaDA-MoE: A Sparse MoE Diffusion Language Model”, arXiv:2509.24389;
///   `modeling_lladamoe.py`, `LLaDAMoEModelLM`.
package enum LLaDAMoE: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "llada-moe", modelTypes: ["lladamoe", "llada-moe", "llada_moe"], names: names,
    defaultPreset: "llada", summary: "LLaDA with a mixture of experts (arXiv:2509.24389)")

  private static let names = TensorNames.transformers

  /// The mask token of the published models, whose files do not name it.
  private static let publishedMaskToken = 156_895

  package static func description(of files: ModelFiles) throws(ModelError) -> ModelDescription {
    let (weights, file) = (files.weights, try files.configuration(for: descriptor))
    try refuseUnsupported(file)
    let isHeadTied = try file.flag("tie_word_embeddings") ?? false
    let embedding = try weights.sizes(ofMatrix: names[.embedding])
    let head = isHeadTied ? embedding : try weights.sizes(ofMatrix: names[.head])
    let layers = weights.layerCount { names[.attentionNorm, layer: $0] }
    let width = try file.size(
      "hidden_size", in: weights, tensor: names[.embedding], says: embedding.columns)
    let heads = try file.requiredSize("num_attention_heads")
    guard width % heads == 0 else {
      throw .invalidValue(
        path: file.path, key: "num_attention_heads", found: "\(heads)",
        expected: "a divisor of \(width)")
    }
    let layerCount = try file.size(
      "num_hidden_layers", in: weights, tensor: names[.attentionNorm, layer: layers], says: layers)
    let experts = try experts(file, layerCount: layerCount)
    let architecture = Architecture(
      layerCount: layerCount, width: width, headCount: heads,
      keyValueHeadCount: try file.size("num_key_value_heads") ?? heads, headSize: width / heads,
      feedForwardWidth: try file.size("dense_intermediate_size") ?? experts.width,
      embeddingCount: try file.size(
        "vocab_size", in: weights, tensor: names[.embedding], says: embedding.rows),
      vocabularySize: head.rows, contextLength: try file.requiredSize("max_position_embeddings"),
      normEpsilon: Float(try file.positiveNumber("rms_norm_eps") ?? 1e-5),
      rotary: try Rotary(file, defaultBase: 10_000, contextKey: "max_position_embeddings"),
      normalizesHeads: try file.flag("qk_layernorm") ?? false, isHeadTied: isHeadTied,
      rotatedSize: try rotatedSize(file, headSize: width / heads), experts: experts)
    try architecture.checkHeads(
      file, keyValueHeadsKey: "num_key_value_heads", headSizeKey: "num_attention_heads")
    let mask = try TokenFiles(files).maskToken(
      below: embedding.rows, published: publishedMaskToken)
    return ModelDescription(
      architecture: architecture, names: names, maskToken: mask.token,
      endOfTextTokens: try file.tokens("eos_token_id", below: embedding.rows),
      findings: [Finding("mask token", "\(mask.token)", source: mask.source, "--mask-token")])
  }

  private static func experts(
    _ file: ConfigurationFile, layerCount: Int
  ) throws(ModelError) -> Architecture.Experts {
    let count = try file.requiredSize("num_experts")
    let chosen = try file.requiredSize("num_experts_per_tok")
    guard chosen <= count else {
      throw .invalidValue(
        path: file.path, key: "num_experts_per_tok", found: "\(chosen)",
        expected: "at most the \(count) experts")
    }
    let frequencies = try file.wholeNumbers("moe_layer_freq") ?? []
    guard frequencies.isEmpty || frequencies.count == layerCount else {
      throw .invalidValue(
        path: file.path, key: "moe_layer_freq", found: "\(frequencies.count) numbers",
        expected: "one for each of \(layerCount) layers")
    }
    return Architecture.Experts(
      count: count, perPosition: chosen, width: try file.requiredSize("expert_intermediate_size"),
      hasBias: try file.flag("moe_router_enable_expert_bias") ?? false,
      sharedWidth: try file.size("shared_expert_intermediate_size"),
      layers: frequencies.isEmpty
        ? Array(repeating: true, count: layerCount) : frequencies.map { $0 != 0 })
  }

  /// The features of a head that are rotated: `partial_rotary_factor` of them.
  private static func rotatedSize(
    _ file: ConfigurationFile, headSize: Int
  ) throws(ModelError) -> Int {
    let share = try file.positiveNumber("partial_rotary_factor") ?? 1
    let size = Int(exactly: (Double(headSize) * min(share, 2)).rounded(.down)) ?? 0
    guard share <= 1, size >= 2, size % 2 == 0, headSize % size == 0 else {
      throw .invalidValue(
        path: file.path, key: "partial_rotary_factor", found: "\(share)",
        expected: "a share that rotates an even part of heads of \(headSize), such as 1 or 0.5")
    }
    return size
  }

  /// Refuses what the configuration class allows and no published model uses.
  ///
  /// `norm_topk_prob` is allowed: the published network never looks at it.
  private static func refuseUnsupported(_ file: ConfigurationFile) throws(ModelError) {
    try file.require("hidden_act", oneOf: ["silu"])
    try file.require("attention_bias", false)
    try file.refuseForeignArithmetic()
  }
}
