internal import Checkpoints
internal import FoundationEssentials
internal import MaskedDiffusion
public import Models

/// A checkpoint of random weights in the layout of a published model, to find out what that model
/// would cost on a machine.
///
/// What it writes means nothing.
public struct RandomCheckpoint: Sendable {
  /// The name, such as `qwen3-0.6b`.
  public let name: String
  /// The members of `config.json`.
  private let configuration: [(key: String, value: String)]
  let architecture: Architecture
  let names: TensorNames

  /// The shapes that can be made, smallest first.
  public static let all =
    (PublishedShape.all.filter { $0.shape.attentionLayout == .grouped }.map(smdm)
    + [qwen3, sdar, lladaMoE, dream, llada]).sorted { $0.byteCount < $1.byteCount }

  /// Returns the shape called `name`, or `nil` if there is none.
  public static func named(_ name: String) -> RandomCheckpoint? { all.first { $0.name == name } }

  /// The bytes of the weights.
  public var byteCount: Int {
    2 * names.tensors(in: architecture).reduce(0) { $0 + ($1.shape.elementCount ?? 0) }
  }

  /// Writes the checkpoint into a new directory.
  ///
  /// Matrices are drawn from a normal distribution of the width transformers are initialised with,
  /// norms are ones, and biases are zeros, all in bfloat16.
  ///
  /// - Parameters:
  ///   - path: The directory, which must not exist.
  ///   - seed: The same seed gives the same weights.
  ///   - progress: Told the share that is written.
  /// - Throws: ``ModelError/alreadyThere(path:)`` and what keeps the files from being written.
  public func write(
    to path: String, seed: UInt64 = 0, progress: LoadingProgress? = nil
  ) throws(ModelError) {
    guard !FileManager.default.fileExists(atPath: path) else { throw .alreadyThere(path: path) }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw .weights(.unwritable(path: path, reason: "the directory cannot be made"))
    }
    do throws(WeightsError) {
      try writeWeights(to: path + "/model.safetensors", seed: seed, progress: progress)
      let lines = configuration.map { "  \"\($0.key)\": \($0.value)" }
      let file = try OutputFile(path: path + "/config.json")
      let text = Array("{\n\(lines.joined(separator: ",\n"))\n}\n".utf8)
      try text.withUnsafeBufferPointer { text throws(WeightsError) in
        try file.write(UnsafeRawBufferPointer(text))
      }
      try file.synchronize()
    } catch {
      throw .weights(error)
    }
  }

  private func writeWeights(
    to path: String, seed: UInt64, progress: LoadingProgress?
  ) throws(WeightsError) {
    let tensors = names.tensors(in: architecture)
    var writer = try SafetensorsWriter(
      path: path, entries: tensors.map { .init(name: $0.name, type: .bfloat16, shape: $0.shape) },
      metadata: ["format": "pt"])
    let table = Self.normalTable(seed: seed)
    var random = SplitMix64(seed: seed)
    var written = 0
    for tensor in tensors {
      let count = tensor.shape.elementCount ?? 0
      if tensor.shape.dimensions.count == 1 {
        let value: UInt16 = tensor.name.hasSuffix(".bias") ? 0 : 0x3F80
        try Self.append(Array(repeating: value, count: count), to: &writer)
      } else {
        // Rows are cut from one table at random places, as fast as a disk can be written.
        var rest = count
        while rest > 0 {
          let part = min(rest, table.count / 2)
          let start = Int(random.next() % UInt64(table.count / 2))
          try Self.append(Array(table[start..<start + part]), to: &writer)
          rest -= part
        }
      }
      written += 2 * count
      progress?(Double(written) / Double(byteCount))
    }
    try writer.finish()
  }

  private static func append(
    _ values: [UInt16], to writer: inout SafetensorsWriter
  ) throws(WeightsError) {
    try values.withUnsafeBufferPointer { values throws(WeightsError) in
      try writer.append(UnsafeRawBufferPointer(values))
    }
  }

  /// Normally distributed numbers of standard deviation 0.02, in bfloat16.
  private static func normalTable(seed: UInt64) -> [UInt16] {
    var random = SplitMix64(seed: seed ^ 0x5EED)
    return (0..<2_000_003).map { _ in
      // The sum of four uniform numbers has nearly the shape of a normal one, variance 1/3.
      let sum = (0..<4).reduce(Float(0)) { sum, _ in sum + Float(random.next() >> 40) * 0x1p-24 }
      return UInt16(((sum - 2) * 1.7320508 * 0.02).bitPattern >> 16)
    }
  }
}

extension RandomCheckpoint {
  /// Qwen/Qwen3-0.6B, as dllm makes a diffusion model of it.
  private static let qwen3 = RandomCheckpoint(
    name: "qwen3-0.6b", modelType: "a2d-qwen3", maskToken: 151_669, endOfText: 151_645,
    Architecture(
      layerCount: 28, width: 1024, headCount: 16, keyValueHeadCount: 8, headSize: 128,
      feedForwardWidth: 3072, embeddingCount: 151_936, vocabularySize: 151_936,
      contextLength: 40_960, normEpsilon: 1e-6, rotary: Rotary(base: 1_000_000),
      normalizesHeads: true, isHeadTied: true))

  /// JetLM/SDAR-1.7B-Chat.
  private static let sdar = RandomCheckpoint(
    name: "sdar-1.7b", modelType: "sdar", maskToken: 151_669, endOfText: 151_645,
    Architecture(
      layerCount: 28, width: 2048, headCount: 16, keyValueHeadCount: 8, headSize: 128,
      feedForwardWidth: 6144, embeddingCount: 151_936, vocabularySize: 151_936,
      contextLength: 32_768, normEpsilon: 1e-6, rotary: Rotary(base: 1_000_000),
      normalizesHeads: true, isHeadTied: true),
    ["block_size": "4"])

  /// Dream-org/Dream-v0-Instruct-7B.
  private static let dream = RandomCheckpoint(
    name: "dream-7b", modelType: "Dream", maskToken: 151_666, endOfText: 151_643,
    Architecture(
      layerCount: 28, width: 3584, headCount: 28, keyValueHeadCount: 4, headSize: 128,
      feedForwardWidth: 18_944, embeddingCount: 152_064, vocabularySize: 152_064,
      contextLength: 131_072, normEpsilon: 1e-6, rotary: Rotary(base: 1_000_000),
      biases: .queryKeyValue))

  /// inclusionAI/LLaDA-MoE-7B-A1B-Base: 7 thousand million weights, of which 1.4 are used for a position.
  private static let lladaMoE = RandomCheckpoint(
    name: "llada-moe-7b", modelType: "lladamoe", maskToken: 156_895, endOfText: 156_892,
    Architecture(
      layerCount: 16, width: 2048, headCount: 16, keyValueHeadCount: 16, headSize: 128,
      feedForwardWidth: 8192, embeddingCount: 157_184, vocabularySize: 157_184,
      contextLength: 8192, normEpsilon: 1e-5, rotary: Rotary(base: 50_000), normalizesHeads: true,
      experts: Architecture.Experts(
        count: 64, perPosition: 8, width: 1024, layers: Array(repeating: true, count: 16))),
    [
      "num_experts": "64", "num_experts_per_tok": "8", "expert_intermediate_size": "1024",
      "dense_intermediate_size": "8192", "qk_layernorm": "true",
    ])

  private init(
    name: String, modelType: String, maskToken: Int, endOfText: Int, _ architecture: Architecture,
    _ more: KeyValuePairs<String, String> = [:]
  ) {
    self.name = name
    self.architecture = architecture
    names = .transformers
    configuration =
      [
        ("model_type", "\"\(modelType)\""), ("hidden_size", "\(architecture.width)"),
        ("num_hidden_layers", "\(architecture.layerCount)"),
        ("num_attention_heads", "\(architecture.headCount)"),
        ("num_key_value_heads", "\(architecture.keyValueHeadCount)"),
        ("head_dim", "\(architecture.headSize)"),
        ("intermediate_size", "\(architecture.feedForwardWidth)"),
        ("vocab_size", "\(architecture.embeddingCount)"),
        ("max_position_embeddings", "\(architecture.contextLength)"),
        ("rms_norm_eps", "\(architecture.normEpsilon)"),
        ("rope_theta", "\(architecture.rotary.base)"),
        ("tie_word_embeddings", "\(architecture.isHeadTied)"), ("hidden_act", "\"silu\""),
        ("mask_token_id", "\(maskToken)"), ("eos_token_id", "\(endOfText)"),
      ] + more.map { ($0.key, $0.value) }
  }

  /// A size of SMDM, in the layout of lit-gpt.
  private static func smdm(_ published: PublishedShape) -> RandomCheckpoint {
    let shape = published.shape
    return RandomCheckpoint(
      name: published.name,
      configuration: [
        ("model_type", "\"smdm\""), ("n_layer", "\(shape.layerCount)"),
        ("n_embd", "\(shape.width)"), ("n_head", "\(shape.headCount)"),
        ("n_query_groups", "\(shape.keyValueHeadCount)"), ("head_size", "\(shape.headSize)"),
        ("intermediate_size", "\(shape.feedForwardWidth)"),
        ("padded_vocab_size", "\(shape.vocabularySize)"), ("block_size", "\(shape.contextLength)"),
        ("rope_base", "\(shape.rotary.base)"),
        ("rope_cache_dtype", "\"\(shape.rotary.precision.rawValue)\""),
        ("norm_eps", "\(shape.normEpsilon)"), ("mask_token_id", "\(published.maskToken)"),
        ("eos_token_id", "2"),
      ], architecture: shape, names: .litGPT)
  }

  /// GSAI-ML/LLaDA-8B-Instruct.
  private static let llada = RandomCheckpoint(
    name: "llada-8b",
    configuration: [
      ("model_type", "\"llada\""), ("d_model", "4096"), ("n_layers", "32"), ("n_heads", "32"),
      ("n_kv_heads", "32"), ("mlp_hidden_size", "12288"), ("embedding_size", "126464"),
      ("max_sequence_length", "4096"), ("rope_theta", "500000.0"), ("rms_norm_eps", "1e-05"),
      ("weight_tying", "false"), ("mask_token_id", "126336"), ("eos_token_id", "126081"),
    ],
    architecture: PublishedShape.llada8B.shape, names: .olmo)
}
