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
  /// The first half of the feed-forward layer, which is passed through the activation.
  package var gate: Layer
  /// The first half of the feed-forward layer, which is multiplied by the gate.
  package var up: Layer
  /// The second half of the feed-forward layer.
  package var down: Layer

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
    gate = Layer(block.gate)
    up = Layer(block.up)
    down = Layer(block.down)
  }
}
