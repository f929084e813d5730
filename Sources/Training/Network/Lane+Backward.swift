internal import Kernels
internal import MaskedDiffusion

/// The backward pass: from the loss to the sums of gradients.
extension Lane {
  /// Forgets the gradients summed so far.
  func clearGradients() { gradientSums.elements.update(repeating: 0) }

  /// Adds the gradients of the loss of `batch`.
  ///
  /// - Returns: The sum over targets of weight times cross entropy, in nats.
  func addGradients(of batch: TrainingBatch) -> Double {
    let wanted = wantedRows(batch)
    guard wanted.count > 0 else { return 0 }
    forward(batch, wanted)
    let width = shape.width
    let all = RowSelection(canvasCount: batch.canvasCount, length: batch.length)
    let wantedGradient = scratch.wantedGradient.rows(wanted.count, width)
    let loss = backwardThroughHead(batch, wanted, into: wantedGradient)
    var gradient = wantedGradient
    for layer in blocks.indices.reversed() {
      let isLast = layer == blocks.count - 1
      gradient = backward(layer, all, isLast ? wanted : all, gradient)
    }
    let embedding = gradients[.embedding]
    for (row, token) in batch.tokens.enumerated() {
      let sum = embedding.rows(Int(token)..<Int(token) + 1)
      kernels.add(sum, gradient.rows(row..<row + 1), into: sum)
    }
    return loss
  }

  /// Returns the loss of `batch` and adds nothing to the gradients.
  func loss(of batch: TrainingBatch) -> Double {
    let wanted = wantedRows(batch)
    guard wanted.count > 0 else { return 0 }
    forward(batch, wanted)
    return backwardThroughHead(batch, wanted, into: nil)
  }

  /// The logits computed at a time: rows of a large vocabulary would take much memory together.
  private static let logitsOfSlice = 1 << 20

  /// Head, cross entropy and final norm: writes the gradient of the last block's output.
  private func backwardThroughHead(
    _ batch: TrainingBatch, _ wanted: RowSelection, into gradient: Kernels.Rows?
  ) -> Double {
    let width = shape.width, vocabulary = shape.vocabularySize
    let output = output.rows(wanted.count, width)
    let normed = scratch.normed.rows(wanted.count, width)
    kernels.rmsNorm(output, norm: norm(.finalNorm), into: normed)
    let targets = targets(of: batch, wanted)
    let most = max(12, Self.logitsOfSlice / vocabulary)
    var loss = 0.0
    for first in stride(from: 0, to: wanted.count, by: most) {
      let slice = first..<min(first + most, wanted.count)
      let logits = scratch.logits.rows(slice.count, vocabulary)
      kernels.pack(normed.rows(slice), as: operand, into: left)
      kernels.multiply(left, by: weights.head.forward, into: logits)
      for (place, target) in targets[slice].enumerated() {
        guard let target else {
          logits[place].update(repeating: 0, count: vocabulary)
          continue
        }
        let nats = kernels.crossEntropy(
          logits[place], count: vocabulary, target: Int(target.token), weight: target.weight)
        loss += Double(target.weight) * nats
      }
      guard gradient != nil else { continue }
      addProduct(of: logits, normed.rows(slice), to: gradients[.head])
      let normGradient = scratch.normGradient.rows(wanted.count, width)
      kernels.pack(logits, as: operand, into: left)
      kernels.multiply(left, by: weights.head.backward, into: normGradient.rows(slice))
    }
    guard let gradient else { return loss }
    gradient.base.update(repeating: 0, count: gradient.count * width)
    kernels.rmsNormBackward(
      output, norm: norm(.finalNorm), gradient: scratch.normGradient.rows(wanted.count, width),
      into: gradient, weightGradient: gradients.vector(.finalNorm))
    return loss
  }

  /// What each wanted row is to predict; `nil` for rows that only lie between such.
  private func targets(
    of batch: TrainingBatch, _ wanted: RowSelection
  ) -> [TrainingBatch.Target?] {
    var next = 0
    return (wanted.kept ?? []).map { row in
      guard next < batch.targets.count, batch.targets[next].row == row else { return nil }
      next += 1
      return batch.targets[next - 1]
    }
  }

  /// Adds dYᵀ·X, the gradient of W in Y = X·Wᵀ.
  func addProduct(of gradient: Kernels.Rows, _ input: Kernels.Rows, to sums: Kernels.Rows) {
    kernels.pack(input, transposed: true, as: operand, into: right)
    addProduct(of: gradient, to: sums)
  }

  /// The same with the X that was packed last.
  private func addProduct(of gradient: Kernels.Rows, to sums: Kernels.Rows) {
    kernels.pack(gradient, transposed: true, as: operand, into: left)
    kernels.multiply(left, by: right, into: sums, accumulate: true)
  }

  /// Passes the gradient of a block's output back to its input.
  ///
  /// - Parameters:
  ///   - layer: The block.
  ///   - all: The rows of its input.
  ///   - selection: The rows of its output.
  ///   - gradient: Of the output, shape `[selection, width]`; overwritten.
  /// - Returns: The gradient of the input, shape `[all, width]`.
  private func backward(
    _ layer: Int, _ all: RowSelection, _ selection: RowSelection, _ gradient: Kernels.Rows
  ) -> Kernels.Rows {
    let block = weights.blocks[layer]
    backwardThroughFeedForward(layer, gradient)

    let gathered = blocks[layer].gathered.rows(selection.count, shape.queryWidth)
    let gatheredGradient = scratch.gatheredGradient.rows(selection.count, shape.queryWidth)
    kernels.pack(gradient, as: operand, into: left)
    kernels.multiply(left, by: block.projection.backward, into: gatheredGradient)
    addProduct(of: gradient, gathered, to: gradients[.projection(layer: layer)])

    let queryGradient = scratch.queryGradient.rows(selection.count, shape.queryWidth)
    let keyValueGradient = scratch.keyValueGradient.rows(
      all.count, 2 * shape.keyValueWidth)
    backwardThroughAttention(
      layer, all, selection, gatheredGradient, queries: queryGradient, keyValues: keyValueGradient)
    rotate(queryGradient, selection.positions, reversedSines)
    rotate(
      keyValueGradient.columns(0..<shape.keyValueWidth), all.positions, reversedSines)
    return backwardThroughProjections(
      layer, all, selection, gradient, queries: queryGradient, keyValues: keyValueGradient)
  }

  /// From the output of the feed-forward layer to its input, the stream's own way included.
  private func backwardThroughFeedForward(_ layer: Int, _ gradient: Kernels.Rows) {
    let inner = shape.feedForwardWidth, block = weights.blocks[layer]
    let count = gradient.count, width = gradient.width
    let hidden = scratch.hidden.rows(count, inner)
    let gateUp = blocks[layer].gateUp.rows(count, 2 * inner)
    kernels.pack(gradient, as: operand, into: left)
    kernels.multiply(left, by: block.down.backward, into: hidden)
    kernels.swiGLUBackward(
      gate: gateUp.columns(0..<inner), up: gateUp.columns(inner..<2 * inner), hidden: hidden)
    addProduct(of: gradient, hidden, to: gradients[.down(layer: layer)])

    let role = ParameterRole.feedForwardNorm(layer: layer)
    let middle = blocks[layer].middle.rows(count, width)
    let normed = scratch.normed.rows(count, width)
    let normGradient = scratch.normGradient.rows(count, width)
    kernels.rmsNorm(middle, norm: norm(role), into: normed)
    addProduct(of: gateUp, normed, to: gradients.gateUp(layer))
    kernels.pack(gateUp, as: operand, into: left)
    kernels.multiply(left, by: block.gateUp.backward, into: normGradient)
    kernels.rmsNormBackward(
      middle, norm: norm(role), gradient: normGradient, into: gradient,
      weightGradient: gradients.vector(role))
  }

  /// From queries, keys and values to the input of the block.
  private func backwardThroughProjections(
    _ layer: Int, _ all: RowSelection, _ selection: RowSelection, _ gradient: Kernels.Rows,
    queries: Kernels.Rows, keyValues: Kernels.Rows
  ) -> Kernels.Rows {
    let block = weights.blocks[layer], width = gradient.width
    let role = ParameterRole.attentionNorm(layer: layer)
    let stream = blocks[layer].stream.rows(all.count, width)
    let normed = scratch.normed.rows(all.count, width)
    let normGradient = scratch.normGradient.rows(all.count, width)
    kernels.rmsNorm(stream, norm: norm(role), into: normed)
    addProduct(of: keyValues, normed, to: gradients.keyValue(layer))
    kernels.pack(keyValues, as: operand, into: left)
    kernels.multiply(left, by: block.keyValue.backward, into: normGradient)
    guard let kept = selection.kept else {
      addProduct(of: queries, to: gradients[.query(layer: layer)])
      kernels.pack(queries, as: operand, into: left)
      kernels.multiply(left, by: block.query.backward, into: normGradient, accumulate: true)
      kernels.rmsNormBackward(
        stream, norm: norm(role), gradient: normGradient, into: gradient,
        weightGradient: gradients.vector(role))
      return gradient
    }
    // Queries and the stream's own way reach the kept rows only. The kept rows of the norm go where what
    // the heads gathered is no longer needed.
    let some = scratch.hidden.rows(kept.count, width)
    keep(selection, of: normed, in: some)
    addProduct(of: queries, some, to: gradients[.query(layer: layer)])
    kernels.pack(queries, as: operand, into: left)
    kernels.multiply(left, by: block.query.backward, into: some)
    let whole = scratch.streamGradient.rows(all.count, width)
    whole.base.update(repeating: 0, count: all.count * width)
    for (place, row) in kept.enumerated() {
      let sum = normGradient.rows(row..<row + 1)
      kernels.add(sum, some.rows(place..<place + 1), into: sum)
      whole[row].update(from: gradient[place], count: width)
    }
    kernels.rmsNormBackward(
      stream, norm: norm(role), gradient: normGradient, into: whole,
      weightGradient: gradients.vector(role))
    return whole
  }
}
