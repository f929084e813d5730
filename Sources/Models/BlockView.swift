package import Kernels

/// The weights of one block as plain addresses, valid as long as the weights live.
///
/// Threads that work on the same block would otherwise all count references to its weights.
package struct BlockView: @unchecked Sendable {
  /// The norm in front of attention.
  package var attentionNorm: Kernels.Norm
  /// What makes queries, keys and values.
  package var attention: Attention
  /// The norm of each query head, if there is one.
  package var queryNorm: Kernels.Norm?
  /// The norm of each key head, if there is one.
  package var keyNorm: Kernels.Norm?
  /// From what the heads gathered to the stream.
  package var projection: Layer
  /// The norm in front of the feed-forward layer.
  package var feedForwardNorm: Kernels.Norm
  /// What each position makes of itself.
  package var feedForward: FeedForward

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

  init(_ block: TransformerWeights.Block, normEpsilon: Float) {
    func norm(_ weight: Tensor) -> Kernels.Norm {
      Kernels.Norm(weight: weight.address, epsilon: normEpsilon)
    }
    attentionNorm = norm(block.attentionNorm)
    attention =
      switch block.attention {
      case .separate(let query, let key, let value):
        .separate(query: Layer(query), key: Layer(key), value: Layer(value))
      case .packed(let linear): .packed(Layer(linear))
      }
    queryNorm = block.queryNorm.map(norm)
    keyNorm = block.keyNorm.map(norm)
    projection = Layer(block.projection)
    feedForwardNorm = norm(block.feedForwardNorm)
    feedForward =
      switch block.feedForward {
      case .dense(let layer): .dense(GatedLayer(layer))
      case .experts(let experts): .experts(Experts(experts))
      }
  }
}
