internal import Kernels
internal import MaskedDiffusion

/// The backward pass: from the loss to the sums of gradients.
extension Lane {
  /// Makes the next gradients the first of their sums.
  func forgetGradients() { hasGradients = false }

  /// Makes all sums zero.
  func clearGradients() { gradientSums.elements.update(repeating: 0) }

  /// Adds the gradients of the loss of `batch`; the first after ``forgetGradients()`` replace what was there.
  ///
  /// - Returns: The sum over targets of weight times cross entropy, in nats.
  func addGradients(of batch: TrainingBatch) -> Double {
    let wanted = wantedRows(batch)
    guard wanted.count > 0 else { return 0 }
    forward(batch, wanted)
    if !hasGradients { clearSmallGradients() }
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
    hasGradients = true
    return loss
  }

  /// Makes those sums zero that no product of matrices writes.
  private func clearSmallGradients() {
    for entry in parameters.layout.entries where entry.rows == 1 || entry.role == .embedding {
      gradients[entry.role].base.update(repeating: 0, count: entry.count)
    }
  }

  /// Returns the loss of `batch` and adds nothing to the gradients.
  func loss(of batch: TrainingBatch) -> Double {
    let wanted = wantedRows(batch)
    guard wanted.count > 0 else { return 0 }
    forward(batch, wanted)
    return backwardThroughHead(batch, wanted, into: nil)
  }

  /// Adds dYᵀ·X, the gradient of W in Y = X·Wᵀ.
  private func add(
    _ gradient: Kernels.LeftFactor, _ input: Kernels.RightFactor, to sums: Kernels.Rows
  ) {
    kernels.multiply(gradient, by: input, into: sums, accumulate: hasGradients)
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
    backwardThroughFeedForward(layer, gradient)
    let (groups, depth, keptDepth) = selection.groups(unit: operand == .bf16 ? 2 : 1)
    let width = shape.width, keepsAll = selection.kept == nil
    let output = keepsAll ? gradient : scratch.streamGradient.rows(all.count, width)
    let factors = factors
    kernels.begin(factors.outer, rowCount: width, depth: keptDepth, as: operand)
    kernels.begin(factors.outerInput, rowCount: shape.queryWidth, depth: keptDepth, as: operand)
    if layer == 0 {
      clearProjectionGradients()
    } else {
      kernels.begin(factors.inner, rowCount: 2 * shape.keyValueWidth, depth: depth, as: operand)
      kernels.begin(factors.innerInput, rowCount: width, depth: depth, as: operand)
      kernels.begin(factors.query, rowCount: shape.queryWidth, depth: keptDepth, as: operand)
      if !keepsAll {
        kernels.begin(factors.queryInput, rowCount: width, depth: keptDepth, as: operand)
      }
    }
    for group in groups {
      backwardThroughAttention(
        layer, group, all, selection, gradient.rows(group.kept), into: output.rows(group.rows))
    }
    add(factors.outer, factors.outerInput, to: gradients[.projection(layer: layer)])
    guard layer > 0 else {
      backwardThroughTokens()
      return output
    }
    add(factors.inner, factors.innerInput, to: gradients.keyValue(layer))
    add(
      factors.query, keepsAll ? factors.innerInput : factors.queryInput,
      to: gradients[.query(layer: layer)])
    return output
  }

  /// From the output of the feed-forward layer to its input, the stream's own way included.
  private func backwardThroughFeedForward(_ layer: Int, _ gradient: Kernels.Rows) {
    let inner = shape.feedForwardWidth, width = shape.width, count = gradient.count
    let factors = factors
    kernels.begin(factors.outer, rowCount: width, depth: count, as: operand)
    kernels.begin(factors.outerInput, rowCount: inner, depth: count, as: operand)
    kernels.begin(factors.inner, rowCount: 2 * inner, depth: count, as: operand)
    kernels.begin(factors.innerInput, rowCount: width, depth: count, as: operand)
    for slice in slices(of: count) { backwardThroughFeedForward(layer, slice, gradient) }
    add(factors.outer, factors.outerInput, to: gradients[.down(layer: layer)])
    add(factors.inner, factors.innerInput, to: gradients.gateUp(layer))
  }

  /// The same for some rows; their parts of the products for gradients of weights are packed.
  private func backwardThroughFeedForward(
    _ layer: Int, _ slice: Range<Int>, _ whole: Kernels.Rows
  ) {
    let width = shape.width, gradient = whole.rows(slice), place = slice.lowerBound
    kernels.pack(gradient, as: operand, into: left)
    kernels.pack(transposed: gradient, at: place, into: factors.outer)
    backwardThroughGate(layer, slice)

    let role = ParameterRole.feedForwardNorm(layer: layer)
    let middle = blocks[layer].middle.rows(whole.count, width).rows(slice)
    let normed = scratch.normed.rows(slice.count, width)
    let normGradient = scratch.normGradient.rows(slice.count, width)
    kernels.rmsNorm(middle, norm: norm(role), into: normed)
    kernels.pack(transposed: normed, at: place, into: factors.innerInput)
    kernels.multiply(
      gated, by: weights.blocks[layer].gateUp.backward, into: normGradient)
    kernels.rmsNormBackward(
      middle, norm: norm(role), gradient: normGradient, into: gradient,
      weightGradient: gradients.vector(role))
  }

  /// From the gradient in the left factor to those of gate and up, a factor for the first matrices.
  private func backwardThroughGate(_ layer: Int, _ slice: Range<Int>) {
    let inner = shape.feedForwardWidth, weights = weights.blocks[layer].down.backward
    let saved = blocks[layer].gateUp
    guard fusesGate else {
      let hidden = scratch.hidden.rows(slice.count, inner)
      let gateUp = kernels.restore(
        saved, slice, scratch: scratch.gateUp.rows(slice.count, 2 * inner))
      kernels.multiply(left, by: weights, into: hidden)
      kernels.swiGLUBackward(
        gate: gateUp.columns(0..<inner), up: gateUp.columns(inner..<2 * inner), hidden: hidden)
      kernels.pack(transposed: hidden, at: slice.lowerBound, into: factors.outerInput)
      kernels.pack(transposed: gateUp, at: slice.lowerBound, into: factors.inner)
      kernels.pack(gateUp, as: operand, into: gated)
      return
    }
    let width = Kernels.gateColumns, hidden = scratch.gate.rows(slice.count, width)
    let packed = Kernels.GateFactors(
      gradients: gated, transposedGradients: factors.inner, transposedHidden: factors.outerInput)
    kernels.begin(gated, rowCount: slice.count, depth: 2 * inner, as: operand)
    for column in stride(from: 0, to: inner, by: width) {
      kernels.multiply(left, by: weights, columns: column..<column + width, into: hidden)
      kernels.gateBackward(saved, slice, hidden: hidden, column: column, into: packed)
    }
  }

  /// From what attention added to the stream, and the stream's own way, to the input of the block.
  private func backwardThroughAttention(
    _ layer: Int, _ group: CanvasGroup, _ all: RowSelection, _ selection: RowSelection,
    _ gradient: Kernels.Rows, into output: Kernels.Rows
  ) {
    let gathered = blocks[layer].gathered.rows(selection.count, shape.queryWidth).rows(group.kept)
    let gatheredGradient = scratch.gatheredGradient.rows(gathered.count, shape.queryWidth)
    kernels.pack(gradient, as: operand, into: left)
    kernels.multiply(left, by: weights.blocks[layer].projection.backward, into: gatheredGradient)
    kernels.pack(transposed: gradient, at: group.keptPlace, into: factors.outer)
    kernels.pack(transposed: gathered, at: group.keptPlace, into: factors.outerInput)

    let queries = scratch.queryGradient.rows(gathered.count, shape.queryWidth)
    let keyValues = scratch.keyValueGradient.rows(group.rows.count, 2 * shape.keyValueWidth)
    backwardThroughHeads(
      layer, group, all, selection, gatheredGradient, queries: queries, keyValues: keyValues)
    rotate(queries, selection.positions[group.kept], reversedSines)
    rotate(
      keyValues.columns(0..<shape.keyValueWidth), all.positions[group.rows], reversedSines)
    backwardThroughHeadNorms(layer, group, all, selection, queries: queries, keyValues: keyValues)
    guard layer > 0 else {
      addProjectionGradients(group, selection, queries: queries, keyValues: keyValues)
      if selection.kept != nil { spread(gradient, selection, group, into: output) }
      return
    }
    backwardThroughProjections(
      layer, group, selection, gradient, queries: queries, keyValues: keyValues, into: output)
  }

  /// Puts the kept rows of a group in their places among zeros.
  private func spread(
    _ rows: Kernels.Rows, _ selection: RowSelection, _ group: CanvasGroup,
    into output: Kernels.Rows
  ) {
    output.base.update(repeating: 0, count: output.count * output.width)
    for (place, kept) in group.kept.enumerated() {
      output[selection.row(kept) - group.rows.lowerBound].update(
        from: rows[place], count: rows.width)
    }
  }

  /// From queries, keys and values to the input of the block.
  private func backwardThroughProjections(
    _ layer: Int, _ group: CanvasGroup, _ selection: RowSelection, _ gradient: Kernels.Rows,
    queries: Kernels.Rows, keyValues: Kernels.Rows, into output: Kernels.Rows
  ) {
    let block = weights.blocks[layer], width = shape.width, count = group.rows.count
    let role = ParameterRole.attentionNorm(layer: layer)
    let stream = blocks[layer].stream.rows(selection.allCount, width).rows(group.rows)
    let normed = scratch.normed.rows(count, width)
    let normGradient = scratch.normGradient.rows(count, width)
    addBiasGradients(layer, queries: queries, keyValues: keyValues)
    kernels.rmsNorm(stream, norm: norm(role), into: normed)
    kernels.pack(transposed: normed, at: group.place, into: factors.innerInput)
    kernels.pack(transposed: keyValues, at: group.place, into: factors.inner)
    kernels.pack(transposed: queries, at: group.keptPlace, into: factors.query)
    kernels.pack(keyValues, as: operand, into: left)
    kernels.multiply(left, by: block.keyValue.backward, into: normGradient)
    kernels.pack(queries, as: operand, into: left)
    if let kept = selection.kept {
      // Queries and the stream's own way reach the kept rows only.
      let some = scratch.hidden.rows(gradient.count, width)
      keep(selection, group, of: normed, in: some)
      kernels.pack(transposed: some, at: group.keptPlace, into: factors.queryInput)
      kernels.multiply(left, by: block.query.backward, into: some)
      for (place, row) in kept[group.kept].enumerated() {
        let row = row - group.rows.lowerBound
        let sum = normGradient.rows(row..<row + 1)
        kernels.add(sum, some.rows(place..<place + 1), into: sum)
      }
      spread(gradient, selection, group, into: output)
    } else {
      kernels.multiply(left, by: block.query.backward, into: normGradient, accumulate: true)
    }
    kernels.rmsNormBackward(
      stream, norm: norm(role), gradient: normGradient, into: output,
      weightGradient: gradients.vector(role))
  }
}
