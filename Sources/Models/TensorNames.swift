/// What the tensors of a checkpoint are called: role → name.
package struct TensorNames: Equatable, Sendable {
  /// What a tensor outside the blocks is for.
  package enum Role: CaseIterable, Sendable {
    case embedding, finalNorm, head
    case positionEmbedding, segmentEmbedding, embeddingNorm
    case headTransform, headNorm, headBias
    case noise, noiseProjection, headModulation

    fileprivate var isNorm: Bool {
      self == .finalNorm || self == .embeddingNorm || self == .headNorm
    }
  }

  /// What a tensor inside a block is for.
  package enum BlockRole: CaseIterable, Sendable {
    case attentionNorm, query, key, value, packedAttention, queryNorm, keyNorm, projection
    case feedForwardNorm, gate, up, down, packedGate, modulation
    case router, routerBias, sharedGate, sharedUp, sharedDown

    fileprivate var isNorm: Bool { self == .attentionNorm || self == .feedForwardNorm }
  }

  /// Which tensor of a linear layer or a norm.
  package enum Part: String, Sendable {
    case weight, bias
  }

  private let modules: [Role: String]
  /// What the names inside a block begin with; the number of the block follows.
  private let blocks: String
  private let blockModules: [BlockRole: String]
  /// The module that holds the experts of a block, each by its number.
  private let experts: String
  /// What the two tensors of a norm are called.
  private let normParts: [Part: String]

  /// Creates names from those of modules, without `.weight` or `.bias`.
  ///
  /// - Parameters:
  ///   - modules: The modules outside the blocks.
  ///   - blocks: What the names inside a block begin with, before its number and a dot.
  ///   - blockModules: The modules of a block that the architecture has.
  ///   - experts: The module that holds the experts of a block.
  ///   - normParts: What the two tensors of a norm are called, where it is not as usual.
  package init(
    _ modules: [Role: String], blocks: String, _ blockModules: [BlockRole: String],
    experts: String = "mlp.experts", normParts: [Part: String] = [:]
  ) {
    self.modules = modules
    self.blocks = blocks
    self.blockModules = blockModules
    self.experts = experts
    self.normParts = normParts
  }

  /// Returns the name of a tensor outside the blocks.
  package subscript(role: Role, part: Part = .weight) -> String {
    guard let module = modules[role] else { preconditionFailure("no name for \(role)") }
    // A module that ends in a dot is a tensor of its own.
    guard module.last != "." else { return String(module.dropLast()) }
    return "\(module).\(name(of: part, isNorm: role.isNorm))"
  }

  private func name(of part: Part, isNorm: Bool) -> String {
    (isNorm ? normParts[part] : nil) ?? part.rawValue
  }

  /// Returns the name of a tensor in block `layer`.
  package subscript(role: BlockRole, layer layer: Int, part: Part = .weight) -> String {
    guard let module = blockModules[role] else { preconditionFailure("no name for \(role)") }
    // A bias that belongs to no linear layer is a tensor of its own.
    guard role != .routerBias else { return "\(blocks)\(layer).\(module)" }
    return "\(blocks)\(layer).\(module).\(name(of: part, isNorm: role.isNorm))"
  }

  /// Returns the name of a matrix of an expert: `gate`, `up` or `down`.
  package subscript(role: BlockRole, layer layer: Int, expert expert: Int) -> String {
    guard let module = blockModules[role]?.split(separator: ".").last else {
      preconditionFailure("no name for \(role)")
    }
    return "\(blocks)\(layer).\(experts).\(expert).\(module).weight"
  }
}

extension TensorNames {
  /// The names that Transformers gives the tensors of Llama, Qwen2 and Qwen3.
  package static let transformers = TensorNames(
    [.embedding: "model.embed_tokens", .finalNorm: "model.norm", .head: "lm_head"],
    blocks: "model.layers.",
    [
      .attentionNorm: "input_layernorm", .query: "self_attn.q_proj", .key: "self_attn.k_proj",
      .value: "self_attn.v_proj", .queryNorm: "self_attn.q_norm", .keyNorm: "self_attn.k_norm",
      .projection: "self_attn.o_proj", .feedForwardNorm: "post_attention_layernorm",
      .gate: "mlp.gate_proj", .up: "mlp.up_proj", .down: "mlp.down_proj",
      .router: "mlp.gate", .routerBias: "mlp.expert_bias",
      .sharedGate: "shared_expert.gate_proj", .sharedUp: "shared_expert.up_proj",
      .sharedDown: "shared_expert.down_proj",
    ])

  /// The names of lit-gpt, which SMDM uses.
  package static let litGPT = TensorNames(
    [.embedding: "transformer.wte", .finalNorm: "transformer.ln_f", .head: "lm_head"],
    blocks: "transformer.h.",
    [
      .attentionNorm: "norm_1", .packedAttention: "attn.attn", .projection: "attn.proj",
      .feedForwardNorm: "norm_2", .gate: "mlp.swiglu.w1", .up: "mlp.swiglu.w2",
      .down: "mlp.swiglu.w3",
    ])

  /// The names of OLMo, which LLaDA uses.
  ///
  /// `ff_out` is the second half of the feed-forward layer inside a block, and the head outside.
  package static let olmo = TensorNames(
    [
      .embedding: "model.transformer.wte", .finalNorm: "model.transformer.ln_f",
      .head: "model.transformer.ff_out",
    ],
    blocks: "model.transformer.blocks.",
    [
      .attentionNorm: "attn_norm", .query: "q_proj", .key: "k_proj", .value: "v_proj",
      .projection: "attn_out", .feedForwardNorm: "ff_norm", .gate: "ff_proj", .up: "up_proj",
      .down: "ff_out",
    ])

  /// The names of llama.cpp's files.
  ///
  /// The matrices of experts are parts of tensors there; their names are this program's own.
  package static let gguf = TensorNames(
    [.embedding: "token_embd", .finalNorm: "output_norm", .head: "output"],
    blocks: "blk.",
    [
      .attentionNorm: "attn_norm", .query: "attn_q", .key: "attn_k", .value: "attn_v",
      .queryNorm: "attn_q_norm", .keyNorm: "attn_k_norm", .projection: "attn_output",
      .feedForwardNorm: "ffn_norm", .gate: "ffn_gate", .up: "ffn_up", .down: "ffn_down",
      .router: "ffn_gate_inp", .sharedGate: "ffn_gate_shexp", .sharedUp: "ffn_up_shexp",
      .sharedDown: "ffn_down_shexp",
    ],
    experts: "experts")
}
