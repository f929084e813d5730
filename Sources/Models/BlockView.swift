package import Kernels

/// The weights of one block as plain addresses, valid as long as the weights live.
///
/// Threads that work on the same block would otherwise all count references to its weights.
package struct BlockView: @unchecked Sendable {
  /// The norm in front of attention.
  package var attentionNorm: Kernels.Norm
  /// What makes queries, keys and values.
  package var attention: Attention
  /// Shape `[width, queryWidth]`.
  package var projection: Kernels.Matrix
  /// The norm in front of the feed-forward layer.
  package var feedForwardNorm: Kernels.Norm
  /// Shape `[feedForwardWidth, width]`.
  package var gate: Kernels.Matrix
  /// Shape `[feedForwardWidth, width]`.
  package var up: Kernels.Matrix
  /// Shape `[width, feedForwardWidth]`.
  package var down: Kernels.Matrix

  /// As ``TransformerWeights/Attention``.
  package enum Attention {
    case separate(query: Kernels.Matrix, key: Kernels.Matrix, value: Kernels.Matrix)
    case packed(Kernels.Matrix)
  }

  init(_ block: TransformerWeights.Block, normEpsilon: Float) {
    attentionNorm = Kernels.Norm(weight: block.attentionNorm.address, epsilon: normEpsilon)
    attention =
      switch block.attention {
      case .separate(let query, let key, let value):
        .separate(query: query.matrix, key: key.matrix, value: value.matrix)
      case .packed(let matrix): .packed(matrix.matrix)
      }
    projection = block.projection.matrix
    feedForwardNorm = Kernels.Norm(weight: block.feedForwardNorm.address, epsilon: normEpsilon)
    gate = block.gate.matrix
    up = block.up.matrix
    down = block.down.matrix
  }
}
