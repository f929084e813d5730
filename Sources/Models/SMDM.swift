package import Checkpoints
internal import Kernels
package import MaskedDiffusion

/// Masked diffusion language models by Nie et al., in the layout of lit-gpt.
///
/// A pre-norm transformer with rotary attention in both directions and gated feed-forward layers.
/// The mask token is the last row of the embedding matrix and has no row in the head, so it can
/// never be predicted.
///
/// - SeeAlso: Nie et al., “Scaling up Masked Diffusion Models on Text”, arXiv:2410.18514;
///   github.com/ML-GSAI/SMDM, `lit_gpt/diffmodel.py`, `TransEncoder`.
package struct SMDM: ModelFamily {
  package static let descriptor = ModelFamilyDescriptor(
    name: "smdm", modelTypes: ["smdm"],
    characteristicTensor: Name(layer: 0).attention, embeddingTensor: Name.embedding,
    headTensor: Name.head, defaultPreset: "smdm-greedy",
    summary: "masked diffusion models in the layout of lit-gpt (arXiv:2410.18514)")

  /// What the tensors are called.
  struct Name {
    static let embedding = "transformer.wte.weight"
    static let finalNorm = "transformer.ln_f.weight"
    static let head = "lm_head.weight"

    let layer: Int
    private var prefix: String { "transformer.h.\(layer)." }
    var attentionNorm: String { prefix + "norm_1.weight" }
    var attention: String { prefix + "attn.attn.weight" }
    var projection: String { prefix + "attn.proj.weight" }
    var feedForwardNorm: String { prefix + "norm_2.weight" }
    var gate: String { prefix + "mlp.swiglu.w1.weight" }
    var up: String { prefix + "mlp.swiglu.w2.weight" }
    var down: String { prefix + "mlp.swiglu.w3.weight" }
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
        attention: .packed(
          try weights.matrix(
            name.attention, shape.queryWidth + 2 * shape.keyValueWidth, width)),
        projection: try weights.matrix(name.projection, width, shape.queryWidth),
        feedForwardNorm: try weights.vector(name.feedForwardNorm, width),
        gate: try weights.matrix(name.gate, shape.feedForwardWidth, width),
        up: try weights.matrix(name.up, shape.feedForwardWidth, width),
        down: try weights.matrix(name.down, width, shape.feedForwardWidth))
    }
    var blocks: [TransformerWeights.Block] = []
    for layer in 0..<shape.layerCount { blocks.append(try block(layer)) }
    return TransformerWeights(
      embedding: try weights.matrix(Name.embedding, shape.embeddingCount, width), blocks: blocks,
      finalNorm: try weights.vector(Name.finalNorm, width),
      head: try weights.matrix(Name.head, shape.vocabularySize, width))
  }
}

extension SMDM {
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
