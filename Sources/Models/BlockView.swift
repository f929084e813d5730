package import Kernels

/// The weights of one block as plain addresses, valid as long as the weights live.
///
/// Threads that work on the same block would otherwise all count references to its weights.
package struct BlockView: @unchecked Sendable {
  /// The norm of attention, if there is one.
  package var attentionNorm: Norm?
  /// What makes queries, keys and values.
  package var attention: Attention
  /// The norm of each query head, if there is one.
  package var queryNorm: Kernels.Norm?
  /// The norm of each key head, if there is one.
  package var keyNorm: Kernels.Norm?
  /// From what the heads gathered to the stream.
  package var projection: Layer
  /// The norm of the feed-forward layer.
  package var feedForwardNorm: Norm
  /// What each position makes of itself.
  package var feedForward: FeedForward
  /// What the output of attention is multiplied by, shape `[width]`; `nil` leaves it as it is.
  package var attentionGate: UnsafePointer<Float>?
  /// The same for the feed-forward layer.
  package var feedForwardGate: UnsafePointer<Float>?

  /// As ``NormWeights``.
  package struct Norm: @unchecked Sendable {
    /// The weight.
    package var scale: Kernels.Norm
    /// Shape `[width]`, or `nil`.
    package var bias: UnsafePointer<Float>?
    /// Whether the mean is subtracted.
    package var isCentred: Bool

    init(_ norm: NormWeights, _ architecture: Architecture) {
      scale = Kernels.Norm(weight: norm.weight.address, epsilon: architecture.normEpsilon)
      bias = norm.bias.map { UnsafePointer($0.address) }
      isCentred = architecture.norm != .rms
    }
  }

  /// As ``Linear``.
  package struct Layer: @unchecked Sendable {
    /// Shape `[outputs, inputs]`.
    package var weights: Kernels.Matrix
    /// Shape `[outputs]`, or `nil`.
    package var bias: UnsafePointer<Float>?

    init(_ linear: Linear) {
      weights = linear.weights.matrix
      bias = linear.bias.map { UnsafePointer($0.address) }
    }

    init(_ matrix: Kernels.Matrix) { weights = matrix }
  }

  /// As ``TransformerWeights/GatedLayer``.
  package struct GatedLayer: @unchecked Sendable {
    /// The first half, which is passed through the activation.
    package var gate: Kernels.Matrix
    /// The first half, which is multiplied by the gate.
    package var up: Kernels.Matrix
    /// The second half.
    package var down: Kernels.Matrix

    init(_ layer: TransformerWeights.GatedLayer) {
      gate = layer.gate.matrix
      up = layer.up.matrix
      down = layer.down.matrix
    }
  }

  /// As ``TransformerWeights/FeedForward``.
  package enum FeedForward {
    case dense(GatedLayer)
    case plain(up: Layer, down: Layer)
    case experts(Experts)
  }

  /// As ``TransformerWeights/Experts``.
  package struct Experts: @unchecked Sendable {
    /// Shape `[experts, width]`.
    var router: Kernels.Matrix
    /// Shape `[experts]`, or `nil`.
    var bias: UnsafePointer<Float>?
    var layers: [GatedLayer]
    var shared: GatedLayer?

    init(_ experts: TransformerWeights.Experts) {
      router = experts.router.matrix
      bias = experts.bias.map { UnsafePointer($0.address) }
      layers = experts.layers.map(GatedLayer.init)
      shared = experts.shared.map(GatedLayer.init)
    }
  }

  /// As ``TransformerWeights/Attention``.
  package enum Attention {
    case separate(query: Layer, key: Layer, value: Layer)
    case packed(Layer)
  }

  init(_ block: TransformerWeights.Block, _ architecture: Architecture) {
    func headNorm(_ weight: Tensor) -> Kernels.Norm {
      Kernels.Norm(weight: weight.address, epsilon: architecture.normEpsilon)
    }
    attentionNorm = block.attentionNorm.map { Norm($0, architecture) }
    attention =
      switch block.attention {
      case .separate(let query, let key, let value):
        .separate(query: Layer(query), key: Layer(key), value: Layer(value))
      case .packed(let linear): .packed(Layer(linear))
      }
    queryNorm = block.queryNorm.map(headNorm)
    keyNorm = block.keyNorm.map(headNorm)
    projection = Layer(block.projection)
    feedForwardNorm = Norm(block.feedForwardNorm, architecture)
    feedForward =
      switch block.feedForward {
      case .dense(let layer): .dense(GatedLayer(layer))
      case .plain(let up, let down): .plain(up: Layer(up), down: Layer(down))
      case .experts(let experts): .experts(Experts(experts))
      }
  }
}
