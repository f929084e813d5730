internal import Glibc
package import Kernels
internal import MaskedDiffusion

/// How a network begins.
///
/// SMDM's deviations with larger embeddings, and heads that know their neighbours. Without a causal
/// mask nothing tells positions apart at first, and a long part of the training goes by until heads
/// have found out. So all embeddings share one direction, which stands in for the biases that the
/// family lacks; in the first layers, queries and keys turn it into looking one place back, one
/// ahead, two back, and so on.
///
/// The rows of the head begin far apart. Words that stand in the same places, such as the colours, are
/// pulled the same way long before anything tells them apart; where their rows are nearly alike by then,
/// hardly a gradient says that the colour seen before is the one to write, and it is never learnt to copy.
package struct Initialization: Sendable {
  /// The seed of all random numbers.
  package var seed: UInt64

  /// The number of layers whose heads begin with looking at a neighbour; 0 for none.
  package var neighbourLayers: Int

  /// The deviation of the embeddings, and the size of the direction they share.
  private static let embeddingDeviation: Float = 0.4

  /// The deviation of the logits of an untrained network.
  private static let logitDeviation: Float = 3.4

  /// The neighbours that are told apart.
  private static let neighbourCount = 12

  package init(seed: UInt64, neighbourLayers: Int = 2) {
    self.seed = seed
    self.neighbourLayers = neighbourLayers
  }

  /// Makes the parameters of `shape`.
  package func parameters(of shape: NetworkShape, _ layout: ParameterLayout) -> Tensor {
    let tensor = Tensor(count: layout.count)
    let view = ParameterView(tensor, layout)
    for (number, entry) in layout.entries.enumerated() {
      let values = view.base + entry.offset
      guard let deviation = deviation(of: entry.role, shape) else {
        values.update(repeating: entry.role.isBias ? 0 : 1, count: entry.count)
        continue
      }
      var normal = NormalNumbers(seed: seed, stream: UInt64(number))
      for index in 0..<entry.count { values[index] = normal.next() * deviation }
    }
    if neighbourLayers > 0 { teachNeighbours(shape, view) }
    return tensor
  }

  /// `nil` for norms, which begin as ones, and biases, which begin as zeros.
  private func deviation(of role: ParameterRole, _ shape: NetworkShape) -> Float? {
    switch role {
    case .embedding: Self.embeddingDeviation
    case .attentionNorm, .queryNorm, .keyNorm, .feedForwardNorm, .finalNorm: nil
    case .queryBias, .keyBias, .valueBias: nil
    case .projection, .down: 1 / Float(shape.width).squareRoot() / Float(shape.layerCount)
    case .query, .key, .value, .gate, .up: (0.4 / Float(shape.width)).squareRoot()
    case .head: Self.logitDeviation / Float(shape.width).squareRoot()
    }
  }

  private func teachNeighbours(_ shape: NetworkShape, _ view: ParameterView) {
    var random = SplitMix64(seed: seed ^ 0x6E65_6967_6862_6F72)
    let direction = (0..<shape.width).map { _ -> Float in random.next() & 1 == 0 ? 1 : -1 }
    let embedding = view[.embedding]
    for row in 0..<embedding.count {
      for (column, sign) in direction.enumerated() {
        embedding[row][column] += Self.embeddingDeviation * sign
      }
    }
    for layer in 0..<min(neighbourLayers, shape.layerCount) {
      let sharing = shape.headCount / shape.keyValueHeadCount
      for head in 0..<shape.headCount {
        let number = (layer * shape.headCount + head) % Self.neighbourCount
        let offset =
          shape.isCausal ? -(number + 1) : (number / 2 + 1) * (number % 2 == 0 ? -1 : 1)
        let size = shape.headSize
        aim(
          query: view[.query(layer: layer)].rows(head * size..<(head + 1) * size),
          // Heads that share a key share the neighbour of the first.
          key: head % sharing == 0
            ? view[.key(layer: layer)].rows(
              head / sharing * size..<(head / sharing + 1) * size) : nil,
          at: offset, along: direction, frequencies: shape.rotary.frequencies(headSize: size))
      }
    }
  }

  /// Adds to a head what makes it look `offset` places ahead of a position.
  ///
  /// A query (a, 0) and a key (a·cos θδ, −a·sin θδ), rotated by their positions, agree best at a
  /// distance of δ.
  private func aim(
    query: Kernels.Rows, key: Kernels.Rows?, at offset: Int, along direction: [Float],
    frequencies: [Float]
  ) {
    let half = query.count / 2
    let scale = Float(2).squareRoot() / Float(direction.count)
    for pair in 0..<half {
      let amplitude = 4 * pow(Float(half) / 8, 0.25) * exp(-Float(pair) / 3)
      let angle = Float(offset) * frequencies[pair]
      for (column, sign) in direction.enumerated() {
        query[pair][column] += amplitude * sign * scale
        guard let key else { continue }
        key[pair][column] += amplitude * cos(angle) * sign * scale
        key[pair + half][column] -= amplitude * sin(angle) * sign * scale
      }
    }
  }
}

/// Normally distributed numbers, in pairs by the method of Box and Muller.
struct NormalNumbers {
  private var random: SplitMix64
  private var spare: Float?

  init(seed: UInt64, stream: UInt64) {
    var first = SplitMix64(seed: seed ^ stream &* 0xD6E8_FEB8_6659_FD93)
    random = SplitMix64(seed: first.next())
  }

  mutating func next() -> Float {
    if let spare {
      self.spare = nil
      return spare
    }
    let radius = (-2 * log(random.nextUniform())).squareRoot()
    let angle = 2 * Double.pi * random.nextUniform()
    spare = Float(radius * sin(angle))
    return Float(radius * cos(angle))
  }
}
