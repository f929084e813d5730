package import Checkpoints
internal import Kernels

extension TransformerWeights {
  /// Finds every tensor of a network and checks its shape.
  ///
  /// - Throws: ``ModelError/weights(_:)`` when one is missing or has another shape.
  package init(
    _ architecture: Architecture, from weights: Weights, names: TensorNames
  ) throws(ModelError) {
    let reader = WeightReader(architecture: architecture, weights: weights, names: names)
    var blocks: [Block] = []
    for layer in 0..<architecture.layerCount { blocks.append(try reader.block(layer)) }
    let width = architecture.width
    let embedding = try reader.matrix(names[.embedding], architecture.embeddingCount, width)
    self.init(
      embedding: embedding, blocks: blocks,
      finalNorm: architecture.normPlacement == .before ? try reader.norm(.finalNorm) : nil,
      head: architecture.isHeadTied
        ? embedding : try reader.matrix(names[.head], architecture.vocabularySize, width))
    if architecture.biases.contains(.head) {
      headBias = try reader.vector(names[.headBias, .bias], architecture.vocabularySize)
    }
    if architecture.transformsHead {
      headTransform = (
        try reader.linear(
          .headTransform, width, width, hasBias: architecture.biases.contains(.headTransform)),
        try reader.norm(.headNorm)
      )
    }
    if let learned = architecture.learnedPositions {
      positions = try reader.matrix(names[.positionEmbedding], learned.count, width)
    }
    if architecture.segmentCount > 0 {
      segments = try reader.matrix(names[.segmentEmbedding], architecture.segmentCount, width)
    }
    if architecture.normalizesEmbedding { embeddingNorm = try reader.norm(.embeddingNorm) }
    if let inner = architecture.conditioning?.width {
      noise = Noise(
        embedding: try reader.linear(.noise, inner, Architecture.Conditioning.frequencyCount),
        projection: try reader.linear(.noiseProjection, inner, inner),
        headModulation: try reader.linear(.headModulation, 2 * width, inner))
    }
  }
}

/// The tensors of a network by their roles.
private struct WeightReader {
  let architecture: Architecture
  let weights: Weights
  let names: TensorNames

  func norm(_ role: TensorNames.Role) throws(ModelError) -> NormWeights {
    NormWeights(
      try vector(names[role], architecture.width),
      bias: architecture.hasNormBias ? try vector(names[role, .bias], architecture.width) : nil)
  }

  func linear(
    _ role: TensorNames.Role, _ rows: Int, _ columns: Int, hasBias: Bool = true
  ) throws(ModelError) -> Linear {
    Linear(
      try matrix(names[role], rows, columns),
      bias: hasBias ? try vector(names[role, .bias], rows) : nil)
  }

  private func linear(
    _ role: TensorNames.BlockRole, layer: Int, _ rows: Int, _ columns: Int, hasBias: Bool
  ) throws(ModelError) -> Linear {
    Linear(
      try matrix(names[role, layer: layer], rows, columns),
      bias: hasBias ? try vector(names[role, layer: layer, .bias], rows) : nil)
  }

  func block(_ layer: Int) throws(ModelError) -> TransformerWeights.Block {
    let (width, size) = (architecture.width, architecture.headSize)
    func norm(_ role: TensorNames.BlockRole) throws(ModelError) -> NormWeights {
      NormWeights(
        try vector(names[role, layer: layer], width),
        bias: architecture.hasNormBias
          ? try vector(names[role, layer: layer, .bias], width) : nil)
    }
    func headNorm(_ role: TensorNames.BlockRole) throws(ModelError) -> Tensor? {
      architecture.normalizesHeads ? try vector(names[role, layer: layer], size) : nil
    }
    var block = TransformerWeights.Block(
      attentionNorm: architecture.hasAttentionNorm(layer) ? try norm(.attentionNorm) : nil,
      attention: try attention(layer), queryNorm: try headNorm(.queryNorm),
      keyNorm: try headNorm(.keyNorm),
      projection: try linear(
        .projection, layer: layer, width, architecture.queryWidth,
        hasBias: architecture.biases.contains(.projection)),
      feedForwardNorm: try norm(.feedForwardNorm), feedForward: try feedForward(layer))
    if let inner = architecture.conditioning?.width {
      block.modulation = try linear(.modulation, layer: layer, 6 * width, inner, hasBias: true)
    }
    return block
  }

  private func attention(_ layer: Int) throws(ModelError) -> TransformerWeights.Attention {
    let width = architecture.width, queries = architecture.queryWidth
    let keys = architecture.keyValueWidth
    let hasBias = architecture.biases.contains(.queryKeyValue)
    switch architecture.attentionLayout {
    case .separate:
      return .separate(
        query: try linear(.query, layer: layer, queries, width, hasBias: hasBias),
        key: try linear(.key, layer: layer, keys, width, hasBias: hasBias),
        value: try linear(.value, layer: layer, keys, width, hasBias: hasBias))
    case .grouped:
      return .packed(
        try linear(.packedAttention, layer: layer, queries + 2 * keys, width, hasBias: hasBias))
    case .stacked:
      let all = try linear(
        .packedAttention, layer: layer, queries + 2 * keys, width, hasBias: hasBias)
      return .separate(
        query: all.rows(0..<queries), key: all.rows(queries..<queries + keys),
        value: all.rows(queries + keys..<queries + 2 * keys))
    }
  }

  private func feedForward(_ layer: Int) throws(ModelError) -> TransformerWeights.FeedForward {
    let (width, hidden) = (architecture.width, architecture.feedForwardWidth)
    if let experts = architecture.experts, architecture.hasExperts(layer) {
      return .experts(try mixture(experts, layer))
    }
    switch architecture.feedForward {
    case .swiGLU: return .dense(try gated(hidden) { names[$0, layer: layer] })
    case .geGLU:
      let both = try matrix(names[.packedGate, layer: layer], 2 * hidden, width)
      return .dense(
        TransformerWeights.GatedLayer(
          gate: both.rows(0..<hidden), up: both.rows(hidden..<2 * hidden),
          down: try matrix(names[.down, layer: layer], width, hidden)))
    case .gelu:
      let hasBias = architecture.biases.contains(.feedForward)
      return .plain(
        up: try linear(.up, layer: layer, hidden, width, hasBias: hasBias),
        down: try linear(.down, layer: layer, width, hidden, hasBias: hasBias))
    }
  }

  private func gated(
    _ hidden: Int, _ name: (TensorNames.BlockRole) -> String
  ) throws(ModelError) -> TransformerWeights.GatedLayer {
    let width = architecture.width
    return TransformerWeights.GatedLayer(
      gate: try matrix(name(.gate), hidden, width), up: try matrix(name(.up), hidden, width),
      down: try matrix(name(.down), width, hidden))
  }

  private func mixture(
    _ experts: Architecture.Experts, _ layer: Int
  ) throws(ModelError) -> TransformerWeights.Experts {
    var mixture = TransformerWeights.Experts(
      router: try matrix(names[.router, layer: layer], experts.count, architecture.width),
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
    return mixture
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
      return try weights.tensor(name, shape)
    } catch {
      throw .weights(error)
    }
  }
}

extension Linear {
  /// The layer that makes the outputs `range`.
  fileprivate func rows(_ range: Range<Int>) -> Linear {
    Linear(
      weights.rows(range), bias: bias.map { Tensor(Array($0.values[range])) })
  }
}
