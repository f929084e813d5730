internal import Checkpoints
internal import JSON
internal import MaskedDiffusion

/// The keys of `config.json` that Transformers uses for Llama, Qwen2, Qwen3 and their descendants.
struct TransformersConfiguration {
  /// How a family differs from the others that use these keys.
  struct Variant {
    /// Which linear layers add a bias.
    var biases = Architecture.Biases.none
    /// Whether heads pass an RMS norm.
    var normalizesHeads = false
    /// Which positions see each other.
    var attention = AttentionPattern.full
    /// Whether the logits of a position are the output of the one before.
    var isShifted = false
    /// Whether layers are mixtures of experts, as Qwen3-MoE describes them.
    var hasExperts = false
    /// The mask token of the published models, where no file says.
    var publishedMaskToken: Int?
  }

  private let files: ModelFiles
  private let file: ConfigurationFile
  private let names = TensorNames.transformers

  /// Reads the files of a model of `family`.
  ///
  /// - Throws: ``ModelError/configurationMissing(weights:family:)``.
  init(_ files: ModelFiles, family: ModelFamilyDescriptor) throws(ModelError) {
    self.files = files
    file = try files.configuration(for: family)
  }

  /// The positions of a block as the model was trained, where `key` says.
  ///
  /// - Throws: ``ModelError/invalidValue(path:key:found:expected:)``.
  func blockLength(_ key: String, default fallback: Int) throws(ModelError) -> (Int, Finding) {
    let option = "--block-length"
    if let length = files.overrides.blockLength {
      return (length, Finding("block length", "\(length)", source: option))
    }
    if let length = try file.size(key) {
      return (length, Finding("block length", "\(length)", source: "config.json, \(key)", option))
    }
    return (fallback, Finding("block length", "\(fallback)", source: "the family", option))
  }

  /// Describes the model.
  ///
  /// - Throws: ``ModelError``.
  func description(_ variant: Variant) throws(ModelError) -> ModelDescription {
    try refuseUnsupported(variant)
    var architecture = try architecture(variant)
    var findings: [Finding] = []
    // Transformers has no such key: models that once wrote from left to right may have it here.
    let stored = try file.flag("shift_logits")
    let shift = files.overrides.isShifted ?? stored ?? variant.isShifted
    architecture.isShifted = shift
    let maskToken: TokenID
    if variant.attention == .causal {
      // No row of the embedding stands for “not yet known”, and none is needed.
      maskToken = TokenID(clamping: architecture.embeddingCount)
    } else {
      let mask = try TokenFiles(files).maskToken(
        below: architecture.embeddingCount, published: variant.publishedMaskToken)
      maskToken = mask.token
      findings.append(
        Finding("mask token", "\(mask.token)", source: mask.source, "--mask-token"))
      findings.append(
        Finding(
          "shift", shift ? "yes" : "no",
          source: files.overrides.isShifted != nil
            ? "--shift" : stored != nil ? "config.json, shift_logits" : "the family",
          shift ? "--no-shift" : "--shift"))
    }
    let ends = try file.tokens("eos_token_id", below: architecture.embeddingCount)
    return ModelDescription(
      architecture: architecture, names: names, maskToken: maskToken, endOfTextTokens: ends,
      findings: findings)
  }

  private func architecture(_ variant: Variant) throws(ModelError) -> Architecture {
    let weights = files.weights
    let isHeadTied = try file.flag("tie_word_embeddings") ?? false
    let embedding = try weights.sizes(ofMatrix: names[.embedding])
    let head = isHeadTied ? embedding : try weights.sizes(ofMatrix: names[.head])
    let layers = weights.layerCount { names[.attentionNorm, layer: $0] }
    let width = try file.size(
      "hidden_size", in: weights, tensor: names[.embedding], says: embedding.columns)
    let heads = try file.requiredSize("num_attention_heads")
    let headSize = try file.size("head_dim")
    guard headSize != nil || width % heads == 0 else {
      throw .invalidValue(
        path: file.path, key: "num_attention_heads", found: "\(heads)",
        expected: "a divisor of \(width)")
    }
    let layerCount = try file.size(
      "num_hidden_layers", in: weights, tensor: names[.attentionNorm, layer: layers],
      says: layers)
    let experts = variant.hasExperts ? try file.qwenExperts(layerCount: layerCount) : nil
    let architecture = Architecture(
      layerCount: layerCount, width: width, headCount: heads,
      keyValueHeadCount: try file.size("num_key_value_heads") ?? heads,
      headSize: headSize ?? width / heads,
      feedForwardWidth: try feedForwardWidth(experts),
      embeddingCount: try file.size(
        "vocab_size", in: weights, tensor: names[.embedding], says: embedding.rows),
      vocabularySize: head.rows, contextLength: try file.requiredSize("max_position_embeddings"),
      normEpsilon: Float(try file.positiveNumber("rms_norm_eps") ?? 1e-6),
      rotary: try Rotary(file, defaultBase: 10_000, contextKey: "max_position_embeddings"),
      biases: variant.biases, normalizesHeads: variant.normalizesHeads, isHeadTied: isHeadTied,
      attention: variant.attention, experts: experts)
    try architecture.checkHeads(
      file, keyValueHeadsKey: "num_key_value_heads",
      headSizeKey: headSize == nil ? "num_attention_heads" : "head_dim")
    return architecture
  }

  /// The features of the feed-forward layers, which the first one without experts shows.
  private func feedForwardWidth(_ experts: Architecture.Experts?) throws(ModelError) -> Int {
    let key = "intermediate_size"
    let dense = experts.map { $0.layers.firstIndex(of: false) } ?? 0
    guard let dense else { return try file.size(key) ?? experts?.width ?? 0 }
    let gate = names[.gate, layer: dense]
    return try file.size(
      key, in: files.weights, tensor: gate, says: files.weights.sizes(ofMatrix: gate).rows)
  }

  /// Refuses arithmetic that is not implemented, by the key that asks for it.
  private func refuseUnsupported(_ variant: Variant) throws(ModelError) {
    try file.refuseForeignArithmetic()
    try file.require("hidden_act", oneOf: ["silu"])
    try file.require("attention_bias", variant.biases.contains(.queryKeyValue))
    try file.require("mlp_bias", false)
    try file.require("use_sliding_window", false)
    try file.require("partial_rotary_factor", 1)
    guard let types = file["layer_types"].elements else { return }
    for type in types where type.text != "full_attention" {
      throw .invalidValue(
        path: file.path, key: "layer_types", found: type.summary, expected: "“full_attention”")
    }
  }
}
