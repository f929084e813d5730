package import Checkpoints

extension TensorNames {
  /// Returns the names of all tensors of a network.
  package func all(in architecture: Architecture) -> Set<String> {
    Set(tensors(in: architecture).map(\.name))
  }

  /// Returns the names and shapes of all tensors of a network.
  package func tensors(in architecture: Architecture) -> [(name: String, shape: Shape)] {
    let width = architecture.width
    var tensors: [(name: String, shape: Shape)] = [
      (self[.embedding], [architecture.embeddingCount, width])
    ]
    if let positions = architecture.learnedPositions {
      tensors.append((self[.positionEmbedding], [positions.count, width]))
    }
    if architecture.segmentCount > 0 {
      tensors.append((self[.segmentEmbedding], [architecture.segmentCount, width]))
    }
    if architecture.normalizesEmbedding { tensors += norm(.embeddingNorm, architecture) }
    for layer in 0..<architecture.layerCount {
      tensors += blockTensors(layer, architecture)
    }
    return tensors + headTensors(architecture) + conditioningTensors(architecture)
  }

  /// The tensors behind the last block.
  private func headTensors(_ architecture: Architecture) -> [(name: String, shape: Shape)] {
    let width = architecture.width
    var tensors: [(name: String, shape: Shape)] = []
    if architecture.normPlacement == .before { tensors += norm(.finalNorm, architecture) }
    if architecture.transformsHead {
      tensors.append((self[.headTransform], [width, width]))
      if architecture.biases.contains(.headTransform) {
        tensors.append((self[.headTransform, .bias], [width]))
      }
      tensors += norm(.headNorm, architecture)
    }
    if !architecture.isHeadTied {
      tensors.append((self[.head], [architecture.vocabularySize, width]))
    }
    if architecture.biases.contains(.head) {
      tensors.append((self[.headBias, .bias], [architecture.vocabularySize]))
    }
    return tensors
  }

  /// The tensors that make something of the noise.
  private func conditioningTensors(
    _ architecture: Architecture
  ) -> [(name: String, shape: Shape)] {
    guard let inner = architecture.conditioning?.width else { return [] }
    return [
      (self[.noise], [inner, Architecture.Conditioning.frequencyCount]),
      (self[.noise, .bias], [inner]),
      (self[.noiseProjection], [inner, inner]), (self[.noiseProjection, .bias], [inner]),
      (self[.headModulation], [2 * architecture.width, inner]),
      (self[.headModulation, .bias], [2 * architecture.width]),
    ]
  }

  private func norm(
    _ role: Role, _ architecture: Architecture
  ) -> [(name: String, shape: Shape)] {
    let parts: [Part] = architecture.hasNormBias ? [.weight, .bias] : [.weight]
    return parts.map { (self[role, $0], [architecture.width]) }
  }

  private func blockTensors(
    _ layer: Int, _ architecture: Architecture
  ) -> [(name: String, shape: Shape)] {
    let width = architecture.width
    let queries = architecture.queryWidth, keys = architecture.keyValueWidth
    var matrices: [(role: BlockRole, rows: Int, columns: Int)] = [(.projection, width, queries)]
    let attention: [(role: BlockRole, rows: Int, columns: Int)] =
      architecture.attentionLayout == .separate
      ? [(.query, queries, width), (.key, keys, width), (.value, keys, width)]
      : [(.packedAttention, queries + 2 * keys, width)]
    matrices = attention + matrices
    var tensors: [(name: String, shape: Shape)] = matrices.map {
      (self[$0.role, layer: layer], [$0.rows, $0.columns])
    }
    tensors += feedForward(layer, architecture)
    for norm in [BlockRole.attentionNorm, .feedForwardNorm]
    where norm != .attentionNorm || architecture.hasAttentionNorm(layer) {
      tensors.append((self[norm, layer: layer], [width]))
      if architecture.hasNormBias { tensors.append((self[norm, layer: layer, .bias], [width])) }
    }
    if architecture.normalizesHeads {
      for norm in [BlockRole.queryNorm, .keyNorm] {
        tensors.append((self[norm, layer: layer], [architecture.headSize]))
      }
    }
    if architecture.biases.contains(.queryKeyValue) {
      tensors += attention.map { (self[$0.role, layer: layer, .bias], [$0.rows]) }
    }
    if architecture.biases.contains(.projection) {
      tensors.append((self[.projection, layer: layer, .bias], [width]))
    }
    if let inner = architecture.conditioning?.width {
      tensors.append((self[.modulation, layer: layer], [6 * width, inner]))
      tensors.append((self[.modulation, layer: layer, .bias], [6 * width]))
    }
    return tensors
  }

  /// The tensors of the feed-forward layer of block `layer`, or of its experts.
  private func feedForward(
    _ layer: Int, _ architecture: Architecture
  ) -> [(name: String, shape: Shape)] {
    let width = architecture.width
    func gated(
      _ hidden: Int, _ roles: [BlockRole] = [.gate, .up, .down], _ name: (BlockRole) -> String
    ) -> [(name: String, shape: Shape)] {
      [
        (name(roles[0]), [hidden, width]), (name(roles[1]), [hidden, width]),
        (name(roles[2]), [width, hidden]),
      ]
    }
    guard let experts = architecture.experts, architecture.hasExperts(layer) else {
      let hidden = architecture.feedForwardWidth
      switch architecture.feedForward {
      case .swiGLU: return gated(hidden) { self[$0, layer: layer] }
      case .geGLU:
        return [
          (self[.packedGate, layer: layer], [2 * hidden, width]),
          (self[.down, layer: layer], [width, hidden]),
        ]
      case .gelu:
        var tensors: [(name: String, shape: Shape)] = [
          (self[.up, layer: layer], [hidden, width]), (self[.down, layer: layer], [width, hidden]),
        ]
        if architecture.biases.contains(.feedForward) {
          tensors.append((self[.up, layer: layer, .bias], [hidden]))
          tensors.append((self[.down, layer: layer, .bias], [width]))
        }
        return tensors
      }
    }
    var tensors: [(name: String, shape: Shape)] = [
      (self[.router, layer: layer], [experts.count, width])
    ]
    if experts.hasBias { tensors.append((self[.routerBias, layer: layer], [experts.count])) }
    for expert in 0..<experts.count {
      tensors += gated(experts.width) { self[$0, layer: layer, expert: expert] }
    }
    if let sharedWidth = experts.sharedWidth {
      tensors += gated(sharedWidth, [.sharedGate, .sharedUp, .sharedDown]) {
        self[$0, layer: layer]
      }
    }
    return tensors
  }
}
