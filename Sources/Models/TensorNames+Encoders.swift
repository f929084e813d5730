/// The names of networks that are no descendants of Llama.
extension TensorNames {
  /// The names that Transformers gives the tensors of BERT.
  ///
  /// - Parameter isOld: Whether norms have a `gamma` and a `beta`, as in files of the first years.
  /// - Returns: The names.
  package static func bert(isOld: Bool = false) -> TensorNames {
    encoder(
      "bert",
      [
        .head: "cls.predictions.decoder", .headBias: "cls.predictions",
        .headTransform: "cls.predictions.transform.dense",
        .headNorm: "cls.predictions.transform.LayerNorm",
      ], normParts: isOld ? [.weight: "gamma", .bias: "beta"] : [:])
  }

  /// The names that Transformers gives the tensors of RoBERTa.
  package static let roberta = encoder(
    "roberta",
    [
      .head: "lm_head.decoder", .headBias: "lm_head", .headTransform: "lm_head.dense",
      .headNorm: "lm_head.layer_norm",
    ])

  private static func encoder(
    _ prefix: String, _ head: [Role: String], normParts: [Part: String] = [:]
  ) -> TensorNames {
    let embeddings: [Role: String] = [
      .embedding: "word_embeddings", .positionEmbedding: "position_embeddings",
      .segmentEmbedding: "token_type_embeddings", .embeddingNorm: "LayerNorm",
    ]
    return TensorNames(
      head.merging(embeddings.mapValues { "\(prefix).embeddings.\($0)" }) { $1 },
      blocks: "\(prefix).encoder.layer.",
      [
        .query: "attention.self.query", .key: "attention.self.key",
        .value: "attention.self.value", .projection: "attention.output.dense",
        .attentionNorm: "attention.output.LayerNorm", .up: "intermediate.dense",
        .down: "output.dense", .feedForwardNorm: "output.LayerNorm",
      ], normParts: normParts)
  }

  /// The names that Transformers gives the tensors of ModernBERT.
  package static let modernBERT = TensorNames(
    [
      .embedding: "model.embeddings.tok_embeddings", .embeddingNorm: "model.embeddings.norm",
      .finalNorm: "model.final_norm", .headTransform: "head.dense", .headNorm: "head.norm",
      .head: "decoder", .headBias: "decoder",
    ], blocks: "model.layers.",
    [
      .attentionNorm: "attn_norm", .packedAttention: "attn.Wqkv", .projection: "attn.Wo",
      .feedForwardNorm: "mlp_norm", .packedGate: "mlp.Wi", .down: "mlp.Wo",
    ])

  /// The names of MDLM.
  package static let mdlm = TensorNames(
    [
      .embedding: "backbone.vocab_embed.embedding.", .noise: "backbone.sigma_map.mlp.0",
      .noiseProjection: "backbone.sigma_map.mlp.2",
      .headModulation: "backbone.output_layer.adaLN_modulation",
      .finalNorm: "backbone.output_layer.norm_final", .head: "backbone.output_layer.linear",
      .headBias: "backbone.output_layer.linear",
    ], blocks: "backbone.blocks.",
    [
      .attentionNorm: "norm1", .packedAttention: "attn_qkv", .projection: "attn_out",
      .feedForwardNorm: "norm2", .up: "mlp.0", .down: "mlp.2", .modulation: "adaLN_modulation",
    ])
}
