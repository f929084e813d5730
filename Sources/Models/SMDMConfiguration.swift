package import Checkpoints
package import MaskedDiffusion

extension SMDM {
  /// What `config.json` or, for published checkpoints, the tensors say about an SMDM model.
  ///
  /// The keys are lit-gpt's. The published checkpoints have no `config.json`; their number of
  /// heads follows from the other dimensions (``SMDM/publishedHeadCount(layers:width:feedForwardWidth:)``).
  package struct Configuration: ModelConfiguration, Equatable {
    package var shape: TransformerShape
    package var maskToken: TokenID
    package var endOfTextTokens: [TokenID]
  }

  /// The context length of every published model.
  private static let publishedContextLength = 2048

  package static func configuration(
    file: ConfigurationFile?, weights: Weights
  ) throws(ModelError) -> Configuration {
    let embedding = try weights.sizes(ofMatrix: Name.embedding)
    let head = try weights.sizes(ofMatrix: Name.head)
    let layers = weights.layerCount { Name(layer: $0).attentionNorm }
    let gate = try weights.sizes(ofMatrix: Name(layer: 0).gate)
    guard let file else {
      let shape = try publishedShape(
        layers: layers, embedding: embedding, vocabularySize: head.rows,
        feedForwardWidth: gate.rows, path: weights.path)
      return Configuration(
        shape: shape, maskToken: TokenID(clamping: embedding.rows - 1), endOfTextTokens: [])
    }
    try refuseUnsupported(file)
    let width = try file.size(
      "n_embd", in: weights, tensor: Name.embedding, says: embedding.columns)
    let heads = try file.requiredSize("n_head")
    let headSize = try file.size("head_size") ?? (width / heads)
    let shape = TransformerShape(
      layerCount: try file.size(
        "n_layer", in: weights, tensor: Name(layer: layers).attentionNorm, says: layers),
      width: width, headCount: heads,
      keyValueHeadCount: try file.size("n_query_groups") ?? heads, headSize: headSize,
      feedForwardWidth: try file.size(
        "intermediate_size", in: weights, tensor: Name(layer: 0).gate, says: gate.rows),
      embeddingCount: embedding.rows,
      vocabularySize: try file.size(
        "padded_vocab_size", in: weights, tensor: Name.head, says: head.rows),
      contextLength: try file.size("block_size") ?? publishedContextLength,
      normEpsilon: Float(try file.positiveNumber("norm_eps") ?? 1e-5),
      rotaryBase: Float(try file.positiveNumber("rope_base") ?? 10_000),
      rotaryPrecision: try rotaryPrecision(file))
    try shape.checkHeads(
      file, headsKey: "n_head", keyValueHeadsKey: "n_query_groups", headSizeKey: "head_size")
    return Configuration(
      shape: shape,
      maskToken: try file.token("mask_token_id", below: embedding.rows)
        ?? TokenID(clamping: embedding.rows - 1),
      endOfTextTokens: try file.tokens("eos_token_id", below: embedding.rows))
  }

  /// Refuses the variations of lit-gpt that no SMDM model uses.
  private static func refuseUnsupported(_ file: ConfigurationFile) throws(ModelError) {
    try file.require("rotary_percentage", 1)
    try file.require("bias", false)
    try file.require("parallel_residual", false)
    try file.require("tie_word_embeddings", false)
  }

  private static func rotaryPrecision(
    _ file: ConfigurationFile
  ) throws(ModelError) -> RotaryPrecision {
    try file.require("rope_cache_dtype", oneOf: RotaryPrecision.allCases.map(\.rawValue))
    return try file.text("rope_cache_dtype").flatMap(RotaryPrecision.init) ?? .bfloat16
  }

  private static func publishedShape(
    layers: Int, embedding: (rows: Int, columns: Int), vocabularySize: Int, feedForwardWidth: Int,
    path: String
  ) throws(ModelError) -> TransformerShape {
    guard
      let heads = publishedHeadCount(
        layers: layers, width: embedding.columns, feedForwardWidth: feedForwardWidth)
    else {
      throw .unknownDimensions(
        path: path, layers: layers, width: embedding.columns, feedForwardWidth: feedForwardWidth)
    }
    return TransformerShape(
      layerCount: layers, width: embedding.columns, headCount: heads, keyValueHeadCount: heads,
      headSize: embedding.columns / heads, feedForwardWidth: feedForwardWidth,
      embeddingCount: embedding.rows, vocabularySize: vocabularySize,
      contextLength: publishedContextLength, normEpsilon: 1e-5, rotaryBase: 10_000,
      rotaryPrecision: .bfloat16)
  }
}
