package import Checkpoints
internal import Kernels
package import MaskedDiffusion

/// Large language diffusion models by Nie et al., as published for Transformers.
///
/// A pre-norm transformer with rotary attention in both directions and gated feed-forward layers.
/// The mask token is one of the vocabulary; only the configuration says which.
///
/// - SeeAlso: Nie et al., “Large Language Diffusion Models”, arXiv:2502.09992;
///   `modeling_llada.py`, `LLaDAModelLM`.
package struct LLaDA: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "llada", modelTypes: ["llada"],
    characteristicTensor: Name(layer: 0).attentionNorm, embeddingTensor: Name.embedding,
    headTensor: Name.head, defaultPreset: "llada",
    summary: "large language diffusion models (arXiv:2502.09992)")

  /// What the tensors are called.
  ///
  /// `ff_out` is the second half of the feed-forward layer inside a block, and the head outside.
  struct Name {
    static let embedding = "model.transformer.wte.weight"
    static let finalNorm = "model.transformer.ln_f.weight"
    static let head = "model.transformer.ff_out.weight"

    let layer: Int
    private var prefix: String { "model.transformer.blocks.\(layer)." }
    var attentionNorm: String { prefix + "attn_norm.weight" }
    var query: String { prefix + "q_proj.weight" }
    var key: String { prefix + "k_proj.weight" }
    var value: String { prefix + "v_proj.weight" }
    var projection: String { prefix + "attn_out.weight" }
    var feedForwardNorm: String { prefix + "ff_norm.weight" }
    var gate: String { prefix + "ff_proj.weight" }
    var up: String { prefix + "up_proj.weight" }
    var down: String { prefix + "ff_out.weight" }
  }

  private let configuration: Configuration
  private let network: Transformer

  package init(
    configuration: Configuration, weights: Weights, options: ModelOptions,
    progress: LoadingProgress?
  ) throws(ModelError) {
    self.configuration = configuration
    network = Transformer(
      shape: configuration.shape, weights: try Self.layers(of: weights, configuration),
      options: options, progress: progress)
  }

  /// Finds every tensor and checks its shape.
  private static func layers(
    of weights: Weights, _ configuration: Configuration
  ) throws(ModelError) -> TransformerWeights {
    let shape = configuration.shape
    let width = shape.width
    func block(_ layer: Int) throws(ModelError) -> TransformerWeights.Block {
      let name = Name(layer: layer)
      return TransformerWeights.Block(
        attentionNorm: try weights.vector(name.attentionNorm, width),
        attention: .separate(
          query: try weights.matrix(name.query, shape.queryWidth, width),
          key: try weights.matrix(name.key, shape.keyValueWidth, width),
          value: try weights.matrix(name.value, shape.keyValueWidth, width)),
        projection: try weights.matrix(name.projection, width, shape.queryWidth),
        feedForwardNorm: try weights.vector(name.feedForwardNorm, width),
        gate: try weights.matrix(name.gate, shape.feedForwardWidth, width),
        up: try weights.matrix(name.up, shape.feedForwardWidth, width),
        down: try weights.matrix(name.down, width, shape.feedForwardWidth))
    }
    var blocks: [TransformerWeights.Block] = []
    for layer in 0..<shape.layerCount { blocks.append(try block(layer)) }
    let head = configuration.isHeadTied ? Name.embedding : Name.head
    return TransformerWeights(
      embedding: try weights.matrix(Name.embedding, shape.embeddingCount, width), blocks: blocks,
      finalNorm: try weights.vector(Name.finalNorm, width),
      head: try weights.matrix(head, shape.vocabularySize, width))
  }
}

extension LLaDA {
  package var maskToken: TokenID { configuration.maskToken }
  package var vocabularySize: Int { configuration.shape.vocabularySize }
  package var embeddingCount: Int { configuration.shape.embeddingCount }
  package var contextLength: Int { configuration.shape.contextLength }
  package var endOfTextTokens: [TokenID] { configuration.endOfTextTokens }

  package func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    try network.predict(request, into: &prediction)
  }

  package var logitsReader: any LogitsReader { KernelLogitsReader(kernels: network.kernels) }

  package func makeCache() -> (any PredictionCache)? { network.makeCache() }
}
