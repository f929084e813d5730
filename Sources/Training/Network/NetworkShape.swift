package import Inference

/// The dimensions of a network to train, and which way it looks.
package struct NetworkShape: Equatable, Sendable {
  /// The dimensions of the transformer; the embedding has a row more than the head, the mask's.
  package var transformer: TransformerShape

  /// Whether position i sees only positions up to i: an autoregressive twin, not a mask predictor.
  package var isCausal: Bool

  /// Creates a shape; the dimensions are not checked.
  package init(_ transformer: TransformerShape, isCausal: Bool = false) {
    self.transformer = transformer
    self.isCausal = isCausal
  }

  /// The token a mask predictor masks with, and a causal network begins with: the last row of the
  /// embedding.
  package var maskToken: Int32 { Int32(transformer.embeddingCount - 1) }

  /// The floating-point operations of a forward and a backward pass of one position: six a weight of
  /// a product, and attention over `length` keys.
  package func operationCount(length: Int) -> Double {
    let shape = transformer
    let block =
      shape.width * (2 * shape.queryWidth + 2 * shape.keyValueWidth + 3 * shape.feedForwardWidth)
    let weights = shape.layerCount * block + shape.width * shape.vocabularySize
    let attention = 12 * shape.layerCount * shape.queryWidth * length / (isCausal ? 2 : 1)
    return Double(6 * weights + attention)
  }
}

extension NetworkShape {
  /// A named size of SMDM's architecture.
  package struct Preset: Sendable {
    /// Parameters of the blocks, as `--shape` spells them.
    package var name: String
    var layers: Int
    var heads: Int
    var width: Int
    var feedForwardWidth: Int
  }

  /// The sizes, smallest first; `6m` is Diff_LLaMA_6M.
  package static let presets: [Preset] = [
    Preset(name: "0.3m", layers: 5, heads: 4, width: 64, feedForwardWidth: 256),
    Preset(name: "1m", layers: 4, heads: 8, width: 128, feedForwardWidth: 512),
    Preset(name: "3m", layers: 6, heads: 6, width: 192, feedForwardWidth: 768),
    Preset(name: "6m", layers: 6, heads: 4, width: 256, feedForwardWidth: 1024),
    Preset(name: "15m", layers: 6, heads: 6, width: 384, feedForwardWidth: 1536),
    Preset(name: "30m", layers: 7, heads: 8, width: 512, feedForwardWidth: 2048),
    Preset(name: "60m", layers: 9, heads: 10, width: 640, feedForwardWidth: 2560),
  ]

  /// Creates the shape of `preset` for a vocabulary.
  ///
  /// - Parameters:
  ///   - preset: The size.
  ///   - vocabularySize: The tokens that can be predicted.
  ///   - contextLength: The most positions of a canvas.
  ///   - isCausal: Whether it is an autoregressive twin.
  package init(
    _ preset: Preset, vocabularySize: Int, contextLength: Int, isCausal: Bool = false
  ) {
    self.init(
      TransformerShape(
        layerCount: preset.layers, width: preset.width, headCount: preset.heads,
        keyValueHeadCount: preset.heads, headSize: preset.width / preset.heads,
        feedForwardWidth: preset.feedForwardWidth, embeddingCount: vocabularySize + 1,
        vocabularySize: vocabularySize, contextLength: contextLength, normEpsilon: 1e-5,
        rotaryBase: 10_000, rotaryPrecision: .float32),
      isCausal: isCausal)
  }
}
