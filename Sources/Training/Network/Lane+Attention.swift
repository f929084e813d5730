internal import Kernels

/// Factors of the small products of attention; the larger ones of a lane stay as they are meanwhile.
struct AttentionFactors {
  let left = Kernels.LeftFactor()
  let right = Kernels.RightFactor()
}

/// The backward pass of attention. The weights are computed anew: saving them would take more memory
/// than all the rest.
extension Lane {
  /// Computes the gradients of queries, keys and values.
  ///
  /// - Parameters:
  ///   - layer: The block whose queries, keys and values were saved.
  ///   - all: The rows of keys and values.
  ///   - selection: The rows of queries.
  ///   - gathered: The gradient of what the heads gathered.
  ///   - queries: Becomes the gradient of the queries, rotated.
  ///   - keyValues: Becomes the gradient of keys, rotated, and values.
  func backwardThroughAttention(
    _ layer: Int, _ all: RowSelection, _ selection: RowSelection, _ gathered: Kernels.Rows,
    queries: Kernels.Rows, keyValues: Kernels.Rows
  ) {
    let savedQueries = blocks[layer].queries.rows(selection.count, shape.queryWidth)
    let savedKeyValues = blocks[layer].keyValues.rows(all.count, 2 * shape.keyValueWidth)
    let sharing = shape.headCount / shape.keyValueHeadCount
    let size = shape.headSize
    for (canvas, range) in selection.rangesOfCanvases.enumerated() {
      let rows = canvas * all.length..<(canvas + 1) * all.length
      let keyRows = savedKeyValues.rows(rows), keyGradients = keyValues.rows(rows)
      guard !range.isEmpty else {
        keyGradients.base.update(repeating: 0, count: rows.count * keyValues.width)
        continue
      }
      for head in 0..<shape.headCount {
        let keyHead = head / sharing
        let columns = head * size..<(head + 1) * size
        let keys = keyHead * size..<(keyHead + 1) * size
        let values = shape.keyValueWidth + keys.lowerBound
        let valueColumns = values..<values + size
        backward(
          HeadRows(
            queries: savedQueries.rows(range).columns(columns), keys: keyRows.columns(keys),
            values: keyRows.columns(valueColumns)),
          gathered: gathered.rows(range).columns(columns),
          into: HeadRows(
            queries: queries.rows(range).columns(columns), keys: keyGradients.columns(keys),
            values: keyGradients.columns(valueColumns)),
          addsToKeys: head % sharing > 0,
          causalOffset: shape.isCausal ? selection.causalOffset(canvas: canvas, range) : nil)
      }
    }
  }

  /// One head of one canvas, or its gradients.
  private struct HeadRows {
    var queries: Kernels.Rows
    var keys: Kernels.Rows
    var values: Kernels.Rows
  }

  /// With S = Q·Kᵀ, P = softmax(S/√size) and O = P·V: dV = Pᵀ·dO, dP = dO·Vᵀ, dQ = dS·K, dK = dSᵀ·Q.
  private func backward(
    _ head: HeadRows, gathered: Kernels.Rows, into gradients: HeadRows, addsToKeys: Bool,
    causalOffset: Int?
  ) {
    let scale = 1 / Float(head.queries.width).squareRoot()
    let weights = scratch.scores.rows(head.queries.count, head.keys.count)
    let scores = scratch.scoreGradient.rows(head.queries.count, head.keys.count)
    multiply(head.queries, by: head.keys, into: weights)
    kernels.softmax(weights, scale: scale, causalOffset: causalOffset)
    multiply(gathered, by: head.values, into: scores)
    kernels.softmaxBackward(weights: weights, scale: scale, gradient: scores)
    multiply(
      weights, isLeftTransposed: true, by: gathered, isRightTransposed: true,
      into: gradients.values, accumulate: addsToKeys)
    multiply(scores, by: head.keys, isRightTransposed: true, into: gradients.queries)
    multiply(
      scores, isLeftTransposed: true, by: head.queries, isRightTransposed: true,
      into: gradients.keys, accumulate: addsToKeys)
  }

  private func multiply(
    _ a: Kernels.Rows, isLeftTransposed: Bool = false, by b: Kernels.Rows,
    isRightTransposed: Bool = false, into output: Kernels.Rows, accumulate: Bool = false
  ) {
    kernels.pack(a, transposed: isLeftTransposed, as: operand, into: attention.left)
    kernels.pack(b, transposed: isRightTransposed, as: operand, into: attention.right)
    kernels.multiply(attention.left, by: attention.right, into: output, accumulate: accumulate)
  }
}
