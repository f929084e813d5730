/// The weights of one block as plain addresses, valid as long as the weights live.
///
/// Threads that work on the same block would otherwise all count references to its weights.
struct BlockView: @unchecked Sendable {
  var attentionNorm: Kernels.Norm
  var attention: Attention
  var projection: Kernels.Matrix
  var feedForwardNorm: Kernels.Norm
  var gate: Kernels.Matrix
  var up: Kernels.Matrix
  var down: Kernels.Matrix

  /// As ``TransformerWeights/Attention``.
  enum Attention {
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
