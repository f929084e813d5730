package import Checkpoints
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

/// The weights of a network.
package struct TransformerWeights: Sendable {
  /// The weights of one block.
  package struct Block: Sendable {
    /// Shape `[width]`.
    package var attentionNorm: Tensor
    /// What makes queries, keys and values.
    package var attention: Attention
    /// Shape `[headSize]`; `nil` where heads pass no norm.
    package var queryNorm: Tensor?
    /// Shape `[headSize]`; `nil` where heads pass no norm.
    package var keyNorm: Tensor?
    /// Shape `[width, queryWidth]`.
    package var projection: Linear
    /// Shape `[width]`.
    package var feedForwardNorm: Tensor
    /// What each position makes of itself.
    package var feedForward: FeedForward

    /// Creates a block; the shapes are not checked.
    package init(
      attentionNorm: Tensor, attention: Attention, queryNorm: Tensor? = nil,
      keyNorm: Tensor? = nil, projection: Linear, feedForwardNorm: Tensor,
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

  /// A gated feed-forward layer: W_down · (silu(W_gate · x) ⊙ W_up · x).
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
  /// Shape `[width]`.
  package var finalNorm: Tensor
  /// Shape `[vocabularySize, width]`.
  package var head: WeightMatrix

  /// Creates the weights of a network; the shapes are not checked.
  package init(embedding: WeightMatrix, blocks: [Block], finalNorm: Tensor, head: WeightMatrix) {
    self.embedding = embedding
    self.blocks = blocks
    self.finalNorm = finalNorm
    self.head = head
  }
}

extension TransformerWeights {
  /// Finds every tensor of a network and checks its shape.
  ///
  /// - Throws: ``ModelError/weights(_:)`` when one is missing or has another shape.
  package init(
    _ architecture: Architecture, from weights: Weights, names: TensorNames
  ) throws(ModelError) {
    var blocks: [Block] = []
    for layer in 0..<architecture.layerCount {
      blocks.append(try weights.block(layer, architecture, names))
    }
    let width = architecture.width
    let embedding = try weights.matrix(
      names[.embedding], architecture.embeddingCount, width)
    self.init(
      embedding: embedding, blocks: blocks, finalNorm: try weights.vector(names[.finalNorm], width),
      head: architecture.isHeadTied
        ? embedding : try weights.matrix(names[.head], architecture.vocabularySize, width))
  }
}

extension Weights {
  fileprivate func block(
    _ layer: Int, _ architecture: Architecture, _ names: TensorNames
  ) throws(ModelError) -> TransformerWeights.Block {
    let width = architecture.width
    let queryWidth = architecture.queryWidth, keyWidth = architecture.keyValueWidth
    func linear(
      _ role: TensorNames.BlockRole, _ rows: Int, _ columns: Int, hasBias: Bool = false
    ) throws(ModelError) -> Linear {
      Linear(
        try matrix(names[role, layer: layer], rows, columns),
        bias: hasBias ? try vector(names[role, layer: layer, .bias], rows) : nil)
    }
    func norm(_ role: TensorNames.BlockRole, _ count: Int) throws(ModelError) -> Tensor {
      try vector(names[role, layer: layer], count)
    }
    let hasBias = architecture.biases == .queryKeyValue
    let attention: TransformerWeights.Attention =
      architecture.packsAttention
      ? .packed(
        try linear(.packedAttention, queryWidth + 2 * keyWidth, width, hasBias: hasBias))
      : .separate(
        query: try linear(.query, queryWidth, width, hasBias: hasBias),
        key: try linear(.key, keyWidth, width, hasBias: hasBias),
        value: try linear(.value, keyWidth, width, hasBias: hasBias))
    return TransformerWeights.Block(
      attentionNorm: try norm(.attentionNorm, width), attention: attention,
      queryNorm: architecture.normalizesHeads ? try norm(.queryNorm, architecture.headSize) : nil,
      keyNorm: architecture.normalizesHeads ? try norm(.keyNorm, architecture.headSize) : nil,
      projection: try linear(.projection, width, queryWidth),
      feedForwardNorm: try norm(.feedForwardNorm, width),
      feedForward: try feedForward(layer, architecture, names))
  }

  private func feedForward(
    _ layer: Int, _ architecture: Architecture, _ names: TensorNames
  ) throws(ModelError) -> TransformerWeights.FeedForward {
    let width = architecture.width
    func gated(
      _ hidden: Int, _ name: (TensorNames.BlockRole) -> String
    ) throws(ModelError) -> TransformerWeights.GatedLayer {
      TransformerWeights.GatedLayer(
        gate: try matrix(name(.gate), hidden, width), up: try matrix(name(.up), hidden, width),
        down: try matrix(name(.down), width, hidden))
    }
    guard let experts = architecture.experts, architecture.hasExperts(layer) else {
      return .dense(try gated(architecture.feedForwardWidth) { names[$0, layer: layer] })
    }
    var mixture = TransformerWeights.Experts(
      router: try matrix(names[.router, layer: layer], experts.count, width),
      bias: experts.hasBias
        ? try vector(names[.routerBias, layer: layer], experts.count) : nil,
      layers: [])
    for expert in 0..<experts.count {
      mixture.layers.append(
        try gated(experts.width) { names[$0, layer: layer, expert: expert] })
    }
    if let sharedWidth = experts.sharedWidth {
      let roles: [TensorNames.BlockRole: TensorNames.BlockRole] = [
        .gate: .sharedGate, .up: .sharedUp, .down: .sharedDown,
      ]
      mixture.shared = try gated(sharedWidth) { names[roles[$0] ?? $0, layer: layer] }
    }
    return .experts(mixture)
  }

  /// Returns the matrix called `name`.
  ///
  /// - Throws: ``ModelError/weights(_:)`` when it is missing or has another shape.
  func matrix(_ name: String, _ rows: Int, _ columns: Int) throws(ModelError) -> WeightMatrix {
    WeightMatrix(try checked(name, [rows, columns]), rows: rows, columns: columns)
  }

  /// Returns the vector called `name`, widened to single precision.
  ///
  /// - Throws: ``ModelError/weights(_:)`` when it is missing or has another shape.
  func vector(_ name: String, _ count: Int) throws(ModelError) -> Tensor {
    Tensor(try checked(name, [count]).floats())
  }

  private func checked(_ name: String, _ shape: Shape) throws(ModelError) -> StoredTensor {
    do throws(WeightsError) {
      return try tensor(name, shape)
    } catch {
      throw .weights(error)
    }
  }
}
