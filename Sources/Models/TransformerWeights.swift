package import Kernels

/// A linear layer: y = W·x + b.
package struct Linear: Sendable {
  /// W, shape `[outputs, inputs]`.
  package var weights: WeightMatrix
  /// b, shape `[outputs]`; `nil` adds nothing.
  package var bias: Tensor?

  /// Creates a layer; the shapes are not checked.
  package init(_ weights: WeightMatrix, bias: Tensor? = nil) {
    self.weights = weights
    self.bias = bias
  }
}

/// A norm's weights.
package struct NormWeights: Sendable {
  /// What features are multiplied by, shape `[width]`.
  package var weight: Tensor
  /// What is added, shape `[width]`; `nil` adds nothing.
  package var bias: Tensor?

  /// Creates a norm; the shapes are not checked.
  package init(_ weight: Tensor, bias: Tensor? = nil) {
    self.weight = weight
    self.bias = bias
  }
}

/// The weights of a network.
package struct TransformerWeights: Sendable {
  /// The weights of one block.
  package struct Block: Sendable {
    /// The norm of attention; `nil` where the embedding has just passed one.
    package var attentionNorm: NormWeights?
    /// What makes queries, keys and values.
    package var attention: Attention
    /// Shape `[headSize]`; `nil` where heads pass no norm.
    package var queryNorm: Tensor?
    /// Shape `[headSize]`; `nil` where heads pass no norm.
    package var keyNorm: Tensor?
    /// Shape `[width, queryWidth]`.
    package var projection: Linear
    /// The norm of the feed-forward layer.
    package var feedForwardNorm: NormWeights
    /// What each position makes of itself.
    package var feedForward: FeedForward
    /// From the embedding of the noise to shift, scale and gate of attention and of the feed-forward
    /// layer, shape `[6 · width, inner]`; `nil` where nothing depends on the noise.
    package var modulation: Linear?

    /// Creates a block; the shapes are not checked.
    package init(
      attentionNorm: NormWeights?, attention: Attention, queryNorm: Tensor? = nil,
      keyNorm: Tensor? = nil, projection: Linear, feedForwardNorm: NormWeights,
      feedForward: FeedForward
    ) {
      self.attentionNorm = attentionNorm
      self.attention = attention
      self.queryNorm = queryNorm
      self.keyNorm = keyNorm
      self.projection = projection
      self.feedForwardNorm = feedForwardNorm
      self.feedForward = feedForward
    }
  }

  /// A gated feed-forward layer: W_down · (act(W_gate · x) ⊙ W_up · x).
  package struct GatedLayer: Sendable {
    /// Shape `[hidden, width]`.
    package var gate: WeightMatrix
    /// Shape `[hidden, width]`.
    package var up: WeightMatrix
    /// Shape `[width, hidden]`.
    package var down: WeightMatrix

    /// Creates a layer; the shapes are not checked.
    package init(gate: WeightMatrix, up: WeightMatrix, down: WeightMatrix) {
      self.gate = gate
      self.up = up
      self.down = down
    }
  }

  /// What stands between attention and the next block.
  package enum FeedForward: Sendable {
    /// One layer.
    case dense(GatedLayer)
    /// One layer without a gate: W_down · act(W_up · x + b) + c.
    case plain(up: Linear, down: Linear)
    /// Some of many.
    case experts(Experts)
  }

  /// The weights of an ``Architecture/Experts``.
  package struct Experts: Sendable {
    /// Shape `[experts, width]`.
    package var router: WeightMatrix
    /// What is added to the softmax, shape `[experts]`, if anything.
    package var bias: Tensor?
    /// The experts.
    package var layers: [GatedLayer]
    /// The expert of every position, if there is one.
    package var shared: GatedLayer?
  }

  /// How the weights of queries, keys and values are stored.
  package enum Attention: Sendable {
    /// Three layers, of `queryWidth`, `keyValueWidth` and `keyValueWidth` outputs.
    case separate(query: Linear, key: Linear, value: Linear)
    /// One layer: for each key head the outputs of its query heads, of the key, of the value.
    case packed(Linear)
  }

  /// Shape `[embeddingCount, width]`.
  package var embedding: WeightMatrix
  /// The blocks, first to last.
  package var blocks: [Block]
  /// The norm in front of the head, if there is one.
  package var finalNorm: NormWeights?
  /// Shape `[vocabularySize, width]`.
  package var head: WeightMatrix
  /// Shape `[vocabularySize]`; `nil` adds nothing.
  package var headBias: Tensor?
  /// What stands in front of the head: norm(act(W · x + b)).
  package var headTransform: (layer: Linear, norm: NormWeights)?
  /// What is added to the embedding, a row a position; shape `[positions, width]`.
  package var positions: WeightMatrix?
  /// What is added to the embedding, a row a segment; shape `[segments, width]`.
  package var segments: WeightMatrix?
  /// The norm behind the embedding, if there is one.
  package var embeddingNorm: NormWeights?
  /// What makes something of the noise, if anything does.
  package var noise: Noise?

  /// How the noise becomes what blocks are conditioned on.
  package struct Noise: Sendable {
    /// From its frequencies, shape `[inner, 256]`.
    package var embedding: Linear
    /// Shape `[inner, inner]`.
    package var projection: Linear
    /// To shift and scale of the norm in front of the head, shape `[2 · width, inner]`.
    package var headModulation: Linear
  }

  /// Creates the weights of a network; the shapes are not checked.
  package init(
    embedding: WeightMatrix, blocks: [Block], finalNorm: NormWeights?, head: WeightMatrix
  ) {
    self.embedding = embedding
    self.blocks = blocks
    self.finalNorm = finalNorm
    self.head = head
  }
}
