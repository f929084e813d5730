internal import Checkpoints
internal import MaskedDiffusion

/// Masked diffusion language models by Nie et al., in the layout of lit-gpt.
///
/// Rotary attention in both directions and gated feed-forward layers. The mask token is the last row
/// of the embedding matrix and has no row in the head, so it can never be predicted.
///
/// The keys of `config.json` are lit-gpt's. The published checkpoints have none; their number of heads
/// follows from the other dimensions (``SMDM/publishedHeadCount(layers:width:feedForwardWidth:)``).
///
/// - SeeAlso: Nie et al., “Scaling up Masked Diffusion Models on Text”, arXiv:2410.18514;
///   github.com/ML-GSAI/SMDM, `lit_gpt/diffmodel.py`, `TransEncoder`.
package enum SMDM: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "smdm", modelTypes: ["smdm"], names: names, defaultPreset: "smdm-greedy",
    summary: "masked diffusion models in the layout of lit-gpt (arXiv:2410.18514)",
    recognizes: { $0.tensors[names[.packedAttention, layer: 0]] != nil && !predictsAll($0) })

  fileprivate static let names = TensorNames.litGPT

  /// The context length of every published model.
  private static let publishedContextLength = 2048

  /// Whether every token that can be read can be predicted: then none of them is a mask.
  fileprivate static func predictsAll(_ weights: Weights) -> Bool {
    weights.tensors[names[.embedding]]?.shape == weights.tensors[names[.head]]?.shape
  }

  package static func description(of files: ModelFiles) throws(ModelError) -> ModelDescription {
    let weights = files.weights
    let embedding = try weights.sizes(ofMatrix: names[.embedding])
    let head = try weights.sizes(ofMatrix: names[.head])
    let layers = weights.layerCount { names[.attentionNorm, layer: $0] }
    let gate = try weights.sizes(ofMatrix: names[.gate, layer: 0])
    let mask = try maskToken(files, embeddingCount: embedding.rows)
    guard let file = files.configuration else {
      let architecture = try publishedArchitecture(
        layers: layers, embedding: embedding, vocabularySize: head.rows,
        feedForwardWidth: gate.rows, path: weights.path)
      return ModelDescription(
        architecture: architecture, names: names, maskToken: mask.token, endOfTextTokens: [],
        findings: [Finding("mask token", "\(mask.token)", source: mask.source, "--mask-token")])
    }
    try refuseUnsupported(file)
    let width = try file.size(
      "n_embd", in: weights, tensor: names[.embedding], says: embedding.columns)
    let heads = try file.requiredSize("n_head")
    let headSize = try file.size("head_size") ?? (width / heads)
    let isShifted = try file.flag("shift_logits") ?? false
    let architecture = Architecture(
      layerCount: try file.size(
        "n_layer", in: weights, tensor: names[.attentionNorm, layer: layers], says: layers),
      width: width, headCount: heads,
      keyValueHeadCount: try file.size("n_query_groups") ?? heads, headSize: headSize,
      feedForwardWidth: try file.size(
        "intermediate_size", in: weights, tensor: names[.gate, layer: 0], says: gate.rows),
      embeddingCount: embedding.rows,
      vocabularySize: try file.size(
        "padded_vocab_size", in: weights, tensor: names[.head], says: head.rows),
      contextLength: try file.size("block_size") ?? publishedContextLength,
      normEpsilon: Float(try file.positiveNumber("norm_eps") ?? 1e-5),
      rotary: Rotary(
        base: Float(try file.positiveNumber("rope_base") ?? 10_000),
        precision: try rotaryPrecision(file)),
      attentionLayout: .grouped,
      // lit-gpt has no such key: models that once wrote from left to right have it here.
      isShifted: files.overrides.isShifted ?? isShifted)
    try architecture.checkHeads(
      file, keyValueHeadsKey: "n_query_groups", headSizeKey: "head_size")
    return ModelDescription(
      architecture: architecture, names: names,
      maskToken: mask.token,
      endOfTextTokens: try file.tokens("eos_token_id", below: embedding.rows),
      findings: [Finding("mask token", "\(mask.token)", source: mask.source, "--mask-token")])
  }

  /// The mask token: the last row of the embedding, unless something else is said.
  private static func maskToken(
    _ files: ModelFiles, embeddingCount: Int
  ) throws(ModelError) -> (token: TokenID, source: String) {
    if files.overrides.maskToken != nil {
      return try TokenFiles(files).maskToken(below: embeddingCount)
    }
    if let token = try files.configuration?.token("mask_token_id", below: embeddingCount) {
      return (token, "config.json, mask_token_id")
    }
    return (TokenID(clamping: embeddingCount - 1), "the family, the last row of the embedding")
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
  ) throws(ModelError) -> Rotary.Precision {
    try file.require("rope_cache_dtype", oneOf: Rotary.Precision.allCases.map(\.rawValue))
    return try file.text("rope_cache_dtype").flatMap(Rotary.Precision.init) ?? .bfloat16
  }

  private static func publishedArchitecture(
    layers: Int, embedding: (rows: Int, columns: Int), vocabularySize: Int, feedForwardWidth: Int,
    path: String
  ) throws(ModelError) -> Architecture {
    guard
      let heads = publishedHeadCount(
        layers: layers, width: embedding.columns, feedForwardWidth: feedForwardWidth)
    else {
      throw .unknownDimensions(
        path: path, layers: layers, width: embedding.columns, feedForwardWidth: feedForwardWidth)
    }
    return Architecture(
      layerCount: layers, width: embedding.columns, headCount: heads, keyValueHeadCount: heads,
      headSize: embedding.columns / heads, feedForwardWidth: feedForwardWidth,
      embeddingCount: embedding.rows, vocabularySize: vocabularySize,
      contextLength: publishedContextLength, normEpsilon: 1e-5,
      rotary: Rotary(base: 10_000, precision: .bfloat16), attentionLayout: .grouped)
  }
}

/// The twins of SMDM that write from left to right, in the same layout.
///
/// Their embedding has no row for a mask token, which tells them apart.
///
/// - SeeAlso: Nie et al., arXiv:2410.18514; github.com/ML-GSAI/SMDM, `lit_gpt/model.py`, `GPT`.
package enum SMDMAutoregressive: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "smdm-ar", modelTypes: ["smdm-ar"], names: SMDM.names, defaultPreset: "autoregressive",
    summary: "the twins of SMDM that write from left to right (arXiv:2410.18514)",
    recognizes: {
      $0.tensors[SMDM.names[.packedAttention, layer: 0]] != nil && SMDM.predictsAll($0)
    })

  package static func description(of files: ModelFiles) throws(ModelError) -> ModelDescription {
    var model = try SMDM.description(of: files)
    model.architecture.attention = .causal
    model.architecture.isShifted = true
    model.findings = []
    model.maskToken = TokenID(clamping: model.architecture.embeddingCount)
    return model
  }
}
