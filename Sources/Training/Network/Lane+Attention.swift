internal import Kernels

/// Factors of the small products of attention, or the memory of one step that does them all.
struct AttentionFactors {
  let left = Kernels.LeftFactor()
  let right = Kernels.RightFactor()
  let memory = Kernels.AttentionMemory()
}

/// The backward pass of attention. The weights are computed anew: saving them would take more memory
/// than all the rest.
extension Lane {
  /// Computes the gradients of queries, keys and values of a group of canvases.
  ///
  /// - Parameters:
  ///   - layer: The block whose queries, keys and values were saved.
  ///   - group: The canvases.
  ///   - all: The rows of keys and values.
  ///   - selection: The rows of queries.
  ///   - gathered: The gradient of what the heads gathered for the group.
  ///   - queries: Becomes the gradient of the queries of the group, rotated.
  ///   - keyValues: Becomes the gradient of its keys, rotated, and values.
  func backwardThroughHeads(
    _ layer: Int, _ group: CanvasGroup, _ all: RowSelection, _ selection: RowSelection,
    _ gathered: Kernels.Rows, queries: Kernels.Rows, keyValues: Kernels.Rows
  ) {
    let savedQueries = blocks[layer].queries.rows(selection.count, shape.queryWidth)
    let savedKeyValues = blocks[layer].keyValues.rows(all.count, 2 * shape.keyValueWidth)
    let sharing = shape.headCount / shape.keyValueHeadCount
    let size = shape.headSize
    for canvas in group.canvases {
      let range = selection.rangesOfCanvases[canvas]
      let own = range.lowerBound - group.kept.lowerBound..<range.upperBound - group.kept.lowerBound
      let first = (canvas - group.canvases.lowerBound) * all.length
      let keyGradients = keyValues.rows(first..<first + all.length)
      guard !range.isEmpty else {
        keyGradients.base.update(repeating: 0, count: all.length * keyValues.width)
        continue
      }
      let keyRows = savedKeyValues.rows(canvas * all.length..<(canvas + 1) * all.length)
      for head in 0..<shape.headCount {
        let keyHead = head / sharing
        let columns = head * size..<(head + 1) * size
        let keys = keyHead * size..<(keyHead + 1) * size
        let values = shape.keyValueWidth + keys.lowerBound
        let valueColumns = values..<values + size
        backward(
          Kernels.AttentionHead(
            queries: savedQueries.rows(range).columns(columns), keys: keyRows.columns(keys),
            values: keyRows.columns(valueColumns)),
          gathered: gathered.rows(own).columns(columns),
          into: Kernels.AttentionHead(
            queries: queries.rows(own).columns(columns), keys: keyGradients.columns(keys),
            values: keyGradients.columns(valueColumns)),
          addsToKeys: head % sharing > 0,
          causalOffset: shape.isCausal ? selection.causalOffset(canvas: canvas, range) : nil)
      }
    }
  }

  /// With S = Q·Kᵀ, P = softmax(S/√size) and O = P·V: dV = Pᵀ·dO, dP = dO·Vᵀ, dQ = dS·K, dK = dSᵀ·Q.
  private func backward(
    _ head: Kernels.AttentionHead, gathered: Kernels.Rows, into gradients: Kernels.AttentionHead,
    addsToKeys: Bool, causalOffset: Int?
  ) {
    if kernels.fusesAttentionBackward(operand, headSize: shape.headSize) {
      kernels.attentionBackward(
        head, gathered: gathered, into: gradients, addsToKeys: addsToKeys,
        causalOffset: causalOffset, memory: attention.memory)
      return
    }
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
