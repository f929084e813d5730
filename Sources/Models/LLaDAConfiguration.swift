package import Checkpoints
package import MaskedDiffusion

extension LLaDA {
  /// What `config.json` says about a LLaDA model.
  package struct Configuration: ModelConfiguration, Equatable {
    package var shape: TransformerShape
    package var maskToken: TokenID
    package var endOfTextTokens: [TokenID]
    /// Whether the embedding matrix is the head too.
    package var isHeadTied: Bool
  }

  package static func configuration(
    file: ConfigurationFile?, weights: Weights
  ) throws(ModelError) -> Configuration {
    guard let file else {
      throw .configurationMissing(weights: weights.path, family: descriptor.name)
    }
    try refuseUnsupported(file)
    let isHeadTied = try file.flag("weight_tying") ?? false
    let embedding = try weights.sizes(ofMatrix: Name.embedding)
    let headName = isHeadTied ? Name.embedding : Name.head
    let head = try weights.sizes(ofMatrix: headName)
    let layers = weights.layerCount { Name(layer: $0).attentionNorm }
    let gate = try weights.sizes(ofMatrix: Name(layer: 0).gate)
    let width = try file.size(
      "d_model", in: weights, tensor: Name.embedding, says: embedding.columns)
    let heads = try file.requiredSize("n_heads")
    let shape = TransformerShape(
      layerCount: try file.size(
        "n_layers", in: weights, tensor: Name(layer: layers).attentionNorm, says: layers),
      width: width, headCount: heads,
      keyValueHeadCount: try keyValueHeadCount(file, heads: heads), headSize: width / heads,
      feedForwardWidth: try file.size(
        "mlp_hidden_size", in: weights, tensor: Name(layer: 0).gate, says: gate.rows),
      embeddingCount: try file.size(
        "embedding_size", in: weights, tensor: Name.embedding, says: embedding.rows),
      vocabularySize: head.rows, contextLength: try file.requiredSize("max_sequence_length"),
      normEpsilon: Float(try file.positiveNumber("rms_norm_eps") ?? 1e-5),
      rotaryBase: Float(try file.positiveNumber("rope_theta") ?? 10_000),
      rotaryPrecision: .float32)
    guard width % heads == 0 else {
      throw .invalidValue(
        path: file.path, key: "n_heads", found: "\(heads)", expected: "a divisor of \(width)")
    }
    try shape.checkHeads(
      file, headsKey: "n_heads", keyValueHeadsKey: "n_kv_heads", headSizeKey: "n_heads")
    guard let maskToken = try file.token("mask_token_id", below: embedding.rows) else {
      throw .missingKey(path: file.path, key: "mask_token_id")
    }
    return Configuration(
      shape: shape, maskToken: maskToken,
      endOfTextTokens: try file.tokens("eos_token_id", below: embedding.rows),
      isHeadTied: isHeadTied)
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
