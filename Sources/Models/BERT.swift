internal import MaskedDiffusion

/// BERT and what was made of it, masked diffusion models among it.
///
/// Learned positions and segments, norms behind the residuals, a layer and a norm in front of the head,
/// which is the embedding.
///
/// - SeeAlso: Devlin et al., “BERT”, arXiv:1810.04805; `transformers/models/bert/modeling_bert.py`,
///   `BertForMaskedLM`.
package enum BERT: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "bert", modelTypes: ["bert"], names: .bert(), defaultPreset: "dllm",
    summary: "BERT as a diffusion model (arXiv:1810.04805)")

  /// The mask token of the published vocabularies.
  private static let publishedMaskToken = 103

  package static func description(of files: ModelFiles) throws(ModelError) -> ModelDescription {
    // Old files call the parts of a norm by the symbols of its paper.
    let isOld = files.weights.tensors[TensorNames.bert(isOld: true)[.embeddingNorm]] != nil
    let configuration = try BERTConfiguration(
      files, family: descriptor, names: .bert(isOld: isOld))
    return try configuration.description(publishedMaskToken: publishedMaskToken) {
      count throws(ModelError) in .init(count: count)
    }
  }
}

/// RoBERTa: BERT whose positions begin behind the padding token and do not count it.
///
/// - SeeAlso: Liu et al., “RoBERTa”, arXiv:1907.11692;
///   `transformers/models/roberta/modeling_roberta.py`, `create_position_ids_from_input_ids`.
package enum RoBERTa: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "roberta", modelTypes: ["roberta", "xlm-roberta"], names: .roberta,
    defaultPreset: "dllm", summary: "RoBERTa as a diffusion model (arXiv:1907.11692)")

  package static func description(of files: ModelFiles) throws(ModelError) -> ModelDescription {
    let configuration = try BERTConfiguration(files, family: descriptor, names: .roberta)
    // The published vocabularies end with it.
    let mask = configuration.embeddingCount - 1
    return try configuration.description(publishedMaskToken: mask) { count throws(ModelError) in
      let padding = try configuration.file.wholeNumber("pad_token_id") ?? 1
      guard padding < count - 1 else {
        throw .invalidValue(
          path: configuration.file.path, key: "pad_token_id", found: "\(padding)",
          expected: "less than the \(count) positions of the table, which begin behind it")
      }
      return .init(count: count, offset: padding + 1, padding: TokenID(clamping: padding))
    }
  }
}

/// The keys of `config.json` that BERT and RoBERTa use.
private struct BERTConfiguration {
  let file: ConfigurationFile
  /// The rows of the embedding.
  let embeddingCount: Int

  private let files: ModelFiles
  private let names: TensorNames

  init(
    _ files: ModelFiles, family: ModelFamilyDescriptor, names: TensorNames
  ) throws(ModelError) {
    self.files = files
    self.names = names
    file = try files.configuration(for: family)
    embeddingCount = try file.size(
      "vocab_size", in: files.weights, tensor: names[.embedding],
      says: try files.weights.sizes(ofMatrix: names[.embedding]).rows)
  }

  /// Describes the model.
  ///
  /// - Parameters:
  ///   - publishedMaskToken: The mask token where all files are silent.
  ///   - positions: What a table of so many rows means.
  /// - Returns: The model.
  /// - Throws: ``ModelError``.
  func description(
    publishedMaskToken: Int,
    _ positions: (_ count: Int) throws(ModelError) -> Architecture.LearnedPositions
  ) throws(ModelError) -> ModelDescription {
    try file.require("hidden_act", oneOf: ["gelu"])
    try file.require("position_embedding_type", oneOf: ["absolute"])
    try file.require("is_decoder", false)
    let weights = files.weights
    let isHeadTied = try file.flag("tie_word_embeddings") ?? true
    let embedding = try weights.sizes(ofMatrix: names[.embedding])
    let table = try weights.sizes(ofMatrix: names[.positionEmbedding])
    let layers = weights.layerCount { names[.projection, layer: $0] }
    let up = try weights.sizes(ofMatrix: names[.up, layer: 0])
    let width = try file.size(
      "hidden_size", in: weights, tensor: names[.embedding], says: embedding.columns)
    let heads = try file.requiredSize("num_attention_heads")
    guard width % heads == 0 else {
      throw .invalidValue(
        path: file.path, key: "num_attention_heads", found: "\(heads)",
        expected: "a divisor of \(width)")
    }
    let learned = try positions(
      try file.size(
        "max_position_embeddings", in: weights, tensor: names[.positionEmbedding],
        says: table.rows))
    var architecture = Architecture(
      layerCount: try file.size(
        "num_hidden_layers", in: weights, tensor: names[.projection, layer: layers],
        says: layers),
      width: width, headCount: heads, keyValueHeadCount: heads, headSize: width / heads,
      feedForwardWidth: try file.size(
        "intermediate_size", in: weights, tensor: names[.up, layer: 0], says: up.rows),
      embeddingCount: embeddingCount, vocabularySize: embeddingCount,
      contextLength: learned.count - learned.offset,
      normEpsilon: Float(try file.positiveNumber("layer_norm_eps") ?? 1e-12),
      rotary: Rotary(base: 10_000), biases: .all, isHeadTied: isHeadTied, rotatedSize: 0)
    architecture.learnedPositions = learned
    architecture.segmentCount = try file.size(
      "type_vocab_size", in: weights, tensor: names[.segmentEmbedding],
      says: try weights.sizes(ofMatrix: names[.segmentEmbedding]).rows)
    architecture.normalizesEmbedding = true
    architecture.norm = .layer(hasBias: true)
    architecture.normPlacement = .after
    architecture.feedForward = .gelu(isApproximate: false)
    architecture.transformsHead = true
    try architecture.checkHeads(
      file, keyValueHeadsKey: "num_attention_heads", headSizeKey: "num_attention_heads")
    return try ModelDescription(
      maskedLanguageModel: architecture, names, files, publishedMaskToken: publishedMaskToken)
  }
}

extension ModelDescription {
  /// Describes a model that was trained to fill masks in texts between two special tokens.
  ///
  /// - Throws: ``ModelError/missingKey(path:key:)`` when nothing names the mask token and the one of the
  ///   published models is not in the vocabulary.
  init(
    maskedLanguageModel architecture: Architecture, _ names: TensorNames, _ files: ModelFiles,
    publishedMaskToken: Int
  ) throws(ModelError) {
    let bound = architecture.embeddingCount
    let mask = try TokenFiles(files).maskToken(below: bound, published: publishedMaskToken)
    self.init(
      architecture: architecture, names: names, maskToken: mask.token,
      endOfTextTokens: try files.configuration?.tokens("eos_token_id", below: bound) ?? [],
      findings: [Finding("mask token", "\(mask.token)", source: mask.source, "--mask-token")])
    framesTexts = true
  }
}
