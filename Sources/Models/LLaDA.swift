internal import Checkpoints
internal import MaskedDiffusion

/// Large language diffusion models by Nie et al., as published for Transformers.
///
/// Rotary attention in both directions and gated feed-forward layers. The mask token is one of the
/// vocabulary; only the configuration says which.
///
/// - SeeAlso: Nie et al., “Large Language Diffusion Models”, arXiv:2502.09992;
///   `modeling_llada.py`, `LLaDAModelLM`.
package enum LLaDA: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "llada", modelTypes: ["llada"], names: names, defaultPreset: "llada",
    summary: "large language diffusion models (arXiv:2502.09992)",
    recognizes: { $0.tensors[names[.attentionNorm, layer: 0]] != nil })

  private static let names = TensorNames.olmo

  /// The mask token of the first published models; others say theirs.
  private static let publishedMaskToken = 126_336

  package static func description(of files: ModelFiles) throws(ModelError) -> ModelDescription {
    let (weights, file) = (files.weights, try files.configuration(for: descriptor))
    try refuseUnsupported(file)
    let isHeadTied = try file.flag("weight_tying") ?? false
    let embedding = try weights.sizes(ofMatrix: names[.embedding])
    let headName = isHeadTied ? names[.embedding] : names[.head]
    let head = try weights.sizes(ofMatrix: headName)
    let layers = weights.layerCount { names[.attentionNorm, layer: $0] }
    let gate = try weights.sizes(ofMatrix: names[.gate, layer: 0])
    let width = try file.size(
      "d_model", in: weights, tensor: names[.embedding], says: embedding.columns)
    let heads = try file.requiredSize("n_heads")
    let architecture = Architecture(
      layerCount: try file.size(
        "n_layers", in: weights, tensor: names[.attentionNorm, layer: layers], says: layers),
      width: width, headCount: heads,
      keyValueHeadCount: try keyValueHeadCount(file, heads: heads), headSize: width / heads,
      feedForwardWidth: try file.size(
        "mlp_hidden_size", in: weights, tensor: names[.gate, layer: 0], says: gate.rows),
      embeddingCount: try file.size(
        "embedding_size", in: weights, tensor: names[.embedding], says: embedding.rows),
      vocabularySize: head.rows, contextLength: try file.requiredSize("max_sequence_length"),
      normEpsilon: Float(try file.positiveNumber("rms_norm_eps") ?? 1e-5),
      rotary: try Rotary(file, defaultBase: 10_000, contextKey: "max_sequence_length"),
      isHeadTied: isHeadTied)
    guard width % heads == 0 else {
      throw .invalidValue(
        path: file.path, key: "n_heads", found: "\(heads)", expected: "a divisor of \(width)")
    }
    try architecture.checkHeads(file, keyValueHeadsKey: "n_kv_heads", headSizeKey: "n_heads")
    let mask = try TokenFiles(files).maskToken(
      below: embedding.rows, published: publishedMaskToken)
    return ModelDescription(
      architecture: architecture, names: names, maskToken: mask.token,
      endOfTextTokens: try file.tokens("eos_token_id", below: embedding.rows),
      findings: [Finding("mask token", "\(mask.token)", source: mask.source, "--mask-token")])
  }

  /// Older files say `multi_query_attention` instead of `n_kv_heads`.
  private static func keyValueHeadCount(
    _ file: ConfigurationFile, heads: Int
  ) throws(ModelError) -> Int {
    if let count = try file.size("n_kv_heads") { return count }
    return try file.flag("multi_query_attention") == true ? 1 : heads
  }

  /// Refuses what the configuration class allows and no LLaDA model uses.
  private static func refuseUnsupported(_ file: ConfigurationFile) throws(ModelError) {
    try file.refuseForeignArithmetic()
    try file.require("block_type", oneOf: ["llama"])
    try file.require("activation_type", oneOf: ["silu"])
    try file.require("layer_norm_type", oneOf: ["rms"])
    try file.require("rope", true)
    for key in [
      "alibi", "attention_layer_norm", "bias_for_layer_norm", "include_bias", "include_qkv_bias",
      "input_emb_norm", "scale_logits",
    ] {
      try file.require(key, false)
    }
  }
}
