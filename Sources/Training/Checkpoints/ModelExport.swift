package import Checkpoints
internal import FoundationEssentials
internal import Kernels

/// Writes what a run has learnt as a model that can be opened: configuration, weights, tokenizer.
package struct ModelExport: Sendable {
  package var name: String
  package var shape: NetworkShape
  /// The token that ends a text.
  package var endToken: Int32
  /// The content of `tokenizer.json`.
  package var tokenizer: String
  /// How weights are rounded.
  package var format: Format

  package enum Format: String, CaseIterable, Sendable {
    case float32 = "f32"
    case bfloat16 = "bf16"
  }

  package init(
    name: String, shape: NetworkShape, endToken: Int32, tokenizer: String,
    format: Format = .bfloat16
  ) {
    self.name = name
    self.shape = shape
    self.endToken = endToken
    self.tokenizer = tokenizer
    self.format = format
  }

  /// Writes the files beside the weights.
  ///
  /// - Throws: ``WeightsError/unwritable(path:reason:)``.
  package func writeConfiguration(to directory: String) throws(WeightsError) {
    try AtomicFile.write(configuration, to: "\(directory)/config.json")
    try AtomicFile.write(generationConfiguration, to: "\(directory)/generation_config.json")
    try AtomicFile.write(ownTokenizer, to: "\(directory)/tokenizer.json")
  }

  /// The tokenizer; a twin's puts the token it begins with before every text.
  private var ownTokenizer: String {
    let bare = TokenizerDocument.bare(tokenizer, without: endToken)
    return shape.isCausal ? TokenizerDocument.beginning(bare, with: endToken) : bare
  }

  /// The content of `config.json`.
  ///
  /// A twin has another type: no sampler may take it for a mask predictor. It has no token for the mask
  /// and begins with the end of a text.
  package var configuration: String {
    shape.usesTransformersLayout ? transformersConfiguration : litGPTConfiguration
  }

  private var litGPTConfiguration: String {
    """
    {
     "model_type": "\(shape.isCausal ? "smdm-ar" : "smdm")",
     "architectures": ["\(shape.isCausal ? "GPT" : "TransEncoder")"],
     "name": "\(safeName)",
     "block_size": \(shape.contextLength),
     "vocab_size": \(shape.vocabularySize),
     "padded_vocab_size": \(shape.vocabularySize),
     \(specialTokens),
     "n_layer": \(shape.layerCount),
     "n_head": \(shape.headCount),
     "n_query_groups": \(shape.keyValueHeadCount),
     "n_embd": \(shape.width),
     "head_size": \(shape.headSize),
     "intermediate_size": \(shape.feedForwardWidth),
     "rotary_percentage": 1.0,
     "rope_base": \(shape.rotary.base),
     "rope_cache_dtype": "\(shape.rotary.precision.rawValue)",
     "norm_eps": \(shape.normEpsilon),
     "bias": false,
     "parallel_residual": false,
     "tie_word_embeddings": false,
     "torch_dtype": "\(dataType)"
    }

    """
  }

  /// Qwen2 has biases, Qwen3 norms of heads; a mask predictor made of one is of dllm's type.
  private var transformersConfiguration: String {
    let type = shape.normalizesHeads ? "qwen3" : "qwen2"
    let name = "Qwen\(shape.normalizesHeads ? 3 : 2)"
    return """
      {
       "model_type": "\(shape.isCausal ? type : "a2d-" + type)",
       "architectures": ["\(shape.isCausal ? "\(name)ForCausalLM" : "A2D\(name)LMHeadModel")"],
       "name": "\(safeName)",
       "vocab_size": \(shape.embeddingCount),
       \(specialTokens),
       "num_hidden_layers": \(shape.layerCount),
       "num_attention_heads": \(shape.headCount),
       "num_key_value_heads": \(shape.keyValueHeadCount),
       "hidden_size": \(shape.width),
       "head_dim": \(shape.headSize),
       "intermediate_size": \(shape.feedForwardWidth),
       "hidden_act": "silu",
       "max_position_embeddings": \(shape.contextLength),
       "rope_theta": \(shape.rotary.base),
       "rms_norm_eps": \(shape.normEpsilon),
       "use_sliding_window": false,
       "tie_word_embeddings": false,
       "dtype": "\(dataType)"
      }

      """
  }

  /// The keys of the tokens that are not of texts, and of the shift that is no library's.
  private var specialTokens: String {
    let special =
      shape.isCausal ? "\"bos_token_id\": \(endToken)" : "\"mask_token_id\": \(shape.maskToken)"
    let shift = shape.isShifted ? "\n \"shift_logits\": true," : ""
    return "\(special),\(shift)\n \"eos_token_id\": \(endToken)"
  }

  private var dataType: String { format == .float32 ? "float32" : "bfloat16" }

  /// The settings of a first run: room for a prompt, low temperature, one position in every step; what
  /// suits a twin is its family's to say.
  private var generationConfiguration: String {
    let length = max(1, shape.contextLength * 3 / 4)
    let preset = shape.isCausal ? "" : "\n \"preset\": \"smdm-greedy\","
    let steps = shape.isCausal ? "" : "\n \"steps\": \(length),\n \"schedule\": \"uniform\","
    return """
      {\(preset)
       "length": \(length),\(steps)
       "temperature": 0.3
      }

      """
  }

  /// The name without what JSON would have to escape.
  private var safeName: String {
    String(
      name.unicodeScalars.map { $0.value < 32 || $0 == "\"" || $0 == "\\" ? "_" : Character($0) })
  }

  /// Replaces `model.safetensors` in one step.
  ///
  /// - Parameters:
  ///   - parameters: In the layout of the shape.
  ///   - directory: Where the configuration was written.
  ///   - metadata: Texts to keep with the weights: how they were made.
  ///   - kernels: What rounds the weights.
  /// - Throws: ``WeightsError/unwritable(path:reason:)``.
  func writeWeights(
    _ parameters: Tensor, to directory: String, metadata: [String: String], _ kernels: Kernels
  ) throws(WeightsError) {
    let layout = ParameterLayout(shape)
    let view = ParameterView(parameters, layout)
    let tensors = shape.modelTensors(layout)
    let type: ElementType = format == .float32 ? .float32 : .bfloat16
    let file = try AtomicFile(path: "\(directory)/model.safetensors")
    var writer = try SafetensorsWriter(
      path: file.partialPath,
      entries: tensors.map { .init(name: $0.name, type: type, shape: $0.shape) },
      metadata: metadata.merging(["format": "pt"]) { first, _ in first })
    for tensor in tensors {
      let elements = tensor.elements(of: view)
      switch format {
      case .float32: try writer.append(elements)
      case .bfloat16:
        var halves = [UInt16](repeating: 0, count: elements.count)
        halves.withUnsafeMutableBytes { output in
          elements.withUnsafeBufferPointer { elements in
            guard let values = elements.baseAddress, let base = output.baseAddress else { return }
            kernels.quantize(values, count: elements.count, to: .bf16, into: base)
          }
        }
        try halves.withUnsafeBufferPointer { halves throws(WeightsError) in
          try writer.append(UnsafeRawBufferPointer(halves))
        }
      }
    }
    try writer.finish()
    try file.commit()
  }
}
