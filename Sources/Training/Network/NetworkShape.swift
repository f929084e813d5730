package import Models

/// The dimensions of a network to train, and which way it looks: a transformer of rotary attention and gated
/// feed-forward layers, with norms before them, and what Qwen2 and Qwen3 do to queries and keys besides.
package struct NetworkShape: Equatable, Sendable {
  /// The number of blocks.
  package var layerCount: Int
  /// The number of features of a position.
  package var width: Int
  /// The number of query heads.
  package var headCount: Int
  /// The number of key and value heads; divides `headCount`.
  package var keyValueHeadCount: Int
  /// The number of features of a head, even.
  package var headSize: Int
  /// The number of features between the two halves of the feed-forward layer.
  package var feedForwardWidth: Int
  /// The rows of the embedding: a mask predictor of SMDM has one more than the head, that of the mask.
  package var embeddingCount: Int
  /// The rows of the head: tokens that can be predicted.
  package var vocabularySize: Int
  /// The token a mask predictor masks with, a row of the embedding.
  package var maskToken: Int32
  /// The most positions of a canvas.
  package var contextLength: Int
  /// What is added to the mean square before its root is taken.
  package var normEpsilon: Float
  /// How heads are told where a position is.
  package var rotary: Rotary
  /// Whether position i sees only positions up to i: an autoregressive twin, not a mask predictor.
  package var isCausal: Bool
  /// Whether the logits of a position of a mask predictor are the output of the one before.
  package var isShifted: Bool
  /// Whether queries, keys and values add a bias, as in Qwen2.
  package var hasBiases: Bool
  /// Whether each head of queries and keys passes an RMS norm before it is rotated, as in Qwen3.
  package var normalizesHeads: Bool

  /// Creates a shape; the dimensions are not checked.
  ///
  /// Without another, the mask token is the last row of the embedding.
  package init(
    layerCount: Int, width: Int, headCount: Int, keyValueHeadCount: Int, headSize: Int,
    feedForwardWidth: Int, embeddingCount: Int, vocabularySize: Int, contextLength: Int,
    normEpsilon: Float = 1e-5, rotary: Rotary = Rotary(base: 10_000), isCausal: Bool = false,
    isShifted: Bool = false, maskToken: Int32? = nil, hasBiases: Bool = false,
    normalizesHeads: Bool = false
  ) {
    self.layerCount = layerCount
    self.width = width
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headSize = headSize
    self.feedForwardWidth = feedForwardWidth
    self.embeddingCount = embeddingCount
    self.vocabularySize = vocabularySize
    self.contextLength = contextLength
    self.normEpsilon = normEpsilon
    self.rotary = rotary
    self.isCausal = isCausal
    self.isShifted = isShifted
    self.maskToken = maskToken ?? Int32(embeddingCount - 1)
    self.hasBiases = hasBiases
    self.normalizesHeads = normalizesHeads
  }

  /// The features of all query heads.
  package var queryWidth: Int { headCount * headSize }

  /// The features of all key heads.
  package var keyValueWidth: Int { keyValueHeadCount * headSize }

  /// Whether files name its tensors as Transformers does those of Qwen2 and Qwen3; otherwise as lit-gpt does.
  var usesTransformersLayout: Bool { hasBiases || normalizesHeads }

  /// The floating-point operations of a forward and a backward pass of one position: six a weight of
  /// a product, and attention over `length` keys.
  package func operationCount(length: Int) -> Double {
    let block = width * (2 * queryWidth + 2 * keyValueWidth + 3 * feedForwardWidth)
    let weights = layerCount * block + width * vocabularySize
    let attention = 12 * layerCount * queryWidth * length / (isCausal ? 2 : 1)
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
      layerCount: preset.layers, width: preset.width, headCount: preset.heads,
      keyValueHeadCount: preset.heads, headSize: preset.width / preset.heads,
      feedForwardWidth: preset.feedForwardWidth,
      embeddingCount: isCausal ? vocabularySize : vocabularySize + 1,
      vocabularySize: vocabularySize, contextLength: contextLength, isCausal: isCausal)
  }
}
