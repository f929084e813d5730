internal import Checkpoints
internal import JSON
internal import MaskedDiffusion

/// A model in a GGUF file, described by the file's metadata instead of `config.json`.
///
/// - SeeAlso: `convert_hf_to_gguf.py` and `llama-model.cpp` of github.com/ggml-org/llama.cpp.
struct GGUFModel {
  /// Whether the logits of a position are the output of the one before.
  static let shiftKey = "diffusion.shift_logits"
  /// The token that stands for “not yet known”.
  static let maskKey = "tokenizer.ggml.mask_token_id"

  private let files: ModelFiles
  private let file: ConfigurationFile
  private let kind: GGUFArchitecture
  private let names = TensorNames.gguf

  /// Reads the files of a model whose configuration is the metadata.
  ///
  /// - Throws: ``ModelError``.
  init(_ files: ModelFiles) throws(ModelError) {
    guard let file = files.configuration else {
      preconditionFailure("\(files.weights.path) without its metadata")
    }
    self.files = files
    self.file = file
    kind = try GGUFArchitecture(file)
  }

  /// Describes the model.
  ///
  /// - Throws: ``ModelError``.
  func description() throws(ModelError) -> ModelDescription {
    var architecture = try architecture()
    try refuseUnused(architecture)
    let isDiffusion = try kind.isDiffusion(file, files.overrides)
    guard isDiffusion else {
      (architecture.attention, architecture.isShifted) = (.causal, true)
      var model = ModelDescription(
        architecture: architecture, names: names,
        maskToken: TokenID(clamping: architecture.embeddingCount),
        endOfTextTokens: try endOfTextTokens(architecture),
        findings: [
          Finding(
            "attention", "from left to right", source: "the file, which has no diffusion keys",
            "--mask-token")
        ])
      model.remark =
        "\(file.path) has no diffusion keys, so it is read as a model that writes from left to "
        + "right; --mask-token ID reads it as a diffusion model"
      return model
    }
    let mask = try maskToken(architecture)
    let shift = try shift()
    architecture.isShifted = shift.isShifted
    return ModelDescription(
      architecture: architecture, names: names, maskToken: mask.token,
      endOfTextTokens: try endOfTextTokens(architecture),
      findings: [
        Finding("mask token", "\(mask.token)", source: mask.source, "--mask-token"), shift.finding,
      ])
  }

  private func key(_ name: String) -> String { "\(kind.name).\(name)" }

  private func architecture() throws(ModelError) -> Architecture {
    let weights = files.weights
    let embedding = try weights.sizes(ofMatrix: names[.embedding])
    let isHeadTied = weights.tensors[names[.head]] == nil
    let head = isHeadTied ? embedding : try weights.sizes(ofMatrix: names[.head])
    let layers = weights.layerCount { names[.attentionNorm, layer: $0] }
    let width = try file.size(
      key("embedding_length"), in: weights, tensor: names[.embedding], says: embedding.columns)
    let heads = try file.requiredSize(key("attention.head_count"))
    let headSize = try file.size(key("attention.key_length"))
    guard headSize != nil || width % heads == 0 else {
      throw .invalidValue(
        path: file.path, key: key("attention.head_count"), found: "\(heads)",
        expected: "a divisor of \(width)")
    }
    let layerCount = try file.size(
      key("block_count"), in: weights, tensor: names[.attentionNorm, layer: layers], says: layers)
    let experts = try experts(layerCount: layerCount)
    let size = headSize ?? width / heads
    try file.require(key("attention.value_length"), size)
    let rotatedSize = try rotatedSize(headSize: size)
    let architecture = Architecture(
      layerCount: layerCount, width: width, headCount: heads,
      keyValueHeadCount: try file.size(key("attention.head_count_kv")) ?? heads, headSize: size,
      feedForwardWidth: try feedForwardWidth(experts), embeddingCount: embedding.rows,
      vocabularySize: head.rows, contextLength: try file.requiredSize(key("context_length")),
      normEpsilon: Float(
        try file.positiveNumber(key("attention.layer_norm_rms_epsilon")) ?? 1e-5),
      rotary: try rotary(rotatedSize: rotatedSize),
      biases: has(names[.query, layer: 0, .bias]) ? .queryKeyValue : .none,
      normalizesHeads: has(names[.queryNorm, layer: 0]), isHeadTied: isHeadTied,
      rotatedSize: rotatedSize, experts: experts)
    try architecture.checkHeads(
      file, keyValueHeadsKey: key("attention.head_count_kv"),
      headSizeKey: key(headSize == nil ? "attention.head_count" : "attention.key_length"))
    return architecture
  }

  private func has(_ tensor: String) -> Bool { files.weights.tensors[tensor] != nil }

  private func feedForwardWidth(_ experts: Architecture.Experts?) throws(ModelError) -> Int {
    let gate = names[.gate, layer: 0]
    guard has(gate) else {
      if let experts { return try file.size(key("feed_forward_length")) ?? experts.width }
      throw .weights(.missingTensor(path: files.weights.path, tensor: gate, expected: nil))
    }
    let rows = try files.weights.sizes(ofMatrix: gate).rows
    return try file.size(
      key("feed_forward_length"), in: files.weights, tensor: gate, says: rows)
  }

  /// The experts of a model that has some.
  private func experts(layerCount: Int) throws(ModelError) -> Architecture.Experts? {
    guard let count = try file.wholeNumber(key("expert_count")), count > 0 else { return nil }
    guard let mixture = kind.mixture else {
      throw .invalidValue(
        path: file.path, key: key("expert_count"), found: "\(count)",
        expected: "0: experts of this architecture are not implemented")
    }
    // The converter does not write this key for these networks: the name says it.
    try file.require(key("expert_weights_norm"), mixture == .normalized)
    let chosen = try file.requiredSize(key("expert_used_count"))
    guard chosen <= count else {
      throw .invalidValue(
        path: file.path, key: key("expert_used_count"), found: "\(chosen)",
        expected: "at most the \(count) experts")
    }
    let layers = (0..<layerCount).map { has(names[.router, layer: $0]) }
    guard let first = layers.firstIndex(of: true) else {
      throw .weights(
        .missingTensor(
          path: files.weights.path, tensor: names[.router, layer: 0], expected: nil))
    }
    let gate = names[.gate, layer: first, expert: 0]
    let whole = GGUFExperts.name(of: "gate", layer: first)
    guard has(gate) else {
      throw .weights(
        .missingTensor(path: files.weights.path, tensor: whole, expected: nil))
    }
    var found = 0
    while has(names[.gate, layer: first, expert: found]) { found += 1 }
    guard count == found else {
      throw .disagreement(
        path: file.path, key: key("expert_count"), value: count, weights: files.weights.path,
        tensor: whole, found: found)
    }
    return Architecture.Experts(
      count: count, perPosition: chosen,
      width: try file.size(
        key("expert_feed_forward_length"), in: files.weights, tensor: gate,
        says: files.weights.sizes(ofMatrix: gate).rows),
      normalizesWeights: mixture == .normalized, layers: layers)
  }

  /// Refuses settings, and tensors of a block, that ask for arithmetic which is not implemented:
  /// leaving one out would change every result.
  private func refuseUnused(_ architecture: Architecture) throws(ModelError) {
    for name in ["attention.clamp_kqv", "attention.max_alibi_bias", "attention.scale"] {
      if let number = try file.number(key(name)), number != 0 {
        throw .invalidValue(
          path: file.path, key: key(name), found: "\(number)",
          expected: "none: it is not implemented")
      }
    }
    if let window = try file.wholeNumber(key("attention.sliding_window")), window > 0,
      window < architecture.contextLength
    {
      throw .invalidValue(
        path: file.path, key: key("attention.sliding_window"), found: "\(window)",
        expected: "none: windows are not implemented")
    }
    let known = names.all(in: architecture)
    let unknown = files.weights.tensors.keys.filter { name in
      name.hasPrefix("blk.0.") && !known.contains(name)
        && !name.hasSuffix(".attn_rot_embd.weight")
    }
    guard let tensor = (unknown + (has("output_norm.bias") ? ["output_norm.bias"] : [])).min()
    else { return }
    throw .weights(
      .malformedEntry(
        path: files.weights.path, tensor: tensor.shortened,
        reason: "no part of the architecture “\(kind.name)” as it is implemented"))
  }
}

/// Positions.
extension GGUFModel {
  private func rotatedSize(headSize: Int) throws(ModelError) -> Int {
    let size = try file.size(key("rope.dimension_count")) ?? headSize
    guard size <= headSize, size % 2 == 0, headSize % size == 0 else {
      throw .invalidValue(
        path: file.path, key: key("rope.dimension_count"), found: "\(size)",
        expected: "an even part of heads of \(headSize)")
    }
    return size
  }

  private func rotary(rotatedSize: Int) throws(ModelError) -> Rotary {
    var rotary = Rotary(
      base: Float(try file.positiveNumber(key("rope.freq_base")) ?? 10_000), pairing: kind.pairing)
    rotary.scaling = try scaling()
    let factors = "rope_freqs.weight"
    guard has(factors) else { return rotary }
    let values: [Float]
    do throws(WeightsError) {
      values = try files.weights.tensor(factors, [rotatedSize / 2]).floats()
    } catch {
      throw .weights(error)
    }
    guard rotary.scaling == .none, values.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw .weights(
        .malformedEntry(
          path: files.weights.path, tensor: factors,
          reason: rotary.scaling == .none
            ? "a factor is not above 0" : "'\(key("rope.scaling.type"))' says something else"))
    }
    rotary.scaling = .factors(values)
    return rotary
  }

  private func scaling() throws(ModelError) -> Rotary.Scaling {
    let type = try file.text(key("rope.scaling.type")) ?? "none"
    let factor = Float(try file.positiveNumber(key("rope.scaling.factor")) ?? 1)
    switch type {
    case "none": return .none
    case "linear": return factor == 1 ? .none : .linear(factor: factor)
    case "yarn":
      guard factor > 1 else { return .none }
      let share = Float(try file.positiveNumber(key("rope.scaling.attn_factor")) ?? 1)
      let logarithm = Rotary.yarnAttention(factor: Double(factor))
      return .yarn(
        factor: factor,
        original: try file.requiredSize(key("rope.scaling.original_context_length")),
        fast: Float(try file.positiveNumber(key("rope.scaling.yarn_beta_fast")) ?? 32),
        slow: Float(try file.positiveNumber(key("rope.scaling.yarn_beta_slow")) ?? 1),
        truncates: true, attention: Float(logarithm) * share)
    default:
      throw .invalidValue(
        path: file.path, key: key("rope.scaling.type"), found: "“\(type.shortened)”",
        expected: "none, linear or yarn")
    }
  }
}

/// Tokens.
extension GGUFModel {
  /// What mask tokens are called where the metadata does not say which token is one.
  private static let customaryNames = ["<|mdm_mask|>", "<|mask|>", "[MASK]", "<mask>"]

  private func maskToken(
    _ architecture: Architecture
  ) throws(ModelError) -> (token: TokenID, source: String) {
    let bound = architecture.embeddingCount
    if let token = files.overrides.maskToken {
      guard (0..<bound).contains(Int(token)) else {
        throw .invalidValue(
          path: file.path, key: "--mask-token", found: "\(token)",
          expected: "a token from 0 to \(bound - 1)")
      }
      return (token, "--mask-token")
    }
    if let token = try file.token(Self.maskKey, below: bound) {
      return (token, "the file, \(Self.maskKey)")
    }
    let tokens = files.weights.metadata?.list("tokenizer.ggml.tokens")?.texts ?? []
    for name in Self.customaryNames {
      if let index = tokens.firstIndex(of: name), index < bound {
        return (TokenID(index), "the file's token “\(name)”")
      }
    }
    guard !files.overrides.needsMaskToken else {
      throw .missingKey(path: file.path, key: Self.maskKey)
    }
    return (TokenID(clamping: bound), "nothing")
  }

  private func shift() throws(ModelError) -> (isShifted: Bool, finding: Finding) {
    let isShifted: Bool, source: String
    if let given = files.overrides.isShifted {
      (isShifted, source) = (given, "--shift")
    } else if let said = try file.flag(Self.shiftKey) {
      (isShifted, source) = (said, "the file, \(Self.shiftKey)")
    } else {
      (isShifted, source) = (kind.isShifted, "the family")
    }
    return (
      isShifted,
      Finding(
        "shift", isShifted ? "yes" : "no", source: source, isShifted ? "--no-shift" : "--shift")
    )
  }

  private func endOfTextTokens(_ architecture: Architecture) throws(ModelError) -> [TokenID] {
    var tokens: [TokenID] = []
    for name in ["eos", "eot"] {
      let key = "tokenizer.ggml.\(name)_token_id"
      for token in try file.tokens(key, below: architecture.embeddingCount)
      where !tokens.contains(token) { tokens.append(token) }
    }
    return tokens
  }
}
